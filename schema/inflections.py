"""Inflections: which base form a word is a form of, *precedent* of *precedents*, *negotiate* of *negotiated*.

Plurals and verb forms are inflections; derivations (*precedence*, *negotiation*), comparatives and other spellings are none. Two words belong
together if one is a base of the other, or both have the same base. A word may be a form of several: *leaves* of *leaf* and of *leave*.

Words are as `analysis` gives them: folded, without the possessive's ``'s``. What decides, in this order:

* Function words (*us*, *was*, *will*) have no forms here: they say nothing of a subject, and as many of them are acronyms (US, IS, WHO).
* Names have none: words that cables capitalise within a sentence (*Gates*, *Bush*, *United*) and names that look like plurals (*Adams*, *Brussels*).
* Irregular forms stand in a table: *met*, *crises*, *women*.
* Regular endings are taken off by rule, and what is left has to be a word of simplemma's English dictionary that has such forms.
* Words that the dictionary doesn't know may be plurals, where the ending is one that names seldom have: *poloffs*, but not *Hamas*, *Carlos*.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator

from reftel.schema.tables import read_table

_SHORTEST = 4  # letters of a form by rule; what the tables have may be shorter
_DOUBLES = re.compile(r"[^aeiou]*(?:qu)?[aeiou][^aeiouwxy]")  # hop, quit
_DOUBLED = re.compile(r"(.*[aeiou])([bdfglmnprstvz])\2")  # plann(ed), refer(red)
_PLURALS = (("women", "woman"), ("men", "man"), ("children", "child"))  # at the end of compounds: spokesmen
_BASE_OF_UNKNOWN = re.compile(r"[a-z]{2,}(?:[bdfghklmnprtvwz]|(?<!i)c|[aeo]y|ee|ite|ette|ista)")
_NUMBER = re.compile(r"\d+")
_ENDINGS = ("s", "ed", "ing", "men", "children")  # of forms by rule
_DECADE = re.compile(r"(?:\d\d)?\d0")

Lookup = Callable[[str], str]
"""The base form that a dictionary has for a word, in small letters; nothing for a word that it does not have. Capitals of the word count."""


def bases(word: str) -> tuple[str, ...]:
    """The words that ``word`` is a form of: ``"negotiated"`` -> ``("negotiate",)``; none of a base form, a name or a number.

    simplemma's dictionary is read when the first word needs it, which takes about half a second.
    """
    known = _settled(word)
    return _regular(word, _dictionary()) if known is None else known


def bases_of_each(words: Iterable[str]) -> list[tuple[str, ...]]:
    """The `bases` of each word. An index has many, most of which end like no form."""
    tables = {**irregular(), **dict.fromkeys(uninflected(), ())}
    return [tables[word] if word in tables else bases(word) if word.endswith(_ENDINGS) else () for word in words]


def possible_bases(word: str) -> tuple[str, ...]:
    """Words that those of `bases` are among, told without the dictionary: ``"trades"`` -> ``("trade", "trad")``."""
    known = _settled(word)
    return tuple(_cut(word)) if known is None else known


def related(first: str, second: str) -> bool:
    """Whether two words are forms of each other: one is a base of the other, or both are forms of a third."""
    return first == second or not {first, *bases(first)}.isdisjoint((second, *bases(second)))


@functools.cache
def irregular() -> dict[str, tuple[str, ...]]:
    """Irregular forms with their bases; words that only look like forms have none. ``"leaves"`` -> ``("leaf", "leave")``."""
    return {row["form"]: tuple(row["bases"].split()) for row in read_table("inflections")}


@functools.cache
def uninflected() -> frozenset[str]:
    """Function words and names: forms of no other word, and no other is a form of them."""
    return frozenset(row["word"] for row in read_table("uninflected"))


def _settled(word: str) -> tuple[str, ...] | None:
    """The bases of a word that needs no dictionary; ``None`` of one that does."""
    if word in uninflected():
        return ()
    if (found := irregular().get(word)) is not None:
        return found
    if _NUMBER.fullmatch(word, 0, len(word) - 1) and word.endswith("s"):  # F-16s; but the 1990s are not 1990
        return () if _DECADE.fullmatch(word, 0, len(word) - 1) else (word[:-1],)
    regular = len(word) >= _SHORTEST and word.isascii() and word.isalpha() and word.endswith(_ENDINGS)
    return None if regular else ()


def _cut(word: str) -> list[str]:
    """What a form may be made of by the rules of spelling, the likeliest first."""
    return [base for base in _all_cuts(word) if len(base) > 1 and base not in uninflected()]


def _all_cuts(word: str) -> Iterator[str]:
    if word.endswith("s"):
        yield from _cuts_of_s(word)
    elif word.endswith("ing"):
        yield from _cuts_of_verb(word[:-3])
    elif word.endswith("ed"):
        yield from _cuts_of_verb(word[:-2])
        if word.endswith("ied"):
            yield word[:-3] + "y"
    else:
        yield from (word.removesuffix(plural) + singular for plural, singular in _PLURALS if word.endswith(plural))


def _cuts_of_s(word: str) -> Iterator[str]:
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith(("xes", "zes", "ches", "shes", "oes", "ses")):
        yield word[:-2]
    if not word.endswith("ss"):
        yield word[:-1]
    if word.endswith(("sses", "zzes")):
        yield word[:-3]


def _cuts_of_verb(stub: str) -> Iterator[str]:
    if doubled := _DOUBLED.fullmatch(stub):
        yield doubled[1] + doubled[2]
    if not _DOUBLES.fullmatch(stub):  # hop makes hopped, so that hoped is of hope
        yield stub
    yield stub + "e"
    if stub.endswith("ck"):  # panicked
        yield stub[:-1]


def _regular(word: str, lemma: Lookup) -> tuple[str, ...]:
    """Those of `_cut` that the dictionary allows."""
    cut = _cut(word)
    own, name = lemma(word), lemma(word.capitalize())
    if own and own != word:
        return tuple(base for base in cut if base == own or _besides(base, own, word, lemma))
    if name and name != word:  # Iraqis, Americans
        return tuple(base for base in cut if base == name)
    if own:  # sales, trading: words of their own to the dictionary
        return tuple(base for base in cut if _has_form(base, word, lemma))[:1]
    return () if name else tuple(_of_unknown(word, cut, lemma)[:1])


def _besides(base: str, own: str, word: str, lemma: Lookup) -> bool:
    """Whether ``word`` is a form of ``base`` besides the one base that the dictionary has for it.

    The dictionary has rare or wrong ones for some: *developed* of *develope*, *fixes* of *fixe*, *travelling* of *travell*, *envying* of *envie*.
    """
    if lemma(base) != base:
        return False
    if base.endswith("y") and base[:-1] + "ie" == own:
        return len(base) >= _SHORTEST
    if own not in _cut(word):
        return False
    if word.endswith("s"):
        return base + "es" == word and base.endswith(("ss", "x", "z", "ch", "sh"))
    return (own == base + "e" and len(base) > 2) or (own == base + base[-1] and len(base) > _SHORTEST) or (base == own + "e" and _is_verb(base, lemma))


def _has_form(base: str, word: str, lemma: Lookup) -> bool:
    """Whether ``word``, which the dictionary has as a word of its own, is a form of ``base`` too."""
    if word.endswith("s"):
        return len(base) >= _SHORTEST and ((lemma(base) == base and not base.endswith("ic")) or base.endswith("ing"))  # economics; savings
    if lemma(base) != base or (word.endswith("ed") and word.startswith("un")) or word.endswith("eed"):  # unnamed; a seed is nothing seen
        return False
    return _is_verb(base, lemma)


def _is_verb(base: str, lemma: Lookup) -> bool:
    stubs = {base, base.removesuffix("e"), base + base[-1]}
    forms = {stub + ending for stub in stubs for ending in ("ed", "ing")} | {base[:-1] + "ied"}
    return base in _irregular_bases() or any(lemma(form) == base for form in forms)


@functools.cache
def _irregular_bases() -> frozenset[str]:
    return frozenset(base for found in irregular().values() for base in found)


def _of_unknown(word: str, cut: list[str], lemma: Lookup) -> list[str]:
    """The singular of a plural that the dictionary does not have."""
    if not word.endswith("s"):
        return []
    known = [base for base in cut if len(base) >= _SHORTEST and lemma(base) == base and not base.endswith("ic")]
    return known or [base for base in cut if base + "s" == word and _BASE_OF_UNKNOWN.fullmatch(base)] or [base for base in cut if word == base[:-1] + "ies"]


@functools.cache
def _dictionary() -> Lookup:
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory  # noqa: PLC0415 - a search rarely needs it

    found = DefaultDictionaryFactory().get_dictionary("en").get
    return lambda word: (found(word) or "").lower()
