"""What is written, as a tree; and the tree in canonical spelling."""

from __future__ import annotations

import pytest

from reftel.search.query.lexer import split_tokens
from reftel.search.query.parser import parse
from reftel.search.query.printer import print_tree
from reftel.search.query.tree import (
    Alternatives,
    And,
    Compare,
    Fuzzy,
    Juxtaposed,
    Near,
    Not,
    Or,
    Quoted,
    SameParagraph,
    Scoped,
    Spelled,
    Star,
    Step,
    Word,
    children_of,
)  # fmt: skip

a, b, c, d = map(Word, "abcd")

TREES = [
    # values of several words, in brackets too
    ("date:>=13 Feb 2008", Scoped("date", Compare(">=", "13 Feb 2008", quoted=True))),
    ("from:(La Paz OR Baku)", Scoped("from", Or((Quoted("La Paz"), Word("Baku"))))),
    # words and phrases
    ("kosovo", Word("kosovo")),
    ("=secret", Word("secret", exact=True)),
    ("Nagorno-Karabakh", Word("Nagorno-Karabakh")),
    ("qadhaf*", Word("qadhaf*")),
    ("qadhafi~1", Fuzzy("qadhafi", 1)),
    ('"Minsk  Group"', Quoted("Minsk Group")),
    ("“Minsk Group”", Quoted("Minsk Group")),
    ('="Minsk Group"', Quoted("Minsk Group")),
    ('"minsk group"~4', Quoted("minsk group", 4)),
    ("~hezbollah", Spelled("hezbollah")),
    ("~al-Qa'ida", Spelled("al-Qa'ida")),
    ('~"Abu  Mazen"', Spelled("Abu Mazen", quoted=True)),
    ("～hezbollah", Spelled("hezbollah")),
    ('"~hezbollah"', Quoted("~hezbollah")),
    ("subject:~hezbollah", Scoped("subject", Spelled("hezbollah"))),
    ('subject:~"abu mazen"', Scoped("subject", Spelled("abu mazen", quoted=True))),
    ("signer:~derse,~rice", Scoped("signer", Alternatives((Spelled("derse"), Spelled("rice"))))),
    ("-~hezbollah", Not(Spelled("hezbollah"))),
    ("~hezbollah w/5 iran", Near(Spelled("hezbollah"), (Step(5, False, Word("iran")),))),
    ("*", Star()),
    # joints and how they bind
    ("a b", Juxtaposed((a, b))),
    ("a AND b AND c", And((a, b, c))),
    ("a b AND c", And((Juxtaposed((a, b)), c))),
    ("a OR b AND c", Or((a, And((b, c))))),
    ("a OR b c", Or((a, Juxtaposed((b, c))))),
    ("(a OR b) c", Juxtaposed((Or((a, b)), c))),
    ("a(b)", Juxtaposed((a, b))),
    ("NOT a b", Juxtaposed((Not(a), b))),
    ("a -b", Juxtaposed((a, Not(b)))),
    ("a AND NOT b", And((a, Not(b)))),
    ("NOT NOT a", Not(Not(a))),
    ("--a", Not(Not(a))),
    ("-(a b)", Not(Juxtaposed((a, b)))),
    ("-a w/5 b", Not(Near(a, (Step(5, False, b),)))),
    ("(a AND b) AND c", And((And((a, b)), c))),
    ("((a))", a),
    # proximity
    ("a w/5 b", Near(a, (Step(5, False, b),))),
    ("a W/5 b", Near(a, (Step(5, False, b),))),
    ("a /5 b", Near(a, (Step(5, False, b),))),
    ("a NEAR/5 b", Near(a, (Step(5, False, b),))),
    ("a near/5 b", Near(a, (Step(5, False, b),))),
    ("a pre/3 b", Near(a, (Step(3, True, b),))),
    ("a w/5 b pre/3 c", Near(a, (Step(5, False, b), Step(3, True, c)))),
    ("a w/5 (b w/3 c)", Near(a, (Step(5, False, Near(b, (Step(3, False, c),))),))),
    ("a w/5 (b OR c)", Near(a, (Step(5, False, Or((b, c))),))),
    ("a w/p b", SameParagraph((a, b))),
    ("a /P b w/p c", SameParagraph((a, b, c))),
    ("a w/p b w/5 c", SameParagraph((a, Near(b, (Step(5, False, c),))))),
    ("a w/5 b c", Juxtaposed((Near(a, (Step(5, False, b),)), c))),
    # fields
    ("subject:kosovo", Scoped("subject", Word("kosovo"))),
    ("SUBJECT:kosovo", Scoped("subject", Word("kosovo"))),
    ("classification:secret", Scoped("class", Word("secret"))),
    ('subject:"a b"', Scoped("subject", Quoted("a b"))),
    ("subject:(a OR b)", Scoped("subject", Or((a, b)))),
    ("subject:a b", Juxtaposed((Scoped("subject", a), b))),
    ("-subject:a", Not(Scoped("subject", a))),
    ("subject:a,b", Scoped("subject", Word("a,b"))),
    ("signer:a,b", Scoped("signer", Alternatives((a, b)))),
    ("tags:a,b|c", Scoped("tags", Alternatives((a, b, c)))),
    ('tags:"x, y",b', Scoped("tags", Alternatives((Quoted("x, y"), b)))),
    ('tags:b,"x, y"', Scoped("tags", Alternatives((b, Quoted("x, y"))))),
    ("tags:(a,b OR c)", Scoped("tags", Or((Alternatives((a, b)), c)))),
    ("tags:OR", Scoped("tags", Word("OR"))),
    ("class:>=secret", Scoped("class", Compare(">=", "secret"))),
    ('class:<"top secret"', Scoped("class", Compare("<", "top secret", quoted=True))),
    ("class:(>=c OR u)", Scoped("class", Or((Compare(">=", "c"), Word("u"))))),
    ("date:2008-02-01..2008-02-15", Scoped("date", Word("2008-02-01..2008-02-15"))),
    ("date:2008-02-15T12:00", Scoped("date", Word("2008-02-15T12:00"))),
    ("class:*", Scoped("class", Star())),
    ("para:(mark:S,C a)", Scoped("para", Juxtaposed((Scoped("mark", Alternatives((Word("S"), Word("C")))), a)))),
    ("para:(a,b)", Scoped("para", Word("a,b"))),
    # operators in lower case, and words that only look like operators or fields, are words
    ("a or b", Juxtaposed((a, Word("or"), b))),
    ("w/five", Word("w/five")),
    ("12:30", Word("12:30")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TREES, ids=[row[0] for row in TREES])
def test_a_query_is_read_as(text, expected):
    assert parse(text) == expected


PRINTED = [
    ("  a   b ", "a b"),
    ("a /5 b", "a w/5 b"),
    ("a NEAR/5 b /p c", "a w/5 b w/p c"),
    ("-a", "NOT a"),
    ("((a) OR (b))", "a OR b"),
    ("(a OR b) AND (c d)", "(a OR b) AND c d"),
    ("NOT (a AND b)", "NOT (a AND b)"),
    ("(a w/5 b) w/3 c", "(a w/5 b) w/3 c"),
    ("(NOT a) w/p b", "(NOT a) w/p b"),
    ("“a b”~04", '"a b"~4'),
    ("post:baku", "from:baku"),
    ("is:partial|redacted", "is:partial,redacted"),
    ("subject:(a)", "subject:a"),
    ("subject:(a) b", "subject:a b"),
    ('"a" b', '"a" b'),
    ("para:(mark:S)", "para:(mark:S)"),
    ("tags:(-PREL)", "tags:(NOT PREL)"),
    ('class:>="secret"', 'class:>="secret"'),
    ("=a qadhafi~2 *", "=a qadhafi~2 *"),
]


@pytest.mark.parametrize(("text", "expected"), PRINTED)
def test_a_query_prints_in_canonical_spelling(text, expected):
    assert print_tree(parse(text)) == expected
    assert parse(expected) == parse(text)


def test_nodes_keep_their_place_and_do_not_compare_it():
    text = 'a  NOT subject:(b OR "c d")'
    tree = parse(text)
    assert isinstance(tree, Juxtaposed)
    negation = tree.children[1]
    assert text[slice(*negation.span)] == 'NOT subject:(b OR "c d")'
    assert isinstance(negation, Not)
    assert isinstance(negation.child, Scoped)
    assert text[slice(*negation.child.span)] == 'subject:(b OR "c d")'
    assert text[slice(*negation.child.name_span)] == "subject"
    assert text[slice(*negation.child.child.span)] == 'b OR "c d"'
    grouped = parse("(a OR b) (c)")
    assert grouped.span == (0, 12)
    assert parse("a") == parse("   a")


def spans(node, text):
    """The text of a node's place and of all below it, steps of a proximity too."""
    yield text[slice(*node.span)]
    for child in (node.first, *node.steps) if isinstance(node, Near) else (node.operand,) if isinstance(node, Step) else children_of(node):
        yield from spans(child, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x OR (a w/p b)", ["x OR (a w/p b)", "x", "a w/p b", "a", "b"]),
        ("a w/3 b  pre/2 c d", ["a w/3 b  pre/2 c d", "a w/3 b  pre/2 c", "a", "w/3 b", "b", "pre/2 c", "c", "d"]),
        ("x --a", ["x --a", "x", "--a", "-a", "a"]),
        ("NOT NOT a AND b", ["NOT NOT a AND b", "NOT NOT a", "NOT a", "a", "b"]),
        ("date:>=13 Feb 2008", ["date:>=13 Feb 2008", ">=13 Feb 2008"]),
        ("x http://a.b/08BAKU1.html", ["x http://a.b/08BAKU1.html", "x", "http://a.b/08BAKU1.html"]),
        ("class:(C+ OR ~a)", ["class:(C+ OR ~a)", "C+ OR ~a", "C+", "~a"]),
        ("from:((La Paz) OR Baku)", ["from:((La Paz) OR Baku)", "(La Paz) OR Baku", "La Paz", "Baku"]),
    ],
)
def test_every_node_has_the_place_of_its_text(text, expected):
    assert list(spans(parse(text), text)) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('-subject:"a b"~3 w/5 (OR)', "minus field quoted near open or close end"),
        ("and or not", "word word word end"),
        ("- a", "word word end"),
        ("a-b", "word end"),
        ("---", "word end"),
        ("a\u00a0b\u3000c", "word word word end"),
    ],
)
def test_text_falls_apart_into_tokens(text, kinds):
    tokens = split_tokens(text)
    assert " ".join(token.kind for token in tokens) == kinds
    assert all(text[token.start : token.end].strip() == text[token.start : token.end] for token in tokens)
