"""Characters that cannot be seen and yet belong to a text: where scripts and emoji need them, and nowhere else."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_WAVING_FLAG = "\U0001f3f4"
_FLAGS = tuple(
    _WAVING_FLAG + "".join(chr(0xE0000 + ord(letter)) for letter in name) + "\U000e007f" for name in ("gbeng", "gbsct", "gbwls")
)
"""England, Scotland and Wales: the only flags that Unicode recommends tags for."""

# Arabic, Syriac, N'Ko, Mandaic; the scripts of India, Tibet, Myanmar, Cambodia, Mongolia, Indonesia; those beyond the first plane.
_JOINING = re.compile(
    "[\u0600-\u074f\u0750-\u077f\u07c0-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1820-\u18aa\u1a00-\u1cff"
    "\ua800-\ua9ff\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_VARYING = re.compile("[‼⁉ℹ〰\u1000-\u109f\ua840-\ua877]")  # signs with variation selectors that are not of the categories for symbols
_KEYCAP_BASES, _KEYCAP = "0123456789#*", "\u20e3"


def belongs(text: str, place: int) -> bool:
    """Whether the character without width at ``place`` of ``text`` is one that its neighbours need."""
    character = text[place]
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if character in _JOINERS:
        return _joins(before, after) or (character == "\u200d" and _is_symbol(after) and (_is_symbol(before) or before == "\ufe0f"))
    if "\ufe00" <= character <= "\ufe0f":
        return _varies(before, after)
    if "\u180b" <= character <= "\u180f":
        return bool(_MONGOLIAN.match(before))
    if "\U000e0100" <= character <= "\U000e01ef":
        return bool(_IDEOGRAPH.match(before))
    return "\U000e0020" <= character <= "\U000e007f" and _in_flag(text, place)


def _joins(before: str, after: str) -> bool:
    """Between letters of a script that has joiners; at the end of a word; or where a piece of text begins."""
    return _is_joining(before) or (not before and _is_joining(after))


def _is_joining(character: str) -> bool:
    return bool(_JOINING.match(character)) and unicodedata.category(character)[0] in "LM"


def _is_symbol(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in ("So", "Sm", "Sk")


def _varies(before: str, after: str) -> bool:
    if before and before in _KEYCAP_BASES:
        return after == _KEYCAP
    return _is_symbol(before) or bool(_IDEOGRAPH.match(before) or _VARYING.match(before))


def _in_flag(text: str, place: int) -> bool:
    start = text.rfind(_WAVING_FLAG, max(0, place - 6), place)
    return start >= 0 and text.startswith(_FLAGS, start)
