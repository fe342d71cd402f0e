"""Stored bytes come back from compressed blocks, with or without a dictionary."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.records import LONGEST_DICTIONARY, Compressor, Inflater, RecordLines, make_dictionary

SENTENCES = [f'{{"key":"k{number}","body":"The talks on the lake resumed {number} days later, with word{number * 37 % 400}."}}' for number in range(3000)]
RECORDS = [sentence.encode() for sentence in SENTENCES]


def block(record, dictionary=b""):
    return Compressor(dictionary).blocks([record]).data


def lines_of(packed):
    """The compressed lines, apart."""
    ends = np.cumsum(packed.sizes, dtype=np.int64).tolist()
    return [packed.data[start:end] for start, end in itertools.pairwise([0, *ends])]


@given(st.lists(st.binary(max_size=100_000) | st.text("ab\n", max_size=99).map(str.encode), max_size=12), st.sampled_from([b"", b"some dictionary"]))
def test_records_come_back_line_by_line(records, dictionary):
    packed = Compressor(dictionary).blocks(records)
    lines = [record.split(b"\n") for record in records]
    assert packed.lengths.tolist() == [len(line) for each in lines for line in each]
    assert packed.counts.tolist() == list(map(len, lines))
    inflater = Inflater(dictionary)
    found = [inflater.inflate(block, size) for block, size in zip(lines_of(packed), packed.lengths.tolist(), strict=True)]
    assert found == [line for each in lines for line in each]


def test_lines_of_a_record():
    packed = Compressor(b"").blocks([b"one\n\nthree"])
    cuts = list(itertools.accumulate(packed.sizes.tolist(), initial=100))
    lines = RecordLines(packed.data, cuts, packed.lengths.tolist(), Inflater(b""))
    assert (list(lines), lines[-1], lines[1:], len(lines)) == ([b"one", b"", b"three"], b"three", [b"", b"three"], 3)
    assert [lines.block(number) for number in range(3)] == lines_of(packed)
    assert lines.whole() == b"one\n\nthree"
    with pytest.raises(IndexError):
        lines[3]
    with pytest.raises(ValueError, match="a record of"):
        RecordLines(b"", [0, 0, 0], [200 << 20, 200 << 20], Inflater(b"")).whole()


def test_threads_share_an_inflater():
    dictionary = make_dictionary(RECORDS)
    inflater = Inflater(dictionary)
    packed = Compressor(dictionary).blocks(RECORDS)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(inflater.inflate, lines_of(packed), map(len, RECORDS))) == RECORDS


def test_a_dictionary_holds_what_is_frequent_and_makes_blocks_shorter():
    dictionary = make_dictionary(RECORDS)
    assert len(dictionary) <= LONGEST_DICTIONARY
    assert b" resumed " in dictionary
    assert dictionary == make_dictionary(RECORDS)
    plain, better = (Compressor(each).blocks(RECORDS[:20]) for each in (b"", dictionary))
    assert len(better.data) < 0.5 * len(plain.data)


def test_lines_with_nothing_in_common_make_no_dictionary():
    assert make_dictionary([b"x" * (1 << 20)]) == b""


def test_too_little_makes_no_dictionary():
    assert make_dictionary(RECORDS[:3]) == make_dictionary([]) == b""


@pytest.mark.parametrize("size", [0, 4, 6, 10**6])
def test_another_length_than_said(size):
    with pytest.raises(ValueError, match="declares another size"):
        Inflater(b"").inflate(block(b"abcde"), size)


def test_another_dictionary():
    with pytest.raises(ValueError, match="inflated"):
        Inflater(b"another").inflate(block(RECORDS[0], make_dictionary(RECORDS)), len(RECORDS[0]))


def test_a_block_that_was_altered():
    altered = bytearray(block(RECORDS[0] * 9))
    altered[len(altered) // 2] ^= 1
    with pytest.raises(ValueError, match="inflated"):
        Inflater(b"").inflate(bytes(altered), len(RECORDS[0]) * 9)
