import pytest

from reftel.indexer.telegram.addressees import parse_addressee
from reftel.indexer.telegram.header import parse_header
from reftel.indexer.telegram.header_lines import header_line
from reftel.indexer.telegram.parts import Parts, split_telegram
from reftel.schema.cable import Recipient

FULL = """VZCZCXRO0123
OO RUEHAA RUEHBB RUEHCC
RUEHDD
DE RUEHNY #0290/01 0440512
ZNY CCCCC ZZH
O R 130512Z FEB 08 ZDK
FM AMEMBASSY OSLO
TO RUEHC/SECSTATE WASHDC IMMEDIATE 1260
INFO RUEHZL/EUROPEAN POLITICAL COLLECTIVE PRIORITY
RUEHMO/AMEMBASSY MOSCOW PRIORITY 2276-2279
RUEHNT/AMEMBASSY TASHKENT
RHEHNSC/NSC WASHDC//EUR/DIR//
ZEN/AMCONSUL BELFAST NIACT IMMEDIATE 12
"""
ACTION = Recipient("action", "SECSTATE WASHDC", "RUEHC", "IMMEDIATE", "1260")
INFO = (
    Recipient("info", "EUROPEAN POLITICAL COLLECTIVE", "RUEHZL", "PRIORITY"),
    Recipient("info", "AMEMBASSY MOSCOW", "RUEHMO", "PRIORITY", "2276-2279"),
    Recipient("info", "AMEMBASSY TASHKENT", "RUEHNT"),
    Recipient("info", "NSC WASHDC//EUR/DIR//", "RHEHNSC"),
    Recipient("info", "AMCONSUL BELFAST", None, "NIACT IMMEDIATE", "12"),
)


def test_a_full_header() -> None:
    facts = parse_header(FULL)
    assert facts.dtg is not None
    assert facts.dtg.iso == "2008-02-13T05:12:00Z"
    assert (facts.precedence, facts.info_precedence) == ("IMMEDIATE", "ROUTINE")
    assert facts.from_name == "AMEMBASSY OSLO"
    assert facts.recipients == (ACTION, *INFO)
    assert (facts.originator, facts.station_serial, facts.channel) == ("RUEHNY", "290", "CONFIDENTIAL")
    assert not facts.partial
    assert not facts.flattened


@pytest.mark.parametrize("gap", ["  ", "   ", " "])
def test_a_header_without_line_breaks_gives_the_same(gap: str) -> None:
    facts = parse_header(FULL.strip().replace("\n", gap))
    assert facts.flattened
    assert facts.dtg is not None
    assert facts.precedence == "IMMEDIATE"
    assert facts.from_name == "AMEMBASSY OSLO"
    assert facts.recipients[:3] == (ACTION, *INFO[:2])
    if gap != " ":
        assert facts.recipients == (ACTION, *INFO)


def test_posts_in_a_flattened_header_of_the_seventies() -> None:
    facts = parse_header("R 220927Z AUG 72 FM AMEMBASSY TEHRAN TO SECSTATE WASHDC 9461 INFO AMEMBASSY ANKARA AMEMBASSY KABUL 12")
    assert [(recipient.role, recipient.name) for recipient in facts.recipients] == [
        ("action", "SECSTATE WASHDC"),
        ("info", "AMEMBASSY ANKARA"),
        ("info", "AMEMBASSY KABUL"),
    ]


@pytest.mark.parametrize("header", [FULL.lower(), FULL.replace("TO ", "TO: ").replace("INFO ", "INFO: "), FULL.replace("TO ", "To: ").replace("INFO ", "Info: "), FULL.replace("\nTO ", " TO "), FULL.replace("\n", "\n> ")])
def test_a_header_in_another_dress_gives_the_same(header: str) -> None:
    facts = parse_header(header)
    assert (facts.precedence, facts.from_name, facts.recipients) == ("IMMEDIATE", "AMEMBASSY OSLO", (ACTION, *INFO))


@pytest.mark.parametrize("text", ["", "\n\n", "nothing of a header", "INFO LOG-00 EEB-00\n      DS-00 /012W", "ACTION NEA-00"])
def test_what_is_not_there_is_absent(text: str) -> None:
    facts = parse_header(text)
    assert (facts.dtg, facts.precedence, facts.info_precedence, facts.from_name, facts.recipients) == (None, None, None, None, ())


@pytest.mark.parametrize(
    ("text", "precedence", "info"),
    [
        ("R 130512Z FEB 08", "ROUTINE", None),
        ("PP 130512Z FEB 08", "PRIORITY", None),
        ("Z O 130512Z FEB 08", "FLASH", "IMMEDIATE"),
        ("O P R 130512Z FEB 08", "IMMEDIATE", "PRIORITY"),
        ("201247Z Jan 04", None, None),
        ("O P 310512Z FEB 08", "IMMEDIATE", "PRIORITY"),  # no day of the calendar
    ],
)
def test_precedences(text: str, precedence: str, info: str | None) -> None:
    facts = parse_header(f"This record is a partial extract of the original cable.\n\n{text}")
    assert (facts.precedence, facts.info_precedence, facts.partial) == (precedence, info, True)


def test_office_symbols_are_no_recipients() -> None:
    text = """ORIGIN DS-00

INFO  LOG-00   MFA-00   AF-00
      PERC-00  EAP-00   (TEDE) /000R

063860
SOURCE: CBLEXCLS.000423
DRAFTED BY: DS/DSS/CC:JDOE -- 06/19/2009  571-345-0000
                  ------------------7CAAD7  191822Z /38
P 191717Z JUN 09
FM SECSTATE WASHDC
TO SECURITY OFFICER COLLECTIVE PRIORITY
PAGE 02        STATE   063860  191822Z
AMEMBASSY TRIPOLI PRIORITY
INFO AMCONSUL CASABLANCA
"""
    facts = parse_header(text)
    assert facts.dtg is not None
    assert facts.dtg.iso == "2009-06-19T17:17:00Z"
    assert facts.recipients == (
        Recipient("action", "SECURITY OFFICER COLLECTIVE", None, "PRIORITY"),
        Recipient("action", "AMEMBASSY TRIPOLI", None, "PRIORITY"),
        Recipient("info", "AMCONSUL CASABLANCA"),
    )


def test_a_distribution_between_the_group_and_the_sender() -> None:
    text = "291359Z Nov 00\n\n  CONFIDENTIAL     PTQ1859\n\nPAGE 01  HARARE  06677  291400Z\nACTION AF-00\n\nINFO  LOG-00   NP-00\n      SAS-00   /012W\nFM AMEMBASSY HARARE\nTO SECSTATE WASHDC IMMEDIATE 7738\nINFO NSC WASHDC"
    facts = parse_header(text)
    assert facts.dtg is not None
    assert [recipient.name for recipient in facts.recipients] == ["SECSTATE WASHDC", "NSC WASHDC"]


@pytest.mark.parametrize("keyword", ["XMT ", "XMT: ", "XMT/", "XMT / "])
def test_excluded_posts_belong_to_the_collective(keyword: str) -> None:
    text = f"FM AMEMBASSY OSLO\nTO RUEHC/SECSTATE WASHDC\nINFO RUEHZL/EUROPEAN POLITICAL COLLECTIVE\nRHEHNSC/NSC WASHDC\n{keyword}AMCONSUL STRASBOURG\nAMEMBASSY RIGA\nINFO AMEMBASSY BERN"
    names = [(recipient.name, recipient.excluded) for recipient in parse_header(text).recipients]
    assert names == [
        ("SECSTATE WASHDC", ()),
        ("EUROPEAN POLITICAL COLLECTIVE", ("AMCONSUL STRASBOURG", "AMEMBASSY RIGA")),
        ("NSC WASHDC", ()),
        ("AMEMBASSY BERN", ()),
    ]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("TO PAGE 02        STATE   015113  182333Z\nALL POSTS COLLECTIVE", ["ALL POSTS COLLECTIVE"]),
        ("TO\nAMEMBASSY RIGA", ["AMEMBASSY RIGA"]),
        ("TO AMEMBASSY RIGA, AMCONSUL LAGOS, NSC WASHDC", ["AMEMBASSY RIGA", "AMCONSUL LAGOS, NSC WASHDC"]),
        ("TO RUEHC/SECSTATE WASHDC 1234RUEHRA/AMEMBASSY RIGA 12", ["SECSTATE WASHDC", "AMEMBASSY RIGA"]),
        ("TO RUEHC/SECSTATE WASHDC INFO RUEHRA/AMEMBASSY RIGA", ["SECSTATE WASHDC", "AMEMBASSY RIGA"]),
        ("TO AMEMBASSY RIGA\nC O N F I D E N T I A L\nSECRET\nSECRET SERVICE WASHDC", ["AMEMBASSY RIGA", "SECRET SERVICE WASHDC"]),
        ("TO AMEMBASSY RIGA\nSTATE GRNC\nBT", ["AMEMBASSY RIGA"]),
        ("TO AMEMBASSY RIGA. ...\nBT", ["AMEMBASSY RIGA"]),
        ("TO RUEHZL/EUROPEAN POLITICAL\nCOLLECTIVE PRIORITY\nRUEHRA/AMEMBASSY RIGA", ["EUROPEAN POLITICAL COLLECTIVE", "AMEMBASSY RIGA"]),
        ("TO AMEMBASSY RIGA\nPRIORITY 0012", ["AMEMBASSY RIGA"]),
        ("TO SECSTATE WASHDC\n" + "X " * 200, ["SECSTATE WASHDC"]),
    ],
)
def test_addressee_lines(lines: str, names: list[str]) -> None:
    assert [recipient.name for recipient in parse_header(f"R 130512Z FEB 08\nFM AMEMBASSY OSLO\n{lines}").recipients] == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUEHC/SECSTATE WASHDC PRIORITY 1260 ", Recipient("info", "SECSTATE WASHDC", "RUEHC", "PRIORITY", "1260")),
        ("RUEHC/SECSTATE WASHDC 1260 PRIORITY", Recipient("info", "SECSTATE WASHDC", "RUEHC", "PRIORITY", "1260")),
        ("RUEHC/SECSTATE WASHDC, IMMED 1260.", Recipient("info", "SECSTATE WASHDC", "RUEHC", "IMMEDIATE", "1260")),
        ("RUEHC /SECSTATE WASHDC PIORITY", Recipient("info", "SECSTATE WASHDC", "RUEHC", "PRIORITY")),
        ("RUEHC/SECSTATE WASHDC NIACT IMEDIATE 12", Recipient("info", "SECSTATE WASHDC", "RUEHC", "NIACT IMMEDIATE", "12")),
        ("RUEHRA/AMEMBASSY RIGA PROIRITY 0012", Recipient("info", "AMEMBASSY RIGA", "RUEHRA", "PRIORITY", "0012")),
        ("RUEHRA/AMEMBASSY RIGA ROUTINNE", Recipient("info", "AMEMBASSY RIGA", "RUEHRA", "ROUTINE")),
        ("RHMFISS/CDR PRIOR", Recipient("info", "CDR PRIOR", "RHMFISS")),
        ("RHMFISS/COMUSKOREA J5 SEOUL KOR", Recipient("info", "COMUSKOREA J5 SEOUL KOR", "RHMFISS")),
        ("CTF 57", Recipient("info", "CTF 57")),
        ("CTF 57 PRIORITY 4", Recipient("info", "CTF 57", None, "PRIORITY", "4")),
        ("RUEKJCS/JOINT STAFF WASHDC//J3/J5// IMMEDIATE", Recipient("info", "JOINT STAFF WASHDC//J3/J5//", "RUEKJCS", "IMMEDIATE")),
        ("AMCONSUL OSAKA/KOBE", Recipient("info", "AMCONSUL OSAKA/KOBE")),
        ("PRIORITY", Recipient("info", "", None, "PRIORITY")),
    ],
)
def test_one_addressee(text: str, expected: Recipient) -> None:
    assert parse_addressee(text, "info") == expected


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("VZCZCXYZ0001", "routing"),
        ("RR RUEHAG RUEHROV", "routing"),
        ("RUEHWEB", "routing"),
        ("DE RUEHLO #0290 0341016", "routing"),
        ("ZNR UUUUU ZZH", "routing"),
        ("P R 281848Z DEC 66", "dtg"),
        ("201247Z Jan 04", "dtg"),
        ("FM AMEMBASSY BAKU", "from"),
        ("FM RPO DUBAI", "from"),
        ("FM LAVROV SAID TO US", "other"),
        ("TO RUEHC/SECSTATE WASHDC", "to"),
        ("TO DISCUSS THE MATTER WITH HIM", "other"),
        ("INFO ALL US CONSULATES IN MEXICO COLLECTIVE", "info"),
        ("INFO LOG-00 EEB-00", "distribution"),
        ("      PERC-00  DS-00", "distribution"),
        ("PAGE 02 STATE 015113 182333Z", "distribution"),
        ("XMT AMCONSUL RIGA", "excluded"),
        ("RUEHRA/AMEMBASSY RIGA", "addressee"),
        ("AMEMBASSY RIGA", "other"),
        ("", "blank"),
        ("SUBJECT: TO RIGA", "other"),
    ],
)
def test_kinds_of_lines(line: str, kind: str) -> None:
    assert header_line(line) == kind


BODY = "C O N F I D E N T I A L OSLO 000290\n\nSIPDIS\n\nSUBJECT: FJORDS\n\n1. (C) DEEP.\n\nSMITH\n"


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
@pytest.mark.parametrize(
    "header",
    [
        FULL.strip(),
        "This record is a partial extract of the original cable. The full text of the original cable is not available.",
        "This record is a partial extract of the original cable.\n\n201247Z Jan 04",
        "R 220927Z AUG 72 \nFM AMEMBASSY TEHRAN\nTO SECSTATE WASHDC 9461\nINFO USCINCSO\nCINCLANT",
        "null\nJane Doe  03/21/2007 05:47:09 PM  From  DB/Inbox\n\nTELEGRAM      June 03, 2003\n\nTAGS:     PREL\n\nSubject:  FJORDS\n_______\nC O N F I D E N T I A L    OSLO 02641\nSIPDIS\nCXOSL:\n    ACTION: POL\n\n" + FULL.strip(),
        "S E C R E T   OSLO   00119085 \n" + FULL.strip(),
    ],
)
def test_header_and_body_of_one_stream(header: str, gap: str) -> None:
    assert split_telegram(header + gap + BODY) == Parts(header, BODY)


@pytest.mark.parametrize("body", [BODY, "SIPDIS\n\n1. (C) X.", "1. (C) X.", " ¶1.  (C) X.\n", "SUBJECT: X", "ID: 12\nX", "FM LAVROV SAID:\n2. X", "plain words"])
def test_a_text_without_a_header_is_all_body(body: str) -> None:
    assert split_telegram(body) == Parts("", body)
    assert split_telegram(FULL + "\n" + body).body == body


@pytest.mark.parametrize("header", [FULL.strip(), "TO RUEHC/SECSTATE WASHDC\nINFO RUEHRA/AMEMBASSY RIGA", "O 130512Z FEB 08", "RUEHRA/AMEMBASSY RIGA 0012"])
def test_a_text_that_is_only_a_header(header: str) -> None:
    assert split_telegram(header + "\n") == Parts(header, "")


def test_a_cable_repeated_inside_another_is_body() -> None:
    text = "1. (C) FOLLOWING IS REPEATED.\nQUOTE: R 220927Z AUG 72\nFM AMEMBASSY TEHRAN\nTO SECSTATE WASHDC 9461\n\n" + BODY
    assert split_telegram(text) == Parts("", text)


@pytest.mark.parametrize("text", [" " * 1_000_000, "R" * 1_000_000, "RUEHC/" * 150_000, "TO " * 300_000, "1" * 1_000_000, "-" * 1_000_000, "INFO A-00 " * 100_000, "O " * 500_000, "\n" * 1_000_000, "FM\t" * 300_000, "123456 Z " * 100_000, "X\nFM A\n" * 100_000])
def test_a_megabyte_of_anything_takes_no_time(text: str) -> None:
    parts = split_telegram(text)
    parse_header(text)
    assert len(parts.header) + len(parts.body) <= len(text)
