"""Compare the normaliser with the golden facts: the facts were typed by reading pages, never taken from its output.

usage: python tools/fidelity.py [--misses] [--pin]

A facts file (tests/golden/facts/NAME.json) holds no cable text: what is longer than a name stands as the first 12 hex digits of the SHA-256
of its words joined by single blanks. The pages themselves are read from ../shared/corpus. Those of tests/golden/facts-more are drawn from all
pages of ../shared/corpus-more in the order of their paths (as YYYY/MM/NAME.html), none replaced: 84 by ``random.Random(15).sample(pages, 84)``,
then 24 by ``random.Random(16).sample(others, 24)``; 40 by ``random.Random(20).sample(others, 40)`` from those that no draw (see
docs/fidelity.md) had before; then 40, 30, 40 and 40 by ``random.Random(23)``, ``(24)``, ``(28)`` and ``(29)`` from those without facts,
14 by ``(32)`` from what these and the draws ``(30)`` and ``(31)`` of docs/fidelity.md left, and 40 by ``(41)`` from what all but ``(31)``
and ``(32)`` of them left (none of the 14 is among the 40).
tests/golden/misreadings.json lists what is read wrongly today, each field of a page with its kind of fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from reftel.indexer.normalize import read_cables
from reftel.schema.cable import Cable

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
CORPORA = {GOLDEN / "facts": ROOT.parent / "shared" / "corpus", GOLDEN / "facts-more": ROOT.parent / "shared" / "corpus-more"}
"""Folder of facts to the pages that they are about."""
MISREADINGS = GOLDEN / "misreadings.json"
PAGE = ROOT / "docs" / "fidelity.md"

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


@cache
def comparisons() -> tuple[tuple[Path, str, Any, Any], ...]:
    """Facts file, field, expected and actual value, for every field of every facts file whose page is here."""
    found = []
    for folder, corpus in CORPORA.items():
        for path in sorted(folder.glob("*.json")) if corpus.is_dir() else ():
            facts = json.loads(path.read_text("utf-8"))
            (cable,) = read_cables(corpus / facts["page"])
            found += [(path, field, facts[field], actual) for field, actual in facts_of(cable).items()]
    return tuple(found)


def misreadings() -> dict[str, dict[str, str]]:
    """Page name to the fields that are read wrongly, each with its kind of fault."""
    return json.loads(MISREADINGS.read_text("utf-8"))


def table() -> dict[str, list[tuple[int, int]]]:
    """Field to (pages right, pages compared) for each folder of facts."""
    right, total = Counter[tuple[Path, str]](), Counter[tuple[Path, str]]()
    for path, field, expected, actual in comparisons():
        for row in (field, "all facts"):
            right[path.parent, row] += expected == actual
            total[path.parent, row] += 1
    fields = [*dict.fromkeys(field for _, field in total if field != "all facts"), "all facts"]
    return {field: [(right[folder, field], total[folder, field]) for folder in CORPORA] for field in fields}


def kinds() -> list[tuple[str, int, int]]:
    """Each kind of listed misreading with the pages and the facts that it hits, the most frequent first."""
    facts, pages = Counter[str](), Counter[str]()
    for fields in misreadings().values():
        named = [kind for kinds in fields.values() for kind in kinds.split("; ")]
        facts.update(named)
        pages.update(set(named))
    return [(kind, count, facts[kind]) for kind, count in sorted(pages.items(), key=lambda item: (-item[1], -facts[item[0]], item[0]))]


def take_off() -> None:
    """Take what is read rightly now off the list of misreadings."""
    wrong = {(path.stem, field) for path, field, expected, actual in comparisons() if expected != actual}
    left = {
        page: kept
        for page, fields in misreadings().items()
        if (kept := {field: kind for field, kind in fields.items() if (page, field) in wrong})
    }
    MISREADINGS.write_text(json.dumps(left, indent=1, ensure_ascii=False) + "\n", "utf-8")


def markdown() -> list[str]:
    """The rows of the two tables of docs/fidelity.md: what is right by field, and what is not by kind."""
    cells = {field: " | ".join(f"{right} of {total} | {100 * right / total:.1f} %" for right, total in columns) for field, columns in table().items()}
    return ["\n".join(f"| {field} | {cell} |" for field, cell in cells.items()), "\n".join(f"| {kind} | {pages} | {facts} |" for kind, pages, facts in kinds())]


def rewritten(page: str) -> str:
    """The text of docs/fidelity.md with the rows of today in its tables."""
    fields, by_kind = markdown()
    page = re.sub(r"(?<=\|---\|---\|---\|---\|---\|\n)(\|.*\n)*", lambda _: fields + "\n", page, count=1)
    return re.sub(r"(?<=\n\|---\|---\|---\|\n)(\|.*\n)*", lambda _: by_kind + "\n", page, count=1)


def main() -> None:
    """Print the table and the kinds of misreading, or every miss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="list every field that differs")
    parser.add_argument(
        "--pin", action="store_true", help="take what is read rightly now off the list of misreadings (nothing is ever added), and rewrite docs/fidelity.md"
    )
    options = parser.parse_args()
    if options.pin:
        take_off()
        PAGE.write_text(rewritten(PAGE.read_text("utf-8")), "utf-8")
    elif options.misses:
        listed = misreadings()
        for path, field, expected, actual in comparisons():
            if expected != actual:
                kind = listed.get(path.stem, {}).get(field, "NOT LISTED")
                print(f"{path.stem} {field}: {kind}\n    expected {expected}\n    actual   {actual}")  # noqa: T201 - a command
    else:
        print(*markdown(), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    main()
