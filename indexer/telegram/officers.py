"""Names of officers told from their titles: ``DCM Jane Roe``, ``Jane Roe, Deputy Chief of Mission, State``, ``EUR/RPM Director Jane Roe``.

A word is a title's if the table lists it, if it is an office symbol (``EUR/PRA``), a run-together function (``EconMinCouns``) or a word in
capitals before a name that is not. The name is what follows the last of them.
"""

from __future__ import annotations

import functools
import itertools
import re

import msgspec

from reftel.schema.identifiers import resolve_post
from reftel.schema.nearest import within_distance
from reftel.schema.posts import is_post_name
from reftel.schema.tables import read_table

_SUFFIX = re.compile(r"(?:JR|SR|I{2,3}|IV|PH\.?D|ESQ)\.?", re.IGNORECASE)
_PARTICLES = frozenset((
    "de", "del", "della", "di", "da", "do", "dos", "du", "van", "von", "der", "den", "la", "le", "el", "al", "bin", "ibn", "ben",
    "y", "e", "st", "ter", "zu",
))  # fmt: skip
_JOINTS = frozenset(("of", "for", "the", "and", "&", "to", "at", "in", "on", "with", "from", "by", "a", "an"))
_SMALL_WORDS = _PARTICLES | _JOINTS
_FUSED = re.compile(  # EconMinCouns, PolOff, ESTOff, RefCoord
    r"(?:A/)?(?:POL|ECON|ECO|EC|EST|ESTH|MAN|MGT|MGMT|REF|CON|CONS|EMB|DEP|MIL|PUB|INFO|ENV|LAB|MIN|P/?E|P)+(?:MIL|MIN)?"
    r"(?:OFF|OFFICER|COUNS|COUNSELOR|COORD|CHIEF|AD|MIN|DIR)",
    re.IGNORECASE,
)
_PLACES_AFTER = frozenset(("embassy", "consulate", "amembassy", "amconsul", "usmission", "congen", "interests"))
_EMPLOYER = re.compile(
    r"\b(?:EMBASSY|AMEMBASSY|CONSULATE|AMCONSUL|(?:US|U\.S\.) MISSION|DOS|STATE|DEPT|DEPARTMENT)\b", re.IGNORECASE
)
_REDACTED = re.compile(r"X{4,}", re.IGNORECASE)
_NAME_WORD = re.compile(r"[\"“'(]?[^\W\d_][\w.,'’\"”)-]*")
_SEPARATOR = re.compile(r"(?<!\b[DLOdlo]),|,(?![A-Za-z])|;| -+ | /+(?: |$)")  # a comma may stand for an apostrophe: O,Dane
_SLASH = re.compile(r"(?<![\w/])([\w.]+)/([A-Z][a-z]+)(?=\s[A-Z])")
_ACTING = re.compile(r"\((?:acting|a\.?i\.?|u)\)", re.IGNORECASE)
_OFFICE = re.compile(r"\(?[A-Z]{1,3}(?:/[A-Z]{1,6})*\)")  # the bracketed symbol of an office: U/S FOR ARMS CONTROL (T)
_OFFICE_BEHIND = re.compile(r"\s\([A-Z]{1,3}(?:/[A-Z]{1,6})*\)\.?\Z")
_APOSTROPHE = re.compile(r"['’,]")
_NUMERAL = re.compile(r"I{1,3}|IV|VI{0,3}")
_LONG_TITLE = 6  # letters of a title word that is known with a slip of the typist in it
_REGIONS = frozenset((
    "africa", "america", "americas", "asia", "balkans", "caribbean", "caucasus", "central", "east", "eastern", "europe", "european", "gulf",
    "hemisphere", "latin", "maghreb", "middle", "nations", "north", "northern", "pacific", "south", "southern", "union", "united", "west",
    "western",
))  # fmt: skip
_INITIALS = re.compile(r"(?:[A-Z]\.){2,3}|[B-DF-HJ-NP-TV-Z]{2}")
_KEPT_STOP = re.compile(r"(?:\w\.)+|.*\.\.\.")
_INITIAL_AT_END = re.compile(r"\s[A-Z]\Z")
_LONGEST_NAME = 6  # words
_LONGEST_OFFICE = 4  # letters of an office's symbol
_LONGEST = 400  # characters; a longer text is no officer's line


class Officer(msgspec.Struct, frozen=True, gc=False):
    """An officer's name without title and the title, each as printed; ``None`` where only the other stands."""

    name: str | None
    title: str | None


@functools.cache
def _titles() -> tuple[frozenset[str], frozenset[str]]:
    rows = read_table("titles")
    common = frozenset(row["word"] for row in rows if row["case"] == "any")
    return common, frozenset(row["word"] for row in rows if row["case"] == "upper")


@functools.lru_cache(maxsize=4096)
def is_title_word(word: str) -> bool:
    """Whether a word belongs to a title wherever it stands: ``"Counselor"``, ``"POL/ECON"``, ``"PolOff"``, ``"DAS"`` (not ``"Das"``)."""
    bare = word.strip(".,:;()\"'“”").replace("’", "'")
    if "0" in bare and bare.replace("0", "").isalpha():  # AMBASSAD0R
        bare = bare.replace("0", "O")
    common, capitals = _titles()
    if bare.lower() in common or bare in capitals:
        return True
    return ("/" in bare and bare != "/") or _FUSED.fullmatch(bare) is not None


@functools.lru_cache(maxsize=4096)
def is_title_slip(word: str) -> bool:
    """Whether a word is a long title word but for one letter, or two of eight and more: ``"Couselor"``, ``"Ambasador"``."""
    bare = _APOSTROPHE.sub("", word.strip(".,:;")).lower()
    if len(bare) < _LONG_TITLE or not bare.isalpha():
        return False
    return any(within_distance(bare, title, 1 if min(len(bare), len(title)) < 8 else 2) for title in _long_titles(bare[:1]))


@functools.cache
def _long_titles(first: str) -> tuple[str, ...]:
    """The long title words with this first letter, in which slips are rare."""
    return tuple(word for word in sorted(_titles()[0]) if len(word) >= _LONG_TITLE and word.isalpha() and word[0] == first)


def split_officer(text: str) -> Officer:
    """Name and title of ``"Ambassador Jane Roe"``, ``"Jane Roe, Ambassador"``, ``"S/CT DAS, Jane Roe"``, ``"Ambassador"`` (no name).

    ``"Richard Roe, Jr."`` is one name. Behind a name the function and its office count, up to the department or the post:
    ``"Jane Roe, Director, INR/CCS, State"`` -> ``Director, INR/CCS``. A redacted name is none.
    """
    healed = _SLASH.sub(_parted_slash, " ".join(_healed(text[:_LONGEST].split()))).strip(" ,;:-")
    segments = _segments(_first_of_two(healed))
    if not segments:
        return Officer(None, None)
    title, name = _split_segment(segments[0])
    if len(segments) > 1 and _is_surname(title, name) and _split_segment(segments[1])[0]:
        title, name = "", f"{title} {name}"  # ROE Jane, DCM
    if given := _given_name(title, name, segments[1:]):
        return Officer(_printed(f"{name}, {given}"), title or _function(segments[2:]))
    if name and title:
        return Officer(_printed(name), title)
    if name:
        return Officer(_printed(name), _function(segments[1:]))
    chosen = _name_segment(segments)
    if chosen == 0:
        return Officer(None, _without_full_stop(healed) or None)
    inner, name = _split_segment(segments[chosen])
    return Officer(_printed(name), ", ".join(filter(None, (*segments[:chosen], inner))))


def _is_surname(title: str, name: str) -> bool:
    """Whether what stands before a given name is no title but a surname in capitals."""
    capitals = title.isalpha() and title.isupper() and len(title) > _LONGEST_OFFICE
    return capitals and name.isalpha() and name.istitle() and not is_title_word(title) and not is_title_slip(title) and not _is_place(title)


def _parted_slash(match: re.Match[str]) -> str:
    """``DCM/Jane`` in two, where a title and a name are glued; ``Pol/Econ`` whole."""
    return f"{match[1]} / {match[2]}" if is_title_word(match[1]) and not is_title_word(match[2]) else match[0]


def _first_of_two(text: str) -> str:
    """The first officer of ``"DCM Jane Roe and Econoff John Doe"``."""
    first, _, second = text.partition(" and ")
    if not second.strip() or not is_title_word(second.split()[0]):
        return text
    title, name = _split_segment(first)
    return first if title and name and title.split()[-1].lower() not in _JOINTS else text


def _given_name(title: str, name: str, segments: list[str]) -> str | None:
    """The given name behind a surname and its comma: ``Roe, Jane B, DCM``; behind an initial the surname: ``DCM Jane B, Roe``."""
    if not segments or not name or (title and not _INITIAL_AT_END.search(name)) or (not title and _is_full(name)):
        return None
    behind, given = _split_segment(segments[0])
    if behind or not given or len(given.split()) > 2 or _is_employer(given) or (title and " " in given):
        return None
    return given if len(segments) == 1 or not title or _split_segment(segments[1])[0] else None


def _function(segments: list[str]) -> str | None:
    """The function behind a name with its office, up to the department or the post: ``["DCM", "State", "Embassy Baku"]`` -> ``DCM``."""
    segments = list(itertools.dropwhile(_is_employer, segments)) or segments
    kept = list(itertools.takewhile(lambda part: not _is_employer(part), segments[1:]))
    return _without_full_stop(", ".join(dict.fromkeys([*segments[:1], *kept]))) or None


def _is_employer(part: str) -> bool:
    """Whether a part names a post or the Department: ``"U.S. Embassy Baku"``, ``"Dubai"``, ``"US Dept of State"``, ``"DOS"``."""
    return _EMPLOYER.search(part) is not None or resolve_post(part.strip(".")) is not None


def _printed(name: str) -> str | None:
    return None if _REDACTED.search(name) else name


def _segments(text: str) -> list[str]:
    """Parts between commas, semicolons and free dashes; ``Jr.`` stays with what is before it."""
    segments: list[str] = []
    for part in _SEPARATOR.split(text):
        plain = part.strip(" :-")
        if segments and _SUFFIX.fullmatch(plain):
            segments[-1] += f", {plain}"
        elif plain:
            segments.append(plain)
    return segments


def _healed(words: list[str]) -> list[str]:
    """The words with those joined that only together make a title word: ``["Affa", "irs"]`` -> ``["Affairs"]``."""
    healed: list[str] = []
    for word in words:
        before = healed[-1] if healed else ""
        pieces = before.isalpha() and not is_title_word(word) and not (word[:1].isupper() and is_title_word(before))
        if (
            pieces
            and word.lower().strip(".,;:") not in _JOINTS
            and (before + word).strip(".,;:").lower() in _titles()[0]
        ):
            healed[-1] += word
        else:
            healed.append(word)
    return healed


def _name_segment(segments: list[str]) -> int:
    """Number of the part that holds the name where the first holds only a title: a pure name of several words, else any name; 0 if none."""
    named = [(place, *_split_segment(segment)) for place, segment in enumerate(segments) if place]
    pure = [place for place, title, name in named if name and not title and len(name.split()) > 1]
    other = [place for place, title, name in named if name and title and len(name.split()) > 1 and not _is_place(name)]
    return next(iter(pure or other), 0)


def _is_place(name: str) -> bool:
    return resolve_post(name) is not None


def _is_full(name: str) -> bool:
    """Whether a name has more than a surname: ``Jane Roe``, not ``Roe`` or ``van Roe``."""
    return any(word.lower() not in _PARTICLES for word in name.split()[:-1])


def _split_segment(segment: str) -> tuple[str, str]:
    """Title and name of one part, either may be empty: the name is what follows the last word that cannot be a name's.

    A title's word behind a title and a given name is a surname (``CDA Jon R. Chief``); a title behind two names is one (``Jane Roe Consul``).
    """
    office = _OFFICE_BEHIND.search(segment)
    words = (_ACTING.sub(" ", segment) if "(" in segment else segment)[: office.start() if office else None].split()
    capitals = _name_is_capitals(words)
    start = _name_start(words, len(words), capitals=capitals)
    if start == len(words) and len(words) > 2:
        if surname := _titled_surname(words):
            return " ".join(words[:surname]), _without_full_stop(" ".join(words[surname:]))
        front = next((place for place, word in enumerate(words) if not _may_be_name(words, place, capitals=capitals)), 0)
        if 1 < front < 4 and all(map(_may_stand_first, words[:front])):
            return " ".join(words[front:]), _without_full_stop(" ".join(words[:front]))
    if len(words) - start > _LONGEST_NAME:
        return segment, ""
    while start < len(words) and words[start].islower() and words[start] in _JOINTS:
        start += 1
    while len(words) - start > 1 and is_title_slip(words[start]) and (len(words) - start > 2 or _is_far(words[start])):
        start += 1
    name = " ".join(words[start:]).strip(" ,;:-")
    return " ".join(words[:start]).strip(" ,;:-"), _without_full_stop(name)


def _name_start(words: list[str], end: int, *, capitals: bool) -> int:
    """Number of the word at which the name begins that ends before ``end``."""
    start = end
    while start and _may_be_name(words, start - 1, capitals=capitals):
        start -= 1
    return max(start, _after_place(words, start))


def _after_place(words: list[str], start: int) -> int:
    """Number of the first word behind a place or region that belongs to a title: ``Representative for Saudi Arabia Jane Roe``."""
    before = words[start - 1].lower() if start else ""
    if before not in _REGIONS | _JOINTS - {"a", "an"}:
        return start
    end = start
    while end < len(words) and words[end].strip(",").lower() in _REGIONS:
        end += 1
    for size in (2, 3, 4):
        place = " ".join(words[start : start + size])
        if place.upper() in _places() or is_post_name(place):
            end = max(end, start + size)
    return max(end, start + 1) if before in _JOINTS else end


@functools.cache
def _places() -> frozenset[str]:
    """The names of countries, in capitals."""
    return frozenset(row["meaning"].upper() for row in read_table("tags") if row["kind"] == "geo" and row["meaning"])


def _titled_surname(words: list[str]) -> int | None:
    """Number of the given name before a surname that is a title's word: ``CDA Jon R. Chief``; there a title stands before."""
    end = len(words) - 1
    start = _name_start(words, end, capitals=_name_is_capitals(words[:end]))
    given = words[start:end]
    single = len(given) == 1 or (len(given) == 2 and _is_initials(given[1]))
    return start if start and given and single and len(given[0]) > 2 and is_title_word(words[start - 1]) else None


def _may_stand_first(word: str) -> bool:
    return word[:1].isupper() and not is_title_slip(word)


def _is_far(word: str) -> bool:
    """Whether a slip is that of a word long enough that no name is as near to it."""
    return len(word.strip(".,")) >= _LONG_TITLE + 2


def _name_is_capitals(words: list[str]) -> bool:
    """Whether the last word of several letters is all capitals, as the name's style."""
    return next(
        (
            word.isupper()
            for word in reversed(words)
            if len(word.strip(".\"“”'’")) > 2 and not _SUFFIX.fullmatch(word.strip(","))
        ),
        True,
    )


def _may_be_name(words: list[str], place: int, *, capitals: bool) -> bool:
    """Whether the word can be part of a name: no title word, no small word but a particle, no capitals before a name in small letters."""
    word = words[place]
    if is_title_word(word) or _OFFICE.fullmatch(word) or not _NAME_WORD.fullmatch(word.strip(",")) or _is_post_of_title(words, place):
        return False
    if (word.lower() in _JOINTS and word != "A") or _is_interim(words, place):
        return False
    if word[0].islower():
        return word in _PARTICLES or word[1:2] in ("'", "’") or not any(map(str.istitle, words))
    return capitals or not word.isupper() or _is_initials(word)


def _is_interim(words: list[str], place: int) -> bool:
    """Whether the word is the second of a title's ``a. i.``, ad interim: ``CHARGE D'AFFAIRES A. I. JANE ROE``."""
    behind = place > 1 and words[place - 1].upper() == "A." and is_title_word(words[place - 2])
    return behind and words[place].upper().rstrip(",") == "I." and "aff" in words[place - 2].lower()


def _is_initials(word: str) -> bool:
    """One letter, dotted letters, letters without a vowel (``JJ``), a numeral behind a name; ``IO`` or ``EUR`` is an office."""
    bare = word.strip(",\"“”'’")
    if len(bare.strip(".")) == 1 or _SUFFIX.fullmatch(bare) or _REDACTED.search(bare):
        return True
    return _INITIALS.fullmatch(bare) is not None


def _is_post_of_title(words: list[str], place: int) -> bool:
    """Whether the word is the post of an embassy named before it: ``"Embassy Baku Charge"``."""
    before = words[place - 1].lower() if place else ""
    return before in _PLACES_AFTER and resolve_post(words[place]) is not None


def _without_full_stop(name: str) -> str:
    """The name or title without the sentence's full stop; that of an initial, ``Jr.``, ``a.i.`` or ``...`` stays."""
    last = name.rpartition(" ")[2]
    if _NUMERAL.fullmatch(last.rstrip(".")):
        return name.rstrip(".")
    return name if not last.endswith(".") or _SUFFIX.fullmatch(last) or _KEPT_STOP.fullmatch(last) else name.rstrip(".")
