"""The normaliser against facts typed by reading pages: per-field floors that only ever rise."""

from __future__ import annotations

import json

import fidelity
import pytest

pytestmark = pytest.mark.skipif(not fidelity.CORPUS.is_dir(), reason="the real pages (../shared/corpus) are not here")


@pytest.fixture(scope="module")
def found() -> list[tuple[str, str, object, object]]:
    return list(fidelity.comparisons())


def _floors() -> dict[str, int]:
    return json.loads(fidelity.FLOORS.read_text("utf-8"))


@pytest.mark.parametrize("field", sorted(_floors()))
def test_a_field_is_right_on_at_least_as_many_pages_as_its_floor(found, field):
    rows = [row for row in found if row[1] == field]
    misses = [f"{name}: expected {expected}, got {actual}" for name, _, expected, actual in rows if expected != actual]
    assert len(rows) - len(misses) >= _floors()[field], "\n".join(misses)


def test_every_field_has_a_floor(found):
    assert {field for _, field, _, _ in found} == set(_floors())
