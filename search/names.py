"""Names and their spellings: what a ``~name`` stands for in an archive, and a hint where a name has other spellings there.

A name of the table (`reftel.schema.spellings`) is worth a hint whenever a spelling that the question lacks finds more. For any other word the
archive's own words are asked, and only for one that finds few cables: of all 49 such hints on 1,123 real cables 45 named the same name.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeGuard

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.engine.cache import Budget, Cache
from reftel.schema.analysis import fold
from reftel.schema.analysis import words as words_of
from reftel.schema.fields import paragraph_field
from reftel.schema.spellings import MOST_WORDS, Name, alike, find_name, holds, shortest, sound
from reftel.schema.tagkinds import tag_kind
from reftel.search import plan
from reftel.search.advice import Advice, Instead, put
from reftel.search.query import tree
from reftel.search.query.checked import Part, Spellings, Words, children_of
from reftel.search.query.compile import compile_part

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.engines.base import Engine

_MOST_SHOWN = 6
_MOST_TAGS = 2
_MOST_NAMES = 8  # of one question that are looked at
_WORTH = 10  # a hint leads to a tenth more cables at least
_FEW = 3  # cables up to which a word that no table has is held against the archive's words
_MORE = 3  # times as many cables hold the other spelling
_LEAST = 5
_LONG = 6  # letters from which words that sound alike are seldom other words
_READ = 3  # cables that are read to see whether a word is a name
_BYTES = 1000  # of a note or hint with what it was asked with, about
_TAGS = "tags"
_CODES = ("geo", "subject", "programme")
_IN_SENTENCE = regex(r"(?<=[a-z,] )[^\W\d_]+")


@frozen
class _Asked:
    """Words of a question that may be a name: a word, a quoted text, or bare words side by side, which ``node`` asks for."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    node: tree.Node


@frozen
class _Hint:
    """What to say, the name to write at ``span`` instead, and how many more cables there are."""

    text: str
    name: str
    span: tree.Span
    gain: int


class Names:
    """Notes and hints on the names in questions to one archive. What was found out is kept, by the text of a question and by name."""

    def __init__(self, engine: Engine, load: Callable[[str], Cable], budget: Budget) -> None:
        self._engine, self._load = engine, load
        self._hints: Cache[tuple[str, ...]] = Cache(budget, lambda _hints: _BYTES)
        self._note_on = Cache[str](budget, lambda _note: _BYTES).over(self._stands_for)
        self._tags = functools.cache(self._all_tags)

    def notes(self, checked: tree.Node) -> tuple[str, ...]:
        """A note for every part of a ``~name``: what it stands for in the archive, with the number of cables that hold each spelling."""
        parts = dict.fromkeys((part, node.fields) for node in _iter(checked) for part in node.parts)
        return tuple([self._note_on(part, fields) for part, fields in parts])

    def _stands_for(self, part: Part, fields: tuple[str, ...]) -> str:
        if part.spellings:
            found = _counted(self._engine, part.spellings, fields)
            return f"~{part.written} stands for {_listed(found)}" if found else f"no cable has any of the {len(part.spellings)} spellings of {part.written}"
        words = self._engine.forms(plan.Word(part.written, "alike", fields=fields))
        found = _counted(self._engine, [(word,) for word in words], fields)
        what = f"the table of names has no '{part.written}'"
        return f"{what}: it stands for words that sound like it, {_listed(found)}" if found else f"{what}, and no word of the archive sounds like it"

    def hints(self, text: str, checked: tree.Node) -> tuple[str, ...]:
        """At most one hint on the question ``text``: the one that leads to the most further cables.

        None for a name of which the question has another spelling already.
        """
        return self._hints.get(text, lambda: self._best_hint(text, checked))

    def _best_hint(self, text: str, checked: tree.Node) -> tuple[str, ...]:
        names, others = [], []
        for asked in dict.fromkeys(_iter_asked(checked)):
            name = find_name(asked.words)
            if name:
                names.append((asked, name))
            elif len(asked.words) == 1:
                others.append(asked)
        written = Counter([shortest(name) for _asked, name in names])
        written.update([part.spellings for node in _iter(checked) for part in node.parts])
        hints = [self._spelled_otherwise(asked, name) for asked, name in names if written[shortest(name)] == 1][:_MOST_NAMES]
        hints += [self._sounding_alike(asked) for asked in others[:_MOST_NAMES]]
        best = max([hint for hint in hints if hint], key=lambda hint: hint.gain, default=None)
        return (Advice(best.text, [Instead(put(text, best.span, best.name))]),) if best else ()

    def _spelled_otherwise(self, asked: _Asked, name: Name) -> _Hint | None:
        """A name of the table, of which the archive has other spellings."""
        spellings = shortest(name)
        spelled = compile_part(Spellings((Part(name.name, spellings),), asked.fields))
        found, every = self._totals(asked, spelled)
        if (every - found) * _WORTH < max(found, 1):
            return None
        own = compile_part(asked.node)
        forms = self._engine.forms(own) if isinstance(own, plan.Word) else ()  # inflections are found already
        missing = [each for each in spellings if not holds(asked.words, each) and not (len(each) == 1 and each[0] in forms)]
        others = _counted(self._engine, missing, asked.fields)
        tags = self._tagged(lambda words: any(holds(words, each) for each in spellings))
        return _hint(asked, found, [spelling for spelling, _count in others], every, tags)

    def _sounding_alike(self, asked: _Asked) -> _Hint | None:
        """A word that few cables have, and one that sounds like it which many more have, both of them printed as names are."""
        word = asked.words[0]
        if len(word) < _LONG or not word.isalpha() or len(sound(word)) < _LONG // 2:  # "xxxxxxxx" is no name
            return None
        alike_words = plan.Word(word, "alike", fields=asked.fields)
        if not 0 < _total(self._engine, compile_part(asked.node)) <= _FEW:
            return None
        found, every = self._totals(asked, alike_words)
        if every < max(_LEAST, _MORE * found):
            return None
        others = [other for other in self._engine.forms(alike_words) if other != word]
        if not others or len(others[0]) < _LONG or not all(map(self._is_name, (word, others[0]))):
            return None
        return _hint(asked, found, others, every, self._tagged(lambda words: any(alike(word, each) for each in words)))

    def _totals(self, asked: _Asked, spelled: plan.Node) -> tuple[int, int]:
        """The cables found as the question has it, and with other spellings too."""
        own = compile_part(asked.node)
        return _total(self._engine, own), _total(self._engine, plan.Or((own, spelled)))

    def _is_name(self, word: str) -> bool:
        """Whether it is printed with a capital letter in the midst of sentences, as far as the first cables tell that hold it."""
        node = plan.Word(word, fields=(paragraph_field().name,))
        found = self._engine.answer(plan.Request(node, sort="id", limit=_READ)).found
        texts = [paragraph.text for hit in found for paragraph in self._load(hit.key).paragraphs if not paragraph.text.isupper()]
        printed = [written[0] for text in texts for written in _IN_SENTENCE.finditer(text) if fold(written[0]) == word]
        return bool(printed) and all(written[0].isupper() for written in printed)

    def _tagged(self, wanted: Callable[[tuple[str, ...]], bool]) -> list[str]:
        """The TAGS that are names and whose words are ``wanted``, as a query asks for them, with their number of cables."""
        return [f'tags:"{tag}" {count:,}' for tag, words, count in self._tags() if wanted(words)][:_MOST_TAGS]

    def _all_tags(self) -> list[tuple[str, tuple[str, ...], int]]:
        buckets = self._engine.answer(plan.Request(plan.Everything(), limit=0, facets=((_TAGS, None),))).facets[_TAGS]
        named = [bucket for bucket in buckets if tag_kind(bucket.value) not in _CODES]
        return [(bucket.value, tuple(words_of(bucket.value)), bucket.count) for bucket in named]


def _listed(found: Sequence[tuple[str, int]]) -> str:
    more = len(found) - _MOST_SHOWN
    return ", ".join([f"{spelling} {count:,}" for spelling, count in found[:_MOST_SHOWN]]) + (f" and {more:,} more" if more > 0 else "")


def _counted(engine: Engine, spellings: Sequence[tuple[str, ...]], fields: tuple[str, ...]) -> list[tuple[str, int]]:
    """The spellings that cables hold with the number of those, the commonest first."""
    known = engine.forms(plan.Word("", "spelled", fields=fields, spellings=tuple(dict.fromkeys(itertools.chain(*spellings)))))
    present = [words for words in spellings if set(words).issubset(known)]
    single = [words[0] for words in present if len(words) == 1]
    counts = list(zip(single, engine.count_words(plan.Everything(), single, fields) if single else (), strict=True))
    counts += [(" ".join(words), _total(engine, plan.Phrase(tuple([plan.Word(word, fields=fields) for word in words])))) for words in present if len(words) > 1]
    return sorted([(spelling, count) for spelling, count in counts if count], key=lambda found: (-found[1], found[0]))


def _total(engine: Engine, node: plan.Node) -> int:
    return engine.answer(plan.Request(node, limit=0)).total


def _hint(asked: _Asked, found: int, others: Sequence[str], every: int, tags: Sequence[str]) -> _Hint:
    word = " ".join(asked.words)
    query = f'~"{word}"' if len(asked.words) > 1 else f"~{word}"
    shown = ", ".join(others[:_MOST_SHOWN]) + (" …" if len(others) > _MOST_SHOWN else "")
    beside = f"; as TAGS {', '.join(tags)}" if tags else ""
    return _Hint(f"{word} {found:,}; with {shown} {every:,}: write '{query}'{beside}", query, asked.node.span, every - found)


def _iter_asked(node: tree.Node) -> Iterator[_Asked]:
    """What a question asks for without ``=``, wildcards and ``~``, word by word; of bare words side by side first the longest that is a name."""
    if _is_plain(node):
        yield _asked([node])
    children, place = children_of(node), 0
    while place < len(children):
        count = _words_of_name(children[place : place + MOST_WORDS]) if isinstance(node, tree.Juxtaposed) else 1
        if count > 1:
            yield _asked([child for child in children[place : place + count] if _is_plain(child)])
        else:
            yield from _iter_asked(children[place])
        place += count


def _words_of_name(nodes: Sequence[tree.Node]) -> int:
    """How many of ``nodes``, from the first on, are one name of the table together; 1 if none are."""
    run: list[tuple[str, ...]] = []
    for node in nodes:
        if not (_is_plain(node) and node.joins):
            break
        run.append(tuple([term.text for term in node.terms]))
    counts = range(len(run), 1, -1)
    return next((count for count in counts if find_name(tuple(itertools.chain(*run[:count])))), 1)


def _is_plain(node: tree.Node) -> TypeGuard[Words]:
    if not isinstance(node, Words) or node.written == "exact" or node.key is not None or node.slop is not None:
        return False
    return all(term.match == "exact" for term in node.terms)


def _asked(run: Sequence[Words]) -> _Asked:
    words = tuple([term.text for each in run for term in each.terms])
    return _Asked(words, run[0].fields, run[0] if len(run) == 1 else tree.And(tuple(run), span=(run[0].span[0], run[-1].span[1])))


def _iter(node: tree.Node) -> Iterator[Spellings]:
    """Every ``~name`` of a checked tree."""
    if isinstance(node, Spellings):
        yield node
    for child in children_of(node):
        yield from _iter(child)
