"""Compare the normaliser with the golden facts: the facts were typed by reading pages, never taken from its output.

usage: python tools/fidelity.py [--misses] [--markdown] [--pin]

A facts file (tests/golden/facts/NAME.json) holds no cable text: what is longer than a name stands as the first 12 hex digits of the SHA-256
of its words joined by single blanks. The pages themselves are read from ../shared/corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reftel.indexer.normalize import read_cables
from reftel.schema.cable import Cable

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT / "tests" / "golden" / "facts"
FLOORS = FACTS.parent / "floors.json"
CORPUS = ROOT.parent / "shared" / "corpus"

PLAIN = (
    "id", "date", "date_precision", "date_source", "classification", "caveats", "origin", "post", "tags", "signers", "declassify_on",
    "declassify_raw", "precedence", "info_precedence", "sections", "body_id", "flags",
)  # fmt: skip
"""Fields compared as they are."""


def digest(text: str) -> str:
    """12 hex digits that stand for ``text``; blanks collapse."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def _words(text: str, count: int, *, last: bool = False) -> str:
    words = text.split()
    return digest(" ".join(words[-count:] if last else words[:count]))


def facts_of(cable: Cable) -> dict[str, Any]:
    """The record in the form of a facts file, field by field."""
    record = cable.to_dict()
    officer = cable.classified_by
    return {name: record[name] for name in PLAIN} | {
        "subject": cable.subject and digest(cable.subject),
        "refs": [[ref.label, ref.kind, ref.id] for ref in cable.refs],
        "classified_by.name": officer and officer.name,
        "classified_by.title": officer and officer.title,
        "classified_by.reasons": list(officer.reasons) if officer else [],
        "recipients": [
            [to.role, to.name, to.routing_indicator, to.precedence, to.serial, list(to.excluded)] for to in cable.recipients
        ],
        "paragraphs.numbers": [[paragraph.number, paragraph.mark] for paragraph in cable.paragraphs],
        "paragraphs.headings": [paragraph.heading and digest(paragraph.heading) for paragraph in cable.paragraphs],
        "paragraphs.first": [_words(paragraph.text, 3) for paragraph in cable.paragraphs],
        "paragraphs.last": [_words(paragraph.text, 3, last=True) for paragraph in cable.paragraphs],
        "summary.first": cable.summary and _words(cable.summary, 4),
        "summary.last": cable.summary and _words(cable.summary, 4, last=True),
    }


def read_page(facts: dict[str, Any]) -> Cable:
    """The cable of the page that ``facts`` are about."""
    (cable,) = read_cables(CORPUS / facts["page"])
    return cable


def comparisons() -> Iterator[tuple[str, str, Any, Any]]:
    """Page name, field, expected and actual value, for every field of every facts file."""
    for path in sorted(FACTS.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        actual = facts_of(read_page(facts))
        for field in actual:
            yield path.stem, field, facts[field], actual[field]


def table() -> dict[str, tuple[int, int]]:
    """Field to (pages right, pages compared)."""
    counts: dict[str, list[int]] = {}
    for _, field, expected, actual in comparisons():
        count = counts.setdefault(field, [0, 0])
        count[0] += expected == actual
        count[1] += 1
    return {field: (right, total) for field, (right, total) in counts.items()}


def raise_floors() -> None:
    """Write the floors anew: of the old floor and the pages right now, the higher."""
    floors = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    raised = {field: max(right, floors.get(field, 0)) for field, (right, _) in table().items()}
    FLOORS.write_text(json.dumps(raised, indent=1) + "\n", "utf-8")


def main() -> None:
    """Print the table, or every miss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="list every field that differs")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what is right now; none is ever lowered")
    options = parser.parse_args()
    if options.pin:
        raise_floors()
        return
    if options.misses:
        for name, field, expected, actual in comparisons():
            if expected != actual:
                print(f"{name} {field}\n    expected {expected}\n    actual   {actual}")  # noqa: T201 - a command
        return
    form = "| {} | {} | {} | {:.1f} % |" if options.markdown else "{:24} {:4} of {:4} {:6.1f} %"
    for field, (right, total) in table().items():
        print(form.format(field, right, total, 100 * right / total))  # noqa: T201


if __name__ == "__main__":
    main()
