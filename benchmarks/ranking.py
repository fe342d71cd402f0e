"""Known items: how high the cable stands of which a person half remembers some words.

Of every page in the folders named, up to a number of items of each kind: words of its subject, words of one of its paragraphs, words from one
sentence. Each is asked of reftel and of SQLite FTS5 (bm25, all fields alike and the subject weighted 10) over the same words; what counts is the
mean reciprocal rank of the cable among the first 20. Function words are not asked for. Pages are told apart by a hash of their key into two
halves: parameters are chosen on the first, the second says whether they hold.

Beside them the judged needs of needs.py, nDCG@10, where the pages that were judged are there.

usage: python benchmarks/ranking.py [--pages FOLDER …] [--items N] [--seed N] [--out FILE]
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import hashlib
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import needs

import reftel
from reftel.engine.specs import Record
from reftel.record import record_of
from reftel.schema.cable import Cable
from reftel.search.engines.base import Engine
from reftel.search.opening import open_engine
from reftel.search.plan import Request
from reftel.search.query import read_query

SHOWN = 20
FIELDS = ("subject", "body", "head")
FUNCTION_WORDS = frozenset(
    "about after all also and any are been before being between but can could during for from had has have her him his how into its may not "
    "off onto our out over per she should some such than that the their them then there these they this those under upon via was were what "
    "when where which who whom whose why will with would you your".split()
)
Item = tuple[list[str], str]
Ask = Callable[[str], list[str]]
Judged = dict[str, tuple[float, float, int]]
ROOT = Path(__file__).resolve().parents[1]


def read(folders: list[Path]) -> dict[str, tuple[Cable, Record]]:
    """The longest text of every cable, by key."""
    found: dict[str, tuple[Cable, Record]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        for cable in reftel.read_cables(path, on_error=lambda _error: None):
            if cable.key not in found or len(found[cable.key][0].body) < len(cable.body):
                found[cable.key] = cable, record_of(cable)
    return dict(sorted(found.items()))


def remembered(words: Iterable[str]) -> list[str]:
    """Those of a text's words that a person may remember, each once, in their order."""
    return list(dict.fromkeys(word for word in words if len(word) > 2 and word.isalpha() and word not in FUNCTION_WORDS))


def items(records: dict[str, Record], count: int, seed: int) -> dict[str, list[Item]]:
    """The questions of each kind."""
    choose = random.Random(seed)
    found: dict[str, list[Item]] = collections.defaultdict(list)
    keys = list(records)
    choose.shuffle(keys)
    for key in keys:
        for kind, words in _of(records[key], choose):
            if len(found[kind]) < count:
                found[kind].append((words, key))
    return dict(found)


def _of(record: Record, choose: random.Random) -> Iterator[tuple[str, list[str]]]:
    subject = remembered(word for block in record.words("subject") for word in block)
    yield from _taken("subject, 3 words", subject, 3, choose)
    if len(subject) > 1:
        yield "subject, 2 words, any order", choose.sample(subject, 2)
    body = record.words("body")
    paragraphs = [body[region.block] for region in record.regions]
    if long := [words for words in map(remembered, paragraphs) if len(words) >= 8]:
        words = choose.choice(long)
        yield from _taken("paragraph, 5 words", words, 5, choose)
        yield "paragraph, 3 words, any order", choose.sample(words, 3)
    if long_texts := [text for text in paragraphs if len(text) > 14]:
        text = choose.choice(long_texts)
        start = choose.randrange(len(text) - 13)
        near = remembered(text[start : start + 14])
        if len(near) > 2:
            yield "3 words of 14 in a row, any order", choose.sample(near, 3)


def _taken(kind: str, words: list[str], count: int, choose: random.Random) -> Iterator[tuple[str, list[str]]]:
    if len(words) >= count:
        printed = [words[place] for place in sorted(choose.sample(range(len(words)), count))]
        yield f"{kind}, printed order", printed
        yield f"{kind}, any order", choose.sample(printed, count)


def fts5(records: dict[str, Record]) -> sqlite3.Connection:
    """A table of SQLite's full-text search over the same words."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table cable using fts5(key unindexed, subject, body, head)")
    rows = ((key, *(" ".join(word for block in record.words(name) for word in block) for name in FIELDS)) for key, record in records.items())
    database.executemany("insert into cable values (?, ?, ?, ?)", rows)
    return database


def asking_fts5(database: sqlite3.Connection, subject: float) -> Ask:
    """The first cables by bm25, with the subject weighted."""
    query = "select key from cable where cable match ? order by bm25(cable, 0, ?, 1, 1), key limit ?"
    return lambda question: [key for (key,) in database.execute(query, (question, subject, SHOWN))]


def asking_reftel(engine: Engine) -> Ask:
    """The first cables of reftel."""
    return lambda question: [found.key for found in engine.answer(Request(read_query(question).plan, limit=SHOWN)).found]


def reciprocal_rank(found: list[str], key: str) -> float:
    """One divided by the place of ``key``; 0 if it is not there."""
    return 1 / (found.index(key) + 1) if key in found else 0.0


def half_of(key: str) -> int:
    """Which half of the pages a cable belongs to."""
    return hashlib.sha256(key.encode()).digest()[0] % 2


def measure(asked: dict[str, list[Item]], ask: Ask) -> dict[str, tuple[float, float]]:
    """For every kind the mean reciprocal rank on each half."""
    result = {}
    for kind, each in asked.items():
        ranks: tuple[list[float], list[float]] = ([], [])
        for words, key in each:
            ranks[half_of(key)].append(reciprocal_rank(ask(" ".join(words)), key))
        result[kind] = tuple(sum(found) / max(1, len(found)) for found in ranks)
    return result  # type: ignore[return-value]  # two halves


def judge(asks: dict[str, Ask], present: Collection[str]) -> Judged | str:
    """For each the mean nDCG@10 on the needs of odd and of even number, and how many shown cables nobody judged; or why there is none."""
    judged = needs.read_needs()
    absent = {key for need in judged for key in need.grades} - set(present)
    if absent:
        return f"The judged needs are left out: {len(absent)} of the judged cables are not among the pages, {min(absent)} for one."
    found: Judged = {}
    all_of = {need.query: len(asks["FTS5"](need.asked(every=True))) >= needs.SHOWN for need in judged}
    for name, ask in asks.items():
        shown = [ask(need.asked(every=all_of[need.query]))[: needs.SHOWN] for need in judged]
        scores = [needs.ndcg(keys, need.grades) for keys, need in zip(shown, judged, strict=True)]
        unjudged = sum(key not in need.grades for keys, need in zip(shown, judged, strict=True) for key in keys)
        found[name] = statistics.mean(scores[::2]), statistics.mean(scores[1::2]), unjudged
    return found


def report_needs(judged: Judged | str) -> str:
    """The same as Markdown."""
    if isinstance(judged, str):
        return f"\n## Judged needs\n\n{judged}\n"
    head = f"""
## Judged needs

{len(needs.read_needs())} questions. One reader graded the first ten cables of each by their subjects and excerpts of their paragraphs, not by the whole cables (`needs.py`).
nDCG@10, on the needs of odd number / of even number, and how many of the cables shown nobody judged, which count as nothing.

| | nDCG@10 | unjudged |
|---|---:|---:|
"""
    return head + "".join("| {} | {:.3f} / {:.3f} | {} |\n".format(name, *each) for name, each in judged.items())


def report(asked: dict[str, list[Item]], results: dict[str, dict[str, tuple[float, float]]], pages: int, seed: int) -> str:
    """The table as Markdown."""
    head = f"""\
# Known items

Written by `python benchmarks/ranking.py`: {pages:,} real pages, seed {seed}. Some words of one cable are asked for as they come to mind; the number is the
mean reciprocal rank of that cable among the first {SHOWN}, on the half of the pages that the parameters of `search/scoring.py` were chosen on / on the
other half. SQLite FTS5 ranks by bm25 over the same words, all fields alike and with the subject weighted 10.

| words asked for | items | {" | ".join(results)} |
|---|---:|{"---:|" * len(results)}
"""
    rows = (f"| {kind} | {len(each)} | " + " | ".join("{:.3f} / {:.3f}".format(*found[kind]) for found in results.values()) + " |" for kind, each in asked.items())
    return head + "\n".join(rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Known items: reftel beside SQLite FTS5")
    parser.add_argument("--pages", type=Path, nargs="*", default=[ROOT.parent / "shared" / "corpus", ROOT.parent / "shared" / "corpus-more"])
    parser.add_argument("--items", type=int, default=700, help="of each kind, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("RANKING.md"))
    options = parser.parse_args()
    folders = [folder for folder in options.pages if folder.is_dir()]
    cables = read(folders)
    if not cables:
        parser.error(f"no pages in {', '.join(map(str, options.pages))}; name folders with --pages")
    records = {key: record for key, (_cable, record) in cables.items()}
    asked = items(records, options.items, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        reftel.build(folders, Path(folder) / "archive")
        with contextlib.closing(open_engine(Path(folder) / "archive" / "index")) as engine:
            database = fts5(records)
            asks = {"reftel": asking_reftel(engine), "FTS5": asking_fts5(database, 1), "FTS5, subject 10": asking_fts5(database, 10)}
            results = {name: measure(asked, each) for name, each in asks.items()}
            judged = judge(asks, records.keys())
    text = report(asked, results, len(records), options.seed) + report_needs(judged)
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
