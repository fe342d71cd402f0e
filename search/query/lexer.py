"""Query text to tokens. Every token keeps its place; nothing is dropped but blanks.

>>> [(token.kind, token.text) for token in split_tokens('-subject:"minsk group" w/5 OR')]
[('minus', '-'), ('field', 'subject'), ('quoted', 'minsk group'), ('near', 'w/5'), ('or', 'OR'), ('end', '')]
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.errors import QuerySyntaxError
from reftel.schema.identifiers import named_cable

Kind = Literal["open", "close", "quoted", "word", "field", "minus", "and", "or", "not", "near", "end"]

QUOTES = '"“”„‟«»‹›〝〞〟'
"""Any of these opens a phrase, and the next of them closes it."""

_FORMS = ((0xFE50, 0xFE70), (0xFF01, 0xFF5F))  # small and full-width forms of ASCII
_PLAIN = {code: form for block in _FORMS for code in range(*block) if (form := unicodedata.normalize("NFKC", chr(code))).isascii() and len(form) == 1}
_PLAIN |= dict.fromkeys(map(ord, "‐‑−"), "-")  # two hyphens and the minus sign of Unicode

READ_OTHERWISE = regex(f"[{re.escape(QUOTES + ''.join(map(chr, _PLAIN)))}]")
"""What can't stand in a quoted text as it is: it ends there, or another character is read in its place."""

_CHUNK = regex(rf"[^\s(){QUOTES}]+")
_BROKEN = regex(r"(?<=[^\W_])-[ \t]*\n[ \t]*(?=[^\W_])")  # a word, at the end of a line
_INITIALS = regex(r"=?[^\W\d_]\.(?:\s+[^\W\d_]\.)+(?![^\s()])")  # J. F. Kennedy
_QUOTED = regex(rf"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]")
_TAIL = regex(rf"~[^\s(){QUOTES},|]*")  # of "a b"~4
_FIELD = regex(r"([^\W\d_][\w-]*):")  # a letter, then anything a name could be mistyped with
_MINUS = regex(r"-+(?=[^\s)-])")
_NEAR = regex(r"(?:w|near|pre)?/(?:[0-9]+|p)", re.IGNORECASE)  # w/5 NEAR/5 /5 pre/3 w/p /p
_ADDRESS = regex(r"[a-z][a-z0-9+.-]*://|[a-z]:[/\\]", re.IGNORECASE)  # of a page, of a file
_OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not"}


@frozen
class Token:
    """A piece of the query. ``text``: of a field its name, of a quoted text what stands inside; ``tail``: ``~4`` after a quoted text."""

    kind: Kind
    text: str
    start: int
    end: int
    tail: str = ""


def split_tokens(text: str) -> list[Token]:
    """Tokens of ``text`` in order, then one of kind ``end``. An unbalanced quote is a `QuerySyntaxError`.

    Full-width forms (``＊``, ``：``, ``ＯＲ``) and the hyphens of Unicode are the signs of ASCII that they look like.
    """
    text = text.translate(_PLAIN)  # a character for a character: places stay
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        value = bool(tokens) and tokens[-1].kind == "field" and tokens[-1].end == place
        tokens.append(_token(text, place, value))
        place = tokens[-1].end
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _token(text: str, start: int, value: bool) -> Token:
    """The token at ``start``; ``value``: directly after a field's name."""
    if text[start] == "(":
        return Token("open", "(", start, start + 1)
    if text[start] == ")":
        return Token("close", ")", start, start + 1)
    if text[start] in QUOTES:
        return _quoted(text, start)
    return _chunk(text, start, value)


def _quoted(text: str, start: int) -> Token:
    match = _QUOTED.match(text, start)
    if match is None:
        raise QuerySyntaxError("this quote is never closed", text=text, start=start, hint='a phrase is written "minsk group"', fixes=(f'{text.rstrip()}"',))
    tail = _TAIL.match(text, match.end())
    end = tail.end() if tail else match.end()
    return Token("quoted", " ".join(_BROKEN.sub("-", match[1]).split()), start, end, tail[0] if tail else "")


def _chunk(text: str, start: int, value: bool) -> Token:
    match = _INITIALS.match(text, start) or _CHUNK.match(text, start)
    assert match is not None
    chunk, end = " ".join(match[0].split()), match.end()
    if value:
        return Token("word", chunk, start, end)  # tags:OR is Oregon, not an operator
    if minus := _MINUS.match(text, start):
        return Token("minus", minus[0], start, minus.end())
    if _ADDRESS.match(chunk) and named_cable(chunk):
        return Token("word", chunk, start, end)
    if field := _FIELD.match(chunk):
        return Token("field", field[1], start, start + field.end())
    if chunk in _OPERATORS:
        return Token(_OPERATORS[chunk], chunk, start, end)
    return Token("near" if _NEAR.fullmatch(chunk) else "word", chunk, start, end)
