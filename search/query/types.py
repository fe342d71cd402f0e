"""Field types: how the values of a field are read, checked, completed and compiled.

A field names its type as its ``kind``; a type is a class here and a line in `TYPES`. So a line in ``schema/fields.py`` is a whole field, and
no other module of the query language knows a field by its name. A value that can't be meant is `Unreadable`; one that is looked for although
nothing is known by it gives a note.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from reftel.base.frozen import frozen
from reftel.base.patterns import regex
from reftel.schema import identifiers, scales
from reftel.schema.fields import FIELDS, Field, Kind, field_of_kind, fields_by_name, squash
from reftel.schema.posts import squash_name
from reftel.search import plan
from reftel.search.query.lexer import READ_OTHERWISE
from reftel.search.query.problems import Unreadable, did_you_mean, quote
from reftel.search.query.terms import has_wildcard

if TYPE_CHECKING:
    from reftel.schema.marking import Mark

Context = Literal["query", "text", "values"]
"""How what stands behind the colon is read: as a query of its own, as running text, or as values that commas may join."""

Completion = Literal["nothing", "known", "facet", "ids", "own"]
"""Where the values that a shell offers come from: nowhere, `FieldType.known`, the field's facet, the archive's ids, tags of one's own."""

MOST_WORDS_OF_A_VALUE = 32
"""Words that a value without quotes may have: ``C O N F I D E N T I A L SECTION 01 OF 02``."""

Ranks = tuple[int | None, int | None]

_SEPARATOR = regex(r"([,|])")

_WRITTEN = regex(r"\(?\w(?:[\w\s/.-]*\w)?\)?\.?")
"""What the name of a rank is made of; anything else beside it would have a meaning that it has not."""

_SECTION = regex(r"\s+SECTION\s+[0-9]{1,2}\s+OF\s+[0-9]{1,2}\s*$", re.IGNORECASE)
_SPACED_LETTERS = regex(r"(?<=\b\w) (?=\w\b)")
_RANGE_SIGN = regex(r"\.{2,3}|…| (?:to|-|–|—) ", re.IGNORECASE)

_KEY = regex(r"TEXT-[0-9A-F]{16}")  # what stands for an id where a cable has none
_SPACED_ID = regex(r"'?(?:[0-9]{2}|[0-9]{4})(?: ?[A-Z])+ ?[0-9]{1,7}[.,;:]?", re.IGNORECASE)
_MOST_WORDS_OF_A_POST = 5  # AMERICAN CONSULATE GENERAL SAO PAULO
_ID_HINT = "an id is written 08BAKU123, a part of one 08BAKU*"


@frozen
class Reading:
    """What a value stands for, and what the reader of the query should know about it."""

    node: plan.Node
    note: str | None = None


class FieldType:
    """What all types share: values joined by commas, without order.

    ``compares``: ``>`` and the like can be read. ``positions``: values are words with positions. ``inflects``: those of bare words inflect.
    ``in_paragraph``: may stand in the brackets of a paragraph. ``about_paragraphs``: its plan node speaks of one paragraph. ``help``: what
    docs/fields.md says of it.
    """

    context: Context = "values"
    compares = positions = inflects = in_paragraph = about_paragraphs = False
    help = ""

    def read(self, field: Field, text: str, op: str = "") -> Reading:
        """The plan node of ``field:text``, or of ``field:>=text`` where ``op`` is a comparison; `Unreadable` where that has no meaning."""
        text = text.strip()
        if op and not self.compares:
            raise Unreadable(f"{quote(field.name)} has no order to compare by", self.order_hint(field))
        if not any(character.isalnum() or character in "*?" for character in text):
            raise Unreadable(f"{quote(text)} is no value of {quote(field.name)}", example(field))
        result = self._read(field, op, text)
        return result if isinstance(result, Reading) else Reading(result)

    def spans(self, _field: Field, _text: str) -> bool:
        """Whether words with blanks between them, written without quotes, are one value: ``date:2008-01 to 2008-03``."""
        return False

    def known(self, _field: Field) -> Iterable[str]:
        """Every value that the field can have, if that is known beforehand."""
        return ()

    def completion(self, field: Field) -> Completion:
        """Where the values come from that a shell offers."""
        return "facet" if field.facet else "nothing"

    def written(self, value: str) -> str:
        """A value as a query has it between quotes; what can't be written there becomes a wildcard."""
        return READ_OTHERWISE.sub("?", value)

    def order_hint(self, _field: Field | None = None) -> str:
        """What to do about a comparison where there is no order."""
        names = [field.name for field in FIELDS if TYPES[field.kind].compares and not field.of]
        return f"{', '.join(names[:-1])} and {names[-1]} can be compared"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        raise TypeError(f"values of '{field.name}' are words, not read as {text!r} {op}")


def type_of(field: Field) -> FieldType:
    """The type of a field."""
    return TYPES[field.kind]


def words_of_value(field: Field | None, words: Sequence[str]) -> int:
    """How many of ``words``, from the first on, are one value or one list though no quotes stand around them; 1 where it is the first alone.

    Without a ``field`` they can be an id: ``08 BAKU 123``.
    """
    if field is None and not words[0][:2].isdigit():
        return 1
    texts = ((count, " ".join(words[:count])) for count in range(min(len(words), MOST_WORDS_OF_A_VALUE), 1, -1))
    return next((count for count, text in texts if values_in(field, text)), 1)


def values_in(field: Field | None, text: str) -> list[str]:
    """The values of a list and the separators between them, if a value has several words: ``"top secret,secret"`` -> ``top secret`` ``,`` ``secret``.

    Each as it stands there, with its blanks; a separator at the end has an empty text behind it. Nothing for a text that is no list, or whose
    values are single words.
    """
    pieces = _SEPARATOR.split(text)[: 2 * MOST_WORDS_OF_A_VALUE]
    found: list[str] = []
    start = 0
    while start < len(pieces):
        end = next((end for end in range(len(pieces), start, -2) if _is_value(field, pieces[start:end], first=not start)), 0)
        if not end:
            return []
        found += ["".join(pieces[start:end]), *pieces[end : end + 1]]
        start = end + 1
    return found if any(" " in value.strip() for value in found) else []


def _is_value(field: Field | None, pieces: Sequence[str], *, first: bool) -> bool:
    """Whether text, in ``pieces`` at its separators, is one value. A single word is one directly behind a separator only, and no text at the end."""
    text = "".join(pieces)
    if " " in text.strip():
        return bool(pieces[-1]) and (type_of(field).spans(field, text.strip()) if field else _spaced_id(text))
    return len(pieces) == 1 and (text == text.strip()) and not (first and not text)


# -- words ---------------------------------------------------------------------------------------------------


class NameType(FieldType):
    """Names: words as they are."""

    positions = True
    help = "names: words as they are, phrases"

    def written(self, value: str) -> str:
        """The words; a sign that would be read otherwise is a blank, since words are found without it."""
        return re.sub(r"[*?]+", " ", READ_OTHERWISE.sub(" ", value)).strip()


class TextType(NameType):
    """Running text: words with inflections."""

    context: Context = "text"
    inflects = True
    help = "running text: words with their inflections, phrases, proximity"


class ParagraphType(FieldType):
    """A query of its own that holds for one paragraph."""

    context: Context = "query"
    help = "all of the brackets in one and the same paragraph"


# -- whole values --------------------------------------------------------------------------------------------


class KeywordType(FieldType):
    """Whole values, as the field's ``normalise`` makes them."""

    help = "whole values; comma = or; `*` and `?` stand for letters"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:  # noqa: ARG002 - the types' signature
        value = field.normalise(text)
        return plan.ValuePattern(field.name, value) if has_wildcard(value) else plan.Value(field.name, (value,))


class ChoiceType(KeywordType):
    """One of the field's ``choices``; a field's alias stands for its name, as in ``has:signers``."""

    help = "one of the values listed below"

    def completion(self, field: Field) -> Completion:  # noqa: ARG002 - as in the other types
        """Known beforehand."""
        return "known"

    def known(self, field: Field) -> Iterable[str]:
        """The choices."""
        return field.choices

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        return super()._read(field, op, self._choice(field, field.normalise(text)))

    def _choice(self, field: Field, value: str) -> str:
        other = fields_by_name().get(value)
        if value not in field.choices and other and other.name in field.choices:
            return other.name
        if value in field.choices or (has_wildcard(value) and any(fnmatch.fnmatchcase(choice, value) for choice in field.choices)):
            return value
        hint = did_you_mean(value, field.choices, f"it takes {', '.join(field.choices)}")
        raise Unreadable(f"{quote(value)} is no value of {quote(field.name)}", hint)


class PeriodType(KeywordType):
    """A year or a month as a whole value, ``shape`` or a pattern of it."""

    help = "a period written out, `*` and `?` for digits"

    def __init__(self, shape: str) -> None:
        self._shape = re.compile(shape)

    def order_hint(self, field: Field | None = None) -> str:
        """Periods have an order, but another field compares by it."""
        assert field is not None
        return f"compare with {field.of}, as in {field.of}:>=2008"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        if not self._shape.fullmatch(text):
            hint = f"write {field.of}:{text}" if ".." in text else example(field)
            raise Unreadable(f"{quote(text)} is no {field.name}", hint)
        return super()._read(field, op, text)


class CaveatType(KeywordType):
    """Caveats, in the spelling of a caption or of a portion mark."""

    help = "caveats as captions or portion marks write them; comma = or; `*` and `?` stand for letters"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        caveats = _caveats_alone(text)
        if len(caveats) == 1 and caveats[0].startswith("REL ") and not has_wildcard(text):
            captioned = f"REL TO {caveats[0].removeprefix('REL ')}"  # captions keep the "TO", marks drop it
            return plan.Value(field.name, tuple(dict.fromkeys((caveats[0], captioned, field.normalise(text)))))
        return super()._read(field, op, caveats[0] if len(caveats) == 1 else text)


class PostType(KeywordType):
    """A post by its id letters, label or alias."""

    help = "a post: id letters, label or alias; comma = or; `*` and `?` stand for letters"

    def spans(self, _field: Field, text: str) -> bool:
        """``from:new delhi``, where ``new`` alone is no post."""
        post = identifiers.resolve_post(text) if text.count(" ") < _MOST_WORDS_OF_A_POST else None
        names = (post, *identifiers.post_names(post)) if post and not identifiers.resolve_post(text.split(maxsplit=1)[0]) else ()
        return any(squash_name(text).endswith(squash_name(name)) for name in names)

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:  # noqa: ARG002
        if has_wildcard(text):
            return plan.ValuePattern(field.name, squash(text))
        post = identifiers.resolve_post(text)
        if post is None:
            note = f"no post is known as {quote(text)}: only cables whose origin is written so are found"
            return Reading(plan.Value(field.name, (squash(text),)), note)
        _refuse_sign(text)
        known = any(squash_name(text).endswith(squash_name(name)) for name in (post, *identifiers.post_names(post)))
        return Reading(plan.Value(field.name, (post,)), None if known else f"{field.name}:{quote(text)} is read as {post}")


class TagType(FieldType):
    """A tag of one's own. No engine knows it: the searcher puts the cables that have it in its place."""

    help = "your own tags; comma = or; `*` and `?` stand for letters"

    def completion(self, field: Field) -> Completion:  # noqa: ARG002
        """A person's own."""
        return "own"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:  # noqa: ARG002
        return plan.Tagged((field.normalise(text),))


# -- cables --------------------------------------------------------------------------------------------------


class IdType(KeywordType):
    """The id of a cable in any spelling, or a pattern of ids."""

    help = "an id in any spelling; comma = or; `*` and `?` stand for letters"

    def completion(self, field: Field) -> Completion:
        """The archive's ids, or those that its cables cite."""
        return "facet" if field.facet else "ids"

    def spans(self, _field: Field, text: str) -> bool:
        """``id:08 BAKU 123``."""
        return _SPACED_ID.fullmatch(text) is not None and cable_key(text) is not None

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:  # noqa: ARG002
        return plan.ValuePattern(field.name, squash(text)) if is_pattern(text) else plan.Value(field.name, (_known_key(text),))


class ReferencesType(IdType):
    """Ids that cables cite."""

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        if _KEY.fullmatch(squash(text)):
            raise Unreadable(f"{quote(text)} is no cable id", "a cable without an id can't be cited")
        return super()._read(field, op, text)


class CitingType(IdType):
    """The ids of citing cables: what is found is what they cite."""

    help = "an id in any spelling; comma = or"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:  # noqa: ARG002
        if is_pattern(text):
            raise Unreadable(f"{quote(text)} is no whole cable id", "name each cable: " + field.examples[-1])
        return plan.CitedBy((_known_key(text),))


def cable_key(text: str) -> str | None:
    """How ids are held: the canonical id of any spelling, or the key of a cable without one, in capitals; ``None`` for anything else."""
    key = identifiers.named_cable(text)
    return squash(key) if key else None


def is_pattern(text: str) -> bool:
    """Whether wildcards stand for letters of an id; the ``?`` of a page's address is none."""
    return has_wildcard(text) and "://" not in text


def _spaced_id(text: str) -> bool:
    """Whether words of a query are an id as cables print it, ``08 BAKU 123``: two digits, a known post, a number."""
    key = identifiers.named_cable(text) if _SPACED_ID.fullmatch(text) and not text[2].isdigit() else None
    return key is not None and identifiers.resolve_post(identifiers.split_id(key)[1]) is not None


def _refuse_sign(text: str) -> None:
    """`Unreadable` for a sign inside quotes, which the reading of a name would pass over: ``from:"=baku"``."""
    if text[0] in "=<>!":
        raise Unreadable(f"{quote(text)} has a sign inside the quotes", f"write {quote(text.lstrip('=<>! '))}")


def _known_key(text: str) -> str:
    key = cable_key(text)
    if key is None:
        raise Unreadable(f"{quote(text)} is no cable id", _ID_HINT)
    _refuse_sign(text)
    return key


# -- scales --------------------------------------------------------------------------------------------------


class OrderedType(FieldType):
    """Names of the field's ``scale``, compared by rank."""

    compares = True
    help = "a scale: names of it, and `>` `>=` `<` `<=`"

    def completion(self, field: Field) -> Completion:  # noqa: ARG002
        """Known beforehand."""
        return "known"

    def known(self, field: Field) -> Iterable[str]:
        """Every spelling of the scale's names."""
        return field.scale.spellings() if field.scale else ()

    def spans(self, field: Field, text: str) -> bool:
        """``class:top secret``, ``class:C to S``, and a classification as printed: ``class:S E C R E T SECTION 01 OF 02``."""
        first, _sign, last = _ends_of_range(field, text)
        ends = [end for end in (first, last) if end]
        return bool(ends) and all(_rank_printed(field, end) for end in ends)

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        if text == "*" and not op:
            return plan.Range(field.name, None, None)
        first, dots, last = _ends_of_range(field, text)
        if op and dots:
            raise Unreadable(f"{quote(op + text)} compares with a range", "compare with one value, or write the range alone")
        if dots:
            return plan.Range(field.name, *_rank_range(field, text, first, last))
        rank, caveats = _rank_printed(field, text) or (_rank(field, text), ())
        level = plan.Range(field.name, *_ranks(_scale(field), op, text, rank))
        if op and caveats:
            raise Unreadable(f"{quote(text)} has caveats, which have no order", f"write {field.name}:{op}{_scale(field).names[rank]} {_as_terms(caveats)}")
        handling = field_of_kind("caveat")
        node = plan.And((level, *(type_of(handling).read(handling, caveat).node for caveat in caveats))) if caveats else level
        section = _SECTION.search(text)
        return Reading(node, f"{quote(text)} is read without {quote(section[0].strip())}" if section else None)


class MarkType(OrderedType):
    """``S``, ``S/NF``, ``NF`` alone (any level), ``*`` (any mark): the level's bounds and the caveats asked for."""

    in_paragraph = about_paragraphs = True
    help = "a portion mark: a level, caveats or both, and `>` `>=` `<` `<=`"

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        scale = _scale(field)
        top = len(scale.names) - 1
        if text == "*" and not op:
            return plan.Mark(0, top)
        mark = _parse_mark(text)
        if mark is None or mark.level is None:
            caveats = mark.caveats if mark else _caveats_alone(text)
            if caveats and not op:
                return plan.Mark(0, top, caveats)
            raise _no_mark(field, text, bool(caveats))
        lowest, highest = _ranks(scale, op, mark.level, scale.names.index(mark.level))
        return plan.Mark(0 if lowest is None else lowest, top if highest is None else highest, mark.caveats)


def _scale(field: Field) -> scales.Scale:
    assert field.scale is not None
    return field.scale


def _rank_range(field: Field, text: str, first: str, last: str) -> Ranks:
    lowest = _rank(field, first) if first else None
    highest = _rank(field, last) if last else None
    if lowest is not None and highest is not None and lowest > highest:
        raise Unreadable(f"{quote(text)} ends below its start", "write the lower value first")
    return lowest, highest


def _rank(field: Field, text: str) -> int:
    scale = _scale(field)
    rank = scale.rank(text) if _WRITTEN.fullmatch(text) else None
    if rank is not None:
        return rank
    level, slash, rest = text.strip("()").partition("/")
    if slash and scale.rank(level) is not None:
        hint = f"write {field.name}:{level} {_as_terms(re.split('/+', rest.strip('/')))}"
    else:
        hint = did_you_mean(text, scale.spellings(), "it takes " + ", ".join(scale.names))
    raise Unreadable(f"{quote(text)} is no value of {quote(field.name)}", hint)


def _rank_printed(field: Field, text: str) -> tuple[int, tuple[str, ...]] | None:
    """Rank and caveats of a name as cables print it: ``"SECRET//NOFORN"``, ``"(S/NF)"``, ``"C O N F I D E N T I A L SECTION 01 OF 02"``.

    Caveats belong to classifications alone, and stand behind a slash; ``None`` where any part of the text is unknown.
    """
    scale, plain = _scale(field), _SECTION.sub("", text)
    rank = scale.rank(plain) if _WRITTEN.fullmatch(plain) else None
    if rank is not None or scale is not scales.CLASSIFICATION or "/" not in plain:
        return None if rank is None else (rank, ())
    mark = _parse_mark(_SPACED_LETTERS.sub("", plain))
    return (scales.LEVEL.names.index(mark.level), mark.caveats) if mark and mark.level else None  # the two scales have the same steps


def _as_terms(caveats: Iterable[str]) -> str:
    name = field_of_kind("caveat").name
    return " ".join(f'{name}:"{caveat}"' if " " in caveat else f"{name}:{caveat}" for caveat in caveats)


def _ends_of_range(field: Field, text: str) -> tuple[str, str, str]:
    """What stands before, at and behind ``..`` or ``to``, which may be part of a printed name: ``SECRET//REL TO USA``."""
    sign = None if _rank_printed(field, text) else _RANGE_SIGN.search(text)
    return (text[: sign.start()].strip(), sign[0], text[sign.end() :].strip()) if sign else (text, "", "")


def _ranks(scale: scales.Scale, op: str, text: str, rank: int) -> Ranks:
    """Bounds of a comparison; a comparison that nothing can meet is `Unreadable`."""
    top = len(scale.names) - 1
    if op == ">" and rank == top:
        raise Unreadable(f"nothing is higher than {quote(text)}", "write >= to include it")
    if op == "<" and rank == 0:
        raise Unreadable(f"nothing is lower than {quote(text)}", "write <= to include it")
    bounds: dict[str, Ranks] = {
        "": (rank, rank), ">": (rank + 1, None), ">=": (rank, None), "<": (None, rank - 1), "<=": (None, rank),
    }  # fmt: skip
    return bounds[op]


def _caveats_alone(text: str) -> tuple[str, ...]:
    """Caveats of a mark written without a level: ``"NF"`` -> ``("NOFORN",)``; empty if it is none."""
    mark = _parse_mark(f"U/{text}")
    return mark.caveats if mark else ()


def _parse_mark(text: str) -> Mark | None:
    from reftel.schema.marking import parse_mark  # noqa: PLC0415 - only where a query has a mark

    return parse_mark(text)


def _no_mark(field: Field, text: str, caveats: bool) -> Unreadable:
    if caveats:
        return Unreadable(f"{quote(text)} has no level to compare by", f"write a level: {field.examples[-1]}")
    hint = did_you_mean(text, _scale(field).spellings(), "write a level and caveats: " + ", ".join(field.examples))
    return Unreadable(f"{quote(text)} is no portion mark", hint)


# -- dates ---------------------------------------------------------------------------------------------------


class DateType(FieldType):
    """A year, month, day, hour or minute, or a range of them."""

    compares = True
    help = "dates: a day, month, year, or a range `from..to`; either end may be left out"

    def spans(self, _field: Field, text: str) -> bool:
        """``date:2008-01 to 2008-03``, ``date:Feb 15, 2008``."""
        return _is_dated(text)

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        if text == "*" and not op:
            return plan.Range(field.name, None, None)
        from reftel.search.query.dates import read_range  # noqa: PLC0415 - only where a query has a date

        return _compared(field.name, op, text) if op else plan.Range(field.name, *read_range(text))


class BoundType(FieldType):
    """One date as a bound of the field that it is ``of``."""

    compares = True  # only to say what is wrong with it
    help = "one date: a day, month or year"

    def __init__(self, op: str) -> None:
        self._op = op

    def spans(self, _field: Field, text: str) -> bool:
        """``after:Feb 15, 2008``."""
        return _is_dated(text)

    def _read(self, field: Field, op: str, text: str) -> plan.Node | Reading:
        from reftel.search.query.dates import ends_of_range, is_dated  # noqa: PLC0415 - only where a query has a date

        if op or (ends_of_range(text)[1] and is_dated(text)):
            raise Unreadable(f"{quote(field.name)} takes one date", f"write {field.examples[0]}, or {field.of}:{op}{text}")
        return _compared(field.of, self._op, text)


def _is_dated(text: str) -> bool:
    from reftel.search.query.dates import is_dated  # noqa: PLC0415 - only where a query has a date

    return is_dated(text)


def _compared(name: str, op: str, text: str) -> plan.Node:
    from reftel.search.query.dates import read_comparison  # noqa: PLC0415 - only where a query has a date

    return plan.Range(name, *read_comparison(op, text))


# -- all of them ---------------------------------------------------------------------------------------------


def example(field: Field) -> str:
    """A hint that shows how a field is written."""
    return "write " + " or ".join(field.examples)


TYPES: dict[Kind, FieldType] = {
    "text": TextType(),
    "name": NameType(),
    "paragraph": ParagraphType(),
    "keyword": KeywordType(),
    "choice": ChoiceType(),
    "year": PeriodType(r"[0-9?]{4}|[0-9?]*\*[0-9?*]*"),
    "month": PeriodType(r"[0-9?]{4}-[0-9?]{2}|[0-9?-]*\*[0-9?*-]*"),
    "caveat": CaveatType(),
    "post": PostType(),
    "tag": TagType(),
    "id": IdType(),
    "references": ReferencesType(),
    "citing": CitingType(),
    "ordered": OrderedType(),
    "mark": MarkType(),
    "date": DateType(),
    "after": BoundType(">"),
    "before": BoundType("<"),
}
