"""The packed words of a field: the same places as from the tokens that a cluster indexed."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path

import pytest
import zstandard

import reftel
from reftel.record import record_of
from reftel.search.engines.opensearch.clusterwords import Expansion
from reftel.search.engines.opensearch.mapping import document_source
from reftel.search.engines.opensearch.packedwords import PackedField, pack_words, unpack_words
from reftel.search.engines.opensearch.texts import StoredField
from reftel.search.plan import Word

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"


class _Itself:
    """A lexicon in which every word stands for itself alone."""

    def expansion(self, word, _field):
        return Expansion((word.text,))


@pytest.mark.parametrize("name", ["subject", "body"])
def test_places_are_those_of_the_indexed_tokens(name):
    cables = [cable for path in sorted(_SAMPLES.rglob("*.*")) for cable in reftel.read_cables(path, on_error=[].append)]
    sources = [document_source(record_of(cable)) for cable in cables]
    tokens = {token for source in sources for block in source[f"t_{name}"] for place in block.split(" ") for token in place.split("|")}
    joined = {token for source in sources for block in source[f"t_{name}"] for place in block.split(" ") for token in place.split("|")[1:]}
    every = sorted(token for token in tokens if token and not token.startswith("¶"))
    words = [Word(token) for token in every if token in joined or token in every[::10]]
    assert len(words) > 10
    assert joined
    packed = PackedField(name, [source.get(f"p_{name}") for source in sources], {word: (word.text,) for word in words})
    stored = StoredField(name, sources, _Itself())
    for word in words:
        places = packed.places(word)
        assert places.tolist() == stored.places(word).tolist()
        assert packed.block_ends(places).tolist() == stored.block_ends(places).tolist()


@pytest.mark.parametrize(
    ("blocks", "forms", "places", "ends"),
    [
        ([], ("a",), [], []),
        ([["a", "b"], [], ["c", "a"]], ("a",), [0, 5], [1, 5]),
        ([["a", "b"], [], ["c", "a"]], ("c", "b", "nowhere"), [1, 4], [1, 5]),
        ([["co|cooperation|¶F2cooperation", "operation|¶L2cooperation"]], ("cooperation", "co"), [0], [1]),
        ([["a", "a", "b|a"]], ("a",), [0, 1, 2], [2, 2, 2]),
        ([["юрист", "a"]], ("юрист",), [0], [1]),
        ([["a"]], (), [], []),
        ([["\ud800", "a"]], ("\ud800",), [0], [1]),
        ([["a", "b", "c"]], ("b", *map(str, range(100))), [1], [2]),
    ],
)
def test_words_of_one_cable(blocks, forms, places, ends):
    word = Word("any")
    field = PackedField("body", [pack_words(blocks), None], {word: forms})
    found = field.places(word)
    assert (found.tolist(), field.block_ends(found).tolist()) == (places, ends)


def test_a_word_stands_in_the_cable_that_has_it():
    word, other = Word("a"), Word("b")
    field = PackedField("body", [None, pack_words([["b", "a"]]), pack_words([["b"], ["a"]])], {word: ("a",), other: ("b",)})
    assert [divmod(place, 1 << 32) for place in field.places(word).tolist()] == [(1, 1), (2, 2)]
    assert [divmod(place, 1 << 32) for place in field.places(other).tolist()] == [(1, 0), (2, 0)]


def test_more_words_than_two_bytes_can_number():
    words = [f"w{number}" for number in range(70_000)]
    distinct, numbers, further = unpack_words(pack_words([words]))
    assert distinct.decode().split(" ")[1:] == words
    assert numbers.tolist() == [*range(1, 70_001), 0]
    assert not len(further)


@pytest.mark.parametrize("value", [base64.b64encode(data).decode() for data in (b"", b"no frame", zstandard.compress(b"abc"), zstandard.compress(b"\xff" * 11))])
def test_a_value_that_is_another_is_an_error(value):
    with pytest.raises(ValueError, match=r"."):
        unpack_words(value)


def test_numbers_begin_with_each_cable():
    values = [pack_words([[token]]) for token in itertools.islice(itertools.cycle("ab"), 300)]
    word = Word("b")
    assert (PackedField("body", values, {word: ("b",)}).places(word) >> 32).tolist() == list(range(1, 300, 2))
