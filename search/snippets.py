"""The paragraphs of hits that answer a query best, and where their words stand.

Words are highlighted where they count: those of a phrase or a proximity only where it stands, those of a same-paragraph expression only
in the paragraphs that it holds for. The evaluation is that of the engine, for some cables at once: over the places that an index has, or over the
words of one cable.
"""

from __future__ import annotations

import bisect
import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

import numpy as np

from reftel.engine.arrays import Mask, Wide, found_in, ranges
from reftel.schema import scales
from reftel.schema.analysis import LAST_PART, analyse_blocks, iter_tokens
from reftel.schema.cable import Cable, Reference
from reftel.schema.stored import Stored
from reftel.search.citing import iter_cited, mentions
from reftel.search.matching import fixed_prefix, matching
from reftel.search.paragraphorder import Noted, ParagraphOrder, Rarity
from reftel.search.paragraphs import BODY, Paragraphs, ParagraphTexts, paragraphs_where
from reftel.search.plan import Mark, Node, Paragraph, Word
from reftel.search.positions import FieldText, spans, together, wide_spans, words_at
from reftel.search.results import Highlights, HitParagraph
from reftel.search.tokens import LetterSearch, marked_ranges
from reftel.search.walk import iter_evidence, iter_words

Forms = Callable[[Word], Sequence[str]]
"""The words that cables have for one of a query."""

_SUMMARY_START = 60
_LAST = chr(0x10FFFF)
_NO_WORD = ""  # stands between two blocks


def matching_paragraphs(cable: Cable, plan: Node) -> tuple[HitParagraph, ...]:
    """Every paragraph of ``cable`` that has anything of the query, in text order; see `Findings.matching`."""
    return findings_of(cable, plan).matching(0, Stored.of(cable))


def findings_of(cable: Cable, plan: Node, rarity: Rarity = lambda _word: 1.0) -> Findings:
    """What the paragraphs of one cable have of a query."""
    found = Findings(paragraph_texts(cable), plan, rarity)
    found.look_for_citations(0, cable)
    return found


def paragraph_texts(cable: Cable) -> ParagraphTexts:
    """The words of the paragraphs of one cable."""
    text = CableText.of(cable)
    return ParagraphTexts(text, paragraph_table(cable, text), np.zeros(len(cable.paragraphs), dtype=np.int64), 1)


def places_in_subjects(text: FieldText, plan: Node) -> Iterator[tuple[Word, Wide]]:
    """The places of a query's words in subjects, of each word by itself."""
    for node in dict.fromkeys(iter_evidence(plan)):
        if not isinstance(node, Paragraph | Mark):
            yield from covered(node, text)


class CableText:
    """Blocks of one field of one cable, as `spans` wants them: document 0, one empty position between two blocks."""

    def __init__(self, name: str, blocks: Sequence[str]) -> None:
        self.name = name
        self._blocks = blocks
        texts = analyse_blocks(blocks)
        lengths = np.array([len(text.words) for text in texts], dtype=np.int64)
        self.starts: Wide = np.cumsum(lengths + 1) - (lengths + 1)
        self.ends: Wide = self.starts + lengths - 1
        self._words: list[str] = []  # by place
        self._joined: dict[str, list[int]] = {}
        for start, text in zip(self.starts.tolist(), texts, strict=True):
            self._words += (*text.words, _NO_WORD)
            for place, word in text.further:
                self._joined.setdefault(word, []).append(start + place)
        self._terms = sorted({*self._words, *self._joined} - {_NO_WORD})
        self.places = functools.cache(self._find)
        self.last_parts = functools.cache(self._find_last_parts)

    @classmethod
    def of(cls, cable: Cable) -> Self:
        """The paragraphs of a cable."""
        return cls(BODY, [paragraph.text for paragraph in cable.paragraphs])

    def _find(self, word: Word) -> Wide:
        found = {place for term in self._matching(word) for place in self._places(term)}
        return np.array(sorted(found), dtype=np.int64)

    def _find_last_parts(self, word: Word) -> Wide:
        found = {place for term in self._matching(word) for place in self._joined.get(LAST_PART + term, ())}
        return np.array(sorted(found), dtype=np.int64)

    def _matching(self, word: Word) -> list[str]:
        prefix = fixed_prefix(word)
        low, high = bisect.bisect_left(self._terms, prefix), bisect.bisect_right(self._terms, prefix + _LAST)
        return matching(word, self._terms[low:high])

    def _places(self, term: str) -> Iterator[int]:
        yield from self._joined.get(term, ())
        place = -1
        with contextlib.suppress(ValueError):  # of the search behind the last one
            while True:
                place = self._words.index(term, place + 1)
                yield place

    def block_ends(self, places: Wide) -> Wide:
        """For each place the last place of its block."""
        return self.ends[np.searchsorted(self.starts, places, "right") - 1]

    def highlights(self, block: int, places: set[int]) -> Highlights:
        """Character ranges of those of ``places`` that stand in a block; one for parts of a word."""
        start, end = int(self.starts[block]), int(self.ends[block])
        return marked_ranges(self._blocks[block], sorted(place - start for place in places if start <= place <= end))


class Findings:
    """What the paragraphs of some cables have of a query.

    ``forms`` gives the words that cables have for one of the query; without it each paragraph shown is cut into words.
    """

    def __init__(self, texts: ParagraphTexts, plan: Node, rarity: Rarity, forms: Forms | None = None) -> None:
        self._texts, self._plan, self._rarity, self._forms = texts, plan, rarity, forms
        self._conditions: Wide | None = None  # same-paragraph and mark expressions that hold, by paragraph
        self._noted: list[Noted] = []
        self._having: list[tuple[Node, Mask]] = []  # words, phrases and proximities, and the cables that have them in a paragraph
        for node in dict.fromkeys(iter_evidence(plan)):
            self._look_for(node)

    def _look_for(self, node: Node) -> None:
        """Note what the paragraphs have of one piece of evidence."""
        if isinstance(node, Paragraph | Mark):
            condition = node.child if isinstance(node, Paragraph) else node
            holding = paragraphs_where(condition, self._texts.paragraphs, self._texts.text)
            self._conditions = holding.astype(np.int64) if self._conditions is None else self._conditions + holding
            for inner in iter_evidence(condition):
                if not isinstance(inner, Mark):
                    self._note_words(inner, holding)
        else:
            self._having.append((node, self._note_words(node, None)))

    def _note_words(self, node: Node, allowed: Mask | None) -> Mask:
        """The cables that there was anything to note of."""
        having = np.zeros(self._texts.cables, dtype=np.bool_)
        for word, places in covered(node, self._texts.text):
            numbers = self._texts.numbers(places)
            kept = None if allowed is None else allowed[numbers]
            self._noted.append((word, places, numbers) if kept is None else (word, places[kept], numbers[kept]))
            numbers = self._noted[-1][2]
            having[self._texts.owners[numbers]] = True
        return having

    def look_for_citations(self, cable: int, record: Cable) -> None:
        """Note where the paragraphs of a cable name one that it cites and that is asked for."""
        for reference in dict.fromkeys(iter_cited(record, self._plan)):
            places = sorted(self._mentions(self._texts.first[cable], record, reference))
            found = np.array(places, dtype=np.int64)
            self._noted.append((Word(reference.id or reference.raw, fields=(BODY,)), found, self._texts.numbers(found)))

    def _mentions(self, first: int, cable: Cable, reference: Reference) -> Iterable[int]:
        alone = len(cable.refs) == 1
        found: set[int] = set()
        for number, paragraph in enumerate(cable.paragraphs):
            marked = list(mentions(paragraph.text, reference, alone=alone))
            offset = int(self._texts.paragraphs.starts[first + number])
            tokens = iter_tokens(paragraph.text) if marked else ()
            found.update(offset + place for place, token in enumerate(tokens) if any(start <= token.start < end for start, end in marked))
        return found

    def empty(self, cable: int) -> bool:
        """Whether no paragraph of a cable has anything of the query."""
        return not self._numbers[cable]

    def lacking(self, cable: int) -> list[Node]:
        """The words, phrases and proximities that no paragraph of a cable has; `found_by` says what else of it may have them."""
        return [node for node, having in self._having if not having[cable]]

    @property
    def lacked(self) -> Iterator[tuple[Node, Mask]]:
        """Each word, phrase and proximity that some cables lack, with those."""
        return ((node, ~having) for node, having in self._having if not having.all())

    def best(self, cable: int, record: Stored, limit: int | None) -> tuple[HitParagraph, ...]:
        """At most ``limit`` paragraphs of a cable that answer, the best first; ``None``: every one that has anything of the query.

        The first is one that the same-paragraph and mark expressions hold for; among those the best passage by the rarity of its words and
        how near they stand, as in ranking. Each further one adds most of the words that those before it lack, or has all that the first has;
        one with less would only repeat, and a word that most cables have adds nothing. Where no paragraph has anything of the query, the
        summary or else the first paragraph is shown, without highlights; a cable without paragraphs has none to show.
        """
        ranked = self._order.ranked(self._numbers[cable], limit)
        if not ranked and self._texts.counts[cable] and limit != 0:
            ranked = [self._texts.first[cable] + _summary_paragraph(record.cable)]
        return self._shown(ranked, cable, record)

    def matching(self, cable: int, record: Stored) -> tuple[HitParagraph, ...]:
        """Every paragraph of a cable that has anything of the query, in text order.

        Of same-paragraph and mark expressions those that they hold for. None for a cable that was found by its head or its values alone.
        """
        return self._shown(self._numbers[cable], cable, record)

    def _shown(self, numbers: Sequence[int], cable: int, record: Stored) -> tuple[HitParagraph, ...]:
        first, shown, search = self._texts.first[cable], [], self._search
        for number in numbers:
            paragraph, marks = record.paragraph(number - first), self._marks.of(number)
            if not marks:
                highlights: Highlights = ()
            elif search is not None:
                highlights = search.marked_ranges(paragraph.text, *self._standing.with_words(number), marks)
            else:
                highlights = marked_ranges(paragraph.text, marks)
            shown.append(HitParagraph(paragraph.number, paragraph.mark, paragraph.text, highlights, number - first))
        return tuple(shown)

    @functools.cached_property
    def _order(self) -> ParagraphOrder:
        return ParagraphOrder(self._texts, self._noted, self._conditions, self._rarity)

    @functools.cached_property
    def _marks(self) -> _ByParagraph:
        """The places of all words that count."""
        return _ByParagraph([places for _word, places, _numbers in self._noted], self._texts)

    @functools.cached_property
    def _search(self) -> LetterSearch | None:
        return None if self._forms is None else LetterSearch(self._words, self._forms)

    @functools.cached_property
    def _standing(self) -> _ByParagraph:
        """All places of the words that are looked for, whether or not they count."""
        return self._marks if self._all_count else _ByParagraph(list(map(self._texts.text.places, self._words)), self._texts)

    @functools.cached_property
    def _words(self) -> list[Word]:
        """The words that are looked for, those of `_marks` where all of their places count."""
        words = [word for word, _places, _numbers in self._noted]
        return words if self._all_count else list(dict.fromkeys(words))

    @functools.cached_property
    def _all_count(self) -> bool:
        places = self._texts.text.places
        return all(own is places(word) for word, own, _numbers in self._noted)

    @functools.cached_property
    def _numbers(self) -> list[list[int]]:
        """By cable the paragraphs that have anything of the query, in text order."""
        having = self._marks.having if self._conditions is None else self._marks.having | (self._conditions > 0)
        numbers: list[list[int]] = [[] for _ in range(self._texts.cables)]
        found = having.nonzero()[0]
        for number, owner in zip(found.tolist(), self._texts.owners[found].tolist(), strict=True):
            numbers[owner].append(number)
        return numbers


class _ByParagraph:
    """Places by paragraph. ``parts``: those of each word."""

    def __init__(self, parts: Sequence[Wide], texts: ParagraphTexts) -> None:
        self._parts = parts
        self._places = together(parts)
        numbers, starts = texts.numbers(self._places), texts.paragraphs.starts
        counts = np.bincount(numbers, minlength=len(starts))
        self.having: Mask = counts > 0
        self._ends: list[int] = np.cumsum(counts).tolist()
        self._marks: list[int] = (self._places - starts[numbers]).tolist()

    def of(self, number: int) -> list[int]:
        """The places in a paragraph, counted from its first word."""
        return self._marks[self._ends[number - 1] if number else 0 : self._ends[number]]

    def with_words(self, number: int) -> tuple[list[int], list[int]]:
        """As `of`, and at each place the words: a number in which each has a bit."""
        begin, end = self._ends[number - 1] if number else 0, self._ends[number]
        return self._marks[begin:end], self._words[begin:end]

    @functools.cached_property
    def _words(self) -> list[int]:
        return words_at(self._places, self._parts)


def covered(node: Node, text: FieldText) -> Iterator[tuple[Word, Wide]]:
    """Each word of a position expression with its places inside the expression's spans."""
    words = [word for word in dict.fromkeys(iter_words(node)) if text.name in word.fields]
    if isinstance(node, Word) or not words:
        yield from ((word, _whole(word, text.places(word), text)) for word in words)
        return
    found = spans(node, text)
    furthest = np.maximum.accumulate(found.last)
    for word in words:
        places = text.places(word)
        before = np.searchsorted(found.first, places, "right") - 1
        inside = before >= 0
        inside[inside] = places[inside] <= furthest[before[inside]]
        yield word, _whole(word, places[inside], text)


def _whole(word: Word, places: Wide, text: FieldText) -> Wide:
    """Those of the places of ``word``, with all the parts of the further forms that begin there."""
    wide = wide_spans(text.places(word), text.last_parts(word))
    begun = found_in(places, wide.first)[1]
    return together([places, ranges(wide.first[begun], wide.last[begun] - wide.first[begun] + 1)]) if begun.any() else places


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
