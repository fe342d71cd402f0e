"""The same text under two ids."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import reftel
from reftel.schema.errors import BadValueError
from reftel.search import neardup
from reftel.search.neardup import hash_runs, longest_block, winnow

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
_WORDS = [
    first + second
    for first in ("ba", "de", "fi", "go", "hu", "ka", "lo", "mi")
    for second in ("nal", "rek", "sit", "tov", "vun", "zed", "pol")
]


def prose(seed: int, count: int) -> str:
    generator = random.Random(seed)
    return " ".join(generator.choice(_WORDS) for _ in range(count))


def _changed(text: str, places: list[int]) -> str:
    found = text.split()
    for place in places:
        found[place] = "changed"
    return " ".join(found)


LONG, QUOTE, OTHER = prose(1, 300), prose(2, 70), prose(3, 300)
BODIES = {
    1: LONG,
    2: LONG.capitalize().replace(" ", "\n", 40),  # the same words, wrapped otherwise
    3: _changed(LONG, [50, 200]),  # a corrected copy
    4: f"{prose(4, 200)} {QUOTE} {prose(5, 200)}",
    5: f"{OTHER} {QUOTE}",
    6: " ".join(OTHER.split()[:120]),  # inside 5
    7: prose(7, 300),
    8: "Short text.",
    9: "Short text.",
    10: f"{prose(8, 100)} {' '.join(QUOTE.split()[:30])}",  # too short a block
}


@pytest.fixture(scope="module")
def copies(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    for number, text in BODIES.items():
        (folder / f"{number}.txt").write_text(
            make_telegram(serial=number, subject=f"REPORT {number}", body=f"1. (C) {text}"), "utf-8"
        )
    reftel.build([folder], folder / "archive")
    return reftel.open(folder / "archive")


def _pairs(found):
    return {(pair.first.removeprefix("08BAKU"), pair.second.removeprefix("08BAKU"), pair.kind) for pair in found}


def test_the_kinds(copies):
    assert _pairs(copies.duplicates()) == {
        ("1", "2", "same"),
        ("1", "3", "near"),
        ("4", "5", "quoted"),
        ("5", "6", "contained"),
    }


def test_the_figures_are_exact(copies):
    found = {pair.kind: pair for pair in copies.duplicates()}
    near = found["near"]
    # 293 runs of eight words each, of which two changed words touch sixteen
    assert near.resemblance == pytest.approx(277 / (293 + 293 - 277))
    assert near.containment == pytest.approx(277 / 293)
    assert near.block == 149  # words 52 to 200
    assert near.text == " ".join(LONG.split()[51:63])
    assert (found["quoted"].block, found["quoted"].text) == (70, " ".join(QUOTE.split()[:12]))
    assert (found["contained"].containment, found["contained"].block) == (1.0, 120)
    assert (found["same"].resemblance, found["same"].subjects) == (1.0, ("REPORT 1", "REPORT 2"))


def test_threshold_and_block(copies):
    assert ("1", "3", "near") not in _pairs(copies.duplicates(threshold=0.95, block=0))
    assert ("1", "3", "quoted") in _pairs(copies.duplicates(threshold=0.95))
    assert ("4", "5", "quoted") not in _pairs(copies.duplicates(block=0))
    assert ("4", "5", "quoted") not in _pairs(copies.duplicates(block=71))


def test_only_among_the_hits_of_a_query(copies):
    assert _pairs(copies.duplicates("id:08BAKU1,08BAKU3,08BAKU4")) == {("1", "3", "near")}


@pytest.mark.parametrize("options", [{"threshold": 0}, {"threshold": 1.1}, {"block": 20}])
def test_bad_options(copies, options):
    with pytest.raises(BadValueError):
        copies.duplicates(**options)


def test_a_bad_query_is_an_error_at_once(copies):
    with pytest.raises(reftel.QueryError):
        copies.duplicates("singer:x")


def test_the_samples_have_none_but_those_typed_in(samples_pairs):
    assert samples_pairs == set()


@pytest.fixture(scope="module")
def samples_pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    reftel.build([SAMPLES], folder / "archive")
    return _pairs(reftel.open(folder / "archive").duplicates())


def test_a_phrase_of_many_cables_is_no_quotation(make_telegram, tmp_path, monkeypatch):
    monkeypatch.setattr(neardup, "COMMON", 3)
    phrase = prose(9, 80)
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(
            make_telegram(serial=number + 1, body=f"1. (C) {phrase} {prose(100 + number, 100)}"), "utf-8"
        )
    reftel.build([tmp_path], tmp_path / "archive")
    assert list(reftel.open(tmp_path / "archive").duplicates()) == []


def test_many_identical_texts_are_paired_with_the_first(make_telegram, tmp_path):
    for number in range(25):
        (tmp_path / f"{number:02}.txt").write_text(make_telegram(serial=number + 1, body=f"1. (C) {LONG}"), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    pairs = list(reftel.open(tmp_path / "archive").duplicates())
    assert len(pairs) == 24
    assert {(pair.first, pair.kind) for pair in pairs} == {("08BAKU1", "same")}


def test_many_parts_on_disk_give_the_same_pairs(copies, monkeypatch):
    expected = _pairs(copies.duplicates())
    monkeypatch.setattr(neardup, "_BUFFER", 10)
    assert _pairs(copies.duplicates()) == expected


@pytest.mark.parametrize("seed", range(20))
def test_a_block_of_39_words_is_always_found(seed):
    block = prose(seed, 39)
    first = tuple(f"{prose(seed + 100, 150)} {block} {prose(seed + 200, 100)}".split())
    second = tuple(f"{prose(seed + 300, 90)} {block} {prose(seed + 400, 200)}".split())
    runs = hash_runs(first), hash_runs(second)
    assert len(np.intersect1d(winnow(runs[0]), winnow(runs[1]))) >= 2
    start, length = longest_block(*runs)
    assert " ".join(first[start : start + length]).find(block) >= 0


def test_repetitive_text_takes_no_quadratic_time():
    import time

    runs = hash_runs(("x",) * 50_000)
    begun = time.process_time()
    longest_block(runs, runs)
    assert time.process_time() - begun < 30
