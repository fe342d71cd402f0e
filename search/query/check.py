"""A tree against the field table: what may stand where. Every word is cut into terms and every value read, once; the result is a checked tree.

Raises a `QueryError` with the place of the fault, or gives notes on whatever is read otherwise than it may have been meant.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import NoReturn

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema.errors import BadValueError, QueryError, QuerySyntaxError, QueryTooBroad, UnknownFieldError
from reftel.schema.fields import FIELDS, Field, default_fields, field_of_kind, fields_by_name, paragraph_field
from reftel.schema.identifiers import canonical_id
from reftel.search import plan
from reftel.search.advice import Advice, Instead, put
from reftel.search.query import tree
from reftel.search.query.checked import CheckedQuery, Condition, Grouped, Part, Spellings, Variants, Words, children_of
from reftel.search.query.lexer import QUOTES
from reftel.search.query.problems import Unreadable, field_hint, quote
from reftel.search.query.terms import Term, has_wildcard, split_terms
from reftel.search.query.types import FieldType, cable_key, is_pattern, type_of

MOST_PATTERNS = 200
"""Words with wildcards, and words with variants, that one query may have: each is compared with every word of the index."""

MOST_NEAR = 50
"""Words that one proximity expression may join, its brackets included."""

_COMPARED = regex(r"([^\W\d_]\w*)([<>]=?|=)")
_LIKE_NEAR = regex(r"(?:w|near|pre)/.*|NEAR", re.IGNORECASE)
_OPERATOR_WORDS = ("and", "or", "not")
_IDLE = regex(r"(?:(?![*?~&|!+=<>])[\W_])+")  # without those that have a meaning, or have one elsewhere
_SINGLE = "'‘’‚‛`´"
_JOINING_SIGNS = ",;|=<>^+!{}[]\\"
_LEADING_SIGNS = {
    "!": "write -{0} for cables without it", "–": "write -{0} with a hyphen for cables without it",
    "—": "write -{0} with a hyphen for cables without it", "−": "write -{0} with a hyphen for cables without it",
    "―": "write -{0} with a hyphen for cables without it",
    "+": "leave '+' out: all words are required", ":": "write a field's name before the colon, or leave it out",
    "/": "leave it out; letters that may differ are written qadhaf* or qadhaf?, proximity minsk /5 group",
    "^": "leave it out: no word counts more than another", "\\": "leave it out: what stands in quotes needs none",
} | dict.fromkeys("{}[]", "leave it out; what belongs together stands in ( ), a phrase in quotes")  # fmt: skip
_WEIGHT = regex(r".*\w(\^[0-9.]+)")
_NEAR_HINT = "write a phrase in quotes, or alternatives as (a OR b)"
_MOST_NAMED = 4  # words in one note
_MOST_TERMS_OF_AN_ID = 5  # "08 PORT AU PRINCE 123"
_NAMES = {
    tree.And: "several terms", tree.Juxtaposed: "several terms", tree.Not: "a negation", tree.SameParagraph: "paragraphs",
    tree.Star: "every cable",
}  # fmt: skip


def check(root: tree.Node, text: str) -> CheckedQuery:
    """The checked tree of the query ``text`` with the tree ``root``; raises the `QueryError` of its first fault."""
    checker = _Checker(text)
    checker.note_capitals(root)
    checked = checker.visit(root, _Place())
    checker.note_spellings()
    return CheckedQuery(checked, tuple(dict.fromkeys(checker.notes)))


@frozen
class _Place:
    """Where a node stands: in the value of a field, in one paragraph, in a proximity expression, directly after a colon."""

    field: Field | None = None
    paragraph: bool = False
    near: bool = False
    direct: bool = False

    @property
    def type(self) -> FieldType | None:
        """The type of the field; ``None`` for the default fields."""
        return type_of(self.field) if self.field else None

    @property
    def positions(self) -> bool:
        """Whether words with positions stand here."""
        return self.type is None or self.type.positions

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that words are looked for in here."""
        if self.field is not None:
            return (self.field.name,)
        return (paragraph_field().name,) if self.paragraph else tuple(field.name for field in default_fields())


class _Checker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.notes: list[str] = []
        self._patterns = 0
        self._otherwise: dict[str, list[str]] = {}

    def visit(self, node: tree.Node, place: _Place) -> tree.Node:
        if place.near and type(node) in _NAMES:
            self._fail(f"proximity joins words and phrases, not {_NAMES[type(node)]}", node.span, _NEAR_HINT)
        match node:
            case tree.Scoped():
                return self._scoped(node, place)
            case tree.Near():
                return self._near(node, place)
            case tree.SameParagraph():
                return self._same_paragraph(node, place)
            case tree.Not():
                return tree.Not(self.visit(node.child, dataclasses.replace(place, direct=False)), span=node.span)
            case tree.Juxtaposed():
                return self._side_by_side(node, dataclasses.replace(place, direct=False))
            case tree.And() | tree.Or():
                inner = dataclasses.replace(place, direct=False)
                return dataclasses.replace(node, children=tuple([self.visit(child, inner) for child in node.children]))
            case _:
                return self._leaf(node, place)

    # -- joints ----------------------------------------------------------------------------------------------

    def _side_by_side(self, node: tree.Juxtaposed, place: _Place) -> tree.Node:
        kept = tuple([child for child in node.children if not self._left_out(child)]) or node.children
        self._note_run(kept)
        children = tuple([self.visit(child, place) for child in kept])
        if len(children) == 1:
            return children[0]
        if all(isinstance(child, Words) and child.key for child in children):
            self.notes.append("ids side by side are read as any of them; join them by AND for cables that have to do with all")
            return tree.Or(children, span=node.span)
        return dataclasses.replace(node, children=children)

    def _left_out(self, node: tree.Node) -> bool:
        """Whether a word of a run is nothing but punctuation that has no meaning anywhere, as in a title: ``IRAN -- TALKS``."""
        idle = isinstance(node, tree.Word) and not node.exact and node.text != "-" and _IDLE.fullmatch(node.text) is not None
        if idle and isinstance(node, tree.Word):
            self.notes.append(f"{quote(node.text)} has no letter or digit and is left out")
        return idle

    def _note_run(self, children: tuple[tree.Node, ...]) -> None:
        """Notes on what runs of words are often pasted with: single quotes, and a question mark at the end."""
        words = [child.text if isinstance(child, tree.Word) else "" for child in children]
        first = next((number for number, word in enumerate(words) if word[:1] in _SINGLE and word[:1]), len(words))
        last = next((number for number in range(first + 1, len(words)) if words[number][-1:] in _SINGLE and words[number]), 0)
        if last and all(words[first : last + 1]):
            phrase = " ".join(words[first : last + 1]).strip(_SINGLE)
            self._advise(f'single quotes make no phrase; write "{phrase}"', (children[first].span[0], children[last].span[1]), f'"{phrase}"')
        end = words[-1].rstrip("?")
        if len(words) > 2 and len(words[-1]) == len(end) + 1 and end.isalnum() and not self.text[children[-1].span[1] :].strip():
            self._advise(f"{quote(words[-1])} is read as a pattern in which ? is one letter; for the word write {end}", children[-1].span, end)

    def _advise(self, note: str, span: tree.Span, words: str) -> None:
        """A note on what stands at ``span``, in the place of which ``words`` may be meant."""
        self.notes.append(Advice(note, [Instead(put(self.text, span, words))]))

    def note_capitals(self, root: tree.Node) -> None:
        """A note where operators may be words of a title: all letters of the question are capitals, and nothing else in it is a sign."""
        operators = [word for word in dict.fromkeys(self.text.split()) if word.lower() in _OPERATOR_WORDS]
        if operators and self.text.isupper() and _only_words(root) and not set(self.text).intersection("()*?"):
            read = f"{' and '.join(map(quote, operators))} {'are read as operators' if len(operators) > 1 else 'is read as an operator'}"
            title = f'"{" ".join(self.text.split())}"'
            self._advise(f"{read}; a title is written in quotes: {title}", (0, len(self.text)), title)

    def _scoped(self, node: tree.Scoped, place: _Place) -> tree.Node:
        field = self._field(node)
        kind = type_of(field)
        one_paragraph = kind.context == "query"
        if place.field is not None:
            message = f"a field stands inside the value of {quote(place.field.name)}"
            self._fail(message, node.name_span, "close the brackets before it")
        if place.near and not kind.positions:
            self._fail(f"proximity joins words and phrases, not values of {quote(field.name)}", node.span, _NEAR_HINT)
        if place.paragraph and one_paragraph:
            self._fail(f"{quote(field.name)} stands inside a paragraph already", node.name_span, "write its words without it")
        if place.paragraph and not (field.paragraphs or kind.in_paragraph):
            self._fail(f"{quote(field.name)} is no part of a paragraph", node.name_span, _paragraph_hint())
        inner = _Place(paragraph=True) if one_paragraph else dataclasses.replace(place, field=field, direct=True)
        return Grouped(self.visit(node.child, inner), paragraph=one_paragraph, span=node.span)

    def _field(self, node: tree.Scoped) -> Field:
        field = fields_by_name().get(node.field)
        if field is None:
            written = self.text[slice(*node.name_span)]
            self._fail(f"unknown field {quote(written)}", node.name_span, field_hint(written), UnknownFieldError)
        return field

    def _near(self, node: tree.Near, place: _Place) -> tree.Node:
        if not place.positions:
            assert place.field is not None
            self._fail(f"values of {quote(place.field.name)} have no positions", node.span, "proximity works on text fields")
        inner = dataclasses.replace(place, near=True, direct=False)
        first = self.visit(node.first, inner)
        steps = tuple([dataclasses.replace(step, operand=self.visit(step.operand, inner)) for step in node.steps])
        checked = tree.Near(first, steps, span=node.span)
        if len(_scopes(checked)) > 1:
            self._fail("proximity joins words of one field", node.span, "write the field once: subject:(minsk w/5 group)")
        if _count_terms(checked) > MOST_NEAR:
            self._fail("the proximity expression is too long", node.span, f"it may join {MOST_NEAR} words")
        return checked

    def _same_paragraph(self, node: tree.SameParagraph, place: _Place) -> tree.Node:
        if place.paragraph:
            self._fail("w/p stands inside one paragraph already", node.span, "write AND")
        if place.field is not None and not place.field.paragraphs:
            self._fail(f"{quote(place.field.name)} has no paragraphs", node.span, "w/p works on the body; write AND")
        return dataclasses.replace(node, children=tuple([self.visit(child, _Place(paragraph=True)) for child in node.children]))

    # -- leaves ----------------------------------------------------------------------------------------------

    def _leaf(self, node: tree.Node, place: _Place) -> tree.Node:
        if isinstance(node, tree.Alternatives):
            items = tuple([self._leaf(item, dataclasses.replace(place, direct=True)) for item in node.items])
            conditions = [item.node for item in items if isinstance(item, Condition)]
            return Condition(_any_of(conditions, node.span), span=node.span) if conditions else tree.Alternatives(items, span=node.span)
        if place.positions:
            return self._text_leaf(node, place)
        assert place.field is not None
        return self._value(node, place.field, place)

    def _text_leaf(self, node: tree.Node, place: _Place) -> tree.Node:
        match node:
            case tree.Word():
                return self._word(node, place)
            case tree.Quoted():
                return self._quoted(node, place)
            case tree.Fuzzy():
                return self._fuzzy(node, place)
            case tree.Spelled():
                return self._spelled(node, place)
            case tree.Star() if place.field is None:
                return node
            case _:
                return self._no_word(node, place)

    def _no_word(self, node: tree.Node, place: _Place) -> NoReturn:
        field = place.field or field_of_kind("paragraph")
        if isinstance(node, tree.Star):
            self._fail("'*' needs a letter or digit in a text field", node.span, _present_hint(field))
        self._fail(f"{quote(field.name)} has no order to compare by", node.span, FieldType().order_hint(), BadValueError)

    def _word(self, node: tree.Word, place: _Place) -> Words | tree.Or:
        if listed := _listed_keys(node, place):
            self.notes.append(f"{quote(node.text)} is read as any of the {len(listed)} ids")
            return tree.Or(tuple([Words(split_terms(key), place.fields, key=key, span=node.span) for key in listed]), span=node.span)
        key = _key_of(node.text, place)
        if key and canonical_id(node.text) is None:  # a file name, an address: texts print the id in it
            self.notes.append(f"{quote(node.text)} is read as the cable {key}")
            return Words(split_terms(key), place.fields, key=key, span=node.span)
        terms = self._terms(node.text, node.span)
        if node.exact and has_wildcard(node.text):
            self._fail("'=' asks for the exact word, a wildcard for others", node.span, "use one of them")
        self._refuse_signs(node.text, node.span)
        if not (place.direct or node.exact):
            self._note_word(node)
        signs_inside = set(node.text.strip(_JOINING_SIGNS)).intersection(_JOINING_SIGNS)
        if len(terms) > 1 and (signs_inside or "&&" in node.text):
            phrase = " ".join(term.text for term in terms[:10]) + (" …" if len(terms) > 10 else "")
            self.notes.append(f'{quote(node.text)} is read as the phrase "{phrase}"')
        inflects = not node.exact and (place.type is None or place.type.inflects)
        return Words(terms, place.fields, "exact" if node.exact else "bare", inflects, key=key, span=node.span)

    def _refuse_signs(self, word: str, span: tree.Span) -> None:
        """Signs that other search programs give a meaning, and that would be dropped here as punctuation."""
        if word[0] in _LEADING_SIGNS:
            self._fail(f"{quote(word[0])} before a word has no meaning", span, _LEADING_SIGNS[word[0]].format(word[1:41]))
        if word[-1] in "}]" and not set("{[").intersection(word):
            self._fail(f"{quote(word[-1])} after a word has no meaning", span, _LEADING_SIGNS[word[-1]])
        if weight := _WEIGHT.fullmatch(word):
            self._fail(f"{quote(weight[1])} after a word has no meaning", span, _LEADING_SIGNS["^"])
        compared = _COMPARED.match(word)
        if compared and compared[1].lower() in fields_by_name() and compared.end() < len(word):
            name, sign = compared[1].lower(), "" if compared[2] == "=" else compared[2]
            self._fail(f"{quote(word)} has no colon", span, f"write {name}:{sign}{word[compared.end() :][:40]}")

    def _note_word(self, node: tree.Word) -> None:
        word = node.text
        if word.lower() in _OPERATOR_WORDS:
            self._advise(f"{quote(word)} is read as a word; the operator is written {word.upper()}", node.span, word.upper())
        elif _LIKE_NEAR.fullmatch(word) and (word == "NEAR" or "/" in word):
            self.notes.append(f"{quote(word)} is read as a word; proximity is written w/5, pre/5, NEAR/5 or w/p")
        elif word.lower() in fields_by_name() and self.text[node.span[1] : node.span[1] + 1] == "(":
            self.notes.append(f"{quote(word)} is read as a word; the field is written {word.lower()}:( … )")

    def _quoted(self, node: tree.Quoted, place: _Place) -> Words:
        terms = self._terms(node.text, node.span)
        if node.slop is not None and len(terms) < 2:
            hint = "spelling variants are written qadhafi~1, without quotes"
            self._fail(f"{quote(node.text)} is one word, proximity needs two", node.span, hint)
        if node.slop is not None and len(terms) > MOST_NEAR:
            self._fail("the proximity expression is too long", node.span, f"it may join {MOST_NEAR} words")
        may_be_id = not node.slop and len(terms) <= _MOST_TERMS_OF_AN_ID
        key = _key_of(node.text, place) if may_be_id else None
        if self.text[node.span[0]] not in f"={QUOTES}":  # words that the parser has put together
            self.notes.append(f"{quote(node.text)} is read as {f'the cable {key}' if key else 'a phrase'}")
        return Words(terms, place.fields, "quoted", slop=node.slop, key=key, span=node.span)

    def _fuzzy(self, node: tree.Fuzzy, place: _Place) -> Variants:
        terms = self._split(node.text, node.span)
        self._refuse_signs(node.text, node.span)
        together = "".join([term.text for term in terms])  # L'Aquila
        if any(term.joint != "elision" for term in terms[:-1]) or has_wildcard(node.text):
            self._fail(f"{quote(node.text)} is no single word", node.span, "'~' works on one word without wildcards: qadhafi~1")
        self._count_patterns(1, node.span)
        return Variants(together, node.distance, place.fields, span=node.span)

    def _spelled(self, node: tree.Spelled, place: _Place) -> Spellings:
        if has_wildcard(node.text):
            self._fail(f"{quote(node.text)} has wildcards", node.span, "'~' before a name finds all its spellings; use one of them")
        words = [term.text for term in self._split(node.text, node.span)]
        if len(words) > MOST_NEAR:
            self._fail("the name is too long", node.span, f"it may have {MOST_NEAR} words")
        parts = tuple(_parts_of(words))
        self._count_patterns(sum(not part.spellings for part in parts), node.span)
        return Spellings(parts, place.fields, span=node.span)

    def _split(self, text: str, span: tree.Span) -> tuple[Term, ...]:
        try:
            return split_terms(text)
        except Unreadable as problem:
            self._fail(problem.message, span, problem.hint)

    def _terms(self, text: str, span: tree.Span) -> tuple[Term, ...]:
        """The terms of words that are looked for in other ways to write them too, of which there is a note."""
        terms = self._split(text, span)
        self._count_patterns(sum(term.match != "exact" for term in terms), span)
        otherwise = [term.spelled for term in terms if term.spelled]
        otherwise += [noun.text for article, noun in itertools.pairwise(terms) if article.joint == "elision"]
        if otherwise:
            self._otherwise[text] = otherwise
        return terms

    def note_spellings(self) -> None:
        """A note where words are looked for in spellings, or without an article, that a person may not expect."""
        if self._otherwise:
            each = [f"{quote(text)} as {' and '.join(map(quote, otherwise))}" for text, otherwise in self._otherwise.items()]
            self.notes.append(f"also looked for: {', '.join(each[:_MOST_NAMED])}{' …' if len(each) > _MOST_NAMED else ''}")

    def _count_patterns(self, number: int, span: tree.Span) -> None:
        self._patterns += number
        if self._patterns > MOST_PATTERNS:
            message = f"the query has more than {MOST_PATTERNS} words with wildcards or variants"
            self._fail(message, span, "ask it in several parts, or write the words out", QueryTooBroad)

    def _value(self, node: tree.Node, field: Field, place: _Place) -> Condition:
        if isinstance(node, tree.Fuzzy | tree.Spelled) or (isinstance(node, tree.Quoted) and node.slop is not None):
            hint = "it works on text fields; for a part of a value, use *"
            self._fail(f"'~' has no meaning in {quote(field.name)}", node.span, hint)
        text, op = _value_of(node)
        kind = type_of(field)
        try:
            reading = kind.read(field, text, op)
        except Unreadable as problem:
            self._fail(problem.message, node.span, problem.hint, BadValueError)
        self._count_patterns(int(has_wildcard(text)), node.span)
        if reading.note:
            self.notes.append(reading.note)
        read = dataclasses.replace(reading.node, origin=node.span)
        alone = kind.about_paragraphs and not place.paragraph  # holds for a cable that has such a paragraph
        return Condition(plan.Paragraph(read, origin=node.span) if alone else read, span=node.span)

    def _fail(self, message: str, span: tree.Span, hint: str | None, kind: type[QueryError] = QuerySyntaxError) -> NoReturn:
        raise kind(message, text=self.text, start=span[0], end=span[1], hint=hint)


def _present_hint(field: Field) -> str:
    present = next((each for each in FIELDS if field.name in each.choices), None)
    return f"write {present.name}:{field.name} for cables that have one" if present else f"write part of a word: {field.name}:a*"


def _paragraph_hint() -> str:
    parts = [f"{field.name}:" for field in FIELDS if field.paragraphs or type_of(field).in_paragraph]
    return f"words, phrases, {' and '.join(parts)} can stand in one paragraph; write the rest outside"


def _key_of(text: str, place: _Place) -> str | None:
    """The cable that an unscoped word or quoted text names."""
    if place.field is not None or place.paragraph or is_pattern(text) or not any(character.isdigit() for character in text):
        return None
    return cable_key(text)


def _value_of(node: tree.Node) -> tuple[str, str]:
    """Text and comparison sign of a leaf that stands for a value."""
    match node:
        case tree.Word() | tree.Quoted():
            return node.text, ""
        case tree.Compare():
            return node.value, node.op
        case _:
            return "*", ""


def _listed_keys(node: tree.Word, place: _Place) -> tuple[str, ...]:
    """The cables that an unscoped word names, where commas join several."""
    parts = [part for part in re.split("[,;|]", node.text) if part]
    keys = tuple(dict.fromkeys(key for part in parts if (key := _key_of(part, place)))) if len(parts) > 1 and not place.near else ()
    return keys if len(keys) == len(set(parts)) else ()


def _only_words(node: tree.Node) -> bool:
    """Whether nothing but words, none of them an id, and operators stand in a tree."""
    if isinstance(node, tree.And | tree.Or | tree.Not | tree.Juxtaposed):
        return all(map(_only_words, tree.children_of(node)))
    return isinstance(node, tree.Word) and not node.exact and cable_key(node.text) is None


def _any_of(nodes: list[plan.Node], origin: plan.Origin) -> plan.Node:
    """Any of ``nodes``: one node where they are values of the same field, else `plan.Or`."""
    match nodes[0]:
        case plan.Value(field=field) if all(isinstance(node, plan.Value) and node.field == field for node in nodes):
            values = (value for node in nodes if isinstance(node, plan.Value) for value in node.values)
            return plan.Value(field, tuple(dict.fromkeys(values)), origin=origin)
        case _:
            return plan.Or(tuple(nodes), origin=origin)


def _parts_of(words: list[str]) -> Iterator[Part]:
    """The words of a name: those that the table has together, the longest names first, and each other word by itself."""
    from reftel.schema.spellings import longest_name, shortest  # noqa: PLC0415 - only where a query asks for spellings

    start = 0
    while start < len(words):
        name, count = longest_name(words, start) or (None, 1)
        yield Part(" ".join(words[start : start + count]), shortest(name) if name else ())
        start += count


def _iter_words(node: tree.Node) -> Iterator[Words | Variants | Spellings]:
    """The words below a checked node."""
    if isinstance(node, Words | Variants | Spellings):
        yield node
    for child in children_of(node):
        yield from _iter_words(child)


def _scopes(node: tree.Node) -> set[tuple[str, ...]]:
    """The fields that the words below a checked node are looked for in."""
    return {words.fields for words in _iter_words(node)}


def _count_terms(node: tree.Node) -> int:
    return sum(map(_terms_in, _iter_words(node)))


def _terms_in(words: Words | Variants | Spellings) -> int:
    match words:
        case Words():
            return len(words.terms)
        case Spellings():
            return len(words.parts)
        case _:
            return 1
