"""What the paragraphs shown with hits have of the questions: how many have no word, lack one, or repeat.

Of every page in the folders named three questions, the same every time: two words of one paragraph, wanted in one (``a w/p b``), three words of
paragraphs chosen by chance, and one word alone. Counted is what a terminal shows of the first ten hits of each.

usage: python benchmarks/shown.py [--pages FOLDER …] [--seed N]
"""

from __future__ import annotations

import argparse
import collections
import random
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import reftel
from reftel.render.excerpts import excerpt
from reftel.render.hits import flow
from reftel.schema.analysis import words
from reftel.search.results import Highlights, HitParagraph

ROOT = Path(__file__).resolve().parents[1]
SHORT = 4  # letters up to which words say little
SHOWN = 10

PARAGRAPHS, NO_WORD, LACKING = "paragraphs", "... of which no marked word is shown", "... of which a marked word is not shown"
SECOND, REPEATING, LESS = "second paragraphs", "... without a new word", "... without one, and with less than the first has"
SAME, SAME_NO_WORD = "hits of w/p", "... of which a paragraph shows no word"
HITS, UNEXPLAINED = "hits", "... without a marked word, or anything else that they were found by"


def questions(archive: reftel.Archive, seed: int = 13) -> Iterator[str]:
    """The questions of every page that has paragraphs."""
    chance = random.Random(seed)
    for hit in archive.scan("has:paragraphs", paragraphs=0):
        texts = [sorted({word for word in words(paragraph.text) if len(word) > SHORT}) for paragraph in hit.cable.paragraphs]
        texts = [text for text in texts if len(text) > 1]
        if texts:
            yield " w/p ".join(f"={word}" for word in chance.sample(chance.choice(texts), 2))
            yield " ".join(f"={chance.choice(text)}" for text in chance.choices(texts, k=3))
            yield f"={chance.choice(chance.choice(texts))}"


def count(archive: reftel.Archive, asked: Iterable[str]) -> collections.Counter[str]:
    """How often each of the above is so."""
    found: collections.Counter[str] = collections.Counter()
    for query in asked:
        for hit in archive.search(query, limit=SHOWN).hits:
            shown = [seen(paragraph) for paragraph in hit.paragraphs]
            found[HITS] += 1
            found[UNEXPLAINED] += not any(having for having, _printed in shown) and not hit.found_by
            found[SAME] += "w/p" in query
            found[SAME_NO_WORD] += "w/p" in query and not all(printed for _having, printed in shown)
            found[PARAGRAPHS] += len(shown)
            found[NO_WORD] += sum(not printed for _having, printed in shown if _having)
            found[LACKING] += sum(having != printed for having, printed in shown)
            if len(shown) > 1:
                (first, _), (second, _) = shown[:2]
                found[SECOND] += 1
                found[REPEATING] += second <= first
                found[LESS] += second < first
    return found


def seen(paragraph: HitParagraph) -> tuple[set[str], set[str]]:
    """The marked words of a paragraph, and those of them that are in the pieces of it that a terminal shows."""
    text, places = flow(paragraph.text, paragraph.highlights)
    pieces = excerpt(text, places)
    return marked(text, places), marked(text, tuple(place for place in places if any(start <= place[0] and place[1] <= end for start, end in pieces)))


def marked(text: str, places: Highlights) -> set[str]:
    """The words at some places of a text."""
    return {word for start, end in places for word in words(text[start:end])}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    present = [folder for name in ("corpus", "corpus-more") if (folder := ROOT.parent / "shared" / name).is_dir()]
    options.add_argument("--pages", type=Path, nargs="+", default=present or [ROOT / "corpus_samples"], metavar="FOLDER")
    options.add_argument("--seed", type=int, default=13, metavar="N")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        reftel.build(chosen.pages, place)
        with reftel.open(place) as archive:
            found = count(archive, questions(archive, chosen.seed))
    for name in (HITS, UNEXPLAINED, SAME, SAME_NO_WORD, PARAGRAPHS, NO_WORD, LACKING, SECOND, REPEATING, LESS):
        print(f"{found[name]:>8,}  {name}")


if __name__ == "__main__":
    main()
