"""ARCHITECTURE.md names modules that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_module_that_is_named_exists():
    named = set(re.findall(r"`([\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text("utf-8")))
    paths = [path.relative_to(ROOT).as_posix() for room in ("reftel", "schema", "indexer", "search", "engine", "tests", "tools", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    assert len(named) > 100
    assert sorted(name for name in named if not any(f"/{path}".endswith(f"/{name.removeprefix('reftel/')}") for path in paths)) == []
