"""From text to tokens: one analysis for indexing, querying and highlighting, so that the three can't drift apart.

A token is folded (case, accents, curly quotes), keeps its place in the text, and knows nothing of stems: stems are looked up
beside the exact word, so that quoted words stay exact. There are no stop words.

>>> [token.text for token in tokenize("The U.S. Ambassador’s F-16, Nagorno-Karabakh")]
['the', 'us', 'ambassador', 'f', '16', 'nagorno', 'karabakh']
"""

from __future__ import annotations

import dataclasses
import re
import threading
import unicodedata
from collections.abc import Iterator

APOSTROPHES = "'’‘ʼ´`"

_TOKEN = re.compile(
    # dotted acronyms: U.S. U.S U.S.S.R. E.O.; a single initial ("F.") is a word of its own
    r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?"
    r"|(?<![^\W_])[^\W\d_]\.[^\W\d_](?![^\W_])"
    # words; an apostrophe between letters does not end one: Mammadyarov's, O'Brien
    rf"|[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*"
)
_POSSESSIVE = re.compile(rf"[{APOSTROPHES}]s$", re.IGNORECASE)
_JOINERS = re.compile(rf"[.{APOSTROPHES}]")
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"})


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """A folded word and where it stands in its text, in characters, end exclusive."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents: ``"Fernández"`` -> ``"fernandez"``. Idempotent."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().translate(_LETTERS)


def fold_word(word: str) -> str:
    """The search form of one word: folded, possessive ``'s`` and inner dots and apostrophes dropped. ``"U.S."`` -> ``"us"``."""
    if word.isalnum():
        return fold(word)
    return fold(_JOINERS.sub("", _POSSESSIVE.sub("", word)))


def tokenize(text: str) -> list[Token]:
    """Tokens of ``text`` in order."""
    return list(iter_tokens(text))


def iter_tokens(text: str) -> Iterator[Token]:
    """Tokens of ``text`` in order, one at a time."""
    for match in _TOKEN.finditer(text):
        folded = fold_word(match.group())
        if folded:
            yield Token(folded, match.start(), match.end())


def words(text: str) -> list[str]:
    """The folded words of ``text`` alone, for indexing."""
    return [token.text for token in iter_tokens(text)]


_LOCAL = threading.local()


def stem(word: str) -> str:
    """The stem that ``word`` (already folded) shares with its inflections: ``"precedents"`` -> ``"preced"``."""
    stemmer = getattr(_LOCAL, "stemmer", None)
    if stemmer is None:
        import Stemmer  # noqa: PLC0415 - a compiled module; `import reftel` does without it

        # Stemmer objects are not safe to share between threads.
        stemmer = _LOCAL.stemmer = Stemmer.Stemmer("english")
    result: str = stemmer.stemWord(word)
    return result
