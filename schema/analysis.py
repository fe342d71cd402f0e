"""From text to tokens: one analysis for indexing, querying and highlighting, so that the three can't drift apart.

A token is folded (case, accents, look-alikes of plain signs, characters that can't be seen), keeps its place in the text, and knows nothing of
inflections: those are looked up beside the exact word, so that quoted words stay exact. There are no stop words.

>>> [token.text for token in tokenize("The U.S. Ambassador’s F-16, Nagorno-Karabakh, 10,000")]
['the', 'us', 'ambassador', 'f', '16', 'nagorno', 'karabakh', '10000']

Stored text is never repaired, but damage that transmission left in it is read through here (counts in 1,295 pages: apostrophe sent as a comma
206, quotation marks sent as ``&`` and ``8`` 65, UTF-8 cut to 7 bits 4, captions with spaced letters nearly all):

>>> [token.text for token in tokenize("the country,s &frozen conflict8, FernC!ndez, S E C R E T")]
['the', 'country', 'frozen', 'conflict', 'fernandez', 'secret']

**Further forms.** What can be written in several ways also stands in the text in the others, so that all of them meet. One rule a kind:

* parts joined by a hyphen, or broken by one at a line's end: also as one word (*co-operation*, *F-16*, *juris-⏎diction*): each two, or three
* an elided article or *de*: also as one word with its noun, and as the noun alone (*L'Aquila*, *d'Ivoire*)
* initials with blanks between them: also without (*J. F. Kennedy*)
* ä, ö, ü, å, ø: folded to the bare letter, and also as ae, oe, ue, aa, oe (*Müller*, *Jørgen*)

A further form of several parts occupies them all, as a phrase sees it. It stands at the place of the first, and at that of the last once more
behind `LAST_PART`, so that its end can be told; it counts once.

>>> analyse("U.S.-led co-operation, Müller").further
[(0, 'usled'), (1, '---usled'), (2, 'cooperation'), (3, '---cooperation'), (4, 'mueller')]
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from reftel.base.frozen import frozen
from reftel.base.patterns import regex

VERSION = 2
"""Raised whenever the same text gives other words than before: an index is only asked with the analysis that it was written with."""

LAST_PART = "---"
"""Before a further form at the place of its last part. No word has it, nor is any as near to one as spelling variants may be."""

MOST_PARTS = 8
"""Places that a further form occupies at most."""

Joint = Literal["hyphen", "elision", "initials"]

Cut = tuple[str, list[tuple[int, str]], list[int]]
"""As `Analysis`, the words in one string with a line break between two."""

_TOKEN = regex(
    # letters spaced out, as captions have them: S E C R E T
    r"(?<![^\W_])[A-Z](?:\ [A-Z]){3,}(?![^\W_])"
    # dotted acronyms: U.S. U.S U.S.S.R. E.O.; a single initial ("F.") is a word of its own
    r"|(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?"
    r"|(?<![^\W_])[^\W\d_]\.[^\W\d_](?![^\W_])"
    # words; an apostrophe between letters does not end one (Mammadyarov's, O'Brien), nor does a comma sent for one (country,s), nor one
    # that parts thousands; a letter of U+00E0 to U+00FF whose two UTF-8 bytes lost their highest bit: á, C3 A1, arrives as "C!"
    r"|[^\W_]+(?:'[^\W_]+|,(?:s|t|re|ve|ll|d|m)(?![^\W_])|,(?<=[0-9],)(?<![0-9]{4},)(?=[0-9]{3}(?![0-9]))[^\W_]+|(?<=[a-z]C)[!-/:-?][a-z]+)*"
)
_POSSESSIVE = regex(r"[',]s$", re.IGNORECASE)
_JOINERS = regex(r"[., ']")
_CUT = regex(r"(?<=[a-z])C([!-?])(?=[a-z])")
# What stands between two words that are parts of one: F-16, U.S.-led, al-'Ula, juris-⏎diction; and between initials.
_HYPHEN = regex(r"-(?:(?<=[^\W_]-)|(?<=[^\W_]\.-))(?:[ \t]*\n[ \t]*)?'?(?=[^\W_])")
_BETWEEN_INITIALS = regex(r"\.(?<=(?<![^\W_])(?<![.',&-])[^\W\d_]\.)(?:[ \t]{1,2}|[ \t]*\n[ \t]*)(?=[^\W\d_]\.(?![^\W_]))")
_ARTICLES = ("d", "l")
_ELIDED = (*_ARTICLES, "qu", "all", "dall", "dell", "nell", "sull")
_ELIDED_BEFORE = "aeiouh"
# "&frozen conflict8": an ampersand that opens a word, and the first word after it that ends in 8
_OPENING_QUOTE = "&"
_CLOSING_QUOTE = regex(r"[^\W\d_]{2,}8")
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"})
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)

_APOSTROPHES = "’‘ʼ‛ʹʻʽʾʿ´′ꞌ՚׳"  # some of them are letters to Unicode
_NO_DASH_TO_UNICODE = "−⁃"
_VARIATION = regex("[\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SOFT_HYPHEN = "\u00ad"
_LINE_END = regex(r"[ \t]*\n")


@frozen
class Token:
    """A folded word and where it stands in its text, in characters, end exclusive.

    ``spelled``: the same with umlauts written out, where it has any. ``joint``: how it is joined to the word behind it.
    """

    text: str
    start: int
    end: int
    spelled: str | None = None
    joint: Joint | None = None


class Analysis(NamedTuple):
    """The folded words of a text, and its further forms with the place of the word that each stands at.

    ``joints``: the places of words that are parts of one with the word behind them, rising.
    """

    words: list[str]
    further: list[tuple[int, str]]
    joints: list[int]


# -- characters ----------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Lower case without accents: ``"Fernández"`` -> ``"fernandez"``. Idempotent."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().translate(_LETTERS)


def fold_word(word: str) -> str:
    """The search form of one word: folded, possessive ``'s`` and inner dots and apostrophes dropped. ``"U.S."`` -> ``"us"``."""
    return fold(_bare(legible(word)))


def legible(text: str) -> str:
    """``text`` with plain signs for their look-alikes (’ ‐ －, full-width letters), accents composed, and without what can't be seen."""
    return _legible(text)[0]


def _legible(text: str) -> tuple[str, list[int] | None]:
    """``text`` made `legible`, and where each of its characters stood, the end included; ``None`` where all stand where they stood."""
    plain = text.replace("`", "'")  # the one other apostrophe in ASCII
    if text.isascii():
        return plain, None
    loose = []
    for character in _non_ascii(text):
        sign = _sign_of(character)
        if not sign:
            loose.append(character)
        elif sign != character:
            plain = plain.replace(character, sign)
    return _without(plain, "".join(loose)) if loose else (plain, None)


@functools.lru_cache(4096)
def _sign_of(character: str) -> str:
    """What a character is read as: itself, the plain sign that it looks like, or nothing where it belongs to another or can't be seen."""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Pd" or character in _NO_DASH_TO_UNICODE:
        return "-"
    if category == "Zs":
        return " "
    if category == "Cf" or unicodedata.combining(character) or _VARIATION.fullmatch(character):
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() else character


def _without(text: str, loose: str) -> tuple[str, list[int]]:
    """``text`` without the characters ``loose``, of which accents are put upon their letters, and where each character stood."""
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for match in re.finditer(f"[^\\W_]?[{loose}]+", text):
        start, end = match.span()
        parts.append(text[done:start])
        places.extend(range(done, start))
        done = end
        accents = "".join(filter(unicodedata.combining, match[0]))
        if match[0][0] not in loose:
            parts.append(unicodedata.normalize("NFC", match[0][0] + accents)[0])
            places.append(start)
        if _SOFT_HYPHEN in match[0] and _LINE_END.match(text, end):
            parts.append("-")
            places.append(match.end() - 1)
    parts.append(text[done:])
    places.extend(range(done, len(text) + 1))
    return "".join(parts), places


def _bare(word: str) -> str:
    """A legible word without what does not belong to its search form."""
    if word.isalnum():
        return _CUT.sub(_whole_letter, word) if "C" in word[1:] else word
    return _JOINERS.sub("", _POSSESSIVE.sub("", _CUT.sub(_whole_letter, word)))


def _whole_letter(match: re.Match[str]) -> str:
    """The letter whose UTF-8 bytes were cut to 7 bits: ``"C!"`` -> ``"á"``."""
    return bytes((0xC3, ord(match[1]) | 0x80)).decode()


# -- tokens --------------------------------------------------------------------------------------------------


def tokenize(text: str) -> list[Token]:
    """Tokens of ``text`` in order, with their joints."""
    plain, places = _legible(text)
    return list(_placed(_joined(list(_iter_legible(plain)), plain), text, places))


def iter_tokens(text: str) -> Iterator[Token]:
    """Tokens of ``text`` in order, one at a time, without joints."""
    plain, places = _legible(text)
    return _placed(_iter_legible(plain), text, places)


def _placed(tokens: Iterator[Token] | list[Token], text: str, places: list[int] | None) -> Iterator[Token]:
    """The tokens with their places in ``text`` as it was received. An accent behind a letter belongs to it, what can't be seen does not."""
    if places is None:
        yield from tokens
        return
    for token in tokens:
        end = places[token.end]
        while not (text[end - 1].isascii() or _sign_of(text[end - 1]) or unicodedata.combining(text[end - 1])):
            end -= 1
        yield Token(token.text, places[token.start], end, token.spelled, token.joint)


def _iter_legible(text: str) -> Iterator[Token]:
    quoted = False
    damaged = _OPENING_QUOTE in text
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if damaged:
            if start and text[start - 1] == _OPENING_QUOTE and not text[start - 2 : start - 1].isalnum():
                quoted = True
            if quoted and _CLOSING_QUOTE.fullmatch(word):
                word, end, quoted = word[:-1], end - 1, False
        if "'" in word:
            article, _, noun = word.partition("'")
            if article.lower() in _ELIDED and fold(noun[:1])[:1] in _ELIDED_BEFORE:
                yield Token(article.lower(), start, start + len(article), joint="elision")
                word, start = noun, end - len(noun)
        bare = _bare(word)
        folded = fold(bare)
        if folded:
            spelled = None if bare.isascii() else fold(bare.translate(_SPELLED_OUT))
            yield Token(folded, start, end, None if spelled == folded else spelled)


def _joined(tokens: list[Token], text: str) -> list[Token]:
    """The tokens of a legible text with all of their joints."""
    kinds: tuple[tuple[re.Pattern[str], Joint], ...] = ((_HYPHEN, "hyphen"), (_BETWEEN_INITIALS, "initials"))
    for pattern, joint in kinds:
        for match in pattern.finditer(text):
            place = bisect.bisect_right(tokens, match.start(), key=lambda token: token.start) - 1
            if 0 <= place < len(tokens) - 1 and tokens[place + 1].start == match.end():
                first, second = tokens[place], tokens[place + 1]
                if not (first.text.isdigit() and second.text.isdigit()):
                    tokens[place] = Token(first.text, first.start, first.end, first.spelled, joint)
    return tokens


def _further(word: Callable[[int], str], joints: Sequence[int]) -> list[tuple[int, str]]:
    """The words that are made of parts, at the places of their first and their last part. ``word``: gives the part at a place."""
    found: list[tuple[int, str]] = []
    number = 0
    while number < len(joints):
        first, end = joints[number], number + 1
        while end < len(joints) and joints[end] == first + end - number:
            end += 1
        last, number = first + end - number, end
        for start, stop in ((first, last),) if last - first == 1 else _wholes(word, first, last):
            if stop == start + 1:
                found += _pair(word(start), word(stop), start)
            else:
                whole = "".join(map(word, range(start, stop + 1)))
                found += ((start, whole), (stop, LAST_PART + whole))
    return found


def _pair(first: str, second: str, place: int) -> tuple[tuple[int, str], ...]:
    """The words that are made of two parts, the first of which stands at ``place``."""
    whole = first + second
    forms = ((place, whole), (place + 1, LAST_PART + whole))
    if first in _ARTICLES and second[:1] in _ELIDED_BEFORE:
        return (*forms, (place, second), (place + 1, LAST_PART + second))
    return forms


def _wholes(word: Callable[[int], str], first: int, last: int) -> list[tuple[int, int]]:
    """Which of the parts from ``first`` to ``last`` are one word: every two, all three of three, of initials those from any of them to the last.

    What stands before initials may be the last letter of a sentence: ``Annex A. J. F. Kennedy``.
    """
    if all(len(word(place)) == 1 for place in range(first, last + 1)):
        return [(start, last) for start in range(max(first, last - MOST_PARTS + 1), last)]
    pairs = [(start, start + 1) for start in range(first, last)]
    return [*pairs, (first, last)] if last - first == 2 else pairs


# -- words alone, for indexing -------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    """The folded words of ``text`` alone."""
    return analyse(text).words


def analyse(text: str) -> Analysis:
    """Words and further forms of ``text``: those of `tokenize`, several times faster."""
    return analyse_blocks([text])[0]


def analyse_blocks(blocks: Sequence[str]) -> list[Analysis]:
    """As `analyse`, of each text; all together take less time."""
    return [Analysis(lines.split("\n") if lines else [], further, joints) for lines, further, joints in cut_blocks(blocks)]


def cut_blocks(blocks: Sequence[str]) -> list[Cut]:
    """Words and further forms of each text; the fewer calls, the faster."""
    if not blocks:
        return []
    splittable = _splittable(_BETWEEN.join(blocks))
    if splittable is not None:
        lines = _RUN.sub(b"\n", splittable.encode().translate(_TO_LINES)).decode().split(_BETWEEN)
        if len(lines) == len(blocks):  # or one has what is put between them
            return [_cut(block.strip("\n")) for block in lines]
    if len(blocks) == 1:
        return [_cut_slowly(blocks[0])]
    middle = len(blocks) // 2
    return [*cut_blocks(blocks[:middle]), *cut_blocks(blocks[middle:])]


def _cut_slowly(text: str) -> Cut:
    tokens = tokenize(text)
    found = [token.text for token in tokens]
    joints = [place for place, token in enumerate(tokens) if token.joint]
    spelled = [(place, token.spelled) for place, token in enumerate(tokens) if token.spelled]
    return "\n".join(found), _further(found.__getitem__, joints) + spelled, joints


def _cut(lines: str) -> Cut:
    """Words on lines, of which those that are `_JOINT` say that the words beside them are parts of one."""
    if _JOINT not in lines:
        return lines, [], []
    pieces = lines.split(_JOINT_LINE)
    joints: list[int] = []
    beside: dict[int, str] = {}  # the words on either side of a joint, by their places
    place = -1  # of the last word of a piece
    for left, right in itertools.pairwise(pieces):
        place += left.count("\n") + 1
        end = right.find("\n")
        first = beside[place] = left[left.rfind("\n") + 1 :]
        second = beside[place + 1] = right if end < 0 else right[:end]
        if not (first.isdigit() and second.isdigit()):
            joints.append(place)
    return "\n".join(pieces), _further(beside.__getitem__, joints), joints


def plain_letters(text: str) -> str | None:
    """A text of the same length in ASCII, in which nearly all tokens are the runs of letters and digits; ``None`` where that takes too long to find.

    Others have an apostrophe, a full stop or a comma before a letter, or begin at `odd_places`.
    """
    if not text.isascii():
        for character in _non_ascii(text):
            sign = _sign_of(character)
            if len(sign) != 1 or (sign.isalnum() and not fold(sign)):
                return None
            text = text.replace(character, sign if sign.isascii() else "a" if sign.isalnum() else " ")
    return None if _OPENING_QUOTE in text else text.replace("`", "'")


def odd_places(text: str) -> Iterator[int]:
    """Places, given by `plain_letters`, where letters are spaced out or an accent was cut."""
    return (match.start() for hint in (_CUT_HINT, _SPACED_HINT) for match in hint.finditer(text))


def _splittable(text: str) -> str | None:
    """``text`` in a form whose words are its runs of ASCII letters and digits; ``None`` if it has none, or to find it takes too long."""
    plain = _in_ascii(text)
    if plain is None or _JOINT in plain or _CUT_HINT.search(plain):
        return None
    spaces, quotes = _spaces(text, plain), _quotes(text, plain)
    if spaces is None or quotes is None:
        return None
    if spaces or quotes:
        cuts = itertools.pairwise([-1, *sorted([*spaces, *quotes]), len(plain)])
        plain = "".join([plain[before + 1 : place] for before, place in cuts])
    joints = {sign for sign, (hint, _joins) in _JOINTS.items() if sign[0] in plain and hint.search(plain)}
    if joints and any(signs <= joints and sign in plain and pattern.search(plain) for signs, sign, pattern in _TWO_JOINTS):
        return None
    for sign, pattern in _PARTED.items():
        if sign in plain:
            plain = pattern.sub(_PARTS, plain)
    for sign, (_hint, joins) in _JOINTS.items():
        if sign in joints:
            for pattern, replacement in joins:
                plain = pattern.sub(replacement, plain)
    return plain


def _in_ascii(text: str) -> str | None:
    """``text`` made `legible`, each of its characters as what `_form_of` gives for it; ``None`` where that is not ASCII."""
    plain = text.replace("`", "'")
    if text.isascii():
        return plain
    characters = _non_ascii(text)
    if not all(map(_sign_of, characters)):  # some belong to others
        plain = legible(text)
        characters = _non_ascii(plain)
    for character in characters:
        plain = plain.replace(character, _plain_form(character))
    return plain if plain.isascii() else None


def _non_ascii(text: str) -> set[str]:
    """The characters of a text that are not ASCII."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def _quotes(text: str, plain: str) -> list[int] | None:
    """Where the figures that stand for closing quotation marks stand; ``None`` as of `_spaces`."""
    places: list[int] = []
    opening = _QUOTE_HINT.search(plain) if _OPENING_QUOTE in plain else None
    legibly = legible(text) if opening else text
    while opening:
        start = opening.end()
        end = plain.find(_BETWEEN, start)
        if closing := _CLOSING.search(plain, start - 1, len(plain) if end < 0 else end):
            end = closing.end()
            if legibly[end - 1] != "8" or plain[closing.start() - 1] in _JOINING or plain[end : end + 1] in _JOINING:
                return None
            places.append(end - 1)
        opening = _QUOTE_HINT.search(plain, end) if end >= 0 else None
    return places


def _spaces(text: str, plain: str) -> list[int] | None:
    """Where the blanks between letters that are spaced out stand; ``None`` where it takes too long to find which those are.

    ``plain``: the same in ASCII, some letters as others.
    """
    signs = plain.encode().translate(_SPACED_SIGNS)
    places: list[int] = []
    start = signs.find(_SPACED_OUT)
    legibly = legible(text) if start >= 0 else text
    while start >= 0:
        if match := _SPACED.match(legibly, max(start - 1, 0)):
            places += range(match.start() + 1, match.end(), 2)
            end = match.end()
        elif _SPACED_HINT.match(legibly, start):
            return None
        else:
            end = start + 1
        start = signs.find(_SPACED_OUT, end)
    return places


_BETWEEN = "\x1f"  # between blocks; no letter, so that no word reaches across
_JOINT = "\x01"  # a word of its own between two that are parts of one
_PARTS = f" {_JOINT} "
_JOINT_LINE = f"\n{_JOINT}\n"
_RUN = regex(rb"\n\n\n*")  # no `\n\n+`, which would be tried behind every word

# How `analyse` reaches the same tokens without a match a word: what joins letters is rewritten, then everything but letters and digits
# becomes a blank. Every pattern starts with a fixed character, which the regular expression engine looks for quickly, and `in` ten times as quickly.
# Texts with anything unusual take the slow way, 11 of 6,747 blocks of 225 real pages; all of those took 1.24 s by `tokenize` and 0.10 s by
# `cut_blocks`, each the best of five rounds of processor time.
_ASCII = bytes(range(128))
_CUT_HINT = regex(r"C(?<=[a-z]C)[!-?][a-z]")
_QUOTE_HINT = regex(r"&(?<![A-Za-z0-9]&)[A-Za-z0-9]")
_CLOSING = regex(r"(?<![A-Za-z0-9])[A-Za-z]{2,}8(?![A-Za-z0-9])")
_JOINING = ("'", ",")
_SPACED_HINT = regex(r" [A-Z] [A-Z] [A-Z]")
_SPACED_SIGNS = bytes(65 if chr(code).isupper() and code < 128 else 32 if code == 32 else 0 for code in range(256))
_SPACED_OUT = b" A A A"
_SPACED = regex(r"(?<![^\s(])(?<![A-Z] )[A-Z](?>(?: [A-Z](?![^\W_])){3,})(?![^\s)])")
# Where two of `_JOINTS` meet, which of them a text has to have for that, and the sign that it begins with.
_TWO_JOINTS = (
    ({",0", "'"}, ",", regex(r",(?<=[A-Za-z0-9],)[0-9][A-Za-z0-9]*'[A-Za-z0-9]")),
    ({",0"}, ",", regex(r",(?<=[A-Za-z0-9],)[strvledm]{1,2},[0-9]")),
    (set[str](), "'", regex(r"'(?<=[A-Za-z0-9]')[A-Za-z0-9]*(?:'|,[strvldm0-9]|\.[A-Za-z0-9])")),
    ({",s"}, ",", regex(r",(?<=[A-Za-z0-9],)[strvldm][A-Za-z0-9]*(?:'|,[strvldm]|\.[A-Za-z0-9])")),
    (set[str](), ".", regex(r"\.(?<=[A-Za-z]\.)[A-Za-z0-9]+(?:'|,[strvldm])")),
    ({"'"}, "'", regex(r"'(?<=(?:ll|qu)')[aeiouh]", re.IGNORECASE)),  # dell'Aquila
)
_PARTED = {  # initials first: those behind a hyphen are none
    ".": regex(r"\.(?<=(?<![A-Za-z0-9.',&-])[A-Za-z]\.)(?:[ \t]{1,2}|[ \t]*\n[ \t]*)(?=[A-Za-z]\.(?![A-Za-z0-9]))"),
    "-": regex(r"-(?:(?<=[A-Za-z0-9]-)|(?<=[A-Za-z0-9]\.-))(?:[ \t]*\n[ \t]*)?'?(?=[A-Za-z0-9])"),
    "'": regex(r"'(?<=(?<![A-Za-z0-9])[DLdl]')(?=[AEIOUHaeiouh])"),
}
_Joins = tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str], ...]
_JOINTS: dict[str, tuple[re.Pattern[str], _Joins]] = {
    ".": (
        regex(r"\.[A-Za-z]"),
        (
            # U.S. U.S.S.R: from the first dot on, behind a letter that stands alone
            (
                regex(r"\.(?<=(?<![A-Za-z0-9])[A-Za-z]\.)(?:[A-Za-z]\.)+(?:[A-Za-z](?![A-Za-z0-9]))?"),
                lambda match: f"{match[0].replace('.', '')} ",
            ),
            (regex(r"\.(?<=(?<![A-Za-z0-9])[A-Za-z]\.)([A-Za-z])(?![A-Za-z0-9])"), r"\1"),
        ),
    ),
    "'": (
        regex(r"'[A-Za-z0-9]"),
        ((regex(r"'(?<=[A-Za-z0-9]')[sS](?![A-Za-z0-9])"), ""), (regex(r"'(?<=[A-Za-z0-9]')(?=[A-Za-z0-9])"), "")),
    ),
    ",s": (
        regex(r",[strvldm]"),
        (
            (regex(r",(?<=[A-Za-z0-9],)s(?![A-Za-z0-9])"), ""),
            (regex(r",(?<=[A-Za-z0-9],)(?=(?:t|re|ve|ll|d|m)(?![A-Za-z0-9]))"), ""),
        ),
    ),
    ",0": (regex(r",[0-9]"), ((regex(r",(?<=[0-9],)(?<![0-9]{4},)(?=[0-9]{3}(?![0-9]))"), ""),)),
}
_TO_LINES = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else code if chr(code) in _JOINT + _BETWEEN else ord("\n") for code in range(256)
)


@functools.lru_cache(4096)
def _plain_form(character: str) -> str:
    """What stands in `analyse` for a character that belongs to no other: its sign, or the `_form_of` that."""
    sign = _sign_of(character)
    return sign if sign.isascii() else _form_of(sign)


def _form_of(character: str) -> str:
    """What stands for a legible character in `analyse`: ``é`` as ``E``, other signs as one that joins nothing; itself if it is to go the slow way."""
    if not character.isalnum():
        return "|"
    if not (character.isalpha() or character.isdecimal()) or character.translate(_SPELLED_OUT) != character:
        return character  # Ⅷ: digits to `fold`, letters to an acronym
    folded = fold(character)
    # A capital joins nothing (country,ś is two words; ,ré is no ,re), except that an apostrophe and any s are a possessive.
    return folded.upper() if len(folded) == 1 and folded.isascii() and folded != "s" else character
