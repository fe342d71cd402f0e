"""What kind of header line a line is (CABLE_FORMATS 2)."""

from __future__ import annotations

import re
from typing import Literal

from reftel.schema.identifiers import resolve_post

HeaderLine = Literal["blank", "routing", "dtg", "from", "to", "info", "excluded", "addressee", "distribution", "other"]

_ROUTING = re.compile(
    r"""VZCZC                              # VZCZCXRO1234
      | (?:OO|PP|RR|ZZ)[ ]+R[A-Z]{3,6}\b   # PP RUEHAG RUEHROV
      | DE[ ]+R[A-Z]{3,6}\b                # DE RUEHLO #0290/01 0341016
      | ZN[YR][ ]+[A-Z]{5}\b               # ZNY CCCCC ZZH
      | R[A-Z]{4,6}(?:[ ]+R[A-Z]{4,6})*[ ]*$   # wrapped routing line: RUEHSR
    """,
    re.VERBOSE,
)
DTG_LINE = re.compile(
    r"[ >]{0,8}(?:(?:[ZOPR]{1,2}|NIACT|IMMEDIATE|PRIORITY|ROUTINE|FLASH) +){0,3}\d{6} {0,3}Z? {0,3}[A-Z]{3,9}\.? {0,3}\d\d", re.IGNORECASE
)
_KEYWORD = re.compile(r"(FM|TO|INFO|XMT|To(?=:)|Info(?=:))(?::?[ \t]+(.*)|:?)$", re.DOTALL)
_ADDRESSEE = re.compile(r"(?:R[A-Z]{3,7}|ZEN) ?/ ?[A-Z0-9]")  # RUEHC/SECSTATE WASHDC
_OFFICE = re.compile(r"[A-Z]{1,5}-\d{2}\b")  # LOG-00: an office of the Department and its number of copies
_TRAILER = re.compile(r"\(?[A-Z]{0,5}\)? ?/\d{3}[A-Z]?\b|-{3,}[ \dA-F]")  # /012W and ------------------A54E38  291401Z /38
_DISTRIBUTION = re.compile(r"(?:(?:ORIGIN|ACTION|INFO) {1,9})?[A-Z]{1,5}-\d{2}\b")
_PAGE = re.compile(r"PAGE +\d{2}\b", re.IGNORECASE)
PARTIAL_EXTRACT = re.compile(r"This record is a partial extract", re.IGNORECASE)
_PLACE_WORDS = re.compile(r"\b(?:COLLECTIVE|WASHDC|WASHINGTON|AMEMBASSY|AMCONSUL|SECSTATE|USMISSION|POSTS)\b")


def header_line(line: str) -> HeaderLine:
    """Kind of a line that may belong to a header; ``"other"`` for one that only its place makes an addressee.

    ``"FM AMEMBASSY BAKU"`` -> ``"from"``; ``"INFO LOG-00 EEB-00"`` -> ``"distribution"``; ``"FM LAVROV SAID"`` -> ``"other"``.
    """
    text = line.strip()
    if not text:
        return "blank"
    if DTG_LINE.match(text):
        return "dtg"
    if _DISTRIBUTION.match(text) or _TRAILER.match(text) or _PAGE.match(text):
        return "distribution"
    if _ROUTING.match(text):
        return "routing"
    if _ADDRESSEE.match(text):
        return "addressee"
    return _keyword_line(text)


def _keyword_line(text: str) -> HeaderLine:
    match = _KEYWORD.match(text)
    if match is None:
        return "other"
    if match[2] is not None and not is_addressee_name(match[2]):
        return "other"
    kinds: dict[str, HeaderLine] = {"FM": "from", "TO": "to", "INFO": "info", "XMT": "excluded"}
    return kinds[match[1].upper()]


def is_addressee_name(text: str) -> bool:
    """Whether a text can only be an addressee: it has a routing indicator, a collective's or office's word, or is a post's name.

    ``"SECSTATE WASHDC 0123"`` -> yes; ``"DISCUSS THE MATTER"`` -> no.
    """
    if _ADDRESSEE.match(text) or _PAGE.match(text) or _PLACE_WORDS.search(text):
        return True
    if len(text) > 60 or not text.isupper():
        return False
    name = re.sub(r"(?: (?:NIACT|FLASH|IMMEDIATE|PRIORITY|ROUTINE|\d{1,5}))+$", "", " ".join(text.split()))
    return resolve_post(name) is not None or len(name.split()) == 1


def is_office_symbols(text: str) -> bool:
    """Whether a text is a list of offices with copies: ``"LOG-00   EEB-00"``."""
    return "-" in text and _OFFICE.match(text.lstrip()) is not None
