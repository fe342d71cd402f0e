"""Words are numbered as a dictionary would number them: equal ones alike, different ones apart, whatever stands in them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.interning import Vocabulary, WordStream

words = st.text(st.sampled_from("ab\0é\ud800z") | st.characters(exclude_characters="\n"), max_size=20)


@given(st.lists(st.lists(words, max_size=30), max_size=6))
def test_equal_words_have_equal_numbers_and_give_the_words_back(batches):
    vocabulary = Vocabulary()
    seen = {}
    for batch in batches:
        numbers = vocabulary.numbers(batch).tolist()
        for word, number in zip(batch, numbers, strict=True):
            assert seen.setdefault(word, number) == number
    assert sorted(seen.values()) == list(range(len(vocabulary)))
    assert vocabulary.words() == sorted(seen, key=seen.__getitem__)
    ordered, ranks = vocabulary.ranked()
    assert ordered == sorted(seen)
    assert [ordered[rank] for rank in ranks] == vocabulary.words()


def test_words_that_differ_in_length_or_at_the_end_only():
    texts = ["a" * length + end for length in range(40) for end in ("", "b", "\0", "\0\0")]
    vocabulary = Vocabulary()
    assert len(set(vocabulary.numbers(texts).tolist())) == len(set(texts))
    assert vocabulary.ranked()[0] == sorted(set(texts))


def test_the_table_grows_with_its_words():
    vocabulary = Vocabulary()
    texts = [f"word{number}" for number in range(60_000)]
    first = vocabulary.numbers(texts[:10])
    numbers = vocabulary.numbers(texts * 2)
    assert numbers[:10].tolist() == first.tolist()
    assert numbers[: len(texts)].tolist() == numbers[len(texts) :].tolist()
    assert len(vocabulary) == len(set(numbers.tolist())) == len(texts)
    known = vocabulary.words()
    assert [known[number] for number in numbers[: len(texts)]] == texts


def test_words_that_fall_into_one_slot():
    vocabulary = Vocabulary()
    vocabulary._mixers = [np.uint64(0)] * 3
    texts = [f"w{number}" for number in range(300)]
    numbers = vocabulary.numbers(texts * 2).tolist()
    assert numbers[:300] == numbers[300:]
    assert len(set(numbers)) == 300


def test_a_stream_takes_words_in_pieces():
    vocabulary = Vocabulary()
    stream = WordStream()
    assert stream.add_blocks(("a\nb", "", "a", "\0\na")) == [2, 0, 1, 2]
    assert stream.add_blocks(("", "")) == [0, 0]
    assert stream.add_blocks(("a\n\nb",)) == [3]
    assert len(stream) == 8
    numbers = vocabulary.numbers_of(*stream.take(vocabulary)).tolist()
    assert [vocabulary.words()[number] for number in numbers] == ["a", "b", "a", "\0", "a", "a", "", "b"]
    assert len(stream) == 0
    assert stream.take(vocabulary)[0].tolist() == []


@given(st.lists(words.filter(bool), max_size=200), st.booleans())
def test_equal_words_are_brought_together_in_their_order(texts, one_hash):
    vocabulary = Vocabulary()
    if one_hash:
        vocabulary._mixers = [np.uint64(0)] * 3
    stream = WordStream()
    for text in texts:
        stream.add_blocks((text,))
    grouped = vocabulary.grouped(*stream.take(vocabulary))
    known, ends = vocabulary.words(), [*grouped.starts.tolist(), len(texts)][1:]
    found = {known[number]: grouped.order[start:end].tolist() for number, start, end in zip(grouped.numbers, grouped.starts, ends, strict=True)}
    assert found == {text: [place for place, other in enumerate(texts) if other == text] for text in texts}
