"""What is told of a record alone."""

from __future__ import annotations

import datetime as dt

import pytest

from reftel.schema.cable import Cable, Paragraph, moment, paragraph_anchors


@pytest.mark.parametrize(
    ("numbers", "anchors"),
    [([], []), ([1, 2], ["p1", "p2"]), ([3, None, 3, 3], ["p3", "i2", "i3", "i4"]), ([None, 1], ["i1", "p1"]), ([2, 2, 1], ["p2", "i2", "p1"])],
)
def test_every_paragraph_has_an_anchor_of_its_own(numbers, anchors):
    assert paragraph_anchors(iter(numbers)) == anchors
    assert len(set(anchors)) == len(numbers)


SHOWN = [
    (Cable(id="08POST1", post="POST"), "<h3>08POST1  (no subject)</h3><p>POST</p>"),
    (
        Cable(
            id="08POST1", date="2008-02-13", classification="SECRET", caveats=("NOFORN",), origin="Embassy Post", post="POST", subject="A <b>", signers=("ROE", "DOE"),
            paragraphs=(Paragraph(1, "S/NF", "S", (), "A & B", "<One>."), Paragraph(None, None, None, (), None, "Two.")),
        ),
        (
            "<h3>08POST1  A &lt;b&gt;</h3><p>2008-02-13 · SECRET · NOFORN · Embassy Post · ROE, DOE</p><h4>A &amp; B</h4>"
            '<p style="white-space: pre-wrap"><b>¶1 (S/NF)</b> &lt;One&gt;.</p><p style="white-space: pre-wrap"><b></b> Two.</p>'
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("cable", "html"), SHOWN)
def test_a_notebook_shows_a_cable(cable, html):
    assert cable._repr_html_() == html
    assert Cable.from_dict(cable.to_dict()) == cable


def test_a_cable_without_an_id_is_known_by_its_words():
    assert Cable(header="a\n b", body="c").key == Cable(header="a", body="b  c").key == "text-0e9f64031fcb2bc7"


def test_a_date_is_a_moment_in_utc():
    found = moment("2008-02-13T05:12:00+01:00")
    assert (found, found.tzinfo) == (dt.datetime(2008, 2, 13, 4, 12, tzinfo=dt.UTC), dt.UTC)
    assert moment(None) is None
