"""A tree against the field table: what may stand where, and whether every word and value can be read.

Raises a `QueryError` with the place of the fault, or gives notes on whatever is read otherwise than it may have been meant.
"""

from __future__ import annotations

import dataclasses
import re
from typing import NoReturn

from reftel.frozen import frozen
from reftel.schema.errors import BadValueError, QueryError, QuerySyntaxError, QueryTooBroad, UnknownFieldError
from reftel.schema.fields import Field, fields_by_name
from reftel.search.query import tree
from reftel.search.query.problems import Unreadable, did_you_mean, quote
from reftel.search.query.terms import Term, has_wildcard, split_terms
from reftel.search.query.values import read_value

MOST_PATTERNS = 200
"""Words with wildcards, and words with variants, that one query may have: each is compared with every word of the index."""

MOST_NEAR = 50
"""Words that one proximity expression may join, its brackets included."""

_COMPARED = re.compile(r"([^\W\d_]\w*)([<>]=?|=)")
_LIKE_NEAR = re.compile(r"(?:w|near|pre)/.*|NEAR", re.IGNORECASE)
_OPERATOR_WORDS = ("and", "or", "not")
_JOINING_SIGNS = ",;|=<>^+!{}[]\\"
_LEADING_SIGNS = {
    "!": "write -{0} for cables without it", "–": "write -{0} with a hyphen for cables without it",
    "—": "write -{0} with a hyphen for cables without it", "−": "write -{0} with a hyphen for cables without it",
    "+": "leave '+' out: all words are required", ":": "write a field's name before the colon, or leave it out",
}  # fmt: skip
_NEAR_HINT = "write a phrase in quotes, or alternatives as (a OR b)"
_PARAGRAPH_HINT = "words, phrases, body: and mark: can stand in one paragraph; write the rest outside"
_NAMES = {
    tree.And: "several terms", tree.Juxtaposed: "several terms", tree.Not: "a negation", tree.SameParagraph: "paragraphs",
    tree.Star: "every cable",
}  # fmt: skip


def check(root: tree.Node, text: str) -> tuple[str, ...]:
    """Notes on the query ``text`` with the tree ``root``, in order and each once; raises the `QueryError` of its first fault."""
    checker = _Checker(text)
    checker.visit(root, _Place())
    return tuple(dict.fromkeys(checker.notes))


def is_text(field: Field | None) -> bool:
    """Whether values of ``field`` (``None``: the default fields) are words with positions."""
    return field is None or field.kind in ("text", "name")


@frozen
class _Place:
    """Where a node stands: in the value of a field, in one paragraph, in a proximity expression, directly after a colon."""

    field: Field | None = None
    paragraph: bool = False
    near: bool = False
    direct: bool = False


class _Checker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.notes: list[str] = []
        self._patterns = 0

    def visit(self, node: tree.Node, place: _Place) -> None:
        if place.near and type(node) in _NAMES:
            self._fail(f"proximity joins words and phrases, not {_NAMES[type(node)]}", node.span, _NEAR_HINT)
        match node:
            case tree.Scoped():
                self._scoped(node, place)
            case tree.Near():
                self._near(node, place)
            case tree.SameParagraph():
                self._same_paragraph(node, place)
            case tree.Not() | tree.And() | tree.Or() | tree.Juxtaposed():
                for child in tree.children_of(node):
                    self.visit(child, dataclasses.replace(place, direct=False))
            case _:
                self._leaf(node, place)

    # -- joints ----------------------------------------------------------------------------------------------

    def _scoped(self, node: tree.Scoped, place: _Place) -> None:
        field = self._field(node)
        if place.field is not None:
            message = f"a field stands inside the value of {quote(place.field.name)}"
            self._fail(message, node.name_span, "close the brackets before it")
        if place.near and not is_text(field):
            self._fail(f"proximity joins words and phrases, not values of {quote(field.name)}", node.span, _NEAR_HINT)
        if place.paragraph and field.name == "para":
            self._fail("'para' stands inside a paragraph already", node.name_span, "write its words without it")
        if place.paragraph and field.name not in ("body", "mark"):
            self._fail(f"{quote(field.name)} is no part of a paragraph", node.name_span, _PARAGRAPH_HINT)
        if field.name == "para":
            self.visit(node.child, _Place(paragraph=True))
        else:
            self.visit(node.child, dataclasses.replace(place, field=field, direct=True))

    def _field(self, node: tree.Scoped) -> Field:
        field = fields_by_name().get(node.field)
        if field is None:
            written = self.text[slice(*node.name_span)]
            otherwise = f'`reftel fields` lists them; to search for the text, write "{written}: …" in quotes'
            hint = did_you_mean(written, tuple(fields_by_name()), otherwise)
            self._fail(f"unknown field {quote(written)}", node.name_span, hint, UnknownFieldError)
        return field

    def _near(self, node: tree.Near, place: _Place) -> None:
        if not is_text(place.field):
            assert place.field is not None
            self._fail(f"values of {quote(place.field.name)} have no positions", node.span, "proximity works on text fields")
        for child in tree.children_of(node):
            self.visit(child, dataclasses.replace(place, near=True, direct=False))
        default = place.field.name if place.field else "body" if place.paragraph else ""
        if len(_scopes(node, default)) > 1:
            self._fail("proximity joins words of one field", node.span, "write the field once: subject:(minsk w/5 group)")
        if _count_leaves(node) > MOST_NEAR:
            self._fail("the proximity expression is too long", node.span, f"it may join {MOST_NEAR} words")

    def _same_paragraph(self, node: tree.SameParagraph, place: _Place) -> None:
        if place.paragraph:
            self._fail("w/p stands inside one paragraph already", node.span, "write AND")
        if place.field is not None and place.field.name != "body":
            self._fail(f"{quote(place.field.name)} has no paragraphs", node.span, "w/p works on the body; write AND")
        for child in node.children:
            self.visit(child, _Place(paragraph=True))

    # -- leaves ----------------------------------------------------------------------------------------------

    def _leaf(self, node: tree.Node, place: _Place) -> None:
        if isinstance(node, tree.Alternatives):
            for item in node.items:
                self._leaf(item, dataclasses.replace(place, direct=True))
        elif is_text(place.field):
            self._text_leaf(node, place)
        else:
            assert place.field is not None
            self._value(node, place.field)

    def _text_leaf(self, node: tree.Node, place: _Place) -> None:
        match node:
            case tree.Word():
                self._word(node, place)
            case tree.Quoted():
                self._quoted(node)
            case tree.Fuzzy():
                self._fuzzy(node)
            case tree.Star() if place.field is not None:
                self._fail("'*' needs a letter or digit in a text field", node.span, _present_hint(place.field))
            case tree.Compare():
                message = f"{quote(place.field.name if place.field else 'para')} has no order to compare by"
                self._fail(message, node.span, "class, prec, mark, date and decl can be compared", BadValueError)

    def _word(self, node: tree.Word, place: _Place) -> None:
        terms = self._terms(node.text, node.span)
        if node.exact and has_wildcard(node.text):
            self._fail("'=' asks for the exact word, a wildcard for others", node.span, "use one of them")
        self._refuse_signs(node.text, node.span)
        if not (place.direct or node.exact):
            self._note_word(node)
        signs_inside = set(node.text.strip(_JOINING_SIGNS)).intersection(_JOINING_SIGNS)
        if len(terms) > 1 and signs_inside:
            self.notes.append(f'{quote(node.text)} is read as the phrase "{" ".join(term.text for term in terms[:10])}"')

    def _refuse_signs(self, word: str, span: tree.Span) -> None:
        """Signs that other search programs give a meaning, and that would be dropped here as punctuation."""
        if word[0] in _LEADING_SIGNS:
            self._fail(f"{quote(word[0])} before a word has no meaning", span, _LEADING_SIGNS[word[0]].format(word[1:41]))
        compared = _COMPARED.match(word)
        if compared and compared[1].lower() in fields_by_name() and compared.end() < len(word):
            name, sign = compared[1].lower(), "" if compared[2] == "=" else compared[2]
            self._fail(f"{quote(word)} has no colon", span, f"write {name}:{sign}{word[compared.end() :][:40]}")

    def _note_word(self, node: tree.Word) -> None:
        word = node.text
        if word.lower() in _OPERATOR_WORDS:
            self.notes.append(f"{quote(word)} is read as a word; the operator is written {word.upper()}")
        elif _LIKE_NEAR.fullmatch(word) and (word == "NEAR" or "/" in word):
            self.notes.append(f"{quote(word)} is read as a word; proximity is written w/5, pre/5, NEAR/5 or w/p")
        elif word.lower() in fields_by_name() and self.text[node.span[1] : node.span[1] + 1] == "(":
            self.notes.append(f"{quote(word)} is read as a word; the field is written {word.lower()}:( … )")

    def _quoted(self, node: tree.Quoted) -> None:
        terms = self._terms(node.text, node.span)
        if node.slop is not None and len(terms) < 2:
            hint = "spelling variants are written qadhafi~1, without quotes"
            self._fail(f"{quote(node.text)} is one word, proximity needs two", node.span, hint)
        if node.slop is not None and len(terms) > MOST_NEAR:
            self._fail("the proximity expression is too long", node.span, f"it may join {MOST_NEAR} words")

    def _fuzzy(self, node: tree.Fuzzy) -> None:
        terms = self._terms(node.text, node.span)
        self._refuse_signs(node.text, node.span)
        if len(terms) > 1 or has_wildcard(node.text):
            self._fail(f"{quote(node.text)} is no single word", node.span, "'~' works on one word without wildcards: qadhafi~1")
        self._count_patterns(1, node.span)

    def _terms(self, text: str, span: tree.Span) -> tuple[Term, ...]:
        try:
            terms = split_terms(text)
        except Unreadable as problem:
            self._fail(problem.message, span, problem.hint)
        self._count_patterns(sum(term.match != "exact" for term in terms), span)
        return terms

    def _count_patterns(self, number: int, span: tree.Span) -> None:
        self._patterns += number
        if self._patterns > MOST_PATTERNS:
            message = f"the query has more than {MOST_PATTERNS} words with wildcards or variants"
            self._fail(message, span, "ask it in several parts, or write the words out", QueryTooBroad)

    def _value(self, node: tree.Node, field: Field) -> None:
        if isinstance(node, tree.Fuzzy) or (isinstance(node, tree.Quoted) and node.slop is not None):
            hint = "it works on text fields; for a part of a value, use *"
            self._fail(f"'~' has no meaning in {quote(field.name)}", node.span, hint)
        try:
            reading = read_value(field, *value_of(node))
        except Unreadable as problem:
            self._fail(problem.message, node.span, problem.hint, BadValueError)
        self._count_patterns(int(has_wildcard(value_of(node)[0])), node.span)
        if reading.note:
            self.notes.append(reading.note)

    def _fail(self, message: str, span: tree.Span, hint: str | None, kind: type[QueryError] = QuerySyntaxError) -> NoReturn:
        raise kind(message, text=self.text, start=span[0], end=span[1], hint=hint)


def _present_hint(field: Field) -> str:
    if field.name in fields_by_name()["has"].choices:
        return f"write has:{field.name} for cables that have one"
    return f"write part of a word: {field.name}:a*"


def value_of(node: tree.Node) -> tuple[str, str]:
    """Text and comparison sign of a leaf that stands for a value."""
    match node:
        case tree.Word() | tree.Quoted():
            return node.text, ""
        case tree.Compare():
            return node.value, node.op
        case _:
            return "*", ""


def _scopes(node: tree.Node, default: str) -> set[str]:
    """Names of the fields that the words below ``node`` are looked for in; ``""`` for the default fields."""
    if isinstance(node, tree.Scoped):
        return {node.field}
    children = tree.children_of(node)
    return set().union(*(_scopes(child, default) for child in children)) if children else {default}


def _count_leaves(node: tree.Node) -> int:
    if isinstance(node, tree.Quoted):
        return len(split_terms(node.text))
    return sum(map(_count_leaves, tree.children_of(node))) or 1
