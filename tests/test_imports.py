"""``import reftel`` is cheap: what it may pull in is a short list, and what it must not pull in is checked by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import reftel

_SAMPLES = Path(__file__).parents[1] / "corpus_samples"
_LIST_NEW_MODULES = """
import json, sys
before = set(sys.modules)
{statement}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def _modules_after(statement: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", _LIST_NEW_MODULES.format(statement=statement)], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_reftel_pulls_in_only_itself():
    own = {name for name in _modules_after("import importlib, typing, __future__, reftel") if name.split(".")[0] == "reftel"}
    assert own == {"reftel"}


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import reftel", {"whoosh", "lxml", "bs4", "click", "rich", "numpy", "Stemmer", "sqlite3", "csv"}),
        ("import reftel.schema.fields", {"whoosh", "lxml", "bs4", "click", "rich", "numpy", "Stemmer"}),
        ("import reftel.search.query", {"whoosh", "lxml", "bs4", "click", "rich", "numpy"}),
        ("import reftel.cli", {"whoosh", "lxml", "bs4", "rich", "numpy"}),
        ("import reftel.archive", {"whoosh", "lxml", "bs4", "click", "rich", "numpy"}),
        ("import reftel.search.searcher", {"whoosh", "lxml", "bs4", "click", "rich", "difflib", "sqlite3", "tempfile"}),
    ],
)
def test_heavy_libraries_stay_out(statement, banned):
    loaded = {name.split(".")[0] for name in _modules_after(statement)}
    assert not loaded & banned


_NOT_FOR_A_SEARCH = (
    "whoosh", "lxml", "bs4", "difflib", "tempfile", "shutil", "importlib.resources", "multiprocessing", "rich.table",
    "reftel.engine.stock", "reftel.engine.writer", "reftel.indexer.build", "reftel.indexer.normalize", "reftel.cli.completion",
    "reftel.search.citations", "reftel.search.drilldown", "reftel.search.kwic", "reftel.search.suggest", "reftel.search.engines.memory",
)  # fmt: skip
"""What a plain search must not wait for: every one of these was loaded by one once, or would take a tenth of its time."""


def test_a_search_loads_only_what_it_needs(tmp_path):
    reftel.build([_SAMPLES], tmp_path / "archive")
    search = "import reftel.cli; assert not reftel.cli.run(['search', 'minsk', '--archive', {!r}])".format(str(tmp_path / "archive"))
    loaded = _modules_after(search)
    assert {"numpy", "rich.console", "reftel.search.engines.whoosh_engine"} <= loaded
    assert not loaded.intersection(_NOT_FOR_A_SEARCH)


def test_every_public_name_is_there():
    assert set(reftel.__all__) == set(reftel._HOME_OF)
    for name in reftel.__all__:
        assert getattr(reftel, name).__doc__
    assert set(reftel.__all__) <= set(dir(reftel))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'serch'"):
        reftel.serch  # noqa: B018 - the access is the test
