"""What is kept between questions changes no answer: with no room for it, with little, and with threads that send each other's away."""

from __future__ import annotations

import gc
import json
import random
import shutil
import threading
import weakref

import pytest

import reftel
from reftel.schema.errors import BadValueError
from reftel.search.engines.array_engine import ArrayEngine

WORDS = ("minsk", "group", "precedent", "precedents", "kosovo", "embassy", "walked", "the", "turkey", "meeting")
QUERIES = [
    *WORDS, *(f"={word}" for word in WORDS[:4]),
    '"minsk group"', '"minsk group" AND precedent', '"the embassy"', "minsk w/5 group", "minsk pre/1 group", "minsk w/p precedent",
    'para:("minsk group" precedent)', "para:(mark:C minsk)", "mark:S", "mark:>=C the", "minsk OR kosovo", "minsk OR kosovo OR precedent", "the NOT minsk",
    "NOT minsk", "prec*", "k*o", "min*", "preceddent~1", "kosvo~2", "m?nsk", "~kosovo", "~kyiv", "~lerovnyk", "*", "class:>=secret", "caveat:noforn",
    "date:2008", "after:2008 minsk", "before:2009 the", "date:2008-02..2009-01 embassy", "from:baku", "to:secstate", 'info:"amembassy moscow"',
    "tags:prel", "tags:prel,aj minsk", "signer:derse", "subject:minsk", "id:08*", "refs:08STATE900112", "citedby:08STATE900112", "is:redacted", "has:refs",
    "minsk precedent kosovo", "the minsk group walked", "subject:minsk OR body:minsk", "quidnunc", "body:(the w/3 of)",
]  # fmt: skip
ASKED = [{}, {"sort": "-date", "facets": ["year", "from:3"]}, {"offset": 3, "limit": 5, "facets": ["tags", "class"]}]


def answers(archive, query):
    """All that is told of a question, but for the times."""
    pages = [archive.search(query, **options).to_dict() for options in ASKED]
    return json.loads(json.dumps([pages, untimed(archive.explain(query).to_dict()), list(archive.keys(query))]))


def untimed(value):
    if isinstance(value, dict):
        return {name: untimed(each) for name, each in value.items() if name != "milliseconds"}
    return [untimed(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def expected(archive_path):
    """What an archive answers that keeps all it may; asked twice, so that half of the answers come from what was kept."""
    with reftel.open(archive_path) as archive:
        found = {query: answers(archive, query) for query in QUERIES}
        assert {query: answers(archive, query) for query in QUERIES} == found
    assert sum(pages[0]["total"] > 0 for pages, _explained, _keys in found.values()) > 40
    return found


@pytest.mark.parametrize("megabytes", [0, 0.02])
def test_answers_do_not_depend_on_what_is_kept(archive_path, expected, megabytes):
    with reftel.open(archive_path, cache_mb=megabytes) as archive:
        for _round in range(2):
            for query in QUERIES:
                assert answers(archive, query) == expected[query], query


def test_threads_with_little_room(archive_path, expected):
    wrong = []
    with reftel.open(archive_path, cache_mb=0.02) as archive:

        def ask(seed: int) -> None:
            for query in random.Random(seed).sample(QUERIES, len(QUERIES)):
                try:
                    if answers(archive, query) != expected[query]:
                        wrong.append(query)
                except Exception as error:  # noqa: BLE001 - of a thread
                    wrong.append((query, error))

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_new_state_has_the_same_budget(archive_path, expected):
    with reftel.open(archive_path, cache_mb=0) as archive:
        archive.refresh()
        assert answers(archive, "minsk") == expected["minsk"]
        assert archive._state.budget.size == 0
    with reftel.open(archive_path, cache_mb=0.02) as archive:
        for query in QUERIES:
            archive.search(query)
            assert archive._state.budget.size <= 0.02 * (1 << 20)
        assert archive._state.budget.size > 0


@pytest.mark.parametrize("megabytes", [-1, float("nan"), float("inf")])
def test_no_budget_at_all(archive_path, megabytes):
    with pytest.raises(BadValueError, match="megabytes for caches must be a number from 0 on"):
        reftel.open(archive_path, cache_mb=megabytes)


def test_a_page_that_was_read_is_let_go_of(archive_path, monkeypatch):
    made = []
    texts = ArrayEngine.texts

    def noted(*asked):
        found = texts(*asked)
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(ArrayEngine, "texts", noted)
    with reftel.open(archive_path) as archive:
        for query in QUERIES:
            archive.search(query)
        gc.collect()
        assert made
        assert not [each for each in made if each() is not None]


def test_refresh_keeps_what_is_kept_where_nothing_was_published(make_telegram, tmp_path):
    """And an archive rebuilt in the same place, whose runs are counted from one again, is another one."""

    def build(*ids: int) -> None:
        (tmp_path / "cables").mkdir(exist_ok=True)
        for each in ids:
            (tmp_path / "cables" / f"{each}.txt").write_text(make_telegram(serial=each, body="1. (C) The Minsk Group met."))
        reftel.build([tmp_path / "cables"], tmp_path / "archive")

    build(1)
    with reftel.open(tmp_path / "archive") as archive:
        archive.search("minsk", facets=["from"])
        state, kept = archive._state, archive._state.budget.size
        assert kept
        assert not archive.refresh()
        assert archive._state is state
        assert archive._state.budget.size == kept
        build(2)
        assert archive.refresh()
        assert archive.count("minsk") == 2
        shutil.rmtree(tmp_path / "archive")
        shutil.rmtree(tmp_path / "cables")
        build(3)
        build(4)
        assert archive.refresh()
        assert sorted(archive) == ["08BAKU3", "08BAKU4"]
