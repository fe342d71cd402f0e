"""The normaliser against facts typed by reading pages: all are read rightly but those that are listed as misreadings, and these are not."""

from __future__ import annotations

import fidelity
import pytest

pytestmark = pytest.mark.skipif(
    not all(corpus.is_dir() for corpus in fidelity.CORPORA.values()), reason="the real pages (../shared/corpus, ../shared/corpus-more) are not here"
)
LISTED = {(page, field) for page, fields in fidelity.misreadings().items() for field in fields}
FIELDS = fidelity.facts_of(fidelity.Cable())


@pytest.fixture(scope="module")
def found() -> list[tuple[str, str, object, object]]:
    return [(path.stem, field, expected, actual) for path, field, expected, actual in fidelity.comparisons()]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_rightly_on_every_page_but_the_listed_ones(found, field):
    misses = [
        f"{page}: expected {expected}, got {actual}"
        for page, name, expected, actual in found
        if name == field and expected != actual and (page, field) not in LISTED
    ]
    assert not misses, "\n".join(misses)


@pytest.mark.parametrize("field", FIELDS)
def test_a_listed_misreading_is_one(found, field):
    wrong = {page for page, name, expected, actual in found if name == field and expected != actual}
    mended = sorted(page for page, name in LISTED if name == field and page not in wrong)
    assert not mended, f"read rightly now: {', '.join(mended)}; take them off the list: python tools/fidelity.py --pin"


def test_only_fields_and_pages_with_facts_are_listed(found):
    assert {(page, field) for page, field, _, _ in found} >= LISTED


def test_every_page_is_compared_in_every_field(found):
    pages = {page for page, _, _, _ in found}
    assert len(found) == len(pages) * len(FIELDS)


def test_the_page_shows_what_is_measured():
    page = fidelity.PAGE.read_text("utf-8")
    assert page == fidelity.rewritten(page), "the tables of docs/fidelity.md are of another day: python tools/fidelity.py --pin"
