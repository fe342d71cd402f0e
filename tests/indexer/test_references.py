"""REF: items in every lettering, years, serials, and references that are no cables."""

import pytest

from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.references import parse_references


def read(text, year=2009):
    """Labels and ids (or kinds) as one string: ``A=08STATE1 -=email``."""
    return " ".join(f"{item.label or '-'}={item.id or item.kind}" for item in parse_references(text, year=year))


LETTERING = [
    "REF: A. 08 STATE 1 B. PARIS 2 ",
    "REF: A. 08 STATE 1\n     B. PARIS 2\n",
    "REF: A. 08 STATE 1 \n¶B. PARIS 2 \n",
    "REF: A. 08 STATE 1\n\n¶B. PARIS 2\n\nClassified By: X",
    "REF: A) 08 STATE 1 B) PARIS 2",
    "REF: (A) 08 STATE 1, (B) PARIS 2",
    "REF: (A)08 STATE 1,(B)PARIS \n2",
    "REF: A: 08 STATE 1, B: PARIS 2",
    "REF: A/ 08 STATE 1, B/ PARIS 2",
    "REF: A - 08 STATE 1  B - PARIS 2",
    "REF: A 08 STATE 1\nB PARIS 2",
    "REF: A) 08 STATE 1B) PARIS 2",
    "REF: A. 08 STATE 1\nB PARIS 2",
    "REF: A. (A) 08 STATE 1 ¶B. (B) PARIS 2",
    "REF: A. A. 08 STATE 1 \n¶B. B. PARIS 2",
    "REF: A. A: 08 STATE 1 \n¶B. B: PARIS 2",
    "REF: A. A) 08 STATE 1 B. B) PARIS 2",
    "REF: A. (a) 08 STATE 1 B. (b) PARIS 2",
    "REF: A. 08STATE00001 B.PARIS 00002",
    "REF: A. 08 STATE 1; B. PARIS 2",
    "Ref: a. 08 state 1\nb. Paris 2",
    "REFTELS: A) 08 STATE 1, B) PARIS 2",
    "REFS A. 08 STATE 1 B. PARIS 2",
    "Ref(s): A) 08 STATE 1; B) PARIS 2 and previous",
    "REFERENCES: A. 08 STATE 1  B. PARIS 2",
    "REF: A. 08 STATE 1 (NOTAL)\n¶B. PARIS 2 AND PREVIOUS",
    "REF: A. 08 STATE 1 (REPLY TO ROME 44) B. PARIS 2 (PASSED 3/4)",
    "REF: A. 08 STATE 1 DTG 091316Z OCT 08 B. PARIS 2 DATED 3 MARCH 2009",
    "SUBJECT: GRAIN REF: A. 08 STATE 1 B. PARIS 2 Classified By: DCM Jane Roe",
    "Classified By: DCM Jane Roe, reason 1.4 (b)\nREF: A. 08 STATE 1 B. PARIS 2\n1. (C) ROME 44",
    "REF: A. 08 STATE 1\n\nPARIS 00000012  002 OF 003\n\nB. PARIS 2\n\nClassified By: X",
    "REF: A. 08 STATE 1\nClassified By: DCM Jane Roe\n\nREF: B. PARIS 2",
    "REF: A. 08 STATE 1 B. PARIS 2\nROME 00000044  001.2 OF 003",
    "REF: A. 08 STATE 1 B. PARIS 2\n\n(U) This follows ROME 44.",
    "REF: A. 08 STATE 1 B. PARIS 2\n\nSummary of ROME 44\n-------",
    "REF: A. 08 STATE 1 B. PARIS 2  1. (C) See ROME 44.",
]


@pytest.mark.parametrize("text", LETTERING)
def test_lettering_and_place(text):
    assert read(text) == "A=08STATE1 B=09PARIS2"


def test_doubled_letters_count_by_the_inner_one():
    text = "REF: A. A. STATE 1 B. STATE 2 C. STATE 3 \n¶B. D. STATE 4 E. STATE 5"
    assert read(text) == "A=09STATE1 B=09STATE2 C=09STATE3 D=09STATE4 E=09STATE5"


LISTS = [
    ("REF: STATE 12", "-=09STATE12"),
    ("REFTEL: HARARE 6584", "-=09HARARE6584"),
    ("REF STATE 12", "-=09STATE12"),
    ("REF: STATE 12, PARIS 13 AND ROME 14", "-=09STATE12 -=09PARIS13 -=09ROME14"),
    ("REF: STATE 12; PARIS 13; (08) ROME 14", "-=09STATE12 -=09PARIS13 -=08ROME14"),
    ("REF: STATE 12: PARIS 13: ROME 14", "-=09STATE12 -=09PARIS13 -=09ROME14"),
    ("REF: STATE 12 AND PREVIOUS 03 ROME 14", "-=09STATE12 -=03ROME14"),
    ("REF: LA PAZ 12 / LA PAZ 13", "-=09LAPAZ12 -=09LAPAZ13"),
    ("REF: PARIS 12/13", "-=09PARIS12 -=09PARIS13"),
    ("REF: PARIS 1, 2 AND 3; ROME 4 & 5", "-=09PARIS1 -=09PARIS2 -=09PARIS3 -=09ROME4 -=09ROME5"),
    ("REF: 08 PARIS 1, 2; 07 ROME 3, 06 ROME 4", "-=08PARIS1 -=08PARIS2 -=07ROME3 -=06ROME4"),
    ("REF: PARIS 1, 12 MARCH 2009", "-=09PARIS1"),
    ("REF: 1. STATE 12\n2. PARIS 3\n", "1=09STATE12 2=09PARIS3"),
    ("REF: 1. STATE 12\n¶2. 08 PARIS 3\n\n1. (C) Text", "1=09STATE12 2=08PARIS3"),
    (
        "REF: SAN SALVADOR 978\n09 SAN SALVADOR 1033; 08 SAN SALVADOR 1045",
        "-=09SANSALVADOR978 -=09SANSALVADOR1033 -=08SANSALVADOR1045",
    ),
    ("REF: PORT-AU-PRINCE 12, PORT AU PRINCE 13", "-=09PORTAUPRINCE12 -=09PORTAUPRINCE13"),
    ("REF: SECSTATE WASHDC 00112", "-=09STATE112"),
    ("REF: AMEMBASSY BAKU 12", "-=09BAKU12"),
    ("REF: EMBASSY BAKU CABLE 12", "-=09BAKU12"),
    ("REF: RIO DE JAN 138", "-=09RIODEJANEIRO138"),
    ("REF: NEWHAVEN 12 (NOTAL); PARIS 2", "-=09NEWHAVEN12 -=09PARIS2"),
    ("REF: STATE 12  PLEASE PASS TO RSO, ECON, AND OTHERS", "-=09STATE12"),
    ("REF: ABU DHABI 12 B. ABU DHABI 13", "-=09ABUDHABI12 B=09ABUDHABI13"),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_lists(text, expected):
    assert read(text) == expected


YEARS = [
    ("08 PARIS 12", "08PARIS12"), ("2008 PARIS 12", "08PARIS12"), ("'08 PARIS 12", "08PARIS12"), ("(08) PARIS 12", "08PARIS12"),
    ("08PARIS12", "08PARIS12"), ("08-PARIS-12", "08PARIS12"), ("99 PARIS 12", "99PARIS12"), ("1973 PARIS 12", "73PARIS12"),
    ("PARIS 12 (08)", "08PARIS12"), ("PARIS 12 (2008)", "08PARIS12"), ("PARIS 12 ('08)", "08PARIS12"),
    ("PARIS 08 12", "08PARIS12"), ("PARIS 08-12", "08PARIS12"), ("PARIS (08) 12", "09PARIS12"), ("PARIS 12", "09PARIS12"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "expected"), [row for row in YEARS if row[0] != "PARIS (08) 12"])
def test_years(item, expected):
    assert read(f"REF: {item}") == f"-={expected}"
    assert read(f"REF: A. {item} B. 07 ROME 1") == f"A={expected} B=07ROME1"


def test_a_year_between_two_cables_belongs_to_the_second_unless_years_stand_behind():
    assert read("REF: ROME 12; PARIS 13 (08) ROME 14") == "-=09ROME12 -=09PARIS13 -=08ROME14"
    assert read("REF: ROME 12 (07); PARIS 13 (08) ROME 14") == "-=07ROME12 -=08PARIS13 -=09ROME14"


def test_without_any_year_there_is_no_id():
    assert read("REF: PARIS 12, 08 ROME 13", year=None) == "-=cable -=08ROME13"


OTHERS = [
    ("REF: A. ROE-DOE EMAIL 06 MARCH 06 B. PARIS 2", "A=email B=09PARIS2"),
    ("REF: ROE/DOE 01/29/09 E-MAIL", "-=email"),
    ("REF: EMAIL:", "-=email"),
    ("REF: A. PARIS 1; ROE-DOE E-MAIL OF 3/4; B. PARIS 2", "A=09PARIS1 A=email B=09PARIS2"),
    ("REF: TELCON ROE/DOE 12 MAY 2009", "-=telephone"),
    ("REF: A. 2006 IIR 6 854 0025 07 B. TD-314/18176-06 C. OSC EUP20080707950031", "A=report B=report C=report"),
    ("REF: HOTR WASHINGTON DC//USDAO PARIS (SUBJ: IIR 6 832\n0617 08)", "-=report"),
    ("REF: A. FBIS SEP20081204 B. EMBASSY PARIS DAILY REPORT FOR MAY 4", "A=report B=report"),
    ("REF: (A) 7 FAM 180 (B) STATE 1 (C) 9 FAM 42.1 N4, PN2-5, AND PN7", "A=document B=09STATE1 C=document"),
    ("REF: STATE 106206 CIRCULAR; STATE CA-3400 NOV 2, 1966", "-=09STATE106206 -=document"),
    ("REF: TEHRAN'S A-077 OF MAY 15, 1972: TEHRAN 3312", "-=document -=09TEHRAN3312"),
    ("REF: IMSWM-0028-2010", "-=document"),
    ("REF: SECDEF MSG DTG 301601Z SEP 08", "-=other"),
    ("REF: A. PARIS 1 B. PARIS", "A=09PARIS1 B=cable"),
    ("REF: PARIS XXXXXXXXXXXX", "-=cable"),
    ("REF: XXXXXXXXXXXX\n\nXXXXXXXXXXXX\n", ""),
    ("REF: NONE", ""),
    ("REF: N/A", ""),
    ("REF: (NOTAL)", ""),
    ("REF:\n\n1. (C) PARIS 12", ""),
    ("PREF: PARIS 12", ""),
    ("SUBJECT: REFUGEES FROM PARIS 12", ""),
    ("1. (C) As reported in PARIS 12, ref: A. ROME 3", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), OTHERS)
def test_not_cables(text, expected):
    assert read(text) == expected


def test_raw_is_the_item_as_printed_in_one_line():
    first, second = parse_references("REF: A. 08 SAO  PAULO 00012 (NOTAL)\n¶B. ROE-DOE\nE-MAIL OF 3/4", year=2009)
    assert (first.raw, second.raw) == ("08 SAO PAULO 00012", "ROE-DOE E-MAIL OF 3/4")


def test_citations_tell_where_they_stand():
    text = "see 08 Paris 12 and Rome 3"
    assert [text[found.start : found.end] for found in find_citations(text)] == ["08 Paris 12", "Rome 3"]
    assert [(found.post, found.serial, found.year) for found in find_citations(text)] == [
        ("Paris", "12", "08"),
        ("Rome", "3", None),
    ]


@pytest.mark.parametrize(
    "text", ["on 12 March 2009", "1.4 (b)", "UNSC 1701", "F-16", "sections 3 and 4", "99", "X" * 50]
)
def test_no_citation(text):
    assert find_citations(text) == []
