"""The lines behind TO, INFO and XMT: who gets the telegram, and in which order of urgency.

One addressee a line: ``RUEHC/SECSTATE WASHDC PRIORITY 1260``, that is routing indicator, name, precedence, and the number of the telegram
in the sender's series to that station (ranges ``2276-2279``). An XMT list names posts that a collective does not include.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterable, Iterator

import msgspec

from reftel.indexer.telegram.classwords import LETTER_SPACED, PLAIN
from reftel.indexer.telegram.header_lines import is_office_symbols
from reftel.schema.cable import Recipient, Role
from reftel.schema.nearest import slips

_KEYWORD = re.compile(r"(TO|INFO|XMT|ORIGIN|ACTION|FM|To(?=:)|Info(?=:))(?:(?<=XMT)[ ]?/[ ]?|:?[ \t]+|:?$)")
_ROUTING = re.compile(r"(R[A-Z]{3,7}|ZEN) ?/ ?(?=[A-Z0-9])")
_NEXT_ROUTING = re.compile(r"(?<![A-Z/])(?:(?:INFO|TO) +)?R[A-Z]{4,6}/(?=[A-Z])")
_NEXT_POST = re.compile(r", +(?=(?:AMEMBASSY|AMCONSUL|SECSTATE|USMISSION) )")
_SERIAL = re.compile(r"\d{3,5}(?:-\d{1,5})?")
_SHORT_SERIAL = re.compile(r"\d{1,5}(?:-\d{1,5})?")
_MISTYPED = {slip: word for word in ("IMMEDIATE", "PRIORITY", "ROUTINE") for slip in slips(word)}
_PRECEDENCE = {**_MISTYPED, "IMMED": "IMMEDIATE", "IMM": "IMMEDIATE", **{word: word for word in ("FLASH", "NIACT", "IMMEDIATE", "PRIORITY", "ROUTINE")}}
_CLASS = rf"{PLAIN}|{LETTER_SPACED}.*"
_PASSED_OVER = re.compile(
    rf"""(?=[BCNPSTUVZ\W_]) (?: (?:{_CLASS})(?:[ ]*//.*|[ ]+(?:[A-Z]+[ ]+)?\d+|[ ]*)$   # class line, with or without post and serial
       | PAGE[ ]+\d+ | BT$ | N{{4}}$ | \#+ | -{{3,}} | /\d{{3}}[A-Z]?\b | (?:SIPDIS|NOFORN|SENSITIVE)$ | VZCZC | ZN[YR][ ]
       | [\W_]+$ )
    """,
    re.VERBOSE,
)
_GROUP_COUNT = re.compile(r"\bGRNC\b")  # the groups of the text are not counted
_STATIONS = frozenset({"AMEMBASSY", "AMCONSUL", "SECSTATE", "USMISSION"})  # no name of theirs ends with a number
_COLLECTIVE = re.compile(r"\bPOSTS\b|\bCOMMUNITY\b")
MAX_NAME = 160
"""Characters of the longest name; more is running text."""


@dataclasses.dataclass(slots=True)
class _Reader:
    """Addressees as they are met; ``role`` is ``None`` before the first TO or INFO and inside an office distribution.

    ``collective`` is the place of the collective that was named last, ``excluded`` the names by the place that they are taken out of.
    """

    recipients: list[Recipient] = dataclasses.field(default_factory=list)
    unreadable: list[str] = dataclasses.field(default_factory=list)
    role: Role | None = None
    excluding: bool = False
    collective: int | None = None
    excluded: dict[int, dict[str, None]] = dataclasses.field(default_factory=dict)

    def read(self, text: str) -> None:
        keyword = _KEYWORD.match(text)
        if keyword:
            text = text[keyword.end() :].strip()
            self._turn_to(keyword[1].upper(), text)
        if text and self.role and not (_is_other_cached if len(text) <= MAX_NAME else _is_other)(text):
            self._add(text)

    def _turn_to(self, keyword: str, rest: str) -> None:
        offices = keyword in ("ORIGIN", "ACTION", "FM") or is_office_symbols(rest)
        if keyword == "XMT":
            self.excluding = True
            return
        self.excluding = False
        self.role = None if offices else ("action" if keyword == "TO" else "info")

    def _add(self, text: str) -> None:
        if len(text) > MAX_NAME:
            self.unreadable.append(text[:60])
            return
        assert self.role is not None
        recipient = parse_addressee(text, self.role)
        if self.excluding:
            self._exclude(recipient.name)
        elif self._is_rest(recipient):
            self.recipients[-1] = _joined(self.recipients[-1], recipient)
        elif recipient.name:
            self.recipients.append(recipient)
        if not self.excluding and _is_collective(recipient.name):
            self.collective = len(self.recipients) - 1

    def _is_rest(self, recipient: Recipient) -> bool:
        """Whether a line is the rest of the one before it: precedence and serial alone, or the word ``COLLECTIVE``."""
        if not self.recipients or len(self.recipients[-1].name) > MAX_NAME:
            return False
        return not recipient.name or (recipient.name == "COLLECTIVE" and not recipient.routing_indicator)

    def _exclude(self, name: str) -> None:
        """Give the name to the collective that was named last, or to the last addressee where there is no collective."""
        place = len(self.recipients) - 1 if self.collective is None else self.collective
        if place >= 0 and name:
            self.excluded.setdefault(place, {})[name] = None

    def addressees(self) -> Iterator[Recipient]:
        for place, recipient in enumerate(self.recipients):
            excluded = self.excluded.get(place)
            yield msgspec.structs.replace(recipient, excluded=tuple(excluded)) if excluded else recipient


def _is_other(text: str) -> bool:
    """Whether a line is no addressee's: office symbols, a class line, the number of groups."""
    return is_office_symbols(text) or _PASSED_OVER.match(text) is not None or ("GRNC" in text and _GROUP_COUNT.search(text) is not None)


_is_other_cached = functools.lru_cache(4096)(_is_other)


def _is_collective(name: str) -> bool:
    return "COLLECTIVE" in name or (("POSTS" in name or "COMMUNITY" in name) and _COLLECTIVE.search(name) is not None)


def _joined(first: Recipient, rest: Recipient) -> Recipient:
    """An addressee whose line was broken: the rest holds the end of the name, the precedence or the serial."""
    return msgspec.structs.replace(
        first,
        name=f"{first.name} {rest.name}".strip(),
        precedence=rest.precedence or first.precedence,
        serial=rest.serial or first.serial,
    )


def parse_addressees(lines: Iterable[str]) -> tuple[tuple[Recipient, ...], tuple[str, ...]]:
    """Addressees of the lines of a header in printed order, and the beginnings of lines that are too long to be one."""
    reader = _Reader()
    for line in lines:
        for part in _split_fused(line.strip()):
            reader.read(part)
    return tuple(reader.addressees()), tuple(reader.unreadable)


@functools.lru_cache(4096)  # the same collectives and offices stand in many headers
def parse_addressee(text: str, role: Role) -> Recipient:
    """One addressee without its keyword.

    ``"RUEHC/SECSTATE WASHDC PRIORITY 1260"`` -> RUEHC, SECSTATE WASHDC, PRIORITY, 1260; ``"ZEN/AMCONSUL BELFAST"`` -> no routing indicator.
    """
    routing = _ROUTING.match(text)
    indicator = routing[1] if routing and routing[1] != "ZEN" else None
    words = (text[routing.end() :] if routing else text).rstrip(" .,;").split()
    serial = precedence = None
    if words and _is_serial(words):
        serial = words.pop()
    if words and words[-1].upper() in _PRECEDENCE:
        precedence = _PRECEDENCE[words.pop().upper()]
        if words and words[-1].upper() == "NIACT":
            precedence = f"{words.pop().upper()} {precedence}"
        if serial is None and len(words) > 1 and re.fullmatch(r"\d{4}", words[-1]):
            serial = words.pop()
    return Recipient(role, " ".join(words).rstrip(",;. "), indicator, precedence, serial)


def _is_serial(words: list[str]) -> bool:
    """Whether the last word is a serial: three digits or more, or fewer where no name can end (``RIGA PRIORITY 12``, but ``CTF 57``)."""
    if not words[-1][-1].isdigit():
        return False
    if _SERIAL.fullmatch(words[-1]):
        return True
    closed = len(words) > 1 and (words[-2].upper() in _PRECEDENCE or words[0].upper() in _STATIONS)
    return closed and _SHORT_SERIAL.fullmatch(words[-1]) is not None


def _split_fused(text: str) -> list[str]:
    """The addressees of a line whose line breaks were lost; each begins at a routing indicator."""
    if ", " in text:
        return [part for whole in _NEXT_POST.split(text) for part in (_split_fused(whole) if ", " not in whole else [whole])]
    if text.count("/") < 2:
        return [text]
    starts = [match.start() for match in _NEXT_ROUTING.finditer(text)]
    bounds = [0, *(start for start in starts if start > 0), len(text)]
    parts = [text[start:end].strip() for start, end in itertools.pairwise(bounds)]
    return [part for part in parts if part]
