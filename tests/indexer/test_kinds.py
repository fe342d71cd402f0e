"""Kinds of misreading that real pages showed, as rows: what stands in the telegram below in place of one of its parts, and the right value."""

from __future__ import annotations

import pytest

import reftel
from reftel.record import record_of

HEADER = """\
VZCZCXYZ0001
PP RUEHC
DE RUEHLZ #0123 0441016
ZNY CCCCC ZZH
P 131016Z FEB 08
FM AMEMBASSY ZAGREB
TO RUEHC/SECSTATE WASHDC PRIORITY 0001
INFO RUEHBW/AMEMBASSY BELGRADE 0002

"""
CAPTION = "C O N F I D E N T I A L ZAGREB 000123"
BY = "Classified By: DCM Ruth Aldane for reasons 1.4 (b) and (d)."
LAST = "2. (C) They will be continued in March.\n"
BODY = f"1. (C) Summary: The talks went on. End summary.\n\n{LAST}ALDANE\n"
TELEGRAM = f"""\
{HEADER}{CAPTION}

SIPDIS

E.O. 12958: DECL: 02/13/2018
TAGS: PREL, PGOV, HR
SUBJECT: TALKS ON THE BORDER

{BY}

{BODY}"""


def told(text: str, field: str) -> object:
    """A field of the record of a telegram, in a short form."""
    cable = reftel.normalize_text(text, id="08ZAGREB123")
    paragraphs = cable.paragraphs
    forms: dict[str, object] = {
        "headings": [(each.number, each.heading) for each in paragraphs],
        "marks": [(each.number, each.mark) for each in paragraphs],
        "numbers": [each.number for each in paragraphs],
        "texts": [" ".join(each.text.split()) for each in paragraphs],
        "last": " ".join(paragraphs[-1].text.split()) if paragraphs else None,
        "name": cable.classified_by and cable.classified_by.name,
        "refs": [(ref.label, ref.id) for ref in cable.refs],
        "head": cable.body[: cable.head_end].strip(),
    }
    return forms[field] if field in forms else getattr(cable, field)


def with_body(body: str) -> str:
    return TELEGRAM.replace(BODY, body)


def with_tail(tail: str) -> str:
    """The telegram with something else behind its last paragraph."""
    return TELEGRAM.replace("ALDANE\n", tail)


def whole(text: str) -> str:
    return HEADER + text


# -- signers: what stands behind the name -------------------------------------------------------------------------------------------------

BEHIND = [
    "ALDANE\n",
    "ALDANE\n\n\nNNNN\n\n      2004ZAGREB01540 - UNCLASSIFIED\n",
    'ALDANE\n \n                          SECRET\n \n>\n 2002ZAGREB01748 - Classification: SECRET "\n',
    "ALDANE\n\nNOTE: NOT PASSED TO ABOVE ADDRESSEE(S)\n\n                       CONFIDENTIAL\n",
    "ALDANE 0 03/12/2008 4549 PREL,PGOV,HR TALKS ON THE BORDER\n",
    "ALDANE\n0 03/12/2008\n",
    'ALDANE 0 03/12/2008\n \n \n"\n',
    "ALDANE\n\nTALKS ON THE BO...\n",
    "ALDANE\nHE BORDER...\n",
    "ALDANE\n \n...\n",
    "For more reporting from Embassy Zagreb and information about Croatia,\nplease see our Intelink site:\n\nhttp://www.intelink.sgov.gov/wiki/portal:cro atia\nALDANE\n",
    "Please visit us at http://www.state.sgov.gov/p/eur/zagreb\nALDANE\n",
    "ALDANE ...\n",
    "Aldane...\n",
    "Aldane\n   ...",
    "ALDANE \\\n",
    "ALDANE \\v\n",
    "ALDANE\n/\n/\n/\n",
    'ALDANE\n",\n',
    "ALDANE\n\n\n1\nSENSITIVE BUT UNCLASSIFIED\n",
    "ALDANE\n\nVZCZCXRO2010\nOO RUEHAG RUEHBC\nDE RUEHLZ #0123/01 0441016\nFM AMEMBASSY ZAGREB\nTO RUEHC/SECSTATE WASHDC IMMEDIATE 3125\n",
    "ALDANE\n\n=======CABLE ENDS=======\n",
    "ALDANE\nAldane\n",
    "ALDANE\nEND OF MESSAGE\n",
    "ALDANE\n====\nCABLE ENDS\n",
    "ALDANE\nXXXXXXXXXXXX\n",
    "ALDANE ALDANE\n",
    "CDA ALDANE\n",
    "Visit Zagreb's Classified Website: XXXXXXXXXXXXALDANE\n",
    "Visit Zagreb's Classified Website: XXXXXXXXXXXX\nAldane.\n",
    "Visit Zagreb's Classified Website: XXXXXXXXXXXX Kingdom Aldane\n",
    "\n\n\nAldane\n",
]  # fmt: skip


@pytest.mark.parametrize("tail", BEHIND)
def test_the_signer_is_found_before_what_copying_left(tail: str) -> None:
    text = with_tail(tail)
    assert told(text, "signers") == ("ALDANE",)
    assert told(text, "last") == "They will be continued in March."
    assert told(text, "flags") in ((), ("redacted",))


SIGNED = [
    ("2. (C) They will be continued in March. #ALDANE\n", ("ALDANE",)),
    ("2. (C) A reply is due by August 16.ALDANE\n", ("ALDANE",)),
    ("2. (C) We will follow up with the MFA\nALDANE\n", ("ALDANE",)),
    ("2. (C) They met with XXXXXXXXXXXX\nALDANE\n", ("ALDANE",)),
    ("2. (C) They met Jane Roe, Coordinator ROSS\n", ("ROSS",)),
    ("2. (C) They went on.\nVAN AALST\nvan Aalst\n", ("VAN AALST",)),
    ("2. (C) They went on. VAN AALST\n", ("VAN AALST",)),
    ("2. (U) All must take courses as part of their orientation. MARETH ALDANE\n", ("ALDANE",)),
    ("2. (U) Those present: Ruth Roe, Office of Trade, EEB ALDANE\n", ("ALDANE",)),
    ("2. (U) Education: Ruritanian War College Aldane\n", ("ALDANE",)),
    ("2. (U) It was so. End comment.\nMARETH ALDANE\n", ("MARETH ALDANE",)),
    ("2. (C) They went on. END COMMENT\nAND GUIDANCE REQUES\n", ()),
    ("2. (C) They joined the talks of the IAEA\n", ()),
    ("2. (C) They met the minister and the\n...\n", ()),
    ("2. (C) They went on to Osijek. While\n", ()),
    ("2. (C) They went on to Osijek. Ac\n", ()),
    ("2. (C) They went on to Osijek. LU\n", ("LU",)),
]


@pytest.mark.parametrize(("last", "signers"), SIGNED)
def test_who_signed(last: str, signers: tuple[str, ...]) -> None:
    assert told(with_body(f"1. (C) The talks went on.\n\n{last}"), "signers") == signers


# -- truncated ----------------------------------------------------------------------------------------------------------------------------

FLAGS = [
    (with_tail("\n* Missing Section 002 *\n***********************\n"), ("truncated",)),
    (with_body("1. (C) The talks went on.\n\n2. (C) We will foll"), ("truncated",)),
    (with_body("1. (C) The talks went on.\n\n2. (C) We will ...\n"), ("truncated",)),
    (with_body("1. (C) The talks went on.\n\n2. (C) We will go.\n"), ()),
    (with_body("1. (C) The talks went on.\n\n2. (C) We will follow up with the MFA\nALDANE\n"), ()),
    (TELEGRAM[: TELEGRAM.index("Ruth")].rstrip() + "...", ("truncated",)),
]


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_truncated_is_what_breaks_off(text: str, flags: tuple[str, ...]) -> None:
    assert told(text, "flags") == flags


# -- the escapes of a dump ----------------------------------------------------------------------------------------------------------------

ESCAPED = whole(
    TELEGRAM[len(HEADER) :]
    .replace("THE BORDER\n", "THE BORDER AND\nTHE RIVER\n")
    .replace(LAST, f"Outlook\n-------\n\n{LAST}")
    .replace("\n", " \\\n")
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "TALKS ON THE BORDER AND THE RIVER"),
        ("signers", ("ALDANE",)),
        ("name", "Ruth Aldane"),
        ("headings", [(1, None), (2, "Outlook")]),
        ("texts", ["Summary: The talks went on. End summary.", "They will be continued in March."]),
        ("summary", "The talks went on."),
        ("declassify_raw", "02/13/2018"),
        ("flags", ()),
    ],
)
def test_line_ends_escaped_by_a_dump(field: str, value: object) -> None:
    assert told(ESCAPED, field) == value


# -- the head twice -----------------------------------------------------------------------------------------------------------------------

CUT = TELEGRAM[len(HEADER) :].partition("Classified")[0].replace("THE BORDER\n", "THE BOR...\n")
CUT = CUT[: CUT.index("...") + 3]
ROWS = {
    "labels": "\n\nid: 99999\ndate: 2/13/2008 10:16\nrefid: 08ZAGREB123\norigin: Embassy Zagreb\n\n----------------- header ends ----------------\n\n",
    "commas": '\n\n\n\n33343,2/13/2008 10:16,08ZAGREB123,"Embassy\nZagreb",CONFIDENTIAL,05THEHAGUE393,"FM AMEMBASSY ZAGREB\n","',
    "cells": "\n\n\n246466\n\n2008-02-13\n\n08ZAGREB123\n\nEmbassy Zagreb\n\nCONFIDENTIAL\n\n",
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "TALKS ON THE BORDER"),
        ("name", "Ruth Aldane"),
        ("tags", ("PREL", "PGOV", "HR")),
        ("caveats", ("SIPDIS",)),
        ("sections", 1),
        ("marks", [(1, "C"), (2, "C")]),
        ("signers", ("ALDANE",)),
        ("flags", ()),
        ("warnings", ()),
    ],
)
def test_of_a_head_that_stands_twice_the_complete_one_counts(row: str, field: str, value: object) -> None:
    text = whole(CUT + ROWS[row] + TELEGRAM[len(HEADER) :])
    assert told(text, field) == value
    assert told(text.replace("BOR...", "BORDER\n\nClassified By: Ambass..."), field) == value
    assert told(text.replace("BOR...", "BORDER\n\n1. (C) Summary: The ta..."), field) == value


AGAIN = "\n\nC O N F I D E N T I A L ZAGREB 000123 SIPDIS E.O. 12958: DECL: 02/13/2018 TAGS: PREL PGOV HR\n"


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        ("SUBJECT: TALKS ON THE BOR...", "subject", "TALKS ON THE BOR..."),
        ("SUBJECT: TALKS\n\nClassif...", "flags", ("truncated",)),
        ("SUBJECT: TALKS\n\nClassif...", "signers", ()),
        ("SUBJECT: TALKS\n\nClassified By: Ambass...", "name", None),
        ("SUBJECT: TALKS\n\nClassified By: DCM Ruth Aldane for rea...", "name", "Ruth Aldane"),
        ("SUBJECT: TALKS\n\nREF: A. BELGRADE 77\n     B. BELG...", "refs", [("A", "08BELGRADE77")]),
        ("SUBJECT: TALKS\n\nRURITANIA REPORTS MOVEMENTS\n-------...", "signers", ()),
        ("SUBJECT: TALKS\n\nZAGREB 00000123  001.2 OF 0...", "flags", ("truncated",)),
        ("SUBJECT: TALKS\n\n1. (C) On...", "marks", [(1, "C")]),
        ("SUBJECT: TALKS\n\n1. (C) On...", "texts", ["On..."]),
        ("SUBJECT: TALKS\n\n1. (C) On...", "flags", ("truncated",)),
    ],
)
def test_a_cut_beginning_with_its_head_again(front: str, field: str, value: object) -> None:
    before = TELEGRAM.partition("SUBJECT:")[0]
    assert told(before + front + AGAIN, field) == value


def test_a_text_that_stands_on_the_subject_line() -> None:
    line = "SUBJECT: A 55th VICTIM Sensitive but Unclassified. (SBU) On May 8, 2009, Croatia's Ministry of Health and Population (MHP) told us so. Aldane\n"
    text = TELEGRAM.partition("SUBJECT:")[0] + line
    assert (told(text, "marks"), told(text, "signers"), told(text, "flags")) == ([(None, "SBU")], ("ALDANE",), ())
    assert str(told(text, "last")).startswith("On May 8")


def test_a_text_behind_the_repeated_head_is_the_text() -> None:
    text = TELEGRAM.partition("SUBJECT:")[0] + "SUBJECT: TALKS\n\nClassif..." + AGAIN + BODY
    assert (told(text, "subject"), told(text, "marks"), told(text, "flags")) == ("TALKS", [(1, "C"), (2, "C")], ())


# -- messages without numbers -------------------------------------------------------------------------------------------------------------

TEXT = "Poloff delivered the points on February 12. The ministry will reply next week."
UNNUMBERED = [
    (f"REF: STATE 93894\n\n\n(C) {TEXT}\nALDANE\n", "C"),
    (f"REF: STATE 93894 (U) {TEXT} Aldane\n", "U"),
    (f"REF: STATE 93894 {TEXT} ALDANE\n", None),
    (f"REF: A) STATE 138248, B) ROE-DOE E-MAIL 11/21/2007 {TEXT} ALDANE\n", None),
    (f"REF: A) STATE 138248, B) ROE-DOE E-MAIL 11/21/2007\n\n{TEXT}\n\nALDANE\n", None),
    (f"REF: (A) STATE 1\n     (B) SAN JOSE 2 (NOTAL)\n{TEXT}\nALDANE\n", None),
    (f"{BY} (C) {TEXT}\n\nALDANE\n", "C"),
    (f"{BY}  {TEXT}  ALDANE\n", None),
    (f"{BY}\n\n(C) {TEXT} In reftel\nreftel B, the same was said.\n\nALDANE\n", "C"),
    (f"(SBU) {TEXT}\n\nALDANE\n", "SBU"),
    (f"Classified By: DCM Ruth Aldane for reasons 1.4 (b),\n(d) and\n(e).\n\n{TEXT}\n\nALDANE\n", None),
    (f"REF: (A) STATE 1 (B) SAN JOSE 2 (SBU) {TEXT} ALDANE\n", "SBU"),
]


@pytest.mark.parametrize(("body", "mark"), UNNUMBERED)
def test_a_message_without_numbers_is_a_paragraph(body: str, mark: str | None) -> None:
    text = with_body(body)
    assert told(text, "marks") == [(None, mark)]
    assert str(told(text, "last")).startswith(TEXT)
    assert told(text, "signers") == ("ALDANE",)
    assert told(text, "flags") == ()


# -- numbers that are none, numbers that are lost -----------------------------------------------------------------------------------------

LONG = "The talks on the border went on. " * 8
NUMBERS = [
    ("REF: SECSTATE 165115 1. Post grants country clearance to Ivan H. Roe. They sent e-mail.\n\n\n2. Bring passports.\n\n3. End.\nALDANE\n", [1, 2, 3]),
    ("REF: (A) STATE 158, (B) STATE 159, (C) SOFIA 160\n\n1. (C) One.\n\n2. (C) Two.\nALDANE\n", [1, 2]),
    ("REF: 1. STATE 12\n     2. SOFIA 13\n\n1. One.\n\n2. Two.\nALDANE\n", [1, 2]),
    ("Summary -------- 1.  One thing. End summary.\n\n2.  Two. Talks --------------- 3.  Three.\n\n4.  Four.\nALDANE\n", [1, 2, 3, 4]),
    ("1. One thing.\n\n2. Two things. 3. In addition, three. 4. Four.\n\n5. Five.\nALDANE\n", [1, 2, 3, 4, 5]),
    ("1. One. Please see paragraph\n\n3.\n\n2. Two under Law No.\n\n5. It is in force.\n\n3. Three.\nALDANE\n", [1, 2, 3]),
    ("1. One, on July 1-\n2. They went.\n\n2. Two.\n\n3. Three.\nALDANE\n", [1, 2, 3]),
    ("1. One. Meetings: No.\n\n2. Two.\nALDANE\n", [1, 2]),
    ("1. One.\n\n2. Two.\n\n3. Three.\n\n4. Four.  5. Comment: Five.\nALDANE\n", [1, 2, 3, 4, 5]),
    ("1. One.\n\n2. Two steps, and the third. 3. It is the last.\nALDANE\n", [1, 2]),
    ("36. A.\n\n37. B.\n\n38. C.\n\n37. D.\n\n38. E.\n\n39. F.\nALDANE\n", [36, 37, 38, 37, 38, 39]),
    ("1. (C) One.\n\n2. (C) Two steps: 3. Three.\n\n3. (C) Three.\nALDANE\n", [1, 2, 3]),
    ("1. One.\n\n2. Two.\n\n3  Three is more.\n\n4. Four.\nALDANE\n", [1, 2, 3, 4]),
    ("1. One.\n\n2. Two.\n\n4  Four of them.\n\n3. Three.\n\n4. Four.\nALDANE\n", [1, 2, 3, 4]),
    ("1. (C) One.\n\n2. (C) Those named: IND\n\n1.MARIC Ivo, of Split. IND\n\n2.HORVAT Ana. End text.\n\n3. (C) Three.\nALDANE\n", [1, 2, 3]),
    ("1. (C) One.\n\n2. (C) The letter:\n\n1. I am glad.\n\n2. So is he.\n\n3. (C) Three.\nALDANE\n", [1, 2, 1, 2, 3]),
    ("9. (C) Nine.\n\n10. (C) 8. (C) Ten.\n\n11. (C) Eleven.\nALDANE\n", [9, 10, 11]),
    ("9. (C) Nine.\n\n10. (C)\n1. (C) A list.\n\n2. (C) More.\n\n11. (C) Eleven.\nALDANE\n", [9, 10, 1, 2, 11]),
    (f"1) {LONG}\n\n2) {LONG}\n\n3) {LONG}\nALDANE\n", [1, 2, 3]),
    ("They sold what the coast had this year, which was\n\n1) grain\n\n2) wine\n\n3) oil.\nALDANE\n", [None] * 4),
    ("1. One.\n\n2. Two and\n3 Men more.\n\n4. Four.\nALDANE\n", [1, 2, 4]),
    ("1. (C) One.\n\n2. (C) Two.\n\n3 Men in a boat.\n\n4. (C) Four.\nALDANE\n", [1, 2, 4]),
]


@pytest.mark.parametrize(("body", "numbers"), NUMBERS)
def test_numbers_of_paragraphs(body: str, numbers: list[int]) -> None:
    assert told(with_body(body), "numbers") == numbers


# -- portion marks ------------------------------------------------------------------------------------------------------------------------

MARKS = [
    ("1.  Summary: (SBU) The talks went on. End Summary \n\n2. (C) More.\n", [(1, "SBU"), (2, "C")], "Summary: The talks went on. End Summary"),
    ("1. SUMMARY (U) The talks went on.\n\n2. (C) More.\n", [(1, "U"), (2, "C")], "SUMMARY The talks went on."),
    ("1.KEY POINTS -- (C) The talks went on.\n\n2. (C) More.\n", [(1, "C"), (2, "C")], "KEY POINTS -- The talks went on."),
    ("1. What Comes Next? (C) The talks went on.\n\n2. (C) More.\n", [(1, "C"), (2, "C")], "What Comes Next? The talks went on."),
    ("1. KEY POINTS\n\n-- (S/NF) The talks went on.\n\n2. (C) More.\n", [(1, "S/NF"), (2, "C")], "KEY POINTS -- The talks went on."),
    ("1. Introduction and Comment: (C) The talks.\n\n2. (C) More.\n", [(1, "C"), (2, "C")], "Introduction and Comment: The talks."),
    ("1.       (SBU)  The talks went on.\n\n2.      (C)   More.\n", [(1, "SBU"), (2, "C")], "The talks went on."),
    ("1. (C The talks went on.\n\n2. (C) More.\n", [(1, "C"), (2, "C")], "The talks went on."),
    ("1. SUMMARY AND COMMENT (C): The talks.\n\n2. (C) More.\n", [(1, "C"), (2, "C")], "SUMMARY AND COMMENT : The talks."),
    ("(C) 1. The talks went on.\n\n(C) 2. More.\n", [(1, "C"), (2, "C")], "The talks went on."),
    ("1. The talks (C) went on.\n\n2. (C) More.\n", [(1, None), (2, "C")], "The talks (C) went on."),
    ("1. Summary: (U.S.) talks went on.\n\n2. (C) More.\n", [(1, None), (2, "C")], "Summary: (U.S.) talks went on."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "marks", "first"), MARKS)
def test_marks_of_paragraphs(body: str, marks: list[tuple[int, str | None]], first: str) -> None:
    text = with_body(body + "ALDANE\n")
    assert told(text, "marks") == marks
    assert reftel.normalize_text(text).paragraphs[0].text.split() == first.split()


@pytest.mark.parametrize("opening", ["Summary: (SBU) ", "SUMMARY (SBU) ", "      (SBU)  Summary.  ", "(SBU) Summary: "])
def test_a_summary_does_not_begin_with_its_mark(opening: str) -> None:
    text = with_body(f"1.  {opening}The talks went on. End Summary.\n\n2. (C) More.\nALDANE\n")
    assert told(text, "summary") == "The talks went on."


# -- words of the text that transmission put in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The Secretary told Minister SIPDIS Maric so.", "The Secretary told Minister Maric so."),
        ("He met the Secretary for the\nSIPDIS opportunity to talk.", "He met the Secretary for the opportunity to talk."),
        ("The secretariat,\n\nSIPDIS\nhe said, will stay.", "The secretariat, he said, will stay."),
        ("Please use SIPDIS caption on all replies to the Secretary.", None),
        ("Please slug replies for the Secretary SIPDIS.", None),
        ("Please include SIPDIS in all replies.", None),
        ("Send it by SIPDIS channel.", None),
    ],
)
def test_injected_sipdis(text: str, read: str | None) -> None:
    assert told(with_body(f"1. (C) {text}\n\n2. (C) End.\nALDANE\n"), "texts") == [read or text, "End."]


# -- headings -----------------------------------------------------------------------------------------------------------------------------

LONG_RULE = "--------------------------------------------- ---------"
HEADINGS = [
    ("", None),
    (f"MFA: Slow Progress Will Complicate Resolving Obstacles; TSA {LONG_RULE}\n", "MFA: Slow Progress Will Complicate Resolving Obstacles; TSA"),
    (
        "Premature Tightening of Monetary Policy Will Damage a Fragile Recovery ------------------------- ------------------\n",
        "Premature Tightening of Monetary Policy Will Damage a Fragile Recovery",
    ),
    ('Sanctions: "We Can Resist Indefinitely." -----------------\n', 'Sanctions: "We Can Resist Indefinitely."'),
    ("What Comes Next? -----------------\n", "What Comes Next?"),
    ("A Border Is a Border; a River Is a River. -----------------\n", "A Border Is a Border; a River Is a River."),
    ("The Committee (CHS), Resolutions of the Assembly --------------------------------------------- -\n", "The Committee (CHS), Resolutions of the Assembly"),
    ("XXXXXXXXXXXX's Think Tank: Small ------------\n", "XXXXXXXXXXXX's Think Tank: Small"),
    ("--------------\n\nZAGREB 00000123  002 OF 002\n\nMEDIA COVERAGE\n--------------\n", "MEDIA COVERAGE"),
    ("Premature Tightening of Monetary\nPolicy Will Damage a Recovery\n-----------------------------\n", "Premature Tightening of Monetary Policy Will Damage a Recovery"),
    ("Next Steps\n", "Next Steps"),
    ("Ana Maric\nDOB: 01/02/1970\nID: 1-111-111\n\nIvo Horvat\nDOB: 03/04/1971\nID: 2-222-222\n", None),
    ("Participants:\n\nU.S.\nRuth Roe, Desk Officer\nJohn Doe\n\nCroatia\nSecretary Ivo Maric\nAna Horvat, Counselor\n", None),
    ("Those held:\nIvo Maric, ISN 1 (Ruritanian)\nAna Horvat, ISN 2 (Ruritanian)\n", None),
    ("Priorities:\n\nD. Health\n1) Diseases\n\nE. Telecommunications (INFR-4)\n", None),
    ("Tel: 555-1234\n", None),
    ("Source - Reuters\n", None),
    ("Original source - The Zagreb Daily\n", None),
    ("[Reuters, 4/6/2009]\n", None),
    ("------------------ Protected Areas\n\nZAGREB 00000123  002 OF 002\n\n------------------\n", "Protected Areas"),
    ("COMMANDER LIMITS DISMISSALS,\n\nJUSTICE FROZEN\n--------------\n", "COMMANDER LIMITS DISMISSALS, JUSTICE FROZEN"),
    ("How Zagreb Means to Meet the\n\nChallenge\n--------------------------------------\n", "How Zagreb Means to Meet the Challenge"),
    ("Mangos for Motorcycles - - -\n", "Mangos for Motorcycles"),
    ("Grain ---\n", "Grain"),
    ("----------\n\nThe Border\n----------\n", "The Border"),
    ("-----------------------------\n... But the River Stays Wide -----------------------------\n", "... But the River Stays Wide"),
    ("----------------- PARTY ALIGNMENTS ZAGREB\n\n00000123  002 OF 002\n\n-----------------\n", "PARTY ALIGNMENTS"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "heading"), HEADINGS)
def test_the_heading_of_a_paragraph(above: str, heading: str | None) -> None:
    text = with_body(f"1. (C) The talks went on in\nCroatia.\n\n{above}\n2. (C) More.\nALDANE\n")
    assert told(text, "headings") == [(1, None), (2, heading)]
    first = " ".join(reftel.normalize_text(text).paragraphs[0].text.split())
    kept = " ".join(above.split()) if heading is None else ""
    assert first == f"The talks went on in Croatia. {kept}".strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The bill passed, said the speaker. Source - Reuters", None),
        ("They talked of their seat on the\nBoard.)\nHuman Rights\n------------", "Human Rights"),
        ("It drew wide press\ncoverage. Our Priority Is Security\n---------------- -----", "Our Priority Is Security"),
        ("They went on. End note. Comment -------", "Comment"),
        ("They went on about grain. " * 10 + "Biotechnology \n", "Biotechnology"),
        ("They went on. Reuters", None),
        ("They went on. Recommendation", "Recommendation"),
        ("They went on. End note.) ... BUT KEEPS ROLE QUIET", "... BUT KEEPS ROLE QUIET"),
        ("They went on and on ... Next Steps", "Next Steps"),
        ("They went on. Rights - The Groundwork - A Committee of Ministers: An Enigma?",
         "Rights - The Groundwork - A Committee of Ministers: An Enigma?"),
        ("They went on. In all of these lists of the bank and of others it is still not ranked OPENNESS TO FOREIGN INVESTMENT", "OPENNESS TO FOREIGN INVESTMENT"),
        ("They went on with the GOC AND THE GOB", None),
        ("They talked of search and rescue -------- The University of Split", "The University of Split"),
    ("They talked of exports from Rijeka. ------------------------ The Candidate Offers a Critique-", "The Candidate Offers a Critique"),
    ("They went on.\n\nThe River Hinders Trade in the U.S.", "The River Hinders Trade in the U.S."),
    ("They went on. End summary. e-Trade: Talks with the Governor in Washington D.C.\n\n-------------------- ------", "e-Trade: Talks with the Governor in Washington D.C."),
    ("They went on. The ambassador met them in Washington D.C.\n\n-------------------- ------", None),
    ("They went on. END SUMMARY.Talks With the Governor", "Talks With the Governor"),
    ("They went on.\n\nAnd Contemplates Closer Ties.", "And Contemplates Closer Ties."),
    ("They went on.\n\nThe talks went on in Split.", None),
    ("They went on, because it was\n\n\"a danger to the democracies of the coast.\"", None),
    ("They went to see the Ministry of\n\nForeign Affairs and European Integration.", None),
    ("They talked of grain.  Angola  \n\nZAGREB 00000123  002 OF 002   ------  ", "Angola"),
        ("They talked of the dialog (ref. b). Washington Visit ----------------", "Washington Visit"),
        ('They called it a "river." BACK TO THE 90s? = = = = = = = =', "BACK TO THE 90s?"),
        ("They went to Bosnia and the\nU.S.\n\nNext Steps\n----------", "Next Steps"),
    ],
)
def test_a_heading_at_the_end_of_a_text(before: str, after: str | None) -> None:
    assert told(with_body(f"1. (U) {before}\n\n2. (U) More.\nALDANE\n"), "headings") == [(1, None), (2, after)]


_TEN = [(number, "U") for number in range(1, 11)]
_COUNTED = "".join(f"{number}. (U) The talks went on.\n\n" for number, _ in _TEN)


# -- what is not in the kinds above -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("1. (C - ENTIRE TEXT) The talks went on.\n\n2. End.\n", [(1, "C"), (2, None)]),
        ("1. (CONFIDENTIAL -- ENTIRE PARAGRAPH) The talks.\n\n2. (U) End.\n", [(1, "CONFIDENTIAL"), (2, "U")]),
        ("1. (C) One.\n\n2. (C) Two, a critique-3. (U) Three.\n\n4. (C) Four.\n", [(1, "C"), (2, "C"), (3, "U"), (4, "C")]),
        ("1. (C) They left on January\n\n6. He said the talks of Jan\n\n8. Went on.\n\n2. (C) Two.\n", [(1, "C"), (2, "C")]),
        ("(1) SUMMARY: The talks went on.\n\n(2) They will go on.\n\n(3) End.\n", [(1, None), (2, None), (3, None)]),
        ("The talks went on in real-time\n\nZAGREB 00000123  002 OF 002\n\n\ninformation was shared.\n\nThey end.\n", [(None, None)] * 2),
        ("Dear Madam Secretary,\n(SBU) The talks went on.\n\n(C) They end.\n", [(None, None), (None, "SBU"), (None, "C")]),
        ("They met Maric, Horvat,\n(S) and others.\n\nThey end.\n", [(None, None)] * 2),
        ("1. (C) Answers:\n\n(U) The Law:\n--------\n\n-- It holds.\n\n(S) Cases:\n------\n\n-- One.\n", [(1, "C"), (None, "U"), (None, "S")]),
        ("1. (C) One.\n\n(S/NF) KEY POINTS\n----------\n\n2. (C) Two.\n", [(1, "C"), (2, "C")]),
        ("1. (SE) Talks.\n\n2. (U) End.\n", [(1, "SE"), (2, "U")]),
        (_COUNTED + "11. (U) Prices are controlled. 1\n\n2. (SBU) Twelve.\n\n13. (U) End.\n", [*_TEN, (11, "U"), (12, "SBU"), (13, "U")]),
        (_COUNTED.replace("10. (U)", "1\n\n0. (U)") + "11. (C) End.\n", [*_TEN, (11, "C")]),
        ("1. (C) They held 1\n\n2. (C) Two, of 1 2. (C) kinds.\n", [(1, "C"), (2, "C")]),
        ("1. (C)\n\n1. (C) Talks.\n\n2. (U) End.\n", [(1, "C"), (2, "U")]),
        ("1. (C) Talks.\n\n2. (U) Visit Zagreb's Classified Website:\nhttp://www.state.sgov.gov/p/eur/zagreb\n", [(1, "C"), (2, "U")]),
    ],
)
def test_numbers_and_marks(body: str, marks: list[tuple[int | None, str | None]]) -> None:
    text = with_body(body + "ALDANE\n")
    assert told(text, "marks") == marks
    assert told(text, "signers") == ("ALDANE",)
    assert all(told(text, "texts"))  # type: ignore[arg-type]


CLOSING = [
    ("3. (C) Annex.\n\n-------\nOne Man\n-------\n\nHe was born.\n\n-------\nAnother\n-------\n\nSo was he.\n", [(3, None), (None, "One Man"), (None, "Another")]),
    ("3. (C) A table:\nPost  Staff\n----  -----\nOne   2\n", [(3, None)]),
    ("Defense perspective\n\nMinistry of defense\n\n3. (C) It is strong.\n", [(3, "Defense perspective Ministry of defense")]),
    ("Issues influencing exports of\ngrain\n\nRiver traffic\n\n3. (C) It is slow.\n", [(3, "Issues influencing exports of grain River traffic")]),
    ("3. (S/NF) Questions:\n\n1) (S/NF) What is it?\n\n2) (S/NF) Who are they?\n\n4. (U) End.\n", [(3, None), (4, None)]),
    ("3) (C) Three.\n\n4. (U) End.\n", [(3, None), (4, None)]),
]


@pytest.mark.parametrize(("body", "headings"), CLOSING)
def test_what_belongs_to_no_number_behind_the_last(body: str, headings: list[tuple[int | None, str | None]]) -> None:
    text = with_body(f"1. (C) One.\n\n2. (C) Two.\n\n{body}ALDANE\n")
    assert told(text, "headings") == [(1, None), (2, None), *headings]


def test_the_mark_of_a_text_at_the_end_of_the_ref_line() -> None:
    text = with_body(f"REF: A. SECSTATE 97170      B. ROE-DOE 09/22 EMAIL  (SBU/NF) \n\n{TEXT}\nALDANE\n")
    assert (told(text, "marks"), told(text, "texts")) == ([(None, "SBU/NF")], [TEXT])


SECTION = "C O N F I D E N T I A L SECTION 02 OF 02 ZAGREB 000123\nSIPDIS\n"
REPEATED = [
    "SUBJECT: TALKS ON THE BORDER\n",
    f"{SECTION}E.O. 12958: DECL: 02/13/2018 TAGS: {' '.join(['PREL PGOV PHUM KIRF HR'] * 4)}\n",
    f"{SECTION}DEPARTMENT FOR EUR/SCE, EUR/PPD AND DRL E.O. 12958: DECL: 02/13/2018 TAGS: PREL PGOV HR\n",
    f"{SECTION}C O R R E C T E D C O P Y (ADDED INFO ADDEES)\nDEPARTMENT FOR EUR/SCE\n",
    f"{SECTION}FROM EMBASSY ZAGREB/MESSAGE NO. 19/08\nE.O. 12958: DECL: 02/13/2018\n",
    f"{SECTION}\nState for EUR/SCE\nPASS TO USTR\n\nTAGS: PREL HR\nSUBJECT: TALKS ON THE BORDER\n\nREF: BELGRADE 77\n\n{BY}\n\n",
]


@pytest.mark.parametrize("head", REPEATED)
def test_the_head_of_a_later_section_is_no_text(head: str) -> None:
    text = with_body(f"1. (C) Further increases in the\n{head}grain were told.\n\n2. (C) More.\nALDANE\n")
    assert told(text, "texts") == ["Further increases in the grain were told.", "More."]


@pytest.mark.parametrize("text", ["Roads were closed and \nso was the border. ", "ROADS WERE CLOSED AND \nSO WAS THE BORDER. "])
def test_text_between_a_page_banner_and_the_next_section_stays(text: str) -> None:
    body = with_body(f"1. (C) They said: \n\nZAGREB 00000123  002 OF 003 \n \n \n{text}\n{SECTION}\nIt opened. \n\n2. (C) More.\nALDANE\n")
    assert told(body, "texts") == [f"They said: {' '.join(text.split())} It opened.", "More."]


@pytest.mark.parametrize("line", ["pass for Zagreb", "The bill was made for NATO", "plan for the border"])
def test_a_sentence_goes_on_behind_the_head_of_a_later_section(line: str) -> None:
    text = with_body(f"1. (C) They closed the\n{SECTION}\n{line} on Monday.\n\n2. (C) More.\nALDANE\n")
    assert told(text, "texts") == [f"They closed the {line} on Monday.", "More."]


def test_another_subject_is_text() -> None:
    text = with_body("1. (C) The paper said:\nSUBJECT: TALKS ON THE BORDERLINE\nof both.\n\n2. (C) More.\nALDANE\n")
    assert "SUBJECT: TALKS ON THE BORDERLINE" in str(told(text, "texts"))


def test_a_rule_at_the_end_of_a_text_is_no_word_of_it() -> None:
    text = with_body("1. (C) The talks went on. END SUMMARY -------------------- ---\n\nOUTLOOK\n-------\n\n2. (C) More.\nALDANE\n")
    assert told(text, "texts") == ["The talks went on. END SUMMARY", "More."]


def test_a_caption_behind_the_row_of_a_dump() -> None:
    row = "76571\t2006-08-29 17:54:00\t08ZAGREB123\tEmbassy Zagreb\tSECRET\t\tFM AMEMBASSY ZAGREB\nRUCNDT/USMISSION GENEVA 0095\t"
    cable = reftel.normalize_text(row + TELEGRAM[len(HEADER) :].replace(CAPTION, CAPTION.replace("L ZAG", "L SECTION 01 OF 03 ZAG")))
    assert (cable.sections, cable.caveats, cable.classification) == (3, ("SIPDIS",), "CONFIDENTIAL")


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        (TELEGRAM, "1. (C) Summary"),
        (with_body(f"-------\nSUMMARY\n-------\n\n{BODY}"), "-------\nSUMMARY"),
        (with_body(f"SUMMARY\n-------\n\n{BODY}").replace("TALKS ON", "SUMMARY OF TALKS ON"), "SUMMARY\n-------"),
        (whole(CUT + ROWS["labels"] + TELEGRAM[len(HEADER) :]), "1. (C) Summary"),
        (with_body(f"(SBU) {TEXT}\n\nALDANE\n"), "(SBU) Poloff"),
    ],
)
def test_where_the_head_ends(text: str, behind: str) -> None:
    """The record keeps the place, and search reads the head lines up to there, also where a heading repeats a word of the subject."""
    cable = reftel.normalize_text(text, id="08ZAGREB123")
    assert cable.body[cable.head_end :].startswith(behind)
    assert any("hr" in block for block in record_of(cable).words("head"))


# -- other values and other combinations of all kinds ------------------------------------------------------------------------------------

PARTS = {
    "tags": "TAGS: PREL, PGOV, HR",
    "subj": "SUBJECT: TALKS ON THE BORDER",
    "eo": "E.O. 12958: DECL: 02/13/2018",
    "cb": BY,
    "body": BODY,
    "cap": CAPTION,
}
OTHERS: list[tuple[str, str, str, object]] = [
    ('body', '1. (C) A sample:\n\n"1","2/13/2008 10:16","08ROME12","Embassy Rome","SECRET","","header","body"\n\n2. (C) More.\nALDANE\n', 'signers', ('ALDANE',)),
    ('subj', 'SUBJECT： TALKS ON THE BORDER', 'subject', 'TALKS ON THE BORDER'),
    ('cb', 'Classified By: DCM Ruth Aldane.1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'Classified By: DCM Ruth Aldane by authority of 1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'CLASSIFIED-BY: DCM Ruth Aldane 1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'Classified Bt: DCM Ruth Aldane 1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'LASSIFIED BY: DCM Ruth Aldane, reason 1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'CLASSIFIED: DCM Ruth Aldane, reason 1.4 (b)', 'name', 'Ruth Aldane'),
    ('cb', 'Class. By: DCM Ruth Aldane for res 1.4 (b)', 'name', 'Ruth Aldane'),
    ('subj', 'SUBJECT: TALKS ON THE BORDER; CLASSIFICATION: CONFIDENTIAL', 'subject', 'TALKS ON THE BORDER'),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\nUNCLASSIFIED\n\nNNNN\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\n\n\n\n"\n', 'signers', ('ALDANE',)),
    ('body', "1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\n'\n", 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nAldane \n>\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\nBT\n#0123\nNNNN\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\n\nEND OF CABLE\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE,\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nALDANE\n\x0c\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\n--ALDANE\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nDE LA VEGA\nde la Vega\n', 'signers', ('DE LA VEGA',)),
    ('body', "1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nO'MARA\n", 'signers', ("O'MARA",)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They will be continued in March.\nAldane-Roe\n', 'signers', ('ALDANE-ROE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) The next round begins at 10:30.ALDANE\n', 'signers', ('ALDANE',)),
    ('body', '1. (C) The talks went on.\n\n2. (C) They asked, "When?" ALDANE\n', 'signers', ('ALDANE',)),
    ('ref', 'REF: ZAGREB 4711 (NOTAL)', 'refs', [(None, '07ZAGREB4711')]),
    ('ref', 'REF: A. 06 ZAGREB 736', 'refs', [('A', '06ZAGREB736')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nWHO PAYS? ---------\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'WHO PAYS?')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n=======\nRIVERS\n=======\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'RIVERS')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n*******\nRivers\n*******\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Rivers')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nI. Rivers\n---------\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'I. Rivers')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n-- Rivers --\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Rivers')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n- - - -\nRivers\n- - - -\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Rivers')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nRivers (U)\n----------\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Rivers')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n________\nRivers\n________\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Rivers')]),
    ("subj", "SUBJECT: GRAIN, WINE AND\n\nOIL FOR THE COAST", "subject", "GRAIN, WINE AND OIL FOR THE COAST"),
    ("subj", "SUBJ: (C) TALKS ON THE BORDER", "subject", "TALKS ON THE BORDER"),
    ("subj", "SUBJET: TALKS ON THE BORDER", "subject", "TALKS ON THE BORDER"),
    ("subj", "SUBJECT; TALKS ON THE BORDER", "subject", "TALKS ON THE BORDER"),
    ("subj", "SUBJECT: TALKS ON THE BORDER (PART 1 OF 2)", "subject", "TALKS ON THE BORDER (PART 1 OF 2)"),
    ('subj', "SUBJECT: TALKS: MARIC'S VIEW", 'subject', "TALKS: MARIC'S VIEW"),
    ("subj", "SUBJECT: TALKS ON THE BORDER REF: BELGRADE 44", "subject", "TALKS ON THE BORDER"),
    ('subj', 'SUBJECT: TALKS ON THE BORDER REF: BELGRADE 44', 'refs', [(None, '08BELGRADE44')]),
    ("subj", "SUBJECT: TALKS ON THE BORDER \\\n", "subject", "TALKS ON THE BORDER"),
    ('tags', 'TAGS: OVIP (ROE, JANE), PREL', 'tags', ('OVIP', 'ROE, JANE', 'PREL')),
    ('tags', 'TAGS: PREL; PGOV; HR', 'tags', ('PREL', 'PGOV', 'HR')),
    ('tags', 'TAGS: PREL PGOV\nHR', 'tags', ('PREL', 'PGOV', 'HR')),
    ('tags', 'TAGS PREL, PGOV, HR,', 'tags', ('PREL', 'PGOV', 'HR')),
    ('tags', 'TAGS: PRELPGOV HR', 'tags', ('PREL', 'PGOV', 'HR')),
    ('tags', 'TAGS: PREL, MEDIA REACTION REPORT, HR', 'tags', ('PREL', 'MEDIA REACTION REPORT', 'HR')),
    ('tags', 'TAGS: ECON CONSULAR AFFAIRS', 'tags', ('ECON', 'CONSULAR AFFAIRS')),
    ('tags', 'TAG: ECON/EFIN/HR', 'tags', ('ECON', 'EFIN', 'HR')),
    ('tags', 'TGAS: ECON, EFIN, HR', 'tags', ('ECON', 'EFIN', 'HR')),
    ("cb", "Classified By: Ambassador Ana M. Roe-Doe, Reasons 1.4(b), (d).", "name", "Ana M. Roe-Doe"),
    ("cb", "CLASSIFIED BY: Roe, Ana, Consul General; REASON: 1.4(D)", "name", "Roe, Ana"),
    ("cb", "Classified By: P/E Chief Jon Doe Jr. for reasons 1.4 (b/d)", "name", "Jon Doe Jr."),
    ('cb', "Classified By: Charge d'Affaires, a.i., Jon Doe. Reasons: 1.4 (b) and (d)", 'name', 'Jon Doe'),
    ("cb", "Classified By: Jon Doe, DCM, reasons 1.4 (b,d)", "name", "Jon Doe"),
    ("cb", "Classified by: Acting Political Counsellor Jon Doe, for reasons 1.4(b) & (d)", "name", "Jon Doe"),
    ("cb", "Classified By: Econ Consuler Jon Doe for reasns 1.4 (b)", "name", "Jon Doe"),
    ("cb", "Classified By: A/S Jon van Doe, Reason E.O. 12958 1.4 (b)", "name", "Jon van Doe"),
    ("cb", "(U) Classified by DCM Jon Doe; reason 1.4 (b).", "name", "Jon Doe"),
    ("cb", "Classified By: Classified by PAO Jon Doe for reasons 1.4 (b)", "name", "Jon Doe"),
    ("cb", "Classified By: Deputy Assistant Secretary for Europe and Eurasia Jon Doe, reason 1.4 (d)", "name", "Jon Doe"),
    ("cb", "CLASSIFIED BY AMBASSADOR JON DOE FOR REASONS 1.5 B AND D", "name", "JON DOE"),
    ("cb", "Classified By: Ambassador for reasons 1.4 (b)", "name", None),
    ('cb', 'Classified By: RSO Jon "Jack" Doe, 1.4 (c)', 'name', 'Jon "Jack" Doe'),
    ('ref', 'REF: (A) 07 STATE 5, (B) BELGRADE 6, (C) 2006 SOFIA 77', 'refs', [('A', '07STATE5'), ('B', '08BELGRADE6'), ('C', '06SOFIA77')]),
    ('ref', 'REF: STATE 4567 (2005)', 'refs', [(None, '05STATE4567')]),
    ('ref', 'REFS: A) SOFIA 11/12 B) BELGRADE 3', 'refs', [('A', '08SOFIA11'), ('A', '08SOFIA12'), ('B', '08BELGRADE3')]),
    ('ref', 'REF: 00344 BELGRADE', 'refs', [(None, '08BELGRADE344')]),
    ('ref', 'REF: BELGRADE O344', 'refs', [(None, '08BELGRADE344')]),
    ('ref', 'REF: BELGRDAE 344', 'refs', [(None, '08BELGRADE344')]),
    ('ref', 'REF: a. belgrade 344 b. 07 sofia 1', 'refs', [('A', '08BELGRADE344'), ('B', '07SOFIA1')]),
    ('ref', 'REF: Doe-Roe email of 01/02/08, BELGRADE 344', 'refs', [(None, None), (None, '08BELGRADE344')]),
    ('ref', 'REFTELS: BELGRADE 344 and 355', 'refs', [(None, '08BELGRADE344'), (None, '08BELGRADE355')]),
    ('ref', 'REF: SECSTATE 1234', 'refs', [(None, '08STATE1234')]),
    ('ref', 'REF: BELGRADE 344-07', 'refs', [(None, '07BELGRADE344')]),
    ('body', '1.     (S//NF)   One.\n\n2.\t(SBU) Two.\n\n3.  ( U ) Three.\nALDANE\n', 'marks', [(1, 'S//NF'), (2, 'SBU'), (3, 'U')]),
    ('body', '1. SUMMARY (C) The talks went on.\n\n2. BACKGROUND: (C) Two.\nALDANE\n', 'marks', [(1, 'C'), (2, 'C')]),
    ('body', '1. (C/REL UK) The talks.\n\n2. [U] Two.\nALDANE\n', 'marks', [(1, 'C/REL UK'), (2, 'U')]),
    ('body', '1. (C) The talks went on. 2. (C) Two is here. 3. (U) Three is here.\nALDANE\n', 'marks', [(1, 'C'), (2, 'C'), (3, 'U')]),
    ("body", "1. The grain came in.\n\n2. It was sold.\n\n3. 2007 was better.\nALDANE\n", "numbers", [1, 2, 3]),
    ("body", "1. (C) They spoke on June\n¶12. He left on\n¶2009. \n\n2. (C) End.\nALDANE\n", "numbers", [1, 2]),
    ("body", "Per reftel, the embassy delivered the points to the ministry on Monday.\nALDANE\n", "numbers", [None]),
    ("body", "1.   (SBU)   SUMMARY AND COMMENT: He left.  END SUMMARY AND COMMENT.\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ('body', '1. (C) The talks went on in Osijek.\n\nTHE SAVA DIVIDES:\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'THE SAVA DIVIDES:')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nIs It Over?\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Is It Over?')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nWhat Next...\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'What Next...')]),
    ('body', '1. (C) The talks went on in Osijek.\n\n...and Who Pays\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, '...and Who Pays')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nCOMMENT\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'COMMENT')]),
    ('body', '1. (C) The talks went on in Osijek.\n\nComment:\n\n2. (C) More.\nALDANE\n', 'headings', [(1, None), (2, 'Comment:')]),
    ("body", "1.(C) One is here.\n2.(C) Two is here.\n3.(C) Three is here.\nALDANE\n", "numbers", [1, 2, 3]),
    ("body", "1 (C) One.\n\n2 (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1, (C) One.\n\n2, (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1: (C) One.\n\n2: (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1) (C) One.\n\n2) (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1.. (C) One.\n\n2. (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1.  One thing.\n\n 2. Two things.\n\n  3.  Three.\nALDANE\n", "numbers", [1, 2, 3]),
    ("body", "1. (C) One.\n\n2. (C) Two: see\nparagraph\n3. (C) Three.\nALDANE\n", "numbers", [1, 2, 3]),
    ("body", "1. (C) It cost\n\n3. million.\n\n2. (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1. (C) One.\n\nZAGREB 00000123  002 OF 002\n\n2. (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1. (C) Points:\n-- 1. grain\n-- 2. wine\n\n2. (C) Two.\nALDANE\n", "numbers", [1, 2]),
    ('body', '1. (S/REL USA, GBR) One.\n\n2. (S//REL TO NATO) Two.\nALDANE\n', 'marks', [(1, 'S/REL USA, GBR'), (2, 'S//REL TO NATO')]),
    ('body', '1. (CONFIDENTIAL) One.\n\n2. (UNCLASSIFIED) Two.\nALDANE\n', 'marks', [(1, 'CONFIDENTIAL'), (2, 'UNCLASSIFIED')]),
    ('body', '1. ( S/NF ) One.\n\n2. (S /NF) Two.\nALDANE\n', 'marks', [(1, 'S/NF'), (2, 'S /NF')]),
    ('body', '1. (C): One.\n\n2. (C)Two.\nALDANE\n', 'marks', [(1, 'C'), (2, 'C')]),
    ('body', '1. (C)\nOne.\n\n2.\n(C) Two.\nALDANE\n', 'marks', [(1, 'C'), (2, 'C')]),
    ("body", "1. (U.S.) policy is one.\n\n2. (Croatia) is two.\nALDANE\n", "marks", [(1, None), (2, None)]),
    ('body', '1. (SBU/NF) One.\n\n2. (U//FOUO) Two.\nALDANE\n', 'marks', [(1, 'SBU/NF'), (2, 'U//FOUO')]),
    ('body', '1. C) One.\n\n2. (C Two.\n\n3. (C) Three\nALDANE\n', 'marks', [(1, 'C'), (2, 'C'), (3, 'C')]),
    ('body', '(C) 1. One.\n\n(C) 2. Two.\nALDANE\n', 'marks', [(1, 'C'), (2, 'C')]),
    ('body', '1. (C/NF) ONE.\n\n2. KEY POINT: (S) Two.\nALDANE\n', 'marks', [(1, 'C/NF'), (2, 'S')]),
    ("body", "1. (C) SUMMARY AND INTRODUCTION: He left. END SUMMARY AND INTRODUCTION.\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ("body", "1. (C) BEGIN SUMMARY. He left. END SUMMARY.\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ("body", "1. (C) Summary - He left. (End Summary)\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ("body", "SUMMARY: He left. END SUMMARY.\n\n1. (C) One.\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ("body", "1. (SBU) Executive Summary: He left. End Executive Summary.\n\n2. (C) So.\nALDANE\n", "summary", "He left."),
    ("eo", "E.O. 12958: DECL: 2018/02/13", "declassify_on", "2018-02-13"),
    ("eo", "E.O. 12958: DECL: 2/13/18", "declassify_on", "2018-02-13"),
    ("eo", "EO 12958 DECL: FEBRUARY 13, 2018", "declassify_on", "2018-02-13"),
    ("eo", "E.O. 12958: DECL 13 FEB 2018", "declassify_on", "2018-02-13"),
    ("eo", "E.O. 12958: DECL: 02-13-2018", "declassify_on", "2018-02-13"),
    ("eo", "E.O. 13526: DECL: 02/13/2018", "declassify_on", "2018-02-13"),
    ("eo", "E.O. 12958: DECL: OADR", "declassify_on", None),
    ("eo", "E.O. 12958: DECL: 02/30/2018", "declassify_on", None),
    ("body", "1. (C) One.\n\n2. (C) They went on.\nALDANE@\n", "signers", ("ALDANE",)),
    ("body", "1. (C) One.\n\n1) Rivers\n---------\n\n2. (C) More.\nALDANE\n", "headings", [(1, None), (2, "1) Rivers")]),
    ("body", "1. (C) The minister came at 10. (C) was the next.\n\n2. (C) More.\nALDANE\n", "numbers", [1, 2]),
    ("body", "1. (C) One. End summary.\n\nTWO RIVERS\n\n. (S) Two.\nALDANE\n", "marks", [(1, "C"), (None, "S")]),
    ("body", "1. One.\n\nTWO RIVERS\n\n. Two of them.\nALDANE\n", "headings", [(1, None), (None, "TWO RIVERS")]),
    ("body", "1. (C) One.\n\n2. (C) The text:\n\n1. I am glad.\n\n2. So is he.\n\n9. So are they.\n\n10. All are.\nALDANE\n", "numbers", [1, 2, 1, 2, 9, 10]),
    ("body", "------- SUMMARY -------\n\n1. (C) One.\n\n2. (C) Two.\nALDANE\n", "headings", [(1, "SUMMARY"), (2, None)]),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWENDELL\n\n\n\n2006ZAGREB00123 - Classification: CONFIDENTIAL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWENDELL\nNNNN\n<TAGS>\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\n(WENDELL)\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nS/ WENDELL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWendell/Roe\n", "signers", ("WENDELL", "ROE")),
    ("body", '1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\n"WENDELL"\n', "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nAMBASSADOR WENDELL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWendell\n05/04/2008\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWENDELL\n\nEND OF CABLE\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\n\nVisit the Embassy Tallinn Classified Website at\nhttp://www.state.sgov.gov/p/eur/tallinn/\n\nWENDELL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\n\nWENDELL\n\nCONFIDENTIAL\n\n\nPage 3 of 3\n", "signers", ("WENDELL",)),
    ("body", '1. (C) Fees rose.\n\n2. (C) Shippers spoke of "robbery."WENDELL\n', "signers", ("WENDELL",)),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers met with the director of Estline\nWENDELL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers sued (ref B) O'HARA-WENDELL\n", "signers", ("O'HARA-WENDELL",)),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers complained to the min", "flags", ("truncated",)),
    ("body", "1. (C) Fees rose.\n\n2. (C)", "flags", ("truncated",)),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers complained and XXXXXXXXXXXX", "flags", ("redacted",)),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers complained. End of report", "flags", ()),
    ("body", "1. (C) Summary: Fees at the port rose by a fifth. End summary.\n\n2. (C) Shippers complained to the ministry.\nWENDELL\n...\n", "flags", ()),
    ("ref", "REF: ZAGREB 355", "refs", [(None, "07ZAGREB355")]),
    ("ref", "REF: 07 RIGA 877; RIGA 12; WENDELL-ROE EMAIL OF 3 MAY 2008", "refs", [(None, "07RIGA877"), (None, "08RIGA12"), (None, None)]),
    ("ref", "REF: (A) STATE 34511 (NOTAL) (B) HELSINKI 210 (C) IIR 6 900 0012 08", "refs", [("A", "08STATE34511"), ("B", "08HELSINKI210"), ("C", None)]),
    ("ref", "REF: A)RIGA 12, B)VILNIUS 98 AND PREVIOUS", "refs", [("A", "08RIGA12"), ("B", "08VILNIUS98")]),
    ("ref", "REFTEL: 2007 HELSINKI 0456", "refs", [(None, "07HELSINKI456")]),
    ("ref", "REF: HELSINKI 210/2007", "refs", [(None, "07HELSINKI210")]),
    ("ref", "REF: A. HELSINKI 210 (07), B. HELSINKI 12", "refs", [("A", "07HELSINKI210"), ("B", "08HELSINKI12")]),
    ("ref", "REF: HELSNKI 210", "refs", [(None, "08HELSINKI210")]),
    ("ref", "REF: A.RIGA12;B.RIGA 13", "refs", [("A", "08RIGA12"), ("B", "08RIGA13")]),
    ("ref", "REF: A: RIGA 12\n     B: 07 RIGA 13\n     C: RIGA 14", "refs", [("A", "08RIGA12"), ("B", "07RIGA13"), ("C", "08RIGA14")]),
    ("ref", "REF: A. RIGA 12\n\nZAGREB 00000123  001.2 OF 002\n\n     B. RIGA 13", "refs", [("A", "08RIGA12"), ("B", "08RIGA13")]),
    ("ref", "REF: SECSTATE 34511 DTG 021530Z MAY 08", "refs", [(None, "08STATE34511")]),
    ("ref", "REF: RIGA 12, 13 & 15", "refs", [(None, "08RIGA12"), (None, "08RIGA13"), (None, "08RIGA15")]),
    ("ref", "REF: A. 2OO7 RIGA 12", "refs", [("A", "07RIGA12")]),
    ("ref", "REF: ZAGREB 123", "refs", [(None, "08ZAGREB123")]),
    ("tags", "TAGS: ETRDEFINEN", "tags", ("ETRD", "EFIN", "EN")),
    ("tags", "TAGS: ETRD, EFIN, OVIP (WENDELL, MARK), EN", "tags", ("ETRD", "EFIN", "OVIP", "WENDELL, MARK", "EN")),
    ("tags", "TAGS - ETRD - EFIN - EN", "tags", ("ETRD", "EFIN", "EN")),
    ("tags", "TAGS: ETRD EFIN\nEN PREL\n", "tags", ("ETRD", "EFIN", "EN", "PREL")),
    ("tags", "TAGS: (U) ETRD, EFIN, EN", "tags", ("ETRD", "EFIN", "EN")),
    ("tags", "TAGS: ETRD.EFIN.EN", "tags", ("ETRD", "EFIN", "EN")),
    ("tags", "tags: etrd, efin, en", "tags", ("ETRD", "EFIN", "EN")),
    ("tags", "TAGS:ETRD EFIN EN", "tags", ("ETRD", "EFIN", "EN")),
    ("subj", "SUBJECT: HARBOR FEES RISE AGAIN:\n         SHIPPERS LOOK TO RIGA", "subject", "HARBOR FEES RISE AGAIN: SHIPPERS LOOK TO RIGA"),
    ("subj", "SUBJECT: (C) HARBOR FEES RISE AGAIN (S)", "subject", "HARBOR FEES RISE AGAIN"),
    ("subj", "SUBJECT: HARBOR FEES RISE AGAIN\n\nZAGREB 00000123  001.2 OF 002\n", "subject", "HARBOR FEES RISE AGAIN"),
    ("subj", "SUBJECT: HARBOR FEES RISE AGAIN SENSITIVE BUT UNCLASSIFIED; NOT FOR INTERNET", "subject", "HARBOR FEES RISE AGAIN"),
    ("subj", "SUBJECT:\nHARBOR FEES RISE AGAIN", "subject", "HARBOR FEES RISE AGAIN"),
    ("subj", 'SUBJECT: "HARBOR FEES RISE AGAIN"', "subject", '"HARBOR FEES RISE AGAIN"'),
    ("subj", "SUBJECT: HARBOR FEES RISE AGAIN IN\n\nTALLINN", "subject", "HARBOR FEES RISE AGAIN IN TALLINN"),
    ("subj", "SUBJECT-- HARBOR FEES RISE AGAIN", "subject", "HARBOR FEES RISE AGAIN"),
    ("cb", "Classified By: A/Econ Counselor Mark Wendell, reasons 1.4 (b) (d)", "name", "Mark Wendell"),
    ("cb", "CLASSIFIED BY: Mark Wendell, P/E Chief, U.S. Embassy Tallinn, DOS. REASON: 1.4 (b), (d)", "name", "Mark Wendell"),
    ("cb", "Classified By: Charge d,Affaires Karen Decker for reason 1.4b", "name", "Karen Decker"),
    ("cb", "Classified By: Ambassador S. Davis Phillips per 1.4 (b)", "name", "S. Davis Phillips"),
    ("cb", "(C) CLASSIFIED BY CDA KAREN DECKER, REASONS 1.4 (B/D)", "name", "KAREN DECKER"),
    ("cb", "Classified By: Acting Deputy Chief of Mission Mark St. John Wendell III\nfor reasons 1.4 (b) and (d).", "name", "Mark St. John Wendell III"),
    ("cb", "Classified By: Regional Security Oficer Mark Wendell, 1.4 (c) and (g)", "name", "Mark Wendell"),
    ("eo", "E.O. 12958: DECL: 5 MAY 2018", "declassify_on", "2018-05-05"),
    ("eo", "E.O. 12958: DECL: 05/04/18", "declassify_on", "2018-05-04"),
    ("eo", "E.O. 12958:  N/A", "declassify_raw", "N/A"),
    ("eo", "E.O. 12958: DECL:05/04/2018", "declassify_on", "2018-05-04"),
    ("body", "1. (SBU) SUMMARY: Fees rose. END SUMMARY.\n\n2.   (S//NOFORN)  Shippers complained.\n\n3.\n(C/NF)\nMore.\nWENDELL\n", "marks", [(1, "SBU"), (2, "S//NOFORN"), (3, "C/NF")]),
    ("body", "1. (C) Fees rose.\n\nWHAT THE SHIPPERS SAY\n- - - - - - - - - - -\n\n2. (C) They complained.\n\n=======\nCOMMENT\n=======\n3. (C) So it is.\nWENDELL\n", "headings", [(1, None), (2, "WHAT THE SHIPPERS SAY"), (3, "COMMENT")]),
    ("body", "1. (C) Fees rose.\n\nWhat the Shippers Say, and What\nthe Ministry Answered\n------------------------------------\n\n2. (C) They complained.\nWENDELL\n", "headings", [(1, None), (2, "What the Shippers Say, and What the Ministry Answered")]),
    ("body", "1. (C) Fees rose. 2. (C) Shippers complained. Comment ------- 3. (C) So it is. WENDELL\n", "headings", [(1, None), (2, None), (3, "Comment")]),
    ("body", "1.(C)Fees rose.\n2.(C)Shippers complained.\n3.(C)So it is.\nWENDELL\n", "marks", [(1, "C"), (2, "C"), (3, "C")]),
    ("body", "1. (C) Fees rose to\n12. (C) was the class of the table.\n\n2. (C) More.\nWENDELL\n", "numbers", [1, 2]),
    ("body", "1. (C) Fees rose on May\n\n4. Shippers complained on May\n\n5. So it is.\n\n2. (C) More.\nWENDELL\n", "numbers", [1, 2]),
    ("body", "1. Fees rose.\n\n2. Three kinds:\n\n1) piers\n\n2) cranes\n\n3) pilots\n\n3. More.\nWENDELL\n", "numbers", [1, 2, 3]),
    ("body", "SUMMARY\n-------\n\n1. (C) Fees rose. END SUMMARY.\n\n2. (C) More.\nWENDELL\n", "summary", "Fees rose."),
    ("body", "(SBU) Fees rose.\n\n(C) Shippers complained.\nWENDELL\n", "marks", [(None, "SBU"), (None, "C")]),
    ("body", "Fees rose at the port of Tallinn last week.\n\nShippers complained to the ministry.\nWENDELL\n", "texts", ["Fees rose at the port of Tallinn last week.", "Shippers complained to the ministry."]),
    ("body", "1. (S/REL TO USA, EST) Fees rose.\n\n2. (C//REL) More.\n\n3. (S/OC/NF) So.\nWENDELL\n", "marks", [(1, "S/REL TO USA, EST"), (2, "C//REL"), (3, "S/OC/NF")]),
    ("body", "1. (C) Fees rose.\n\n2. (C) Shippers com\n\nZAGREB 00000123  002 OF 002\n\n\nplained to the ministry.\nWENDELL\n", "texts", ["Fees rose.", "Shippers com plained to the ministry."]),
    ("body", "1. (C) Fees rose.\n\n2. (C) Those hit are: \n-- piers,\n-- cranes.\n\n---------\nWhat Next\n---------\n\n3. (C) More.\nWENDELL\n", "headings", [(1, None), (2, None), (3, "What Next")]),
    ("body", "¶1. (C) Fees rose.\n\n¶2. (C) It was so in\n¶2006. Shippers complained.\n\n¶3. (C) More.\nWENDELL\n", "numbers", [1, 2, 3]),
    ("body", "1. BACKGROUND (SBU): Fees rose.\n\n2. NEXT STEPS - (C) Shippers complained.\nWENDELL\n", "marks", [(1, "SBU"), (2, "C")]),
    ("body", "Para 1. (C) Fees rose.\n\nPara 2. (C) Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "C")]),
    ("body", "1. {C} Fees rose.\n\n2. (C] Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "C")]),
    ("body", "1. ((C)) Fees rose.\n\n2. (C)) Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "C")]),
    ("body", "1. - (C) Fees rose.\n\n2. - (SBU) Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "SBU")]),
    ("body", "1. (C)-(U) Fees rose.\n\n2. (SBU) Shippers complained.\nWENDELL\n", "numbers", [1, 2]),
    ("body", "#1. (C) Fees rose.\n\n#2. (S) Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "S")]),
    ("body", "1.-- (C) Fees rose.\n\n2.-- (C) Shippers complained.\nWENDELL\n", "marks", [(1, "C"), (2, "C")]),
    ("body", "1. ( SBU) Fees rose.\n\n2. (C ) Shippers complained.\n\n3. (c) So.\nWENDELL\n", "marks", [(1, "SBU"), (2, "C"), (3, "c")]),
    ("body", "1. (CONFIDENTIAL//NOFORN) Fees rose.\n\n2. (Secret) Shippers complained.\nWENDELL\n", "marks", [(1, "CONFIDENTIAL//NOFORN"), (2, "Secret")]),
    ("cap", "C O N F I D E N T I A L SECTION 1 OF 3 ZAGREB 000123", "sections", 3),
    ("cap", "C O N F I D E N T I A L NOFORN ZAGREB 000123", "caveats", ("NOFORN", "SIPDIS")),
    ("cap", "C O N F I D E N T I A L ZAGREB 000123 C O R R E C T E D   C O P Y  CAPTION", "flags", ("corrected",)),
    ("cap", "CONFIDENTIAL ZAGREB 123", "flags", ()),
    ("body", "1. One is here. -------------------- -- RIVERS AND PORTS -------------------- -- Fees ------\n\n2. Two.\nALDANE\n", "headings", [(1, None), (2, "RIVERS AND PORTS Fees")]),
    ("body", "1. (U) They met many members of the club. ----------------\nMeeting with Owners of the River Fleet 2. (U)  More.\nALDANE\n", "headings", [(1, None), (2, "Meeting with Owners of the River Fleet")]),
    ("body", '1. (C) One.\n\n2. (C) Two.  ALDANE ",6/28/2006,Talks on the Border  ZAGREB 00000123  001.2 OF 002   1.,(SBU) One.', "signers", ("ALDANE",)),
    ("body", '1. (C) One.\n\n2. (C) Two.  ALDANE ",6/28/2006,Talks on the Border  ZAGREB 00000123  001.2 OF 002   1.,(SBU) One.', "texts", ["One.", "Two."]),
    ("body", "1. (C) One.\n\n2.\xa0(S) Two.\n\n3.\u2009(U) Three.\nALDANE\n", "marks", [(1, "C"), (2, "S"), (3, "U")]),
    ("body", "1. (C) One.\n\n2. (C) They went on.\nAldane, Charge\n", "signers", ("ALDANE",)),
    ("body", "1. (C) One.\n\n2. (C) They went on.\nALDANE\nDRAFTED BY: ECON: MROE\nCLEARED: DCM\n", "signers", ("ALDANE",)),
    ("body", "1. (C) One.\n\n2. (C) They met:\n\nANTON TAMM\nPRIIT KASK\n\nALDANE\n", "signers", ("ALDANE",)),
    ("body", "1. (C) One.\n\n2. (C) So.\n\nMINIMIZE CONSIDERED\nALDANE\n", "signers", ("ALDANE",)),
    ("ref", "REFS: (A) RIGA 12; (B) RIGA\n 0013; (C) HELSINKI\n 77", "refs", [("A", "08RIGA12"), ("B", "08RIGA13"), ("C", "08HELSINKI77")]),
    ("tags", "TAGS: OVIP (ROE, JANE) ETRD (HR)", "tags", ("OVIP", "ROE, JANE", "ETRD", "HR")),
    ("cb", "Classified By: Jane Roe,Econ Chief,Embassy Zagreb;REASON: 1.4(B)", "name", "Jane Roe"),
    ("body", "1. (U) This is an action request.\n\n2. (C) SUMMARY: One.\n\n3. (C) Two. END SUMMARY.\n\n4. (C) So.\nALDANE\n", "summary", "One. Two."),
    ("body", "1. (C) One.\n--------\nOUTLOOK\n--------\n2. (C) More.\n--------\nCOMMENT\n--------\n3. (C) So.\nALDANE\n", "headings", [(1, None), (2, "OUTLOOK"), (3, "COMMENT")]),
    ("body", "(SBU) The answers are keyed to the questions in\nRef A.  Ref B was ours.\n\n(U) Two.\nALDANE\n", "marks", [(None, "SBU"), (None, "U")]),
    ("cap", "UNCLAS ZAGREB 000123\n\nSTATE PASS USTR\nTREASURY FOR OASIA:JROE SENSITIVE NOFORN", "caveats", ("NOFORN", "SENSITIVE", "SIPDIS")),
    ("body", "1. (C) One.\n\n2. (C) They went on.\nALDANE\nSBU\n", "signers", ("ALDANE",)),
    ("body", "1. (C) One.\n\n2. (C) The minister, Tamm,", "flags", ("truncated",)),
    ("tags", "TAGS: ETRD EFIN HR //", "tags", ("ETRD", "EFIN", "HR")),
    ("tags", "TAGS: ETRD & EFIN & HR", "tags", ("ETRD", "EFIN", "HR")),
    ("tags", "TAGS: [ETRD] [EFIN] [HR]", "tags", ("ETRD", "EFIN", "HR")),
    ("subj", "SUBJECT: U) GRAIN PRICES RISE", "subject", "GRAIN PRICES RISE"),
    ("subj", "SUBJECT: [C] GRAIN PRICES RISE", "subject", "GRAIN PRICES RISE"),
    ("subj", "SUBJECT: A) GRAIN PRICES RISE", "subject", "A) GRAIN PRICES RISE"),
    ("body", "1. (C) (SUMMARY) Prices rose. (END SUMMARY)\n\n2. (C) More.\nALDANE\n", "summary", "Prices rose."),
    ("ref", "REF: A. RIGA 12/13 B. 07 HELSINKI 9/10", "refs", [("A", "08RIGA12"), ("A", "08RIGA13"), ("B", "07HELSINKI9"), ("B", "07HELSINKI10")]),
    ("ref", "REF: 1. RIGA 12 2. RIGA 13", "refs", [("1", "08RIGA12"), ("2", "08RIGA13")]),
    ("body", "1. (C-NF) One.\n\n2. (S NF) Two.\nALDANE\n", "marks", [(1, "C-NF"), (2, "S NF")]),
    ("body", "1. (C)\n\nOne.\n\n2. (C)\n\nTwo.\nALDANE\n", "texts", ["One.", "Two."]),
    ("body", "1. (C) One.\n\nOUTLOOK\n\nFEES\n----\n\n2. (C) More.\nALDANE\n", "headings", [(1, None), (2, "OUTLOOK FEES")]),
    ("cb", "CLASSIFIED BY: Roe, Jane, Acting DCM; REASON: 1.4(B)", "name", "Roe, Jane"),
    ("subj", "SUBJECT: GRAIN PRICES RISE\nZAGREB 00000123  001.2 OF 002\nAGAIN", "subject", "GRAIN PRICES RISE AGAIN"),
    ("body", "1. (U). One.\n\n2. (C) ...and two.\nALDANE\n", "texts", ["One.", "...and two."]),
    (
        "body",
        "1. (U) One. It ends.\n\n-------------\nAna Maric (new)\n\nZAGREB 00000123  002 OF 002\n\n\nMinister of Rivers\n-------------\n\nShe is new.\nALDANE\n",
        "headings",
        [(1, None), (None, "Ana Maric (new) Minister of Rivers")],
    ),
    ("body", "GRAIN PRICES ARE DOWN\n-------...\n", "texts", ["GRAIN PRICES ARE DOWN"]),
    ("cb", "REF: BELGRADE 44, 07\n\nSofia 12", "headings", [(1, None), (2, None)]),
    ("cb", "REF: BELGRADE 44 (U) THIS MESSAGE IS SENSITIVE BUT UNCLASSIFIED.", "marks", [(None, "U"), (1, "C"), (2, "C")]),
    ("cb", "REF: BELGRADE 44\n\n(U) THIS MESSAGE IS SENSITIVE BUT UNCLASSIFIED.", "marks", [(None, "U"), (1, "C"), (2, "C")]),
    ("subj", "SUBJECT: BANKS NAMED UNDER\nE.O. 13382", "subject", "BANKS NAMED UNDER E.O. 13382"),
    ("cb", "REF: BELGRADE 44 SUMMARY -------", "headings", [(1, "SUMMARY"), (2, None)]),
    ("body", "1. (C) Fees rose.\n\nXXXXXXXXXXXX\n------------\n\n2. (C) XXXXXXXXXXXX\n\n3. (C) More.\nALDANE\n", "headings", [(1, None), (2, "XXXXXXXXXXXX"), (3, None)]),
    ("body", "1. (C) Fees rose.\n\nXXXXXXXXXXXX\n\n2. (C) More.\nALDANE\n", "texts", ["Fees rose. XXXXXXXXXXXX", "More."]),
    ("body", "1. (C) Fees rose.  -\n\n2. (C) They rose, and rose -\nALDANE\n", "texts", ["Fees rose.", "They rose, and rose -"]),
    ("body", "1. (C) SUMMARY, COMMENT, AND ACTION REQUEST: Fees rose. END SUMMARY.\n\n2. (C) More.\nALDANE\n", "summary", "Fees rose."),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue. End comment.\nWendell.\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWendell.\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) They went to the U.S.\nCongress.\n", "signers", ()),
    ("body", "1. (C) One.\n\n2. (C) They went to the\nMinistry.\n", "signers", ()),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\n\nW E N D E L L\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nW E N D E L L\nNNNN\n", "texts", ["One.", "Shippers will sue."]),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL\n\n*** END OF TEXT ***\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL\n\n--- END OF CABLE ---\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\n--- END TEXT ---\nWENDELL\n", "texts", ["One.", "Shippers will sue. --- END TEXT ---"]),
    ("body", '1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL\n", "header": ""}\n', "signers", ("WENDELL",)),
    ("body", '1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL"}\n', "signers", ("WENDELL",)),
    ("body", '1. (C) One.\n\n2. (C) Shippers will sue. WENDELL"}]\n', "texts", ["One.", "Shippers will sue."]),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL\n\nDISTRIBUTION: AMB DCM POL ECON\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWENDELL\n\nDIST: POL, ECON, DAO\n", "texts", ["One.", "Shippers will sue."]),
    ("ref", "REF: 12 RIGA", "refs", [(None, "08RIGA12")]),
    ("ref", "REF: RIGA, 12", "refs", [(None, "08RIGA12")]),
    ("ref", "REF: 07 RIGA", "refs", [(None, None)]),
    ("ref", "REF: RIGA, 07", "refs", [(None, None)]),
    ("ref", "REF: A. KIEV 12  B. 05 KYIV 13  C. 06 KIEV 14  D. 06 KYIV 15", "refs", [("A", "08KYIV12"), ("B", "05KIEV13"), ("C", "06KIEV14"), ("D", "06KYIV15")]),
    ("body", "I. (C) Fees rose.\n\nII. (SBU) Shippers will sue.\n\nIII. (U) More.\nALDANE\n", "marks", [(1, "C"), (2, "SBU"), (3, "U")]),
    ("body", "I. (C) Fees rose.\n\n2. (SBU) Shippers will sue.\n\n3. (U) More.\nALDANE\n", "marks", [(1, "C"), (2, "SBU"), (3, "U")]),
    ("body", "I. Fees rose.\n\nII. Shippers will sue.\nALDANE\n", "numbers", [None, None]),
    ("body", "1 - (C) Fees rose.\n\n2 - (SBU) Shippers will sue.\nALDANE\n", "marks", [(1, "C"), (2, "SBU")]),
    ("body", "1. (C) Fees rose.\n\n# # # # #\n\n2. (C) More.\nALDANE\n", "headings", [(1, None), (2, None)]),
    ("subj", "S U B J E C T: GRAIN PRICES RISE", "subject", "GRAIN PRICES RISE"),
    ("tags", "T A G S: ETRD, EFIN, HR", "tags", ("ETRD", "EFIN", "HR")),
    ("cb", "Text classified by Jane Roe, Acting Director, for reasons 1.4 (b).", "name", "Jane Roe"),
    ("body", "1. <C> Fees rose.\n\n2. <SBU> Shippers will sue.\nALDANE\n", "marks", [(1, "C"), (2, "SBU")]),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nAMBASSADOR WENDELL SENDS.\nWENDELL\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C) Shippers will sue.\nWendell\n\n=CABLE END=\n", "signers", ("WENDELL",)),
    ("body", "1. (C) One.\n\n2. (C)\n\nPAGE 02  ZAGREB  00123  131016Z\nC O N F I D E N T I A L\n\nShippers fled.\n\n3. (U) More.\nALDANE\n", "marks", [(1, "C"), (2, "C"), (3, "U")]),
    ("eo", "E.0. 12958: DECL: 02/13/2018", "declassify_on", "2018-02-13"),
    ("body", "1. (C) Fees rose. Shippers fled. (SBU) Post will report.\n\n2. (C) More.\nALDANE\n", "marks", [(1, "C"), (None, "SBU"), (2, "C")]),
    ("body", "1. (C) Fees rose. A. (SBU) Shippers fled, see art. 2. (C) More.\nALDANE\n", "marks", [(1, "C"), (2, "C")]),
    ("body", "(C) Fees rose.\n\n(C) Shippers fled.\n\n-------\nOutlook\n-------\n\nI am leaving.\n\nRiga: Jane Roe\nALDANE\n", "headings", [(None, None), (None, None), (None, "Outlook")]),
    ("body", "1. (C) One.\n\n2. (C) Thank you.\n\nAmbassador Mary Aldane\n\nALDANE\n", "texts", ["One.", "Thank you."]),
    ("body", "1. (C) One.\n\n2. (C) He quoted\nMary Aldane\nALDANE\n", "texts", ["One.", "He quoted Mary Aldane"]),
    (
        "body",
        "1. (C) A list follows:\n\nOn the Coast\n1. Open ports;\n2. Dig rivers;\n3. Pay shippers;\n\nInland\n4. Plant;\n5. Reap;\n6. Sell.\n\n2. (C) More.\nALDANE\n",
        "headings",
        [(1, None), (1, "On the Coast"), (2, None), (3, None), (4, "Inland"), (5, None), (6, None), (2, None)],
    ),
    ("body", "1. (C) See http://rivers.gov/\n\nGrain of 2006 final .pdf\n\n2. (C) More.\nALDANE\n", "headings", [(1, None), (2, None)]),
    ("cb", "SENSITIVE BUT UNCLASSIFIED--PLEASE PROTECT ACCORDINGLY Summary -------", "headings", [(1, "Summary"), (2, None)]),
    ("subj", "SUBJECT: RIVERS RISE AGAIN\n\nRIVERS RISE AGAIN", "subject", "RIVERS RISE AGAIN"),
    (
        "body",
        "(U) Rivers\n\nA. Yes.\n\nII. (S) Borders\n\nA. No.\n\n(6) (S) Ports\n\nA. Yes.\n\n8. (U) Ask the RSO.\n\nII. (C) More.\nALDANE\n",
        "marks",
        [(None, "U"), (None, "S"), (None, "S"), (8, "U")],
    ),
    ("body", "The visitors arrive on Monday and leave on Tuesday.\n\n1430 Luncheon at the Port\n\n1530 Boat tour\n\nALDANE\n", "headings", [(None, None), (None, None), (None, None)]),
    ("body", "1. (C) Fees rose.  Outlook ------- } 2. (C) More.\nALDANE\n", "headings", [(1, None), (2, "Outlook")]),
    (
        "body",
        "1. (C) Fees in the\n\nZAGREB 00000123  002 OF 002\n\nClassified By: DCM Ruth Aldane for reasons 1.4 (b) and (d).\n\nports rose.\n\n2. (C) More.\nALDANE\n",
        "texts",
        ["Fees in the ports rose.", "More."],
    ),
    ("body", "1. (C) One.\n\n2. (C) Two.\n\nQ.  (S) Three.\n\n4. (C) Four.\nALDANE\n", "marks", [(1, "C"), (2, "C"), (None, "S"), (4, "C")]),
    ("body", "1. (C) One.\n\nA. (S) Two.\n\nB. (S) Three.\n\n3. (C) Four.\nALDANE\n", "marks", [(1, "C"), (3, "C")]),
    ("body", "1. (C) One.\n\n2. (C) Two.\n\nA. (S) Three.\n\n4. (C) Four.\nALDANE\n", "marks", [(1, "C"), (2, "C"), (4, "C")]),
]


@pytest.mark.parametrize(("part", "text", "field", "value"), OTHERS)
def test_other_values(part: str, text: str, field: str, value: object) -> None:
    changed = TELEGRAM.replace(BY, f"{text}\n\n{BY}") if part == "ref" else TELEGRAM.replace(PARTS[part], text)
    assert told(changed, field) == value


# -- line breaks that became two blanks each ----------------------------------------------------------------------------------------------

FLAT: list[tuple[str, str, object]] = [
    (f"{BY}\n\n1.  (S/NF) Summa...\n{AGAIN}", "signers", ()),
    ("Classified By: Acting Section Chief\n               Ruth Aldane for reasons 1.4 (b).\n\n1. (C) One.\nALDANE\n", "name", "Ruth Aldane"),
    ("1. (C) Questions:\n\nA.  (U)  PORTS\n\n1)  (C/NF)  WHO PAYS?\n\n2. (U) That is all.\nALDANE\n", "marks", [(1, "C"), (2, "U")]),
    (f"REF: BELGRADE 77\n\nSensitive but unclassified.  Please protect accordingly.\n\n{BODY}", "marks", [(1, "C"), (2, "C")]),
    ("REF: (A) RIGA 12\n     (B) RIGA 13\n     (C )RIGA 14\n     (D) RIGA 15\n\n1. (U) One.\n\n2. (C) Two.\nALDANE\n", "marks", [(1, "U"), (2, "C")]),
    ("1.  SUMMARY: (SBU) Fees rose. END SUMMARY.\n\n2.  SBU) Shippers fled.\nALDANE\n", "marks", [(1, "SBU"), (2, "SBU")]),
    (f"{BY}\n\n(C)  {TEXT}\nALDANE\n", "marks", [(None, "C")]),
    (f"1.  (C) Summa...\n{AGAIN.replace('HR', 'RS')}", "signers", ()),
    (f"1.  (C) Summa...\n{AGAIN.replace('HR', 'RS')}", "flags", ("truncated",)),
    (f"1.  (C) Summa...\n\n\n1\t2008-02-13 10:16:00\t08ZAGREB123\t{TELEGRAM[len(HEADER) :]}", "texts", ["Summary: The talks went on. End summary.", LAST[7:-1]]),
    (f"1.  (C) Summa...\n{AGAIN}Next Steps\n\n2. (C) {LONG}\n\n3. (C) {LONG}\nALDANE\n", "signers", ("ALDANE",)),
]


@pytest.mark.parametrize(("body", "field", "value"), FLAT)
def test_a_text_whose_line_breaks_became_blanks(body: str, field: str, value: object) -> None:
    assert told(with_body(body)[len(HEADER) :].replace("\n", "  "), field) == value


@pytest.mark.parametrize("number", ["2. (U) ", "2) (U)", "2. [U]", "2. (U)(U)", "(U) 2."])
def test_an_advert_that_is_a_paragraph_keeps_its_text_without_line_breaks(number: str) -> None:
    body = f"1. (C) One.\n\n{number} Visit Zagreb's Classified Website: (http//www.state.sgov/p/eur/zagreb)\n\nALDANE\n"
    assert all(told(with_body(body)[len(HEADER) :].replace("\n", "  "), "texts"))  # type: ignore[arg-type]
    assert all(told(with_body(body), "texts"))  # type: ignore[arg-type]
