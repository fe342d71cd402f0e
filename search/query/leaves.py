"""Words, quoted texts and values, from the pieces that stand together without a blank.

Where a piece stands decides what its signs mean: commas and comparisons are read in a field's value, nowhere else.
"""

from __future__ import annotations

import re
from typing import NoReturn

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.errors import BadValueError, QuerySyntaxError
from reftel.search.query import tree
from reftel.search.query.lexer import Token
from reftel.search.query.problems import quote
from reftel.search.query.types import Context

LONGEST_DISTANCE = 1000
"""Largest n of ``w/n``, ``pre/n`` and ``"a b"~n``."""

_COMPARISONS: dict[str, tree.Comparison] = {
    ">": ">", ">=": ">=", "=>": ">=", "≥": ">=", "≧": ">=", "⩾": ">=", "<": "<", "<=": "<=", "=<": "<=", "≤": "<=", "≦": "<=", "⩽": "<=",
}  # fmt: skip
_EQUAL = ("=", "==")
_NOT_HINT = "for cables without a value write a minus before the field, as in -class:secret"
_SIGN_HINTS = dict.fromkeys(("!", "!=", "<>", "≠", "¬"), _NOT_HINT) | {"+": "leave it out"}
_SIGNS = regex(r"[<>=!≥≧⩾≤≦⩽≠¬+^]+")
_OR_MORE = regex(r"(.*\w)\+")  # C+
_LIST_PART = regex(r"[,|]|[^,|]+")
_SPELLED_HINT = 'write it directly before a name, ~hezbollah, or behind a word or a quote: qadhafi~1, "minsk group"~4'
_FUZZY_HINT = "the letters that may differ are written qadhafi~1 or qadhafi~2"
_BLANK_HINT = "write a blank between a quoted text and its neighbour"


@frozen
class _Piece:
    """Part of a leaf: a separator, an unquoted run, or a quoted text with its tail."""

    text: str
    start: int
    end: int
    quoted: Token | None = None
    separator: bool = False


def read_leaf(tokens: list[Token], context: Context, query: str) -> tree.Node:
    """The leaf made of ``tokens``, words and quoted texts that stand together without a blank."""
    pieces = [piece for token in tokens for piece in _pieces(token, context)]
    items, separators = _items(pieces, query)
    leaves = tuple(_item(item, context, query) for item in items)
    if not separators:
        return leaves[0]
    for leaf in leaves:
        if isinstance(leaf, tree.Compare):
            raise QuerySyntaxError("a comparison takes one value, not a list", text=query, start=leaf.span[0], end=leaf.span[1])
    return tree.Alternatives(leaves, span=(tokens[0].start, tokens[-1].end))


def comparison_of(word: str) -> str:
    """The comparison that a value begins with, as written: ``"=>2008"`` -> ``"=>"``; empty for another beginning."""
    sign = _SIGNS.match(word)
    return sign[0] if sign and sign[0] in _COMPARISONS else ""


def read_distance(digits: str, start: int, query: str) -> int:
    """A distance in positions: ``"5"`` -> 5; anything but 1 to `LONGEST_DISTANCE` is a `BadValueError`."""
    distance = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1
    if not 1 <= distance <= LONGEST_DISTANCE:
        hint = f"write a number from 1 (side by side) to {LONGEST_DISTANCE}"
        message = f"{quote(digits)} is no distance" if digits else "a distance is missing"
        raise BadValueError(message, text=query, start=start, end=start + len(digits), hint=hint)
    return distance


def _pieces(token: Token, context: Context) -> list[_Piece]:
    if token.kind == "quoted":
        return [_Piece(token.text, token.start, token.end, token)]
    if context != "values":
        return [_Piece(token.text, token.start, token.end)]
    parts = _LIST_PART.finditer(token.text)
    return [_Piece(part[0], token.start + part.start(), token.start + part.end(), separator=part[0] in ",|") for part in parts]


def _items(pieces: list[_Piece], query: str) -> tuple[list[list[_Piece]], int]:
    """Pieces grouped between the separators, and how many of those there are. A sign (``=``, ``>=``) goes with the quote after it."""
    items: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.separator:
            items.append([])
        elif items[-1] and not (piece.quoted and _is_sign(items[-1])):
            raise QuerySyntaxError("a blank is missing", text=query, start=piece.start, hint=_BLANK_HINT)
        else:
            items[-1].append(piece)
    if not all(items):
        hint = "values are joined by single commas without blanks: tags:PREL,AJ"
        apart = re.sub(r",\s+(?=[\w]+:)", " ", query)  # a comma between fields, or one with a blank between values
        joined = re.sub(r"\s*([,|])[\s,|]*", r"\1", apart.strip()).strip(",|")
        fixes = () if '"' in query or not any(items) else (re.sub(r"(?<=[:(])[,|]|[,|](?=\))", "", joined),)
        raise QuerySyntaxError("a value is missing in the list", text=query, start=pieces[0].start, end=pieces[-1].end, hint=hint, fixes=fixes)
    return items, len(items) - 1


def _is_sign(item: list[_Piece]) -> bool:
    return len(item) == 1 and item[0].quoted is None and (item[0].text == "~" or _SIGNS.fullmatch(item[0].text) is not None)


def _item(item: list[_Piece], context: Context, query: str) -> tree.Node:
    first, last = item[0], item[-1]
    span = (first.start, last.end)
    written = _SIGNS.match(first.text) if first.quoted is None else None
    sign = written[0] if written else ""
    if sign in _COMPARISONS:
        if context == "query":
            hint = "write field:>=value, as in date:>=2008-02"
            message = f"the comparison {quote(sign)} has no field"
            raise QuerySyntaxError(message, text=query, start=span[0], end=span[1], hint=hint)
        return _compare(sign, item, span, query)
    if sign and sign not in _EQUAL and (context == "values" or sign not in "!+^"):  # those before a word have hints of their own
        hint = _SIGN_HINTS.get(sign, "before a value can stand one of > >= < <=")
        raise QuerySyntaxError(f"{quote(sign)} before a value has no meaning", text=query, start=span[0], end=span[1], hint=hint)
    if last.quoted and first.text == "~":
        return _spelled(last.text, last.quoted.tail, span, query, quoted=True)
    if last.quoted:
        return _quoted(last.quoted, span, query)
    more = _OR_MORE.fullmatch(last.text) if context == "values" and not sign else None
    return tree.Compare(">=", more[1], span=span) if more else _word(last.text, span, query)


def _compare(sign: str, item: list[_Piece], span: tree.Span, query: str) -> tree.Compare:
    last, op = item[-1], _COMPARISONS[sign]
    value = last.text if last.quoted else last.text[len(sign) :]
    if last.quoted and last.quoted.tail:
        message = f"{quote(last.quoted.tail)} has no meaning in a comparison"
        raise QuerySyntaxError(message, text=query, start=span[0], end=span[1])
    if not value:
        hint = f"write it directly after the sign, without a blank: {op}value"
        raise QuerySyntaxError(f"no value after {quote(sign)}", text=query, start=span[0], end=span[1], hint=hint)
    return tree.Compare(op, value, bool(last.quoted), span=span)


def _quoted(token: Token, span: tree.Span, query: str) -> tree.Quoted:
    if not token.text:
        raise QuerySyntaxError("nothing stands between the quotes", text=query, start=span[0], end=span[1])
    slop = read_distance(token.tail[1:], token.end - len(token.tail) + 1, query) if token.tail else None
    return tree.Quoted(token.text, slop, span=span)


def _word(text: str, span: tree.Span, query: str) -> tree.Node:
    if text == "*":
        return tree.Star(span=span)
    bare = text.lstrip("=")
    exact = bare != text
    if not bare:
        raise QuerySyntaxError("nothing stands after '='", text=query, start=span[0], hint="an exact word is written =secret")
    if text.startswith("~"):
        name, tilde, distance = text[1:].partition("~")
        return _spelled(name, tilde + distance, span, query)
    if "~" in text:
        return _fuzzy(text, span, query)
    return tree.Word(bare, exact, span=span)


def _spelled(name: str, tail: str, span: tree.Span, query: str, *, quoted: bool = False) -> tree.Spelled:
    if not any(map(str.isalpha, name)):
        raise QuerySyntaxError(f"{quote(query[slice(*span)])} stands alone", text=query, start=span[0], end=span[1], hint=_SPELLED_HINT)
    if name.startswith("="):
        message = "'=' asks for the exact word, '~' for others"
        raise QuerySyntaxError(message, text=query, start=span[0], end=span[1], hint="use one of them")
    if tail:
        message = f"'~' before a name asks for all its spellings, {quote(tail)} behind it for letters that differ"
        raise QuerySyntaxError(message, text=query, start=span[0], end=span[1], hint="use one of them")
    return tree.Spelled(name, quoted, span=span)


def _fuzzy(text: str, span: tree.Span, query: str) -> tree.Fuzzy:
    word, _, distance = text.partition("~")
    if word.startswith("="):
        message = "'=' asks for the exact word, '~' for others"
        raise QuerySyntaxError(message, text=query, start=span[0], end=span[1], hint="use one of them")
    if distance not in ("1", "2"):
        _bad_fuzzy(distance, span, query)
    return tree.Fuzzy(word, int(distance), span=span)


def _bad_fuzzy(distance: str, span: tree.Span, query: str) -> NoReturn:
    message = f"{quote(distance)} is no spelling distance" if distance else "a number is missing after '~'"
    raise BadValueError(message, text=query, start=span[1] - len(distance) - (not distance), end=span[1], hint=_FUZZY_HINT)
