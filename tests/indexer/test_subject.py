"""SUBJECT: where it ends, and what does not belong to it."""

import pytest
from readers import parse_head, parse_subject

from reftel.indexer.telegram.subject import strip_marks

ENDS = [
    ("SUBJECT: GRAIN AND WATER\n\nREF: STATE 1", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN\nAND  WATER \nREF: STATE 1", "GRAIN AND WATER"),
    ("SUBJECT:\nGRAIN\nAND WATER\n\nREF: STATE 1", "GRAIN AND WATER"),
    ("Subject: grain and\nwater\n\nRef: state 1", "grain and water"),
    ("SUBJ: GRAIN\n", "GRAIN"),
    ("SUBJECT - GRAIN\n", "GRAIN"),
    ("SUBJECT (C) GRAIN\n", "GRAIN"),
    ('SUBJECT "NO GRAIN"\n', '"NO GRAIN"'),
    ("SUBJ/ GRAIN\n", "GRAIN"),
    ("SUBJECT: GRAIN: THE LAST: PART\nCLASSIFIED BY: X", "GRAIN: THE LAST: PART"),
    # labels on the same line, also glued
    ("SUBJECT: GRAIN REF: STATE 1", "GRAIN"),
    ("SUBJECT: GRAIN PROBLEMSREF: STATE 1", "GRAIN PROBLEMS"),
    ("SUBJECT: GRAIN Classified By: DCM Jane Roe, Reasons 1.4 (b). REFTELS: A) STATE 1", "GRAIN"),
    ("E.O. 12958: N/A TAGS: EAGR AJ Subject: grain  REF: STATE 1", "grain"),
    ("SUBJECT: GRAIN\nDERIVED FROM: DSCG 05-1", "GRAIN"),
    ("SUBJECT: GRAIN\nTAGS: EAGR", "GRAIN"),
    # paragraphs
    ("SUBJECT: GRAIN\n1. (C) Summary", "GRAIN"),
    ("SUBJECT: GRAIN\n¶1. Summary", "GRAIN"),
    ("SUBJECT: GRAIN  1. (C) Summary", "GRAIN"),
    ("SUBJECT: GRAIN\n(U) This message is for all.", "GRAIN"),
    ("SUBJECT: GRAIN\n\n(U) This message is for all.", "GRAIN"),
    # headings and rules
    ("SUBJECT: GRAIN\nSUMMARY\n-------\n", "GRAIN"),
    ("SUBJECT: GRAIN\nAND WATER\n-------\nSummary\n-------\n", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN\nTHE HARVEST\n-----------\n1. (C) Text", "GRAIN"),
    ("SUBJECT: GRAIN\n- - - -\nSummary\n- - - -", "GRAIN"),
    ("SUBJECT: GRAIN Summary -------", "GRAIN"),
    ("SUBJECT: GRAIN -- AND WATER\n-- AND FISH\n\nREF: X 1", "GRAIN -- AND WATER -- AND FISH"),
    ("SUBJECT: GRAIN\n\nTHE HARVEST\n-----------\n\n1. (C) Text", "GRAIN"),
    ("SUBJECT: GRAIN\n\nINTRODUCTION\n\n1. (C) Text", "GRAIN"),
    ("SUBJECT: GRAIN\n\nFROM AMBASSADOR ROE\n\n1. (C) Text", "GRAIN"),
    ("SUBJECT: GRAIN\n\nTHIS IS AN ACTION REQUEST.  SEE PARA 2.\n\nREF: STATE 1", "GRAIN"),
    ("SUBJECT: GRAIN\n\nSENSITIVE BUT UNCLASSIFIED -- HANDLE ACCORDINGLY\n\nREF: STATE 1", "GRAIN"),
    # a blank line inside, if REF or Classified By follows and the letters are alike
    ("SUBJECT: GRAIN HARVEST\n\nAND WATER SUPPLY\nREF: STATE 1", "GRAIN HARVEST AND WATER SUPPLY"),
    ("SUBJECT: GRAIN HARVEST\n\nAnd a note on it\nREF: STATE 1", "GRAIN HARVEST"),
    # page breaks inside
    ("SUBJECT: GRAIN\nBAKU 00000012  002 OF 003\nAND WATER\nREF: STATE 1", "GRAIN AND WATER"),
    (
        "SUBJECT: GRAIN\n CONFIDENTIAL\nPAGE 02 BAKU 06677 01 OF 03 291400Z AND WATER\nREFTEL: STATE 1",
        "GRAIN AND WATER",
    ),
    ("SUBJECT: GRAIN\nSIPDIS\nAND WATER\n\nREF: STATE 1", "GRAIN AND WATER"),
]

HANDLING = [
    "SENSITIVE BUT UNCLASSIFIED - PLEASE PROTECT ACCORDINGLY",
    "Sensitive but Unclassified. Please handle accordingly.",
    "SENSTIVE BUT UNCLASSIFED",
    "SENSITIVE-BUT-UNCLASSIFIED",
    "(SBU) THIS MESSAGE IS SENSITIVE BUT UNCLASSIFIED.",
    "(U) SENSITIVE BUT UNCLASSIFIED",
    "- SBU - PLEASE PROTECT",
    "ENTIRE TEXT SENSITIVE BUT UNCLASSIFIED/NOFORN; PLEASE PROTECT",
    "ENTIRE TEXT.",
    "PLEASE PROTECT ACCORDINGLY",
    "(NOT FOR INTERNET DISTRIBUTION)",
    "FOR OFFICIAL USE ONLY",
    "Sensitive but Unclassified. (SBU) On February 8 the ministry told us of it.",
]


@pytest.mark.parametrize("note", HANDLING)
@pytest.mark.parametrize(("subject", "gap"), [("CU GRAIN", " "), ("CU GRAIN", "\n"), ("GRAIN FOR THE U.S.", " ")])
def test_a_handling_note_behind_the_subject_is_none_of_it(note, subject, gap):
    assert parse_subject(f"SUBJECT: {subject}{gap}{note}\n") == subject


@pytest.mark.parametrize(
    "subject",
    [
        "SENSITIVE BUT UNCLASSIFIED HANDLING",
        "HOW PORTS HANDLE SENSITIVE BUT UNCLASSIFIED PAPERS",
        "NEW FOR OFFICIAL USE ONLY STAMPS IN THE PORT",
        "GRAIN REMAINS A SENSITIVE ISSUE",
    ],
)
def test_a_subject_of_sensitive_things_is_whole(subject):
    assert parse_subject(f"SUBJECT: {subject}") == subject


GOES_ON = [
    ("SUBJECT: GRAIN AND\n\nWATER\n\n1. (C) Text", "GRAIN AND WATER"),
    ("SUBJECT: Grain for the\n\nborder towns\n\nText.", "Grain for the border towns"),
    ("SUBJECT: GRAIN,\n\nWATER; BAKU\n\nText.", "GRAIN, WATER; BAKU"),
    ("SUBJECT: VISIT OF PRESIDENT\n\nMESIC\n\nBELGRADE 12512\nClassified By: X", "VISIT OF PRESIDENT MESIC"),
    ("SUBJECT: ROE SEES\n\nU.S., EU GRAIN\n\nFOR SALE.\n\nREF: STATE 1", "ROE SEES U.S., EU GRAIN FOR SALE."),
    ("SUBJECT: GRAIN UPDATE, 28 AUGUST - 1 SEPTEMBER\n¶2006.\n", "GRAIN UPDATE, 28 AUGUST - 1 SEPTEMBER 2006."),
    # one line in capitals before the first paragraph, which is no heading
    ("SUBJECT: ROE ON THE GRAIN\n\nOF THIS YEAR, WITH COMMENT.\n\n1. (C) Text", "ROE ON THE GRAIN OF THIS YEAR, WITH COMMENT."),
    ("SUBJECT: Roe on the grain\n\nOF THIS YEAR\n\n1. (C) Text", "Roe on the grain"),
    # but not into what is something else
    ("SUBJECT: GRAIN FOR\n\nSUMMARY\n-------\n", "GRAIN FOR"),
    ("SUBJECT: GRAIN\n\nC O R R E C T E D C O P Y (ADDED TAGS)\n\nREF: X 1", "GRAIN"),
    ("SUBJECT: GRAIN PRICES\n INDEX:\n(1) Prices of today\n", "GRAIN PRICES"),
    ("SUBJECT: GRAIN PRICES\n(1) Prices of today\n", "GRAIN PRICES"),
]


SWALLOWED = [
    ("SUBJECT: GRAIN REF A. STATE 12 B. ROME 5", "GRAIN"),
    ("SUBJECT: GRAIN REFTEL STATE 12", "GRAIN"),
    ("SUBJ: GRAIN; CLASSIFICATION: SECRET", "GRAIN"),
    ("SUBJECT: SECRET TALKS ON GRAIN", "SECRET TALKS ON GRAIN"),
    ("SUBJECT: GRAIN\nSECRET SENSITIVE\nAND WATER", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN\nREFT: STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN\nEF: STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN / REF: STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN S E C R E T", "GRAIN"),
    ("SUBJECT: GRAIN SIPDIS NOFORN", "GRAIN"),
    ("SUBJECT: GRAIN\nREF/ STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN\nSTATE FOR EUR/NCE", "GRAIN"),
    ("SUBJECT: GRAIN\n\nDEPT PLEASE PASS TO USTR\n\nREF: STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN AND THE\nSTATE FOR A YEAR", "GRAIN AND THE STATE FOR A YEAR"),
    ("SUBJECT: THE SUBJECT: A PLAY", "THE SUBJECT: A PLAY"),
    ("SUBJECT: GRAIN //SECRET//", "GRAIN"),
    ("SUBJECT: GRAIN NO LONGER SECRET", "GRAIN NO LONGER SECRET"),
    ("SUBJECT: GRAIN\nUNCLAS SECTION 02 OF 03 BAKU 000012\nAND WATER", "GRAIN AND WATER"),
    ("SUBJECT: - GRAIN\n\nACTION REQUEST: SEE PARA 2.\n\nREF: STATE 12", "GRAIN"),
    ("SUBJECT: GRAIN\nCLASSIFIED: A HISTORY", "GRAIN CLASSIFIED: A HISTORY"),
    ("SUBJECT: GRAIN\nREEF: A CORAL", "GRAIN REEF: A CORAL"),
    ("SUBJECT: NEW CLASSIFICATION: GRAIN", "NEW CLASSIFICATION: GRAIN"),
    ("SUBJECT: SAUDIS ON IRAN REF UPCOMING MEETING", "SAUDIS ON IRAN REF UPCOMING MEETING"),
    ("SUBJECT: REQUEST REF PARAGRAPH 3", "REQUEST REF PARAGRAPH 3"),
    ("SUBJECT: GRAIN\n C O N F I D E N T I A L\nAND WATER", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN CONFIDENTIAL SIPDIS", "GRAIN"),
    ("SUBJECT: GRAIN SIPDIS", "GRAIN"),
    ("SUBJECT: GRAIN UNCLASSIFIED//FOR OFFICIAL USE ONLY", "GRAIN"),
    ("SUBJECT\nGRAIN AND WATER", "GRAIN AND WATER"),
]


@pytest.mark.parametrize(("text", "subject"), SWALLOWED)
def test_what_runs_into_the_subject_is_none_of_it(text, subject):
    assert parse_subject(text) == subject
    assert parse_subject(f"TAGS: PREL\n{text}\n\nClassified By: X") == subject


@pytest.mark.parametrize(("text", "subject"), GOES_ON)
def test_over_blank_lines(text, subject):
    assert parse_subject(text) == subject


CUT = [
    ("SUBJECT: GRAIN AND WAT...\nC O N F I D E N T I A L BAKU 000123 SIPDIS\n", "GRAIN AND WAT..."),
    ("SUBJECT: GRAIN AND WAT...S E C R E T BAKU 000123 SIPDIS STATE FOR EUR", "GRAIN AND WAT..."),
    ("SUBJECT: GRAIN AND WAT...\nUNCLAS SECTION 01 OF 02 BAKU 000123\n", "GRAIN AND WAT..."),
    ("SUBJECT: GRAIN AND WAT...\n\n1113\nSUBJECT: GRAIN AND WATER\n", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN AND\n...\n\n1113\nSUBJECT: GRAIN AND WATER\n", "GRAIN AND WATER"),
    ("SUBJECT: ...\nSUBJECT: GRAIN AND WATER\n", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN AND\nWATER \n ...\n\nUNCLAS BAKU 000123 SIPDIS\n", "GRAIN AND WATER"),  # cut in the blank line behind it
    ("SUBJECT: GRAIN AND\n...\n\nUNCLAS BAKU 000123 SIPDIS\n", "GRAIN AND ..."),
    ("SUBJECT: GRAIN AND\nSUBJECT: Grain and water\n", "Grain and water"),
    ("SUBJECT: GRAIN AND WAT...\nSUBJECT: FISH\n", "GRAIN AND WAT..."),
    ("SUBJECT: GRAIN\nSUBJECT: FISH\n", "GRAIN"),
]


@pytest.mark.parametrize(("text", "subject"), CUT)
def test_of_a_cut_head_and_a_whole_one_the_whole_counts(text, subject):
    assert parse_subject(text) == subject


LABELS = ["UBJECT:", "SBJECT:", "SUBEJCT:", "SUBJJECT:", "SUBJECT::", "SUBJECT;", "SUJ:", "UBJ:", "SUBJECTS:", "SUBJ.:", "SIBJECT:", "SUBJECT=", "SUBJECT>", "SUBJECT,", "S UBJECT:", "SUB JECT:"]


@pytest.mark.parametrize("label", LABELS)
def test_damaged_labels(label):
    assert parse_subject(f"TAGS: PREL\n{label} GRAIN\n\nREF: STATE 1") == "GRAIN"


UNLABELLED = [
    ("TAGS: PREL HR\nGRAIN AND WATER\nREF: STATE 1", "GRAIN AND WATER"),
    ("TAGS: PREL HR\n\nXXXXXXXXXXXX: GRAIN\nAND WATER\n\nClassified By: X", "XXXXXXXXXXXX: GRAIN AND WATER"),
    ("TAGS: PREL HR\nREF: STATE 1", None),
    ("TAGS: PREL HR\nThe ministry told us of it.\nREF: STATE 1", None),
    ("TAGS: PREL HR\nGRAIN AND WATER\n\n1. (C) Text", None),
    ("SUBJECT: FISH\nTAGS: PREL HR\nGRAIN AND WATER\nREF: STATE 1", "FISH"),
]


@pytest.mark.parametrize(("text", "subject"), UNLABELLED)
def test_a_line_in_the_place_of_the_subject_counts_with_a_warning(text, subject):
    head = parse_head(text)
    assert head.subject == subject
    assert [warning.code for warning in head.warnings if warning.field == "subject"] == (
        ["subject-unlabelled"] if subject and "SUBJECT" not in text else []
    )


@pytest.mark.parametrize(("text", "subject"), ENDS)
def test_ends(text, subject):
    assert parse_subject(text) == subject


@pytest.mark.parametrize(
    ("printed", "subject"),
    [
        ("(S) GRAIN", "GRAIN"), ("(C/NF) GRAIN", "GRAIN"), ("(S//NF) GRAIN (S//NF)", "GRAIN"), ("GRAIN  (C)", "GRAIN"), ("(SBU) GRAIN", "GRAIN"),
        ("( C ) GRAIN", "GRAIN"), ("{C} GRAIN", "GRAIN"), ("(C): GRAIN -- (C).", "GRAIN"), ("GRAIN [C]", "GRAIN"), ("GRAIN [FAO]", "GRAIN [FAO]"), ("(C) (NF) GRAIN (NOFORN)", "GRAIN"),
        ("GRAIN (S/REL USA, GBR)", "GRAIN"), ("(U//FOUO) GRAIN", "GRAIN"), ("GRAIN (FSLN)", "GRAIN (FSLN)"), ("GRAIN (PART 1 OF 2)", "GRAIN (PART 1 OF 2)"),
        ("(Corrected) GRAIN", "(Corrected) GRAIN"), ("GRAIN (C-AL9-01234)", "GRAIN (C-AL9-01234)"), ("", ""),
    ],
)  # fmt: skip
def test_portion_marks_around_it(printed, subject):
    assert strip_marks(printed) == subject
    assert parse_subject(f"SUBJECT: {printed}\n\nREF: STATE 1") == (subject or None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TAGS: PREL\nREF: STATE 1",
        "S E C R E T BAKU 000012\nCORRECTED COPY (SUBJECT LINE)\nTAGS: PREL",
        "REF: A. HOTR X (SUBJ: IIR 6 832 0617 08)",
    ],
)
def test_no_subject(text):
    assert parse_subject(text) is None
