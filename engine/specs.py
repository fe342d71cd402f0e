"""The fields of an index and the records put into it. Plain data, shared by writer and reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from reftel.base.frozen import frozen

SEPARATOR = "\n"
"""Separates the words of a block; no word or value contains it."""

KEY = "key"
"""The field of a record's key; reserved, so no `FieldSpec` can have this name."""

Kind = Literal["text", "keyword", "number", "none"]


@frozen
class FieldSpec:
    """One field.

    Kinds: text, words in blocks, with positions; keyword, whole values; number, a signed 64-bit integer; none, the facet only.
    ``facet``: has a column of values to count. ``sort``: a keyword field has a column of each document's first value to sort by (numbers can always be
    sorted by). ``regions``: the one text field whose blocks the regions of records refer to. ``roots``: the words of a text field are also found as
    inflections of the roots that the writer's ``roots`` gives for each. ``version``: of the caller's rules for splitting text into words.
    """

    name: str
    kind: Kind
    facet: bool = False
    sort: bool = False
    regions: bool = False
    roots: bool = False
    version: int = 0


def spec_of(values: Mapping[str, Any]) -> FieldSpec:
    """A field from its JSON form. Errors: ``ValueError``, ``TypeError``."""
    spec = FieldSpec(**values)
    marks = (spec.facet, spec.sort, spec.regions, spec.roots)
    if not isinstance(spec.name, str) or spec.kind not in get_args(Kind) or not all(isinstance(mark, bool) for mark in marks) or type(spec.version) is not int:
        raise ValueError(f"'{spec.name}' can't be a field")
    return spec


def join_words(words: Iterable[str]) -> str:
    """The words as a block."""
    return SEPARATOR.join(words)


def count_words(block: str) -> int:
    """Number of words in a block."""
    return block.count(SEPARATOR) + 1 if block else 0


class Region(msgspec.Struct, frozen=True, gc=False):
    """A block, of the text field with ``regions``, that has a level (``None`` for none) and labels."""

    block: int
    level: int | None = None
    labels: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True, gc=False):
    """One document: a unique key, its stored bytes, and its values by field.

    ``texts``: blocks of words, split and folded by the caller, the words of a block joined by `SEPARATOR` (one string per block, since most of
    a record is words). ``facets``: values to count; repeated ones count once. ``regions``: by rising block. ``joined``: by text field,
    additional words at the position of another word, as (block, word offset in the block, word); they don't count towards the text's length.
    """

    key: str
    stored: bytes
    texts: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    numbers: Mapping[str, int | None] = msgspec.field(default_factory=dict)
    facets: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    regions: Sequence[Region] = ()
    joined: Mapping[str, Sequence[tuple[int, int, str]]] = msgspec.field(default_factory=dict)

    def words(self, field: str) -> list[list[str]]:
        """The words of a text field, a list a block."""
        return [block.split(SEPARATOR) if block else [] for block in self.texts[field]]
