"""Values of fields that are not running text: what stands after the colon, to a node of the plan.

One reader a kind of field, and one for each field that knows more about its values than its kind does. A value that can't be meant is
`Unreadable`; one that is looked for although nothing is known by it gives a note.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from reftel.frozen import frozen
from reftel.schema import identifiers, scales
from reftel.schema.fields import Field, fields_by_name, squash
from reftel.schema.posts import squash_name
from reftel.search import plan
from reftel.search.query.problems import Unreadable, did_you_mean, quote
from reftel.search.query.terms import has_wildcard

if TYPE_CHECKING:
    from reftel.schema.marking import Mark

_KEY = re.compile(r"TEXT-[0-9A-F]{16}")
_YEAR = re.compile(r"[0-9?]{4}|[0-9?]*\*[0-9?*]*")
_MONTH = re.compile(r"[0-9?]{4}-[0-9?]{2}|[0-9?-]*\*[0-9?*-]*")
_ID_HINT = "an id is written 08BAKU123, a part of one 08BAKU*"


@frozen
class Reading:
    """What a value stands for, and what the reader of the query should know about it."""

    node: plan.Node
    note: str | None = None


def read_value(field: Field, text: str, op: str = "") -> Reading:
    """The plan node of ``field:text``, or of ``field:>=text`` where ``op`` is a comparison."""
    text = text.strip()
    if op and field.name not in _ORDERED and field.kind not in ("ordered", "date"):
        raise Unreadable(f"{quote(field.name)} has no order to compare by", _order_hint(field))
    if not any(character.isalnum() or character in "*?" for character in text):
        raise Unreadable(f"{quote(text)} is no value of {quote(field.name)}", _example(field))
    reader = _READERS.get(field.name) or _KINDS[field.kind]
    result = reader(field, op, text)
    return result if isinstance(result, Reading) else Reading(result)


def cable_key(text: str) -> str | None:
    """How the field ``id`` holds a cable: the canonical id of any spelling, or the key of a cable without one, in capitals."""
    key = squash(text)
    return key if _KEY.fullmatch(key) else identifiers.canonical_id(text)


def merge(nodes: list[plan.Node], origin: plan.Origin) -> plan.Node:
    """Any of ``nodes``: one node where they are values of the same field, else `plan.Or`."""
    values = [node for node in nodes if isinstance(node, plan.Value)]
    if len(values) == len(nodes) and len({node.field for node in values}) == 1:
        return plan.Value(values[0].field, tuple(dict.fromkeys(value for node in values for value in node.values)), origin=origin)
    return plan.Or(tuple(nodes), origin=origin)


# -- readers by kind -----------------------------------------------------------------------------------------


def _keyword(field: Field, _op: str, text: str) -> plan.Node:
    value = field.normalise(text)
    if field.choices:
        value = _choice(field, value)
    return plan.ValuePattern(field.name, value) if has_wildcard(value) else plan.Value(field.name, (value,))


def _choice(field: Field, value: str) -> str:
    """One of the field's choices; a field's alias stands for its name, as in ``has:signers``."""
    other = fields_by_name().get(value)
    if value not in field.choices and other and other.name in field.choices:
        return other.name
    if value in field.choices or (has_wildcard(value) and any(fnmatch.fnmatchcase(choice, value) for choice in field.choices)):
        return value
    known = ", ".join(field.choices)
    raise Unreadable(f"{quote(value)} is no value of {quote(field.name)}", did_you_mean(value, field.choices, f"it takes {known}"))


def _ordered(field: Field, op: str, text: str) -> plan.Node:
    assert field.scale is not None
    if text == "*" and not op:
        return plan.Range(field.name, None, None)
    first, dots, last = text.partition("..")
    if op and dots:
        raise Unreadable(f"{quote(op + text)} compares with a range", "compare with one value, or write the range alone")
    if not dots:
        lowest, highest = _ranks(field, op, text, _rank(field, text))
        return plan.Range(field.name, lowest, highest)
    return _rank_range(field, text, first, last)


def _rank_range(field: Field, text: str, first: str, last: str) -> plan.Node:
    if not first and not last:
        raise Unreadable(f"{quote(text)} has neither a first nor a last value", _example(field))
    lowest = _rank(field, first) if first else None
    highest = _rank(field, last) if last else None
    if lowest is not None and highest is not None and lowest > highest:
        raise Unreadable(f"{quote(text)} ends below its start", "write the lower value first")
    return plan.Range(field.name, lowest, highest)


def _rank(field: Field, text: str) -> int:
    assert field.scale is not None
    rank = field.scale.rank(text)
    if rank is not None:
        return rank
    level, slash, rest = text.partition("/")
    if slash and field.scale.rank(level) is not None:
        hint = f"write {field.name}:{level} caveat:{rest.lstrip('/')}"
    else:
        hint = did_you_mean(text, field.scale.spellings(), "it takes " + ", ".join(field.scale.names))
    raise Unreadable(f"{quote(text)} is no value of {quote(field.name)}", hint)


def _ranks(field: Field, op: str, text: str, rank: int) -> tuple[int | None, int | None]:
    """Bounds of a comparison; a comparison that nothing can meet is `Unreadable`."""
    assert field.scale is not None
    top = len(field.scale.names) - 1
    if op == ">" and rank == top:
        raise Unreadable(f"nothing is higher than {quote(text)}", "write >= to include it")
    if op == "<" and rank == 0:
        raise Unreadable(f"nothing is lower than {quote(text)}", "write <= to include it")
    bounds: dict[str, tuple[int | None, int | None]] = {
        "": (rank, rank), ">": (rank + 1, None), ">=": (rank, None), "<": (None, rank - 1), "<=": (None, rank),
    }  # fmt: skip
    return bounds[op]


def _date(field: Field, op: str, text: str) -> plan.Node:
    if text == "*" and not op:
        return plan.Range(field.name, None, None)
    from reftel.search.query.dates import read_range  # noqa: PLC0415 - only where a query has a date

    return _compared(field.name, op, text) if op else plan.Range(field.name, *read_range(text))


def _compared(name: str, op: str, text: str) -> plan.Node:
    from reftel.search.query.dates import read_comparison  # noqa: PLC0415 - as above

    return plan.Range(name, *read_comparison(op, text))


# -- readers by field ----------------------------------------------------------------------------------------


def _after(field: Field, op: str, text: str) -> plan.Node:
    return _compared("date", _only_date(field, op, text, ">"), text)


def _before(field: Field, op: str, text: str) -> plan.Node:
    return _compared("date", _only_date(field, op, text, "<"), text)


def _only_date(field: Field, op: str, text: str, meant: str) -> str:
    if op or ".." in text:
        raise Unreadable(f"{quote(field.name)} takes one date", f"write {field.examples[0]}, or date:{op}{text}")
    return meant


def _year(field: Field, op: str, text: str) -> plan.Node:
    return _shaped(field, op, text, _YEAR)


def _month(field: Field, op: str, text: str) -> plan.Node:
    return _shaped(field, op, text, _MONTH)


def _shaped(field: Field, op: str, text: str, shape: re.Pattern[str]) -> plan.Node:
    if not shape.fullmatch(text):
        hint = f"write date:{text}" if ".." in text else _example(field)
        raise Unreadable(f"{quote(text)} is no {field.name}", hint)
    return _keyword(field, op, text)


def _id(field: Field, _op: str, text: str) -> plan.Node:
    if has_wildcard(text):
        return plan.ValuePattern(field.name, squash(text))
    return plan.Value(field.name, (_known_key(text),))


def _refs(field: Field, op: str, text: str) -> plan.Node:
    if _KEY.fullmatch(squash(text)):
        raise Unreadable(f"{quote(text)} is no cable id", "a cable without an id can't be cited")
    return _id(field, op, text)


def _citedby(_field: Field, _op: str, text: str) -> plan.Node:
    if has_wildcard(text):
        raise Unreadable(f"{quote(text)} is no whole cable id", "name each cable: citedby:08BAKU123,08BAKU124")
    return plan.CitedBy((_known_key(text),))


def _known_key(text: str) -> str:
    key = cable_key(text)
    if key is None:
        raise Unreadable(f"{quote(text)} is no cable id", _ID_HINT)
    return key


def _from(field: Field, _op: str, text: str) -> plan.Node | Reading:
    if has_wildcard(text):
        return plan.ValuePattern(field.name, squash(text))
    post = identifiers.resolve_post(text)
    if post is None:
        note = f"no post is known as {quote(text)}: only cables whose origin is written so are found"
        return Reading(plan.Value(field.name, (squash(text),)), note)
    known = any(squash_name(text).endswith(squash_name(name)) for name in (post, *identifiers.post_names(post)))
    return Reading(plan.Value(field.name, (post,)), None if known else f"{field.name}:{quote(text)} is read as {post}")


def _mine(field: Field, _op: str, text: str) -> plan.Node:
    """A tag of one's own. No engine knows it: the searcher puts the cables that have it in its place."""
    tag = field.normalise(text)
    return plan.ValuePattern(field.name, tag) if has_wildcard(tag) else plan.Value(field.name, (tag,))


def _caveat(field: Field, op: str, text: str) -> plan.Node:
    caveats = _caveats_alone(text)
    if len(caveats) == 1 and caveats[0].startswith("REL ") and not has_wildcard(text):
        return plan.Value(field.name, tuple(dict.fromkeys((caveats[0], field.normalise(text)))))  # captions keep "REL TO", marks drop the "TO"
    return _keyword(field, op, caveats[0] if len(caveats) == 1 else text)


def _mark(field: Field, op: str, text: str) -> plan.Node:
    """``S``, ``S/NF``, ``NF`` alone (any level), ``*`` (any mark): the level's bounds and the caveats asked for."""
    assert field.scale is not None
    top = len(scales.LEVEL.names) - 1
    if text == "*" and not op:
        return plan.Mark(0, top)
    mark = _parse_mark(text)
    if mark is None or mark.level is None:
        caveats = mark.caveats if mark else _caveats_alone(text)
        if caveats and not op:
            return plan.Mark(0, top, caveats)
        raise _no_mark(text, bool(caveats))
    level = scales.LEVEL.names.index(mark.level)
    lowest, highest = _ranks(field, op, mark.level, level)
    return plan.Mark(0 if lowest is None else lowest, top if highest is None else highest, mark.caveats)


def _caveats_alone(text: str) -> tuple[str, ...]:
    """Caveats of a mark written without a level: ``"NF"`` -> ``("NOFORN",)``; empty if it is none."""
    mark = _parse_mark(f"U/{text}")
    return mark.caveats if mark else ()


def _parse_mark(text: str) -> Mark | None:
    from reftel.schema.marking import parse_mark  # noqa: PLC0415 - only where a query has a mark

    return parse_mark(text)


def _no_mark(text: str, caveats: bool) -> Unreadable:
    if caveats:
        return Unreadable(f"{quote(text)} has no level to compare by", "write a level: mark:>=C")
    hint = did_you_mean(text, scales.LEVEL.spellings(), "write a level and caveats: mark:S, mark:S/NF, mark:>=C")
    return Unreadable(f"{quote(text)} is no portion mark", hint)


# -- hints ---------------------------------------------------------------------------------------------------


def _order_hint(field: Field) -> str:
    if field.name in ("year", "month"):
        return "compare with date, as in date:>=2008"
    return "class, prec, mark, date and decl can be compared"


def _example(field: Field) -> str:
    return "write " + " or ".join(field.examples)


Reader = Callable[[Field, str, str], "plan.Node | Reading"]

_KINDS: dict[str, Reader] = {"keyword": _keyword, "ordered": _ordered, "date": _date}
_READERS: dict[str, Reader] = {
    "after": _after, "before": _before, "year": _year, "month": _month, "id": _id, "refs": _refs, "citedby": _citedby, "from": _from,
    "caveat": _caveat, "mark": _mark, "mine": _mine,
}  # fmt: skip
_ORDERED = ("mark", "after", "before")
