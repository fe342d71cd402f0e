"""Near spellings among all terms of a lexicon are those that a plain edit distance finds."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.engine.lexicon import Lexicon, encode_terms
from reftel.engine.spelling import Spelling

letters = st.sampled_from("abcé\u0436\U0001f600\n\x01A")
words = st.text(letters, max_size=7)


@functools.cache
def distance(left, right):
    if not left or not right:
        return len(left) + len(right)
    change = distance(left[1:], right[1:]) + (left[0] != right[0])
    return min(change, distance(left[1:], right) + 1, distance(left, right[1:]) + 1)


def spelling(terms):
    blob, starts = encode_terms(sorted(terms))
    return Spelling.of(Lexicon(blob.data, starts))


@given(st.sets(words, max_size=25), words, st.integers(0, 3))
def test_near_terms_are_all_found(terms, word, most):
    wanted = [number for number, term in enumerate(sorted(terms)) if distance(word, term) <= most]
    assert spelling(terms).near(word, most).tolist() == wanted


@pytest.mark.parametrize(
    ("word", "most", "wanted"),
    [
        ("qadhafi", 1, ["qadhaf", "qadhafi"]),
        ("qadhafi", 2, ["gaddafi", "qadhaf", "qadhafi"]),
        ("qadafi", 1, ["qadhafi"]),
        ("q", 1, ["", "i"]),
        ("zzz", 2, []),
        ("zz", 2, ["", "i"]),
    ],
)
def test_spellings_of_a_name(word, most, wanted):
    terms = ["gaddafi", "qadhafi", "qadhaf", "", "i", "iiiiiiiii"]
    assert [sorted(terms)[number] for number in spelling(terms).near(word, most)] == wanted
