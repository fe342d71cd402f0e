"""Portion marks: the classification and handling of one paragraph, ``(S/NF)``.

The forms are those of CABLE_FORMATS 4.1 and 5. Reading is strict: a bracket that holds anything but marks, ``(U.S.)`` or ``(S/CT)``,
is text.
"""

from __future__ import annotations

import functools
import re

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.scales import LEVEL


@frozen
class Mark:
    """A portion mark: ``level`` of `LEVEL` (``None`` where only handling is printed, ``/Rel X``) and the caveats, sorted."""

    level: str | None
    caveats: tuple[str, ...] = ()


_LONGEST = 200  # a REL mark can name a dozen countries
_LEVEL_WORDS = {spelling: LEVEL.name(spelling) for spelling in LEVEL.spellings()} | {"UNCLASS": "U", "CONF": "C"}
_CAVEAT_WORDS = {
    "NF": "NOFORN", "NOFORN": "NOFORN", "FGI": "FGI", "OC": "ORCON", "ORCON": "ORCON", "EXDIS": "EXDIS", "NODIS": "NODIS",
    "LIMDIS": "LIMDIS", "STADIS": "STADIS", "SIPDIS": "SIPDIS", "SENSITIVE": "SENSITIVE", "ROGER": "ROGER", "RELIDO": "RELIDO",
    "PROPIN": "PROPIN", "RD": "RD", "FRD": "FRD", "DEA SENSITIVE": "DEA SENSITIVE",
}  # fmt: skip
# Fused, broken and cut spellings, as one knot of letters: SNF, S NF and N/SF are S/NF.
_KNOTS = {
    "SNF": "S/NF", "NSF": "S/NF", "SFN": "S/NF", "CNF": "C/NF", "NCF": "C/NF", "CFN": "C/NF", "SBUNF": "SBU/NF", "UFOUO": "U/FOUO",
    "SBUFOUO": "SBU/FOUO", "SE": "S",
}  # fmt: skip
_RELEASE = regex(r"(?:^|[\s/-])REL(?:EASABLE)?(?:[\s/:]+TO\b)?(?P<countries>(?:[\s/:,].*)?)$")
_SEPARATORS = regex(r"[\s/,-]+")
_FOREIGN = regex(r"FGI [A-Z]{3}")


@functools.lru_cache(maxsize=1024)
def parse_mark(text: str) -> Mark | None:
    """Level and caveats of a portion mark, with or without its brackets; ``None`` if the text is none.

    ``"S/NF"``, ``"(S//NF)"``, ``"SNF"``, ``"N/SF"``, ``"s-nf"`` -> ``Mark("S", ("NOFORN",))``; ``"U//FOUO"``, ``"SBU"`` ->
    ``Mark("FOUO")``; ``"Secret/Rel Nato"`` -> ``Mark("S", ("REL NATO",))``; ``"/Rel China"`` -> ``Mark(None, ("REL CHINA",))``;
    ``"U.S."``, ``"Iran"`` -> ``None``.
    """
    if len(text) > _LONGEST:
        return None
    printed = " ".join(text.upper().replace("\\", "/").split()).strip("()[]{}. ")
    if not printed or not (printed[0].isalpha() or printed[0] == "/"):
        return None
    release = _RELEASE.search(printed)
    front = (printed[: release.start()] if release else printed).strip(" /-")
    parsed = _parse_front(front) if front else Mark(None)
    if parsed is None or (not front and release is None):
        return None
    if release is None:
        return parsed
    return Mark(parsed.level, tuple(sorted({*parsed.caveats, _release(release["countries"])})))


def _release(countries: str) -> str:
    """``" FRANCE,UK"`` -> ``"REL FRANCE, UK"``; ``"REL"`` where no country is named."""
    names = (" ".join(name.split()) for name in re.split(r"[,;/]| AND ", countries.strip(" /:,")))
    return f"REL {', '.join(name for name in names if name)}".strip()


def _parse_front(front: str) -> Mark | None:
    """The part before ``REL``: a level, then caveats only."""
    words = [word for word in re.split(r"\s*/+\s*|\s*-\s*", _untied(front)) if word]
    words = [word for group in words for word in _split_group(group)]
    level = _LEVEL_WORDS.get(words[0]) if words else None
    if level is None:
        return None
    caveats: set[str] = set()
    for word in words[1:]:
        if _LEVEL_WORDS.get(word) == "FOUO" and level in ("U", "FOUO"):
            level = "FOUO"
        elif word in _CAVEAT_WORDS:
            caveats.add(_CAVEAT_WORDS[word])
        else:
            return None
    return Mark(level, tuple(sorted(caveats)))


def _untied(front: str) -> str:
    """``"SNF"``, ``"S NF"``, ``"N/SF"``, ``"S/N F"`` -> ``"S/NF"``, ``"SB U"`` -> ``"SBU"``; anything else unchanged."""
    knot = _SEPARATORS.sub("", front)
    return knot if knot in _LEVEL_WORDS else _KNOTS.get(knot, front)


def _split_group(group: str) -> list[str]:
    """A group between slashes as its words, known word pairs kept: ``"C NF"`` -> ``["C", "NF"]``; ``"FGI GBR"`` -> ``["FGI"]``."""
    if group in _LEVEL_WORDS or group in _CAVEAT_WORDS:
        return [group]
    if _FOREIGN.fullmatch(group):
        return ["FGI"]
    return [word for word in _SEPARATORS.split(group) if word]
