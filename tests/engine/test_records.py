"""Stored bytes come back from compressed blocks, with or without a dictionary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.records import BLOCK, LONGEST_DICTIONARY, Compressor, inflate, make_dictionary

SENTENCES = [f'{{"key":"k{number}","body":"The talks on the lake resumed {number} days later, with word{number * 37 % 400}."}}' for number in range(3000)]
RECORDS = [sentence.encode() for sentence in SENTENCES]


@given(st.lists(st.binary(max_size=3 * BLOCK), max_size=12), st.sampled_from([b"", b"some dictionary"]))
def test_records_come_back(records, dictionary):
    packed = Compressor(dictionary).blocks(records)
    assert packed.lengths.tolist() == list(map(len, records))
    assert sum(packed.counts) == len(records)
    place = 0
    for block, count in zip(packed.blocks, packed.counts, strict=True):
        expected = b"".join(records[place : place + count])
        assert inflate(block, dictionary, len(expected)) == expected
        place += count


def test_long_records_stand_alone_and_short_ones_together():
    packed = Compressor(b"").blocks([b"a" * BLOCK, b"b" * 10, b"c" * BLOCK, b"d"])
    assert packed.counts == [1, 2, 1]


def test_a_dictionary_holds_what_is_frequent_and_makes_blocks_shorter():
    dictionary = make_dictionary(RECORDS)
    assert len(dictionary) <= LONGEST_DICTIONARY
    assert dictionary.startswith(b"word") or b" resumed " in dictionary
    plain, better = (Compressor(each).blocks(RECORDS[:20]) for each in (b"", dictionary))
    assert sum(map(len, better.blocks)) < 0.8 * sum(map(len, plain.blocks))


def test_too_little_makes_no_dictionary():
    assert make_dictionary(RECORDS[:3]) == make_dictionary([]) == b""


@pytest.mark.parametrize("size", [0, 4, 6, 10**6])
def test_another_length_than_said(size):
    with pytest.raises(ValueError, match="length"):
        inflate(Compressor(b"").compress(b"abcde"), b"", size)


def test_another_dictionary():
    with pytest.raises(ValueError, match="inflated"):
        inflate(Compressor(make_dictionary(RECORDS)).compress(RECORDS[0]), b"another", len(RECORDS[0]))


def test_a_block_that_was_altered():
    block = bytearray(Compressor(b"").compress(RECORDS[0] * 9))
    block[len(block) // 2] ^= 1
    with pytest.raises(ValueError, match="inflated"):
        inflate(bytes(block), b"", len(RECORDS[0]) * 9)
