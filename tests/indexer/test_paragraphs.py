"""Paragraph numbers, marks, headings and texts, from line-broken and from flattened text."""

import pytest
from readers import parse_body

HEAD = "C O N F I D E N T I A L LONDON 000290\n\nSIPDIS\n\nE.O. 12958: DECL: 01/01/2019\nTAGS: PREL UK\nSUBJECT: GRAIN\n\n"


def starts(text: str) -> list[tuple[int | None, str | None]]:
    return [(paragraph.number, paragraph.mark) for paragraph in parse_body(text).paragraphs]


def texts(text: str) -> list[str]:
    return [" ".join(paragraph.text.split()) for paragraph in parse_body(text).paragraphs]


def headings(text: str) -> list[str | None]:
    return [paragraph.heading for paragraph in parse_body(text).paragraphs]


STARTS = [
    ("¶1.  (C) One.\n\n¶2. (S/NF) Two.\n", [(1, "C"), (2, "S/NF")]),
    ("1.(C) One.\n2.(C) Two.\n", [(1, "C"), (2, "C")]),
    ("1 (SBU) One.\n\n2 (SBU) Two.\n", [(1, "SBU"), (2, "SBU")]),
    ("1. (C) One. 2. (U) Two.\n\n3. (C) Three.", [(1, "C"), (2, "U"), (3, "C")]),
    ("1. ONE FELL. 2. TWO ROSE. 3. MORE TO COME.\nROE", [(1, None), (2, None), (3, None)]),
    ("1. ONE FELL ON MAY 2. TWO ROSE.\n\n2. MORE TO COME.", [(1, None), (2, None)]),
    ("1. One.\n\n2. Two.\n\n3. Three.", [(1, None), (2, None), (3, None)]),
    ("1. (S//REL ALPHA,\nBETA) One.\n2. C) Two.", [(1, "S//REL ALPHA, BETA"), (2, "C")]),
    # a digit that is no number of its own
    ("1. (U) It fell by 5 m\n\n²\n\n2. (U) Two.", [(1, "U"), (2, "U")]),
    # brackets that are text
    ("1. (U) One.\n\n2. (Ruritania) is far.", [(1, "U"), (2, None)]),
    # only look numbered: a wrapped year, a wrapped day, the end of a sentence about a paragraph, a decimal
    ("¶1. (C) It was in\n¶2013. Then it\nended on June\n¶2. It was over.\n\n¶2. (C) Two.", [(1, "C"), (2, "C")]),
    ("¶1. (C) They met on June\n¶30. He left.\n\n¶2. (C) Two.", [(1, "C"), (2, "C")]),
    ("¶1. (C) For more see paragraph\n¶3. Roe", [(1, "C")]),
    ("1. (C) It cost\n2.5 million.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("1. (C) Reasons 1.4 (B) hold.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    # a paragraph that is cited, or a date, inside a sentence
    ("1. (C) As said in ¶2. (C) above.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("1. (C) As ¶12. (S) The first says.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("1. (C) One.\n\n2. (C) The note of June 3. (C) was kept.\n\n3. (C) Three.", [(1, "C"), (2, "C"), (3, "C")]),
    ("1. (C) The note of June 2. (C) The rest is in reftel.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("1. (C) Votes cast: (S) 3, (C) 4.\n\n2. (C) Votes cast: (S) 3, (C) 4.\n\n3. (C) Three.", [(1, "C"), (2, "C"), (3, "C")]),
    ("1. (C) One is done. Title 2, (C) Two follows.", [(1, "C"), (2, "C")]),
    ("1. (C) The act, in Art. 2. (C) of the law, was void.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("1. (C) It ended in May 2. (C) Two ended 3. (C) Three.", [(1, "C"), (2, "C"), (3, "C")]),
    # faults of numbering are kept
    ("1. (C) One.\n\n3. (C) Three.\n\n3. (C) Again.\n\n7. (C) Seven.", [(1, "C"), (3, "C"), (3, "C"), (7, "C")]),
    ("23. (C) Late.\n\n24. (C) Later.", [(23, "C"), (24, "C")]),
    ("A title\n2 (c) Late.\n3 (C) Later.", [(2, "c"), (3, "C")]),
    ("1. (c) One.\n\n4. (sbu) Four.\n\n6. (c) Six, with\n(c) a letter and\n8. (c) another.", [(1, "c"), (4, "sbu"), (6, "c")]),
    (
        "1. (C) Text of the paper:\n\n1. We agree.\n\n2. You agree.\n\n2. (C) End.",
        [(1, "C"), (1, None), (2, None), (2, "C")],
    ),
    # sub-points stay inside
    ("1. (C) Points:\n¶A. (C) First.\n-- second\n(c) third\n1) fourth\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    # damaged numbers, and brackets other than the usual
    ("l. (C) One.\n\n2. (C) Two.", [(1, "C"), (2, "C")]),
    ("9. (C) Nine.\n\n1O. (S) Ten.\n\n11. (C) Eleven.\n\nl2. (U) Twelve.", [(9, "C"), (10, "S"), (11, "C"), (12, "U")]),
    ("Para 1. (C) One.\nPARA. 2. (S) Two.\n-----\nPara 3. (C) See\npara 4. (C) of reftel.", [(1, "C"), (2, "S"), (3, "C")]),
    ("1. One.\n\nTitle\n+++++\n2. Two.\n\n3. SNF) Three.", [(1, None), (2, None), (3, "SNF")]),
    ("1. /C/ One.\n\n2. (C.) Two.\n\n3. (SB U) Three.\n\n4. (S)(S) Four.", [(1, "C"), (2, "C"), (3, "SB U"), (4, "S")]),
    ("(C)1. One.\n\n(S)2. Two.", [(1, "C"), (2, "S")]),
    ("1. (C - Entire text.)\n\n2. One.", [(1, "C"), (2, None)]),
    ("1. S/CT officers left.\n\n2. (U.S.) officers came.\n\n3. (S.A.) Three.", [(1, None), (2, None), (3, None)]),
    # behind words of a heading; a name before a bracket has none
    ("1. Action request: (S/NF) One.\n\n2. Bottom line up front -- (C) Two.\n\n3. (Summary) (U) Three.", [(1, "S/NF"), (2, "C"), (3, "U")]),
    ("1. U.S. - EU Relations: (C) One.\n\n2. \"The Vote, Part II\": (S) Two.\n\n3. Key Points:\n-- (U) Three.", [(1, "C"), (2, "S"), (3, "U")]),
    ("1. The coalition: (S) Social Democrats, (C) Conservatives.\n\n2. Members: Ana Novak (S) led.", [(1, None), (2, None)]),
    ("1.—(SBU) One.\n\n2. \u200b(C) Two.\n\n3. (S\\NF) Three.\n\n4. (Conf.) Four.", [(1, "SBU"), (2, "C"), (3, "S\\NF"), (4, "Conf")]),
    ("1. Votes cast: (U) for none.\n\n2. Tiit Lepik (S) spoke.\n\n3. A bill passed. (C) Three.", [(1, None), (2, None), (3, None)]),
    ("A. (C) One.\n\nB. (S/NF) Two.\n\nC. (U) Three left the room.", [(None, "C"), (None, "S/NF"), (None, "U")]),
    # marked, unnumbered
    ("1. (C) One.\n\n(SBU) In reply, none.\n\n2. (C) Two.", [(1, "C"), (None, "SBU"), (2, "C")]),
    ("1. (C) One (C) or two (S) of them.", [(1, "C")]),
    # unnumbered text before the first number
    ("SUMMARY: It fell. END SUMMARY\n\n1. One.\n\n2. Two.", [(None, None), (1, None), (2, None)]),
    ("It fell.\n\nIt rose again.\n\nThey went home.", [(None, None), (None, None), (None, None)]),
]


@pytest.mark.parametrize(("text", "expected"), STARTS)
@pytest.mark.parametrize("head", ["", HEAD])
def test_numbers_and_marks(head: str, text: str, expected: list[tuple[int | None, str | None]]) -> None:
    assert starts(head + text) == expected


def test_unnumbered_text_behind_a_number_stays_in_its_paragraph() -> None:
    assert texts("1. (C) One.\n\nMore of one.\n\n2. (C) Two.") == ["One. More of one.", "Two."]


def test_text_that_looks_like_a_mark_stays_in_the_text() -> None:
    assert texts("1. (C) One.\n\n2. [NAME REMOVED] left.") == ["One.", "[NAME REMOVED] left."]


def test_level_and_caveats_of_the_mark() -> None:
    (paragraph,) = parse_body("1. (S//NF) One.").paragraphs
    assert (paragraph.level, paragraph.caveats) == ("S", ("NOFORN",))


HEADINGS = [
    ("SUMMARY\n-------\nIt fell.\n\n-------\nHARVEST\n-------\nIt rose.", ["SUMMARY", "HARVEST"]),
    ("Sold were these.\n\nRye   Oats\n----  ----\nred   blue and\n\nThe rest was kept.", [None, None, None]),
    ("1. (C) Present:\n\nUK\n--\nThe Ambassador\n\nRURITANIA\n---------\nMinister Roe\n\n2. (C) Two.", [None, None]),
    ("-----\nHarvest\n-----\n\n1. (C) One.", ["Harvest"]),
    ("1. (C) One.\n\nHarvest\n-------\n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One.\n\nTHE HARVEST AND\nTHE WATER\n---------------\n2. (C) Two.", [None, "THE HARVEST AND THE WATER"]),
    ("1. (C) One.\nThe Harvest\n-----------\n2. (C) Two.", [None, "The Harvest"]),
    ("1. (C) One.\n\n-----\n\nHarvest time\n\n-----\n\n2. (C) Two.", [None, "Harvest time"]),
    ("1. (C) One.\n\n- - - -\nHarvest\n- - - -\n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One.\n\n--------------------------------------------- ----\nA long title about harvests\n---------\n2. (C) Two.", [None, "A long title about harvests"]),
    ("1. (C) One.\n\nHarvest\n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One.\n\n--HARVEST--\n\n2. (C) Two.\n\n**Water**\n\n3. (C) Three.", [None, "HARVEST", "Water"]),
    ("1. (C) One.\n\n+++ The Harvest +++\n\n2. (C) Two.", [None, "The Harvest"]),
    ("1. (C) One.\n\nA) The Harvest\n--------------\n\n2. (C) Two.", [None, "A) The Harvest"]),
    ("1. (C) One.\n\n1. The Harvest\n--------------\n\n2. (C) Two.", [None, "1. The Harvest"]),
    ("1. (C) One.\n\nWill the harvest be good?\n\n2. (C) Two.", [None, "Will the harvest be good?"]),
    ("1. (C) One.\n(S/NF) KEY POINTS\n\n2. (C) Two.", [None, "KEY POINTS"]),
    ("1. (C) One. ------- Harvest ------- 2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One. Harvest ------- \n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One was in the U.S. Harvest -------\n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) One.\n\nHarvest\n-------\n\nWater\n-----\n2. (C) Two.", [None, "Harvest Water"]),
    ("1. (C) One.\n\n2. (C) Two.", [None, None]),
    ("1. (C) Present were:\n\nJohn Doe, Mayor\n\nJane Roe, Deputy Mayor\n\n2. (C) Two.", [None, None]),
    ("1. (C) He wrote: \"Come.\n\nJohn\"\n\n2. (C) Two.", [None, None]),
    ("1. (C) Sold were:\n\nRye      Oats\n-----    -----\nRed      Blue\n\n2. (C) Two.", [None, None]),
    ("1. (C) He asked:\n\nHarvest\n\n2. (C) Two.", [None, "Harvest"]),
    ("1. (C) They wrote:\n\nThe harvest is in.\n\nYours sincerely,\n\nJane Roe\n\n2. (C) Two.", [None, None]),
    ("1. (C) One.\n\nThis is a sentence of its own.\n\n2. (C) Two.", [None, None]),
    ("1. (C) One.\n\n-----------\n\n2. (C) Two.", [None, None]),
    ("1. (C) One.\n-- a point\n\n2. (C) Two.", [None, None]),
    ("1. (U) Key Concerns\n\n2. (C) Two.", [None, None]),
    ("1. (C) Two of them. End\nSummary\n\n2. (C) Two.", [None, None]),
]


@pytest.mark.parametrize(("text", "expected"), HEADINGS)
def test_headings(text: str, expected: list[str | None]) -> None:
    assert headings(text) == expected


@pytest.mark.parametrize(("text", "expected"), HEADINGS)
def test_no_heading_is_in_a_paragraph(text: str, expected: list[str | None]) -> None:
    for heading in filter(None, expected):
        assert heading not in " ".join(texts(text))


HEAD_ENDS = [
    (HEAD + "1. (C) One.", "1. (C) One."),
    (HEAD + "-------\nHarvest\n-------\n1. (C) One.", "-------\nHarvest\n-------\n1. (C) One."),
    ("SUBJECT: GRAIN\n\nClassified By: DCM Jane Roe for reasons \n1.4 (b) and (d). Summary -------\n\n1. (C) One.", "Summary -------\n\n1. (C) One."),
    ("SUBJECT: GRAIN\n\nClassified By: DCM Jane Roe, reasons 1.4 b and d 1.(C) One.", "1.(C) One."),
    ("SUBJECT: GRAIN\n\nClassified By: Jane Roe. REASON: 1.4 (a) an\nd (b).\n\n1. (C) One.", "1. (C) One."),
    ("SUBJECT: GRAIN\nAND WATER\n\nREF: A. STATE 1\n¶B. STATE 2\n\nUnnumbered text.\n\n1. One.\n\n2. Two.", "Unnumbered text.\n\n1. One.\n\n2. Two."),
    ("SUBJECT: GRAIN\nAND WATER", ""),
    ("Unnumbered text.", "Unnumbered text."),
]


@pytest.mark.parametrize(("text", "rest"), HEAD_ENDS)
def test_where_the_head_ends(text: str, rest: str) -> None:
    assert text[parse_body(text).head_end :].lstrip() == rest


NOISE = [
    ("1. (C) They saw the\nLONDON 00000290  002 OF 002\nharvest.", "They saw the harvest."),
    ("1. (C) They saw the\n\nLONDON 00000290  002 OF 002\n\n\nharvest.", "They saw the harvest."),
    ("1. (C) They saw the LONDON 00000290 002 OF 002 harvest.", "They saw the harvest."),
    ("1. (C) They saw the\n\nSIPDIS\nsecretary.", "They saw the secretary."),
    ("1. (C) It was\n¶2013. (sic)", "It was 2013. (sic)"),
    ("1. (C) It was  ¶2013. (sic)", "It was 2013. (sic)"),
    ("1. (C) See:\n  ¶A. Oats.\n¶(b) rye.", "See: A. Oats. (b) rye."),
    ("1. (C) In ¶ 3 of the text, ¶4 (c), and (¶5): a ¶ is a sign.", "In ¶ 3 of the text, ¶4 (c), and (¶5): a ¶ is a sign."),
    ("1. (C) They left. \n\nVisit London's Classified Website: \nhttp://www.state.sgov.gov/p/eur/london/\nROE", "They left."),
    ("1. (C) They left. \nGP-3\nROE", "They left."),
]


@pytest.mark.parametrize(("text", "expected"), NOISE)
def test_what_interrupts_a_paragraph_is_taken_out(text: str, expected: str) -> None:
    assert texts(text) == [expected]


def test_line_breaks_stay_as_received() -> None:
    text = "1. (C) One \nand one. \n\nMore of it."
    assert parse_body(text).paragraphs[0].text == "One\nand one.\n\nMore of it."
    assert parse_body("1. (C) One  and one.    2. (C) Two.").paragraphs[0].text == "One  and one."


ENDLESS = ["the talks failed x " + "-" * 140 + "a", "the " + "A-" * 70 + "A)", "the " + "----- " * 24 + "b", "the talks failed" + " " * 140 + "---"]


@pytest.mark.parametrize("line", ENDLESS)
def test_a_line_of_signs_is_no_heading(line: str) -> None:
    """An expression that tries every way to part such a line does not come back."""
    first, second = parse_body(f"1. (C) It fell.\n{line}\n2. (C) It rose.\nROE").paragraphs
    assert (first.text.startswith("It fell.\nthe"), first.heading, second.text) == (True, None, "It rose.")
