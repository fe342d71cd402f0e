"""From a query to the plan that engines evaluate."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys

import pytest

from reftel.schema.fields import default_fields
from reftel.search.plan import (
    And,
    AnyOf,
    CitedBy,
    Everything,
    Mark,
    Near,
    Neighbours,
    Node,
    Not,
    Or,
    Paragraph,
    Phrase,
    Prefer,
    Range,
    Value,
    ValuePattern,
    Word,
)
from reftel.search.query import read_query

DEFAULT = tuple(field.name for field in default_fields())


def inflected(text, *fields):
    return Word(text, "inflected", fields=fields or DEFAULT)


def exact(text, *fields):
    return Word(text, "exact", fields=fields or DEFAULT)


def spelled(*texts, fields=DEFAULT):
    return Word(texts[0], "spelled", fields=fields, spellings=texts)


minsk, group, precedent = inflected("minsk"), inflected("group"), inflected("precedent")
karabakh = AnyOf((Phrase((exact("nagorno"), inflected("karabakh"))), inflected("nagornokarabakh")))
initials = AnyOf((Phrase((exact("j"), inflected("f"))), inflected("jf")))
state = (Value("id", ("08STATE12345",)), Value("refs", ("08STATE12345",)))

PLANS = [
    # words
    ("Precedent", precedent),
    ("=Precedent", exact("precedent")),
    ('"Précédent"', exact("precedent")),
    ("U.S.", inflected("us")),
    ("Nagorno-Karabakh", karabakh),
    ("=Nagorno-Karabakh", AnyOf((Phrase((exact("nagorno"), exact("karabakh"))), exact("nagornokarabakh")))),
    ("F-16", AnyOf((Phrase((exact("f"), inflected("16"))), inflected("f16")))),
    ("A/S", Phrase((exact("a"), inflected("s")))),
    ("10,000", inflected("10000")),
    ("Müller", AnyOf((inflected("muller"), inflected("mueller")))),
    ("=L'Aquila", AnyOf((Phrase((exact("l"), exact("aquila"))), exact("laquila"), exact("aquila")))),
    ('">5 dead"', Phrase((exact("5"), exact("dead")))),
    ("minsk+", minsk),
    ("a-b*-c", Phrase((exact("a"), Word("b", "prefix", fields=DEFAULT), inflected("c")))),
    ('"J. F.-b-c"', Phrase((exact("j"), exact("f"), exact("b"), exact("c")))),
    ("L'Aquila~1", Word("laquila", "fuzzy", 1, DEFAULT)),
    ("gr**p", Word("gr*p", "wildcard", fields=DEFAULT)),
    ("signer:J.  F.", AnyOf((Phrase((exact("j", "signer"), exact("f", "signer"))), exact("jf", "signer")))),
    ("J. F. minsk", Neighbours(And((initials, minsk)), (Phrase((initials, minsk)),))),
    ('"a non-co-operation"', Phrase((exact("a"), AnyOf((
        Phrase((exact("non"), exact("co"), exact("operation"))), Phrase((exact("nonco"), exact("operation"))),
        Phrase((exact("non"), exact("cooperation"))), exact("noncooperation"),
    ))))),
    ('"a-b-c-d e"', Phrase((exact("a"), exact("b"), exact("c"), exact("d"), exact("e")))),
    ('"G-8 summit"~4', Near(AnyOf((Phrase((exact("g"), exact("8"))), exact("g8"))), exact("summit"), 4)),
    ('"08 BAKU 1"~4', Near(Near(exact("08"), exact("baku"), 4), exact("1"), 4)),
    ('"G-8"~4', Near(exact("g"), exact("8"), 4)),
    ("qadhaf*", Word("qadhaf", "prefix", fields=DEFAULT)),
    ("q?dhaf*", Word("q?dhaf*", "wildcard", fields=DEFAULT)),
    ("*STÁN", Word("*stan", "wildcard", fields=DEFAULT)),
    ("Nagorno-Kar*", AnyOf((Phrase((exact("nagorno"), Word("kar", "prefix", fields=DEFAULT))), Word("nagornokar", "prefix", fields=DEFAULT)))),
    ("N*-Karabakh", Phrase((Word("n", "prefix", fields=DEFAULT), inflected("karabakh")))),
    ("Qadhafi~2", Word("qadhafi", "fuzzy", 2, DEFAULT)),
    ("~Derse", Word("derse", "alike", fields=DEFAULT)),
    ("subject:~Kiev", spelled("kiev", "kiew", "kijow", "kyiv", "kyyiv", fields=("subject",))),
    ("signer:~derse", Word("derse", "alike", fields=("signer",))),
    ("~Anwar-Ebrahim", Phrase((spelled("anwar"), spelled("ebrahim", "ibrahim")))),
    ('~"Anwar Ebrahim said"', Phrase((Phrase((spelled("anwar"), spelled("ebrahim", "ibrahim"))), Word("said", "alike", fields=DEFAULT)))),
    ("-~Hun-Sen", Not(AnyOf((Phrase((spelled("hun"), spelled("sen"))), spelled("hunsen"))))),
    ("~kiev w/5 talks", Near(spelled("kiev", "kiew", "kijow", "kyiv", "kyyiv"), inflected("talks"), 5)),
    ("*", Everything()),
    ("NOT *", Not(Everything())),
    # phrases and proximity
    ('"Minsk Group"', Phrase((exact("minsk"), exact("group")))),
    ('"minsk gro*"', Phrase((exact("minsk"), Word("gro", "prefix", fields=DEFAULT)))),
    ('"minsk group talks"~4', Near(Near(exact("minsk"), exact("group"), 4), exact("talks"), 4)),
    ("minsk w/5 group", Near(minsk, group, 5)),
    ("minsk pre/3 group w/2 precedent", Near(Near(minsk, group, 3, ordered=True), precedent, 2)),
    ("minsk w/5 (group OR precedent)", Near(minsk, AnyOf((group, precedent)), 5)),
    ('"minsk group" w/5 precedent', Near(Phrase((exact("minsk"), exact("group"))), precedent, 5)),
    ("subject:(minsk w/5 group)", Near(inflected("minsk", "subject"), inflected("group", "subject"), 5)),
    ("subject:minsk w/5 subject:group", Near(inflected("minsk", "subject"), inflected("group", "subject"), 5)),
    ("subject:minsk w/5 (subject:group OR subject:x)",
     Near(inflected("minsk", "subject"), AnyOf((inflected("group", "subject"), inflected("x", "subject"))), 5)),
    # joints
    ("minsk AND group", And((minsk, group))),
    ("minsk OR group", Or((minsk, group))),
    ("-minsk", Not(minsk)),
    ("subject:(minsk OR -group)", Or((inflected("minsk", "subject"), Not(inflected("group", "subject"))))),
    ("signer:(anne AND derse)", And((exact("anne", "signer"), exact("derse", "signer")))),
    # words side by side are preferred side by side
    ("minsk group", Neighbours(And((minsk, group)), (Phrase((minsk, group)),))),
    ("minsk group AND precedent", And((Neighbours(And((minsk, group)), (Phrase((minsk, group)),)), precedent))),
    ("minsk group precedent",
     Neighbours(And((minsk, group, precedent)), (Phrase((minsk, group)), Phrase((group, precedent))))),
    ("Nagorno-Karabakh group",
     Neighbours(And((karabakh, group)), (Phrase((karabakh, group)),))),
    ("minsk -group precedent", And((minsk, Not(group), precedent))),
    ("minsk =group", And((minsk, exact("group")))),
    ("minsk (group OR precedent)", And((minsk, Or((group, precedent))))),
    ("minsk gro*", And((minsk, Word("gro", "prefix", fields=DEFAULT)))),
    ("minsk 08STATE12345", And((minsk, Prefer(Or((*state, exact("08state12345"))), ((state[0], 2.0), (state[1], 1.0)))))),
    ("NOT (minsk group)", Not(And((minsk, group)))),
    ("subject:(minsk group)",
     Neighbours(And((inflected("minsk", "subject"), inflected("group", "subject"))),
                (Phrase((inflected("minsk", "subject"), inflected("group", "subject"))),))),
    ("tags:(PREL AJ)", And((Value("tags", ("PREL",)), Value("tags", ("AJ",))))),
    # paragraphs
    ("minsk w/p group", Paragraph(And((inflected("minsk", "body"), inflected("group", "body"))))),
    ("minsk w/p (group OR -precedent)",
     Paragraph(And((inflected("minsk", "body"), Or((inflected("group", "body"), Not(inflected("precedent", "body")))))))),
    ("minsk w/p group w/5 precedent",
     Paragraph(And((inflected("minsk", "body"), Near(inflected("group", "body"), inflected("precedent", "body"), 5))))),
    ("para:(minsk group)", Paragraph(And((inflected("minsk", "body"), inflected("group", "body"))))),
    ("para:minsk", Paragraph(inflected("minsk", "body"))),
    ("body:(minsk w/p group)", Paragraph(And((inflected("minsk", "body"), inflected("group", "body"))))),
    ("para:(mark:S -minsk)", Paragraph(And((Mark(3, 3), Not(inflected("minsk", "body")))))),
    ("mark:S w/p minsk", Paragraph(And((Mark(3, 3), inflected("minsk", "body"))))),
    ("mark:S", Paragraph(Mark(3, 3))),
    ("mark:S,C/NF", Or((Paragraph(Mark(3, 3)), Paragraph(Mark(2, 2, ("NOFORN",)))))),
    ("-mark:S", Not(Paragraph(Mark(3, 3)))),
    ("para:08STATE12345", Paragraph(inflected("08state12345", "body"))),
    # cable ids
    ("08STATE12345", Prefer(Or((*state, exact("08state12345"))), ((state[0], 2.0), (state[1], 1.0)))),
    ("08STATE12345.html", Prefer(Or((*state, exact("08state12345"))), ((state[0], 2.0), (state[1], 1.0)))),
    ("=08state012345", Prefer(Or((*state, exact("08state012345"))), ((state[0], 2.0), (state[1], 1.0)))),
    ('"08 STATE 12345"',
     Prefer(Or((*state, Phrase((exact("08"), exact("state"), exact("12345"))))), ((state[0], 2.0), (state[1], 1.0)))),
    ("-08STATE12345", Not(Or((*state, exact("08state12345"))))),
    ("subject:08STATE12345", inflected("08state12345", "subject")),
    # names and lists
    ("signer:derse", exact("derse", "signer")),
    ("signer:derse,rice", Or((exact("derse", "signer"), exact("rice", "signer")))),
    ('info:"AMEMBASSY MOSCOW"', Phrase((exact("amembassy", "info"), exact("moscow", "info")))),
    ("tags:PREL,AJ", Value("tags", ("PREL", "AJ"))),
    ("tags:PREL,A*", Or((Value("tags", ("PREL",)), ValuePattern("tags", "A*")))),
    ("class:secret,c", Or((Range("class", 3, 3), Range("class", 2, 2)))),
    ("citedby:08BAKU1,08BAKU2", Or((CitedBy(("08BAKU1",)), CitedBy(("08BAKU2",))))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLANS, ids=[row[0] for row in PLANS])
def test_a_query_means(text, expected):
    assert read_query(text).plan == expected


def nodes(value):
    if isinstance(value, Node):
        yield value
        yield from itertools.chain.from_iterable(nodes(getattr(value, field.name)) for field in dataclasses.fields(value) if field.name != "origin")
    elif isinstance(value, tuple):
        yield from itertools.chain.from_iterable(map(nodes, value))


_CABLE = "Prefer ID|Or ID|Value ID|Value ID|Word ID|Value ID|Value ID"
ORIGINS = [
    ("x AND class:>=secret", "And x AND class:>=secret|Word x|Range class:>=secret"),
    ("-a OR * OR (b c)", "Or -a OR * OR (b c)|Not -a|Word a|Everything *|Neighbours b c|And b c|Word b|Word c|Phrase|Word b|Word c"),
    ("NOT (a b)", "Not NOT (a b)|And a b|Word a|Word b"),
    ("x AND a w/5 (b OR c) pre/2 d~1",
     "And x AND a w/5 (b OR c) pre/2 d~1|Word x|Near a w/5 (b OR c) pre/2 d~1|Near a w/5 (b OR c)|Word a|AnyOf b OR c|Word b|Word c|Word d~1"),
    ("d'ivoire AND para:(a b)",
     "And d'ivoire AND para:(a b)|AnyOf d'ivoire|Phrase d'ivoire|Word d'ivoire|Word d'ivoire|Word d'ivoire|Word d'ivoire|Paragraph para:(a b)|And a b|Word a|Word b"),
    ("x OR a w/p b", "Or x OR a w/p b|Word x|Paragraph a w/p b|And a w/p b|Word a|Word b"),
    ("x 08STATE12345", "And x 08STATE12345|Word x|" + _CABLE.replace("ID", "08STATE12345")),
    ("x OR 01BAKU1 01BAKU2", "Or x OR 01BAKU1 01BAKU2|Word x|Or 01BAKU1 01BAKU2|" + _CABLE.replace("ID", "01BAKU1") + "|" + _CABLE.replace("ID", "01BAKU2")),
    ("x OR 01BAKU1,01BAKU2", "Or x OR 01BAKU1,01BAKU2|Word x|Or 01BAKU1,01BAKU2" + ("|" + _CABLE.replace("ID", "01BAKU1,01BAKU2")) * 2),
    ("x OR müller", "Or x OR müller|Word x|AnyOf müller|Word müller|Word müller"),
    ("x OR ~qadhafi", "Or x OR ~qadhafi|Word x|Word ~qadhafi"),
    ('~"abu qaida"', 'Phrase ~"abu qaida"|Word ~"abu qaida"|AnyOf ~"abu qaida"|Word ~"abu qaida"|Phrase ~"abu qaida"|Word ~"abu qaida"|Word ~"abu qaida"'),
    ("tags:A*,PREL", "Or tags:A*,PREL|ValuePattern A*|Value PREL"),
    ("tags:(A* OR PREL,AJ)", "Or tags:(A* OR PREL,AJ)|ValuePattern A*|Value PREL,AJ"),
    ("signer:(a OR b,c)", "Or signer:(a OR b,c)|Word a|Or b,c|Word b|Word c"),
    ("mark:(S OR C,U)", "Or mark:(S OR C,U)|Paragraph S|Mark S|Or C,U|Paragraph C|Mark C|Paragraph U|Mark U"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ORIGINS, ids=[row[0] for row in ORIGINS])
def test_plan_nodes_point_at_the_text_they_came_from(text, expected):
    found = [f"{type(node).__name__} {text[slice(*node.origin)] if node.origin else ''}".rstrip() for node in nodes(read_query(text).plan)]
    assert found == expected.split("|")


def test_what_a_read_query_holds():
    read = read_query(" Minsk  or  “Group” ")
    assert read.text == " Minsk  or  “Group” "
    assert read.printed == 'Minsk or "Group"'
    assert read.notes == ("'or' is read as a word; the operator is written OR",)
    assert read.tree == read_query(read.printed).tree


NOTED = [
    ("a or b", ["'or' is read as a word; the operator is written OR"]),
    ("a And b not c and d or", [
        "'And' is read as a word; the operator is written AND", "'not' is read as a word; the operator is written NOT",
        "'and' is read as a word; the operator is written AND", "'or' is read as a word; the operator is written OR",
    ]),
    ("subject:(a or b)", ["'or' is read as a word; the operator is written OR"]),
    ("a or b or c", ["'or' is read as a word; the operator is written OR"]),
    ("a NEAR b", ["'NEAR' is read as a word; proximity is written w/5, pre/5, NEAR/5 or w/p"]),
    ("a w/five b", ["'w/five' is read as a word; proximity is written w/5, pre/5, NEAR/5 or w/p"]),
    ("subject(kosovo)", ["'subject' is read as a word; the field is written subject:( … )"]),
    ("08 BAKU 1 w/p x", ["'08 BAKU 1' is read as a phrase"]),
    ("signer:derse,or subject:or", []),
    ("signer:(roe OR derse,or)", []),
    *((query, ["'or' is read as a word; the operator is written OR"]) for query in ("subject:(-or)", "subject:(or AND b)", "subject:(a w/2 or)")),
    ("L'Aquila~1 Müller~2", []),
    ("Müller d'Ivoire Jörg Köhl", ["also looked for: 'Müller' as 'mueller', 'd'Ivoire' as 'ivoire', 'Jörg' as 'joerg', 'Köhl' as 'koehl'"]),
    ("Müller d'Ivoire Jörg Köhl Böll", ["also looked for: 'Müller' as 'mueller', 'd'Ivoire' as 'ivoire', 'Jörg' as 'joerg', 'Köhl' as 'koehl' …"]),
    ("Jörg-Köhl", ["also looked for: 'Jörg-Köhl' as 'joerg' and 'koehl'"]),
    ("a w/2 and", ["'and' is read as a word; the operator is written AND"]),
    ("08STATE1,foo", ["'08STATE1,foo' is read as the phrase \"08state1 foo\""]),
    ("a|b|c|d|e|f|g|h|i|j", ["'a|b|c|d|e|f|g|h|i|j' is read as the phrase \"a b c d e f g h i j\""]),
    ("a|b|c|d|e|f|g|h|i|j|k", ["'a|b|c|d|e|f|g|h|i|j|k' is read as the phrase \"a b c d e f g h i j …\""]),
    ("a|b", ["'a|b' is read as the phrase \"a b\""]),
    ("subject:a,b", ["'a,b' is read as the phrase \"a b\""]),
    ("from:nowhere", ["no post is known as 'nowhere': only cables whose origin is written so are found"]),
    ("from:islambad", ["from:'islambad' is read as ISLAMABAD"]),
    ("a near b", []),
    ('"or" =or tags:or "a|b"', []),
    ("Nagorno-Karabakh, A/S 12:30 Mammadyarov's kosovo,", []),
    ('from:baku from:"AMEMBASSY BAKU" from:"Embassy Ankara" subject', []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "notes"), NOTED, ids=[row[0] for row in NOTED])
def test_what_may_be_meant_otherwise_gives_a_note(text, notes):
    assert list(read_query(text).notes) == notes


def test_the_query_language_pulls_in_no_index_and_no_parser_of_pages():
    code = "import sys, reftel.search.query; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"whoosh", "numpy", "lxml", "bs4", "click", "rich", "simplemma"}.intersection(loaded)
