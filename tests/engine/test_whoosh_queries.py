"""Every query class, order and grouping of Whoosh gives the same over an index of arrays as over one that Whoosh wrote itself."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
import whoosh.index
from whoosh import fields, query, sorting
from whoosh.analysis import SimpleAnalyzer
from whoosh.query import compound, spans
from whoosh.scoring import BM25F, TF_IDF, Frequency
from whoosh.searching import Searcher
from whoosh.writing import NO_MERGE, OPTIMIZE

from reftel.engine.specs import FieldSpec, Record, join_words
from reftel.engine.whoosh_index import open_whoosh
from reftel.engine.writer import open_writer

SPECS = (
    FieldSpec("body", "text"), FieldSpec("head", "text"), FieldSpec("tags", "keyword", facet=True),
    FieldSpec("post", "keyword", sort=True), FieldSpec("size", "number"),
)  # fmt: skip
WORDS = ["lake", "hill", "lakes", "fox", "foxes", "hen", "den", "sea", "calm", "run", "running", "runs", "fjord", "café", "08baku1", "an", "and"]


def documents():
    pick = random.Random(7)
    for number in range(300):
        size = None if number % 9 == 0 else pick.choice([-5, 0, 3, 70_000, 2**40, pick.randrange(-1000, 1000)])
        yield {
            "key": f"k{number:03}",
            "body": [pick.choices(WORDS, weights=range(len(WORDS), 0, -1), k=pick.randrange(0, 14))][0],
            "head": pick.choices(WORDS, k=number % 3),
            "tags": sorted(set(pick.choices(["PREL", "PGOV", "AJ", "OVIP"], k=number % 4))),
            "post": pick.choice(["BAKU", "BONN", "ROME", ""]),
            "size": size,
        }


DOCUMENTS = tuple(documents())


def record(document):
    keywords = {"tags": document["tags"], "post": [document["post"]] if document["post"] else []}
    texts = {"body": [join_words(document["body"])], "head": [join_words(document["head"])]}
    return Record(document["key"], document["key"].encode(), texts, keywords, {"size": document["size"]}, {"tags": document["tags"]})


def stock_values(document):
    texts = {name: " ".join(document[name]) for name in ("body", "head", "tags")}
    return {name: value for name, value in (document | texts).items() if value not in (None, "")}


def stock_index(folder, pieces):
    text = lambda: fields.TEXT(analyzer=SimpleAnalyzer())  # noqa: E731
    schema = fields.Schema(
        key=fields.ID(stored=True, unique=True, sortable=True), body=text(), head=text(), tags=fields.KEYWORD(), post=fields.ID(sortable=True),
        size=fields.NUMERIC(int, bits=64, shift_step=16, sortable=True),
    )  # fmt: skip
    index = whoosh.index.create_in(folder, schema)  # in memory Whoosh shares one folder for what is temporary with all processes of the machine
    for part in pieces:
        writer = index.writer()
        for document in part:
            writer.update_document(**stock_values(document))
        writer.add_document(key="gone", body=" ".join(WORDS), tags="PREL")
        writer.commit(mergetype=NO_MERGE)
        writer = index.writer()
        writer.delete_by_term("key", "gone")
        writer.commit(mergetype=OPTIMIZE if len(pieces) == 1 else NO_MERGE)
    return index


def our_index(folder, pieces):
    for part in pieces:
        with open_writer(folder, SPECS) as writer:
            for document in part:
                writer.replace(record(document))
            writer.add(Record("gone", b"", {"body": [join_words(WORDS)]}, {"tags": ["PREL"]}))
            writer.delete("gone")
            writer.commit(optimize=len(pieces) == 1)
    return whoosh.index.open_dir(folder)


@pytest.fixture(scope="module", params=["one segment", "three segments with deletions"])
def searchers(request, tmp_path_factory):
    """A searcher over an index that Whoosh wrote, and one over ours."""
    step = 300 if request.param == "one segment" else 100
    pieces = [DOCUMENTS[start : start + step + 50] for start in range(0, 300, step)]
    weighting = BM25F(B=0)  # Whoosh keeps lengths roughly, we exactly
    theirs, own = stock_index(tmp_path_factory.mktemp("stock"), pieces), our_index(tmp_path_factory.mktemp("i"), pieces)
    with theirs.searcher(weighting=weighting) as stock, own.searcher(weighting=weighting) as ours:
        yield stock, ours


def term(text, field="body"):
    return query.Term(field, text)


LAKE, HILL, FOX, HEN = term("lake"), term("hill"), term("fox"), term("hen")
QUERIES = (
    LAKE, term("nowhere"), term("PREL", "tags"), term("BAKU", "post"), term("k007", "key"), term("café"),
    query.And([LAKE, HILL]), query.And([LAKE, query.Not(HILL)]), query.And([LAKE, term("nowhere")]),
    query.Or([LAKE, FOX, term("sea", "head")]), query.Or([LAKE, HILL, FOX], minmatch=2), query.DefaultOr([LAKE, HILL]),
    compound.PreloadedOr([LAKE, HILL, FOX]),
    query.Not(LAKE), query.AndNot(LAKE, HILL), query.AndMaybe(LAKE, HILL), query.Require(LAKE, HILL), query.Otherwise(term("nowhere"), HILL),
    query.DisjunctionMax([LAKE, HILL], tiebreak=0.1),
    query.Phrase("body", ["lake", "hill"]), query.Phrase("body", ["lake", "fox"], slop=3), query.Phrase("body", ["lake", "lake", "hill"]),
    query.Sequence([LAKE, FOX], slop=4), query.Ordered([LAKE, HILL]),
    query.Prefix("body", "ru"), query.Prefix("tags", "P"), query.Prefix("body", "zz"), query.Prefix("body", "la", constantscore=False),
    query.Wildcard("body", "l*s"), query.Wildcard("body", "?en"), query.Wildcard("post", "B*"), query.Regex("body", "^f(ox|jord)$"),
    query.FuzzyTerm("body", "lakes"), query.FuzzyTerm("body", "foxs", maxdist=2), query.FuzzyTerm("body", "cafe", prefixlength=0),
    query.Variations("body", "run"),
    query.TermRange("body", "den", "hill"), query.TermRange("post", "BAKU", "BONN", startexcl=True), query.TermRange("body", None, "fox"),
    query.NumericRange("size", 0, 3), query.NumericRange("size", None, -1), query.NumericRange("size", 4, None),
    query.NumericRange("size", -900, 2**40, startexcl=True, endexcl=True), term(3, "size"), query.NumericRange("size", -500, 500, constantscore=False),
    query.Every(), query.Every("head"), query.Every("size"), query.Every("tags"), query.NullQuery,
    query.ConstantScoreQuery(LAKE, 2.5), query.WeightingQuery(LAKE, TF_IDF()),
    query.ColumnQuery("post", "BAKU"), query.ColumnQuery("size", 3), query.ColumnQuery("size", lambda number: number > 10),
    spans.SpanFirst(LAKE, limit=2), spans.SpanNear(LAKE, HILL, slop=3), spans.SpanNear(LAKE, HILL, slop=2, ordered=False),
    spans.SpanNear2([LAKE, HILL, FOX], slop=4), spans.SpanNot(LAKE, HILL), spans.SpanOr([LAKE, HILL]), spans.SpanBefore(LAKE, HILL),
    spans.SpanContains(spans.SpanNear(LAKE, HILL, slop=5), FOX), spans.SpanCondition(LAKE, HILL),
    query.NestedParent(term("BAKU", "post"), LAKE), query.NestedChildren(term("BAKU", "post"), LAKE),
)  # fmt: skip
BASES = {
    compound.CompoundQuery, query.BinaryQuery, query.MultiTerm, query.PatternQuery, query.ExpandingTerm, query.ConstantScoreQuery.__mro__[1],
    spans.SpanQuery, spans.WrappingSpan, spans.SpanBiQuery,
}  # fmt: skip
OTHERS = {query.DateRange, compound.SplitOr}
"""What there is no field for, and what fails over every index."""


def test_every_query_class_is_tried():
    def below(cls):
        return {cls, *(found for each in cls.__subclasses__() for found in below(each))}

    classes = {cls for cls in below(query.Query) if cls.__module__.startswith("whoosh.")} - {query.Query} - BASES - OTHERS
    seen = set()
    todo = list(QUERIES)
    while todo:
        found = todo.pop()
        seen.add(type(found))
        todo += [value for value in vars(found).values() if isinstance(value, query.Query)] + list(getattr(found, "subqueries", ()))
    assert classes <= seen, classes - seen


def outcome(searcher, asked):
    """Keys of what a query finds; the error's class where Whoosh can't answer it over any index, as some with deletions."""
    try:
        return {searcher.stored_fields(number)["key"] for number in searcher.docs_for_query(asked)}
    except IndexError:
        return IndexError


def scores(searcher, asked, **options):
    return {hit["key"]: hit.score for hit in searcher.search(asked, limit=None, **options)}


@pytest.mark.parametrize("asked", QUERIES, ids=[f"{number}-{type(asked).__name__}" for number, asked in enumerate(QUERIES)])
def test_the_same_hits_and_scores(searchers, asked):
    expected, got = (outcome(searcher, asked) for searcher in searchers)
    assert got == expected
    if not isinstance(asked, query.ColumnQuery) and expected is not IndexError:  # Whoosh can't score a ColumnQuery
        expected, got = (scores(searcher, asked) for searcher in searchers)
        assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weighting", [Frequency(), TF_IDF()], ids=["Frequency", "TF_IDF"])
def test_other_ways_of_scoring(searchers, weighting):
    asked = query.Or([LAKE, FOX, term("sea", "head")])
    one, other = (scores(Searcher(searcher.reader(), weighting=weighting), asked) for searcher in searchers)
    assert other == pytest.approx(one, rel=1e-5)


@pytest.mark.parametrize("limit", [1, 5, 50])
def test_the_best_hits_are_found_when_others_are_passed_over(searchers, limit):
    asked = query.Or([LAKE, HILL, FOX])
    expected, got = ([hit.score for hit in searcher.search(asked, limit=limit)] for searcher in searchers)
    assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", ["key", "size", "post"])
def test_the_same_order(searchers, name, reverse):
    asked = query.And([LAKE, query.Every("size"), query.Every("post")])
    expected, got = ([hit["key"] for hit in each.search(asked, limit=None, sortedby=name, reverse=reverse)] for each in searchers)
    assert got == expected


@pytest.mark.parametrize(
    "facet",
    [sorting.FieldFacet("post"), sorting.FieldFacet("size"), sorting.FieldFacet("tags", allow_overlap=True), sorting.QueryFacet({"a": LAKE, "b": HILL})],
)
def test_the_same_groups(searchers, facet):
    groups = []
    for searcher in searchers:
        results = searcher.search(query.Every(), limit=None, groupedby={"facet": facet})
        key = {hit.docnum: hit["key"] for hit in results}
        groups.append({name: {key[number] for number in numbers} for name, numbers in results.groups("facet").items()})
    assert groups[1] == groups[0]


def test_the_same_terms_and_statistics(searchers):
    one, other = (searcher.reader() for searcher in searchers)
    assert list(other.all_terms()) == list(one.all_terms())
    assert other.doc_count() == one.doc_count() == 300
    assert list(other.expand_prefix("body", "f")) == list(one.expand_prefix("body", "f"))
    assert set(other.terms_within("body", "lake", 1)) == set(one.terms_within("body", "lake", 1))
    assert sorted(fields["key"] for fields in other.all_stored_fields()) == sorted(fields["key"] for fields in one.all_stored_fields())
    for name in ("body", "tags", "size"):
        kinds = ("weight", "doc_frequency", "max_weight", "min_id", "max_id") + (("max_length",) if name == "body" else ())
        for text in one.lexicon(name):
            expected, got = ([getattr(reader.term_info(name, text), kind)() for kind in kinds] for reader in (one, other))
            assert got == expected
    assert other.max_field_length("body") == one.max_field_length("body")
    assert other.field_length("body") >= sum(len(document["body"]) for document in DOCUMENTS)  # Whoosh forgets to count after a merge


def test_stored_records_and_safe_opening(tmp_path):
    our_index(tmp_path, [DOCUMENTS])
    with open_whoosh(tmp_path).searcher() as searcher:
        (hit,) = searcher.search(query.Term("key", "k007"))
        assert hit["record"] == b"k007"
    with pytest.raises(NotImplementedError, match="not by Whoosh"):
        open_whoosh(tmp_path).writer()


def test_our_own_reader_leaves_whoosh_alone(tmp_path):
    our_index(tmp_path, [DOCUMENTS[:10]])
    program = f"""import sys
from reftel.engine.reader import open_reader
reader = open_reader({str(tmp_path)!r})
assert len(reader.postings("tags", "PREL")[0]) and reader.record(0) == b"k000"
assert not any(name.partition(".")[0] == "whoosh" for name in sys.modules)"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
