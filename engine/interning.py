"""Interning: numbers the words of many texts at once.

Looking up every word in a large dict costs several cache misses a word. Here the words of a whole batch of documents are concatenated bytes. They are
sorted by a hash, which groups equal words (and is the order that postings need anyway), and each distinct word is looked up once, in a hash table
made of arrays.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reftel.base.frozen import frozen
from reftel.engine.arrays import Integers
from reftel.engine.lexicon import decode_term, encode_term
from reftel.engine.specs import SEPARATOR, count_words, join_words

Unsigned = npt.NDArray[np.uint64]

_STAND_IN = "\0"  # prefix of the stand-in for a word that contains it
_LONGEST = 16  # bytes; longer words are replaced by a number
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)
_PAIR = struct.Struct("<QQ")
_ODD = np.uint64(2**64 - 1)  # can't be part of a word: UTF-8 has no byte 255
_SMALLEST = 1 << 10
_FREE = -1
_ONE_BYTE = np.uint64(255)
_INITIALS = 28  # classes of words by their first byte: below "a", each letter, above "z"
_INITIAL_BITS = np.uint64((_INITIALS - 1).bit_length())
_INITIAL_OF = np.clip(np.arange(256) - (ord("a") - 1), 0, _INITIALS - 1).astype(np.uint64)
_AT_ONCE = 1 << 18  # bytes of words converted at once; their arrays fit into a core's cache


@frozen
class Grouped:
    """Words grouped by equality: ``order`` is the stable permutation that groups them, ``starts`` the index of each group in it, ``numbers`` the
    vocabulary number of each group. The groups' `initials` rise."""

    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.uint32]


class Vocabulary:
    """Numbers distinct words in order of appearance, from 0.

    A word is represented by its bytes as two uint64, ``low`` and ``high``. A word that is longer than 16 bytes or contains a zero byte is *odd*:
    a dict numbers it, and that number takes the place of all its bytes but the first.
    """

    def __init__(self) -> None:
        self._odd: dict[str, int] = {}
        self._low, self._high = np.empty(_SMALLEST, dtype=np.uint64), np.empty(_SMALLEST, dtype=np.uint64)
        self._size = 0
        # Random, so that nobody can craft words that all collide.
        self._mixers = [np.uint64(int.from_bytes(os.urandom(8), "little") | 1) for _ in range(3)]
        self._slots = np.full(4 * _SMALLEST, _FREE, dtype=np.int32)

    def __len__(self) -> int:
        return self._size

    def odd_number(self, word: str) -> int:
        """The ``low`` value of an odd word: its number among the odd words, shifted by 8, and its first byte."""
        return self._odd.setdefault(word, len(self._odd)) << 8 | encode_term(word)[0]

    def initials(self) -> npt.NDArray[np.int64]:
        """The class of every word's first byte, by word number (0 to 27)."""
        return _initials(self._low[: self._size]).astype(np.int64)

    def words(self) -> list[str]:
        """All words in the order of their numbers."""
        return self._words(np.arange(self._size))

    def ranked(self) -> tuple[list[str], npt.NDArray[np.uint32]]:
        """All words sorted, and the rank of each by its number."""
        low, high = self._low[: self._size].copy(), self._high[: self._size].copy()
        odd = list(self._odd)
        for number in np.flatnonzero(high == _ODD).tolist():  # which sort as others by their first bytes
            low[number], high[number] = _PAIR.unpack(encode_term(odd[int(low[number]) >> 8])[:_LONGEST].ljust(_LONGEST, b"\0"))
        low, high = low.byteswap(), high.byteswap()  # as numbers they sort as their bytes do
        order = np.lexsort((high, low))
        words = self._words(order)
        alike = np.flatnonzero(~_changes(low[order], high[order]))
        for run in np.split(alike, np.flatnonzero(np.diff(alike) > 1) + 1) if len(alike) else ():  # odd words with the same first bytes
            places = slice(int(run[0]), int(run[-1]) + 2)
            pairs = sorted(zip(words[places], order[places].tolist(), strict=True))
            words[places], order[places] = [word for word, _number in pairs], [number for _word, number in pairs]
        ranks = np.empty(self._size, dtype=np.uint32)
        ranks[order] = np.arange(self._size, dtype=np.uint32)
        return words, ranks

    def _words(self, numbers: npt.NDArray[np.int64]) -> list[str]:
        """The words with these numbers."""
        pairs = np.stack([self._low[numbers], self._high[numbers]], axis=1).astype("<u8")
        odd_ones = np.flatnonzero(pairs[:, 1] == _ODD).tolist()
        places = (pairs[odd_ones, 0] >> 8).tolist()
        pairs[odd_ones] = 0
        words = decode_term(b"\n".join(pairs.view(f"S{_LONGEST}").ravel().tolist())).split(SEPARATOR) if len(pairs) else []
        odd = list(self._odd)
        for number, place in zip(odd_ones, places, strict=True):
            words[number] = odd[place]
        return words

    def numbers(self, words: Sequence[str]) -> npt.NDArray[np.uint32]:
        """The number of each word; new words are added."""
        stream = WordStream()
        if words:
            stream.add_joined(join_words(words), len(words))
        return self.numbers_of(*stream.take(self))

    def grouped(self, low: Unsigned, high: Unsigned) -> Grouped:
        """The words, given by their bytes, grouped by equality; new words are added."""
        bits = np.uint64(max(len(low) - 1, 0).bit_length())
        # NumPy's sort is several times faster than its argsort, so each key packs the class of the initial, the hash and the index.
        keys = self._mixed(low, high)
        keys >>= bits + _INITIAL_BITS
        keys |= _initials(low) << (np.uint64(64) - bits - _INITIAL_BITS)
        keys <<= bits
        keys |= np.arange(len(low), dtype=np.uint64)
        keys.sort()
        order = (keys & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64)
        keys >>= bits
        new = np.ones(len(low), dtype=np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        low, high = low[order], high[order]
        if np.any(_changes(low, high) != new[1:]):  # a hash collision
            again = np.lexsort((high, low, _initials(low)))
            order, low, high = order[again], low[again], high[again]
            new[1:] = _changes(low, high)
        starts = np.flatnonzero(new)
        return Grouped(order, starts, self.numbers_of(low[starts], high[starts]))

    def numbers_of(self, low: Unsigned, high: Unsigned) -> npt.NDArray[np.uint32]:
        """The number of each word, given by its bytes; new words are added."""
        found = np.empty(len(low), dtype=np.uint32)
        left = np.arange(len(low), dtype=np.int32)
        slots, steps = self._places(low, high)
        while len(left):
            if 2 * (self._size + 1) > len(self._slots):
                self._grow()
                slots, steps = self._places(low[left], high[left])
            numbers = self._slots[slots]
            if self._take_free(low, high, left, slots, numbers):
                continue
            equal = (self._low[numbers] == low[left]) & (self._high[numbers] == high[left])
            found[left[equal]] = numbers[equal]
            kept = ~equal
            left, steps = left[kept], steps[kept]
            slots = (slots[kept] + steps) & (len(self._slots) - 1)
        return found

    def _places(self, low: Unsigned, high: Unsigned) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The first slot to probe for each word, and its probing step (double hashing; steps are odd, so that all slots are reached)."""
        mixed = self._mixed(low, high)
        bits = len(self._slots).bit_length() - 1
        steps = (mixed * self._mixers[2]) >> np.uint64(64 - bits)
        return (mixed >> np.uint64(64 - bits)).astype(np.intp), steps.astype(np.intp) | 1

    def _mixed(self, low: Unsigned, high: Unsigned) -> Unsigned:
        """A multiplicative hash of each word; the high bits are the best mixed."""
        mixed: Unsigned = (low ^ (high * self._mixers[1])) * self._mixers[0]
        return mixed

    def _take_free(self, low: Unsigned, high: Unsigned, left: Integers, slots: Integers, numbers: Integers) -> bool:
        """Whether any probed slot was free; each such slot goes to one of the words that probe it."""
        free = np.flatnonzero(numbers == _FREE)
        if not len(free):
            return False
        wanted = slots[free]
        self._slots[wanted] = free
        winners = free[self._slots[wanted] == free][: len(self._slots) // 2 - self._size]
        self._slots[wanted] = _FREE
        self._slots[slots[winners]] = np.arange(self._size, self._size + len(winners), dtype=np.int32)
        self._append(low[left[winners]], high[left[winners]])
        return True

    def _append(self, low: Unsigned, high: Unsigned) -> None:
        size = self._size + len(low)
        if size > len(self._low):
            more = np.empty(2 * size - self._size, dtype=np.uint64)
            self._low, self._high = np.concatenate([self._low[: self._size], more]), np.concatenate([self._high[: self._size], more])
        self._low[self._size : size], self._high[self._size : size] = low, high
        self._size = size

    def _grow(self) -> None:
        low, high, self._size = self._low[: self._size], self._high[: self._size], 0
        self._slots = np.full(4 * len(self._slots), _FREE, dtype=np.int32)
        slots, steps = self._places(low, high)
        numbers = np.arange(len(low), dtype=np.int32)
        while len(numbers):  # all words are distinct: each only needs a free slot
            free = self._slots[slots] == _FREE
            self._slots[slots[free]] = numbers[free]
            left = self._slots[slots] != numbers
            numbers, steps = numbers[left], steps[left]
            slots = (slots[left] + steps) & (len(self._slots) - 1)
        self._size = len(low)


def _initials(low: Unsigned) -> Unsigned:
    """The class of each word, which rises with its first byte: words of a lower class sort before those of a higher one."""
    classes: Unsigned = _INITIAL_OF.take((low & _ONE_BYTE).view(np.int64))
    return classes


def _changes(low: Unsigned, high: Unsigned) -> npt.NDArray[np.bool_]:
    """Whether each word, from the second on, differs from the one before it."""
    changes: npt.NDArray[np.bool_] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return changes


class WordStream:
    """Collects words, and converts all of them to pairs of uint64 at once, perhaps in another thread."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add_blocks(self, blocks: Sequence[str]) -> list[int]:
        """Add the words of blocks (joined by `SEPARATOR`); the number of words of each block."""
        counts = list(map(count_words, blocks))
        if total := sum(counts):
            self.add_joined(join_words(blocks if all(counts) else filter(None, blocks)), total)
        return counts

    def add_joined(self, words: str, count: int) -> None:
        """Add ``count`` joined words; a single one may be empty."""
        self._pieces.append(encode_term(words))
        self._count += count

    def take(self, vocabulary: Vocabulary) -> tuple[Unsigned, Unsigned]:
        """``low`` and ``high`` of every word, as `Vocabulary` takes them; the stream is empty afterwards."""
        low, high = np.zeros(self._count, dtype=np.uint64), np.zeros(self._count, dtype=np.uint64)
        start, pieces, size = 0, [], 0
        for piece in self._pieces:
            pieces.append(piece if b"\0" not in piece else _plain(piece, vocabulary))
            size += len(piece)
            if size >= _AT_ONCE:
                start += _fill(low[start:], high[start:], pieces, vocabulary)
                pieces, size = [], 0
        _fill(low[start:], high[start:], pieces, vocabulary)
        self._count, self._pieces = 0, []
        return low, high


def _plain(words: bytes, vocabulary: Vocabulary) -> bytes:
    """The words, with a stand-in for each that contains a zero byte."""
    each = decode_term(words).split(SEPARATOR)
    return encode_term(join_words([f"{_STAND_IN}{vocabulary.odd_number(word)}" if _STAND_IN in word else word for word in each]))


def _fill(low: Unsigned, high: Unsigned, pieces: Sequence[bytes], vocabulary: Vocabulary) -> int:
    """The number of words in ``pieces``, whose bytes are written into the arrays (all zero before)."""
    data = b"\n".join([*pieces, b"\0" * _LONGEST])
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord(SEPARATOR))
    count = len(ends)
    starts = np.zeros(count, dtype=np.int64)
    starts[1:] = ends[:-1] + 1
    lengths = ends - starts
    windows: Unsigned = np.ndarray((len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))
    low[:count] = windows[starts] & _FIRST_BYTES[np.minimum(lengths, 8)]
    more = np.flatnonzero(lengths > 8)
    high[more] = windows[starts[more] + 8] & _FIRST_BYTES[np.minimum(lengths[more] - 8, 8)]
    odd = lengths > _LONGEST
    if _STAND_IN.encode() in data[:-_LONGEST]:
        odd |= (low[:count] & np.uint64(255) == 0) & (lengths > 0)
    for place in np.flatnonzero(odd).tolist():
        word = decode_term(data[int(starts[place]) : int(ends[place])])
        low[place], high[place] = int(word[1:]) if word.startswith(_STAND_IN) else vocabulary.odd_number(word), _ODD
    return count
