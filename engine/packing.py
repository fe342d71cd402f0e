"""Packed integers: blocks of 128 numbers, each block with as many bits a number as its largest one needs.

A block of width *w* is *w* units of 16 bytes: first a plane of 128 bytes for every whole 8 bits (lowest first), then a plane of 16 bytes for
every bit left, number *i* at bit ``7 - i % 8`` of byte ``i // 8``. Planes are taken apart for all blocks of one width at once, which
NumPy does faster than it could shift single numbers. Where blocks begin, in units, is an array of its own; widths follow from it.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers

Bytes = npt.NDArray[np.uint8]

BLOCK = 128
UNIT = 16
_CHUNK = 1 << 13  # blocks packed at once
_AT_ONCE = 1 << 9  # blocks unpacked at once: what is made on the way stays in the processor's cache
_MOST_BITS = 32
_UNITS = np.arange(32)[:, None]
_PLANES = np.arange(32).reshape(4, 8)  # the units of each plane of 8 bits
_SHIFTS = np.arange(8, dtype=np.uint8)
_SCATTERED, _FEW = 4, 128  # so few numbers of a block, or in all, are picked one by one


class PackedWriter:
    """Packs numbers below 2**32 as they come and writes them to ``file``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = np.empty(0, dtype=np.uint32)
        self._widths: list[Bytes] = []
        self.count = 0

    def add(self, values: Integers) -> None:
        """Append ``values``."""
        self.count += len(values)
        for start in range(0, len(values), _CHUNK * BLOCK):  # copied in parts, as there may be many
            waiting = np.concatenate([self._rest, values[start : start + _CHUNK * BLOCK].astype(np.uint32, copy=False)])
            whole = len(waiting) // BLOCK * BLOCK
            if whole:
                self._write(waiting[:whole])
            self._rest = waiting[whole:].copy()

    def finish(self) -> npt.NDArray[np.uint32]:
        """Write what waits for a full block; gives where every block begins, and where the last one ends, in units."""
        if len(self._rest):
            self._write(np.concatenate([self._rest, np.zeros(BLOCK - len(self._rest), dtype=np.uint32)]))
        widths = np.concatenate([np.empty(0, np.uint8), *self._widths])
        starts = np.zeros(len(widths) + 1, dtype=np.uint64)
        np.cumsum(widths, out=starts[1:])
        if starts[-1] >> np.uint64(32):
            raise OverflowError("a segment can't hold as much as that")
        return starts.astype(np.uint32)

    def _write(self, values: npt.NDArray[np.uint32]) -> None:
        units, widths = _packed(values.reshape(-1, BLOCK))
        self._file.write(units.data)
        self._widths.append(widths)


def _packed(rows: npt.NDArray[np.uint32]) -> tuple[Bytes, Bytes]:
    widths = np.frexp(np.bitwise_or.reduce(rows, axis=1).astype(np.float64))[1]  # the exponent is the number of bits
    starts = np.cumsum(widths) - widths
    units = np.empty((int(widths.sum()), UNIT), dtype=np.uint8)
    for width in np.unique(widths).tolist():
        chosen = widths == width
        if width:
            units[starts[chosen][:, None] + np.arange(width)] = _planes(rows[chosen], width)
    return units, widths.astype(np.uint8)


def _planes(rows: npt.NDArray[np.uint32], width: int) -> Bytes:
    planes = np.empty((len(rows), width, UNIT), dtype=np.uint8)
    whole, bits = divmod(width, 8)
    for plane in range(whole):
        planes[:, 8 * plane : 8 * plane + 8] = (rows >> np.uint32(8 * plane)).astype(np.uint8).reshape(-1, 8, UNIT)
    if bits:
        rest = (rows >> np.uint32(8 * whole)).astype(np.uint8)
        for bit in range(bits):
            planes[:, 8 * whole + bit] = np.packbits(rest & np.uint8(1 << bit), axis=1)
    return planes


class Packed:
    """Packed numbers, ``units`` of 16 bytes and where blocks begin in them."""

    def __init__(self, units: Bytes, starts: Integers, count: int) -> None:
        if len(units) % UNIT or len(starts) != -(-count // BLOCK) + 1 or (count and int(starts[-1]) * UNIT != len(units)):
            raise ValueError("packed numbers of another size than said")
        self._units, self._starts = units.reshape(-1, UNIT), starts
        self.count = count

    def slice(self, first: int, last: int) -> Integers:
        """Numbers ``first`` up to, not including, ``last``, in the narrowest unsigned type that holds them all."""
        if not 0 <= first <= last <= self.count:
            raise ValueError("packed numbers asked for that are not there")
        if first == last:
            return np.empty(0, dtype=np.uint8)
        low = first // BLOCK
        bounds = self._starts[low : -(-last // BLOCK) + 1]
        if len(bounds) == 2:
            return self._block(int(bounds[0]), int(bounds[1]), first - low * BLOCK, last - low * BLOCK)
        return self._neighbours(bounds.astype(np.intp))[first - low * BLOCK : last - low * BLOCK]

    def _neighbours(self, bounds: npt.NDArray[np.intp]) -> Integers:
        """The numbers of neighbouring blocks, from where each begins and the last one ends."""
        starts, widths = bounds[:-1], np.diff(bounds)
        if len(starts) <= _AT_ONCE:
            return self._unpack(starts, widths).reshape(-1)
        parts = [slice(start, start + _AT_ONCE) for start in range(0, len(starts), _AT_ONCE)]
        return np.concatenate([self._unpack(starts[part], widths[part]).reshape(-1) for part in parts])

    def take(self, numbers: npt.NDArray[np.intp]) -> Integers:
        """The numbers at rising places; blocks that hold none are not looked at."""
        if not len(numbers):
            return np.empty(0, dtype=np.uint8)
        if numbers[0] < 0 or numbers[-1] >= self.count:
            raise ValueError("packed numbers asked for that are not there")
        blocks = numbers // BLOCK
        new = np.empty(len(blocks), dtype=np.bool_)
        new[0] = True
        np.not_equal(blocks[1:], blocks[:-1], out=new[1:])
        wanted = blocks[new]
        starts = self._starts[wanted].astype(np.intp)
        widths = self._starts[wanted + 1].astype(np.intp) - starts
        row = np.cumsum(new) - 1
        if len(numbers) < _SCATTERED * len(wanted) + _FEW:
            return self._pick(starts[row], widths[row], numbers % BLOCK)
        taken: Integers = self._unpack(starts, widths)[row, numbers % BLOCK]
        return taken

    def _pick(self, starts: npt.NDArray[np.intp], widths: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Single numbers, each from the block of which begin and width are given."""
        _check_width(-int(widths.min()), int(widths.max()))
        data, at = self._units.reshape(-1), starts * UNIT
        whole, bits = widths >> 3, widths & 7
        numbers = np.zeros(len(starts), dtype=np.intp)
        for plane in range(int(whole.max())):
            found = data.take(at + (BLOCK * plane + places), mode="clip").astype(np.intp)  # beyond a block's planes: not counted
            numbers += (found * (whole > plane)) << (8 * plane)
        at += BLOCK * whole + (places >> 3)
        shift = 7 - (places & 7)
        for bit in range(int(bits.max())):
            found = (data.take(at + UNIT * bit, mode="clip").astype(np.intp) >> shift) & (bits > bit)
            numbers += found << (8 * whole + bit)
        return numbers

    def _block(self, start: int, end: int, first: int, last: int) -> Integers:
        """Numbers ``first`` to ``last`` of a single block."""
        _check_width(start - end, end - start)
        units, kind = self._units[start:end], _type_for(end - start)
        whole, bits = divmod(len(units), 8)
        numbers: Integers
        if bits:
            split = np.unpackbits(units[8 * whole :], axis=1)[:, first:last] << _SHIFTS[:bits, None]
            numbers = np.bitwise_or.reduce(split, axis=0)
            if whole:
                numbers = numbers.astype(kind) << kind(8 * whole)
        else:
            numbers = np.zeros(last - first, dtype=kind)
        for plane in range(whole):
            data = units[8 * plane : 8 * plane + 8].reshape(-1)[first:last]
            numbers |= data.astype(kind) << kind(8 * plane)
        return numbers

    def _unpack(self, starts: npt.NDArray[np.intp], widths: npt.NDArray[np.intp]) -> Integers:
        """The numbers of blocks, a row for each. Those with as many planes of 8 bits are taken apart together."""
        least, widest = int(widths.min()), int(widths.max())
        _check_width(-least, widest)
        kind = _type_for(widest)
        if least >> 3 == widest >> 3:
            return self._planes(starts, widths, widest, kind)
        rows = np.empty((len(starts), BLOCK), dtype=kind)
        wholes = widths >> 3
        for whole in range(least >> 3, (widest >> 3) + 1):
            chosen = (wholes == whole).nonzero()[0]
            if len(chosen):
                rows[chosen] = self._planes(starts[chosen], widths[chosen], int(widths[chosen].max()), kind)
        return rows

    def _planes(self, starts: npt.NDArray[np.intp], widths: npt.NDArray[np.intp], widest: int, kind: type[np.unsignedinteger[Any]]) -> Integers:
        """Blocks with the same number of planes of 8 bits; all are taken to have as many planes of 1 bit as the ``widest``."""
        whole, bits = divmod(widest, 8)
        numbers: Integers
        if not bits:
            numbers = np.zeros((len(starts), BLOCK), dtype=kind)
        else:
            planes = _UNITS[8 * whole : 8 * whole + bits]
            units = self._units.take(starts + planes, axis=0, mode="clip")
            units[planes >= widths] = 0  # these belong to the next block
            split = np.unpackbits(units, axis=2)
            numbers = split[0]
            for plane in range(1, bits):
                numbers |= split[plane] << _SHIFTS[plane]
            if whole:
                numbers = numbers.astype(kind) << kind(8 * whole)
        for plane in range(whole):
            data = self._units.take(starts[:, None] + _PLANES[plane], axis=0)
            numbers |= data.reshape(-1, BLOCK).astype(kind, copy=False) << kind(8 * plane)
        return numbers


def _check_width(falling: int, width: int) -> None:
    if falling > 0 or not 0 <= width <= _MOST_BITS:
        raise ValueError("a block of packed numbers with an impossible width")


def _type_for(width: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if width <= 8 else np.uint16 if width <= 16 else np.uint32
