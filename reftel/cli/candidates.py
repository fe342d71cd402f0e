"""What completes a word of the command line: ids, fields and values, tags, saved searches, facets, sort keys, folders.

A candidate is the whole word as the command shall get it; how a shell writes it is the business of `reftel.cli.completing`. One that is
``partial`` goes on: no blank follows it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

import reftel
from reftel.cli.configuration import archive_of, configured_at, default_archive
from reftel.schema.errors import QueryError, ReftelError
from reftel.search.query.lexer import QUOTES

if TYPE_CHECKING:
    from reftel.schema.fields import Field

Item = CompletionItem[str]

_NUMBERS = ("all", "5", "10", "20", "50")
_QUOTE = re.compile(f"[{QUOTES}]")
_PHRASE = re.compile(f"[{QUOTES}][^{QUOTES}]*[{QUOTES}]")
_BEFORE_LAST = re.compile(r".*[\s()]", re.DOTALL)  # what stands before the term that is being typed, at the end of a query
_IN_FIELD = re.compile(r":\([^()]*\Z")
_TERM = re.compile(r"-?(?P<field>[a-z_]+):[<>]?=?(?:[^,|]*[,|])*(?P<value>[^,|]*)", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Z0-9][A-Z0-9-]*", re.IGNORECASE | re.ASCII)
_NEEDS_QUOTES = re.compile(rf"[\s(),|~{QUOTES}]|\A\W|\+\Z")


# -- queries -------------------------------------------------------------------------------------------------------------------------------


def complete_query(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
    """Field names and values for the last term of a query, of which earlier words of the command line may be the beginning."""
    words = context.params.get(parameter.name or "") if isinstance(parameter, click.Argument) else None
    before = words if isinstance(words, str) else " ".join(words or ())
    text, start = f"{before} {typed}", len(before) + 1
    # Phrases are hidden under letters, so that nothing in them is taken for a sign of the query language.
    hidden = _PHRASE.sub(lambda phrase: "x" * len(phrase[0]), text)
    opened = _QUOTE.search(hidden)
    end = opened.start() if opened else len(hidden)
    before_last = _BEFORE_LAST.match(hidden, start, end)
    begin = before_last.end() if before_last else start
    if end < start or _IN_FIELD.search(hidden[:begin]):
        return []
    term = _TERM.fullmatch(hidden, begin, end)
    if term is None:
        return [] if opened else [_after(text[start:begin], item) for item in _fields(hidden[begin:])]
    place = term.start("value")
    if opened and place < end:  # a quote inside a value
        return []
    value = text[place:].removeprefix(opened[0] if opened else "")
    head = text[start : len(text) - len(value)]
    return [Item(head + each) for each in _values_of(term["field"], value, context, opened=opened is not None)]


def _after(head: str, item: Item) -> Item:
    return Item(head + item.value, help=item.help, partial=item.partial)


def _fields(typed: str) -> Iterator[Item]:
    from reftel.schema.fields import FIELDS  # noqa: PLC0415 - only for a query

    sign = "-" if typed.startswith("-") else ""
    if typed.startswith(f"{sign}~"):
        yield from (_after(sign, item) for item in _names(typed[len(sign) :]))
        return
    names = (field for field in FIELDS if field.name.startswith(typed[len(sign) :].lower()))
    yield from (Item(f"{sign}{field.name}:", help=field.help, partial=True) for field in names)


def _names(typed: str) -> Iterator[Item]:
    """Names behind ``~``, words joined by hyphens, which the query language reads as blanks."""
    from reftel.schema.spellings import all_names  # noqa: PLC0415 - only behind ~

    spelled = ((f"~{'-'.join(words)}", name.name) for name in all_names() for words in name.spellings)
    return (Item(text, help=name) for text, name in sorted(spelled) if text.startswith(typed.lower()))


def _values_of(name: str, typed: str, context: click.Context, *, opened: bool) -> list[str]:
    """What may follow behind ``name:``, the rest of a quoted value where its quote is ``opened``."""
    from reftel.schema.fields import fields_by_name  # noqa: PLC0415
    from reftel.search.query.types import type_of  # noqa: PLC0415

    field = fields_by_name().get(name.lower())
    if field is None or _QUOTE.search(typed):
        return []
    if typed.startswith("~") and type_of(field).positions and not opened:
        return [item.value for item in _names(typed)]
    known = type_of(field).completion(field) == "known"
    found = [value for value in _continued(_values(field, context), typed) if value.isprintable()]
    if known and not opened:  # there is a spelling without blanks for each
        found = [value for value in found if not _NEEDS_QUOTES.search(value)]
    # Where one value needs quotes all have them, since a shell fills in what all candidates begin with.
    quoted = opened or any(map(_NEEDS_QUOTES.search, found))
    asked = [text for text in map(type_of(field).written, found) if text.startswith(typed) and _can_be_asked(field, text)]
    return [("" if opened else '"') + text + '"' for text in asked] if quoted else asked


def _values(field: Field, context: click.Context) -> Iterable[str]:
    """The values of a field, from where its type says that they come."""
    from reftel.search.query.types import type_of  # noqa: PLC0415

    match type_of(field).completion(field):
        case "known":
            return type_of(field).known(field)
        case "facet":
            return [bucket.value for bucket in _archive(context).facets("*", [f"{field.name}:all"])[field.name]]
        case "own":
            return _archive(context).notes.tags()
        case "ids":
            return _keys(context, "")
        case _:
            return ()


def _can_be_asked(field: Field, text: str) -> bool:
    from reftel.search.query import read_query  # noqa: PLC0415

    if _PLAIN.fullmatch(text):
        return True
    with contextlib.suppress(QueryError):
        read_query(f'{field.name}:"{text}"')
        return True
    return False


# -- other words ---------------------------------------------------------------------------------------------------------------------------


def complete_ids(context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Ids of cables, and keys of those without one."""
    return [Item(key) for key in _keys(context, typed)]


def complete_cited(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
    """What `reftel refs` takes: an id, or with ``--missing`` a query."""
    return (complete_query if context.params.get("missing") else complete_ids)(context, parameter, typed)


def complete_noted(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
    """What `reftel note` takes: an id, or ``list``."""
    return [*_beginning(["list"], typed), *complete_ids(context, parameter, typed)]


def complete_tags(context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Tags of one's own."""
    return [Item(tag) for tag in _continued(_archive(context).notes.tags(), typed)]


def complete_sort(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Sort keys, and each with ``-`` in front."""
    from reftel.schema.fields import sort_fields  # noqa: PLC0415

    names = [field.name for field in sort_fields()]
    return _beginning([*names, *(f"-{name}" for name in names)], typed)


def complete_order(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
    """Relevance and the sort keys."""
    return [*_beginning(["relevance"], typed), *complete_sort(context, parameter, typed)]


def complete_paragraphs(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """The one value that is no number."""
    return _beginning(["all"], typed)


def complete_facet(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Facets, and behind ``year:`` how many values of it are wanted."""
    return _facets("", typed)


def complete_nested_facet(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Facets, also behind ``year>``."""
    head = typed[: typed.rfind(">") + 1]
    return _facets(head, typed[len(head) :])


def _facets(head: str, typed: str) -> list[Item]:
    from reftel.schema.fields import facet_fields  # noqa: PLC0415

    name, colon, _number = typed.partition(":")
    names = [field.name for field in facet_fields()]
    wanted = [f"{name}:{number}" for number in _NUMBERS] if colon and name in names else names
    return [_after(head, item) for item in _beginning(wanted, typed)]


def complete_saved(context: click.Context, _parameter: click.Parameter, typed: str) -> list[Item]:
    """Names of saved searches, those of the configuration too where the command reads one."""
    from reftel.personal import saved  # noqa: PLC0415

    names: set[str] = set()
    archive, config = _archive_path(context), context.params.get("config")
    with context.scope(cleanup=False):
        if "config" in context.params:
            with contextlib.suppress(ReftelError):
                names |= set(saved.configured(configured_at(archive), config))
                archive = archive_of(config, archive)
        with contextlib.suppress(ReftelError), reftel.open(archive) as opened:
            names |= set(saved.read_saved(opened.own_folder).searches)
    return _beginning(sorted(names), typed)


def complete_commands(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
    """Names of commands, behind that of a group those below it."""
    at = context.find_root().command
    for name in context.params.get(parameter.name or "") or ():
        below = at.get_command(context, name) if isinstance(at, click.Group) else None
        if below is None:
            return []
        at = below
    return _beginning(at.list_commands(context), typed) if isinstance(at, click.Group) else []


def complete_file(_context: click.Context, _parameter: click.Parameter, _typed: str) -> list[Item]:
    """Files, which the shell finds itself."""
    return [Item("", type="file")]


def complete_folder(_context: click.Context, _parameter: click.Parameter, _typed: str) -> list[Item]:
    """Folders, which the shell finds itself."""
    return [Item("", type="dir")]


# -- what they share -----------------------------------------------------------------------------------------------------------------------


def _beginning(names: Iterable[str], typed: str) -> list[Item]:
    return [Item(name) for name in names if name.startswith(typed)]


def _continued(values: Iterable[str], typed: str) -> Iterator[str]:
    """Values that begin as ``typed``, in any case: what was typed stays, and the rest goes on in lower case if there is any in it."""
    lower = any(char.islower() for char in typed)
    for value in values:
        if value[: len(typed)].upper() == typed.upper():
            rest = value[len(typed) :]
            yield typed + (rest.lower() if lower and rest.lower().upper() == rest.upper() else rest)


def _keys(context: click.Context, typed: str) -> Iterator[str]:
    if not re.fullmatch(r"[\w-]*", typed):
        return iter(())
    from reftel.schema.fields import field_of_kind  # noqa: PLC0415

    return _continued(_archive(context).keys(f"{field_of_kind('id').name}:{typed}*" if typed else "*"), typed)


def _archive(context: click.Context) -> reftel.Archive:
    """The archive that the command would ask. It is closed with the context at the latest."""
    opened = reftel.open(_archive_path(context), notes=context.params.get("notes"))
    context.call_on_close(opened.close)
    return opened


def _archive_path(context: click.Context) -> str:
    if any(parameter.name == "archive" for parameter in context.command.params):
        return str(context.params.get("archive") or default_archive(context))
    raise click.UsageError(f"{context.command_path} asks no archive")
