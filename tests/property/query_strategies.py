"""Hypothesis strategies for queries and for the cables that they are asked of, over one small vocabulary so that queries find something."""

from __future__ import annotations

from hypothesis import strategies as st

from reftel.record import record_of
from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Recipient, Reference, Source
from reftel.search.query import tree
from reftel.search.query.printer import print_tree

WORDS = ("minsk", "group", "precedent", "precedents", "kosovo", "Nagorno-Karabakh", "U.S.", "talks", "F-16", "qadhafi", "gaddafi")
IDS = ("08BAKU1", "08BAKU2", "09ANKARA3", "07STATE4", "10MOSCOW5")
_PATTERNS = ("prec*", "*sk", "kos?vo", "g*p", "?alks", "Nagorno-Kar*")
_LEVELS = ("U", "FOUO", "C", "S", "TS")
_MARKS = ("U", "SBU", "C", "S", "C/NF", "S/NF", "S//NF")
_CLASSES = ("UNCLASSIFIED", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", "CONFIDENTIAL", "SECRET", "TOP SECRET")
_DATES = ("2007-12-31T23:59:00Z", "2008-01-01T00:00:00Z", "2008-02-13T05:12:00Z", "2008-02-29T23:59:00Z", "2009-06-01T12:00:00Z")
_TAGS = ("PREL", "PGOV", "AJ", "AM", "CLINTON, HILLARY")

QUERY_CHARACTERS = "abkow0158 -=*?~\"“”():.,|/<>&ANDORTpreN\n'’–"
"""Characters that mean something to the query language, and a few that don't."""

# -- trees ---------------------------------------------------------------------------------------------------------------------------------

_words = st.builds(tree.Word, st.sampled_from(WORDS), st.booleans())
_patterns = st.builds(tree.Word, st.sampled_from(_PATTERNS))
_fuzzy = st.builds(tree.Fuzzy, st.sampled_from(("minsk", "qadhafi", "gaddafi", "talk")), st.sampled_from((1, 2)))
_phrase_texts = st.lists(st.sampled_from(WORDS + _PATTERNS), min_size=1, max_size=3).map(" ".join)
_pair_texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join)
_quoted = st.builds(tree.Quoted, _phrase_texts) | st.builds(tree.Quoted, _pair_texts, st.integers(1, 6))
_names = st.sampled_from(("qadhafi", "gaddafi", "talks", "Nagorno-Karabakh", "minsk")).map(tree.Spelled) | st.builds(
    tree.Spelled, st.sampled_from(("muammar qadhafi", "karabakh talks", "U.S. minsk", "group")), st.just(True)
)
text_leaves = st.one_of(_words, _words, _patterns, _fuzzy, _quoted, _names)


def _value(text: str) -> tree.Node:
    if text == "*":
        return tree.Star()
    return tree.Quoted(text) if " " in text else tree.Word(text)


def _values(*texts: str) -> st.SearchStrategy[tree.Node]:
    """A value or a list of values; those with blanks in quotes."""
    each = st.sampled_from(texts).map(_value)
    return each | st.lists(each, min_size=2, max_size=3).map(lambda items: tree.Alternatives(tuple(items)))


def _compared(*texts: str) -> st.SearchStrategy[tree.Node]:
    return st.builds(tree.Compare, st.sampled_from((">=", "<=")), st.sampled_from(texts))


_VALUES: dict[str, st.SearchStrategy[tree.Node]] = {
    "id": _values(*IDS, "08BAKU*", "*2", "*"),
    "refs": _values(*IDS, "08BAKU*"),
    "citedby": _values(*IDS),
    "date": _values("2008", "2008-02", "2008-02-29", "2008-02-13T05:12", "2008..", "..2008-01", "2007-12-31..2008-02-13") | _compared("2008-02"),
    "after": _values("2008-02", "2007"),
    "before": _values("2008-02-29", "2009"),
    "year": _values("2008", "200?"),
    "month": _values("2008-02"),
    "from": _values("BAKU", "ankara", "Embassy Baku", "BA*"),
    "class": _values("secret", "c", "u//fouo", "confidential..secret", "TOP SECRET") | _compared("secret", "c"),
    "prec": _values("flash", "niact", "routine") | _compared("immediate"),
    "caveat": _values("noforn", "NF", "SIPDIS"),
    "tags": _values("PREL", "AJ", "CLINTON, HILLARY", "P*"),
    "mark": _values("S", "C/NF", "NF", "sbu", "*") | _compared("C", "S/NF"),
    "is": _values("redacted", "partial"),
    "has": _values("refs", "signers", "marks"),
    "source": _values("telegram", "cable*"),
    "signer": _values("derse", "d*se", "rice"),
    "to": _values("SECSTATE WASHDC", "SECSTATE"),
    "classifiedby": _values("derse", "Anne Derse"),
}


def _joined(parts: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    """Boolean joints over ``parts``."""
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(tree.And, several), st.builds(tree.Or, several), st.builds(tree.Juxtaposed, several), st.builds(tree.Not, parts))


def _boolean(leaves: st.SearchStrategy[tree.Node], most: int) -> st.SearchStrategy[tree.Node]:
    return st.recursive(leaves, _joined, max_leaves=most)


def _chained(operands: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    steps = st.lists(st.builds(tree.Step, st.integers(1, 6), st.booleans(), operands), min_size=1, max_size=2).map(tuple)
    either = st.lists(operands, min_size=2, max_size=2).map(lambda items: tree.Or(tuple(items)))
    return st.builds(tree.Near, operands, steps) | st.builds(tree.Near, either, steps)


near = _chained(text_leaves | _chained(text_leaves))
_scoped_text = st.builds(tree.Scoped, st.sampled_from(("subject", "body", "head", "summary")), _boolean(text_leaves | near, 3))
_scoped_value = st.one_of([st.builds(tree.Scoped, st.just(name), _boolean(values, 2)) for name, values in _VALUES.items()])
_paragraph_leaves = st.one_of(text_leaves, near, st.builds(tree.Scoped, st.just("mark"), _VALUES["mark"]))
_para = st.builds(tree.Scoped, st.just("para"), _boolean(_paragraph_leaves, 4))
_same_paragraph = st.lists(_paragraph_leaves, min_size=2, max_size=3).map(lambda parts: tree.SameParagraph(tuple(parts)))
_ids = st.sampled_from(IDS).map(tree.Word)

trees = _boolean(st.one_of(text_leaves, text_leaves, near, _scoped_text, _scoped_value, _para, _same_paragraph, _ids, st.just(tree.Star())), 6)
"""Trees of queries that can be answered."""

query_texts = trees.map(print_tree)
"""Queries that can be answered, as text."""

# -- cables --------------------------------------------------------------------------------------------------------------------------------

_running_text = st.lists(st.sampled_from((*WORDS, "the", "and", "of", "KOSOVO", "Group's")), min_size=1, max_size=7).map(" ".join)


def _paragraph(number: int, mark: str | None, heading: str | None, text: str) -> Paragraph:
    parts = mark.replace("//", "/").split("/") if mark else []
    level = {"SBU": "FOUO"}.get(parts[0], parts[0]) if parts else None
    return Paragraph(number, mark, level, ("NOFORN",) if "NF" in parts else (), heading, text)


_paragraphs = st.lists(
    st.builds(_paragraph, st.integers(1, 9), st.none() | st.sampled_from(_MARKS), st.none() | _running_text, _running_text), max_size=3
).map(tuple)


def _some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


def _references(ids: tuple[str, ...]) -> tuple[Reference, ...]:
    return tuple(Reference(None, cited, "cable", cited) for cited in ids)


@st.composite
def cables(draw: st.DrawFn, identity: str | None) -> Cable:
    """A cable with this id."""
    return Cable(
        id=identity,
        source=Source("made.txt", draw(st.sampled_from(("telegram", "cablegate-html")))),
        date=draw(st.none() | st.sampled_from(_DATES)),
        date_precision="minute",
        classification=draw(st.none() | st.sampled_from(_CLASSES)),
        caveats=draw(_some(("NOFORN", "SIPDIS"))),
        origin=draw(st.sampled_from((None, "Embassy Baku", "Embassy Ankara"))),
        post=draw(st.sampled_from((None, "BAKU", "ANKARA"))),
        subject=draw(st.none() | _running_text),
        summary=draw(st.none() | _running_text),
        tags=draw(_some(_TAGS)),
        refs=_references(draw(_some(IDS))),
        signers=draw(_some(("DERSE", "RICE"))),
        classified_by=draw(st.sampled_from((None, ClassifiedBy("Anne Derse", "Ambassador")))),
        precedence=draw(st.sampled_from((None, "ROUTINE", "IMMEDIATE", "NIACT IMMEDIATE", "FLASH"))),
        recipients=draw(st.sampled_from(((), (Recipient("action", "SECSTATE WASHDC"),), (Recipient("info", "AMEMBASSY MOSCOW"),)))),
        paragraphs=draw(_paragraphs),
        flags=draw(_some(("redacted", "partial"))),
        body=draw(_running_text),
    )


@st.composite
def archives(draw: st.DrawFn) -> tuple[Cable, ...]:
    """Up to five cables with different ids, perhaps one without."""
    ids: list[str | None] = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True))
    if draw(st.booleans()):
        ids.append(None)
    return tuple(draw(cables(identity)) for identity in ids)


records = archives().map(lambda found: tuple(map(record_of, found)))
"""The same as records."""
