"""The protocols of engines: `Engine` answers plans, `ArchiveEngine` also opens, closes and reads an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from reftel.base.frozen import frozen
from reftel.engine.arrays import Mask, Wide
from reftel.search.paragraphs import ParagraphTexts
from reftel.search.plan import Answer, Found, Node, Request, Word
from reftel.search.positions import FieldText


@frozen
class NodeCount:
    """Number of cables that a node of a plan matches by itself, the time taken (children included), and the method of evaluation."""

    node: Node
    documents: int
    milliseconds: float
    way: str
    children: tuple[NodeCount, ...] = ()


class HitTexts(Protocol):
    """Records of some hits, numbered from 0 in their order, and the places of words in them."""

    def records(self) -> Iterator[Sequence[bytes]]:
        """The stored records, each a sequence of lines that are read on access."""
        ...

    @property
    def paragraphs(self) -> ParagraphTexts:
        """Their paragraphs."""
        ...

    @property
    def subject(self) -> FieldText:
        """Their subjects."""
        ...

    def outside(self, node: Node, field: str) -> Mask:
        """Mask of the cables in which a position expression matches in a field outside all paragraphs."""
        ...

    def owners(self, places: Wide) -> Wide:
        """The number of the cable that each of ``places`` is in."""
        ...


class Engine(Protocol):
    """Evaluates plans. ``search/plan.py`` defines every node; all engines give the same cables, totals, facets and orders."""

    def answer(self, request: Request) -> Answer:
        """The exact total, the window of hits in the requested order, and the facets over all hits."""
        ...

    def texts(self, found: Sequence[Found]) -> HitTexts:
        """Records and word places of some hits, numbered in their order; to be read inside `errors`."""
        ...

    def errors(self) -> AbstractContextManager[None]:
        """Context manager that translates errors of reading `texts` into those that users see."""
        ...

    def scan(self, root: Node) -> Iterator[str]:
        """The key of every hit, in key order, as a stream."""
        ...

    def explain(self, root: Node) -> NodeCount:
        """The plan with count, time and method for every node."""
        ...

    def rarity(self, word: Word) -> float:
        """The idf of a word; see ``search/scoring.py``."""
        ...

    def forms(self, word: Word) -> Sequence[str]:
        """The terms that ``word`` stands for in its fields, by falling document frequency (deleted cables count until they are merged away)."""
        ...

    def numbers(self, root: Node, field: str) -> list[tuple[str, int]]:
        """Key and number of every hit that has one, in key order. ``field``: kind ordered (ranks) or date (minutes since 1970, UTC)."""
        ...

    def count_words(self, root: Node, words: Sequence[str], fields: Sequence[str]) -> list[int]:
        """For each of ``words`` (folded, as indexed), the number of hits that have it in any of the text ``fields``."""
        ...

    def lexicon(self, field: str) -> Sequence[str]:
        """Every term of a text or name field, sorted; some may be in deleted cables only."""
        ...

    def facets_among(self, asked: Sequence[tuple[Node, Sequence[tuple[str, str]]]], name: str) -> list[Answer]:
        """For each plan with values (facet and value): the number of hits that have all of them, and the buckets of the facet ``name`` over these."""
        ...

    def members(self, root: Node, name: str, wanted: Callable[[str], bool]) -> Iterable[tuple[str, list[str]]]:
        """Those values of the facet ``name`` among the hits that are ``wanted``, each with the keys of its hits, in key order."""
        ...


class ArchiveEngine(Engine, Protocol):
    """An engine over a published archive, with what `reftel.state` needs besides queries."""

    @property
    def generation(self) -> object:
        """Identifies this published state of the archive."""
        ...

    def count(self) -> int:
        """How many cables the archive holds."""
        ...

    def record(self, key: str) -> bytes | None:
        """The stored JSON of the cable with this key; ``None`` if there is none."""
        ...

    def stored(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        """As `record`, for some cables, which are read together where that is quicker."""
        ...

    def close(self) -> None:
        """Close files and connections; later calls raise `ArchiveClosed`."""
        ...
