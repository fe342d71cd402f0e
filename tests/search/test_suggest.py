"""What is proposed where a query finds nothing."""

from __future__ import annotations

import pytest

from reftel.search.suggest import near_words


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("presedent", ("no cable has 'presedent'; near it: precedent (1), precedents (1)",)),
        ("minsk presedent", ("no cable has 'presedent'; near it: precedent (1), precedents (1)",)),
        ('"minsk gruop"', ("no cable has 'gruop'; near it: group (2)",)),
        ("subject:visti", ("no cable has 'subject:visti'; near it: visit (1)",)),
        ("signer:rou", ("no cable has 'signer:rou'; near it: roe (1)",)),
        ("tags:PRELL", ("no cable has 'tags:PRELL'; near it: PREL (3)",)),
        ("xxxxxxxxxx", ("no cable has 'xxxxxxxxxx'",)),
        ("lunch calm", ()),  # each is found, not both together
        ("minks -presedent", ("no cable has 'minks'; near it: minsk (2)",)),
        ("presedent*", ()),
        ("presedent~1", ("",)),
    ],
)
def test_notes_of_a_search_without_hits(archive, query, notes):
    page = archive.search(query)
    if notes == ("",):  # a spelling variant finds it by itself
        assert page.total
    else:
        assert (page.total, page.notes) == (0, notes)


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
    import reftel

    for number, text in enumerate(["harbour", "harbour", "harbors"]):
        (tmp_path / f"{number}.txt").write_text(
            make_telegram(serial=number + 1, body=f"1. (C) The {text} froze."), "utf-8"
        )
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        engine = archive._state.engine
        assert near_words(engine, "harbos", ("body",)) == [("harbors", 1), ("harbour", 2)]
        assert near_words(engine, "harbouzz", ("body",)) == [("harbour", 2)]
