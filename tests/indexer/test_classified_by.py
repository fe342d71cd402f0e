"""Classified By: officer, title and reasons in every order."""

import pytest

from reftel.indexer.telegram.classified_by import heal_wrap, parse_classified_by
from reftel.indexer.telegram.officers import is_title_word, split_officer
from reftel.schema.cable import ClassifiedBy
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


@pytest.mark.parametrize(("text", "name", "title", "reasons"), LINES)
def test_lines(text, name, title, reasons):
    assert parse_classified_by(text) == ClassifiedBy(name, title, reasons)


REASONS = [
    ("1.4 (b) and (d)", "bd"), ("1.4 (b,d)", "bd"), ("1.4 (b/d)", "bd"), ("1.4 (b+d)", "bd"), ("1.4 (b and d)", "bd"), ("1.4 (b & d)", "bd"),
    ("1.4(b)(d)", "bd"), ("1.4 (B) (D)", "bd"), ("1.4 b and d", "bd"), ("1.4 b/d", "bd"), ("1.4b and d.", "bd"), ("1.4 B A ND D", "bd"),
    ("1.4. (b), (d).", "bd"), ("1.4,  a/b/c/d.", "abcd"), ("1.4, (b), (d), (e).", "bde"), ("1.4 (b-d)", "bcd"), ("1.4 (b) through (d)", "bcd"),
    ("1.4 (b) an\nd (d)", "bd"), ("1.4 (b) and (d", "bd"), ("1.4 (d)\nA senior man", "d"), ("1.4 (d). A senior man", "d"), ("14 (b) and (d)", "bd"),
    ("1/4 (b), (d)", "bd"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "letters"), REASONS)
def test_reasons(printed, letters):
    found = parse_classified_by(f"Classified By: DCM Jane Roe for reasons {printed}")
    assert found == ClassifiedBy("Jane Roe", "DCM", tuple(f"1.4 ({letter})" for letter in letters))


def test_reasons_of_other_sections_and_none():
    assert parse_classified_by("Classified By: DCM Jane Roe, 1.5 (b) and 1.4 (d)").reasons == ("1.5 (b)", "1.4 (d)")
    assert parse_classified_by("Classified By: DCM Jane Roe for reason 1.4").reasons == ("1.4",)
    assert parse_classified_by("Classified By: DCM Jane Roe.\nText").reasons == ()


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
        "He was classified by us.",
    ],
)
def test_no_line(text):
    assert parse_classified_by(text) is None


OFFICERS = [
    ("EUR/RPM Director Jane Roe", "Jane Roe", "EUR/RPM Director"),
    ("A/DCM Jane Roe", "Jane Roe", "A/DCM"),
    ("USEU EconMinCouns Jane Roe", "Jane Roe", "USEU EconMinCouns"),
    ("ESTOff Jane Roe", "Jane Roe", "ESTOff"),
    ("POL M/C James L. Roe", "James L. Roe", "POL M/C"),
    ("Charge d’Affaires a.i. Jane Roe", "Jane Roe", "Charge d’Affaires a.i."),
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
