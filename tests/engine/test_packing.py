"""Packed numbers come back as they were, whole or in part, and impossible ones are refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.packing import BLOCK, UNIT, Packed, PackedWriter


def packed(*pieces):
    file = io.BytesIO()
    writer = PackedWriter(file)
    for piece in pieces:
        writer.add(np.array(piece, dtype=np.uint32))
    starts = writer.finish()
    return starts, np.frombuffer(file.getvalue(), dtype=np.uint8)


def opened(*pieces):
    starts, units = packed(*pieces)
    return Packed(units, starts, sum(map(len, pieces)))


numbers = st.integers(0, 32).flatmap(lambda bits: st.lists(st.integers(0, 2**bits - 1), max_size=300))


@given(st.lists(numbers, max_size=5))
def test_what_was_packed_comes_back(pieces):
    whole = [number for piece in pieces for number in piece]
    assert opened(*pieces).slice(0, len(whole)).tolist() == whole


@given(st.lists(numbers, min_size=1, max_size=5), st.data())
def test_any_part_comes_back(pieces, data):
    whole = [number for piece in pieces for number in piece]
    found = opened(*pieces)
    first = data.draw(st.integers(0, len(whole)))
    last = data.draw(st.integers(first, len(whole)))
    assert found.slice(first, last).tolist() == whole[first:last]
    places = sorted(data.draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=20 if whole else 0)))
    assert found.take(np.array(places, dtype=np.intp)).tolist() == [whole[place] for place in places]


@given(st.lists(numbers, min_size=1, max_size=5), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 127)), max_size=20))
def test_sums_of_short_runs(pieces, drawn):
    whole = [number for piece in pieces for number in piece]
    firsts, lasts = [], []
    for first, length in sorted(drawn):
        if max([first, *lasts]) <= first + length < len(whole):
            firsts.append(first)
            lasts.append(first + length)
    sums, values = opened(*pieces).sums(np.array(firsts, dtype=np.intp), np.array(lasts, dtype=np.intp))
    assert sums.tolist() == [sum(whole[first:last]) for first, last in zip(firsts, lasts, strict=True)]
    assert values.tolist() == [whole[last] for last in lasts]


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 9, 17, 32])
def test_single_numbers_of_many_blocks(bits):
    drawn = np.random.default_rng(bits)
    whole = drawn.integers(0, 2**bits, 600 * BLOCK) >> drawn.integers(0, 3, 600).repeat(BLOCK)
    places = np.sort(drawn.choice(len(whole), 1800, replace=False))
    assert opened(whole).take(places).tolist() == whole[places].tolist()


def test_the_layout():
    starts, units = packed([0b11_1000_0001] + [0] * 127, [1] * 128, [0] * 128, [7])
    assert starts.tolist() == [0, 10, 11, 11, 14]
    assert units[0] == 0b1000_0001  # the whole bits of the first number
    assert units[128] == units[144] == 0b1000_0000  # and its two other bits, each in a plane of 16 bytes
    assert len(units) == 14 * UNIT
    assert np.packbits(np.ones(BLOCK, dtype=np.bool_)).tolist() == units[160:176].tolist()


def test_a_packed_number_takes_as_many_bits_as_the_largest_of_its_block():
    starts, units = packed([3] * BLOCK * 10)
    assert len(units) == 10 * 2 * UNIT
    assert starts[-1] == 20


@pytest.mark.parametrize(
    ("starts", "units", "count"),
    [([0, 1], 32, 128), ([0, 1], 16, 129), ([0, 1, 2], 32, 128), ([0, 1], 17, 128), ([0], 0, 1)],
)
def test_other_sizes_than_said(starts, units, count):
    with pytest.raises(ValueError, match=r"\d+ packed numbers have \d+ bytes in \d+ blocks"):
        Packed(np.zeros(units, dtype=np.uint8), np.array(starts, dtype=np.uint32), count)


@pytest.mark.parametrize("starts", [[0, 33, 40], [0, 7, 5, 40], [0, 2, 40, 40]])
def test_impossible_widths(starts):
    found = Packed(np.zeros(40 * UNIT, dtype=np.uint8), np.array([*starts[:-1], 40], dtype=np.uint32), BLOCK * (len(starts) - 1))
    with pytest.raises(ValueError, match="width"):
        found.slice(0, found.count)


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (0, 130), (5, 4)])
def test_parts_that_are_not_there(first, last):
    with pytest.raises(ValueError, match="not those from"):
        opened([1] * 129).slice(first, last)
    with pytest.raises(ValueError, match="not those from 5 to 129"):
        opened([1] * 129).take(np.array([5, 129]))


@pytest.mark.parametrize("step", [1, 2, 40, 1000])
def test_many_and_few_of_a_long_row(step):
    numbers = np.random.default_rng(1).integers(0, 2**32, 50_000, dtype=np.uint64) >> np.repeat(np.arange(500, dtype=np.uint64) % 33, 100)
    found = opened(numbers)
    places = np.arange(0, len(numbers), step)
    assert found.take(places).tolist() == numbers[places].tolist()
    assert found.slice(777, 44_444).tolist() == numbers[777:44_444].tolist()
