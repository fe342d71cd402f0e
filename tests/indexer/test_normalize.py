import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.indexer.dating import date_cable, parse_moment, repeats_hour
from reftel.indexer.handling import read_handling, split_classification
from reftel.indexer.identity import Evidence, identify, same_place
from reftel.indexer.message import Message
from reftel.indexer.normalize import normalize_message, normalize_text, read_cables
from reftel.indexer.telegram.caption import Caption
from reftel.schema import warnings as codes
from reftel.schema.cable import Cable, Recipient, Source
from reftel.schema.dtg import parse_dtg
from reftel.schema.errors import SourceError

HEADER = """VZCZCXRO0123
OO RUEHAA RUEHBB
DE RUEHNY #0290/01 0440512
ZNY CCCCC ZZH
O R 130512Z FEB 08
FM AMEMBASSY OSLO
TO RUEHC/SECSTATE WASHDC IMMEDIATE 1260
INFO RUEHRA/AMEMBASSY RIGA 0012"""
BODY = """C O N F I D E N T I A L SECTION 01 OF 02 OSLO 000290

SIPDIS
NOFORN

STATE FOR EUR/NB

E.O. 12958: DECL: 02/13/2018
TAGS: PREL, NO
SUBJECT: FJORDS

REF: A. STATE 1234
     B. 07 RIGA 56

Classified By: Ambassador Jane Doe for reasons 1.4 (b) and (d).

¶1. (C) Summary: The fjords are deep. End summary.

¶2. (C/NF) They are cold, too.

DOE
"""
PAGE = Message(
    body=BODY,
    header=HEADER,
    source=Source("page", "cablegate-html"),
    printed_id="08OSLO290",
    date="2008-02-13 05:05",
    classification="CONFIDENTIAL//NOFORN",
    origin="Embassy Oslo",
)


def page(**changes: object) -> Cable:
    return normalize_message(msgspec.structs.replace(PAGE, **changes))


def seen(cable: Cable) -> set[str]:
    return {warning.code for warning in cable.warnings}


def test_a_sound_page_fills_the_record_without_a_warning() -> None:
    cable = page()
    assert (cable.id, cable.printed_id, cable.post, cable.origin) == ("08OSLO290", "08OSLO290", "OSLO", "Embassy Oslo")
    assert (cable.date, cable.date_precision, cable.date_source) == ("2008-02-13T05:12:00Z", "minute", "dtg")
    assert (cable.classification, cable.caveats) == ("CONFIDENTIAL", ("NOFORN", "SIPDIS"))
    assert (cable.precedence, cable.info_precedence, cable.sections) == ("IMMEDIATE", "ROUTINE", 2)
    assert cable.recipients == (
        Recipient("action", "SECSTATE WASHDC", "RUEHC", "IMMEDIATE", "1260"),
        Recipient("info", "AMEMBASSY RIGA", "RUEHRA", None, "0012"),
    )
    assert (cable.subject, cable.tags) == ("FJORDS", ("PREL", "NO"))
    assert [(ref.label, ref.id) for ref in cable.refs] == [("A", "08STATE1234"), ("B", "07RIGA56")]
    assert [(paragraph.number, paragraph.mark) for paragraph in cable.paragraphs] == [(1, "C"), (2, "C/NF")]
    assert (cable.signers, cable.flags, cable.body_id) == (("DOE",), (), None)
    assert (cable.header, cable.body) == (HEADER, BODY)
    assert cable.warnings == ()
    assert Cable.from_dict(json.loads(json.dumps(cable.to_dict()))) == cable


@pytest.mark.parametrize("message", [Message(body=HEADER + "\n\n" + BODY), Message(body=HEADER + "\n\n" + BODY, header="", source=Source("x", "json-lines"))])
def test_a_raw_telegram_gives_the_same_cable(message: Message) -> None:
    whole, cable = page(), normalize_message(message)
    same = [name for name in Cable.__struct_fields__ if name not in ("source", "printed_id", "warnings")]
    assert {name: getattr(cable, name) for name in same} == {name: getattr(whole, name) for name in same}


def test_fragments() -> None:
    header = normalize_text(HEADER)
    assert (header.date, header.precedence, header.body, header.paragraphs, len(header.recipients)) == ("2008-02-13T05:12:00Z", "IMMEDIATE", "", (), 2)
    assert (header.id, header.post) == ("08OSLO290", "OSLO")  # from the DE line, said in a warning
    assert seen(header) >= {codes.ID_FROM_HEADER}
    head = normalize_text("SUBJECT: FJORDS\nREF: STATE 12", id="09 Oslo 004")
    assert (head.id, head.subject, [ref.id for ref in head.refs]) == ("09OSLO4", "FJORDS", ["09STATE12"])
    body = normalize_text("¶1.  (C) Deep.\n\nDOE\n")
    assert (body.id, body.date, body.classification, body.signers, len(body.paragraphs)) == (None, None, None, ("DOE",), 1)
    assert body.key.startswith("text-")
    assert normalize_text("").paragraphs == ()


@given(st.text(max_size=400) | st.text("¶()1.2 CNS/\n-:XFMTOINFO", max_size=400))
def test_any_text_gives_a_record(text: str) -> None:
    cable = normalize_text(text)
    assert len(cable.header) + len(cable.body) <= len(text)


# -- identity -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "shown", "cable_id", "body_id", "code"),
    [
        ("08OSLO290", Evidence("OSLO", 290), "08OSLO290", None, None),
        ("08OSLO290", Evidence(), "08OSLO290", None, None),
        ("2008OSLO00290_b", Evidence(), "08OSLO290", None, None),
        ("08OSLO290", Evidence("RIGA", 290), "08OSLO290", "08RIGA290", codes.BODY_OF_ANOTHER_CABLE),
        ("08OSLO290", Evidence("OSLO", 291), "08OSLO290", "08OSLO291", codes.BODY_OF_ANOTHER_CABLE),
        ("05OSLO290", Evidence("RIGA", 291, earliest=2008), "05OSLO290", "08RIGA291", codes.BODY_OF_ANOTHER_CABLE),
        ("05OSLO290", Evidence("RIGA", 291, earliest=2004), "05OSLO290", "05RIGA291", codes.BODY_OF_ANOTHER_CABLE),
        ("05OSLO290", Evidence("RIGA", 291, earliest=2084), "05OSLO290", "05RIGA291", codes.BODY_OF_ANOTHER_CABLE),
        ("08OSLO290", Evidence("XXXXXXXXXXXX", 291), "08OSLO290", None, None),
        ("09RPODUBAI12", Evidence("DUBAI", 12), "09RPODUBAI12", None, None),
        ("09BRUSSELS12", Evidence("USEU BRUSSELS", 12), "09BRUSSELS12", None, None),
        ("08ECTION01OF02MANAMA492", Evidence("MANAMA", 492), "08MANAMA492", None, codes.ID_REPAIRED),
        ("08OSLLLO290", Evidence("OSLO", 290, year=2008), "08OSLO290", None, codes.ID_REPAIRED),
        ("OSLO TWO NINETY", Evidence("OSLO", 290, year=2008), "08OSLO290", None, codes.ID_REPAIRED),
        ("OSLO TWO NINETY", Evidence(), None, None, codes.ID_MALFORMED),
        # the caption's serial is cut short, or as damaged as the printed id; the DE line has it
        ("08OSLO290", Evidence("OSLO", 29, "AMEMBASSY OSLO", "290", 2008), "08OSLO290", None, None),
        ("08OSLO290", Evidence("OSLO", 29, "AMEMBASSY OSLO", "29", 2008), "08OSLO290", "08OSLO29", codes.BODY_OF_ANOTHER_CABLE),
        ("08OSLO290", Evidence("OSLO", 90, "AMEMBASSY OSLO", "290", 2008), "08OSLO290", "08OSLO90", codes.BODY_OF_ANOTHER_CABLE),
        ("08STATE112345", Evidence("STATE", 11234, "SECSTATE WASHDC", "2345", 2008), "08STATE112345", None, None),
        ("08SECTION01GF02OSLO21", Evidence("OSLO", 21, "AMEMBASSY OSLO", "1021", 2008), "08OSLO1021", None, codes.ID_REPAIRED),
        ("08SECTION01GF02OSLO21", Evidence("OSLO", 21, "AMEMBASSY OSLO", "21", 2008), "08OSLO21", None, codes.ID_REPAIRED),
        ("08SECTION01GF02STATE21", Evidence("STATE", 21, "SECSTATE WASHDC", "1021", 2008), "08STATE21", None, codes.ID_REPAIRED),
        ("08SECTION01OF02OSLO21", Evidence("OSLO", 2, "AMEMBASSY OSLO", "211", 2008), "08OSLO211", None, codes.ID_REPAIRED),
        ("08OSLLLO290", Evidence("OSLO", 290, "AMEMBASSY OSLO", "291", 2008), "08OSLO290", None, codes.ID_REPAIRED),
        ("08SECTION01OF02OSLO21", Evidence(None, None, "AMEMBASSY RIGA", "211", 2008), "08OSLO21", None, codes.ID_REPAIRED),
        (None, Evidence("OSLO", 290, year=2008), "08OSLO290", None, None),
        (None, Evidence("OSLO", 290), None, None, codes.ID_MISSING),
        (None, Evidence("XXXXXXXX", 290, "AMEMBASSY OSLO", year=2008), "08OSLO290", None, None),
        (None, Evidence(None, None, "AMEMBASSY OSLO", "290", 2008), "08OSLO290", None, codes.ID_FROM_HEADER),
        (None, Evidence(None, None, "SECSTATE WASHDC", "290", 2008), None, None, codes.ID_MISSING),
        (None, Evidence("RIGA", 12, "AMEMBASSY OSLO", "290", 2008), "08OSLO290", "08RIGA12", (codes.ID_FROM_HEADER, codes.BODY_OF_ANOTHER_CABLE)),
        (None, Evidence("RIGA", 12, "Embassy Oslo", None, 2008), None, "08RIGA12", (codes.ID_MISSING, codes.BODY_OF_ANOTHER_CABLE)),
    ],
)
def test_identity(printed: str | None, shown: Evidence, cable_id: str | None, body_id: str | None, code: str | tuple[str, ...] | None) -> None:
    found = identify(printed, shown)
    assert (found.id, found.body_id) == (cable_id, body_id)
    assert [warning.code for warning in found.warnings] == list((code,) if isinstance(code, str) else code or ())


def test_posts_of_one_place_share_captions() -> None:
    assert same_place("VIENNA", "UNVIEVIENNA")
    assert same_place("KYIV", "KIEV")
    assert same_place("ATLANTIS", "OSLO")  # nothing is known of it
    assert not same_place("RIGA", "OSLO")


def test_a_page_with_another_cables_body() -> None:
    cable = page(body=BODY.replace("OSLO 000290", "RIGA 000012"))
    assert (cable.id, cable.body_id, cable.flags) == ("08OSLO290", "08RIGA12", ("mismatch",))
    assert (cable.classification, cable.caveats) == ("CONFIDENTIAL", ("NOFORN",))  # the caption's SIPDIS is not this cable's


@pytest.mark.parametrize(("reference", "body_id"), [("08 RIGA 167", "09RIGA12"), ("RIGA 167", "08RIGA12"), ("08 RIGA 11", "08RIGA12"), ("07 RIGA 167", "08RIGA12")])
def test_a_body_that_cites_its_post_by_the_year_is_of_a_later_one(reference: str, body_id: str) -> None:
    body = f"S E C R E T RIGA 000012\n\nTAGS: PREL\nSUBJECT: RIVERS\n\nREF: {reference}\n\n1. (S) They rise.\nALDANE\n"
    assert page(body=body).body_id == body_id


# -- dates --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtg", "printed", "body", "container", "expected"),
    [
        ("130512Z FEB 08", "2008-02-13 05:05", "", "cablegate-html", ("2008-02-13T05:12:00Z", "minute", "dtg")),
        (None, "2008-02-13 05:05", "", "cablegate-html", ("2008-02-13T05:00:00Z", "hour", "page")),
        (None, "2008-02-13 14:02", "", "json-lines", ("2008-02-13T14:00:00Z", "hour", "row")),
        (None, "2008-02-13 00:12", "", "cablegate-html", ("2008-02-13T00:00:00Z", "hour", "page")),
        (None, "1966-12-28 18:48", "", "cablegate-html", ("1966-12-28T18:48:00Z", "minute", "page")),
        (None, "2/13/2008 5:05", "", "cables-csv", ("2008-02-13T05:05:00Z", "minute", "row")),
        (None, "2/3/2008 5:12:07 PM", "", "cables-csv", ("2008-02-03T17:12:00Z", "minute", "row")),
        (None, "2/13/08 12:12 AM", "", "cables-csv", ("2008-02-13T00:12:00Z", "minute", "row")),
        (None, "2/13/2008 12:12 pm", "", "cables-csv", ("2008-02-13T12:12:00Z", "minute", "row")),
        (None, "03.02.2008 17:12", "", "cables-csv", ("2008-02-03T17:12:00Z", "minute", "row")),
        (None, "2008-02-03 17:12:00", "", "cables-csv", ("2008-02-03T17:12:00Z", "minute", "row")),
        (None, "22 MAY 1973", "", "nara", ("1973-05-22T00:00:00Z", "day", "row")),
        (None, "1973 May 22, 18:28 (Tuesday)", "", "plusd-html", ("1973-05-22T18:28:00Z", "minute", "page")),
        (None, None, "Friday, 09 May 2008, 14:05\nS E C R E T", None, ("2008-05-09T14:05:00Z", "minute", "text")),
        (None, None, "Friday, 09 May 2008\nS E C R E T", None, ("2008-05-09T00:00:00Z", "day", "text")),
        (None, "soon", "Friday, 09 May 2008", None, ("2008-05-09T00:00:00Z", "day", "text")),
        (None, "2/30/2008 5:05", "", "cables-csv", (None, None, None)),
        (None, None, "", None, (None, None, None)),
    ],
)
def test_dates(dtg: str | None, printed: str | None, body: str, container: str | None, expected: tuple[str | None, ...]) -> None:
    dated = date_cable(parse_dtg(dtg) if dtg else None, printed, body, container)
    assert (dated.date, dated.precision, dated.source) == expected


@pytest.mark.parametrize(
    ("dtg", "printed", "code"),
    [(None, None, codes.DATE_MISSING), (None, "soon", codes.DATE_UNREADABLE), (None, "2008-02-13 05:05", codes.DATE_MINUTES_LOST), ("130512Z FEB 08", "2008-03-13 05:05", codes.DATE_DISAGREES)],
)
def test_date_warnings(dtg: str | None, printed: str | None, code: str) -> None:
    dated = date_cable(parse_dtg(dtg) if dtg else None, printed, "", "cablegate-html")
    assert [warning.code for warning in dated.warnings] == [code]


@pytest.mark.parametrize(("time", "repeats"), [("05:05", True), ("14:02", True), ("00:12", True), ("12:12", True), ("14:14", False), ("05:12", False)])
def test_the_mirrors_minutes(time: str, repeats: bool) -> None:
    assert repeats_hour(f"2008-02-13T{time}:00Z") is repeats


@pytest.mark.parametrize("text", ["", "yesterday", "13:05", "x" * 500, "2008-13-45 00:00"])
def test_what_is_no_moment(text: str) -> None:
    assert parse_moment(text) is None


# -- classification -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "level", "caveats"),
    [
        ("SECRET//NOFORN", "SECRET", ("NOFORN",)),
        ("CONFIDENTIAL", "CONFIDENTIAL", ()),
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ()),
        ("U//FOUO", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ()),
        ("UNCLASSIFIED//FOUO//NOFORN", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ("NOFORN",)),
        ("S/NF", "SECRET", ("NOFORN",)),
        ("LIMITED OFFICIAL USE", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ()),
        ("n/a", None, ()),
        ("", None, ()),
    ],
)
def test_container_classifications(printed: str, level: str | None, caveats: tuple[str, ...]) -> None:
    assert split_classification(printed) == (level, caveats, False)


def test_an_unknown_classification_is_said() -> None:
    assert split_classification("COSMIC") == (None, (), True)
    assert seen(page(classification="COSMIC")) == {codes.CLASSIFICATION_UNREADABLE}


@pytest.mark.parametrize(
    ("printed", "caption", "channel", "expected", "code"),
    [
        ("SECRET", Caption("SECRET"), None, ("SECRET", ()), None),
        ("SECRET//NOFORN", Caption("SECRET", ("NOFORN", "SIPDIS")), None, ("SECRET", ("NOFORN", "SIPDIS")), None),
        ("SECRET", Caption("CONFIDENTIAL"), None, ("SECRET", ()), codes.CLASSIFICATION_DISAGREES),
        ("SECRET", Caption("SECRET", ("NOFORN",)), None, ("SECRET", ("NOFORN",)), codes.NOFORN_DISAGREES),
        ("SECRET//NOFORN", Caption("SECRET"), None, ("SECRET", ("NOFORN",)), codes.NOFORN_DISAGREES),
        (None, Caption("SECRET"), "CONFIDENTIAL", ("SECRET", ()), codes.CHANNEL_DISAGREES),
        (None, Caption("CONFIDENTIAL"), "SECRET", ("CONFIDENTIAL", ()), None),
        (None, Caption(), "SECRET", ("SECRET", ()), codes.CLASSIFICATION_FROM_CHANNEL),
        (None, Caption(), "UNCLASSIFIED", (None, ()), None),
        (None, Caption(), None, (None, ()), None),
    ],
)
def test_handling(printed: str | None, caption: Caption, channel: str | None, expected: tuple[str | None, tuple[str, ...]], code: str | None) -> None:
    handling = read_handling(printed, caption, channel, own_caption=True)
    assert (handling.classification, handling.caveats) == expected
    assert [warning.code for warning in handling.warnings] == list((code,) if isinstance(code, str) else code or ())


# -- containers ---------------------------------------------------------------------------------------------------------------------------


def test_columns_fill_what_the_text_does_not_say() -> None:
    row = Message(body="1. (C) Deep.", header="", source=Source("x", "cables-csv", 3), printed_id="08OSLO290", references="07STATE12|08RIGA4|no id", title="FJORDS")
    cable = normalize_message(row)
    assert [(ref.label, ref.id, ref.kind) for ref in cable.refs] == [(None, "07STATE12", "cable"), (None, "08RIGA4", "cable")]
    assert (cable.subject, cable.origin, cable.post) == ("FJORDS", "Embassy Oslo", "OSLO")


def test_a_mirrors_title_is_no_subject() -> None:
    assert page(body="1. (C) Deep.", title="FJORDS").subject is None


def test_labels_of_the_archives_fill_what_the_text_does_not_say() -> None:
    message = Message(
        body="1. DEEP.",
        source=Source("x", "nara"),
        printed_id="1973OSLO00482",
        date="22 MAY 1973",
        origin="OSLO",
        title="FJORDS",
        attributes=(("TAGS", "PFOR - Political <x> | NO - Norway"), ("To", "STATE | RIGA")),
    )
    cable = normalize_message(message)
    assert (cable.id, cable.date, cable.date_precision, cable.origin) == ("73OSLO482", "1973-05-22T00:00:00Z", "day", "Embassy Oslo")
    assert (cable.tags, cable.subject) == (("PFOR", "NO"), "FJORDS")
    assert [(recipient.role, recipient.name) for recipient in cable.recipients] == [("action", "STATE"), ("action", "RIGA")]


def test_a_partial_extract_is_flagged() -> None:
    cable = page(header="This record is a partial extract of the original cable. The full text of the original cable is not available.")
    assert "partial" in cable.flags
    assert (cable.date, cable.date_precision, cable.recipients) == ("2008-02-13T05:00:00Z", "hour", ())


def test_errors_are_raised_or_reported(tmp_path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"body": "1. (C) Deep."}\nnoise\n{"body": "1. (C) Cold."}\n')
    errors: list[SourceError] = []
    assert len(list(read_cables(path, on_error=errors.append))) == 2
    assert [(error.path, error.locator) for error in errors] == [(str(path), 2)]
    with pytest.raises(SourceError, match=r"x\.jsonl:2: not a JSON object"):
        list(read_cables(path))


def test_every_warning_is_documented_once() -> None:
    assert len({kind.code for kind in codes.WARNING_KINDS}) == len(codes.WARNING_KINDS)
    constants = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert constants == {kind.code for kind in codes.WARNING_KINDS}
    fields = set(Cable.__struct_fields__)
    assert all(kind.field in fields for kind in codes.WARNING_KINDS)
    assert codes.warning_kind(codes.ID_MISSING) is not None
    assert codes.warning_kind("no-such-code") is None
