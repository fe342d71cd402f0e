"""The README's tour is real: every command of it is run, and prints what stands there."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from terminal import run_in_terminal

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_TIMES = re.compile(r"\d+\.\d+ (s|ms)\b")


def _steps() -> list[tuple[str, str]]:
    """(command, output) of every step of the tour."""
    blocks = _BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    steps = []
    for block in blocks:
        for step in block.split("$ ")[1:]:
            command, _, output = step.partition("\n")
            steps.append((command, output.rstrip()))
    return steps


def _run(command: str, archive: Path) -> str:
    arguments = shlex.split(command)
    assert arguments[0] == "reftel"
    environment = os.environ | {"REFTEL_ARCHIVE": str(archive)}
    shown = run_in_terminal([sys.executable, "-m", *arguments], folder=ROOT, environment=environment)
    return shown.replace(str(archive), "archive").rstrip()


def test_every_step_of_the_tour_prints_what_the_readme_shows(tmp_path):
    steps = _steps()
    assert len(steps) >= 5
    for command, expected in steps:
        assert _TIMES.sub("0.0 \\1", _run(command, tmp_path / "archive")) == _TIMES.sub("0.0 \\1", expected), command
