"""Bit packing: blocks of 128 integers, each block with as many bits per integer as its largest one needs.

A block of width *w* takes *w* units of 16 bytes: first a plane of 128 bytes for every whole 8 bits (lowest first), then a plane of 16 bytes for
every remaining bit, with integer *i* at bit ``7 - i % 8`` of byte ``i // 8``. All blocks of one width are unpacked plane by plane at once, which
is faster in NumPy than shifting single integers. The offsets of blocks, in units, are an array of their own; widths follow from them.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from reftel.engine.arrays import Integers, starts_of

Bytes = npt.NDArray[np.uint8]

BLOCK = 128
UNIT = 16
_CHUNK = 1 << 13  # blocks packed at once
_AT_ONCE = 1 << 9  # blocks unpacked at once: intermediate arrays stay in the processor's cache
_MOST_BITS = 32
_UNITS = np.arange(32)[:, None]
_PLANES = np.arange(32).reshape(4, 8)  # the units of each plane of 8 bits
_SHIFTS = np.arange(8, dtype=np.uint8)
_SCATTERED = 4  # numbers of a block; up to so many on average are read one by one, if they are in many blocks


class PackedWriter:
    """Packs integers below 2**32 and writes them to ``file``. ``count``: integers added."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = np.empty(0, dtype=np.uint32)
        self._widths: list[Bytes] = []
        self.count = 0

    def add(self, values: Integers) -> None:
        """Append ``values``."""
        self.count += len(values)
        for start in range(0, len(values), _CHUNK * BLOCK):  # in chunks, to limit the memory of the copies
            waiting = np.concatenate([self._rest, values[start : start + _CHUNK * BLOCK].astype(np.uint32, copy=False)])
            whole = len(waiting) // BLOCK * BLOCK
            if whole:
                self._write(waiting[:whole])
            self._rest = waiting[whole:].copy()

    def finish(self) -> npt.NDArray[np.uint32]:
        """The offset of every block in units (uint32), with the total at the end; writes the last, partial block."""
        if len(self._rest):
            self._write(np.concatenate([self._rest, np.zeros(BLOCK - len(self._rest), dtype=np.uint32)]))
        widths = np.concatenate([np.empty(0, np.uint8), *self._widths])
        starts = np.zeros(len(widths) + 1, dtype=np.uint64)
        np.cumsum(widths, out=starts[1:])
        if starts[-1] >> np.uint64(32):
            raise OverflowError("packed numbers of more than 64 GiB don't fit into a segment")
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
    """``count`` packed integers. ``units``: the bytes of all blocks; ``starts``: the offset of each block in units, with the total at the end."""

    def __init__(self, units: Bytes, starts: Integers, count: int) -> None:
        if len(units) % UNIT or len(starts) != -(-count // BLOCK) + 1 or (count and int(starts[-1]) * UNIT != len(units)):
            raise ValueError(f"{count} packed numbers have {len(units)} bytes in {len(starts) - 1} blocks")
        self._units, self._starts = units.reshape(-1, UNIT), starts
        self.count = count

    def slice(self, first: int, last: int) -> Integers:
        """The integers ``first`` to ``last``, exclusive, in the narrowest unsigned type that holds their blocks' width."""
        if not 0 <= first <= last <= self.count:
            raise ValueError(f"there are {self.count} packed numbers, not those from {first} to {last}")
        if first == last:
            return np.empty(0, dtype=np.uint8)
        low = first // BLOCK
        bounds = self._starts[low : -(-last // BLOCK) + 1]
        if len(bounds) == 2:
            return self._block(int(bounds[0]), int(bounds[1]), first - low * BLOCK, last - low * BLOCK)
        return self._neighbours(bounds.astype(np.intp))[first - low * BLOCK : last - low * BLOCK]

    def _neighbours(self, bounds: npt.NDArray[np.intp]) -> Integers:
        """The integers of consecutive blocks, given their offsets and the end of the last one."""
        starts, widths = bounds[:-1], np.diff(bounds)
        if len(starts) <= _AT_ONCE:
            return self._unpack(starts, widths).reshape(-1)
        parts = [slice(start, start + _AT_ONCE) for start in range(0, len(starts), _AT_ONCE)]
        return np.concatenate([self._unpack(starts[part], widths[part]).reshape(-1) for part in parts])

    def take(self, numbers: npt.NDArray[np.intp]) -> Integers:
        """The integers at the indices ``numbers``, which rise; other blocks are not read."""
        if not len(numbers):
            return np.empty(0, dtype=np.uint8)
        if numbers[0] < 0 or numbers[-1] >= self.count:
            raise ValueError(f"there are {self.count} packed numbers, not those from {numbers[0]} to {numbers[-1]}")
        blocks = numbers // BLOCK
        new = np.empty(len(blocks), dtype=np.bool_)
        new[0] = True
        np.not_equal(blocks[1:], blocks[:-1], out=new[1:])
        wanted = blocks[new]
        starts = self._starts[wanted].astype(np.intp)
        widths = self._starts[wanted + 1].astype(np.intp) - starts
        row = np.cumsum(new) - 1
        if len(numbers) < _SCATTERED * len(wanted) and len(wanted) > _AT_ONCE:
            return self._pick(starts[row], widths[row], numbers % BLOCK)
        taken: Integers = self._unpack(starts, widths).reshape(-1).take(numbers + (row - blocks) * BLOCK)
        return taken

    def sums(self, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.int64], Integers]:
        """For each pair of indices, which rise and have at most 128 between them: the sum of the integers from ``first`` to ``last``, exclusive, and the one at
        ``last``."""
        if not len(first):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
        if first[0] < 0 or last[-1] >= self.count:
            raise ValueError(f"there are {self.count} packed numbers, not those from {first[0]} to {last[-1]}")
        low = int(first[0]) // BLOCK
        wanted = np.zeros(int(last[-1]) // BLOCK + 1 - low, dtype=np.bool_)
        wanted[first // BLOCK - low] = True
        wanted[last // BLOCK - low] = True
        blocks = wanted.nonzero()[0] + low
        starts = self._starts[blocks].astype(np.intp)
        numbers = self._unpack(starts, self._starts[blocks + 1].astype(np.intp) - starts).reshape(-1)
        moved = (np.cumsum(wanted) - np.arange(low + 1, low + 1 + len(wanted))) * BLOCK
        head, tail = first + moved[first // BLOCK - low], last + moved[last // BLOCK - low]
        before = starts_of(numbers)
        return before[tail] - before[head], numbers[tail]

    def _pick(self, starts: npt.NDArray[np.intp], widths: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Single integers: for each, the offset and width of its block and its index in the block."""
        _check_width(-int(widths.min()), int(widths.max()))
        data, at = self._units.reshape(-1), starts * UNIT
        whole, bits = widths >> 3, widths & 7
        numbers = np.zeros(len(starts), dtype=np.intp)
        for plane in range(int(whole.max())):
            found = data.take(at + (BLOCK * plane + places), mode="clip").astype(np.intp)  # bytes beyond the block's planes are masked below
            numbers += (found * (whole > plane)) << (8 * plane)
        at += BLOCK * whole + (places >> 3)
        shift = 7 - (places & 7)
        for bit in range(int(bits.max())):
            found = (data.take(at + UNIT * bit, mode="clip").astype(np.intp) >> shift) & (bits > bit)
            numbers += found << (8 * whole + bit)
        return numbers

    def _block(self, start: int, end: int, first: int, last: int) -> Integers:
        """The integers ``first`` to ``last`` of the block at the units ``start`` to ``end``."""
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
        """The integers of blocks, a row of 128 for each. Blocks with the same number of 8-bit planes are unpacked together."""
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
        """The integers of blocks with the same number of 8-bit planes; all are treated as having as many 1-bit planes as the ``widest``."""
        whole, bits = divmod(widest, 8)
        numbers: Integers
        if not bits:
            numbers = np.zeros((len(starts), BLOCK), dtype=kind)
        else:
            planes = _UNITS[8 * whole : 8 * whole + bits]
            units = self._units.take(starts + planes, axis=0, mode="clip")
            units[planes >= widths] = 0  # units of the next block
            split = np.unpackbits(units, axis=2)
            numbers = split[-1]
            for plane in range(bits - 2, -1, -1):  # highest first: NumPy doubles bytes several times faster than it shifts them
                numbers += numbers
                numbers |= split[plane]
            if whole:
                numbers = numbers.astype(kind)
                numbers *= kind(1 << 8 * whole)
        for plane in range(whole):
            data = self._units.take(starts[:, None] + _PLANES[plane], axis=0).reshape(-1, BLOCK)
            numbers |= data.astype(kind) * kind(1 << 8 * plane) if plane else data
        return numbers


def _check_width(falling: int, width: int) -> None:
    if falling > 0 or not 0 <= width <= _MOST_BITS:
        raise ValueError("a block of packed numbers with an impossible width")


def _type_for(width: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if width <= 8 else np.uint16 if width <= 16 else np.uint32
