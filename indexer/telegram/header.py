"""The header: who sent the telegram when, how urgently, to whom.

Lines are told by what they are, not counted: a header can begin with a print-out's banner, a distribution by office symbols, a
classification line or left-over addressees (CABLE_FORMATS 2).
"""

from __future__ import annotations

import re

import msgspec

from reftel.indexer.telegram.addressees import parse_addressees
from reftel.indexer.telegram.header_lines import PARTIAL_EXTRACT
from reftel.indexer.telegram.parts import without_line_signs
from reftel.indexer.telegram.places import holds
from reftel.schema.cable import Recipient
from reftel.schema.dtg import Dtg, impossible_group, parse_dtg

_FROM = re.compile(r"^[ \t>]{0,8}FM[ \t]+(\S[^\n]{0,80})", re.MULTILINE)
_FIRST_ADDRESSEE = re.compile(r"^[ \t]{0,8}(?:TO|INFO|XMT|To(?=:)|Info(?=:)):?(?:[ \t]|$)", re.MULTILINE)
_SENDER_AND_ADDRESSEE = re.compile(r"^[ \t>]{0,8}FM [^\n]{2,60}? TO (?=R[A-Z]{4,6}/|SECSTATE|AM(?:EMBASSY|CONSUL)|USMISSION)[^\n]*", re.MULTILINE)
_SMALL_LETTERS = re.compile(r"^[ \t>]{0,8}fm[ \t]", re.MULTILINE)
_ORIGINATOR = re.compile(r"DE(?<!\wDE)[ ]+(R[A-Z]{3,7})[ ]+#?(\d{1,6})")
_CHANNEL = re.compile(r"ZN(?<!\wZN)[YR] +([A-Z])\1{4}\b")
_CHANNELS = {"U": "UNCLASSIFIED", "C": "CONFIDENTIAL", "S": "SECRET", "T": "TOP SECRET", "E": "UNCLASSIFIED"}
_BREAKS = re.compile(
    r"""(?<![ ]) (?<!\b[ZOPR]) [ ]++                          # all blanks of a gap, not the one between two prosigns
        (?= DE[ ]R[A-Z]{3,6}[ ] | ZN[YR][ ][A-Z]{5}[ ] | (?:[ZOPR][ ]){1,3} \d{6}Z[ ]
          | FM[ ][A-Z] | TO[ ]R?[A-Z]{3} | INFO[ ][A-Z] | XMT[ ][A-Z] | R[A-Z]{4,6}/[A-Z] )""",
    re.VERBOSE,
)
_PAGE_BANNER = re.compile(r"PAGE {1,9}\d\d {1,20}[A-Z ]{1,24}\d{3,8}[ \dOF]{1,20}Z")  # PAGE 02        STATE   015113  182333Z
_WIDE_GAP = re.compile(r"(?<! ) {2,}+(?=\S)")
_PLACES = re.compile(r"(?<! )(?<!\bFM)(?<!\bTO)(?<!\bINFO)(?<!\bXMT) ++(?=(?:AMEMBASSY|AMCONSUL|SECSTATE|USMISSION) )")


class HeaderFacts(msgspec.Struct, frozen=True, gc=False):
    """What a header says. ``channel`` is the class of the ZNY or ZNR line, ``originator`` and ``station_serial`` come from the DE line.

    ``unread_dtg``: a date-time group that names no month or day of the calendar, where there is no other. ``flattened``: the header came without
    line breaks. ``unreadable``: beginnings of lines among the addressees that are none.
    """

    dtg: Dtg | None = None
    unread_dtg: str | None = None
    precedence: str | None = None
    info_precedence: str | None = None
    from_name: str | None = None
    recipients: tuple[Recipient, ...] = ()
    originator: str | None = None
    station_serial: str | None = None
    channel: str | None = None
    partial: bool = False
    flattened: bool = False
    unreadable: tuple[str, ...] = ()


def parse_header(text: str) -> HeaderFacts:
    """Facts of a header, also of any fragment of one; everything absent where the text has none.

    The date-time group is the first with month and year, so the times of LOG and PAGE lines are passed over. The first prosign is the
    action precedence, the second the info precedence. Office symbols behind ORIGIN, ACTION and INFO are no recipients.
    """
    text = without_line_signs(text)
    flattened = _is_flattened(text)
    if flattened:
        text = restore_lines(text)
    if "fm" in text and _SMALL_LETTERS.search(text):
        text = text.upper()
    if " TO " in text:
        text = _SENDER_AND_ADDRESSEE.sub(lambda line: restore_lines(line[0]), text)
    dtg = parse_dtg(text)
    unread, prosigns = (None if dtg else impossible_group(text)) or (None, ())
    sender = _FROM.search(text, dtg.end if dtg else 0) or _FROM.search(text)
    recipients, unreadable = parse_addressees(_addressee_lines(text, dtg, sender))
    originator = _ORIGINATOR.search(text)
    channel = _CHANNEL.search(text)
    precedences = dtg.precedences if dtg else prosigns
    return HeaderFacts(
        dtg=dtg,
        unread_dtg=unread,
        precedence=precedences[0] if precedences else None,
        info_precedence=precedences[1] if len(precedences) > 1 else None,
        from_name=" ".join(sender[1].split()) if sender else None,
        recipients=recipients,
        originator=originator[1] if originator else None,
        station_serial=originator[2].lstrip("0") or None if originator else None,
        channel=_CHANNELS.get(channel[1]) if channel else None,
        partial=holds(text, "partial extract") and PARTIAL_EXTRACT.search(text) is not None,
        flattened=flattened,
        unreadable=unreadable,
    )


def _addressee_lines(text: str, dtg: Dtg | None, sender: re.Match[str] | None) -> list[str]:
    """Lines from the first TO or INFO behind the FM line (else behind the date-time group)."""
    start = sender.end() if sender else dtg.end if dtg else 0
    first = _FIRST_ADDRESSEE.search(text, start)
    return text[first.start() :].split("\n") if first else []


def _is_flattened(text: str) -> bool:
    return "\n" not in text.strip("\n") and _BREAKS.search(text) is not None


def restore_lines(text: str) -> str:
    """A header without line breaks, broken again where a line must have begun: at wide gaps, keywords, routing indicators and posts.

    The containers that lost line breaks mostly left two blanks in their place; what stands between single blanks is told by its form.
    """
    text = _PAGE_BANNER.sub(lambda banner: " ".join(banner[0].split()), text)
    lines = _BREAKS.sub("\n", _WIDE_GAP.sub("\n", text))
    return lines if _WIDE_GAP.search(text.strip()) else _PLACES.sub("\n", lines)
