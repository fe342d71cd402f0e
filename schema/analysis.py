"""From text to tokens: one analysis for indexing, querying and highlighting, so that the three can't drift apart.

A token is folded (case, accents, curly quotes), keeps its place in the text, and knows nothing of inflections: those are looked up
beside the exact word, so that quoted words stay exact. There are no stop words.

>>> [token.text for token in tokenize("The U.S. Ambassador’s F-16, Nagorno-Karabakh")]
['the', 'us', 'ambassador', 'f', '16', 'nagorno', 'karabakh']

Stored text is never repaired, but damage that transmission left in it is read through here (counts in 1,295 pages: apostrophe sent as a comma
206, quotation marks sent as ``&`` and ``8`` 65, UTF-8 cut to 7 bits 4, captions with spaced letters nearly all):

>>> [token.text for token in tokenize("the country,s &frozen conflict8, FernC!ndez, S E C R E T")]
['the', 'country', 'frozen', 'conflict', 'fernandez', 'secret']
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from reftel.frozen import frozen

APOSTROPHES = "'’‘ʼ´`"

# One of them, U+02BC, is a letter to Unicode and to `str.isalnum`.
# A letter of U+00E0 to U+00FF whose two UTF-8 bytes lost their highest bit: á, C3 A1, arrives as "C!".
_TOKEN = re.compile(
    # letters spaced out, as captions have them: S E C R E T
    r"(?<![^\W_ʼ])[A-Z](?:\ [A-Z]){3,}(?![^\W_ʼ])"
    # dotted acronyms: U.S. U.S U.S.S.R. E.O.; a single initial ("F.") is a word of its own
    r"|(?<![^\W_ʼ])(?:[^\W\d_ʼ]\.){2,}(?:[^\W\d_ʼ](?![^\W_ʼ]))?"
    r"|(?<![^\W_ʼ])[^\W\d_ʼ]\.[^\W\d_ʼ](?![^\W_ʼ])"
    # words; an apostrophe between letters does not end one (Mammadyarov's, O'Brien), nor does a comma sent for one (country,s)
    rf"|[^\W_ʼ]+(?:[{APOSTROPHES}][^\W_ʼ]+|,(?:s|t|re|ve|ll|d|m)(?![^\W_ʼ])|(?<=[a-z]C)[!-/:-?][a-z]+)*"
)
_POSSESSIVE = re.compile(rf"[{APOSTROPHES},]s$", re.IGNORECASE)
_JOINERS = re.compile(rf"[., {APOSTROPHES}]")
_CUT = re.compile(r"(?<=[a-z])C([!-?])(?=[a-z])")
_BROKEN = re.compile(r"-(?<=[^\s-]-)[ \t]*\n[ \t]*[^\W\d_]")
_LINE_END_HYPHEN = re.compile(r"-[ \t]*\n[ \t]*")
# "&frozen conflict8": an ampersand that opens a word, and the first word after it that ends in 8
_OPENING_QUOTE = "&"
_CLOSING_QUOTE = re.compile(r"[^\W\d_]{2,}8")
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"})


@frozen
class Token:
    """A folded word and where it stands in its text, in characters, end exclusive.

    ``joined``: the whole word of which it is a part, where a line ends in a hyphen; the parts and the whole can both be meant
    (``walk-⏎out``, ``juris-⏎diction``), so both are found.
    """

    text: str
    start: int
    end: int
    joined: str | None = None


def fold(text: str) -> str:
    """Lower case without accents: ``"Fernández"`` -> ``"fernandez"``. Idempotent."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().translate(_LETTERS)


def fold_word(word: str) -> str:
    """The search form of one word: folded, possessive ``'s`` and inner dots and apostrophes dropped. ``"U.S."`` -> ``"us"``."""
    if word.isalnum() and "ʼ" not in word:
        return fold(_CUT.sub(_whole_letter, word) if "C" in word[1:] else word)
    return fold(_JOINERS.sub("", _POSSESSIVE.sub("", _CUT.sub(_whole_letter, word))))


def _whole_letter(match: re.Match[str]) -> str:
    """The letter whose UTF-8 bytes were cut to 7 bits: ``"C!"`` -> ``"á"``."""
    return bytes((0xC3, ord(match[1]) | 0x80)).decode()


def tokenize(text: str) -> list[Token]:
    """Tokens of ``text`` in order."""
    tokens = list(iter_tokens(text))
    if _BROKEN.search(text):
        for place, (first, second) in enumerate(itertools.pairwise(tokens)):
            if _LINE_END_HYPHEN.fullmatch(text, first.end, second.start) and first.text.isalpha() and second.text.isalpha():
                whole = first.text + second.text
                tokens[place : place + 2] = (dataclasses.replace(token, joined=whole) for token in (first, second))
    return tokens


def joined_words(text: str) -> list[tuple[int, str]]:
    """Words broken by a hyphen at a line's end, each at the places of both its parts: ``"a juris-⏎diction"`` -> ``[(1, "jurisdiction"), (2, …)]``."""
    if not _BROKEN.search(text):
        return []
    return [(place, token.joined) for place, token in enumerate(tokenize(text)) if token.joined]


def iter_tokens(text: str) -> Iterator[Token]:
    """Tokens of ``text`` in order, one at a time."""
    quoted = False
    damaged = _OPENING_QUOTE in text
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if damaged:
            if start and text[start - 1] == _OPENING_QUOTE and not text[start - 2 : start - 1].isalnum():
                quoted = True
            if quoted and _CLOSING_QUOTE.fullmatch(word):
                word, end, quoted = word[:-1], end - 1, False
        folded = fold_word(word)
        if folded:
            yield Token(folded, start, end)


def words(text: str) -> list[str]:
    """The folded words of ``text`` alone: the texts of `tokenize`, several times faster, for indexing."""
    splittable = _splittable(text)
    return [token.text for token in iter_tokens(text)] if splittable is None else _split(splittable)


def words_of_blocks(blocks: Sequence[str]) -> list[list[str]]:
    """The `words` of each text; faster than one by one."""
    together = _BETWEEN.join(blocks)
    splittable = _splittable(together) if together.count(_BETWEEN) == len(blocks) - 1 else None
    return list(map(words, blocks)) if splittable is None else list(map(_split, splittable.split(_BETWEEN)))


def _split(splittable: str) -> list[str]:
    return splittable.encode().translate(_SPLITTER).decode().split()


def _splittable(text: str) -> str | None:
    """``text`` in a form whose words are its runs of ASCII letters and digits; ``None`` if it has none, or to find it takes too long."""
    plain = text.replace("`", "'")  # the one other apostrophe in ASCII
    if not text.isascii():
        for character in set(_NON_ASCII.findall(text)):
            plain = plain.replace(character, _form_of(character))
    if not plain.isascii() or _CUT_HINT.search(plain) or (_QUOTE_HINT.search(plain) and _CLOSING_HINT.search(plain)):
        return None
    if _SPACED_HINT.search(plain):
        plain = _SPACED.sub(_without_blanks, plain) if text.isascii() else plain
        if _SPACED_HINT.search(plain):
            return None
    joints = [joins for hint, joins in _JOINTS if hint.search(plain)]
    if joints and any(pattern.search(plain) for pattern in _TWO_JOINTS):
        return None
    for joins in joints:
        for pattern, replacement in joins:
            plain = pattern.sub(replacement, plain)
    return plain


def _without_blanks(match: re.Match[str]) -> str:
    return match[0].replace(" ", "")


_BETWEEN = "\x1f"  # between blocks; no letter, so that no word reaches across

# How `words` reaches the same tokens without a match a word: what joins letters is rewritten, then everything but letters and digits
# becomes a blank. Every pattern starts with a fixed character, which the regular expression engine looks for quickly.
# Texts with anything unusual take the slow way.
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_CUT_HINT = re.compile(r"C(?<=[a-z]C)[!-?][a-z]")
_QUOTE_HINT = re.compile(r"&(?<![A-Za-z0-9]&)[A-Za-z0-9]")
_CLOSING_HINT = re.compile(r"8(?<=[A-Za-z][A-Za-z]8)(?![A-Za-z0-9])")
_SPACED_HINT = re.compile(r" [A-Z] [A-Z] [A-Z]")
_SPACED = re.compile(r"(?<![^\s(])(?<![A-Z] )[A-Z](?>(?: [A-Z]){3,})(?![^\s)])")
_TWO_JOINTS = (
    re.compile(r"'(?<=[A-Za-z0-9]')[A-Za-z0-9]*(?:'|,[strvldm]|\.[A-Za-z0-9])"),
    re.compile(r",(?<=[A-Za-z0-9],)[strvldm][A-Za-z0-9]*(?:'|,[strvldm]|\.[A-Za-z0-9])"),
    re.compile(r"\.(?<=[A-Za-z]\.)[A-Za-z0-9]+(?:'|,[strvldm])"),
)
_Joins = tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str], ...]
_JOINTS: tuple[tuple[re.Pattern[str], _Joins], ...] = (
    (
        re.compile(r"\.[A-Za-z]"),
        (
            # U.S. U.S.S.R: from the first dot on, behind a letter that stands alone
            (
                re.compile(r"\.(?<=(?<![A-Za-z0-9])[A-Za-z]\.)(?:[A-Za-z]\.)+(?:[A-Za-z](?![A-Za-z0-9]))?"),
                lambda match: f"{match[0].replace('.', '')} ",
            ),
            (re.compile(r"\.(?<=(?<![A-Za-z0-9])[A-Za-z]\.)([A-Za-z])(?![A-Za-z0-9])"), r"\1"),
        ),
    ),
    (
        re.compile(r"'[A-Za-z0-9]"),
        ((re.compile(r"'(?<=[A-Za-z0-9]')[sS](?![A-Za-z0-9])"), ""), (re.compile(r"'(?<=[A-Za-z0-9]')(?=[A-Za-z0-9])"), "")),
    ),
    (
        re.compile(r",[strvldm]"),
        (
            (re.compile(r",(?<=[A-Za-z0-9],)s(?![A-Za-z0-9])"), ""),
            (re.compile(r",(?<=[A-Za-z0-9],)(?=(?:t|re|ve|ll|d|m)(?![A-Za-z0-9]))"), ""),
        ),
    ),
)
_SPLITTER = bytes(ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256))


@functools.lru_cache(4096)
def _form_of(character: str) -> str:
    """What stands for a character in `words`: ``’`` as ``'``, ``é`` as ``E``, other signs as a blank; itself if it is to go the slow way."""
    if character in APOSTROPHES:
        return "'"
    if not character.isalnum():
        return character if unicodedata.combining(character) else " "
    if not (character.isalpha() or character.isdecimal()):
        return character  # ², Ⅷ: digits to `fold`, letters to an acronym
    folded = fold(character)
    # A capital joins nothing (country,ś is two words; ,ré is no ,re), except that an apostrophe and any s are a possessive.
    return folded.upper() if len(folded) == 1 and folded.isascii() and folded != "s" else character
