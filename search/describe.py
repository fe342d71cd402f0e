"""A plan node in a few words, for ``explain``."""

from __future__ import annotations

import datetime

from reftel.schema.errors import QueryTooBroad
from reftel.schema.fields import field_of_kind, fields_by_name
from reftel.search import plan

_MATCHES = {
    "exact": "word {}", "inflected": "word {} with inflections", "prefix": "words that start with {}", "wildcard": "words like {}",
    "alike": "words that sound like {}",
}  # fmt: skip
_SHOWN_VALUES = 20  # a list of ids may have thousands
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def describe(node: plan.Node) -> str:
    """What ``node`` itself asks, without its children. ``Range("date", 0, None)`` -> ``"date from 1970-01-01 00:00"``."""
    match node:
        case plan.Word():
            return f"{_word(node)} in {', '.join(node.fields)}"
        case plan.Near(distance=distance, ordered=ordered):
            return f"at most {distance} apart, {'in this order' if ordered else 'in either order'}"
        case plan.Mark(lowest=lowest, highest=highest, caveats=caveats):
            return " ".join(filter(None, ("paragraph marked", _levels(lowest, highest), *caveats)))
        case plan.Value(field=field, values=values):
            more = len(values) - _SHOWN_VALUES
            return f"{field} is {' or '.join(values[:_SHOWN_VALUES])}" + (f" or {more:,} more" if more > 0 else "")
        case plan.Tagged(tags=tags):
            return f"tagged {' or '.join(tags)}"
        case plan.ValuePattern(field=field, pattern=pattern):
            return f"{field} is like {pattern}"
        case plan.Range(field=field, lowest=lowest, highest=highest):
            bounds = (("from", lowest), ("to", highest))
            return f"{field} " + " ".join(f"{word} {bound_text(field, value)}" for word, value in bounds if value is not None)
        case plan.CitedBy(ids=ids):
            return f"cited by {' or '.join(ids)}"
        case plan.Prefer(bonuses=bonuses):
            return f"prefer {len(bonuses)} of the parts below"
        case plan.Neighbours(phrases=phrases):
            return f"the order counts {len(phrases)} of the parts below"
        case _:
            return _PLAIN[type(node)]


def too_broad(node: plan.Node, message: str, hint: str) -> QueryTooBroad:
    """The error for a node that would take too much. An engine knows no query text, so it shows the node in words."""
    shown = describe(node)
    return QueryTooBroad(message, text=shown, start=0, end=len(shown), hint=hint)


_PLAIN: dict[type[plan.Node], str] = {
    plan.And: "all of", plan.Or: "any of", plan.AnyOf: "any of", plan.Not: "not", plan.Phrase: "phrase", plan.Paragraph: "in one paragraph",
    plan.Everything: "everything", plan.Nothing: "nothing",
}  # fmt: skip


def _word(word: plan.Word) -> str:
    if word.match == "spelled":
        return f"any of the words {', '.join(word.spellings)}" if len(word.spellings) > 1 else f"word {word.text}"
    return f"words at most {word.distance} letters from {word.text}" if word.match == "fuzzy" else _MATCHES[word.match].format(word.text)


def _levels(lowest: int, highest: int) -> str:
    scale = field_of_kind("mark").scale
    assert scale is not None
    names = scale.names[max(lowest, 0) : highest + 1]
    return "/".join(names)


def bound_text(field: str, value: int) -> str:
    """A number as the field's scale, or the calendar, has it."""
    scale = fields_by_name()[field].scale
    if scale is None:
        return f"{_EPOCH + datetime.timedelta(minutes=value):%Y-%m-%d %H:%M}"
    return scale.names[value] if 0 <= value < len(scale.names) else str(value)
