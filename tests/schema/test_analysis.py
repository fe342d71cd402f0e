"""Text to tokens: what is one word, how it is folded, and damage that search reads through."""

from __future__ import annotations

import doctest
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reftel.schema import analysis
from reftel.schema.analysis import fold, joined_words, tokenize, words, words_of_blocks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Minsk Group", "minsk group"),
        ("U.S. US U.S u.s.", "us us us us"),
        ("the U.S.-led U.S.S.R. and E.O. 12958", "the us led ussr and eo 12958"),
        ("John F. Smith", "john f smith"),
        ("at 10 a.m.", "at 10 am"),
        ("Nagorno-Karabakh F-16 A/S (S/NF)", "nagorno karabakh f 16 a s s nf"),
        ("Kosovo's Kosovo’s KOSOVO'S", "kosovo kosovo kosovo"),
        ("O'Brien don't d’Affaires", "obrien dont daffaires"),
        ("“precedent” 'word'", "precedent word"),
        ("Fernández Łódź Straße Ærø naïve", "fernandez lodz strasse aero naive"),
        ("08STATE12345 1,000 1.4", "08state12345 1 000 1 4"),
        ("a_b", "a b"),
        ("Минск группа", "минск группа"),
    ],
)
def test_words(text, expected):
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the country,s borders", "the country borders"),
        ("they,re sure we don,t", "theyre sure we dont"),
        ("cats,so many", "cats so many"),
        ("a &frozen conflict8 here", "a frozen conflict here"),
        ("&one8 and &two words8, G8", "one and two words g8"),
        ("the G8 and AT&T8", "the g8 and at t8"),
        ("Pedro FernC!ndez, MarC-a", "pedro fernandez maria"),
        ("LeC3n", "leon"),
        ("C O N F I D E N T I A L SECTION 01", "confidential section 01"),
        ("S E C R E T  N O F O R N", "secret noforn"),
        ("A B or C", "a b or c"),
        ("vitamin C. Then", "vitamin c then"),
    ],
)
def test_damage_is_read_through(text, expected):
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("under the juris-\ndiction of", [(2, "jurisdiction"), (3, "jurisdiction")]),
        ("a walk- \n   out", [(1, "walkout"), (2, "walkout")]),
        ("a walk-out", []),
        ("1999-\n2000", []),
        ("end -\nstart", []),
        ("U.S.-\nled", [(0, "usled"), (1, "usled")]),
    ],
)
def test_a_hyphen_at_a_line_end_may_join_two_words(text, expected):
    assert joined_words(text) == expected
    assert [(place, token.joined) for place, token in enumerate(tokenize(text)) if token.joined] == expected


def test_offsets_mark_the_stored_text():
    text = "¶1. The country,s &frozen conflict8 — U.S. S E C R E T."
    assert [text[token.start : token.end] for token in tokenize(text)] == [
        "1", "The", "country,s", "frozen", "conflict", "U.S.", "S E C R E T",
    ]  # fmt: skip


@given(st.text())
def test_offsets_rise_and_folding_is_idempotent(text):
    place = 0
    for token in tokenize(text):
        assert place <= token.start < token.end <= len(text)
        assert token.text == fold(token.text)
        place = token.end


_PIECES = st.sampled_from([*"aAsStC80.,'’`´ʼ‘ &é-_¶ß\n\u0301И½", " S E C R E T ", "U.S.", "x.y", ",re", "n't", "'s", "minsk", "C!", "aC!b", "aa8", "&aa", "“"])


@given(st.lists(st.lists(_PIECES | st.sampled_from("\x1f.'"), max_size=9).map("".join), max_size=5))
@example(["U", ".S.", "'s", "a'", "s", ",s", "S E", "C R E T"])
@example([])
@example(["a\x1fb", "c"])
def test_the_words_of_blocks_are_those_of_each(blocks):
    assert words_of_blocks(blocks) == list(map(words, blocks))


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text())
@example("0`0")
@example("a,ś a'ś a'š country,ré we,ľl Koç's ÇİĞ a,ð")
@example("&frozen conflict8 &a aa8 Q&A aa8 &¶aa8 &aa8b &aa8's é&aa aa8 ½&aa aa8")
@example("aC!b aC1b AC!b éC!b aC!é aC!, NATO aC!C!b (C) EC. DC, C1")
@example("S E C R E T (C O N F) A B C D. A B C D Ex A.B C D E A B C D E.F. 'A B C D' xA B C D É A B C D E")
@example(".'a' a.'b x.y'z 'inv' a'b'c a's'b don't' U.S.'s U.S' a.cn' ,s' x,s'y a,t.v. a'U.S. .a,s a.b,s x..y,s")
@example("U.S.² x² 3²'s Ⅷ.a ½")
@example("aʼb ʼa aʼ aʼs ʼ U.S.ʼ SʼE C R E T")
@example("country`s d`accord `quoted` ``twice``")
def test_the_fast_way_gives_the_same_words(text):
    assert words(text) == [token.text for token in tokenize(text)]


def test_the_docstrings_are_true():
    assert doctest.testmod(analysis).failed == 0


@pytest.mark.parametrize("unit", ["A ", "a.", "x'", "x,s", " ", "-", "¶", "&", "8", "aC!", "é", "."])
def test_a_megabyte_of_anything_is_fast(unit):
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    words(text)
    assert time.process_time() - started < 5
