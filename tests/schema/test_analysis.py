"""Text to tokens: what is one word, how it is folded, and damage that search reads through."""

from __future__ import annotations

import doctest
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reftel.schema import analysis
from reftel.schema.analysis import LAST_PART, analyse, cut_blocks, fold, tokenize, words


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
        ("O'Brien don't d’Affaires", "obrien dont d affaires"),
        ("“precedent” 'word'", "precedent word"),
        ("Fernández Łódź Straße Ærø naïve", "fernandez lodz strasse aero naive"),
        ("08STATE12345 1,000 1.4", "08state12345 1000 1 4"),
        ("1,00 12,3456 2000,000 1,2,300 10.000", "1 00 12 3456 2000 000 1 2300 10 000"),
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


HYPHENS = [
    ("co-operation", {(0, 1): "cooperation"}),
    ("the G-8 and F-16s", {(1, 2): "g8", (4, 5): "f16s"}),
    ("U.S.-led, J.-P. Jospin", {(0, 1): "usled", (2, 3): "jp"}),
    ("non-co-operation", {(0, 1): "nonco", (0, 2): "noncooperation", (1, 2): "cooperation"}),
    ("a-b-ox", {(0, 1): "ab", (0, 2): "abox", (1, 2): "box"}),
    ("state-of-the-art", {(0, 1): "stateof", (1, 2): "ofthe", (2, 3): "theart"}),
    ("al-'Ula", {(0, 1): "alula"}),
    ("10-year", {(0, 1): "10year"}),
    ("co\u2010op co\u2011op co\u2012op co\u2013op co\u2014op co\u2212op co\ufe58op co\uff0dop", {(n, n + 1): "coop" for n in range(0, 16, 2)}),
    # broken at a line's end
    ("under the juris-\ndiction of", {(2, 3): "jurisdiction"}),
    ("a walk- \n   out", {(1, 2): "walkout"}),
    ("the juris\u00ad\ndiction", {(1, 2): "jurisdiction"}),
    # no parts of one word
    ("1999-2000 1999-\n2000 202-555-1234", {}),
    ("end -\nstart, a - b, a- b, a -b, a--b", {}),
    ("either/or", {}),
    ("he said -\n“no”, juris-\n“diction” juris-\n…diction", {}),
]
INITIALS = [
    ("J. F. Kennedy", {(0, 1): "jf"}),
    ("U. S. S. R.", {(0, 3): "ussr", (1, 3): "ssr", (2, 3): "sr"}),
    ("the u.\n s. army", {(1, 2): "us"}),
    ("J. F Kennedy, Annex A. I went, U.S. A. Smith", {}),
    ("A.   B.", {}),
    ("A. “B. C.”", {(1, 2): "bc"}),
    ("the pro-F. D. Roosevelt side", {(1, 2): "prof"}),
]
ELISIONS = [
    ("L'Aquila l’aquila L´AQUILA", {(n, n + 1): "laquila aquila" for n in (0, 2, 4)}),
    ("Cote d'Ivoire", {(1, 2): "divoire ivoire"}),
    ("dell'Unità, d'États, Dall'Alto", {(0, 1): "dellunita", (2, 3): "detats etats", (4, 5): "dallalto"}),
    ("O'Brien D'Souza Ba'ath they'll I'd don't Kosovo's N'Djamena", {}),
]
UMLAUTS = [
    ("Müller MU\u0308LLER Gül", {(0, 0): "mueller", (1, 1): "mueller", (2, 2): "guel"}),
    ("Jørgen Ångström Malmö", {(0, 0): "joergen", (1, 1): "aangstroem", (2, 2): "malmoe"}),
    ("Düsseldorf's", {(0, 0): "duesseldorf"}),
    ("Fernández Straße Mueller", {}),
]


@pytest.mark.parametrize(("text", "expected"), [*HYPHENS, *INITIALS, *ELISIONS, *UMLAUTS])
def test_further_forms(text, expected):
    """By the places of the first and the last part."""
    each = [(first, last, word) for (first, last), words in expected.items() for word in words.split()]
    found = [(first, word) for first, _, word in each] + [(last, LAST_PART + word) for first, last, word in each if last > first]
    assert sorted(analyse(text).further) == sorted(found)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Sa\u0303o Paulo", "São Paulo"),
        ("E\u0301te\u0301", "été"),
        ("Vie\u0302\u0323t", "Việt"),
        ("ko\u00adso\u200bvo", "kosovo"),
        ("\ufeffko\u200cso\u200dvo\u2060 \u202akosovo\u202c", "kosovo kosovo"),
        ("ko\ufe0fsovo", "kosovo"),
        ("Ｋｏｓｏｖｏ’ｓ Ｇ－８, １０，０００ Ｕ．Ｓ．", "Kosovo's G-8, 10,000 U.S."),
        ("ﬁnance eﬀort", "finance effort"),
        ("Kosovo‛s Kosovoʼs Kosovo＇s Ba′ath Baʿath Baʾath", "Kosovo's Kosovo's Kosovo's Ba'ath Ba'ath Ba'ath"),
        ("U.\u00a0S. U.\u1680S.", "U. S. U. S."),
        ("1,234,567 10,000km USD5,000", "1234567 10000km USD5000"),
    ],
)
def test_spellings_that_are_the_same(text, same):
    assert analyse(text) == analyse(same)


def test_offsets_mark_the_stored_text():
    text = "¶1. The country,s d'Œuvre &frozen conflict8 — U.S. S E C R E T."
    assert [text[token.start : token.end] for token in tokenize(text)] == [
        "1", "The", "country,s", "d", "Œuvre", "frozen", "conflict", "U.S.", "S E C R E T",
    ]  # fmt: skip


@given(st.text())
def test_offsets_rise_and_folding_is_idempotent(text):
    place = 0
    for token in tokenize(text):
        assert place <= token.start < token.end <= len(text)
        assert token.text == fold(token.text)
        place = token.end


def test_what_is_not_seen_belongs_to_a_word_between_its_letters_alone():
    text = "\u200bSa\u0303o\u200b pre\u00adce\u200ddent\ufeff ju\u00ad\nris U\u0301"
    assert [text[token.start : token.end] for token in tokenize(text)] == ["Sa\u0303o", "pre\u00adce\u200ddent", "ju", "ris", "U\u0301"]


_PIECES = st.sampled_from([*"aAsStC80.,'’`´ʼ‘ &éü-_¶ß\n\u0301\u0308\u00ad\u200b\x01И½", " S E C R E T ", "U.S.", "x.y", ",re", "n't", "'s", "minsk", "C!", "aC!b", "aa8", "&aa", "“", "1,000", "l'", "d’", "dell'", "J. F.", "-\n"])


@given(st.lists(st.lists(_PIECES | st.sampled_from("\x1f.'"), max_size=9).map("".join), max_size=5))
@example(["U", ".S.", "'s", "a'", "s", ",s", "S E", "C R E T"])
@example([])
@example(["a\x1fb", "c"])
@example(["&abc", "def8 &ghi x-y", "jkl8 1-2-a", "3-\n4"])
@example(["é", "S E C R E T", "3-\n4"])
def test_the_words_of_blocks_are_those_of_each(blocks):
    assert cut_blocks(blocks) == [("\n".join(each.words), each.further, each.joints) for each in map(analyse, blocks)]


def same_words(text):
    """Whether `analyse` finds the words and joints that `tokenize` finds."""
    tokens = tokenize(text)
    found = analyse(text)
    assert found.words == words(text) == [token.text for token in tokens]
    assert found.joints == [place for place, token in enumerate(tokens) if token.joint]
    assert {(place, token.spelled) for place, token in enumerate(tokens) if token.spelled} <= set(found.further)


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text())
def test_the_fast_way_gives_the_same_words(text):
    same_words(text)


# One at a time: a text with one of those that are cut slowly is cut slowly as a whole.
ODD = [
    *("0`0", "a\ud800b", "D'Souza", "Ba'ath", "dell'Unità all'X", "a,ś", "a'ś", "a'š", "country,ré", "we,ľl", "Koç's", "ÇİĞ", "a,ð", "U.S.²", "x²", "3²'s", "Ⅷ.a", "½"),
    *("aʼb", "ʼa", "aʼ", "aʼs", "ʼ", "U.S.ʼ", "SʼE C R E T", "country`s", "d`accord", "`quoted`", "``twice``"),
    # figures that stand for closing quotation marks
    *("&frozen conflict8", "&a aa8", "Q&A aa8", "&¶aa8", "&aa8b", "&aa8's", "é&aa aa8", "½&aa aa8", "&abc x'def8 ghi8", "&abc def8's ghi8", "&abc def8,s ghi8"),
    *("&abc def\u0668 ghi8", "&abc ghi88", "&U.S. l'abc8 b8", "&abc cd8-x ef8", "&é éa8", "&ab &cd8 ef8", "&ab cd8 &ef gh8", "&abc a,re8", "&abc a's8", "&abc 're8", "&abc\x1fde8"),
    # letters spaced out
    *("S E C R E T", "¶S E C R E T", "é S E C R E T", "(É S E C R E T)", "S E C R E T-a", "É A B C D", "A B C", "(A B C D É", "(C O N F)", "A B C D. A B C D", "Ex A.B C D E"),
    *("A B C D E.F.", "'A B C D'", "xA B C D", "É A B C D E", "a\nA B C D E", "a\u00ad\nA B C D E", "ko\u00adso S E C R E T\nS E C R E T", "ß\nS E C R E T", "\u00ad A B C D", "ß &abc de8", "(S E C R E T) (A B C D)", "A B C D\nE F G H\nI J K L"),
    # parts of words, initials
    *("a-b-c", "1-2-a-3-4", "a-1-2", "x-y z-w 5-6", "a.-b", "'a. b. c.", "d.e. f.", "A B C D. E.", "-a. b. A.", "x.y-z", "U.S.-a. B.", "a'-b", "d'a-b", "l'u.s.", "U. S.'s", "U. S.-x"),
    *("1-a1 a1-1", "a-b'c-d", "juris-\n“diction", "a.\n“b. a.", "…b. e-F. a.", "pro-\nF. G. H.", "d'-\nA. B."),
    # apostrophes, stops and commas
    *("aC!b", "aC1b", "AC!b", "éC!b", "aC!é", "aC!, NATO", "aC!C!b", "(C) EC. DC, C1", ".'a'", "a.'b", "x.y'z", "'inv'", "a'b'c", "a's'b", "don't'", "U.S.'s", "U.S'", "a.cn'", ",s'"),
    *("x,s'y", "a,t.v.", "a'U.S.", ".a,s", "a.b,s", "x..y,s", "'`12,s,000", "000,8,s,000a, '", "000,8`12'", "'a000,8’12", "812`1,000x", "U.S.'0'1,000", "000'121,000", "1,000'8"),
    *("1,000'a", "1,000,000'8", "1,000's8", "1,000,000,t", "1,000's", "1,000,s", "a1,000", "x'1,000", "1,000-a", ",000", "1,0001", "12,345,678.90", ",1,000", "d'1,000"),
]  # fmt: skip


def test_the_fast_way_gives_the_same_words_of_what_is_odd():
    for text in ODD:
        same_words(text)
        same_words(f"At {text}, they")


USUAL = [
    "The U.S.-led F-16s, the country,s 10,000 O'Briens", "S E C R E T MINSK 01\nC O N F I D E N T I A L", "é\nS E C R E T", "a &frozen conflict8 é", "“Fernández’s” – d’Affaires…",
    "J. F. Kennedy's ko\u00adso\u200bvo", "juris-\ndiction `quoted`",
]  # fmt: skip


@pytest.mark.parametrize("text", USUAL)
def test_usual_texts_need_no_match_a_word(text, monkeypatch):
    expected = ([token.text for token in tokenize(text)], analyse(text).joints)
    monkeypatch.setattr(analysis, "tokenize", None)
    assert [(lines.split("\n"), joints) for lines, _, joints in cut_blocks([text, text])] == [expected, expected]
    assert analyse(text).words == expected[0]


def test_the_docstrings_are_true():
    assert doctest.testmod(analysis).failed == 0


@pytest.mark.parametrize("unit", ["A ", "a.", "x'", "x,s", " ", "-", "¶", "&", "8", "aC!", "é", ".", "a-", "-\n", "- ", "a. ", "d'a", "1,000,", "a\u0301", "\u200b", "ü"])
def test_a_long_run_of_anything_is_fast(unit):
    text = unit * (250_000 // len(unit))
    started = time.process_time()
    words(text)
    assert time.process_time() - started < 1.25
