"""The words of a text field of a cable, packed into a column of the cluster: all that passage scores need of the many hits that are not shown.

A value is the base64 of a Zstandard frame: two counts (of the bytes of the words, and of places), each distinct word once with blanks between, the number
of the word at each place, and pairs of place and number for what else stands there. Number 0 is the empty place behind every block. All numbers
have four bytes, the lowest first; of the last two lists come all lowest bytes, then all second ones and so on, which packs better.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import zstandard

from reftel.engine.arrays import PLACE_BITS, Wide
from reftel.search.plan import Word

_LEVEL = 3
_NUMBER = np.dtype("<u4")
_SOUGHT = 32
_SURROGATES = "surrogatepass"  # halves of a pair, which JSON can hold
_POSITION = (1 << PLACE_BITS) - 1

Numbers = npt.NDArray[np.uint32]


def pack_words(blocks: Iterable[Sequence[str]]) -> str:
    """The column's value for some blocks: of each the tokens, and what stands at one place joined by ``|``. Tokens that begin with ``¶`` are left out."""
    numbers: dict[str, int] = {"": 0}
    places, further = list[int](), list[int]()
    for block in blocks:
        for token in block:
            word, *others = token.split("|") if "|" in token else (token,)
            for other in others:
                if not other.startswith("¶"):
                    further += (len(places), numbers.setdefault(other, len(numbers)))
            places.append(numbers.setdefault(word, len(numbers)))
        places.append(0)
    words = _bytes(" ".join(numbers))
    counts, by_bytes = np.array((len(words), len(places)), dtype=_NUMBER), np.array(places + further, dtype=_NUMBER).view(np.uint8).reshape(-1, 4).T
    return base64.b64encode(zstandard.ZstdCompressor(level=_LEVEL).compress(counts.tobytes() + words + by_bytes.tobytes())).decode()


def unpack_words(value: str) -> tuple[bytes, Numbers, Numbers]:
    """The distinct words by number, with blanks between, the number at each place, and the pairs of `pack_words`. `ValueError` for another value."""
    try:
        data = zstandard.ZstdDecompressor().decompress(base64.b64decode(value + "=="))
    except zstandard.ZstdError as error:
        raise ValueError(f"packed words: {error}") from error
    length, places = np.frombuffer(data, _NUMBER, 2).tolist()
    numbers = np.ascontiguousarray(np.frombuffer(data, np.uint8, offset=8 + length).reshape(4, -1).T).view(_NUMBER).ravel()
    return data[8 : 8 + length], numbers[:places], numbers[places:].reshape(-1, 2)


class PackedField:
    """One text field of some cables, numbered from 0, as `passages` wants it. ``values``: of each its column; ``None`` for a cable without a block.

    ``forms``: what each word that will be asked for stands for in the field.
    """

    def __init__(self, name: str, values: Sequence[str | None], forms: Mapping[Word, Sequence[str]]) -> None:
        self.name = name
        unpacked = [_NO_WORDS if value is None else unpack_words(value) for value in values]
        begins = np.cumsum([0, *(len(places) for _words, places, _further in unpacked)])
        bases = np.cumsum([0, *(1 + words.count(b" ") for words, _places, _further in unpacked)])
        self._begins: Wide = begins
        self._size = int(bases[-1])
        self._numbers: Wide = np.concatenate([places + base for (_words, places, _further), base in zip(unpacked, bases, strict=False)] or [_EMPTY])
        further = [each + np.array((begin, base)) for (_words, _places, each), begin, base in zip(unpacked, begins, bases, strict=False) if len(each)]
        self._further: Wide = np.concatenate(further or [_EMPTY.reshape(-1, 2)])
        separators = np.zeros(self._size, dtype=np.bool_)
        separators[bases[:-1]] = True
        self._blocks_end: Wide = np.flatnonzero(separators[self._numbers])
        numbers = _numbers_of(dict.fromkeys(itertools.chain.from_iterable(forms.values())), b" ".join([words for words, _places, _further in unpacked]))
        self._asked = {word: [number for form in own for number in numbers.get(form, ())] for word, own in forms.items()}

    def places(self, word: Word) -> Wide:
        """As of `WordPlaces`."""
        wanted = np.zeros(self._size, dtype=np.bool_)
        wanted[self._asked[word]] = True
        found = np.flatnonzero(wanted[self._numbers])
        joined = self._further[wanted[self._further[:, 1]], 0]
        return self._placed(np.union1d(found, joined) if len(joined) else found)

    def block_ends(self, places: Wide) -> Wide:
        """As of `WordPlaces`."""
        numbers = self._begins[places >> PLACE_BITS] + (places & _POSITION)
        return self._placed(self._blocks_end[self._blocks_end.searchsorted(numbers)] - 1)

    def _placed(self, numbers: Wide) -> Wide:
        cables = self._begins.searchsorted(numbers, "right") - 1
        placed: Wide = (cables << PLACE_BITS) + numbers - self._begins[cables]
        return placed


_EMPTY: Wide = np.empty(0, dtype=np.int64)
_NO_WORDS = b"", np.empty(0, dtype=np.uint32), np.empty((0, 2), dtype=np.uint32)


def _numbers_of(forms: Collection[str], words: bytes) -> dict[str, list[int]]:
    """By form the numbers of it, in a row, among ``words`` with blanks between. A few forms are sought one by one, of many each word is looked up."""
    if len(forms) > _SOUGHT:
        found: dict[str, list[int]] = {form: [] for form in forms}
        for number, word in enumerate(words.decode(errors=_SURROGATES).split(" ")):
            if word in found:
                found[word].append(number)
        return found
    framed = b" " + words + b" "
    blanks = np.flatnonzero(np.frombuffer(framed, np.uint8) == ord(" "))
    return {form: blanks.searchsorted(list(_offsets(b" " + _bytes(form) + b" ", framed))).tolist() for form in forms}


def _offsets(sought: bytes, words: bytes) -> Iterator[int]:
    """Where ``sought`` begins, which may share its blank with the one before."""
    at = words.find(sought)
    while at >= 0:
        yield at
        at = words.find(sought, at + len(sought) - 1)


def _bytes(words: str) -> bytes:
    return words.encode(errors=_SURROGATES)
