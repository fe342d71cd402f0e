"""Where the tokens of a text stand: those of `tokenize`, whatever stands between them."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reftel.schema.analysis import LAST_PART, analyse, tokenize
from reftel.search.plan import Word
from reftel.search.tokens import LetterSearch, letters_in_row, marked_ranges, token_ranges

_PIECES = st.sampled_from(
    [*"aAsStC80.,'’`´ʼ‘ &é-_¶ß\n\u0301И½", " S E C R E T ", "U.S.", "x.y", ",re", "n't", "'s", "minsk", "C!", "aC!b", "aa8", "&aa", "“", ". ", ".\n",
     " A B C D", "word", "word word", "\ud800", "ŧ"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(), st.randoms(use_true_random=False))
@example("U.S. A B C D. E F\nS E C R E T", random.Random(1))
@example("`The` country,s. U.S.\nO`Brien’s. É . x y z and more", random.Random(1))
def test_the_characters_of_some_tokens(text, pick):
    tokens = [(token.start, token.end) for token in tokenize(text)]
    assert list(token_ranges(text, list(range(len(tokens))))) == tokens
    some = sorted(pick.sample(range(len(tokens)), len(tokens) // 3))
    assert list(token_ranges(text, some)) == [tokens[number] for number in some]


@given(st.lists(_PIECES | st.sampled_from([" ", "-", "-\n", "J. ", "F-16", "d'", "l’", "\u00ad\n", "-'"]), max_size=40).map("".join) | st.text(), st.randoms(use_true_random=False))
@example("S E C R E T-led B C. D. E. F-1-2 &aa-bb8-cc8", random.Random(1))
def test_parts_of_a_word_are_one_range(text, pick):
    tokens = tokenize(text)
    everything = list(range(len(tokens)))
    for numbers in (everything, sorted(pick.sample(everything, len(everything) * 2 // 3))):
        expected = []
        for number in numbers:
            joined = number - 1 in numbers and tokens[number - 1].joint and not text[tokens[number - 1].end : tokens[number].start].isspace()
            expected.append((expected.pop()[0] if joined else tokens[number].start, tokens[number].end))
        assert list(marked_ranges(text, numbers)) == expected


def forms_of(word):
    return {"precedent": ("precedent", "precedents"), "rare": tuple(f"rare{number}" for number in range(20))}.get(word.text, (word.text,))


LETTERS = [
    # text, words of the question, marked
    ("The Minsk Group met; a precedent, “PRECEDENTS”.", ["minsk", "group", "precedent"], ["Minsk", "Group", "precedent", "PRECEDENTS"]),
    ("Minsk-based (Minsk) \"Minsk\" Minsk/Minsk: Minsk!", ["minsk"], ["Minsk"] * 6),
    ("Minsk’s men, Minsk's, preMinsk, Minsk1, _Minsk_", ["minsk"], ["Minsk’s", "Minsk's", "Minsk"]),
    ("the group,s regroup group.", ["group"], ["group,s", "group"]),
    ("Fernández met Fernandez, FernC!ndez", ["fernandez"], ["Fernández", "Fernandez", "FernC!ndez"]),
    ("&frozen conflict8 and conflict8", ["conflict"], ["conflict"]),
    ("&aa8 aa8", ["aa8"], ["aa8"]),
    ("S E C R E T secret SECRET S.E.C.R.E.T. secret", ["secret"], ["S E C R E T", "secret", "SECRET", "S.E.C.R.E.T.", "secret"]),
    ("l'Aquila and Aquila d’Aquila", ["aquila"], ["l'Aquila", "Aquila", "d’Aquila"]),
    ("İstanbul and the ﬁrst ﬁrst", ["the"], ["the"]),
    ("aC(word C(word word", ["word"], ["word", "word"]),
    ("10,000 000 1000", ["000", "10000"], ["10,000", "000"]),
]  # fmt: skip


def places_of(text, forms):
    """The places of words and of further forms in a text."""
    found = analyse(text)
    return {place for place, word in [*enumerate(found.words), *found.further] if word in forms}


@pytest.mark.parametrize(("text", "words", "expected"), LETTERS)
def test_words_are_found_by_their_letters_or_by_cutting_the_text(text, words, expected):
    asked = [Word(word, "inflected") for word in words]
    numbers = sorted({place for word in asked for place in places_of(text, forms_of(word))})
    which = [sum(1 << bit for bit, word in enumerate(asked) if number in places_of(text, forms_of(word))) for number in numbers]
    found = LetterSearch(asked, forms_of).marked_ranges(text, numbers, which, numbers)
    assert found == marked_ranges(text, numbers)
    assert [text[start:end] for start, end in found] == expected


_WORDS = st.sampled_from(["aa", "word", "minsk", "is", "s", "secret", "80", "aa8", "cable", "us", "ab", "000", "wor"])


@given(st.lists(_PIECES | _WORDS | st.sampled_from([" ", " ", "\n", "-", "/", '"', "(", ")"]), max_size=60).map("".join), st.sets(_WORDS, min_size=1, max_size=4), st.booleans())
def test_marks_by_letters_are_those_of_the_tokens(text, words, beginnings):
    """Whichever of the words' places count."""
    asked = [Word(word, "prefix" if beginnings else "exact") for word in words]
    found = [
        sum(1 << bit for bit, word in enumerate(asked) if (token.text.startswith(word.text) if beginnings else token.text == word.text))
        for token in tokenize(text)
    ]
    standing, which = [number for number, bits in enumerate(found) if bits], [bits for bits in found if bits]
    search = LetterSearch(asked, forms_of)
    for numbers in (standing, standing[::2], standing[1:]):
        assert search.marked_ranges(text, standing, which, numbers) == marked_ranges(text, numbers)


@given(st.lists(_PIECES | _WORDS | st.sampled_from([" ", "\n", "-", "-\n", "'s-", "l'", "J. ", "10,", "(", "&aa8-"]), max_size=60).map("".join) | st.text())
@example("Minsk's-based and L'Aquila's-l'Aquila, &aa8-bb J. F. U.S.-led co-\noperation")
def test_the_letters_of_a_text_have_all_of_its_words(text):
    letters = letters_in_row(text)
    if letters is not None:
        found = analyse(text)
        assert all(word.removeprefix(LAST_PART).encode() in letters for word in [*found.words, *(word for _place, word in found.further)])
