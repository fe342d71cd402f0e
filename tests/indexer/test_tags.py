"""TAGS: the line in its layouts, persons, words, kinds, the table."""

import pytest
from readers import parse_tags

from reftel.schema import tagkinds
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
    ("TAGS: EINDETRD KDEMAF MOPPS", "EIND ETRD KDEM AF MOPPS"),
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
    ("TAGS: PREL, UN SECURITY COUNCIL, HR", ("PREL", "UN SECURITY COUNCIL", "HR")),
    ("TAGS: PREL, OVIP (ROE, JANE), UAE", ("PREL", "OVIP", "ROE, JANE", "UAE")),
    ("Tags: ovip (roe, james b.), prel", ("OVIP", "ROE, JAMES B.", "PREL")),
    ("TAGS: OVIP (ROE, JOHN), (DOE,JANE), PREL", ("OVIP", "ROE, JOHN", "DOE, JANE", "PREL")),
    ("TAGS: OVIP (ROE, JOHN; DOE, JANE)", ("OVIP", "ROE, JOHN", "DOE, JANE")),
    ("TAGS: OVIP (ROE, JOHN AND DOE, JANE)", ("OVIP", "ROE, JOHN", "DOE, JANE")),
    ("TAGS: OVIP [ROE, JOHN, DOE, JANE] PREL", ("OVIP", "ROE, JOHN", "DOE, JANE", "PREL")),
    ("TAGS: OVIP, ROELAND JAN, PREL", ("OVIP", "ROELAND, JAN", "PREL")),
    ("TAGS: OVIP-ROELAND, JOHN, PREL", ("OVIP", "ROELAND, JOHN", "PREL")),
    ("TAGS: OVIP (ROE, JOHN, JR), PREL", ("OVIP", "ROE, JOHN, JR", "PREL")),
    ("TAGS: OVIP SMITHERS, HILLARY, PREL, IR", ("OVIP", "SMITHERS, HILLARY", "PREL", "IR")),
    ("TAGS: PREL PGOV POLITICAL PARTIES", ("PREL", "PGOV", "POLITICAL PARTIES")),
    ("TAGS: ECON POLITICAL\nPARTIES\nSUBJECT: X", ("ECON", "POLITICAL PARTIES")),
    ("TAGS: EUN USEU BRUSSELS", ("EUN", "USEU BRUSSELS")),
    ("TAGS: IT ITALY NATIONAL ELECTIONS ITALIAN POLITICS", ("IT", "ITALY NATIONAL ELECTIONS", "ITALIAN POLITICS")),
    ("TAGS: PTER, ORGANIZED CRIME, SP", ("PTER", "ORGANIZED CRIME", "SP")),
    ("TAGS: PTER, DIGITAL ARCHIVES, SP", ("PTER", "DIGITAL ARCHIVES", "SP")),
]


# Persons and topics that no bracket and no comma sets off.
LOOSE = [
    ("TAGS: OVIP MARETH JOSEPH PREL HR", ("OVIP", "MARETH, JOSEPH", "PREL", "HR")),
    ("TAGS: OVIP, MARETH JOSEPH, PREL", ("OVIP", "MARETH, JOSEPH", "PREL")),
    ("TAGS: OVIP MARETH JOSEPH B. PREL", ("OVIP", "MARETH, JOSEPH B", "PREL")),
    ("TAGS: OVIP (MARETH JOSEPH), PREL", ("OVIP", "MARETH, JOSEPH", "PREL")),
    ("TAGS: OVIP: MARETH, JOSEPH; PREL", ("OVIP", "MARETH, JOSEPH", "PREL")),
    ("TAGS: OVIP VAN AALST, RUTH, PREL", ("OVIP", "VAN AALST, RUTH", "PREL")),
    ("TAGS: OVIP MARETH, JOSEPH ALDANE, RUTH HR", ("OVIP", "MARETH, JOSEPH", "ALDANE, RUTH", "HR")),
    ("TAGS: OVIP MARETH, JOSEPH BENTON; PREL", ("OVIP", "MARETH, JOSEPH BENTON", "PREL")),
    ("TAGS: OVIP MARETH PREL", ("OVIP", "MARETH", "PREL")),
    ("TAGS: PGOV, PREL, GOI EXTERNAL", ("PGOV", "PREL", "GOI EXTERNAL")),
    ("TAGS: IS GAZA DISENGAGEMENT GOI INTERNAL", ("IS", "GAZA DISENGAGEMENT", "GOI INTERNAL")),
    ("TAGS: PREL MEDIA REACTION REPORT HUMAN RIGHTS HR", ("PREL", "MEDIA REACTION REPORT", "HUMAN RIGHTS", "HR")),
    ("TAGS: MARR PREL BR POL MIL", ("MARR", "PREL", "BR", "POL MIL")),
    ("TAGS: ECONOMY AND FINANCE PREL", ("ECONOMY AND FINANCE", "PREL")),
    ("TAGS: PREL TIP IN NORWAY NO", ("PREL", "TIP IN NORWAY", "NO")),
    ("TAGS: PREL IN NORWAY", ("PREL", "IN", "NORWAY")),
    ("TAGS: SENV, GLOBAL WARMING, KGHG", ("SENV", "GLOBAL WARMING", "KGHG")),
    ("TAGS: PREL, UK BG, MARR MOPPS", ("PREL", "UK", "BG", "MARR", "MOPPS")),
    ("TAGS: PM DEPT FOR EAP, EAP/MTS", ("PM",)),
    ("TAGS: PREL NL NA", ("PREL", "NL", "NA")),
    ("TAGS: NA", ()),
    ("TAGS: PREL HR \\\nSUBJECT: X \\", ("PREL", "HR")),
]


@pytest.mark.parametrize(("text", "tags"), LOOSE)
def test_loose_persons_and_topics(text, tags):
    assert parse_tags(text) == tags


LABELS = [
    ("TAGS, ECON, ETRD, HR", "ECON ETRD HR"),
    ("AGS: ECON ETRD HR", "ECON ETRD HR"),
    ("TGAS: ECON ETRD HR", "ECON ETRD HR"),
    ("TAAGS: ECON ETRD HR", "ECON ETRD HR"),
    ("TAGS: ECON, ETRD, HR, TAGS: EFIN", "ECON ETRD HR EFIN"),
    ("TAGS: ECON\nTAGS: EFIN", "ECON EFIN"),
    ("TAGS:\nTAGS: EFIN", "EFIN"),
    ("TAGSL ECON, ETRD, HR", "ECON ETRD HR"),
    ("TGAS ECON ETRD HR", "ECON ETRD HR"),
    ("TAGS = ECON -- ETRD -- HR", "ECON ETRD HR"),
    ("TAGS: ECON| ETRD | <HR>", "ECON ETRD HR"),
    ("TAHS: ECON ETRD HR", "ECON ETRD HR"),
    ("TAGS: E CON, ETR D, HR", "ECON ETRD HR"),
    ("TAGS: ECON_ETRD'HR", "ECON ETRD HR"),
    ("TAGS: E CON ETRD 'HR'", "ECON ETRD HR"),
    ("TAG(S): E C O N, E T R D, H R", "ECON ETRD HR"),
    ("TAGS: NONE", ""),
    ("ECON, ETRD, HR", "ECON ETRD HR"),
    ("ECON ETRD HR", "ECON ETRD HR"),
    ("ECON, ETRD,\nHR", "ECON ETRD HR"),
    ("TAG S: ECON ETRD HR", "ECON ETRD HR"),
    ("TAGS- ECON ETRD HR", "ECON ETRD HR"),
    ("TAGS: ECON-ETRD-HR", "ECON ETRD HR"),
    ("TAGS: ECON * ETRD * HR", "ECON ETRD HR"),
    ("ECON", ""),
    ("TO ALL POSTS", ""),
]


@pytest.mark.parametrize(("line", "tags"), LABELS)
def test_damaged_and_doubled_labels(line, tags):
    assert parse_tags(f"E.O. 12958: DECL: 02/13/2018\n{line}\nSUBJECT: GRAIN\n") == tuple(tags.split())


def test_a_damaged_label_inside_a_line():
    assert parse_tags("E.O. 12958: DECL: 02/13/2018 AGS: PGOV, PREL, HR\nSUBJECT: GRAIN\n") == ("PGOV", "PREL", "HR")
    assert parse_tags("SUBJECT: TAS: A NEW AIRLINE\n") == ()


def test_the_tags_of_a_second_head_are_not_added():
    assert parse_tags("TAGS: PREL HR\nSUBJECT: X\nTAGS: EFIN\nSUBJECT: Y") == ("PREL", "HR")


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


FUSED = [
    ("EINDETRD", "EIND ETRD"), ("KDEMAF", "KDEM AF"), ("AFKDEM", "AF KDEM"), ("ETRDEINVECONHR", "ETRD EINV ECON HR"), ("PRELPGOVHR", "PREL PGOV HR"),
    ("PREL", ""), ("POLITICS", ""), ("NIPP", ""), ("FINR", ""), ("USUKFR", ""), ("PRELX", ""), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("word", "tags"), FUSED)
def test_fused_tags_are_parted(word, tags):
    assert split_fused(word) == tuple(tags.split())


def test_fused_tags_are_parted_only_where_one_reading_has_the_fewest_codes(monkeypatch):
    monkeypatch.setattr(tagkinds, "_known", lambda: dict.fromkeys(("PREL", "PR", "EL", "PGOV", "ELPG", "OV"), "subject"))
    split_fused = tagkinds.split_fused.__wrapped__  # not what is remembered of the real table
    assert split_fused("PRELPGOV") == ("PREL", "PGOV")
    assert split_fused("PRELPGOVPRELOV") == ("PREL", "PGOV", "PREL", "OV")
    monkeypatch.setattr(tagkinds, "_known", lambda: dict.fromkeys(("PREL", "PR", "ELPG", "PG", "OV"), "subject"))
    assert split_fused("PRELPGOV") == ()


def test_every_row_of_the_table_is_unique_sourced_and_of_its_kind():
    rows = read_table("tags")
    assert len({row["tag"] for row in rows}) == len(rows) > 500
    assert all(row["source"] for row in rows)
    assert {row["kind"] for row in rows} == {"geo", "subject", "programme", "organisation", "topic"}
    assert all(len(row["tag"]) in (2, 3) for row in rows if row["kind"] == "geo")
    assert all(len(row["tag"]) == 4 and row["tag"].startswith("K") for row in rows if row["kind"] == "programme")
    assert is_known_tag("PREL")
    assert not is_known_tag("PREK")
