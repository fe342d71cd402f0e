"""What an index holds: its fields, and the records that are put in. Plain data, shared by writer and reader."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from reftel.frozen import frozen

SEPARATOR = "\n"
"""Stands between the words of a block, and in no word or value."""

KEY = "key"
"""The field that holds a record's key; no field of a `FieldSpec` can have its name."""

Kind = Literal["text", "keyword", "number", "none"]


@frozen
class FieldSpec:
    """One field.

    text: words in blocks, with positions. keyword: whole values. number: a signed 64-bit integer. none: only the facet.
    ``facet``: values to count are kept in a column. ``sort``: a keyword field's first value is kept in a column to sort by (numbers
    always can be). ``regions``: the one text field whose blocks a record's regions speak of. ``roots``: the words of a text field are
    also found as forms of the words that the writer's ``roots`` names for each. ``version``: of the caller's rules for cutting a text into words.
    """

    name: str
    kind: Kind
    facet: bool = False
    sort: bool = False
    regions: bool = False
    roots: bool = False
    version: int = 0


def spec_of(values: Mapping[str, Any]) -> FieldSpec:
    """A field from its JSON form. ``ValueError`` and its like for what is none."""
    spec = FieldSpec(**values)
    marks = (spec.facet, spec.sort, spec.regions, spec.roots)
    if not isinstance(spec.name, str) or spec.kind not in get_args(Kind) or not all(isinstance(mark, bool) for mark in marks) or type(spec.version) is not int:
        raise ValueError(f"'{spec.name}' can't be a field")
    return spec


def join_words(words: Iterable[str]) -> str:
    """A block of these words."""
    return SEPARATOR.join(words)


def count_words(block: str) -> int:
    """How many words a block has."""
    return block.count(SEPARATOR) + 1 if block else 0


@frozen
class Region:
    """A block of the text field with ``regions`` that has properties of its own: a level (``None`` for none) and labels."""

    block: int
    level: int | None = None
    labels: tuple[str, ...] = ()


@frozen
class Record:
    """One document: a unique key, the bytes to give back when it is shown, and its values by field.

    ``texts``: blocks of words, cut and folded by the caller, the words of a block joined by `SEPARATOR` (as few objects as possible, since
    most of a record is words). ``facets``: values to count; repeated ones count once.
    ``regions``: in rising order of their blocks. ``joined``: by text field, words that stand at the position of another word too, as
    (block, place in the block, word); they count as words of the text for everything but its length.
    """

    key: str
    stored: bytes
    texts: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    numbers: Mapping[str, int | None] = dataclasses.field(default_factory=dict)
    facets: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    regions: Sequence[Region] = ()
    joined: Mapping[str, Sequence[tuple[int, int, str]]] = dataclasses.field(default_factory=dict)
