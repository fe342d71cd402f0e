"""Classified By: officer, title and reasons in every order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import parse_classified_by, parse_head

from reftel.indexer.telegram.classified_by import heal_wrap
from reftel.indexer.telegram.officers import is_title_word, split_officer
from reftel.schema.cable import ClassifiedBy
from reftel.schema.nearest import within_distance
from reftel.schema.tables import read_table

BD = ("1.4 (b)", "1.4 (d)")

LINES = [
    ("Classified By: Ambassador Jane Roe. Reasons 1.4 (b) and (d).", "Jane Roe", "Ambassador", BD),
    ("Classified by DCM Jane Roe for reasons 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("(U) Classified by CDA Jane Roe; E.O. 12958, reasons 1.4 (b) and (d).", "Jane Roe", "CDA", BD),
    ("(U) Classified by Polcounselor Jane Roe; reasons: E.O. 12958 1.4 (b,d).", "Jane Roe", "Polcounselor", BD),
    ("CLASSIFIED BY EAP DAS JANE Q. ROE: 1.4 (B) AND (D).", "JANE Q. ROE", "EAP DAS", BD),
    ("Classified By: P/E CHIEF ROE, REASONS 1.4 (B) & (D).", "ROE", "P/E CHIEF", BD),
    ("Classified By: Classified by Deputy Chief of Mission Jane Roe.\nReasons 1.4 (b/d).", "Jane Roe", "Deputy Chief of Mission", BD),
    ("Classified By: by CDA Jane Roe for reasons 1.4 (b) and (d)", "Jane Roe", "CDA", BD),
    ("Classfied By: Charge Jane Roe, reasons 1.4 (b) and (d).", "Jane Roe", "Charge", BD),
    ("classified by: ambassador jane roe, reasons 1.4 (b,d)", "jane roe", "ambassador", BD),
    ("Classified By: MINISTER-COUNSELOR FOR POLITICAL AFFAIRS JANE ROE FOR REASONS 1.4 (B) and (D)",
     "JANE ROE", "MINISTER-COUNSELOR FOR POLITICAL AFFAIRS", BD),
    ("Classified By: Jane Roe, reasons 1.4 (b), (d)", "Jane Roe", None, BD),
    ("Classified By: Ambassador, reason 1.4 (b,d)", None, "Ambassador", BD),
    ("Classified By: Charge d'Affaires, for reasons 1.4 (b) and (d)", None, "Charge d'Affaires", BD),
    ("Classified By: Ambassador William B. Roe, U.S. Embassy Kabul, Reasons:  1.4 (B and D)", "William B. Roe", "Ambassador", BD),
    ("Classified By: S/CT DAS, Susan F. Roe, Reason: 1/4 (B), (D)", "Susan F. Roe", "S/CT DAS", BD),
    # name first, title after
    ("CLASSIFIED BY: Jane Roe, DCM; REASON: 1.4(B), (D)", "Jane Roe", "DCM", BD),
    ("CLASSIFIED BY: Jane A Roe, Consul General, Dubai, UAE.\nREASON: 1.4 (b), (d)", "Jane A Roe", "Consul General", BD),
    ("CLASSIFIED BY: Jane Roe, Director, INR/CCS, Reason: 1.4 (b, d).", "Jane Roe", "Director, INR/CCS", BD),
    ("CLASSIFIED BY: JRoe, CDA, DOS; REASON: 1.4(B), (D)", "JRoe", "CDA", BD),
    ("Classified By: JANE A. ROE, Minister-Counselor for Economics Affa irs, for Reasons 1.4 (b and d).",
     "JANE A. ROE", "Minister-Counselor for Economics Affairs", BD),
    ("CLASSIFIED BY: XXXXXXXXXXXX, Ambassador, U.S. Embassy Tripoli.\nREASON: 1.4 (b), (d)", None, "Ambassador", BD),
    ("Classified By: Political Counselor Richard Roe, Jr. for reasons 1.4 ( B) and (D).", "Richard Roe, Jr.", "Political Counselor", BD),
    # what follows is no reason
    ("Classified By: DCM Jane Roe for reasons 1.4 b and d 1.(C) \n\nSummary: Grain", "Jane Roe", "DCM", BD),
    ("CLASSIFIED BY: Jane Roe, DCM; REASON: 1.4(B), (D)\n(C) Summary", "Jane Roe", "DCM", BD),
    ("CLASSIFIED BY: Jane Roe, DCM. REASON: 1.4 (b), (d) 1. (C) Summary: Grain", "Jane Roe", "DCM", BD),
    ("REF: ROME 1 Classified By: DCM Jane Roe for reasons\n1.4 (b) and (d). Summary -------", "Jane Roe", "DCM", BD),
    ("SUBJECT: GRAIN Classified By: DCM Jane Roe, Reasons 1.4 (b) and (d). REFTELS: A) ROME 1", "Jane Roe", "DCM", BD),
    ("2. (U) Classified by Ambassador Jane Roe, reasons 1.4 (b) and (d).", "Jane Roe", "Ambassador", BD),
    ("1. (C) Text.\n\n¶2. (U) Classified by DCM Jane Roe for reasons 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    # broken by page and line
    ("CLASSIFIED BY: DCM JANE ROE, REASONS\n\nPAGE 02 RUEHFR 0170 S E C R E T\n1.4 (B) AND (D).", "JANE ROE", "DCM", BD),
    ("Classified By: Ambassador Jane Roe\nReasons 1.4 (b) and (d)", "Jane Roe", "Ambassador", BD),
    ("Classified By: DCM Jane Roe. Reasons 1.\n4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe. Rea sons 1 .4 (b) a nd ( d )", "Jane Roe", "DCM", BD),
    # glued where line breaks were lost
    ("SUBJECT: GRAIN AND WATERClassified By: DCM Jane Roefor reasons 1.4 (b) and (d).1. (C) Text", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane RoeReasons 1.4 (b) and (d)", "Jane Roe", "DCM", BD),
    # cut off
    ("Classified by: Jane A. Roe, VCI/CCA Acting Offic...\n\nXXXXXXXXXXXX", "Jane A. Roe", "VCI/CCA Acting Offic...", ()),
]  # fmt: skip

LINES += [
    # the word for reasons damaged or other
    ("Classified By: DCM Jane Roe for reaons 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe fo Reasons 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe, Reasond: 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe for resons of 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: AMBASSAD0R ROE.  REAS0N: 1.4 (B,D).", "ROE", "AMBASSAD0R", BD),
    ("Classified By: DCM JANE ROE BASED UPON REASON 1.4(B) AND (D)", "JANE ROE", "DCM", BD),
    ("Classified By: DCM Jane Roe by reasons 1.4 b and d", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe pursuant to 1.4 b and d", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe on grounds of 1,4 (b) and 1:4 (d)", "Jane Roe", "DCM", BD),
    ("Classified By: ECONOMIC COUNSELOR JANE ROE \n FOR 12958 1.4 B AND D", "JANE ROE", "ECONOMIC COUNSELOR", BD),
    # over a blank line
    ("Classified By: Political Counselor\n\nPolitical Counselor Jane Roe reasons, 1.4 b and d", "Jane Roe", "Political Counselor Political Counselor", BD),
    ("Classified By: DCM Jane Roe. REASON: \n\nE.O. 12958, 1.4 (B, D)", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe for reasons 1.4 (b\n\n), and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe for reasons 1.4 b\n\nand d.\n\nSummary", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe for reasons 1.4\n\n(b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe for reasons 1.4 (b) and (d).\n\n(C)\nText", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe FO  R REASONS 1.4 b and d.", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe.\n\nHe spoke of 1.4 (b) and (d).", "Jane Roe", "DCM", ()),
    # the label again, behind a mark
    ("Classified By: (U)  CLASSIFIED BY EAP DAS JANE ROE, \nREASON: 1.4 (B, D).", "JANE ROE", "EAP DAS", BD),
    ("Classified By: (U) DCM Jane Roe, reasons 1.4 (b, d).", "Jane Roe", "DCM", BD),
    # inside the first paragraph
    ("1.  CONFIDENTIAL - ENTIRE TEXT.  CLASSIFIED BY:\nJANE B. ROE, AMBASSADOR.  REASON: 1.4 (B, D) .\n\n2.  (C) More.", "JANE B. ROE", "AMBASSADOR", BD),
    # what breaks off is no name, and is none at all where a whole one follows
    ("Classified By: Ambass...\n", None, "Ambass...", ()),
    ("Classified By: Ambassador Jane R...\n", None, "Ambassador Jane R...", ()),
    ("Classified By: Ambassador Jane Roe, Reas...\n", "Jane Roe", "Ambassador", ()),
    ("Classified By: Ambassador Jane Roe for re...\n", "Jane Roe", "Ambassador", ()),
    ("Classified By: Ambass...\nid: 1\nSUBJECT: X\nClassified By: Amb. Jane Roe for reasons 1.4 (b) and (d).", "Jane Roe", "Amb.", BD),
    ("Classified By: DCM Jane Roe.\nSUBJECT: X\nClassified By: DCM Jane Roe for reasons 1.4 (b) and (d).", "Jane Roe", "DCM", BD),
    ("Classified By: DCM Jane Roe.\nSUBJECT: X\nClassified By: DCM John Doe for reasons 1.4 (b) and (d).", "Jane Roe", "DCM", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "title", "reasons"), LINES)
def test_lines(text, name, title, reasons):
    assert parse_classified_by(text) == ClassifiedBy(name, title, reasons)


REASONS = [
    ("1.4 (b) and (d)", "bd"), ("1.4 (b,d)", "bd"), ("1.4 (b/d)", "bd"), ("1.4 (b+d)", "bd"), ("1.4 (b and d)", "bd"), ("1.4 (b & d)", "bd"),
    ("1.4(b)(d)", "bd"), ("1.4 (B) (D)", "bd"), ("1.4 b and d", "bd"), ("1.4 b/d", "bd"), ("1.4b and d.", "bd"), ("1.4 B A ND D", "bd"),
    ("1.4. (b), (d).", "bd"), ("1.4,  a/b/c/d.", "abcd"), ("1.4, (b), (d), (e).", "bde"), ("1.4 (b-d)", "bcd"), ("1.4 (b) through (d)", "bcd"),
    ("1.4 (b) an\nd (d)", "bd"), ("1.4 (b) and (d", "bd"), ("1.4 (d)\nA senior man", "d"), ("1.4 (d). A senior man", "d"), ("14 (b) and (d)", "bd"),
    ("1/4 (b), (d)", "bd"), ("1,4 (b), (d)", "bd"), ("I.4 (b), (d)", "bd"), ("l.4 (b), (d)", "bd"), ("1:4 (b), (d)", "bd"), ("1.4 B C AND D", "bcd"), ("1.4 b.d.", "bd"), ("1.4 (b) (c)and(d)", "bcd"),
    ("1.4 b c d", "bcd"), ("1.4 [b] and [d]", "bd"), ("1.4 {b}{d}", "bd"), ("1.4 bd", "bd"), ("1.4(bd).", "bd"), ("1.4 (b.d)", "bd"),
    ("1.4 sub-paragraphs (b) and (d)", "bd"), ("1.4 (b). Paragraph D says so", "b"), ("1.4 (b) (and 1.4 (d))", "bd"), ("1..4 (b) amd (d)", "bd"), ("1.4: (b) adn (d)", "bd"), ("1.4 (b) (foreign relations) and (d)", "bd"), ("1.4 <b> <d>", "bd"), ("1-4 (b)", "b"), ("1.4 (b)\n\nBAKU 00000012  001.2 OF 002\n\nand (d)", "bd"), ('1.4 "b" and "d"', "bd"), ("1.4 (b) to (d)", "bcd"), ("1.4 (b) to the press", "b"),
    ("(b) and (d) of Section 1.4", "bd"), ("1.4 (b)(1) and (d)", "bd"),
    ("1.4 b A senior man", "b"), ("1.4 b. A senior man", "b"), ("1.4 B A senior man", "b"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "letters"), REASONS)
def test_reasons(printed, letters):
    found = parse_classified_by(f"Classified By: DCM Jane Roe for reasons {printed}")
    assert found == ClassifiedBy("Jane Roe", "DCM", tuple(f"1.4 ({letter})" for letter in letters))


def test_reasons_of_other_sections_and_none():
    assert parse_classified_by("Classified By: DCM Jane Roe, 1.5 (b) and 1.4 (d)").reasons == ("1.5 (b)", "1.4 (d)")
    assert parse_classified_by("Classified By: DCM Jane Roe for reason 1.4").reasons == ("1.4",)
    assert parse_classified_by("Classified By: DCM Jane Roe.\nText").reasons == ()


def test_letters_without_a_section_are_named():
    for printed in ("reasons (b) and (d)", "for reasons b, d", "reason: (b,d)"):
        head = parse_head(f"Classified By: DCM Jane Roe, {printed}.\n")
        assert head.classified_by == ClassifiedBy("Jane Roe", "DCM")
        assert [warning.code for warning in head.warnings if warning.field == "classified_by"] == ["reasons-unreadable"]
    assert not parse_head("Classified By: DCM Jane Roe, for good reasons.\n").warnings[1:]


@pytest.mark.parametrize("text", ["Classified By: Derived from Multiple Sources", "DERIVED FROM: DSCG 05-1 B, D"])
def test_derived_names_no_officer(text):
    assert parse_classified_by(text) == ClassifiedBy(None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SUBJECT: GRAIN",
        "Classified By: A...",
        "Classified Secret.",
        "DECLASSIFIED BY NARA 09/02/2009",
        "DECLASSIFIED BY: JANE ROE 09/02/2009",
        "UNCLASSIFIED BY: DCM JANE ROE",
        "CLARIFIED BY: DCM JANE ROE",
        "He was classified by us.",
    ],
)
def test_no_line(text):
    assert parse_classified_by(text) is None


OFFICERS = [
    ("EUR/RPM Director Jane Roe", "Jane Roe", "EUR/RPM Director"),
    ("A/DCM Jane Roe", "Jane Roe", "A/DCM"),
    ("Analyst Jane Roe", "Jane Roe", "Analyst"),
    ("GSO JANE ROE", "JANE ROE", "GSO"),
    ("ALDANE Jane, DCM", "ALDANE Jane", "DCM"),
    ("POLAD Jane, DCM", "Jane", "POLAD"),
    ("Charge d,Affaires Jane O,Roe", "Jane O,Roe", "Charge d,Affaires"),
    ("USEU EconMinCouns Jane Roe", "Jane Roe", "USEU EconMinCouns"),
    ("ESTOff Jane Roe", "Jane Roe", "ESTOff"),
    ("POL M/C James L. Roe", "James L. Roe", "POL M/C"),
    ("Charge d’Affaires a.i. Jane Roe", "Jane Roe", "Charge d’Affaires a.i."),
    ("CHARGE D'AFFAIRES A. I. JANE ROE", "JANE ROE", "CHARGE D'AFFAIRES A. I."),
    ("DCM A. I. ROE", "A. I. ROE", "DCM"),
    ("KEN ROE ESTHOFF", "KEN ROE", "ESTHOFF"),
    ("CHARGE D'AFFAIRES, A.I. JANE ROE", "JANE ROE", "CHARGE D'AFFAIRES, A.I."),
    ("Amb. P Michael Roe", "P Michael Roe", "Amb."),
    ("AMB D. Kathleen Roe", "D. Kathleen Roe", "AMB"),
    ('D/Political Advisor A. "Hoot" Roe', 'A. "Hoot" Roe', "D/Political Advisor"),
    ("DCM Joseph E. LeBaron", "Joseph E. LeBaron", "DCM"),
    ("Charge Jane de la Roe", "Jane de la Roe", "Charge"),
    ("DCM J. Richard McRoe III", "J. Richard McRoe III", "DCM"),
    ("DCM Mark d'Roe", "Mark d'Roe", "DCM"),
    ("DCM Stuart E.Jones", "Stuart E.Jones", "DCM"),
    ("DCM William Jordan", "William Jordan", "DCM"),
    (
        "Interagency Provincial Affairs Deputy Director Hoyt Roe",
        "Hoyt Roe",
        "Interagency Provincial Affairs Deputy Director",
    ),
    ("US Special Envoy for Grain Issues J. Christian Roe", "J. Christian Roe", "US Special Envoy for Grain Issues"),
    ("NEA/FO Jeffrey Roe", "Jeffrey Roe", "NEA/FO"),
    ("Embassy Baku Charge Jane Roe", "Jane Roe", "Embassy Baku Charge"),
    ("Cultural Affairs Officer Jane Roe and DCM John Doe", "Jane Roe", "Cultural Affairs Officer"),
    ("Jane Roe, DCM, U.S. Department of State, U.S. Embassy, Baku", "Jane Roe", "DCM"),
    ("", None, None),
    # a slip in a title word, and names that look like one
    ("Acting Pol/Econ Couselor Jon Roe", "Jon Roe", "Acting Pol/Econ Couselor"),
    ("ISN Direcor Jon Roe", "Jon Roe", "ISN Direcor"),
    ("Ambasador Roe", "Roe", "Ambasador"),
    ("Charge d'Afaires Jane Roe", "Jane Roe", "Charge d'Afaires"),
    ("DCM Regina Mary Roe", "Regina Mary Roe", "DCM"),
    ("Ambassador Leander Roe", "Leander Roe", "Ambassador"),
    ("Chief of Mission Marshall Roe", "Marshall Roe", "Chief of Mission"),
    ("Delegation Chairman Jon Roe", "Jon Roe", "Delegation Chairman"),
    ("PolMinCons Jane Roe", "Jane Roe", "PolMinCons"),
    ("ECON OFF B. ROE", "B. ROE", "ECON OFF"),
    # a place in the title
    ("Special Representative for Austria and Hungary Jane Roe", "Jane Roe", "Special Representative for Austria and Hungary"),
    ("Ambassador to Bosnia and Herzegovina Jane Roe", "Jane Roe", "Ambassador to Bosnia and Herzegovina"),
    ("Director for Russia and Central Asia Jane Roe", "Jane Roe", "Director for Russia and Central Asia"),
    ("Consul General in Rio de Janeiro Jane Roe", "Jane Roe", "Consul General in Rio de Janeiro"),
    ("Coordinating Director for Development and Economic Affairs Ambassador E. Jane Roe", "E. Jane Roe",
     "Coordinating Director for Development and Economic Affairs Ambassador"),
    ("Ambassador West", "West", "Ambassador"),
    # the surname first
    ("Roe, Jane, Ambassador, State", "Roe, Jane", "Ambassador"),
    ("ROE, Jane B, DCM, State, Embassy Zagreb", "ROE, Jane B", "DCM"),
    ("VAN ROE, JANE, DCM", "VAN ROE, JANE", "DCM"),
    ("Roe, Jane", "Roe, Jane", None),
    ("Roe, Ambassador, Zagreb", "Roe", "Ambassador"),
    ("Jane Roe, Zagreb, DCM", "Jane Roe", "DCM"),
    # signs
    ("A/DCM Jane O,Roe", "Jane O,Roe", "A/DCM"),
    ("CHARGE D,AFFAIRES JANE ROE", "JANE ROE", "CHARGE D,AFFAIRES"),
    ("Charge d,Affaires Jane Roe", "Jane Roe", "Charge d,Affaires"),
    ("DCM/Jane Roe", "Jane Roe", "DCM"),
    ("Pol/Econ Jane Roe", "Jane Roe", "Pol/Econ"),
    ("DCM Jane B, Roe", "Jane B, Roe", "DCM"),
    ("Political Counselor: Jane Roe", "Jane Roe", "Political Counselor"),
    ("Political Counselor / Jane Roe /", "Jane Roe", "Political Counselor"),
    ("Ambassador Ted Roe, III.", "Ted Roe, III", "Ambassador"),
    ("ACTING U/S FOR ARMS CONTROL (T) TED ROE", "TED ROE", "ACTING U/S FOR ARMS CONTROL (T)"),
    ("U/S Jane Roe (G)", "Jane Roe", "U/S"),
    ("U/S Jane Roe (G).", "Jane Roe", "U/S"),
    # a surname that is a title's word, a title behind a name
    ("CDA Jon R. Chief", "Jon R. Chief", "CDA"),
    ("DCM Jon Minister", "Jon Minister", "DCM"),
    ("JANE ROE SENIOR WATCH OFFICER", "JANE ROE", "SENIOR WATCH OFFICER"),
    ("Ambassador van Roe", "van Roe", "Ambassador"),
]


@pytest.mark.parametrize(("text", "name", "title"), OFFICERS)
def test_officers(text, name, title):
    officer = split_officer(text)
    assert (officer.name, officer.title) == (name, title)


def test_a_cut_word_is_healed_only_at_the_column_of_the_wrap():
    start = "Classified By: Political Minister-Counselor for Grain Josiah B. A. Rosen"[:71]
    assert len(start) == 71
    assert heal_wrap(f"{start}\nblatt for reasons") == f"{start}blatt for reasons"
    assert heal_wrap(f"{start} blatt for reasons") == f"{start}blatt for reasons"
    assert heal_wrap(f"{start[:-1]}\nblatt for reasons") == f"{start[:-1]}\nblatt for reasons"


def test_whole_words_at_the_wrap_stay_apart():
    start = "Classified By: Acting Deputy Chief of Mission Anne Elisabeth M. Roe for"
    assert len(start) == 71
    assert heal_wrap(f"{start}\nreasons 1.4") == f"{start}\nreasons 1.4"


def test_title_words():
    assert all(map(is_title_word, ("Counselor", "POL/ECON", "PolOff", "DCM", "d’Affaires", "EUR/PRA")))
    assert not any(map(is_title_word, ("Roe", "Jordan", "McRoe", "J.", "Das")))
    rows = read_table("titles")
    assert len({row["word"] for row in rows}) == len(rows)
    assert {row["case"] for row in rows} == {"any", "upper"}
    assert all(row["source"] for row in rows)


def distance(left, right):
    """The slow obvious way: letters lost, added, changed, or swapped with the next."""
    if not left or not right:
        return len(left) + len(right)
    ways = [distance(left[1:], right) + 1, distance(left, right[1:]) + 1, distance(left[1:], right[1:]) + (left[0] != right[0])]
    if left[:2] == right[1::-1] and len(left) > 1 < len(right):
        ways.append(distance(left[2:], right[2:]) + 1)
    return min(ways)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5), st.integers(0, 3))
def test_distance_is_that_of_the_obvious_way(left, right, most):
    assert within_distance(left, right, most) == (distance(left, right) <= most)
