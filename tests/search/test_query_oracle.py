"""The in-memory engine on a handful of invented cables, each rule of the plan by hand."""

from __future__ import annotations

import pytest

from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph, Recipient, Reference, Source
from reftel.schema.errors import EngineError
from reftel.search.engines.memory import MemoryEngine, levenshtein, matches_pattern
from reftel.search.plan import PREFERENCE, Bucket, CitedBy, Everything, Found, Mark, Nothing, Request, Word
from reftel.search.query import read_query


def paragraph(number, mark, text, heading=None):
    level, *caveats = mark.split("/") if mark else [None]
    return Paragraph(number, mark, level, tuple("NOFORN" for part in caveats if part == "NF"), heading, text)


CABLES = (
    Cable(
        id="08BAKU1", date="2008-02-01T00:00:00Z", date_precision="minute", classification="SECRET", caveats=("NOFORN", "SIPDIS"), post="BAKU",
        origin="Embassy Baku", subject="KOSOVO AS PRECEDENT", tags=("PREL", "AJ"), signers=("DERSE",), precedence="IMMEDIATE",
        source=Source("a", "telegram"), refs=(Reference("A", "07STATE9", "cable", "07 STATE 9"),),
        paragraphs=(
            paragraph(1, "C", "The Minsk Group met on Kosovo."),
            paragraph(2, "S/NF", "A precedent, said the group. Minsk was silent."),
        ),
        flags=("redacted",),
    ),
    Cable(
        id="08BAKU2", date="2008-02-29T23:59:00Z", date_precision="minute", classification="CONFIDENTIAL", post="BAKU", origin="Embassy Baku",
        subject="Minsk visit", tags=("PREL", "PGOV"), signers=("RICE", "DERSE"), precedence="ROUTINE",
        refs=(Reference("A", "08BAKU1", "cable", "BAKU 1"), Reference("B", "07STATE9", "cable", "STATE 9")),
        recipients=(Recipient("action", "SECSTATE WASHDC"), Recipient("info", "AMEMBASSY MOSCOW")),
        paragraphs=(
            paragraph(1, "U", "We went to Minsk."),
            paragraph(2, None, "Group photographs followed; talks on Qadhafi in the Nagorno-Karabakh talks.", "KOSOVO PRECEDENTS"),
        ),
    ),
    Cable(id="09ANKARA3", date="2009-06-01T12:00:00Z", date_precision="minute", post="ANKARA", subject="Group of precedents in Minsk",
          refs=(Reference("A", "08BAKU2", "cable", "08 BAKU 2"),)),
    Cable(body="A text without id mentions the U.S. and 08BAKU1.\n\nNothing more.\n"),
)  # fmt: skip
ONE, TWO, THREE, TEXT = (cable.key for cable in CABLES)
ENGINE = MemoryEngine(map(record_of, CABLES))

MATCHES = [
    ("*", {ONE, TWO, THREE, TEXT}),
    ("-minsk", {TEXT}),
    # words and their inflections; exact ones
    ("precedent", {ONE, TWO, THREE}), ("=precedent", {ONE}), ('"precedents"', {TWO, THREE}), ("US", {TEXT}), ("U.S.", {TEXT}),
    ("prec*", {ONE, TWO, THREE}), ("m?nsk", {ONE, TWO, THREE}), ("m?sk", set()), ("*dents", {TWO, THREE}),
    ("gaddafi~1", set()), ("gaddafi~2", {TWO}), ("qadhafy~1", {TWO}),
    ("signer:derse", {ONE, TWO}), ("signer:derses", set()), ("head:rice", {TWO}),
    # a phrase never leaves a block: not from paragraph 1 of 08BAKU2 to 2, nor from a heading to its text, nor across signers
    ('"minsk group"', {ONE}), ('"group minsk"', {ONE}), ('"kosovo a precedent"', set()), ('"precedents group"', set()), ('"rice derse"', set()),
    ('"nagorno karabakh"', {TWO}), ("Nagorno-Karabakh", {TWO}), ('"kosovo precedents"', {TWO}), ("minsk pre/9 group", {ONE}),
    # proximity: adjacent is 1, in either order unless pre, fields never mix
    ("minsk w/1 group", {ONE}), ("group w/3 minsk", {ONE}), ("group w/4 minsk", {ONE, THREE}), ("minsk w/4 group", {ONE, THREE}),
    ("group pre/4 minsk", {ONE, THREE}), ("minsk pre/4 group", {ONE}), ('"minsk group"~4', {ONE, THREE}), ("talks w/9 talks", {TWO}),
    ("photographs w/1 photographs", set()), ("kosovo w/9 minsk", {ONE}), ("subject:(kosovo w/2 precedent)", {ONE}),
    ("subject:(minsk w/1 visit)", {TWO}), ("body:(minsk w/1 visit)", set()), ("(minsk OR talks) w/1 (group OR on)", {ONE, TWO}),
    ("minsk w/1 group w/2 on", {ONE}), ("minsk w/1 group w/1 on", set()),
    # one paragraph: its text alone, marks, and NOT of the paragraph
    ("minsk w/p precedent", {ONE}), ("minsk w/p group", {ONE}), ("minsk w/p photographs", set()), ("kosovo w/p precedent", set()),
    ("para:(minsk -kosovo)", {ONE, TWO}), ("para:(group -minsk)", {TWO}), ("minsk -kosovo", {THREE}), ("para:(-mark:C minsk)", {ONE, TWO}),
    ("para:*", {ONE, TWO}), ("para:(NOT *)", set()), ('para:"minsk group"', {ONE}),
    ("mark:S", {ONE}), ("mark:S/NF", {ONE}), ("mark:C/NF", set()), ("mark:NF", {ONE}), ("mark:>=C", {ONE}), ("mark:<=C", {ONE, TWO}),
    ("mark:<C", {TWO}), ("mark:*", {ONE, TWO}), ("-mark:S", {TWO, THREE, TEXT}), ("para:(mark:S minsk)", {ONE}), ("para:(mark:S kosovo)", set()),
    ("para:(mark:>=C/NF group)", {ONE}), ("para:(-mark:* talks)", {TWO}), ("mark:C w/p kosovo", {ONE}), ("mark:S w/p kosovo", set()),
    # dates, inclusive at both ends
    ("date:2008-02", {ONE, TWO}), ("date:2008-02-01..2008-02-29", {ONE, TWO}), ("date:2008-02-02..2008-02-28", set()), ("date:2008..", {ONE, TWO, THREE}),
    ("after:2008-02", {THREE}), ("before:2008-02-29", {ONE}), ("date:2008-02-29T23:59", {TWO}), ("date:>2008-02-01T00:00", {TWO, THREE}),
    ("date:*", {ONE, TWO, THREE}), ("decl:*", set()),
    # ranks; absent ones never match
    ("class:secret", {ONE}), ("class:>=c", {ONE, TWO}), ("class:<secret", {TWO}), ("class:*", {ONE, TWO}), ("-class:*", {THREE, TEXT}),
    ("prec:>=priority", {ONE}), ("class:c,s", {ONE, TWO}),
    # keywords, several to a cable
    ("tags:PREL", {ONE, TWO}), ("tags:AJ,PGOV", {ONE, TWO}), ("tags:(PREL AJ)", {ONE}), ("tags:(PREL -AJ)", {TWO}), ("tags:P?OV", {TWO}),
    ("caveat:NF", {ONE}), ("from:baku", {ONE, TWO}), ('from:"embassy b*"', {ONE, TWO}), ("is:redacted", {ONE}), ("has:refs", {ONE, TWO, THREE}),
    ("-has:id", {TEXT}), ("source:telegram", {ONE}), ("to:secstate", {TWO}), ('info:"amembassy moscow"', {TWO}), ("to:moscow", set()),
    # ids and citations
    ("id:08BAKU*", {ONE, TWO}), (f"id:{TEXT}", {TEXT}), ("refs:07STATE9", {ONE, TWO}), ("citedby:08BAKU2", {ONE}), ("citedby:09ANKARA3", {TWO}),
    ("citedby:08BAKU2,09ANKARA3", {ONE, TWO}), ("citedby:08BAKU1", set()), ("08BAKU1", {ONE, TWO, TEXT}), ("refs:08BAKU*", {TWO, THREE}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), MATCHES, ids=[row[0] for row in MATCHES])
def test_a_query_finds(query, expected):
    assert ENGINE.matches(read_query(query).plan) == expected


def test_nothing_and_unknown_ids_find_nothing():
    assert ENGINE.matches(Nothing()) == set()
    assert ENGINE.matches(CitedBy(("08NOWHERE1",))) == set()
    assert ENGINE.matches(Word("minsk")) == set()  # no fields to look in


def test_a_mark_of_a_whole_cable_is_that_of_any_paragraph():
    assert ENGINE.matches(Mark(2, 4)) == {ONE}


def ranked(query):
    return [(hit.key, hit.score // PREFERENCE) for hit in ENGINE.answer(Request(read_query(query).plan)).found]


ALIKE = {  # the same words in texts of one length, the best answer to "Minsk Group AND precedent" first
    "08RIGA9": "The Minsk Group saw a precedent in the case.",
    "08RIGA8": "A precedent was seen by the Group from Minsk.",
    "08RIGA7": "A Group, in the case of a precedent from Minsk.",
}


def test_where_all_else_is_alike_words_come_first_the_nearer_they_stand():
    cables = [Cable(id=key, subject="A case", paragraphs=(paragraph(1, "C", text), paragraph(2, "C", "Nothing."))) for key, text in ALIKE.items()]
    cables.append(Cable(id="08RIGA1", subject="A case", paragraphs=(paragraph(1, "C", "A Group from Minsk."), paragraph(2, "C", "A precedent in the case."))))
    found = MemoryEngine(map(record_of, cables)).answer(Request(read_query("Minsk Group AND precedent").plan)).found
    assert [hit.key for hit in found] == [*ALIKE, "08RIGA1"]


def test_a_cable_id_comes_first_then_those_that_cite_it():
    assert ranked("08BAKU1") == [(ONE, 2.0), (TWO, 1.0), (TEXT, 0.0)]


def test_a_preference_counts_only_where_its_part_of_an_or_holds():
    assert ranked("(08BAKU1 silent) OR kosovo") == [(ONE, 2.0), (TWO, 0.0)]


SORTED = [
    ("date", [ONE, TWO, THREE, TEXT]), ("-date", [THREE, TWO, ONE, TEXT]), ("class", [TWO, ONE, THREE, TEXT]), ("-class", [ONE, TWO, THREE, TEXT]),
    ("from", [THREE, ONE, TWO, TEXT]), ("-from", [ONE, TWO, THREE, TEXT]), ("id", [ONE, TWO, THREE, TEXT]), ("-id", [TEXT, THREE, TWO, ONE]),
]  # fmt: skip


@pytest.mark.parametrize(("sort", "expected"), SORTED)
def test_sorting_keeps_key_order_among_equals_and_absent_values_last(sort, expected):
    assert ENGINE.answer(Request(Everything(), sort=sort)).found == tuple(Found(key, 0.0) for key in expected)


def test_the_window_does_not_change_the_total():
    answer = ENGINE.answer(Request(Everything(), sort="date", offset=1, limit=2))
    assert (answer.total, [hit.key for hit in answer.found]) == (4, [TWO, THREE])
    assert ENGINE.answer(Request(Everything(), offset=9)).found == ()


def test_facets_count_every_value_over_all_hits():
    answer = ENGINE.answer(Request(read_query("date:2008").plan, limit=0, facets=(("tags", None), ("tags", 2), ("year", 5), ("signer", None))))
    assert answer.facets["year"] == (Bucket("2008", 2),)
    assert answer.facets["signer"] == (Bucket("DERSE", 2), Bucket("RICE", 1))
    assert answer.facets["tags"] == (Bucket("PREL", 2), Bucket("AJ", 1))  # the later request for a facet counts
    every = ENGINE.answer(Request(Everything(), facets=(("tags", None), ("refs", None)))).facets
    assert every["tags"] == (Bucket("PREL", 2), Bucket("AJ", 1), Bucket("PGOV", 1))
    assert every["refs"] == (Bucket("07STATE9", 2), Bucket("08BAKU1", 1), Bucket("08BAKU2", 1))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(Everything(), sort="subject"), "'subject' is no sort field"),
        (Request(Everything(), sort="-x"), "'x' is no sort field"),
        (Request(Everything(), facets=(("subject", 1),)), "'subject' is no facet"),
    ],
)
def test_an_impossible_request_is_an_engine_error(request_, message):
    with pytest.raises(EngineError, match=message):
        ENGINE.answer(request_)


def test_scan_gives_keys_in_order():
    assert list(ENGINE.scan(Everything())) == [ONE, TWO, THREE, TEXT]


@pytest.mark.parametrize(
    ("left", "right", "distance"), [("", "", 0), ("a", "", 1), ("abc", "abd", 1), ("abc", "ac", 1), ("ab", "ba", 2), ("qadhafi", "gaddafi", 2)]
)
def test_levenshtein(left, right, distance):
    assert levenshtein(left, right) == levenshtein(right, left) == distance


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [("a*", "a", True), ("a?", "a", False), ("?b*d", "abcd", True), ("A[B]*", "A[B]C", True), ("A[B]*", "ABC", False), ("a*", "ba", False)],
)
def test_patterns_match_whole_values(pattern, value, expected):
    assert matches_pattern(value, pattern) is expected
