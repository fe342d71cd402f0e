"""What every engine offers: an answer to a request, a stream of keys, and counts per node of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from reftel.engine.arrays import Mask
from reftel.frozen import frozen
from reftel.search.plan import Answer, Found, Node, Request, Word
from reftel.search.positions import FieldText, Integers
from reftel.search.snippets import ParagraphTexts


@frozen
class NodeCount:
    """How many cables a node of a plan holds for by itself, the time that took, its children included, and the way it was found out."""

    node: Node
    documents: int
    milliseconds: float
    way: str
    children: tuple[NodeCount, ...] = ()


class HitTexts(Protocol):
    """Records of some cables, which are numbered from 0, and where words stand in them."""

    def records(self) -> Iterator[Sequence[bytes]]:
        """The lines of the stored records, read as they are asked for."""
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
        """The cables in which a position expression stands in a field, paragraphs left out."""
        ...

    def owners(self, places: Integers) -> Integers:
        """The cable that each of ``places`` stands in."""
        ...


class Engine(Protocol):
    """Evaluates plans. The meaning of every node is in ``search/plan.py``; all engines give the same cables, totals, facets and orders."""

    def answer(self, request: Request) -> Answer:
        """The exact total, the window of hits in the order asked for, and the facets over all hits."""
        ...

    def texts(self, found: Sequence[Found]) -> HitTexts:
        """Records and words of some hits, numbered in their order; to be read inside `errors`."""
        ...

    def errors(self) -> AbstractContextManager[None]:
        """Errors of what `texts` gives as users see them."""
        ...

    def scan(self, root: Node) -> Iterator[str]:
        """The key of every hit, in key order, without holding the hits in memory."""
        ...

    def explain(self, root: Node) -> NodeCount:
        """The plan with a count and a time at every node."""
        ...

    def rarity(self, word: Word) -> float:
        """How much a word counts by the number of cables that hold it; see ``search/scoring.py``."""
        ...

    def forms(self, word: Word) -> Sequence[str]:
        """The words of the index that ``word`` stands for in its fields, the commonest first (deleted cables count until they are merged away)."""
        ...

    def numbers(self, root: Node, field: str) -> list[tuple[str, int]]:
        """Key and number of every hit that has one, in key order. ``field``: kind ordered (ranks) or date (minutes since 1970, UTC)."""
        ...

    def count_words(self, root: Node, words: Sequence[str], fields: Sequence[str]) -> list[int]:
        """For each of ``words`` (folded, as they stand in the index) the number of hits that hold it in any of the text ``fields``."""
        ...

    def lexicon(self, field: str) -> Sequence[str]:
        """Every word of a text or name field, in rising order; some may stand in no cable any more."""
        ...

    def facet_among(self, root: Node, values: Sequence[tuple[str, str]], name: str) -> Answer:
        """The hits that have all of ``values`` (facet and value) and the buckets of the facet ``name`` over them; no window."""
        ...

    def members(self, root: Node, name: str, wanted: Callable[[str], bool]) -> Iterable[tuple[str, list[str]]]:
        """The values of the facet ``name`` that hits have and that are ``wanted``, each with the keys of those hits, in key order."""
        ...


class ArchiveEngine(Engine, Protocol):
    """An engine over an archive that was published: what `reftel.state` asks beside questions."""

    @property
    def generation(self) -> object:
        """What tells this state of the archive from those before and after it."""
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
        """Let go of what the archive is read through; whoever asks afterwards gets `ArchiveClosed`."""
        ...
