"""The tutorial is real: each of its commands is run in order on a fresh archive of the samples, and prints what stands there.

`PYTHONPATH=tools python tests/test_tutorial.py` writes what the commands print now into the page.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from terminal import run_in_terminal

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_TIMES = re.compile(r"\d+\.\d+ (s|ms)\b")


class _Desk:
    """A folder with the samples in it and `reftel` on the path, in which commands follow one another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "corpus_samples").symlink_to(ROOT / "corpus_samples")
        script = folder / "bin" / "reftel"
        script.parent.mkdir()
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reftel "$@"\n', "utf-8")
        script.chmod(0o755)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("REFTEL_")}
        self._environment = clean | {"LC_ALL": "C.UTF-8", "PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}"}

    def run(self, command: str) -> str:
        shown = run_in_terminal(["sh", "-c", command], folder=self._folder, environment=self._environment)
        lines = [line.rstrip() for line in shown.splitlines()]
        return _TIMES.sub(r"0.0 \1", "\n".join(lines).rstrip())


def _steps(block: str) -> list[tuple[str, str]]:
    """(command, output) of every step of a block."""
    parts = (part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:])
    return [(command, output.rstrip()) for command, _, output in parts]


def test_every_step_prints_what_the_page_shows(tmp_path):
    steps = [step for block in _BLOCK.findall(PAGE.read_text("utf-8")) for step in _steps(block)]
    assert len(steps) >= 15
    desk = _Desk(tmp_path)
    for command, expected in steps:
        assert desk.run(command) == expected, command


def test_all_the_tools_are_in_it():
    commands = " ".join(command for block in _BLOCK.findall(PAGE.read_text("utf-8")) for command, _ in _steps(block))
    for tool in ("index", "explain", "search", "facets", "timeline", "kwic", "show", "refs", "note", "lists", "export"):
        assert f"reftel {tool} " in commands


def _rewritten(text: str, desk: _Desk) -> str:
    def block(match: re.Match[str]) -> str:
        return "".join(f"$ {command}\n{output}\n" if output else f"$ {command}\n" for command, output in _fresh(match.group(), desk))

    return _BLOCK.sub(block, text)


def _fresh(block: str, desk: _Desk) -> list[tuple[str, str]]:
    return [(command, desk.run(command)) for command, _ in _steps(block)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(_rewritten(PAGE.read_text("utf-8"), _Desk(Path(folder))), "utf-8")
