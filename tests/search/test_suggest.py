"""What is proposed where a query finds nothing."""

from __future__ import annotations

import pickle

import pytest

import reftel
from reftel.search import suggest
from reftel.search.suggest import near_words


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("presedent", ("no cable has 'presedent'; near it: precedent (1), precedents (1)",)),
        ("minsk presedent", ("no cable has 'presedent'; near it: precedent (1), precedents (1)", "without presedent: 2")),
        ("minsk xxxxxxxxxx group yyyyyyyyyy", ("no cable has 'xxxxxxxxxx'", "no cable has 'yyyyyyyyyy'", "without xxxxxxxxxx and yyyyyyyyyy: 2")),
        ("lunch calm xxxxxxxxxx", ("no cable has 'xxxxxxxxxx'",)),
        ("tags:PRELL -group", ("no cable has 'tags:PRELL'; near it: PREL (3)",)),
        ('"minsk gruop"', ("no cable has 'gruop'; near it: group (2)",)),
        ("subject:visti", ("no cable has 'subject:visti'; near it: visit (1)",)),
        ("signer:rou", ("no cable has 'signer:rou'; near it: roe (1)",)),
        ("tags:PRELL", ("no cable has 'tags:PRELL'; near it: PREL (3)",)),
        ("xxxxxxxxxx", ("no cable has 'xxxxxxxxxx'",)),
        ("minsk-xxxxxxxxxx", ("no cable has 'xxxxxxxxxx'",)),
        ("lunch calm", ("lunch 1, calm 1, together 0; lunch OR calm 2",)),
        ("from:baku calm", ("from:baku 1, calm 1, together 0",)),
        ("from:baku calm minsk", ("from:baku 1, calm 1, minsk 2, together 0; without calm 1",)),
        ("from:baku calm signer:doe", ("from:baku 1, calm 1, signer:doe 1, together 0",)),
        ("date:2008-02 AND tags:FR group minsk", ("date:2008-02 1, tags:FR 1, group 2, minsk 2, together 0; without tags:FR 1",)),
        ("lunch night calm group", ("lunch 1, night 1, calm 1, group 2, together 0; without lunch and calm 1, without night and calm 1",)),
        ("date:1950 minsk", ("no cable has 'date:1950'", "without date:1950: 2")),
        ("minsk class:TS", ("no cable has 'class:TS'", "without class:TS: 2")),
        ("minsk -group", ("minsk 2, none of them left by -group",)),
        ("minsk lunch -visit -group", ("minsk with lunch 1, none of them left by -visit, -group",)),
        ("minsk -lunch -night", ("minsk 2, none of them left by -lunch, -night; without -lunch 1, without -night 1",)),
        ("-*", ("every cable has *, and -* leaves none",)),
        ('"minsk precedent"', ('"minsk precedent": both in 1 cable, side by side in none',)),
        ('"lunch calm"', ("lunch 1, calm 1, together 0",)),
        ("minsk w/1 precedent", ("minsk w/1 precedent: both in 2 cables, within 1 of each other in none",)),
        ("group pre/1 minsk", ("group pre/1 minsk: both in 2 cables, in this order in none, in the other one in 1 cable",)),
        ("para:(minsk lunch)", ("para:(minsk lunch): each part in a paragraph of 1 cable, all in one and the same paragraph of none",)),
        ("minsk w/p lunch", ("minsk w/p lunch: each part in a paragraph of 1 cable, all in one and the same paragraph of none",)),
        ("para:(mark:TS minsk)", ("no paragraph has 'mark:TS'",)),
        ("mark:TS", ("no paragraph has 'mark:TS'",)),
        ("subject:lunch", ("no cable has 'subject:lunch'; without the field: 1",)),
        ("tags:minsk", ("no cable has 'tags:MINSK'; without the field: 2",)),
        ("99BAKU7", ("no cable is, cites or prints '99BAKU7'",)),
        ("id:99BAKU7 minsk", ("no cable has 'id:99BAKU7'", "without id:99BAKU7: 2")),
        ("mine:nothing", ("no cable is tagged 'nothing'; `reftel note list` lists your tags",)),
        ("(presedent OR visti) minsk", ("no cable has 'presedent'; near it: precedent (1), precedents (1)", "no cable has 'visti'; near it: visit (1)", "without presedent OR visti: 2")),
        ("minks -presedent", ("no cable has 'minks'; near it: minsk (2)",)),
        ("presedent*", ("no cable has 'presedent*'",)),
        ("minsk lunch?", ("no cable has 'lunch?', in which ? is one letter; lunch 1", "without lunch?: 2")),
        ("presedent?", ("no cable has 'presedent?', in which ? is one letter",)),
        ("presedent~1", ("",)),
    ],
)
def test_notes_of_a_search_without_hits(archive, query, notes):
    page = archive.search(query)
    if notes == ("",):  # a spelling variant finds it by itself
        assert page.total
    else:
        assert (page.total, page.notes) == (0, notes)


def test_of_a_long_question_a_few_words_alone_are_compared_with_those_of_the_index(archive, monkeypatch):
    compared = []
    monkeypatch.setattr(suggest, "near_words", lambda _engine, word, _fields: compared.append(word) or [("precedent", 1)])
    page = archive.search(" OR ".join(f"zz{number}" for number in range(400)))
    assert compared == ["zz0", "zz1", "zz2", "zz3", "zz4"]
    assert page.notes[-1] == "nor 395 more words or values of the query"
    assert page.instead == ()  # each would be a question as long as this one


@pytest.mark.parametrize(
    ("query", "instead"),
    [
        ("minsk presedent", [("minsk precedent", 2), ("minsk precedents", 2), ("minsk", 2)]),
        ('"minsk gruop"', [('"minsk group"', 1)]),
        ("subject:visti", [("subject:visit", 1)]),
        ("tags:PRELL", [("tags:PREL", 3)]),
        ("minsk lunch?", [("minsk lunch", 1), ("minsk", 2)]),
        ("lunch calm", [("lunch OR calm", 2)]),
        ("date:1950 AND minsk", [("minsk", 2)]),
        ("minsk AND date:1950", [("minsk", 2)]),
        ("minsk AND NOT group", [("minsk", 2)]),
        ("minsk -lunch -night", [("minsk -night", 1), ("minsk -lunch", 1)]),
        ("from:baku calm minsk", [("from:baku minsk", 1)]),
        ("(presedent OR visti) minsk", [("(precedent OR visti) minsk", 2), ("(precedents OR visti) minsk", 2), ("(presedent OR visit) minsk", 1), ("minsk", 2)]),
        ("minsk and precedent", [("minsk AND precedent", None)]),
        ("the minsk group?", [("the minsk group", 2), ("the minsk", 2)]),
        ("'minsk group' visit", [('"minsk group" visit', None)]),
        ("MINSK OR GROUP", [('"MINSK OR GROUP"', None)]),
        ("xxxxxxxxxx", []),
        ("minsk", []),
    ],
)
def test_a_note_knows_what_to_ask_instead(archive, query, instead):
    """Whole queries, with what they find: nothing that cannot be asked, or that finds nothing, is counted."""
    page = archive.search(query)
    assert [(each.query, each.cables) for each in page.instead] == instead
    for each in page.instead:
        assert each.cables in (None, archive.count(each.query))
    assert pickle.loads(pickle.dumps(page)).instead == page.instead
    assert page.to_dict()["instead"] == [{"query": text, "cables": cables} for text, cables in instead]


def test_a_list_is_a_part_of_the_question(archive):
    assert archive.search("minsk", ids=["09PARIS303"]).notes == ("minsk 2, the list 1, together 0",)


def test_long_conjunctions_are_told_in_short(make_telegram, tmp_path):
    """Only the rarest parts are named, and left out to see what helps: the number of questions to the engine stays small."""
    words = [f"word{letter}" for letter in "abcdefghij"]
    for number, word in enumerate(words):
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=number + 1, body="1. (C) " + " ".join(words[: number + 1]) + f" only{word}."), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        note = archive.search(" ".join([*words, "onlyworda"])).notes
        assert note == ("wordf 5, wordg 4, wordh 3, wordi 2, wordj 1, onlyworda 1 and 5 more, together 0; without onlyworda 1",)


def test_a_search_with_hits_proposes_nothing(archive):
    assert archive.search("minsk OR presedent").notes == ()


def test_other_notes_stay_in_front(archive):
    page = archive.search("presedent or minsk")
    assert len(page.notes) > 1
    assert "no cable has 'presedent'" in page.notes[1]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("grop", [("group", 2)]),  # four letters: one may differ
        ("gro", []),
        ("unprecedentde", [("unprecedented", 1)]),
        ("x" * 50, []),
        ("minsk", []),  # itself is no proposal
    ],
)
def test_near_words(archive, word, near):
    assert near_words(archive._state.engine, word, ("subject", "body", "head")) == near


def test_the_commoner_of_equally_near_words_comes_first(make_telegram, tmp_path):
    for number, text in enumerate(["harbour", "harbour", "harbors"]):
        (tmp_path / f"{number}.txt").write_text(
            make_telegram(serial=number + 1, body=f"1. (C) The {text} froze."), "utf-8"
        )
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        engine = archive._state.engine
        assert near_words(engine, "harbos", ("body",)) == [("harbors", 1), ("harbour", 2)]
        assert near_words(engine, "harbouzz", ("body",)) == [("harbour", 2)]
