"""The plan: what an engine is asked, free of query syntax and of any index.

The query compiler builds it, engines evaluate it. Every node is frozen and hashable; ``origin`` (never compared) is the span of the query
text that a node came from, so that ``explain`` can point at it.

What nodes mean, given a cable's fields cut into blocks of tokens (see ``schema/fields.py``):

* A *position expression* (`Word`, `Phrase`, `Near`, `AnyOf`) yields spans ``(block, first, last)`` of token positions in one field.
* A *paragraph expression* (position expressions, `Mark`, `And`, `Or`, `Not`, `Everything`) holds or not for one paragraph.
* A *cable expression* (all nodes) holds or not for one cable. A position expression holds if any of its fields yields a span.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, TypeVar

from reftel.base.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

Item_co = TypeVar("Item_co", covariant=True)

Origin = tuple[int, int]


@frozen(kw_only=True)
class Node:
    """Base of all plan nodes. ``origin``: character offsets in the query text, end exclusive; ``None`` where the compiler added the node."""

    origin: Origin | None = dataclasses.field(default=None, compare=False)


# -- position expressions ------------------------------------------------------------------------------------------------------------

Match = Literal["exact", "inflected", "prefix", "wildcard", "fuzzy", "spelled", "alike"]


ALIKE = 2
"""Letters that two romanisations of one name may differ by."""


@frozen
class Word(Node):
    """One token of ``fields`` that matches ``text`` (folded), or a further form of the text (``schema.analysis``), which spans all of its parts.

    exact: equal. inflected: equal, or a form of the same word (``schema.inflections.related``). prefix: starts with it. wildcard: ``*`` any letters,
    ``?`` one. fuzzy: Levenshtein distance at most ``distance`` (1 or 2). spelled: one of ``spellings``, of which ``text`` is one. alike: may be the
    same name in another romanisation (``schema.spellings.alike``), at a distance of at most `ALIKE`.

    ``forms`` (never compared): the words of the index that an inflected word stands for, where an engine was asked for them, so that nobody
    who reads cables has to tell inflections himself.
    """

    text: str
    match: Match = dataclasses.field(default="exact", hash=False)  # words are keys everywhere, and the text tells most of them apart
    distance: int = dataclasses.field(default=0, hash=False)
    fields: tuple[str, ...] = dataclasses.field(default=(), hash=False)
    spellings: tuple[str, ...] = dataclasses.field(default=(), hash=False)
    forms: tuple[str, ...] | None = dataclasses.field(default=None, compare=False)


@frozen
class AnyOf(Node):
    """The spans of any of its children (position expressions over the same fields)."""

    children: tuple[Node, ...]


@frozen
class Phrase(Node):
    """Its parts one directly after the other in one block: part *n+1* starts at the position after part *n* ends."""

    parts: tuple[Node, ...]


@frozen
class Near(Node):
    """``left`` and ``right`` in one block, not overlapping, the gap between the end of one and the start of the other at most ``distance``.

    Adjacent is 1. ``ordered``: left stands before right. The span runs from the first to the last position of both.
    """

    left: Node
    right: Node
    distance: int
    ordered: bool = False


# -- paragraph and cable expressions -----------------------------------------------------------------------------------------------------


@frozen
class Everything(Node):
    """Every cable; every paragraph."""


@frozen
class Nothing(Node):
    """No cable; no paragraph."""


@frozen
class And(Node):
    """All children."""

    children: tuple[Node, ...]


@frozen
class Or(Node):
    """Any child."""

    children: tuple[Node, ...]


@frozen
class Not(Node):
    """Whatever the child does not hold for."""

    child: Node


@frozen
class Mark(Node):
    """A paragraph whose mark has a level rank in ``lowest..highest`` (inclusive) and all of ``caveats``. Unmarked paragraphs never match."""

    lowest: int
    highest: int
    caveats: tuple[str, ...] = ()


@frozen
class Paragraph(Node):
    """Cables with at least one paragraph for which ``child``, a paragraph expression, holds. Only text of the field ``body`` counts, no headings."""

    child: Node


@frozen
class Value(Node):
    """Keyword ``field`` has one of ``values`` (normalised as the field does)."""

    field: str
    values: tuple[str, ...]


@frozen
class ValuePattern(Node):
    """Keyword ``field`` has a value that matches ``pattern`` (``*`` any letters, ``?`` one)."""

    field: str
    pattern: str


@frozen
class Tagged(Node):
    """Cables with a tag of one's own that is one of ``tags``, or like one (``*`` any letters, ``?`` one).

    No engine knows tags: the searcher puts the cables that have them in its place.
    """

    tags: tuple[str, ...]


@frozen
class Range(Node):
    """Number ``field`` (ordered: ranks; date: minutes since 1970) lies in ``lowest..highest``, inclusive; ``None`` is open. Absent never matches."""

    field: str
    lowest: int | None
    highest: int | None


@frozen
class CitedBy(Node):
    """Cables whose id is among the ``refs`` of a cable with one of these ``ids``."""

    ids: tuple[str, ...]


# -- ranking ---------------------------------------------------------------------------------------------------------------------------


@frozen
class Prefer(Node):
    """Exactly the cables of ``child``; each of ``bonuses`` that also holds adds `PREFERENCE` times its weight to the score.

    Compiled from a bare cable id: that cable first, then those that cite it.
    """

    child: Node
    bonuses: tuple[tuple[Node, float], ...]


@frozen
class Neighbours(Node):
    """Exactly the cables of ``child``. Where one of ``phrases`` stands, words side by side in the question, that adds to the score by degree."""

    child: Node
    phrases: tuple[Phrase, ...]


PREFERENCE = 100.0
"""Larger than any score in practice, so that a preference decides the order and the score decides within it."""


# -- the whole request --------------------------------------------------------------------------------------------------------------------


@frozen
class Request:
    """What an engine gets: a checked plan, an order, a window and the facets wanted.

    ``sort`` is ``relevance`` or a sort field's name, with ``-`` for descending; ties and absent values: key ascending, absent last.
    ``limit`` ``None`` = every hit. ``facets``: (field, number of buckets or ``None`` for all). ``shown``: whether the texts of the window are asked for
    next, which an engine may fetch with it.
    """

    root: Node
    sort: str = "relevance"
    offset: int = 0
    limit: int | None = 20
    facets: tuple[tuple[str, int | None], ...] = ()
    shown: bool = False


@frozen(brief=True)
class Bucket:
    """A facet value and the number of hits that have it."""

    value: str
    count: int


class Found(NamedTuple):
    """One hit as an engine knows it: the cable's key, its score (0 when sorted by a field), and the engine's own number of it, if it has one."""

    key: str
    score: float
    number: int = -1


class Top(tuple[Item_co, ...]):
    """The first of a ranking; ``left_out``: how many more it has."""

    left_out: int

    def __new__(cls, items: Iterable[Item_co], left_out: int = 0) -> Self:
        """A tuple that knows what it leaves out."""
        made = super().__new__(cls, items)
        made.left_out = left_out
        return made

    def __getnewargs__(self) -> tuple[tuple[Item_co, ...], int]:
        """What a copy is made of."""
        return tuple(self), self.left_out


@frozen
class Answer:
    """What an engine gives back: the exact total over all hits, the window, and facet buckets by falling count, then value."""

    total: int
    found: tuple[Found, ...]
    facets: dict[str, Top[Bucket]]
