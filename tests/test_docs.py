"""The docs say what is there: generated pages are current, every command and option is in them, the example program runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import generate_docs
import pytest

import reftel
from reftel.cli import COMMANDS, group
from reftel.schema.cable import Cable

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", generate_docs.PAGES)
def test_a_generated_page_is_current(name):
    assert (DOCS / name).read_text("utf-8") == generate_docs.PAGES[name](), "run `make docs`"


def _text() -> str:
    return (ROOT / "README.md").read_text("utf-8") + "".join(page.read_text("utf-8") for page in sorted(DOCS.glob("*.md")))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command):
    assert f"reftel {command}" in _text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_command_line_page(command):
    page = (DOCS / "command-line.md").read_text("utf-8")
    for parameter in group.get_command(None, command).params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert f"`{option}" in page, f"{command} {option}"


def test_every_key_of_the_record_is_in_its_page():
    page = (DOCS / "record.md").read_text("utf-8")
    for key in Cable().to_dict():
        assert f"`{key}`" in page


def test_every_public_call_is_in_the_embedding_page():
    page = (DOCS / "embedding.md").read_text("utf-8")
    for name in ("build", "open", "read_cables", "normalize_text"):
        assert f"reftel.{name}(" in page
    for name in vars(reftel.Archive):
        if not name.startswith("_") and name != "close":
            assert f"archive.{name}(" in page


def test_the_example_program_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, DOCS / "examples" / "precedents.py", ROOT / "corpus_samples", tmp_path / "archive"],
        check=True, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "column 1: unknown field 'singer'; did you mean 'signer'?" in done.stdout
    assert "Minsk, Group, precedent" in done.stdout


def test_links_between_pages_lead_somewhere():
    import re

    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
