"""TAGS: the line in its layouts, persons, words, kinds, the table."""

import pytest

from reftel.indexer.telegram.tags import parse_tags
from reftel.schema.tables import read_table
from reftel.schema.tagkinds import is_known_tag, split_fused, tag_kind

LISTS = [
    ("TAGS: PREL PGOV AJ", "PREL PGOV AJ"),
    ("TAGS PREL, PGOV, AJ,", "PREL PGOV AJ"),
    ("TAGS:PREL,PGOV", "PREL PGOV"),
    ("TAG PTER, PGOV, ASEC", "PTER PGOV ASEC"),
    ("Tags: prel, pgov, aj", "PREL PGOV AJ"),
    ("TAGS: PREL; PGOV; AJ", "PREL PGOV AJ"),
    ("TAGS: PREL. PGOV. AJ.", "PREL PGOV AJ"),
    ("TAGS: PREL/PGOV/AJ", "PREL PGOV AJ"),
    ("TAGS: AU-1, G-8, UNGA/C-3", "AU-1 G-8 UNGA/C-3"),
    ("TAGS: BR PREL MARR\nBR, PREL, MARR", "BR PREL MARR"),
    ("TAGS: EINDETRD KDEMAF MOPPS", "EINDETRD KDEMAF MOPPS"),
    ("TAGS: PREL (IR), PGOV", "PREL IR PGOV"),
    ("E.O. 12958: DECL: 01/31/2019 TAGS: PREL PGOV", "PREL PGOV"),
    ("E.O. 12958: N/A  TAGS PREL, PGOV", "PREL PGOV"),
    ("E.O. 12958: N/ATags: prel, pgov", "PREL PGOV"),
]


@pytest.mark.parametrize(("text", "tags"), LISTS)
def test_lists(text, tags):
    assert parse_tags(f"S E C R E T BAKU 000012\n{text}\nSUBJECT: GRAIN") == tuple(tags.split())
    assert parse_tags(text) == tuple(tags.split())
    assert parse_tags(f"{text}  SUBJECT: GRAIN") == tuple(tags.split())


WRAPPED = [
    ("TAGS: PREL PGOV\n      KDEM\nSUBJECT: X", "PREL PGOV KDEM"),
    ("TAGS PREL, PGOV,\nAF, PK\n\nSummary\n", "PREL PGOV AF PK"),
    ("TAGS: PREL\n\nPTER KDEM\n\nSUBJECT: X", "PREL PTER KDEM"),
    ("TAGS: PREL PGOV\nBAKU 00000012  001.2 OF 002\nKDEM AJ\nSUBJECT: X", "PREL PGOV KDEM AJ"),
    ("TAGS: PREL PGOV\nSIPDIS\nKDEM\nSUBJECT: X", "PREL PGOV KDEM"),
    ("TAGS: PREL PGOV\n C O N F I D E N T I A L\nSUBJECT: X", "PREL PGOV"),
    ("TAGS: PREL PGOV\nSECRET\nKDEM\nSUBJECT: X", "PREL PGOV KDEM"),
    ("TAGS: PREL PGOV\n\nSUMMARY\n-------\n", "PREL PGOV"),
    ("TAGS: PREL PGOV\nPOST WILL MEET HIM\n", "PREL PGOV"),
    ("TAGS: PREL PGOV\n\n1. (C) PREL IR", "PREL PGOV"),
]


@pytest.mark.parametrize(("text", "tags"), WRAPPED)
def test_wrapped(text, tags):
    assert parse_tags(text) == tuple(tags.split())


WORDS = [
    ("TAGS: PREL, OVIP (ROE, JANE), UAE", ("PREL", "OVIP", "ROE, JANE", "UAE")),
    ("Tags: ovip (roe, james b.), prel", ("OVIP", "ROE, JAMES B.", "PREL")),
    ("TAGS: OVIP (ROE, JOHN), (DOE,JANE), PREL", ("OVIP", "ROE, JOHN", "DOE, JANE", "PREL")),
    ("TAGS: OVIP (ROE, JOHN; DOE, JANE)", ("OVIP", "ROE, JOHN", "DOE, JANE")),
    ("TAGS: OVIP SMITHERS, HILLARY, PREL, IR", ("OVIP", "SMITHERS, HILLARY", "PREL", "IR")),
    ("TAGS: PREL PGOV POLITICAL PARTIES", ("PREL", "PGOV", "POLITICAL PARTIES")),
    ("TAGS: ECON POLITICAL\nPARTIES\nSUBJECT: X", ("ECON", "POLITICAL PARTIES")),
    ("TAGS: EUN USEU BRUSSELS", ("EUN", "USEU BRUSSELS")),
    ("TAGS: IT ITALY NATIONAL ELECTIONS ITALIAN POLITICS", ("IT", "ITALY NATIONAL ELECTIONS", "ITALIAN POLITICS")),
    ("TAGS: PTER, ORGANIZED CRIME, SP", ("PTER", "ORGANIZED CRIME", "SP")),
    ("TAGS: PTER, DIGITAL ARCHIVES, SP", ("PTER", "DIGITAL ARCHIVES", "SP")),
]


@pytest.mark.parametrize(("text", "tags"), WORDS)
def test_persons_and_words(text, tags):
    assert parse_tags(text) == tags


@pytest.mark.parametrize(
    "text", ["", "SUBJECT: DOG TAGS IN USE", "(C) THE TAGS WERE FOUND", "E.O. 12958: N/A\nSUBJECT: PRICE TAG TOO HIGH"]
)
def test_no_tags(text):
    assert parse_tags(text) == ()


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("AJ", "geo"), ("QQ", "geo"), ("PREL", "subject"), ("PGOF", "subject"), ("KNNP", "programme"), ("KQQQ", "programme"),
        ("NATO", "organisation"), ("OSCE", "organisation"), ("ROE, JANE", "person"), ("ORGANIZED CRIME", "topic"), ("SMALL ARMS", "topic"),
        ("EINDETRD", "unknown"), ("XYZW", "unknown"),
    ],
)  # fmt: skip
def test_kinds(tag, kind):
    assert tag_kind(tag) == kind


def test_fused_tags_are_told():
    assert split_fused("EINDETRD") == ("EIND", "ETRD")
    assert split_fused("KDEMAF") == ("KDEM", "AF")
    assert split_fused("PREL") == split_fused("POLITICS") == ()


def test_every_row_of_the_table_is_unique_sourced_and_of_its_kind():
    rows = read_table("tags")
    assert len({row["tag"] for row in rows}) == len(rows) > 500
    assert all(row["source"] for row in rows)
    assert {row["kind"] for row in rows} == {"geo", "subject", "programme", "organisation", "topic"}
    assert all(len(row["tag"]) in (2, 3) for row in rows if row["kind"] == "geo")
    assert all(len(row["tag"]) == 4 and row["tag"].startswith("K") for row in rows if row["kind"] == "programme")
    assert is_known_tag("PREL")
    assert not is_known_tag("PREK")
