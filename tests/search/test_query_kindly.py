"""What is read as it was meant although it is written otherwise: pasted ids, dates and classifications, signs of other keyboards and programs."""

from __future__ import annotations

import pytest

from reftel.render.citation_formats import written_date
from reftel.render.hits import describe
from reftel.search.plan import And, Neighbours, Or, Prefer, Value
from reftel.search.query import read_query
from reftel.search.query.parser import parse
from reftel.search.query.printer import print_tree

SAME = [  # as written, as it is read
    # comparisons
    ("class:=>C", "class:>=C"), ("class:≥C", "class:>=C"), ("class:⩾C", "class:>=C"), ("class:≧C", "class:>=C"), ("class:C+", "class:>=C"),
    ("class:=<C", "class:<=C"), ("class:≤C", "class:<=C"), ("class:≦C", "class:<=C"), ("class:==C", "class:C"), ("class:=C", "class:C"),
    ('class:≥"top secret"', 'class:>="top secret"'), ("class:(≥C)", "class:>=C"), ("prec:immediate+", "prec:>=immediate"), ("mark:C+", "mark:>=C"),
    ("mark:≥C", "mark:>=C"), ("date:≥2008", "date:>=2008"), ("date:=>2008", "date:>=2008"), ("date:2008+", "date:>=2008"), ("decl:≤2018", "decl:<=2018"),
    # hyphens, minus signs and full-width forms
    ("‐nato", "-nato"), ("‑nato", "-nato"), ("−nato", "-nato"), ("－nato", "-nato"), ("﹣nato", "-nato"), ("kosovo −nato", "kosovo -nato"),
    ("−class:secret", "-class:secret"), ("Nagorno‑Karabakh", "Nagorno-Karabakh"), ("min＊", "min*"), ("kos？vo", "kos?vo"), ("＝secret", "=secret"),
    ("subject：kosovo", "subject:kosovo"), ("ｓｕｂｊｅｃｔ：kosovo", "subject:kosovo"), ("＂minsk group＂", '"minsk group"'), ("a ＯＲ b", "a OR b"),
    ("（a OR b） c", "(a OR b) c"), ("qadhafi～1", "qadhafi~1"), ("tags:PREL，AJ", "tags:PREL,AJ"), ("tags:PREL｜AJ", "tags:PREL|AJ"), ("a ｗ／5 b", "a w/5 b"),
    ("date:＞＝2008", "date:>=2008"), ("a　b", "a b"),
    # quotation marks of other languages
    ("«minsk group»", '"minsk group"'), ("»minsk group«", '"minsk group"'), ("‹minsk group›", '"minsk group"'), ("„minsk group“", '"minsk group"'),
    ("〝minsk group〞", '"minsk group"'), ("from:«Embassy Baku»", 'from:"Embassy Baku"'),
    # ranges of dates
    ("date:2008-01 .. 2008-03", "date:2008-01..2008-03"), ("date:2008-01.. 2008-03", "date:2008-01..2008-03"), ("date:2008-01 ..2008-03", "date:2008-01..2008-03"),
    ("date:2008-01 to 2008-03", "date:2008-01..2008-03"), ("date:2008-01 TO 2008-03", "date:2008-01..2008-03"), ("date:2008-01 until 2008-03", "date:2008-01..2008-03"),
    ("date:2008-01 - 2008-03", "date:2008-01..2008-03"), ("date:2008-01 – 2008-03", "date:2008-01..2008-03"), ("date:2008–2009", "date:2008..2009"),
    ("date:2008—2009", "date:2008..2009"), ("date:2008-2009", "date:2008..2009"), ("date:2008...2009", "date:2008..2009"), ("date:2008…2009", "date:2008..2009"),
    ("date:2008 ..", "date:2008.."), ("date:.. 2008", "date:..2008"), ("date:[2008 TO 2009]", "date:2008..2009"), ("date:from 2008 to 2009", "date:2008..2009"),
    ("date:between 2008 and 2009", "date:2008..2009"), ("date:Feb 15, 2008 to 16 February 2008", "date:2008-02-15..2008-02-16"),
    ("date:2008-01 to 2008-03 kosovo", "date:2008-01..2008-03 kosovo"), ("kosovo date:2008 to 2009 OR minsk", "kosovo date:2008..2009 OR minsk"),
    ("(date:2008 to 2009) kosovo", "date:2008..2009 kosovo"), ("date:(2008 to 2009)", "date:2008..2009"), ("decl:2018 to 2020", "decl:2018..2020"),
    ("-date:2008 to 2009", "-date:2008..2009"),
    # what only looks like a range
    ("date:2008 to kosovo", "date:2008 AND to kosovo"), ("date:2008 kosovo", "date:2008 AND kosovo"), ("date:2008 to:SECSTATE", "date:2008 AND to:SECSTATE"),
    # a classification as cables and reftel print it
    ("class:SECRET//NOFORN", "class:secret AND caveat:noforn"), ("class:(S/NF)", "class:secret AND caveat:noforn"), ("class:S//NF", "class:secret AND caveat:noforn"),
    ('class:"(S/NF)"', "class:secret AND caveat:noforn"), ("class:SECRET // NOFORN", "class:secret AND caveat:noforn"),
    ("class:CONFIDENTIAL//NOFORN//SIPDIS", "class:confidential AND caveat:noforn AND caveat:sipdis"),
    ("class:CONFIDENTIAL//REL TO USA, GBR", 'class:confidential AND caveat:"REL TO USA, GBR"'),
    ("class:C O N F I D E N T I A L", "class:confidential"), ('class:"S E C R E T"', "class:secret"), ("class:S E C R E T NOFORN", "class:secret NOFORN"), ("class:S E C R E T//NOFORN", "class:secret AND caveat:noforn"),
    ("class:UNCLASSIFIED//FOR OFFICIAL USE ONLY", "class:fouo"), ("class:UNCLAS//FOUO", "class:fouo"), ("class:U N C L A S", "class:u"),
    ("class:UNCLASSIFIED//FOUO//SIPDIS", "class:fouo AND caveat:sipdis"), ("class:top secret", 'class:"top secret"'), ("class:>=top secret", 'class:>="top secret"'),
    ("class:C to S", "class:c..s"), ("class:c .. s", "class:c..s"), ("class:c – s", "class:c..s"), ("class:c…s", "class:c..s"), ("class:secret kosovo", "class:s AND kosovo"),
    ("prec:niact immediate", 'prec:"niact immediate"'), ("prec:priority to flash", "prec:priority..flash"),
    # ids
    ("id:08 BAKU 123", "id:08BAKU123"), ("id:08 Baku 00123 kosovo", "id:08BAKU123 AND kosovo"), ("refs:08 PORT AU PRINCE 12", "refs:08PORTAUPRINCE12"),
    ("citedby:08BAKU123.html", "citedby:08BAKU123"), ("id:https://example.org/cables/08BAKU123_a.html", "id:08BAKU123"), ("id:08BAKU123.html,08BAKU124.txt", "id:08BAKU123,08BAKU124"),
    ("id:08BAKU1 =minsk", "id:08BAKU1 AND =minsk"), ("id:08BAKU1 minsk/x", "id:08BAKU1 AND minsk/x"), ("refs:08BAKU1 2008", "refs:08BAKU1 AND 2008"),
    ("from:new delhi kosovo", "from:NEWDELHI kosovo"), ("from:embassy baku", "from:baku"), ("from:baku kosovo", "from:BAKU kosovo"),
    # lists of values of several words
    ("date:13 Feb 2008,14 Feb 2008", "date:2008-02-13,2008-02-14"), ("date:13 Feb 2008|14 Feb 2008 kosovo", "date:2008-02-13,2008-02-14 kosovo"),
    ("date:13 Feb 2008, 14 Feb 2008", "date:2008-02-13,2008-02-14"), ("date:Feb 13, 2008, Feb 14, 2008", "date:2008-02-13,2008-02-14"),
    ("date:2008,Feb 2009", "date:2008,2009-02"), ("date:Feb 2009,2008 kosovo", "date:2009-02,2008 kosovo"), ('date:13 Feb 2008,"2009"', "date:2008-02-13,2009"),
    ("from:new delhi,baku", "from:NEWDELHI,BAKU"), ("from:baku,new delhi|tel aviv talks", "from:BAKU,NEWDELHI,TELAVIV talks"),
    ("class:top secret,S", 'class:"top secret",S'), ("id:08 BAKU 1,08 BAKU 2", "id:08BAKU1,08BAKU2"),
    # punctuation
    ("IRAN -- TALKS", "IRAN TALKS"), ("kosovo – talks", "kosovo talks"), ("... kosovo ...", "kosovo"), ("kosovo, precedent;", "kosovo precedent"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), SAME)
def test_it_is_read_as(written, meant):
    assert same_conditions(read_query(written).plan) == same_conditions(read_query(meant).plan)
    assert read_query(read_query(written).printed).plan == read_query(written).plan


def same_conditions(plan):
    """A plan without the order that neighbours of a run give."""
    if isinstance(plan, Neighbours):
        return same_conditions(plan.child)
    if isinstance(plan, And):
        flat = [part for child in map(same_conditions, plan.children) for part in (child if isinstance(child, tuple) else (child,))]
        return tuple(flat)
    return plan


DATES = [  # every form that reftel prints, and those of cables
    ("2008-02-15T12:00:00Z", "2008-02-15T12:00"), ("2008-02-15 12:00", "2008-02-15T12:00"), ("2008-02-15 12:00:00", "2008-02-15T12:00"),
    ("2008-02-15T12:00:30.5Z", "2008-02-15T12:00"), ("2008-02-15T12:00Z", "2008-02-15T12:00"), ("2008-02-15 12:00 UTC", "2008-02-15T12:00"),
    ("2008-02-15T13:30+01:30", "2008-02-15T12:00"), ("2008-02-15T07:00-0500", "2008-02-15T12:00"), ("2008-02-15 12h", "2008-02-15T12"),
    ("151200Z FEB 08", "2008-02-15T12:00"), ("O R 151200Z FEB 08", "2008-02-15T12:00"), ("151200Z FEB 2008", "2008-02-15T12:00"),
    ("Feb 15, 2008", "2008-02-15"), ("February 15, 2008", "2008-02-15"), ("15 FEB 08", "2008-02-15"), ("Friday, 15 February 2008", "2008-02-15"),
    ("15 February 2008", "2008-02-15"), ("15-FEB-2008", "2008-02-15"), ("2008/02/15", "2008-02-15"), ("20080215", "2008-02-15"), ("02/15/2008", "2008-02-15"),
    ("15.02.2008", "2008-02-15"), ("2008-2-5", "2008-02-05"), ("2008-2", "2008-02"), ("February 2008", "2008-02"), ("FEB 2008", "2008-02"),
    ("2008 February 15, 12:00", "2008-02-15T12:00"), ("February 15, 2008, 12:00", "2008-02-15T12:00"),
    ("2008-Q1", "2008-01..2008-03"), ("2008Q4", "2008-10..2008-12"), ("Q2 2008", "2008-04..2008-06"),
    ("2008-W07", "2008-02-11..2008-02-17"), ("2008W01", "2007-12-31..2008-01-06"), ("2009-W53", "2009-12-28..2010-01-03"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "iso"), DATES)
@pytest.mark.parametrize("form", ["date:{}", 'date:"{}"', "kosovo date:{}"])
def test_a_date_is_read_as_it_is_printed(written, iso, form):
    assert same_conditions(read_query(form.format(written)).plan) == same_conditions(read_query(form.format(iso)).plan)


@pytest.mark.parametrize(("written", "iso"), [row for row in DATES if ".." not in row[1]])
@pytest.mark.parametrize("form", ["after:{}", "before:{}", "date:>={}", "date:<{}", "decl:<={}"])
def test_such_a_date_is_a_bound_too(written, iso, form):
    assert read_query(form.format(written)).plan == read_query(form.format(iso)).plan


def test_every_date_of_a_hit_can_be_asked_for(archive):
    for key in list(archive.keys("*")):
        cable = archive.cable(key)
        for shown in (cable.date, describe(cable)[0], written_date(cable), cable.date[:10], cable.date[:7]):
            for question in (f"date:{shown}", f'date:"{shown}"'):
                assert key in archive.keys(question), question


NAMED = [  # a question that is an id, and the cable that it stands for
    "08BAKU123", "08baku123", "08 BAKU 123", "08 Baku 00123", "08 BAKU 123.", "08BAKU123,", "(08BAKU123)", '"08 Baku 123"', "08BAKU00123", "08BAKU123.html", "08BAKU123.txt",
    "08BAKU123_a.html", "./cables/08BAKU123.html", "C:\\cables\\08BAKU123.html", "https://example.org/plusd/cables/08BAKU123_a.html",
    "https://example.org/cable/2008/02/08BAKU123.html", "http://example.org/cable.php?id=08BAKU123&lang=en", "https://example.org/08BAKU123.html#par3",
    "https://example.org/08%20BAKU%20123.html", "file:///home/me/08BAKU123.txt",
]  # fmt: skip


@pytest.mark.parametrize("question", NAMED)
def test_a_pasted_id_is_the_cable(question):
    plan = read_query(question).plan
    assert isinstance(plan, Prefer)
    assert isinstance(plan.child, Or)
    assert plan.child.children[:2] == (Value("id", ("08BAKU123",)), Value("refs", ("08BAKU123",)))


@pytest.mark.parametrize("question", ["08BAKU1 08BAKU2", "08 BAKU 1 08 BAKU 2", "08BAKU1,08BAKU2", "08BAKU1, 08BAKU2", "08BAKU1;08BAKU2", "08BAKU1.html 08BAKU2.html"])
def test_ids_side_by_side_are_any_of_them(question):
    read = read_query(question)
    assert isinstance(read.plan, Or)
    assert [each.child.children[0] for each in read.plan.children] == [Value("id", ("08BAKU1",)), Value("id", ("08BAKU2",))]
    assert any("any of" in note for note in read.notes)


@pytest.mark.parametrize("question", ["08BAKU1 AND 08BAKU2", "08BAKU1 08BAKU2 kosovo"])
def test_ids_with_anything_else_are_all_demanded(question):
    read = read_query(question)
    assert type(read.plan).__name__ == "And"
    assert read.notes == ()


@pytest.mark.parametrize("question", ["05 minutes 30", "08 kosovo 1", "2008 state 50", "para:(08 BAKU 123)", '"08 BAKU" 123'])
def test_words_and_numbers_are_no_id(question):
    assert "Value" not in repr(read_query(question).plan)


NOTES = [
    ("TAX OR NOT TAX", "'OR' and 'NOT' are read as operators; a title is written in quotes: \"TAX OR NOT TAX\""),
    ("WAR AND  PEACE", "'AND' is read as an operator; a title is written in quotes: \"WAR AND PEACE\""),
    ("IRAN, AND NOT ONLY IRAN", "'AND' and 'NOT' are read as operators; a title is written in quotes: \"IRAN, AND NOT ONLY IRAN\""),
    ("'minsk group' talks", 'single quotes make no phrase; write "minsk group"'),
    ("‘minsk group’", 'single quotes make no phrase; write "minsk group"'),
    ("talks in Baku?", "'Baku?' is read as a pattern in which ? is one letter; for the word write Baku"),
    ("who met him in Baku?", "'Baku?' is read as a pattern in which ? is one letter; for the word write Baku"),
    ("IRAN -- TALKS", "'--' has no letter or digit and is left out"),
    ("https://example.org/08BAKU123.html", "'https://example.org/08BAKU123.html' is read as the cable 08BAKU123"),
    ("08 Baku 123", "'08 Baku 123' is read as the cable 08BAKU123"),
    ("08 Port au Prince 12", "'08 Port au Prince 12' is read as the cable 08PORTAUPRINCE12"),
    ("08BAKU1 08BAKU2", "ids side by side are read as any of them; join them by AND for cables that have to do with all"),
    ("08BAKU1,08BAKU2", "'08BAKU1,08BAKU2' is read as any of the 2 ids"),
    ("class:S E C R E T SECTION 01 OF 02", "'S E C R E T SECTION 01 OF 02' is read without 'SECTION 01 OF 02'"),
    ("minsk&&group", "'minsk&&group' is read as the phrase \"minsk group\""),
]  # fmt: skip


@pytest.mark.parametrize(("question", "note"), NOTES)
def test_a_note_names_what_may_have_been_meant_otherwise(question, note):
    assert read_query(question).notes == (note,)


@pytest.mark.parametrize(
    "question",
    [
        "kosovo AND NOT serbia", "Kosovo OR SERBIA", "(A OR B) AND C", '"WAR AND PEACE"', "KOSOVO", "KOSOVO FAX", "TAGS:PREL OR TAGS:AJ", "o'neill talks", "the roes' house", "'minsk \"group\" talks'", "qadhaf? libya",
        "kosovo?", "class:≥C", "date:2008 to 2009", "class:SECRET//NOFORN", "id:08 BAKU 123", "NAT* OR EU",
    ],
)  # fmt: skip
def test_no_note_where_there_is_no_doubt(question):
    assert read_query(question).notes == ()


@pytest.mark.parametrize(
    "question",
    [
        "(date:2008) to 2009", "-(date:2008) to 2009", "(class:top) secret", "(class:S) E C R E T", "(08) BAKU 123", "x w/5 (08) BAKU 123", "-(08) BAKU 123", "(date:>=2008) to 2009",
        "(class:c) to s kosovo", "(id:08) BAKU 123", "a (date:2008) .. b", "(from:new) delhi", "date:((2008-02) ..2008-01)", "date:((>=2008-02) ..2008-01)", "date:(((2008) to 2009) w/2 ((2008) to 2009))",
        "date:(((2008) to 2009) AND 2010)", "date:((2008) to 2009 OR 2010)", "date:(-((2008) to 2009))", "date:(-(2008) to 2009)", "date:(x w/2 (2008) to 2009)",
    ],
)  # fmt: skip
def test_brackets_keep_words_apart_in_print_too(question):
    root = parse(question)
    assert "\"" not in print_tree(root)
    assert parse(print_tree(root)) == root
