"""Names that are written in many ways: persons, organisations and places, and what a name that no list has may be spelled like.

The table ``tables/name_spellings.csv`` has a row a name: its kind, the name as it is printed, every spelling as the words that an index
holds (`reftel.schema.analysis`), and a source. ``cables: qadhafi 51, gaddafi 2`` are spellings that were counted in 1,123 real cables, by the
number of cables that hold them; the rest of a row is known from a tradition of romanisation or from common use, and says which. No spelling
belongs to two names, and none is an ordinary word or a name that is far more often another's (*Abbas* alone is not Mahmoud Abbas).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.tables import read_lines

_ARTICLES = frozenset({"al", "el"})
SHORTEST = 5
"""Letters of a word that has other spellings by `alike`: shorter ones that sound alike are too often other words."""

MOST_WORDS = 9
"""Words of the longest spelling."""

_SOUNDS = (
    ("tsch", "C"), ("shch", "S"), ("tch", "C"), ("sch", "S"), ("dzh", "j"), ("sh", "S"), ("ch", "C"), ("dj", "j"), ("zh", "j"), ("kh", "k"),
    ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ck", "k"), ("tz", "s"), ("ts", "s"), ("ou", "u"), ("oo", "u"), ("ee", "i"),
    ("ei", "i"), ("ie", "i"), ("ay", "ai"), ("ey", "i"), ("iy", "i"), ("ya", "ia"), ("yu", "iu"), ("ye", "i"),
)  # fmt: skip
_LETTERS = str.maketrans({"q": "k", "z": "s", "w": "v", "y": "i", "e": "i", "o": "u"})
_REPEATED = regex(r"(.)\1+")


@frozen
class Name:
    """A row of the table: kind of name, the name as it is printed, and its spellings, each of them folded words."""

    kind: str
    name: str
    spellings: tuple[tuple[str, ...], ...]


@functools.lru_cache(maxsize=64)
def shortest(name: Name) -> tuple[tuple[str, ...], ...]:
    """The spellings without those that hold another one: whatever has ``usama bin ladin`` has ``bin ladin``."""
    return tuple([each for each in name.spellings if not any(other != each and holds(each, other) for other in name.spellings)])


def holds(words: Sequence[str], part: Sequence[str]) -> bool:
    """Whether ``part`` stands side by side in ``words``."""
    return f" {' '.join(part)} " in f" {' '.join(words)} "


def find_name(words: Sequence[str]) -> Name | None:
    """The name that folded ``words`` are a spelling of, an Arabic article before it aside: ``["al", "gaddafi"]`` -> Qadhafi."""
    rows = _rows()
    row = rows.get(" ".join(words))
    if row is None and len(words) > 1 and words[0] in _ARTICLES:
        row = rows.get(" ".join(words[1:]))
    return _name(row) if row else None


def longest_name(words: Sequence[str], start: int = 0) -> tuple[Name, int] | None:
    """The name that the most words from ``start`` on are a spelling of, and how many words those are."""
    for count in range(min(MOST_WORDS, len(words) - start), 0, -1):
        if name := find_name(words[start : start + count]):
            return name, count
    return None


def all_names() -> tuple[Name, ...]:
    """Every row of the table, in its order."""
    return tuple(map(_name, dict.fromkeys(_rows().values())))


def alike(word: str, other: str) -> bool:
    """Whether two folded words may be one name in two romanisations: they sound alike, letters that romanisations interchange aside.

    ``("tsipi", "tzipi")`` -> true; ``("london", "linden")`` -> false. Searches want the two at most two letters apart, too.
    """
    return word == other or (min(len(word), len(other)) >= SHORTEST and sound(word) == sound(other))


@functools.lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """What is left of a word's letters by what romanisations interchange: ``"qayyum"``, ``"kayoum"`` -> ``"kaium"``."""
    for letters, one in _SOUNDS:
        word = word.replace(letters, one)
    word = _REPEATED.sub(r"\1", word.translate(_LETTERS))
    return word[:1] + word[1:].replace("h", "")


@functools.cache
def _rows() -> dict[str, str]:
    """Spelling -> its line. Lines are kept as text: of hundreds of names a question has one or two."""
    return {spelling: line for line in read_lines("name_spellings")[1:] for spelling in line.split(",", 3)[2].split(";")}


def _name(line: str) -> Name:
    kind, name, spellings, _source = line.split(",", 3)
    return Name(kind, name, tuple(tuple(spelling.split()) for spelling in spellings.split(";")))
