"""Stored bytes come back from compressed blocks, with or without a dictionary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.records import LONGEST_DICTIONARY, Compressor, Inflater, make_dictionary

SENTENCES = [f'{{"key":"k{number}","body":"The talks on the lake resumed {number} days later, with word{number * 37 % 400}."}}' for number in range(3000)]
RECORDS = [sentence.encode() for sentence in SENTENCES]


def block(record, dictionary=b""):
    return Compressor(dictionary).blocks([record]).blocks[0]


@given(st.lists(st.binary(max_size=100_000), max_size=12), st.sampled_from([b"", b"some dictionary"]))
def test_records_come_back(records, dictionary):
    packed = Compressor(dictionary).blocks(records)
    assert packed.lengths.tolist() == list(map(len, records))
    inflater = Inflater(dictionary)
    assert [inflater.inflate(block, len(record)) for block, record in zip(packed.blocks, records, strict=True)] == records


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
        Inflater(b"").inflate(block(b"abcde"), size)


def test_another_dictionary():
    with pytest.raises(ValueError, match="inflated"):
        Inflater(b"another").inflate(block(RECORDS[0], make_dictionary(RECORDS)), len(RECORDS[0]))


def test_a_block_that_was_altered():
    altered = bytearray(block(RECORDS[0] * 9))
    altered[len(altered) // 2] ^= 1
    with pytest.raises(ValueError, match="inflated"):
        Inflater(b"").inflate(bytes(altered), len(RECORDS[0]) * 9)
