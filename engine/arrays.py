"""Types of arrays, and what is done to them everywhere: narrow types, running sums, ranges of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[Any]
"""Whole numbers of any type, most often as narrow as `narrow` makes them."""

Wide = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float64]

PLACE_BITS = 32
"""A place is ``document << PLACE_BITS | position``, an int64 that sorts as the text reads."""

_UNSIGNED = ((1 << 8, np.dtype(np.uint8)), (1 << 16, np.dtype(np.uint16)), (1 << 32, np.dtype(np.uint32)))


def narrow(values: Integers) -> Integers:
    """The same numbers, none negative, in the narrowest unsigned type that holds them all."""
    highest = int(values.max()) if len(values) else 0
    for limit, kind in _UNSIGNED:
        if highest < limit:
            return values.astype(kind, copy=False)
    return values.astype(np.uint64, copy=False)


def starts_of(counts: Integers) -> Wide:
    """Offsets of lists of these lengths stored one after the other, with the total at the end: ``[2, 0, 3]`` -> ``[0, 2, 2, 5]``."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    starts[1:] = counts  # a sum that widens as it goes takes twice as long
    np.cumsum(starts, out=starts)
    return starts


def ranges(starts: Wide, counts: Integers) -> Wide:
    """The numbers of several ranges, each a start and a length, one range after the other: ``([5, 9], [2, 1])`` -> ``[5, 6, 9]``."""
    shifted = starts - starts_of(counts)[:-1]
    numbers: Wide = np.repeat(shifted, counts)
    numbers += np.arange(len(numbers), dtype=np.int64)
    return numbers


def unrepeated(numbers: Wide) -> Wide:
    """Sorted numbers without repetitions."""
    new = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return numbers if new.all() else numbers[new]


def found_in(rising: Wide, wanted: Wide) -> tuple[Wide, Mask]:
    """The index of each of ``wanted`` in ``rising``, or where it would be inserted, and a mask of those that are there."""
    places = rising.searchsorted(wanted)
    if not len(rising):
        return places, np.zeros(len(wanted), dtype=np.bool_)
    found: Mask = rising.take(places, mode="clip") == wanted
    return places, found
