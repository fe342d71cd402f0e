"""Tokens to tree: a recursive descent parser, one method a level, the loosest binding first.

======================== ==============================================================
level                    grammar
======================== ==============================================================
either                   ``every ("OR" every)*``
every                    ``run ("AND" run)*``
run                      ``negation+``
negation                 ``("NOT" | "-")* paragraph``
paragraph                ``near ("w/p" near)*``
near                     ``operand (("w/" n | "pre/" n) operand)*``
operand                  ``[field ":"] (leaf | "(" either ")")``
======================== ==============================================================
"""

from __future__ import annotations

import itertools
from typing import NoReturn

from reftel.schema.errors import QuerySyntaxError, QueryTooBroad, UnknownFieldError
from reftel.schema.fields import Field, fields_by_name
from reftel.search.advice import put
from reftel.search.query import tree
from reftel.search.query.leaves import comparison_of, read_distance, read_leaf
from reftel.search.query.lexer import Kind, Token, split_tokens
from reftel.search.query.problems import field_hint, quote
from reftel.search.query.types import MOST_WORDS_OF_A_VALUE, Context, type_of, values_in, words_of_value

LONGEST_QUERY = 65_536
"""Characters that a query may have: room for a list of five thousand ids."""

DEEPEST_BRACKETS = 50
"""How many brackets and NOTs may stand inside each other."""

DEEPEST_TREE = 100
"""How high the tree may be; only brackets that mix many operators reach it. It bounds the recursion of the passes over the tree."""

_OPERATORS = frozenset({"and", "or", "not", "minus", "near"})
_NESTED_HINT = f"at most {DEEPEST_BRACKETS} brackets and NOTs may stand inside each other"
_OPERAND_HINT = "an operator stands between two terms; to search for the word itself, write it in quotes"


def parse(text: str) -> tree.Node:
    """The tree of a query; a `QuerySyntaxError` (or `QueryTooBroad`) says what is wrong and where."""
    if len(text) > LONGEST_QUERY:
        shown = text[:59] + "…"
        message = f"the query has {len(text)} characters, more than {LONGEST_QUERY}"
        raise QueryTooBroad(message, text=shown, start=0, end=len(shown), hint="ask it in several parts")
    return _Parser(text).query()


class _Parser:
    """One walk over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = split_tokens(text)
        self._place = 0
        self._depth = 0
        self._context: Context = "query"
        self._field: Field | None = None

    def query(self) -> tree.Node:
        if self._token.kind == "end":
            hint = "write words to look for, or * for every cable"
            raise QuerySyntaxError("the query is empty", text=self._text, start=0, end=len(self._text), hint=hint)
        root = self._either()
        if self._token.kind == "close":
            self._closes_nothing(self._token)
        height, lowest = tree.deepest(root)
        if height > DEEPEST_TREE:
            start, end = lowest.span
            raise QuerySyntaxError("the query is nested too deeply", text=self._text, start=start, end=end, hint="use fewer brackets")
        return root

    # -- levels, the loosest first ---------------------------------------------------------------------------

    def _either(self) -> tree.Node:
        start, parts = self._token.start, [self._every()]
        while self._token.kind == "or":
            self._advance()
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else tree.Or(tuple(parts), span=self._since(start))

    def _every(self) -> tree.Node:
        start, parts = self._token.start, [self._run()]
        while self._token.kind == "and":
            self._advance()
            parts.append(self._run())
        return parts[0] if len(parts) == 1 else tree.And(tuple(parts), span=self._since(start))

    def _run(self) -> tree.Node:
        start, parts = self._token.start, [self._negation()]
        while self._token.kind not in ("or", "and", "close", "end"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else tree.Juxtaposed(tuple(parts), span=self._since(start))

    def _negation(self) -> tree.Node:
        starts: list[int] = []
        while self._token.kind in ("not", "minus"):
            token = self._advance()
            starts += range(token.start, token.end) if token.kind == "minus" else [token.start]
            self._bound(token, len(starts))
        self._depth += len(starts)
        node = self._paragraph()
        self._depth -= len(starts)
        for start in reversed(starts):
            node = tree.Not(node, span=self._since(start))
        return node

    def _paragraph(self) -> tree.Node:
        start, parts = self._token.start, [self._near()]
        while self._token.kind == "near":  # those with a distance are gone: `_near` takes them
            self._advance()
            parts.append(self._near())
        return parts[0] if len(parts) == 1 else tree.SameParagraph(tuple(parts), span=self._since(start))

    def _near(self) -> tree.Node:
        start, first = self._token.start, self._operand()
        steps: list[tree.Step] = []
        while self._token.kind == "near" and not self._token.text.endswith(("p", "P")):
            steps.append(self._step())
        if self._token.kind == "near" and self._token.text.lower() == "pre/p":
            self._fail("'pre/p' has no distance", self._token, "write w/p for the same paragraph, pre/3 for words in order")
        return tree.Near(first, tuple(steps), span=self._since(start)) if steps else first

    def _step(self) -> tree.Step:
        token = self._advance()
        name, _, digits = token.text.partition("/")
        distance = read_distance(digits, token.end - len(digits), self._text)
        operand = self._operand()
        return tree.Step(distance, name.lower() == "pre", operand, span=self._since(token.start))

    def _operand(self) -> tree.Node:
        kind = self._token.kind
        if kind not in ("field", "open", "word", "quoted"):
            self._no_operand()
        if kind == "field":
            return self._scoped()
        return self._brackets(self._context, self._field) if kind == "open" else self._leaf(self._context, self._field)

    # -- operands --------------------------------------------------------------------------------------------

    def _scoped(self) -> tree.Node:
        name = self._advance()
        field = fields_by_name().get(name.text.lower())
        value = self._token
        if not self._glued(self._place) or value.kind not in ("word", "quoted", "open"):
            if field is None:
                hint = field_hint(name.text, self._text[name.end : value.end])
                raise UnknownFieldError(f"unknown field {quote(name.text)}", text=self._text, start=name.start, end=name.end - 1, hint=hint)
            self._fail(f"{quote(name.text)} has no value", name, f"write it directly after the colon, without a blank: {field.examples[0]}")
        if value.kind == "word" and value.text.startswith("-") and value.text.strip("-"):
            meant = f"-{name.text}:{value.text.lstrip('-')}"
            self._fail("a minus stands before a value", value, f"write it before the field: {meant}")
        context = type_of(field).context if field else "values"
        if value.kind == "open":
            child = self._brackets(context, field)
        else:
            child = self._leaf("text" if context == "query" else context, field)
        known = field.name if field else name.text.lower()
        return tree.Scoped(known, child, span=self._since(name.start), name_span=(name.start, name.end - 1))

    def _brackets(self, context: Context, field: Field | None) -> tree.Node:
        opening = self._advance()
        self._bound(opening, 1)
        outer = self._context, self._field
        self._context, self._field = context, field
        self._depth += 1
        node = self._either()
        self._depth -= 1
        self._context, self._field = outer
        if self._token.kind != "close":
            self._never_closed(opening)
        self._advance()
        return node

    def _leaf(self, context: Context, field: Field | None) -> tree.Node:
        tokens = self._words_of_values(context, field)
        while self._glued(self._place) and self._token.kind not in ("open", "close", "end"):
            tokens.append(self._advance())
        return read_leaf(tokens, context, self._text)

    def _words_of_values(self, context: Context, field: Field | None) -> list[Token]:
        """The next token; words with blanks between them as quoted texts where the field's type, or an id, is written so."""
        first = self._token
        if first.kind == "word" and (field or context == "query"):
            sign = comparison_of(first.text)
            following = range(self._place + 1, self._place + MOST_WORDS_OF_A_VALUE)
            places = itertools.takewhile(lambda place: self._tokens[place].kind == "word" and not self._glued(place), following)
            run = [first, *(self._tokens[place] for place in places)]
            words = [first.text.removeprefix(sign), *(token.text for token in run[1:])]
            count = words_of_value(field, words)
            if count > 1:
                self._place += count
                signs = [Token("word", sign, first.start, first.start + len(sign))] if sign else []
                starts = [first.start + len(sign), *(token.start for token in run[1:count])]
                return signs + _quoted_values(field, words[:count], starts)
        return [self._advance()]

    # -- tokens ----------------------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._place]

    def _advance(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _glued(self, place: int) -> bool:
        """Whether no blank stands before the token at ``place``, which is not the first."""
        return self._tokens[place - 1].end == self._tokens[place].start

    def _since(self, start: int) -> tree.Span:
        """From ``start`` to the end of what was read last."""
        return start, self._tokens[self._place - 1].end

    def _bound(self, token: Token, more: int) -> None:
        if self._depth + more > DEEPEST_BRACKETS:
            self._fail("the query is nested too deeply", token, _NESTED_HINT)

    def _no_operand(self) -> NoReturn:
        token = self._token
        before = self._tokens[self._place - 1] if self._place else None
        if before is not None and before.kind in _OPERATORS:
            self._fail(f"nothing stands after {quote(before.text)}", before, _OPERAND_HINT)
        if token.kind in _OPERATORS:
            self._fail(f"nothing stands before {quote(token.text)}", token, _OPERAND_HINT)
        if before is not None and token.kind == "end":
            self._never_closed(before)
        if before is not None:
            self._fail("nothing stands between the brackets", before, None, token.end)
        self._closes_nothing(token)

    def _never_closed(self, token: Token) -> NoReturn:
        missing = sum((each.kind == "open") - (each.kind == "close") for each in self._tokens)
        self._fail("this bracket is never closed", token, "write ) after what belongs together", fixes=(self._text.rstrip() + ")" * missing,))

    def _closes_nothing(self, token: Token) -> NoReturn:
        without = put(self._text, (token.start, token.end), "").strip()
        self._fail("this bracket closes nothing", token, "remove it, or open it before", fixes=(without,))

    def _fail(self, message: str, token: Token, hint: str | None, end: int | None = None, fixes: tuple[str, ...] = ()) -> NoReturn:
        raise QuerySyntaxError(message, text=self._text, start=token.start, end=end or token.end, hint=hint, fixes=fixes)


def _quoted_values(field: Field | None, words: list[str], starts: list[int]) -> list[Token]:
    """The values that ``words`` are, those of several words as quoted texts, with the separators between them. ``starts``: where each word stands."""
    places = [place for word, start in zip(words, starts, strict=True) for place in range(start, start + len(word) + 1)]  # of characters and blanks
    tokens: list[Token] = []
    end = 0
    for value in values_in(field, " ".join(words)):
        start, end = end, end + len(value)
        if text := value.strip():
            begin = start + value.index(text)
            kind: Kind = "quoted" if " " in text else "word"
            tokens.append(Token(kind, text, places[begin], places[begin + len(text) - 1] + 1))
    return tokens
