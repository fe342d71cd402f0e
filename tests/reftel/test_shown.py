"""What is shown with a hit, over the samples and many questions: it has the question's words, and says so where its paragraphs don't."""

from __future__ import annotations

import itertools
import json
import re
import runpy
from pathlib import Path

import pytest

import reftel
from reftel.render import plain
from reftel.render.excerpts import EXCERPT, cut, excerpt
from reftel.render.hits import render_markdown
from reftel.schema.errors import BadValueError

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "corpus_samples"
SHOWN = runpy.run_path(str(ROOT / "benchmarks" / "shown.py"))


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    path = tmp_path_factory.mktemp("shown") / "archive"
    reftel.build([SAMPLES], path)
    with reftel.open(path) as archive:
        yield archive


def test_what_is_shown_has_the_words_and_each_paragraph_adds_some_or_has_all(samples):
    counted = SHOWN["count"](samples, SHOWN["questions"](samples))
    assert counted[SHOWN["SAME"]] > 50
    assert counted[SHOWN["SECOND"]] > 50
    assert {counted[SHOWN[name]] for name in ("NO_WORD", "LACKING", "SAME_NO_WORD", "LESS", "UNEXPLAINED")} == {0}


def test_a_hit_without_marked_words_says_what_it_was_found_by(samples):
    for query in ("tags:PREL", "from:baku", "date:2008", "class:secret", "refs:08STATE900112", "08STATE900112", "signer:derse OR has:refs", "subject:walk"):
        page = samples.search(query, limit=None)
        assert page.hits
        for hit in page.hits:
            assert hit.found_by or any(paragraph.highlights for paragraph in hit.paragraphs), (query, hit.key)


def test_a_citing_cable_shows_the_reference(samples):
    hits = samples.search("refs:08STATE900112").hits
    assert len(hits) > 1
    for hit in hits:
        lines = list(plain.hit_lines(hit))
        assert any(re.match(r"    REF: .*900112", line) for line in lines), lines
        assert any(line.startswith("> REF: ") and "**" in line and "900112" in line for line in render_markdown([hit]))
        (way,) = json.loads(json.dumps(hit.to_dict()))["found_by"]
        (place,) = way["highlights"]
        assert (way["part"], "900112" in way["text"][slice(*place)]) == ("refs", True)


def test_exports_say_it_too(samples):
    found = {hit.key: hit for hit in samples.matches("tags:PREL minsk OR tags:PREL")}
    assert any(hit.found_by and not hit.paragraphs for hit in found.values())
    assert all(bool(hit.found_by) is not bool(hit.paragraphs) for hit in found.values() if not hit.subject_highlights)


@pytest.mark.parametrize(("number", "most"), [(0, 0), (1, 1), (2, 2), (3, 3), (10**30, 5), (None, 5)])
def test_the_number_of_paragraphs(samples, number, most):
    for hits in (samples.search("the", limit=None, paragraphs=number).hits, tuple(samples.scan("the", paragraphs=number))):
        assert max(len(hit.paragraphs) for hit in hits) == most


def test_every_paragraph_is_as_many_as_match(samples):
    every = {hit.key: {paragraph.index for paragraph in hit.paragraphs} for hit in samples.search("minsk", limit=None, paragraphs=None).hits}
    matching = {hit.key: {paragraph.index for paragraph in hit.paragraphs} for hit in samples.matches("minsk")}
    assert {key: found for key, found in every.items() if matching[key]} == {key: found for key, found in matching.items() if found}


@pytest.mark.parametrize("ask", [lambda archive: archive.search("the", paragraphs=-1), lambda archive: archive.scan("the", paragraphs=-1)])
def test_a_negative_number_of_paragraphs_is_refused(samples, ask):
    with pytest.raises(BadValueError, match="must not be negative"):
        ask(samples)


SENTENCE = "Nothing of this was in the paper that he had read on the way. "
LONG = [  # a text with words in capitals, and the pieces of it that are shown, by how they begin
    (SENTENCE * 20 + "A LAKE is a lake. " + SENTENCE * 20, ["Nothing"]),
    ("A LAKE is a lake. " + SENTENCE * 40, ["A LAKE"]),
    (SENTENCE * 20 + "A LAKE is a lake.", ["Nothing"]),
    ("A LAKE is a lake. " + SENTENCE * 40 + "A HILL.", ["A LAKE", "Nothing"]),
    ("A LAKE. " + SENTENCE * 20 + "A HILL. " + SENTENCE * 20 + "THE SEA.", ["A LAKE", "Nothing", "Nothing"]),
    ("no end " * 300, ["no end"]),
    ("", [""]),
]


@pytest.mark.parametrize(("text", "beginnings"), LONG)
def test_pieces_begin_with_sentences_and_have_every_word(text, beginnings):
    places = tuple(match.span() for match in re.finditer("[A-Z]{2,}", text))
    pieces = excerpt(text, places)
    assert len(pieces) == len(beginnings)
    assert sum(end - start for start, end in pieces) <= EXCERPT + 20
    for (start, end), beginning in zip(pieces, beginnings, strict=True):
        assert text.startswith(beginning, start)
        assert start == 0 or text[start - 1] == " "
        assert end == len(text) or text[end] == " "
    assert all(any(start <= first and last <= end for start, end in pieces) for first, last in places)
    printed = list(cut(text, pieces))
    assert [place for _text, place in printed if place] == list(pieces)
    assert all("…" in sign for sign, place in printed if place is None)
    assert all(before < after for (_first, before), (after, _last) in itertools.pairwise(pieces))
