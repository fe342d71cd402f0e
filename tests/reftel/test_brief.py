"""What Python prints of a result fits on a line; and one name is a name where several may be given."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import reftel
from reftel.schema.errors import BadValueError, QueryError, UnknownFieldError


def fields_of(record: type[Any]) -> tuple[str, ...]:
    """The fields of a record class; none for others."""
    if dataclasses.is_dataclass(record):
        return tuple(field.name for field in dataclasses.fields(record))
    return getattr(record, "__struct_fields__", ())


RECORDS = [value for name in reftel.__all__ if isinstance(value := getattr(reftel, name), type) and fields_of(value)]
FLOODS: list[Any] = [
    "x" * 300_000, "\x1b[31m\u202e\U000e0041" * 5000, "'\"" * 400, ("word",) * 5000, (("a" * 50, 1),) * 30, {"year": ("b",) * 4000},
    10**100, 1 / 3, reftel.Cable(id="08BAKU1", body="y" * 90_000), (reftel.Cable(),) * 2000, {str(number): reftel.Cable() for number in range(99)},
]  # fmt: skip


def made(record: type[Any], value: Any) -> Any:
    """A record with the same value in every field."""
    return record(**dict.fromkeys(fields_of(record), value))


def test_there_are_records():
    assert {reftel.Cable, reftel.Page, reftel.BuildReport} < set(RECORDS)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_whatever_a_record_holds_it_prints_on_a_line(record):
    for flood in FLOODS:
        shown = repr(made(record, flood))
        assert len(shown) <= 200
        assert shown.startswith(f"{record.__name__}(")
        assert shown.endswith(")")
        assert shown.isprintable()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (reftel.Bucket("2008", 12), "Bucket(value='2008', count=12)"),
        (reftel.Paragraph(1, "C", "C", (), None, "x" * 100), f"Paragraph(number=1, mark='C', level='C', text='{'x' * 57}…')"),
        (reftel.Hit("08BAKU1", 2.123456789, reftel.Cable(id="08BAKU1"), ()), "Hit(key='08BAKU1', score=2.12346, cable=<Cable '08BAKU1'>)"),
        (reftel.Page("a", 3, 0, (), (made(reftel.Hit, 1),), {}), "Page(query='a', total=3, offset=0, hits=<1 item>)"),
        (reftel.Page("a", 0, 0, ("b",), (), {}), "Page(query='a', total=0, offset=0, notes=('b',))"),
        (reftel.Cable(), "Cable(head_end=0)"),
    ],
)  # fmt: skip
def test_what_is_printed(record, expected):
    assert repr(record) == expected


def test_an_archive_says_what_it_is(archive_path, tmp_path):
    """Open and closed; and its notes."""
    with reftel.open(archive_path) as archive:
        assert repr(archive) == f"<Archive {str(archive_path)!r}, 3 cables>"
        assert repr(archive.notes) == f"<Notes {str(archive_path / 'mine.sqlite')!r}>"
        for found in (archive.search("*"), archive.explain("minsk group"), archive.citation_graph("*"), archive.timeline("*")):
            assert len(repr(found)) <= 200
    assert repr(archive) == f"<Archive {str(archive_path)!r}, closed>"
    assert len(repr(reftel.Notes(tmp_path / "a" / ("\u202e" * 80)))) < 200


# -- one or several ------------------------------------------------------------------------------------------------------------------------------

ONE = {
    "facets of a search": lambda archive, several: archive.search("*", facets=several("year")).facets,
    "with a number": lambda archive, several: archive.search("*", facets=several("year:1")).facets,
    "facets": lambda archive, several: archive.facets("*", several("from")),
    "timelines": lambda archive, several: archive.timelines(several("minsk group")),
    "ids of a search": lambda archive, several: archive.search("*", ids=several("08 Baku 101")),
    "ids of a scan": lambda archive, several: list(archive.scan("*", ids=several("08BAKU101"))),
    "ids of matches": lambda archive, several: list(archive.matches("*", ids=several("08BAKU101"))),
    "ids of kwic": lambda archive, several: list(archive.kwic("precedent", ids=several("08BAKU101"))),
    "ids of an export": lambda archive, several: archive.export("*", Path(archive.path).parent / "out.csv", ids=several("08BAKU101")),
    "a text's key": lambda archive, several: archive.search("*", ids=several("text-0123456789abcdef")).notes,
}


@pytest.mark.parametrize("name", ONE)
def test_one_name_is_not_its_letters(name, archive):
    """A plain string, a list and a generator of it say the same."""
    expected = ONE[name](archive, lambda text: [text])
    assert expected
    assert ONE[name](archive, lambda text: text) == expected
    assert ONE[name](archive, lambda text: (each for each in (text,))) == expected


def test_one_tag_is_a_tag(tmp_path):
    notes = reftel.Notes(tmp_path / "mine.sqlite")
    notes.add("08BAKU101", tags="minsk")
    assert notes.tags() == {"minsk": 1}
    assert notes.remove("08BAKU101", tags="minsk") == 1


@pytest.mark.parametrize("given", [str, Path, lambda path: str(path).encode(), lambda path: [path]])
def test_one_source_is_a_source(given, sources, tmp_path):
    """A path as text, as an object, as bytes, in a list."""
    assert reftel.build(given(sources), tmp_path / "archive").total == 3


def test_a_facet_that_is_none_is_named_whole(archive):
    with pytest.raises(UnknownFieldError, match=r"no facet 'yaer'.*'year'"):
        archive.search("*", facets="yaer")


@pytest.mark.parametrize("sort", ["-relevance", " -Relevance ", "-RELEVANCE"])
@pytest.mark.parametrize("ask", ["search", "matches"])
def test_relevance_has_one_direction(sort, ask, archive):
    with pytest.raises(BadValueError, match=r"cannot sort by .*; the best hits come first: write relevance") as caught:
        getattr(archive, ask)("*", sort=sort)
    assert isinstance(caught.value, QueryError)
    assert caught.value.exit_code == 2
    assert archive.search("minsk", sort="Relevance").total == 2
