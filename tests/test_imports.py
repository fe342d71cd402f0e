"""``import reftel`` is cheap: what it may pull in is a short list, and what it must not pull in is checked by name."""

from __future__ import annotations

import json
import os
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
    # Some variables are answered with rich. readline, which pytest loads, leaves COLUMNS to what is started, behind Python's back.
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE")}
    command = [sys.executable, "-c", _LIST_NEW_MODULES.format(statement=statement)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_reftel_pulls_in_only_itself():
    own = {name for name in _modules_after("import importlib, typing, __future__, reftel") if name.split(".")[0] == "reftel"}
    assert own == {"reftel"}


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import reftel", {"whoosh", "lxml", "bs4", "click", "rich", "numpy", "simplemma", "sqlite3", "csv"}),
        ("import reftel.schema.fields", {"whoosh", "lxml", "bs4", "click", "rich", "numpy", "simplemma"}),
        ("import reftel.indexer.reading", {"whoosh", "bs4", "click", "rich", "numpy", "simplemma"}),  # what processes that read load
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
    "whoosh", "lxml", "bs4", "rich", "difflib", "tempfile", "shutil", "importlib.resources", "importlib.metadata", "pkg_resources",
    "multiprocessing", "concurrent.futures", "subprocess", "logging", "hashlib", "random", "csv", "calendar", "zipfile", "tomllib",
    "zoneinfo", "platformdirs", "email", "numpy.random", "numpy.ma", "numpy.testing", "numpy.fft", "numpy.polynomial",
    "reftel.engine.stock", "reftel.engine.writer", "reftel.engine.run", "reftel.engine.whoosh_index", "reftel.indexer.build",
    "reftel.indexer.normalize", "reftel.indexer.config", "reftel.indexer.telegram", "reftel.indexer.containers", "reftel.cli.completion",
    "reftel.render.tables", "reftel.render.export", "reftel.record", "reftel.schema.marking", "reftel.schema.warnings",
    "reftel.search.citations", "reftel.search.drilldown", "reftel.search.kwic", "reftel.search.suggest", "reftel.search.similar",
    "reftel.assistant", "mcp", "pydantic", "pandas", "reftel.render.notebook", "reftel.search.frames",
    "reftel.search.terms", "reftel.search.timeline", "reftel.search.query.dates", "reftel.search.engines.memory", "reftel.schema.inflections", "simplemma",
)  # fmt: skip
"""What a plain search must not wait for: every one of these was loaded by one once, or would take a tenth of its time."""


def test_a_search_loads_only_what_it_needs(tmp_path):
    reftel.build([_SAMPLES], tmp_path / "archive")
    search = "import reftel.cli; assert not reftel.cli.run(['search', 'minsk', '--archive', {!r}])".format(str(tmp_path / "archive"))
    loaded = _modules_after(search)
    assert {"numpy", "click", "sqlite3", "reftel.search.engines.array_engine"} <= loaded
    assert not loaded.intersection(_NOT_FOR_A_SEARCH)


def test_only_what_is_asked_for_is_loaded_for_a_search(tmp_path):
    reftel.build([_SAMPLES], tmp_path / "archive")
    search = "import reftel.cli; reftel.cli.run(['search', {!r}, '--archive', {!r}, *{!r}])"
    for query, options, wanted in (
        ("date:2008", (), "reftel.search.query.dates"),
        ("mark:S", (), "reftel.schema.marking"),
        ("minsk", ("--facet", "year"), "rich.console"),
    ):
        assert wanted in _modules_after(search.format(query, str(tmp_path / "archive"), options))


def test_every_public_name_is_there():
    assert set(reftel.__all__) == set(reftel._HOME_OF)
    for name in reftel.__all__:
        assert getattr(reftel, name).__doc__
    assert set(reftel.__all__) <= set(dir(reftel))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'serch'"):
        reftel.serch  # noqa: B018 - the access is the test


def test_no_modules_import_each_other_in_a_circle():
    """Imports inside functions count too; those for type checkers alone do not."""
    grimp = pytest.importorskip("grimp", reason="comes with import-linter, of the dependency group lint")
    graph = grimp.build_graph("reftel", exclude_type_checking_imports=True)
    left = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while done := {module for module, imported in left.items() if not imported & left.keys()}:
        left = {module: imported for module, imported in left.items() if module not in done}
    assert not {module: imported & left.keys() for module, imported in left.items()}
