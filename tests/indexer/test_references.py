"""REF: items in every lettering, years, serials, and references that are no cables."""

import pytest
from readers import parse_references

from reftel import normalize_text
from reftel.base.steps import finish
from reftel.indexer.telegram.citations import find_citations
from reftel.indexer.telegram.layout import lay_out
from reftel.indexer.telegram.references import references_of


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
    "REF: (A 08 STATE 1 (B PARIS 2",
    "REF: (A.) 08 STATE 1 (B.) PARIS 2",
    "REF: A, 08 STATE 1 B, PARIS 2",
    "REF: A; 08 STATE 1 B; PARIS 2",
    'REF: "A" 08 STATE 1 "B" PARIS 2',
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
    text = "REF: A. A. STATE 1 B. STATE 2 \n\n¶B. C. STATE 3 D. STATE 4 \n¶C. E. STATE 5"
    assert read(text) == "A=09STATE1 B=09STATE2 C=09STATE3 D=09STATE4 E=09STATE5"
    text = "REF: A. A. STATE 1 B. STATE 2 C. STATE 3 \n¶B. D. STATE 4 E. STATE 5"
    assert read(text) == "A=09STATE1 B=09STATE2 C=09STATE3 D=09STATE4 E=09STATE5"


LISTS = [
    ("REF: STATE 12", "-=09STATE12"),
    ("REFTEL: HARARE 6584", "-=09HARARE6584"),
    ("REF: DEPT 12", "-=09STATE12"),
    ("REF: PARIS_12", "-=09PARIS12"),
    ("REF: A. PARIS 12 (SUBJ: NOTES OF 500) B. ROME 14", "A=09PARIS12 B=09ROME14"),
    ("REF: A-PARIS 13 B-ROME 14", "A=09PARIS13 B=09ROME14"),
    ("REF: B. ROME 14 A. PARIS 13", "B=09ROME14 A=09PARIS13"),
    ("REF: PARIS 13 PARAGRAPHS 3 AND 4", "-=09PARIS13"),
    ("REF: PARIS 13, FIGURE 3", "-=09PARIS13"),
    ("REF: N-DJAMENA 13", "-=09NDJAMENA13"),
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
    ("PARIS 08 12", "08PARIS12"), ("PARIS 08-12", "08PARIS12"), ("PARIS (08) 12", "08PARIS12"), ("PARIS '08 12", "08PARIS12"),
    ("O8 PARIS I23", "08PARIS123"), ("PARIS 2008/123", "08PARIS123"), ("08 PARIS 2I", "08PARIS21"),
    ("[08] PARIS 12", "08PARIS12"), ("08: PARIS 12", "08PARIS12"), ("PARIS 12 (5/3/08)", "08PARIS12"), ("2008: PARIS 12", "09PARIS12"),
    ("PARIS 12 OF 2008", "08PARIS12"), ("PARIS 12 (NOTAL, 2008)", "08PARIS12"), ("08 PARlS 12", "08PARIS12"), ("08 PAR1S 12", "08PARIS12"),
    ("PARIS 12-91", "91PARIS12"), ("PARIS 00012/08", "08PARIS12"), ("PARIS 00012 99", "99PARIS12"), ("PARIS 12 2008", "08PARIS12"),
    ("PARIS 12", "09PARIS12"), ("O8 PARIS 12", "08PARIS12"), ("2OO8 PARIS O12", "08PARIS12"), ("PARIS 0000000012", "09PARIS12"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "expected"), YEARS)
def test_years(item, expected):
    assert read(f"REF: {item}") == f"-={expected}"
    assert read(f"REF: A. {item} B. 07 ROME 1") == f"A={expected} B=07ROME1"


def test_a_year_between_two_cables_belongs_to_the_second_unless_years_stand_behind():
    assert read("REF: ROME 12; PARIS 13 (08) ROME 14") == "-=09ROME12 -=09PARIS13 -=08ROME14"
    assert read("REF: ROME 12 (07); PARIS 13 (08) ROME 14") == "-=07ROME12 -=08PARIS13 -=09ROME14"


YEARS_BEHIND = [
    ("SOFIA CABLES 0266 AND 02259 (2002)", "-=09SOFIA266 -=02SOFIA2259"),
    ("PARIS 1 (2002), 2 (2003) AND 3", "-=02PARIS1 -=03PARIS2 -=09PARIS3"),
    ("PARIS 00012 99, ROME 00013 00", "-=99PARIS12 -=00ROME13"),
    ("PARIS 12 99; ROME 13 (1999)", "-=99PARIS12 -=99ROME13"),
    ("A. PARIS 12/08 B. ROME 3/07, C. BERN 4", "A=08PARIS12 B=07ROME3 C=09BERN4"),
    # the date of the cited cable
    ("PARIS 12 DATED 05/06/2007, ROME 13 DTD 5 MAY 06", "-=07PARIS12 -=06ROME13"),
    ("PARIS 12 OF MAY 5, 2007; ROME 13", "-=07PARIS12 -=09ROME13"),
    ("A. PARIS 12 (DTG 121030Z MAY 07) B. ROME 3", "A=07PARIS12 B=09ROME3"),
    ("A. PARIS 12 3/30/08 B. ROME 13", "A=08PARIS12 B=09ROME13"),
    ("PARIS 12, 5 MAY 2007 TELCON", "-=09PARIS12 -=telephone"),
    # a year later than the citing cable's is none, nor one behind a year, nor one that a post follows
    ("PARIS 12/13", "-=09PARIS12 -=09PARIS13"),
    ("06 PARIS 53/05", "-=06PARIS53 -=06PARIS5"),
    ("PARIS 12 08 ROME 13", "-=09PARIS12 -=08ROME13"),
]


@pytest.mark.parametrize(("text", "expected"), YEARS_BEHIND)
def test_years_behind_the_serial(text, expected):
    assert read(f"REF: {text}") == expected


SERIALS = [
    ("PARIS 36/35", "-=09PARIS36 -=09PARIS35"),
    ("A) PARIS 36/35; B) ROME 692/317/274; C) 06 BERN 5353/5194", "A=09PARIS36 A=09PARIS35 B=09ROME692 B=09ROME317 B=09ROME274 C=06BERN5353 C=06BERN5194"),
    ("PARIS 1/2/3", "-=09PARIS1 -=09PARIS2 -=09PARIS3"),
    ("PARIS/12, 08/ROME/13", "-=09PARIS12 -=08ROME13"),
    ("PARIS 123 124", "-=09PARIS123 -=09PARIS124"),
    ("PARIS 999 1001", "-=09PARIS999 -=09PARIS1001"),
    ("PARIS 123-124, ROME 5", "-=09PARIS123 -=09PARIS124 -=09ROME5"),
    ("PARIS 12; 13; ROME 5", "-=09PARIS12 -=09PARIS13 -=09ROME5"),
    ("PARIS 5/11/08 E-MAIL", "-=email"),
    # the serial first
    ("870 SOFIA", "-=09SOFIA870"),
    ("00821 ASMARA AND 822 ASMARA", "-=09ASMARA821 -=09ASMARA822"),
    ("(A) 12345 STATE, (B) 678 SAN JOSE (NOTAL)", "A=09STATE12345 B=09SANJOSE678"),
    ("08 SOFIA", "-=cable"),
    # a comma or brackets between
    ("SOFIA 849, SOFIA, 1228", "-=09SOFIA849 -=09SOFIA1228"),
    ("A. SOFIA (1228) B. ROME, 345", "A=09SOFIA1228 B=09ROME345"),
    ("SOFIA, 12 MAY 2009", "-=other"),
    # the post of the item before
    ("A. SOFIA 1219 B. 1206", "A=09SOFIA1219 B=09SOFIA1206"),
    ("A. A) SOFIA 1219 ¶B. B) 1206 (NOTAL)", "A=09SOFIA1219 B=09SOFIA1206"),
    ("A. SOFIA 1219 B. 08 1206", "A=09SOFIA1219 B=08SOFIA1206"),
    ("A. SOFIA 1219 B. 2007 AND PREVIOUS", "A=09SOFIA1219 B=other"),
    ("A. 44297 B. SOFIA 3", "A=cable B=09SOFIA3"),
    ("239012", "-=cable"),
    # a serial that breaks off
    ("A. SOFIA 12 B. MOSCOW 24...", "A=09SOFIA12 B=cable"),
    ("A. SOFIA 12 (...AND MORE) B. ROME 5", "A=09SOFIA12 B=09ROME5"),
]


@pytest.mark.parametrize(("text", "expected"), SERIALS)
def test_serials(text, expected):
    assert read(f"REF: {text}") == expected


LETTERS = [
    ("[A] STATE 1, 2, [B] ROME 3", "A=09STATE1 A=09STATE2 B=09ROME3"),
    ("{A} STATE 1 {B} ROME 3", "A=09STATE1 B=09ROME3"),
    ("(A ) STATE 1 ( B )ROME 3", "A=09STATE1 B=09ROME3"),
    ("- A. STATE 1\n- B. ROME 3", "A=09STATE1 B=09ROME3"),
    ("-A. STATE 1 -B. ROME 3", "A=09STATE1 B=09ROME3"),
    ("A. REF: SOFIA 2282\n     B. SOFIA 2298", "A=09SOFIA2282 B=09SOFIA2298"),
    ("A. REF A: 07 ROME 1\nB. REF B: BERN 2", "A=07ROME1 B=09BERN2"),
    ("REF A: ROME1; REF B: BERN2", "A=09ROME1 B=09BERN2"),
    ("A) SOFIA 366 B) ROE-DOE EMAIL 05/11/07\nB) SOFIA 347", "A=09SOFIA366 B=email B=09SOFIA347"),
    ("A. STATE 1 A. STATE 2 B. ROME 3", "A=09STATE1 A=09STATE2 B=09ROME3"),
    ("A. (C) STATE 1 B. (SBU) ROME 2 C. (U) BERN 5", "A=09STATE1 B=09ROME2 C=09BERN5"),
]


@pytest.mark.parametrize(("text", "expected"), LETTERS)
def test_further_letterings(text, expected):
    assert read(f"REF: {text}") == expected


RUNNING_ON = [
    ("STATE 6970 As requested in reftel, the contacts for these talks are: POST 12, ROME 5", "-=09STATE6970"),
    ("STATE 7606 P 171259Z JUN 09FM AMEMBASSY ROME UNCLAS ROME 000483", "-=09STATE7606"),
    ("STATE 7606 Sensitive but Unclassified. ROME 5", "-=09STATE7606"),
    ("STATE 7606 (SBU) Please protect accordingly. ROME 5", "-=09STATE7606"),
    ("A. SECURITY SERVICE OF RURITANIA (SBU) PRESS RELEASE OF 5/6/09 AND WHAT BECAME OF IT B. ROME 5", "A=document B=09ROME5"),
    ("STATE 7606 (SBU) On May 5 the ministry told us of ROME 5", "-=09STATE7606"),
    ("A. STATE 1 ROME 2... id: 112 date: 6/19 refid: 07LIMA9", "A=09STATE1 A=cable"),
    ("A. STATE 1 Roe told us that they will go on with it B. ROME 2", "A=09STATE1 B=09ROME2"),
]


@pytest.mark.parametrize(("text", "expected"), RUNNING_ON)
def test_where_a_list_ends_in_running_text(text, expected):
    assert read(f"REF: {text}") == expected


def test_a_list_that_breaks_off_counts_only_where_no_other_follows():
    assert read("REF: A. STATE 1\nB. ROM...\nSUBJECT: X\nREF: A. STATE 1\nB. ROME 2") == "A=09STATE1 B=09ROME2"
    assert read("REF: A. STATE 1\nB. ROM...\nSUBJECT: X") == "A=09STATE1 B=other"
    assert read("REF: A. STATE 1\n¶B.") == read("REF: A. STATE 1\n¶B.\nSUBJECT: X\nTAGS: PREL") == "A=09STATE1"


def doubts(text, own=None):
    """Ids and the codes of the warnings."""
    read = references_of(finish(lay_out(f"REF: {text}")).regions, year=2009, own=own)
    return [reference.id for reference in read.found], [warning.code for warning in read.warnings]


ASSUMED = "reference-post-assumed"
UNREADABLE = "reference-unreadable"
POSTS = [
    ("BSAS 1", "09BUENOSAIRES1", []),
    ("TGG 1", "09TEGUCIGALPA1", []),
    ("VAT 1", "09VATICAN1", []),
    ("SANTIAG0 1", "09SANTIAGO1", []),
    ("0SLO 1", "09OSLO1", []),
    ("T0KYO 1", "09TOKYO1", []),
    ("L0ND0N 1", "09LONDON1", []),
    ("ROME0001", "09ROME1", []),
    ("08OSLO4", "08OSLO4", []),
    # names of no post: the nearest, with a warning
    ("SATTE 1", "09STATE1", [ASSUMED]),
    ("SECTATE 1", "09STATE1", [ASSUMED]),
    ("SECTSTATE 1", "09STATE1", [ASSUMED]),
    ("CARIO 1", "09CAIRO1", [ASSUMED]),
    ("KABULL 1", "09KABUL1", [ASSUMED]),
    ("BELGRDE 1", "09BELGRADE1", [ASSUMED]),
    ("PORT A 1", "09PORTAUPRINCE1", [ASSUMED]),
    ("AMEMBASSY SOFA 1", "09SOFIA1", [ASSUMED]),
    # or as printed, where none is near
    ("NEWHAVEN 1", "09NEWHAVEN1", [ASSUMED]),
    ("STATE XXXXXXXXXXXX", None, [UNREADABLE]),
    ("12345", None, [UNREADABLE]),
    ("MOSCOW 24...", None, [UNREADABLE]),
]


@pytest.mark.parametrize(("text", "id_", "warned"), POSTS)
def test_names_of_posts(text, id_, warned):
    assert doubts(text) == ([id_], warned)


@pytest.mark.parametrize("text", ["INCSR CROATIA 2008", "SPRING 2008", "FALL 07", "GUIDEBOOK 2008"])
def test_a_name_with_a_year_is_no_post(text):
    assert doubts(text)[0] == [None]
    assert parse_references(f"REF: {text}", year=2009)[0].kind in {"other", "document", "report"}


OWN = [
    ("ROME 998", "08ROME998", []),
    ("ROME 99", "09ROME99", []),
    ("ROME 100", "09ROME100", ["reference-to-itself"]),
    ("09 ROME 998", "09ROME998", []),
    ("ROME 998 (06)", "06ROME998", []),
    ("BERN 998", "09BERN998", []),
    ("A. 0087", "09ROME87", ["reference-post-assumed"]),
    ("3456", None, ["reference-unreadable"]),
    ("169827", None, ["reference-unreadable"]),
]


@pytest.mark.parametrize(("text", "id_", "warned"), OWN)
def test_serials_of_the_citing_post(text, id_, warned):
    assert doubts(text, own="09ROME100") == ([id_], warned)


def test_the_own_serial_is_that_of_the_id_or_of_the_caption():
    text = "C O N F I D E N T I A L ROME 000100\n\nTAGS: PREL\nSUBJECT: GRAIN\nREF: ROME 998\n\n1. (C) Text."
    assert normalize_text(text, id="09ROME100").refs[0].id == "08ROME998"
    header = "P 131016Z FEB 09\nFM AMEMBASSY ROME\nTO SECSTATE WASHDC\n\n"
    assert normalize_text(header + text).refs[0].id == "08ROME998"


def test_without_any_year_there_is_no_id():
    assert read("REF: PARIS 12, 08 ROME 13", year=None) == "-=cable -=08ROME13"


OTHERS = [
    ("REF: A. ROE-DOE EMAIL 06 MARCH 06 B. PARIS 2", "A=email B=09PARIS2"),
    ("REF: ROE/DOE 01/29/09 E-MAIL", "-=email"),
    ("REF: EMAIL:", "-=email"),
    ("REF: Roe-Doe e-mail of 5 May; 05 STATE 1234; ROME 44", "-=email -=05STATE1234 -=09ROME44"),
    ("REF: ROE E-MAILS TO PARIS/ROME AND ROME 00184", "-=email -=09ROME184"),
    ("REF: ROE E-MAIL OF MAY 5, 2009, ROME 12, BERN 3", "-=email -=09ROME12 -=09BERN3"),
    ("REF: ROE EMAIL TO EMBASSY PARIS 5 MAY", "-=email"),
    ("REF: A. STATE 1 B. LETTER OF REQUEST (09-319) Sensitive But Unclassified.", "A=09STATE1 B=document"),
    ("REF: A. PARIS 1; ROE-DOE E-MAIL OF 3/4; B. PARIS 2", "A=09PARIS1 A=email B=09PARIS2"),
    ("REF: TELCON ROE/DOE 12 MAY 2009", "-=telephone"),
    ("REF: PARIS 1, ROE/DOE TELCON OF FEBRUARY 12, 2009", "-=09PARIS1 -=telephone"),
    ("REF: PARIS 1, ROE E-MAIL 5/6/09, ROME 3", "-=09PARIS1 -=email -=09ROME3"),
    ("REF: PARIS 1 (ROE E-MAIL), ROME 3", "-=09PARIS1 -=09ROME3"),
    ("REF: STATE 12, IIR 7 123 0001 08", "-=09STATE12 -=report"),
    ("REF: A. USDAO ROME 13 B. SECTO 12 C. SECDEF 5", "A=report B=other C=other"),
    # a letter before the rest of a date
    ("REF: A. DAILY REPORT FOR JANUARY 13\n¶B. 2008", "A=report"),
    ("REF: A. PARIS 1 B. DAILY REPORT FOR 4 MAY\n¶C. 2009 AND PREVIOUS", "A=09PARIS1 B=report"),
    ("REF: A. ROE-DOE E-MAIL\n¶B. AUGUST 25", "A=email"),
    ("REF: A. PARIS 1 B. AUGUST 25", "A=09PARIS1 B=other"),
    ("REF: A. PARIS 1 B. 2008", "A=09PARIS1 B=other"),
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
