"""Texts that stand under two ids: the same text, near copies, a text inside another, long quoted blocks.

Every run of eight words has a hash, and winnowing (Schleimer, Wilkerson and Aiken, 2003) keeps the least of every sixteen neighbours:
two texts that share twenty-three words in a row share a kept hash. Hashes and pairs of cables go to temporary files in parts, each part
small enough to be sorted in memory; pairs that share two of them are then compared word by word.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from reftel.base import durable
from reftel.base.frozen import frozen
from reftel.schema.analysis import words
from reftel.schema.errors import BadValueError
from reftel.search.plan import Request

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.desk import Desk
    from reftel.search.plan import Node

Kind = Literal["same", "near", "contained", "quoted"]
Hashes = npt.NDArray[np.uint64]

SHINGLE = 8
"""Words of a run that is hashed."""

WINDOW = 16
"""Neighbouring runs of which one is kept."""

THRESHOLD = 0.8
"""Share of runs in common from which texts are near copies, or one is contained in the other."""

BLOCK = 60
"""Words in a row from which a common block is a quotation."""

SHORTEST = 20
"""Words that a text needs to be compared at all."""

COMMON = 20
"""Cables above which a run of words is a set phrase that says nothing. Identical texts count as one cable."""

_SHORT = 64  # runs up to which all are kept, so that one changed word hides no copy
_PARTS = 32
_BUFFER = 1 << 15
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@frozen(brief=True)
class Duplicate:
    """Two cables with text in common, ``first`` the earlier by key.

    ``kind``: ``same`` (word for word), ``near`` (resemblance at or above the threshold), ``contained`` (the shorter in the longer),
    ``quoted`` (a block in common). ``resemblance``: runs in common of all runs; ``containment``: of those of the shorter text;
    ``block``: the longest common block in words, beginning with ``text``.
    """

    kind: Kind
    first: str
    second: str
    resemblance: float
    containment: float
    block: int
    text: str
    subjects: tuple[str | None, str | None] = (None, None)
    dates: tuple[str | None, str | None] = (None, None)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        record = dataclasses.asdict(self)
        shares = {"resemblance": round(self.resemblance, 4), "containment": round(self.containment, 4)}
        return record | shares | {"subjects": list(self.subjects), "dates": list(self.dates)}


@frozen
class _Text:
    words: tuple[str, ...]
    runs: Hashes  # a hash for each run of words, in text order


OnProgress = Callable[[str, int, int], None]
"""Called with the stage (texts are ``read``, then pairs are ``compared``), how many are done, and of how many."""


def find_duplicates(
    desk: Desk, query: str = "*", *, threshold: float = THRESHOLD, block: int = BLOCK, on_left_out: Callable[[int], None] | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[Duplicate]:  # fmt: skip
    """Pairs among the hits of ``query``, in order of their keys. ``block`` 0: no quotations.

    Each of a set of identical texts is paired with the first of them alone, and only that one with other texts. ``on_left_out`` is called,
    before the first pair, with how many runs of words lead to none since more than `COMMON` texts have them, ``on_progress`` with how far the search is.
    """
    if not 0 < threshold <= 1:
        raise BadValueError("the threshold is above 0 and at most 1", text=str(threshold), start=0)
    if block and block < SHINGLE + WINDOW * 2 - 1:
        raise BadValueError(
            f"a block has {SHINGLE + WINDOW * 2 - 1} words or more",
            text=str(block),
            start=0,
            hint="0 looks for no blocks",
        )
    return _find(desk, desk.read(query).plan, threshold, block, on_left_out, on_progress or _untold)


def _untold(_stage: str, _done: int, _total: int) -> None:
    pass


def _find(
    desk: Desk, root: Node, threshold: float, block: int, on_left_out: Callable[[int], None] | None, on_progress: OnProgress
) -> Iterator[Duplicate]:
    text_of = functools.lru_cache(maxsize=64)(lambda key: _text(desk.load(key)))
    with tempfile.TemporaryDirectory(prefix="reftel-") as folder:
        hashes, pairs = _Parts(Path(folder) / "hashes", 2), _Parts(Path(folder) / "pairs", 1)
        keys: list[str] = []
        same: list[tuple[int, int]] = []
        first_with: dict[bytes, int] = {}
        total = desk.engine.answer(Request(root, limit=0)).total
        for number, cable in enumerate(desk.cables(root)):
            on_progress("read", number, total)
            keys.append(cable.key)
            text = _text(cable)
            if len(text.words) < SHORTEST:
                continue
            first = first_with.setdefault(
                hashlib.blake2b(" ".join(text.words).encode(), digest_size=16).digest(), number
            )
            if first != number:
                same.append((first, number))
            else:
                kept = winnow(text.runs)
                hashes.add(kept % np.uint64(_PARTS), np.column_stack([kept, np.full(len(kept), number, np.uint64)]))
        left_out = 0
        for rows in hashes.each():
            found, common = _pairs(rows)
            left_out += common
            pairs.add(found % np.uint64(_PARTS), found[:, None])
        candidates = sorted({*same, *(pair for rows in pairs.each() for pair in _frequent(rows[:, 0]))})
        if left_out and on_left_out is not None:
            on_left_out(left_out)
        for number, (first, second) in enumerate(candidates):
            on_progress("compared", number, len(candidates))
            duplicate = compare(text_of(keys[first]), text_of(keys[second]), threshold, block)
            if duplicate:
                yield _named(duplicate, desk.load(keys[first]), desk.load(keys[second]))


def _named(duplicate: Duplicate, first: Cable, second: Cable) -> Duplicate:
    return dataclasses.replace(
        duplicate,
        first=first.key,
        second=second.key,
        subjects=(first.subject, second.subject),
        dates=(first.date, second.date),
    )


def compare(first: _Text, second: _Text, threshold: float, block: int) -> Duplicate | None:
    """What two texts have in common; ``None`` for too little. The keys are left empty."""
    if first.words == second.words:
        return Duplicate("same", "", "", 1.0, 1.0, len(first.words), _opening(first.words))
    common = len(np.intersect1d(first.runs, second.runs))
    runs = len(np.unique(first.runs)), len(np.unique(second.runs))
    resemblance, containment = common / max(sum(runs) - common, 1), common / max(min(runs), 1)
    start, length = longest_block(first.runs, second.runs)
    kind: Kind | None = (
        "near"
        if resemblance >= threshold
        else "contained"
        if containment >= threshold
        else "quoted"
        if block and length >= block
        else None
    )
    return (
        Duplicate(kind, "", "", resemblance, containment, length, _opening(first.words[start : start + length]))
        if kind
        else None
    )


def _opening(found: Iterable[str]) -> str:
    return " ".join(list(found)[:12])


def longest_block(first: Hashes, second: Hashes) -> tuple[int, int]:
    """Start in the first text and length, both in words, of the longest run of words in common; ``(0, 0)`` for none of eight."""
    places: dict[int, list[int]] = {}
    for place, run in enumerate(second.tolist()):
        places.setdefault(run, []).append(place)
    best, start = 0, 0
    above: dict[int, int] = {}
    for place, run in enumerate(first.tolist()):
        current = {other: above.get(other - 1, 0) + 1 for other in places.get(run, ())[:_MOST_PLACES]}
        longest = max(current.values(), default=0)
        if longest > best:
            best, start = longest, place - longest + 1
        above = current
    return start, best + SHINGLE - 1 if best else 0


_MOST_PLACES = 64
"""Places of one run in a text that are followed, so that a text of one phrase over and over takes no quadratic time."""


def winnow(runs: Hashes) -> Hashes:
    """The least hash of every `WINDOW` neighbours, each once; of a short text all."""
    if len(runs) <= _SHORT:
        return np.unique(runs)
    kept: Hashes = np.unique(np.lib.stride_tricks.sliding_window_view(runs, WINDOW).min(axis=1))
    return kept


def _text(cable: Cable) -> _Text:
    """The words of a cable's paragraphs (of its body, where it has none) and the hashes of their runs."""
    blocks = [part for paragraph in cable.paragraphs for part in (paragraph.heading, paragraph.text) if part] or [
        cable.body
    ]
    found = tuple(word for part in blocks for word in words(part))
    return _Text(found, hash_runs(found))


def hash_runs(found: tuple[str, ...]) -> Hashes:
    """A 64-bit hash for every run of `SHINGLE` words; equal runs have equal hashes."""
    if len(found) < SHINGLE:
        return np.empty(0, np.uint64)
    each = np.fromiter(
        (zlib.crc32(data := word.encode()) << 32 | zlib.adler32(data) for word in found),
        dtype=np.uint64,
        count=len(found),
    )
    runs = np.zeros(len(found) - SHINGLE + 1, np.uint64)
    for offset in range(SHINGLE):
        runs = runs * _FACTOR + each[offset : offset + len(runs)]
    runs ^= runs >> np.uint64(31)
    mixed: Hashes = runs * _FACTOR
    return mixed ^ (mixed >> np.uint64(29))


def _pairs(rows: Hashes) -> tuple[Hashes, int]:
    """Each pair of cables (packed in one number) once for every hash that both have; and how many hashes are left out, of more than `COMMON` cables."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    starts = np.flatnonzero(np.diff(rows[:, 0], prepend=rows[:1, 0] + np.uint64(1)))
    sizes = np.diff(starts, append=len(rows))
    numbers = rows[:, 1]
    found = [np.empty(0, np.uint64)]
    for size in range(2, COMMON + 1):
        groups = numbers[starts[sizes == size][:, None] + np.arange(size)]
        for left in range(size - 1):
            for right in range(left + 1, size):
                found.append(groups[:, left] << np.uint64(32) | groups[:, right])  # noqa: PERF401 - reads better than a comprehension
    return np.concatenate(found), int(np.count_nonzero(sizes > COMMON))


def _frequent(packed: Hashes) -> list[tuple[int, int]]:
    """The pairs that share two hashes or more."""
    pairs, counts = np.unique(packed, return_counts=True)
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs[counts > 1].tolist()]


class _Parts:
    """Rows of numbers in `_PARTS` temporary files, buffered."""

    def __init__(self, folder: Path, width: int) -> None:
        folder.mkdir(durable.PRIVATE_FOLDER)
        self._files = [folder / str(number) for number in range(_PARTS)]
        self._width = width
        self._waiting: list[tuple[Hashes, Hashes]] = []
        self._rows = 0

    def add(self, parts: Hashes, rows: Hashes) -> None:
        """Put each row into its part."""
        self._waiting.append((parts, rows))
        self._rows += len(rows)
        if self._rows >= _BUFFER:
            self._flush()

    def each(self) -> Iterator[Hashes]:
        """The rows of every part that has some."""
        self._flush()
        for file in self._files:
            if file.exists():
                yield np.fromfile(file, np.uint64).reshape(-1, self._width)

    def _flush(self) -> None:
        if not self._waiting:
            return
        parts = np.concatenate([parts for parts, _rows in self._waiting])
        rows = np.concatenate([rows for _parts, rows in self._waiting])
        for number in np.unique(parts).tolist():
            with os.fdopen(durable.open_own(self._files[number], os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as file:
                rows[parts == number].tofile(file)
        self._waiting, self._rows = [], 0
