"""Why a question finds nothing: words and values that no cable has, with near ones that some have; parts that find something, but not together."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reftel.base.patterns import regex
from reftel.schema.analysis import fold_word
from reftel.schema.errors import QueryError
from reftel.schema.fields import default_fields, field_of_kind, fields_by_name
from reftel.search.advice import Advice, Instead, put
from reftel.search.describe import describe
from reftel.search.matching import edit_distances
from reftel.search.plan import (
    And,
    AnyOf,
    Everything,
    Mark,
    Near,
    Neighbours,
    Node,
    Not,
    Nothing,
    Or,
    Origin,
    Paragraph,
    Phrase,
    Prefer,
    Request,
    Value,
    Word,
)
from reftel.search.query.problems import quote
from reftel.search.query.read import read_query
from reftel.search.walk import iter_words

if TYPE_CHECKING:
    from reftel.search.engines.base import Engine

_MOST_NOTES = 5
_MOST_NEAR = 3
_MOST_PARTS = 6  # that are named, and left out to see what helps
_SHORT = 4  # letters up to which only one may differ
_LONGEST = 40
_LONGEST_CHANGED = 2_000  # characters of a question that is proposed anew for each word that is near one of its own
_OPERATORS = ("and", "or", "not")
_JOINED = regex(r"(?:\s(?:AND|NOT)|[-+]|&&)\s*$")  # before what is left out
_FOLLOWED = regex(r"\s*(?:AND\b|&&)")


def suggestions(engine: Engine, root: Node, text: str) -> tuple[str, ...]:
    """Why the plan ``root`` of the question ``text`` finds nothing, the most useful first.

    A note for each word or value that no cable has, with near ones: ``no cable has 'precedant'; near it: precedent (12), precedents (4)``.
    Where each part finds something, how much that is and what to leave out: ``from:baku 31, kosovo 171, together 0``.
    """
    reasons = _Reasons(engine, text)
    found: dict[str, None] = {}
    for reason in reasons.of(root):
        found[reason] = None
        reasons.brief = len(found) >= _MOST_NOTES
    more = len(found) - _MOST_NOTES
    return (*tuple(found)[:_MOST_NOTES], *((f"nor {more:,} more words or values of the query",) if more > 0 else ()))


class _Reasons:
    """Looks for the parts of one question that are to blame. Parts are counted by the engine, a few dozen at most."""

    def __init__(self, engine: Engine, text: str) -> None:
        self._engine, self._text = engine, text
        self.brief = False
        """Whether the next reasons are only counted, so that nothing is looked for that could be asked instead."""

    def of(self, node: Node) -> Iterator[str]:
        """Why ``node`` finds nothing."""
        match node:
            case Neighbours():
                yield from self.of(node.child)
            case Prefer():
                printed = list(iter_words(node.child))
                near = near_words(self._engine, printed[0].text, printed[0].fields) if len(printed) == 1 else []  # what is near 08 is no id
                yield self._near(f"no cable is, cites or prints {quote(self._label(node))}", near, node.origin, printed[0].text if printed else "")
            case And():
                yield from self._conjunction(_flat(node))
            case AnyOf() if all(child.origin == node.origin for child in node.children):  # ways to write one word
                yield from self.of(node.children[0])
            case Or() | AnyOf():
                for child in node.children:
                    yield from self.of(child)
            case Not():
                yield f"every cable has {self._label(node.child)}, and {self._label(node)} leaves none"
            case Phrase() | Near():
                yield from self._position(node)
            case Paragraph():
                yield from self._paragraph(node)
            case Word(match="exact" | "inflected") | Value():
                yield from self._leaf(node)
            case Nothing() | Word(match="spelled" | "alike"):  # tags and names that no cable has have a note already
                return
            case _:
                yield self._no_cable(node)

    def _no_cable(self, node: Node) -> str:
        """That none has it; of a word with a question mark behind it also how many have the word."""
        note = f"no cable has {quote(self._label(node))}"
        if not isinstance(node, Word) or node.match != "wildcard" or not (word := node.text.removesuffix("?")).isalnum():
            return note
        count = self._count(dataclasses.replace(node, text=word, match="exact"))
        proposed = self._asked(self._replaced(node.origin, node.text, word)) if count else ()
        return Advice(f"{note}, in which ? is one letter" + (f"; {word} {count:,}" if count else ""), proposed)

    def _conjunction(self, parts: Sequence[Node]) -> Iterator[str]:
        if any(isinstance(part, Nothing) and part.origin is None for part in parts):  # an empty list, which is meant to find nothing
            return
        counts = {part: self._count(part) for part in parts}
        empty = [part for part in parts if not counts[part]]
        for part in empty:
            yield from self.of(part)
        rest = [part for part in parts if counts[part]]
        if 0 < len(empty) <= _MOST_PARTS and any(not isinstance(part, Not) for part in rest) and (count := self._together(rest)):
            yield Advice(f"without {' and '.join(map(self._label, empty))}: {count:,}", self._asked(self._without(empty)))
        if not empty:
            wanted = [part for part in parts if not isinstance(part, Not)]
            if len(wanted) < len(parts) and (count := self._together(wanted)):
                yield self._taken_away(parts, wanted, count)
            else:
                yield self._none_together(wanted or parts, counts)

    def _none_together(self, parts: Sequence[Node], counts: Mapping[Node, int]) -> str:
        """``from:baku 31, kosovo 171, date:2008 80, together 0; without date:2008 12``."""
        rarest = sorted(parts, key=counts.__getitem__)[:_MOST_PARTS]
        shown = [f"{self._label(part)} {counts[part]:,}" for part in parts if part in rarest]
        more = f" and {len(parts) - len(shown):,} more" if len(parts) > len(shown) else ""
        return self._with_removals(f"{', '.join(shown)}{more}, together 0", parts, rarest)

    def _with_removals(self, note: str, parts: Sequence[Node], removable: Sequence[Node]) -> Advice:
        """The note, and what the rest finds without one of ``removable``, the most first; without two where none alone helps."""
        for number in (1, 2):
            if len(parts) <= number + 1 or len(removable) <= number:  # the note already has the count of what is left
                break
            rests = ((gone, self._together([part for part in parts if part not in gone])) for gone in itertools.combinations(removable, number))
            helping = sorted(((gone, count) for gone, count in rests if count), key=lambda each: -each[1])[:_MOST_NEAR]
            if helping:
                told = ", ".join(f"without {' and '.join(map(self._label, gone))} {count:,}" for gone, count in helping)
                return Advice(f"{note}; {told}", [each for gone, _count in helping for each in self._asked(self._without(gone))])
        words = [part for part in parts if part in removable and isinstance(part, Word) and len(part.fields) > 1 and part.text not in _OPERATORS]
        anywhere = " OR ".join(dict.fromkeys(self._text[slice(*word.origin)] for word in words if word.origin))
        any_of = self._asked(anywhere) if " OR " in anywhere else ()
        return Advice(f"{note}; {any_of[0].query} {any_of[0].cables:,}" if any_of else note, any_of)

    def _taken_away(self, parts: Sequence[Node], wanted: Sequence[Node], count: int) -> str:
        """``kosovo 171, none of them left by -serbia``."""
        unwanted = [part for part in parts if isinstance(part, Not)]
        of = " with ".join(map(self._label, wanted[:_MOST_PARTS])) if wanted else "all cables"
        text = f"{of} {count:,}, none of them left by {', '.join(map(self._label, unwanted[:_MOST_PARTS]))}"
        if len(unwanted) > 1:
            return self._with_removals(text, parts, unwanted[:_MOST_PARTS])
        return Advice(text, self._asked(self._without(unwanted)))

    def _position(self, node: Phrase | Near) -> Iterator[str]:
        """Words that are found, but not as near to each other as they shall stand."""
        parts = node.parts if isinstance(node, Phrase) else (node.left, node.right)
        counts = {part: self._count(part) for part in parts}
        for part in parts:
            if not counts[part]:
                yield from self.of(part)
        together = self._together(parts) if all(counts.values()) else 0
        if all(counts.values()) and not together:
            yield self._none_together(list(counts), counts)
        elif together:
            both = f"{'both' if len(parts) == 2 else 'all of it'} in {_cables(together)}"
            if isinstance(node, Phrase):
                yield f"{self._label(node)}: {both}, side by side in none"
            elif node.ordered and (other := self._count(dataclasses.replace(node, ordered=False))):
                yield f"{self._label(node)}: {both}, in this order in none, in the other one in {_cables(other)}"
            else:
                yield f"{self._label(node)}: {both}, within {node.distance:,} of each other in none"

    def _paragraph(self, node: Paragraph) -> Iterator[str]:
        """What is found in paragraphs, but not in one and the same."""
        parts = [Paragraph(part, origin=part.origin) for part in _flat(node.child) if not isinstance(part, Not)]
        counts: dict[Node, int] = {part: self._count(part) for part in parts}
        for part in parts:
            if not counts[part]:
                if isinstance(part.child, Mark):
                    yield f"no paragraph has {quote(self._label(node if len(parts) == 1 else part))}"
                else:
                    yield from self.of(part.child)
        if len(parts) > 1 and all(counts.values()):
            together = self._together(parts)
            if together:
                yield f"{self._label(node)}: each part in a paragraph of {_cables(together)}, all in one and the same paragraph of none"
            else:
                yield self._none_together(parts, counts)

    def _leaf(self, leaf: Word | Value) -> Iterator[str]:
        """A word or value that no cable has. Nothing is said of one that is found, which stands in a paragraph elsewhere."""
        if self._count(leaf):
            return
        if isinstance(leaf, Word):
            near = [] if self.brief else near_words(self._engine, leaf.text, leaf.fields)
            what = leaf.text if len(leaf.fields) > 1 else f"{leaf.fields[0]}:{leaf.text}"
            anywhere = leaf
        elif len(leaf.values) == 1:
            what, near = f"{leaf.field}:{leaf.values[0]}", _near_values(self._engine, leaf) if fields_by_name()[leaf.field].facet else []
            anywhere = Word(fold_word(leaf.values[0]))
        else:
            yield f"no cable has any of the {len(leaf.values):,} values of {leaf.field}:"
            return
        note = self._near(f"no cable has {quote(what)}", near, leaf.origin, leaf.text if isinstance(leaf, Word) else leaf.values[0])
        beside = self._without_field(anywhere, leaf)
        yield Advice(note + beside, (*note.instead, *(self._asked(put(self._text, leaf.origin, _written(anywhere))) if beside and leaf.origin else ())))

    # -- what may be asked instead -------------------------------------------------------------------------------------------------------

    def _near(self, note: str, near: Sequence[tuple[str, int]], origin: Origin | None, written: str) -> Advice:
        """The note with what is near, each of which may be asked in the place of ``written``."""
        told = ", ".join(f"{word} ({count})" for word, count in near[:_MOST_NEAR])
        more = f" and {len(near) - _MOST_NEAR:,} more" if len(near) > _MOST_NEAR else ""
        words = [word if word.isalnum() else f'"{word}"' for word, _count in near[:_MOST_NEAR]]
        proposed = [each for word in words for each in self._asked(self._replaced(origin, written, word))]
        return Advice(note + (f"; near it: {told}{more}" if near else ""), proposed)

    def _replaced(self, origin: Origin | None, written: str, word: str) -> str | None:
        """The question with another word where ``written`` stands, in the place that a part of it has; that of a phrase is the whole phrase."""
        if origin is None:
            return None
        whole = self._text[slice(*origin)]
        places = [(found.start(), found.end()) for found in re.finditer(r"[\w?]+", whole) if fold_word(found[0]) == fold_word(written)]
        if not places and ":" not in whole:
            places = [(0, len(whole))] if fold_word(whole.strip("\"'=~")) == fold_word(written) else []
        return put(self._text, origin, put(whole, places[0], word)) if len(places) == 1 else None

    def _without(self, gone: Sequence[Node]) -> str | None:
        """The question without parts of it, and without the operators that joined them to the rest."""
        text = self._text
        origins = [node.origin for node in gone if node.origin is not None]
        if len(origins) < len(gone):
            return None
        for start, end in sorted(origins, reverse=True):
            before, after = text[:start].rstrip(), text[end:].lstrip()
            while before.endswith("(") and after.startswith(")"):  # of what stood in brackets nothing is left
                before, after = before[:-1].rstrip(), after[1:].lstrip()
            joined = _JOINED.search(before)
            if joined:
                before = before[: joined.start()]
            elif follows := _FOLLOWED.match(after):
                after = after[follows.end() :]
            blank = "" if before.endswith("(") or after.startswith(")") else " "
            text = f"{before.rstrip()}{blank}{after.lstrip()}".strip()
        return text or None

    def _asked(self, query: str | None) -> tuple[Instead, ...]:
        """A query to propose, with what it finds; none where it can't be read or finds nothing."""
        if query is None or self.brief or len(query) > _LONGEST_CHANGED:
            return ()
        try:
            count = self._count(read_query(query).plan)
        except QueryError:
            return ()
        return (Instead(query, count),) if count else ()

    def _without_field(self, word: Word, leaf: Word | Value) -> str:
        """How many cables have a word that stands in the wrong field."""
        default = tuple(field.name for field in default_fields())
        if isinstance(leaf, Word) and len(leaf.fields) > 1:
            return ""
        count = self._count(dataclasses.replace(word, fields=default)) if word.text.isalnum() else 0
        return f"; without the field: {count:,}" if count else ""

    def _together(self, parts: Sequence[Node]) -> int:
        return self._count(And(tuple(parts)) if parts else Everything())

    def _count(self, node: Node) -> int:
        return self._engine.answer(Request(node, limit=0)).total

    def _label(self, node: Node) -> str:
        """A part as the question has it; in words where it has been put in the place of something."""
        if isinstance(node, Word) and node.match in ("exact", "inflected"):  # one of a phrase has the place of the whole
            return node.text if len(node.fields) > 1 or not node.fields else f"{node.fields[0]}:{node.text}"
        if node.origin is None:
            return "the list" if isinstance(node, Value) and node.field == field_of_kind("id").name else describe(node)
        text = " ".join(self._text[slice(*node.origin)].split())
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _written(word: Word) -> str:
    return word.text if word.text.isalnum() else f'"{word.text}"'


def _flat(node: Node) -> list[Node]:
    """The parts that all have to hold, those of inner conjunctions too."""
    if isinstance(node, Neighbours):
        return _flat(node.child)
    return [part for child in node.children for part in _flat(child)] if isinstance(node, And) else [node]


def _cables(count: int) -> str:
    return f"{count:,} cable{'' if count == 1 else 's'}"


def near_words(engine: Engine, word: str, fields: Sequence[str]) -> list[tuple[str, int]]:
    """Words of the index at most two letters from ``word`` (one for short words) with their number of cables, the nearest first.

    Of equally near ones the commonest comes first.
    """
    if len(word) > _LONGEST:
        return []
    allowed = 1 if len(word) <= _SHORT else 2
    terms = sorted(set(engine.forms(Word(word, "fuzzy", allowed, tuple(fields)))) - {word})
    if not terms:
        return []
    distances = edit_distances(word, terms)
    counts = engine.count_words(Everything(), terms, fields)
    ranked = sorted((distance, -count, term) for distance, term, count in zip(distances.tolist(), terms, counts, strict=True) if count)
    return [(term, -count) for _distance, count, term in ranked]


def _near_values(engine: Engine, leaf: Value) -> list[tuple[str, int]]:
    buckets = engine.answer(Request(Everything(), limit=0, facets=((leaf.field, None),))).facets[leaf.field]
    counts = {bucket.value: bucket.count for bucket in buckets}
    return [(value, counts[value]) for value in difflib.get_close_matches(leaf.values[0], counts, n=max(len(counts), 1), cutoff=0.6)]
