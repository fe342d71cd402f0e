"""Hypothesis strategies for plans of every kind of node, and for cables whose words the plans ask for."""

from __future__ import annotations

import functools

from hypothesis import strategies as st
from query_strategies import IDS

from reftel.schema.analysis import tokenize
from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Recipient, Reference, Source
from reftel.schema.fields import FIELDS
from reftel.search import plan

WORDS = (
    "talk", "talks", "talking", "husayn", "husain", "houssein", "minsk", "group", "groups", "dying", "die", "skies", "sky", "met", "meeting", "meetings",
    "us", "f", "16", "ünter", "кошка",
)  # fmt: skip
TEXT_FIELDS = tuple(field.name for field in FIELDS if field.stored == "text")
KEYWORD_FIELDS = tuple(field.name for field in FIELDS if field.stored == "keyword")
NUMBER_FIELDS = tuple(field.name for field in FIELDS if field.stored == "number")
FACETS = tuple(field.name for field in FIELDS if field.facet)
SORTS = tuple(field.name for field in FIELDS if field.sort)

_TEXT_WORDS = (*WORDS, "ta-\nlks", "gro- \n ups", "min-sk", "ta-lk-s", "f-16", "d. i. e.", "l'us")
_FURTHER = ("f16", "lus", "uenter", "lks", "sk")
_folded = (*(token.text for word in WORDS for token in tokenize(word)), *_FURTHER)
_DATES = ("2007-12-31T23:59:00Z", "2008-01-01T00:00:00Z", "2008-02-13T05:12:00Z", "1969-06-01T12:00:00Z")
_VALUES = (*IDS, "2008", "2008-02", "BAKU", "EMBASSY BAKU", "NOFORN", "PREL", "AJ", "redacted", "refs", "signer", "telegram", "")
_MINUTES = (-306720, 19982160, 20032152, 0, 1, 2, 3, 4)

# -- plans ---------------------------------------------------------------------------------------------------------------------------------

_fields = st.sampled_from(((), ("body",), ("subject", "body", "head"), ("subject", "body", "head"), ("signer",), ("to", "info"), ("summary", "body")))


# Hypothesis looks through a strategy when it is made: each of these is made once, not once for every draw.
_folded_words = st.sampled_from(_folded)
_matches = st.sampled_from(("exact", "exact", "inflected", "inflected", "prefix", "wildcard", "fuzzy", "spelled", "alike"))
_lengths, _distances = st.integers(0, 3), st.sampled_from((1, 2))
_patterns = st.sampled_from(("t*", "*", "?alk*", "*s", "gr?up", "[*", "*a*k*"))
_spellings = st.lists(st.sampled_from((*_folded, "nowhere")), max_size=3, unique=True)


@st.composite
def _word(draw: st.DrawFn, fields: tuple[str, ...]) -> plan.Word:
    text, match = draw(_folded_words), draw(_matches)
    if match == "prefix":
        return plan.Word(text[: draw(_lengths)], match, fields=fields)
    if match == "wildcard":
        return plan.Word(draw(_patterns), match, fields=fields)
    if match == "spelled":
        return plan.Word(text, match, fields=fields, spellings=(text, *draw(_spellings)))
    return plan.Word(text, match, draw(_distances) if match == "fuzzy" else 0, fields)


@functools.cache
def _positional(fields: tuple[str, ...]) -> st.SearchStrategy[plan.Node]:
    return st.recursive(
        _word(fields),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: plan.Phrase(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: plan.AnyOf(tuple(parts))),
            st.builds(plan.Near, inner, inner, st.integers(1, 4), st.booleans()),
        ),
        max_leaves=4,
    )


positional = _fields.flatmap(_positional)
marks = st.builds(plan.Mark, st.integers(0, 4), st.integers(0, 4), st.sampled_from(((), (), ("NOFORN",), ("NOFORN", "NODIS"))))


def _joined(parts: st.SearchStrategy[plan.Node]) -> st.SearchStrategy[plan.Node]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(st.builds(plan.And, several), st.builds(plan.Or, several), st.builds(plan.Not, parts))


_constants = st.sampled_from((plan.Everything(), plan.Nothing()))
paragraphs = st.recursive(positional | marks | _constants, _joined, max_leaves=4).map(plan.Paragraph)
values = st.one_of(
    st.builds(plan.Value, st.sampled_from(KEYWORD_FIELDS), st.lists(st.sampled_from(_VALUES), max_size=3).map(tuple)),
    st.builds(plan.ValuePattern, st.sampled_from(KEYWORD_FIELDS), st.sampled_from(("*", "08*", "*BAKU*", "?", "200?", "P*L", "[*"))),
    st.builds(plan.Range, st.sampled_from(NUMBER_FIELDS), st.none() | st.sampled_from(_MINUTES), st.none() | st.sampled_from(_MINUTES)),
    st.lists(st.sampled_from(IDS), min_size=1, max_size=2).map(lambda ids: plan.CitedBy(tuple(ids))),
)
_leaves = st.one_of(positional, positional, paragraphs, values, _constants)


@functools.cache
def _words(fields: tuple[str, ...]) -> st.SearchStrategy[list[plan.Word]]:
    return st.lists(_word(fields), min_size=2, max_size=3)


_phrases = st.lists(_fields.flatmap(_words).map(lambda each: plan.Phrase(tuple(each))), min_size=1, max_size=2).map(tuple)


def _preferring(parts: st.SearchStrategy[plan.Node]) -> st.SearchStrategy[plan.Node]:
    bonuses = st.lists(st.tuples(parts, st.sampled_from((1.0, 2.0))), min_size=1, max_size=2).map(tuple)
    return st.builds(plan.Prefer, parts, bonuses) | st.builds(plan.Neighbours, parts, _phrases)


plans = st.recursive(_leaves, lambda inner: _joined(inner) | _preferring(inner), max_leaves=5)
"""Cable expressions with every kind of node."""

# -- cables --------------------------------------------------------------------------------------------------------------------------------

_text = st.lists(st.sampled_from((*_TEXT_WORDS, "U.S.", "F-16", "--", ".")), max_size=7).map(" ".join)
_texts, _numbers = st.none() | _text, st.none() | st.integers(1, 9)
_marked = st.sampled_from(((None, None, ()), ("C", "C", ()), ("S/NF", "S", ("NOFORN",)), ("U", "U", ()), ("TS", "TS", ("NODIS", "NOFORN"))))


@st.composite
def _paragraph(draw: st.DrawFn) -> Paragraph:
    mark, level, caveats = draw(_marked)
    return Paragraph(draw(_numbers), mark, level, caveats, draw(_texts), draw(_text))


@functools.cache
def _some(*items: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(items), max_size=2).map(tuple)


@functools.cache
def _maybe(*items: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(items)


_paragraphs = st.lists(_paragraph(), max_size=4).map(tuple)
_recipients = st.lists(st.builds(Recipient, st.sampled_from(("action", "info")), st.sampled_from(("Minsk", "US Group", "SECSTATE"))), max_size=3).map(tuple)
_containers, _precisions = st.sampled_from(("telegram", "body-only")), st.sampled_from(("minute", "year"))
_classifiers = st.none() | st.just(ClassifiedBy("Die Sky", "Group"))


@st.composite
def cables(draw: st.DrawFn, identity: str | None) -> Cable:
    """A cable with this id."""
    some = lambda *items: draw(_some(*items))  # noqa: E731
    maybe = lambda *items: draw(_maybe(*items))  # noqa: E731
    return Cable(
        id=identity,
        source=Source("made.txt", draw(_containers)),
        date=maybe(*_DATES),
        date_precision=draw(_precisions),
        classification=maybe("UNCLASSIFIED", "CONFIDENTIAL", "TOP SECRET"),
        caveats=some("NOFORN", "SIPDIS"),
        origin=maybe("Embassy Baku", "Embassy Ankara"),
        post=maybe("BAKU", "ANKARA"),
        subject=draw(_texts),
        summary=draw(_texts),
        tags=some("PREL", "AJ", "CLINTON, HILLARY"),
        refs=tuple(Reference(None, cited, "cable", cited) for cited in some(*IDS)),
        signers=some("MINSK", "GROUP"),
        classified_by=draw(_classifiers),
        declassify_on=maybe("2018-02-13", "2033-01-01"),
        precedence=maybe("ROUTINE", "IMMEDIATE", "FLASH"),
        recipients=draw(_recipients),
        paragraphs=draw(_paragraphs),
        flags=some("redacted", "partial"),
        body=draw(_text),
    )


_some_ids, _whether = st.lists(st.sampled_from(IDS), max_size=4, unique=True), st.booleans()


@st.composite
def archives(draw: st.DrawFn) -> tuple[Cable, ...]:
    """Up to five cables with different keys, perhaps one without an id."""
    ids: list[str | None] = draw(_some_ids)
    if draw(_whether):
        ids.append(None)
    return tuple(draw(cables(identity)) for identity in ids)
