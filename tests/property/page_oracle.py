"""The slow oracle of pages: every cable is read whole and cut into words, and what answers is looked for cable by cable.

This is how hits were made before `reftel.search.snippets` did it for all hits of a page at once.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from reftel.engine.arrays import Scores, Wide, ranges
from reftel.schema import scales
from reftel.schema.analysis import analyse, iter_tokens
from reftel.schema.cable import Cable, Reference
from reftel.search import snippets
from reftel.search.citing import iter_cited, mentions
from reftel.search.foundby import found_by
from reftel.search.paragraphs import BODY, Mask, Paragraphs, paragraphs_where
from reftel.search.passages import Weighed, block_scores
from reftel.search.plan import Found, Mark, Node, Paragraph, Word
from reftel.search.positions import spans, wide_spans
from reftel.search.results import Highlights, Hit, HitParagraph
from reftel.search.tagged import Lookup
from reftel.search.walk import iter_evidence, iter_words

Choose = Callable[["Findings"], tuple[HitParagraph, ...]]
Rarity = Callable[[Word], float]
"""How much a word counts."""

_SUBJECT = "subject"
_SUMMARY_START = 60
_TELLING = math.log(2)
"""The rarity of a word that half of the cables have: one that more have is new in no paragraph."""
_NO_NUMBERS: Wide = np.empty(0, dtype=np.int64)
_NO_SCORES: Scores = np.empty(0, dtype=np.float64)


def hit(cable: Cable, found: Found, plan: Node, asked: Node, choose: Choose, load: Callable[[str], Cable], tagged: Lookup) -> Hit:
    """A hit as a page shows it. The plans have the forms of inflected words."""
    findings = Findings(cable, plan)
    ways = found_by(cable, asked, findings.lacking, load, tagged, empty=findings.empty)
    return Hit(found.key, found.score, cable, choose(findings), subject_highlights(cable, plan), ways)


def subject_highlights(cable: Cable, plan: Node) -> Highlights:
    """Where the words of the query stand in the subject."""
    text = CableText(_SUBJECT, [cable.subject or ""])
    places: set[int] = set()
    for node in dict.fromkeys(iter_evidence(plan)):
        if not isinstance(node, Paragraph | Mark):
            for _word, found in covered(node, text):
                places.update(found.tolist())
    return text.highlights(0, places)


class CableText(snippets.CableText):
    """Blocks of one field of one cable; the characters of a word by cutting all of its block."""

    def __init__(self, name: str, blocks: Sequence[str]) -> None:
        super().__init__(name, blocks)
        self._joints = [frozenset(analyse(block).joints) for block in blocks]

    def whole(self, word: Word, places: Wide) -> Wide:
        """Those of the places of ``word``, with all the parts of the further forms that begin there."""
        wide = wide_spans(self.places(word), self.last_parts(word))
        begun = np.isin(wide.first, places)
        return np.union1d(places, ranges(wide.first[begun], wide.last[begun] - wide.first[begun] + 1)) if begun.any() else places

    def highlights(self, block: int, places: set[int]) -> Highlights:
        """Character ranges of those of ``places`` that stand in a block; one for parts of a word."""
        start, end = int(self.starts[block]), int(self.ends[block])
        wanted = sorted(place - start for place in places if start <= place <= end)
        # Not `tokens`: what stands behind the last of them need not be read.
        tokens = list(itertools.islice(iter_tokens(self._blocks[block]), wanted[-1] + 1)) if wanted else []
        found: list[tuple[int, int]] = []
        for before, number in itertools.pairwise([-1, *wanted]):
            begun = found.pop()[0] if before == number - 1 and before in self._joints[block] else tokens[number].start
            found.append((begun, tokens[number].end))
        return tuple(found)


class Findings:
    """What the paragraphs of a cable have of a query.

    ``lacking``: the words, phrases and proximities that no paragraph has; what else of the cable may have them, `found_by` tells.
    """

    def __init__(self, cable: Cable, plan: Node) -> None:
        self._cable = cable
        self._text = text = CableText.of(cable)
        self.name = text.name
        self._paragraphs = paragraph_table(cable, text)
        self._conditions: Counter[int] = Counter()  # same-paragraph and mark expressions that hold, by paragraph
        self._by_word: dict[Word, set[int]] = {}
        self._marked: set[int] = set()
        self.block_ends = text.block_ends
        self.lacking: list[Node] = []
        for node in dict.fromkeys(iter_evidence(plan)):
            self._look_for(node)
        for reference in dict.fromkeys(iter_cited(cable, plan)):
            self._look_for_citations(reference)

    @property
    def empty(self) -> bool:
        """Whether no paragraph has anything of the query."""
        return not self._marked and not self._conditions

    def best(self, limit: int | None, rarity: Rarity) -> tuple[HitParagraph, ...]:
        """At most ``limit`` paragraphs that answer, the best first; ``None``: every one that has anything of the query.

        The first is one that the same-paragraph and mark expressions hold for; among those the best passage by the rarity of its words and
        how near they stand, as in ranking. Each further one adds most of the words that those before it lack, or has all that the first has;
        one with less would only repeat, and a word that most cables have adds nothing. Where no paragraph has anything of the query, the summary or else the first paragraph is shown,
        without highlights; a cable without paragraphs has none to show.
        """
        paragraphs = len(self._cable.paragraphs)
        ranked = list(itertools.islice(self._ranked(rarity, every=limit is None), paragraphs if limit is None else min(limit, paragraphs)))
        if not ranked and paragraphs and limit != 0:
            ranked = [_summary_paragraph(self._cable)]
        return tuple(map(self._shown, ranked))

    def matching(self) -> tuple[HitParagraph, ...]:
        """Every paragraph that has anything of the query, in text order.

        Of same-paragraph and mark expressions those that they hold for. None for a cable that was found by its head or its values alone.
        """
        return tuple(map(self._shown, self._numbers()))

    def _shown(self, number: int) -> HitParagraph:
        paragraph = self._cable.paragraphs[number]
        return HitParagraph(paragraph.number, paragraph.mark, paragraph.text, self._text.highlights(number, self._marked), number)

    def _numbers(self) -> list[int]:
        """The paragraphs that have anything of the query, in text order."""
        having = self._of_places(np.array(sorted(self._marked), dtype=np.int64)).tolist()
        return sorted({*having, *self._conditions})

    def _ranked(self, rarity: Rarity, *, every: bool) -> Iterator[int]:
        """Those paragraphs, the best first; ``every``: also what only repeats."""
        weighed = [Weighed(word, rarity(word)) for word in self._by_word]
        ends, scores = block_scores(weighed, self) if weighed else (_NO_NUMBERS, _NO_SCORES)
        passages = dict(zip(self._of_places(ends).tolist(), scores.tolist(), strict=True))
        words: dict[int, set[Weighed]] = {number: set() for number in self._numbers()}
        for each in weighed:
            for number in set(self._of_places(self.places(each.word)).tolist()):
                words[number].add(each)
        passages |= {number: next(iter(found)).rarity for number, found in words.items() if len(found) == 1}
        telling = {each for each in weighed if each.rarity >= _TELLING} or set(weighed)
        first: set[Weighed] | None = None
        shown = set[Weighed]()
        while words:
            new = {number: 0.0 if first is None else round(sum(each.rarity for each in found & telling - shown), 9) for number, found in words.items()}
            best = max(words, key=lambda number: (new[number] > 0, self._conditions[number], new[number], round(passages.get(number, 0.0), 9), -number))
            yield best
            found = words.pop(best)
            shown |= found
            first = found if first is None else first
            if not every:
                words = {number: found for number, found in words.items() if found & telling - shown or found >= first}


    def places(self, word: Word) -> Wide:
        """Where a word counts, rising."""
        return np.array(sorted(self._by_word.get(word, ())), dtype=np.int64)

    def _of_places(self, places: Wide) -> Wide:
        """The paragraph that each of ``places`` stands in."""
        numbers: Wide = np.searchsorted(self._text.starts, places, "right") - 1
        return numbers

    def _look_for(self, node: Node) -> None:
        """Note what the paragraphs have of one piece of evidence."""
        if isinstance(node, Paragraph | Mark):
            condition = node.child if isinstance(node, Paragraph) else node
            holding = paragraphs_where(condition, self._paragraphs, self._text)
            self._conditions.update(np.flatnonzero(holding).tolist())
            for inner in iter_evidence(condition):
                if not isinstance(inner, Mark):
                    self._note_words(inner, holding)
        elif not self._note_words(node, np.ones(len(self._paragraphs), dtype=np.bool_)):
            self.lacking.append(node)

    def _note_words(self, node: Node, allowed: Mask) -> bool:
        """Whether there was anything to note."""
        noted = False
        for word, places in covered(node, self._text):
            noted |= self._note(word, places[allowed[self._of_places(places)]].tolist())
        return noted

    def _look_for_citations(self, reference: Reference) -> None:
        """Note where the paragraphs name a cable that this one cites."""
        alone = len(self._cable.refs) == 1
        word = Word(reference.id or reference.raw, fields=(BODY,))
        for number, paragraph in enumerate(self._cable.paragraphs):
            for start, end in mentions(paragraph.text, reference, alone=alone):
                offset = int(self._text.starts[number])
                tokens = enumerate(iter_tokens(paragraph.text), start=offset)
                self._note(word, [place for place, token in tokens if start <= token.start < end])

    def _note(self, word: Word, places: list[int]) -> bool:
        self._marked.update(places)
        if places:
            self._by_word.setdefault(word, set()).update(places)
        return bool(places)


def covered(node: Node, text: CableText) -> Iterator[tuple[Word, Wide]]:
    """Each word of a position expression with its places inside the expression's spans."""
    found = spans(node, text)
    furthest = np.maximum.accumulate(found.last)
    for word in dict.fromkeys(iter_words(node)):
        if text.name not in word.fields:
            continue
        places = text.places(word)
        before = np.searchsorted(found.first, places, "right") - 1
        inside = before >= 0
        inside[inside] = places[inside] <= furthest[before[inside]]
        yield word, text.whole(word, places[inside])


def paragraph_table(cable: Cable, text: CableText) -> Paragraphs:
    """The paragraphs of one cable with their marks, as `paragraphs_where` wants them."""
    ranks = [scales.LEVEL.rank(paragraph.level) if paragraph.level else None for paragraph in cable.paragraphs]
    levels = np.array([-1 if rank is None else rank for rank in ranks], dtype=np.int64)
    caveats: dict[str, list[int]] = {}
    for number, paragraph in enumerate(cable.paragraphs):
        for caveat in paragraph.caveats:
            caveats.setdefault(caveat, []).append(number)
    return Paragraphs(text.starts, text.ends, levels, {name: np.array(numbers, dtype=np.int64) for name, numbers in caveats.items()})


def _summary_paragraph(cable: Cable) -> int:
    """Number of the paragraph that the summary stands in, or that is headed so; else the first."""
    opening = " ".join((cable.summary or "").split())[:_SUMMARY_START]
    for number, paragraph in enumerate(cable.paragraphs):
        if opening and opening in " ".join(paragraph.text.split()):
            return number
    headed = (number for number, paragraph in enumerate(cable.paragraphs) if (paragraph.heading or "").strip().lower().startswith("summary"))
    return next(headed, 0)
