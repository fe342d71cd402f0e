"""What is told of a record alone."""

from __future__ import annotations

import pytest

from reftel.schema.cable import paragraph_anchors


@pytest.mark.parametrize(
    ("numbers", "anchors"),
    [([], []), ([1, 2], ["p1", "p2"]), ([3, None, 3, 3], ["p3", "i2", "i3", "i4"]), ([None, 1], ["i1", "p1"]), ([2, 2, 1], ["p2", "i2", "p1"])],
)
def test_every_paragraph_has_an_anchor_of_its_own(numbers, anchors):
    assert paragraph_anchors(iter(numbers)) == anchors
    assert len(set(anchors)) == len(numbers)
