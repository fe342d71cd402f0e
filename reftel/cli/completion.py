"""``reftel completion SHELL``, and what completes ids, field names and values."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

import reftel
from reftel.schema.errors import ReftelError

if TYPE_CHECKING:
    from reftel.schema.fields import Field

_VARIABLE = "_REFTEL_COMPLETE"
_HOW = {
    "bash": "reftel completion bash > ~/.local/share/bash-completion/completions/reftel",
    "zsh": 'reftel completion zsh > "${fpath[1]}/_reftel"   (a folder of your fpath; then start a new shell)',
    "fish": "reftel completion fish > ~/.config/fish/completions/reftel.fish",
}
_MOST = 50
_LAST = re.compile(r'[^\s()"]*\Z')  # the term that is being typed, at the end of a query
_TERM = re.compile(
    r"(?P<sign>-?)(?P<field>[a-z_]+):(?P<op>[<>]?=?)(?P<done>(?:[^,|]*[,|])*)(?P<value>[^,|]*)", re.IGNORECASE
)
_IN_FIELD = re.compile(r":\([^()]*\Z")
_SPLIT_AT_COLON = re.compile(r"(?:\A|[\s(-])(?P<field>[A-Za-z_]+) :(?: (?P<value>\S*))?\Z")


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(_HOW)))
def command(shell: str) -> int:
    """Print the script that completes commands, options, ids, field names and values (`from:ba<TAB>`) in a shell.

    Its head says how to install it. Values come from the archive that the command would ask.
    """
    from reftel.cli import group  # noqa: PLC0415 - the group loads this module

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(group, {}, "reftel", _VARIABLE).source().strip()
    first, _newline, rest = script.partition("\n")  # zsh wants its #compdef line first
    click.echo(
        f"{first}\n# To install: {_HOW[shell]}\n{rest}"
        if first.startswith("#")
        else f"# To install: {_HOW[shell]}\n{script}"
    )
    return 0


def complete_query(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Field names and values for the last term of a query. What can't be found out is not offered; nothing is ever raised."""
    with contextlib.suppress(ReftelError):
        return _complete_query(context, parameter, incomplete)
    return []


def _complete_query(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    before = context.params.get(parameter.name or "")
    words = before if isinstance(before, str) else " ".join(before or ())
    if split := _SPLIT_AT_COLON.search(
        f"{words} {incomplete}"
    ):  # bash cuts words at a colon and wants the part behind it alone
        return [
            CompletionItem(found.partition(":")[2])
            for found in _terms(f"{split['field']}:{split['value'] or ''}", context)
        ]
    last = _LAST.search(incomplete)
    term = last[0] if last else ""
    head = incomplete[: len(incomplete) - len(term)]
    if head.count('"') % 2 or _IN_FIELD.search(head):  # inside a phrase, or in the brackets of a field
        return []
    return [CompletionItem(head + found) for found in _terms(term, context)]


def complete_ids(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of cables that begin as typed."""
    with contextlib.suppress(ReftelError):
        return [CompletionItem(key) for key in _ids(incomplete, context)]
    return []


def _terms(term: str, context: click.Context) -> Iterator[str]:
    from reftel.schema.fields import FIELDS, fields_by_name  # noqa: PLC0415 - only while completing

    match = _TERM.fullmatch(term)
    if match is None:
        sign = "-" if term.startswith("-") else ""
        yield from (f"{sign}{field.name}:" for field in FIELDS if field.name.startswith(term[len(sign) :].lower()))
        return
    field = fields_by_name().get(match["field"].lower())
    if field:
        values = (
            _ids(match["value"], context)
            if field.name in ("id", "citedby")
            else _matching(_values(field, context), match["value"])
        )
        yield from (term[: match.start("value")] + value for value in values)


def _matching(values: Iterable[str], typed: str) -> list[str]:
    """Values that begin as typed, in the case typed, without those that would need quotes."""
    plain = (value for value in values if value.isprintable() and not re.search(r"[\s\"',|()\\$`*?]", value))
    found = [value for value in plain if value.upper().startswith(typed.upper())][:_MOST]
    return [value.lower() for value in found] if typed == typed.lower() != typed.upper() else found


def _values(field: Field, context: click.Context) -> Iterable[str]:
    if field.choices:
        return field.choices
    if field.scale:
        return field.scale.spellings()
    if not field.facet:
        return ()
    return [bucket.value for bucket in _archive(context).facets("*", [f"{field.name}:all"])[field.name]]


def _ids(typed: str, context: click.Context) -> list[str]:
    if not re.fullmatch(r"[\w-]+", typed):
        return []
    page = _archive(context).search(f"id:{typed}*", sort="id", limit=_MOST)
    return [hit.key for hit in page.hits]


def _archive(context: click.Context) -> reftel.Archive:
    from reftel.cli.options import DEFAULT_ARCHIVE  # noqa: PLC0415 - options needs what stands here

    return reftel.open(context.params.get("archive") or DEFAULT_ARCHIVE)
