"""``reftel check``: which cables it names first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reftel.cli import run

BODIES = Path(__file__).parents[2] / "corpus_samples" / "bodies"
WORST = BODIES / "minsk-precedent.txt"  # a body alone: no id, no date, no subject


@pytest.fixture
def folder(tmp_path, make_telegram):
    (tmp_path / "bare.txt").write_bytes(WORST.read_bytes())
    (tmp_path / "other\x1b[31m.txt").write_text(make_telegram(serial=7).replace("SUBJECT:", "MATTER:"), "utf-8")
    return tmp_path


def test_the_most_doubtful_are_named_with_their_doubts(folder, capsys):
    assert run(["check", str(folder), "--no-pager"]) == 0
    shown = capsys.readouterr().out
    head, *lines = shown[shown.index("to look at first") :].splitlines()
    assert head == "to look at first, of 2 with doubts:"
    assert lines[0].startswith("text-") and lines[0].endswith("bare.txt")  # noqa: PT018 - one line
    assert lines[1:4] == [
        "    id-missing: no id is printed, and the caption and date give none",
        "    date-missing: no date-time group and no other date",
        "    subject-missing: there is no subject",
    ]
    assert "\x1b" not in shown


@pytest.mark.parametrize(("worst", "named"), [(0, 0), (1, 1), (5, 2)])
def test_so_many_are_named(folder, capsys, worst, named):
    assert run(["check", str(folder), "--worst", str(worst), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (len(found["doubtful"]), found["doubted"]) == (named, 2)
    assert [each["weight"] for each in found["doubtful"]] == sorted((each["weight"] for each in found["doubtful"]), reverse=True)
