"""SUBJECT: where it ends, and what does not belong to it."""

import pytest

from reftel.indexer.telegram.subject import parse_subject, strip_marks

ENDS = [
    ("SUBJECT: GRAIN AND WATER\n\nREF: STATE 1", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN\nAND  WATER \nREF: STATE 1", "GRAIN AND WATER"),
    ("SUBJECT:\nGRAIN\nAND WATER\n\nREF: STATE 1", "GRAIN AND WATER"),
    ("Subject: grain and\nwater\n\nRef: state 1", "grain and water"),
    ("SUBJ: GRAIN\n", "GRAIN"),
    ("SUBJECT - GRAIN\n", "GRAIN"),
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
    ("SUBJECT: GRAIN\n(U) This message is for all.", "GRAIN (U) This message is for all."),
    ("SUBJECT: GRAIN\n\n(U) This message is for all.", "GRAIN"),
    # headings and rules
    ("SUBJECT: GRAIN\nSUMMARY\n-------\n", "GRAIN"),
    ("SUBJECT: GRAIN\nAND WATER\n-------\nSummary\n-------\n", "GRAIN AND WATER"),
    ("SUBJECT: GRAIN\nTHE HARVEST\n-----------\n1. (C) Text", "GRAIN"),
    ("SUBJECT: GRAIN\n- - - -\nSummary\n- - - -", "GRAIN"),
    ("SUBJECT: GRAIN Summary -------", "GRAIN"),
    ("SUBJECT: GRAIN -- AND WATER\n-- AND FISH\n\nREF: X 1", "GRAIN -- AND WATER -- AND FISH"),
    ("SUBJECT: GRAIN\n\nTHE HARVEST\n\n1. (C) Text", "GRAIN"),
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


@pytest.mark.parametrize(("text", "subject"), ENDS)
def test_ends(text, subject):
    assert parse_subject(text) == subject


@pytest.mark.parametrize(
    ("printed", "subject"),
    [
        ("(S) GRAIN", "GRAIN"), ("(C/NF) GRAIN", "GRAIN"), ("(S//NF) GRAIN (S//NF)", "GRAIN"), ("GRAIN  (C)", "GRAIN"), ("(SBU) GRAIN", "GRAIN"),
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
