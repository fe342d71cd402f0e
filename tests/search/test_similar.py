"""Cables like another one, with reasons that add up."""

from __future__ import annotations

import pytest

import reftel
from reftel.schema.errors import CableNotFound
from reftel.search.similar import telling_words

BODIES = {
    1: "The harbour pilots refused to board the freighter because of the whooping cranes on the quay.",
    2: "A freighter waited outside the harbour, its pilots said, until the cranes had left the quay.",
    3: "The pilots of the freighter had lunch.",
    4: "Wheat prices rose again, the minister of agriculture explained at length.",
    5: "The minister of agriculture explained wheat prices a second time, at length.",
    6: "Nothing was said about anything by the ambassador.",
}


@pytest.fixture(scope="module")
def harbour(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("harbour")
    for number, text in BODIES.items():
        post = "BAKU" if number != 5 else "PARIS"
        (folder / f"{number}.txt").write_text(
            make_telegram(serial=number, post=post, subject=f"REPORT {number}", body=f"1. (C) {text}"), "utf-8"
        )
    reftel.build([folder], folder / "archive")
    return reftel.open(folder / "archive")


def test_the_most_alike_come_first_and_the_cable_itself_is_left_out(harbour):
    assert [similar.key for similar in harbour.similar("08 Baku 1")][:2] == ["08BAKU2", "08BAKU3"]
    assert harbour.similar("08BAKU4")[0].key == "08PARIS5"
    assert all(similar.key != "08BAKU1" for similar in harbour.similar("08BAKU1"))


def test_the_reasons_are_words_of_both_and_add_up_to_the_score(harbour):
    from reftel.schema.analysis import words

    for similar in harbour.similar("08BAKU1"):
        both = set(words(BODIES[1])) & set(words(BODIES[int(similar.key[-1])])) | {"report"}
        assert {term.word for term in similar.terms} <= both
        assert sum(term.share for term in similar.terms) == pytest.approx(similar.score)
        assert [term.share for term in similar.terms] == sorted((term.share for term in similar.terms), reverse=True)
        for term in similar.terms:
            assert harbour.search(f"={term.word}", limit=0).total == term.cables


def test_the_best_words_of_a_pair(harbour):
    assert {"harbour", "cranes", "quay"} <= {term.word for term in harbour.similar("08BAKU1")[0].terms[:4]}


def test_the_same_text_scores_one(make_telegram, tmp_path):
    for number, text in enumerate([BODIES[1], BODIES[1], BODIES[4]], start=1):
        (tmp_path / f"{number}.txt").write_text(
            make_telegram(serial=number, subject="SAME", body=f"1. (C) {text}"), "utf-8"
        )
    reftel.build([tmp_path], tmp_path / "archive")
    (first, *_others) = reftel.open(tmp_path / "archive").similar("08BAKU1")
    assert (first.key, round(first.score, 6)) == ("08BAKU2", 1.0)


def test_words_of_all_cables_or_of_this_alone_tell_nothing(harbour):
    weights = telling_words(harbour._state.searcher.desk, harbour.cable("08BAKU1"))
    assert "whooping" not in weights  # in this cable alone
    assert "report" not in weights  # in every subject
    assert weights["harbour"].cables == 2


def test_among_the_hits_of_a_query(harbour):
    assert [similar.key for similar in harbour.similar("08BAKU4", query="from:paris")] == ["08PARIS5"]
    assert harbour.similar("08BAKU4", query="zzzz") == ()
    assert len(harbour.similar("08BAKU1", limit=1)) == 1


def test_a_cable_that_is_not_there(harbour):
    with pytest.raises(CableNotFound):
        harbour.similar("09BAKU1")


def test_a_cable_without_an_id_is_left_out_of_its_own_list(make_telegram, tmp_path):
    (tmp_path / "a.txt").write_text(f"1. (C) {BODIES[1]}\n\n2. (C) {BODIES[2]}\nROE\n", "utf-8")
    (tmp_path / "b.txt").write_text(make_telegram(body=f"1. (C) {BODIES[1]}"), "utf-8")
    (tmp_path / "c.txt").write_text(make_telegram(serial=7, body=f"1. (C) {BODIES[4]}"), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    archive = reftel.open(tmp_path / "archive")
    key = next(hit.key for hit in archive.scan("-has:id"))
    assert [similar.key for similar in archive.similar(key)][:1] == ["08BAKU101"]
    assert key not in [similar.key for similar in archive.similar(key)]
