"""What is wrong with a part of a query, before anyone knows where in the query it stands; and the nearest name to a wrong one."""

from __future__ import annotations

from reftel.schema.errors import BadValueError, Meant
from reftel.schema.fields import fields_by_name, fields_meant
from reftel.schema.nearest import nearest

_SHOWN = 40


class Unreadable(ValueError):  # noqa: N818 - a finding, turned into a QueryError with its place by whoever knows the span
    """A word or value that cannot be read: ``message`` says what was seen, ``hint`` what was expected."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def quote(text: str) -> str:
    """``text`` in single quotes, cut to a readable length."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 1]}…'"


def did_you_mean(text: str, names: tuple[str, ...], otherwise: str) -> str:
    """A hint: the nearest of ``names``, else ``otherwise``."""
    name = nearest(text, names)
    return Meant(f"did you mean {quote(name)}?", name) if name else otherwise


def field_hint(written: str, value: str = "") -> str:
    """What to write in place of a field that there is none of: ours by the name that others have for it, the nearest one, or quotes.

    ``value``: what follows the colon. A blank there says that it was no field that was meant.
    """
    text = f'to search for the text, write "{written}: {value.strip()[:20] or "…"}" in quotes'
    meant = fields_meant().get(written.lower().replace("-", "").replace("_", ""))
    if value[:1].isspace():
        return f"{text}; the field is written {meant.name}:" if meant else text
    if meant:
        return Meant(f"did you mean {quote(meant.name)} ({meant.help})?", meant.name)
    return did_you_mean(written, tuple(fields_by_name()), f'`reftel fields` lists them; to search for the text, write "{written}: …" in quotes')


def refuse_negative(what: str, **numbers: int | None) -> None:
    """`BadValueError` for a negative number. ``what``: its name in the message, ``"the limit"``."""
    for name, number in numbers.items():
        if number is not None and number < 0:
            raise BadValueError(f"{what} must not be negative", text=f"{name}={number}", start=0)
