"""Pages are what the slow oracle makes of them: the same paragraphs in the same order, the same words marked, the same ways they were found.

So are keywords in context.
"""

from __future__ import annotations

import functools
import itertools
import random
import tempfile
from pathlib import Path

import kwic_oracle
import page_oracle
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plan_strategies import archives, plans
from test_engine_agreement import index

import reftel
from reftel.schema.analysis import words
from reftel.search.desk import Records
from reftel.search.forms import with_forms
from reftel.search.kwic import kwic_lines
from reftel.search.query.read import ParsedQuery
from reftel.search.searcher import Searcher
from reftel.search.snippets import CableText
from reftel.state import record_reader

SAMPLES = Path(__file__).parents[2] / "corpus_samples"
REAL = Path(__file__).parents[3] / "shared" / "corpus"
FEW = settings(
    max_examples=18,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module", params=[SAMPLES, REAL], ids=["samples", "real pages"])
def archive(request, tmp_path_factory):
    if not request.param.exists():
        pytest.skip("no real pages here")
    path = tmp_path_factory.mktemp("pages") / "archive"
    reftel.build([request.param], path)
    with reftel.open(path) as opened:
        yield opened


def queries(archive, number):
    """Questions of every kind, of words that stand near each other, or nowhere near, in the cables asked."""
    pick = random.Random(5)
    cables = [hit.cable for hit in archive.scan("*")]
    for _ in range(number):
        cable = pick.choice([cable for cable in cables if cable.paragraphs])
        text = words(" ".join(paragraph.text for paragraph in pick.choices(cable.paragraphs, k=2)) + f" {cable.subject} ")
        place = pick.randrange(len(text))
        first, second = text[place], pick.choice(text[place : place + 6])
        far = pick.choice(words(" ".join(part for part in (cable.subject, cable.body[:400]) if part)) or ["and"])
        cited = next((reference.id for reference in cable.refs if reference.id), "08STATE1")
        yield pick.choice(
            [
                first, f"={first}", f"{first} {second}", f"{first} {second} {far}", f'"{first} {second}"', f'"{" ".join(text[place : place + 3])}"',
                f"{first} OR {second} OR {far}", f"{first} w/4 {far}", f"{first} pre/5 {second}", f"{first} w/p {far}", f"para:({first} -{second})",
                f"para:(mark:C {first})", "mark:>=C", f"mark:C OR {far}", f"{first[:3]}*", f"{first[:2]}?* {second}", f"{first}~1", f"{first} -{far}",
                f"subject:{far}", f"subject:{far} OR {first}", f"body:{first} head:{far}", f"refs:{cited}", f"refs:{cited} OR {first}", f"citedby:{cable.key}",
                cited, f"date:2006.. {first}", "class:>=confidential", "*", " ".join(pick.sample(text, min(10, len(text)))), f"({first} OR {far}) {second}",
                f"tags:{(*cable.tags, 'PREL')[0].split(',')[0]}", f"signer:{far}", f'"{first} {second}" OR "{far} {first}"',
            ]
        )  # fmt: skip


def wanted(searcher, read, found, choose):
    load = functools.cache(searcher.desk.load)
    plan, asked = (with_forms(searcher._engine, root) for root in (read.plan, read.asked))
    return [page_oracle.hit(load(each.key), each, plan, asked, choose, load, searcher._tagged) for each in found]


def check(searcher, read, limit, asked):
    assert list(searcher._shown(read, limit, asked)) == wanted(searcher, read, asked, lambda found: found.best(limit, searcher._engine.rarity))


@pytest.mark.parametrize("limit", [2, None])
def test_pages_of_many_questions(archive, limit):
    searcher = archive._state.searcher
    for query in queries(archive, 36):
        page = archive.search(query, paragraphs=limit)
        read = searcher.read(query)
        expected = wanted(searcher, read, [(reftel.search.plan.Found(hit.key, hit.score)) for hit in page.hits], lambda found: found.best(limit, searcher._engine.rarity))
        assert list(page.hits) == expected, query
        assert [hit.subject for hit in page.hits] == [hit.cable.subject for hit in expected]


def test_all_paragraphs_of_many_questions(archive):
    searcher = archive._state.searcher
    for query in queries(archive, 10):
        hits = list(archive.matches(query))
        found = [reftel.search.plan.Found(hit.key, 0.0) for hit in hits]
        assert hits == wanted(searcher, searcher.read(query), found, page_oracle.Findings.matching), query


def lines_maker(searcher):
    """The oracle of keywords in context, which cuts every cable into words once."""

    @functools.cache
    def read(key):
        cable = searcher.desk.load(key)
        return cable, CableText.of(cable)

    def lines(plan, found, width):
        plan = with_forms(searcher._engine, plan)
        return [line for each in found for line in kwic_oracle.kwic_lines(*read(each.key), plan, width)]

    return lines


def test_lines_of_many_questions(archive):
    searcher = archive._state.searcher
    lines = lines_maker(searcher)
    for query, sort, width in zip(queries(archive, 12), itertools.cycle(("id", "date")), itertools.cycle((40, 3, 1000)), strict=False):
        plan = searcher.read(query).plan
        found = searcher._engine.answer(reftel.search.plan.Request(plan, sort, limit=None)).found
        assert list(archive.kwic(query, sort=sort, width=width)) == lines(plan, found, width), query


@FEW
@given(archives(), st.integers(0, 4), st.lists(plans, min_size=8, max_size=16))
def test_pages_of_any_plan(cables, cut, roots):
    with tempfile.TemporaryDirectory() as folder:
        engine = index(cables, folder, cut)
        try:
            searcher = Searcher(Records(engine, record_reader(engine, Path(folder))))
            for root in roots:
                read = ParsedQuery("", None, None, root, (), "", root)
                found = engine.answer(reftel.search.plan.Request(root, limit=None)).found
                check(searcher, read, 2, found)
                check(searcher, read, None, found)
                assert list(kwic_lines(engine, root, found, 20)) == lines_maker(searcher)(root, found, 20)
        finally:
            engine.close()
