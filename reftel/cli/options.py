"""Options and helpers that several commands share."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from reftel.cli.configuration import DEFAULT_ARCHIVE, default_archive
from reftel.render.safe import safe_text

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from rich.console import Console

FORMATS = ("table", "json", "jsonl", "csv", "ids", "md")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def whole_number_or_all(_context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    """A number from 0 on, or ``None`` for ``all``."""
    if value.strip().lower() == "all":
        return None
    if not (value.isascii() and value.isdigit()):
        raise click.BadParameter(f"{value!r} is neither a number from 0 on nor 'all'", param=parameter)
    return int(value)


def archive_option(command: _Command) -> _Command:
    """``--archive DIR``, else ``$REFTEL_ARCHIVE``, else what `default_archive` says; may name an archive in a cluster."""
    return _archive(_named, "The archive's folder, or opensearch://HOST:9200/NAME.")(command)


def folder_option(instead: str) -> Callable[[_Command], _Command]:
    """``--archive DIR`` for commands that work on archives in folders alone. ``instead``: what to do with one in a cluster."""

    def folder(context: click.Context, parameter: click.Parameter, value: str) -> str:
        from reftel.search.engines.opensearch.address import is_address  # noqa: PLC0415 - few commands ask

        value = _named(context, parameter, value)
        if is_address(value):
            raise click.BadParameter(f"`{context.command_path}` works on an archive in a folder, not in a cluster; {instead}", param=parameter)
        return value

    return _archive(folder, "The archive's folder.")


def _archive(callback: Callable[..., str], text: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--archive", "-A", envvar="REFTEL_ARCHIVE", default=DEFAULT_ARCHIVE, show_default="$REFTEL_ARCHIVE, what ./reftel.toml names, or ./archive",
        metavar="DIR", shell_complete=completed("folder"), callback=callback, help=text,
    )  # fmt: skip


def _named(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if context.get_parameter_source("archive") is ParameterSource.DEFAULT:
        return default_archive(context)
    if "\0" in value:
        raise click.BadParameter("the name of a file has no NUL character", param=parameter)
    if not value:  # an unset variable of a script; the system would take the current folder
        raise click.BadParameter("an empty name; the current folder is '.'", param=parameter)
    return value


def format_option(*formats: str) -> Callable[[_Command], _Command]:
    """``--format`` with these choices, the first one the default; ``--json`` where that is one of them."""
    option = click.option(
        "--format", "-f", "output_format", type=click.Choice(formats), default=formats[0], show_default=True, callback=_for_whom,
        help="table is for people, the rest for programs.",
    )  # fmt: skip
    short = click.option("--json", is_flag=True, is_eager=True, expose_value=False, callback=_remember_json, help="The same as --format json.")
    return (lambda command: option(short(command))) if "json" in formats else option


_JSON = "reftel.json"


def _remember_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.meta[_JSON] = value


def _for_whom(context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if context.meta.get(_JSON):
        if value != "json" and context.get_parameter_source("output_format") is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--json and --format {value} exclude each other")
        value = "json"
    if value != "table":
        from reftel.cli.streams import write_exactly  # noqa: PLC0415 - programs read

        write_exactly()
    return value


def follow_links_option(command: _Command) -> _Command:
    """``--follow-links``: go where links in the sources lead."""
    return click.option(
        "--follow-links", is_flag=True,
        help="Go where links lead that stand in the sources, to files and folders anywhere; else they are passed over, and it is said.",
    )(command)  # fmt: skip


def query_argument(command: _Command) -> _Command:
    """``QUERY...``: several words are joined by blanks, so that ``reftel search kosovo precedent`` needs no quotes."""
    return click.argument("query", nargs=-1, required=True, callback=_join, shell_complete=completed("query"))(command)


def config_option(command: _Command) -> _Command:
    """``--config FILE``, else ``reftel.toml`` beside the archive."""
    return click.option(
        "--config", "-c", metavar="FILE", shell_complete=completed("file"), help="The configuration; reftel.toml beside the archive by default."
    )(command)


def completed(by: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]:
    """What completes a parameter: ``"ids"`` is `reftel.cli.candidates.complete_ids`, which is loaded when a shell asks for it."""

    def complete(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem[str]]:
        from reftel.cli import candidates  # noqa: PLC0415

        found: list[CompletionItem[str]] = getattr(candidates, f"complete_{by}")(context, parameter, typed)
        return found

    return complete


def _join(context: click.Context, parameter: click.Parameter, value: Iterable[str]) -> str:
    return whole_text(context, parameter, " ".join(value))


_Text = TypeVar("_Text", str, str | None)


def whole_text(_context: click.Context, parameter: click.Parameter, value: _Text) -> _Text:
    """A text from the command line as it is. A usage error for bytes that are none: they could neither be found nor be kept."""
    if value and re.search("[\ud800-\udfff]", value):
        raise click.BadParameter(f"not a text in this terminal's encoding: {value!a}", param=parameter)
    return value


_TOGETHER = 100


def echo_lines(lines: Iterable[str]) -> None:
    """Print lines as they come, some at a time: to send each on its way takes longer than to make many a one."""
    waiting: list[str] = []
    try:
        for line in lines:
            waiting.append(line)
            if len(waiting) == _TOGETHER:
                together, waiting = "\n".join(waiting), []
                click.echo(together)
    finally:
        if waiting:
            click.echo("\n".join(waiting))


def echo_notes(notes: Iterable[str]) -> None:
    """Print notes about how a query was read to standard error, where they disturb no program."""
    for note in notes:
        click.echo(f"note: {safe_text(note)}", err=True)


def console(*, stderr: bool = False) -> Console:
    """Where tables are printed; see `reftel.render.console`."""
    from reftel.render.console import make_console  # noqa: PLC0415 - rich is slow to load

    return make_console(stderr=stderr)


def pager_option(command: _Command) -> _Command:
    """``--pager/--no-pager``, for `reftel.cli.paging.paged`."""
    return click.option(
        "--pager/--no-pager", default=True, show_default=True,
        help="Send what is for people through $PAGER, else less, if standard output is a terminal.",
    )(command)  # fmt: skip


def accept_option(command: _Command) -> _Command:
    """``--accept-removals``, for the commands that bring an archive up to date."""
    return click.option(
        "--accept-removals", is_flag=True, help="Let cables go that are missing from the sources, however many they are.",
    )(command)  # fmt: skip


def dask_option(command: _Command) -> _Command:
    """``--dask ADDRESS``, for the commands that bring an archive up to date."""
    return click.option(
        "--dask", metavar="ADDRESS", help="Let the workers of this Dask scheduler (tcp://HOST:8786) read, and write to an archive in a cluster.",
    )(command)  # fmt: skip


def named_ids(words: Iterable[str]) -> list[str]:
    """The ids that words of the command line name, several in one or one in several: ``08 BAKU 123 08MOSCOW4``. What names none stays as it is."""
    from reftel.schema.identifiers import iter_named  # noqa: PLC0415 - a search does without

    text = " ".join(words)
    return [key or part for key, part in iter_named(text)] or [text]


def one_id(words: Iterable[str]) -> str:
    """The one id that words of the command line name; words that name none as they are, for whoever says that there is no such cable."""
    from reftel.schema.identifiers import iter_named  # noqa: PLC0415 - a search does without

    text = " ".join(words)
    parts = list(iter_named(text))
    keys = [key for key, _part in parts if key]
    if keys and len(parts) > 1:
        raise click.UsageError(f"name one cable; these are {len(parts)}: {', '.join(part for _key, part in parts)}")
    return keys[0] if keys else text


def notes_option(command: _Command) -> _Command:
    """``--notes FILE``, else ``$REFTEL_NOTES``, else ``mine.sqlite`` in the archive's folder."""
    return click.option(
        "--notes", envvar="REFTEL_NOTES", metavar="FILE", type=click.Path(dir_okay=False),
        help="Your own tags and notes. [default: $REFTEL_NOTES or mine.sqlite in the archive's folder; of an archive in a cluster: on this machine]",
    )(command)  # fmt: skip


def read_ids(file: IO[str]) -> list[str]:
    """The keys of a list of cables; what could not be read of it is noted on standard error. A usage error for a file that cannot be read to its end."""
    from reftel.personal.lists import read_list  # noqa: PLC0415 - only with a list

    refuse_endless(file)
    try:
        listed = read_list(file)
        echo_notes(f"{file.name}: {note}" for note in listed.notes())
        return list(listed.keys)
    except OSError as error:
        file.close()
        raise click.UsageError(f"{file.name} cannot be read: {error.strerror}") from error


def refuse_endless(file: IO[Any]) -> None:
    """A usage error for what the system makes up without an end (``/dev/zero``, ``/dev/urandom``). Terminals, pipes and ``/dev/null`` have one."""
    try:
        state = os.fstat(file.fileno())
    except io.UnsupportedOperation:  # a text in memory
        return
    if stat.S_ISCHR(state.st_mode) and not file.isatty() and state.st_rdev != os.stat(os.devnull).st_rdev:  # noqa: PTH116 - a device, not a path
        raise click.UsageError(f"{file.name} is a device without an end; expected a file, a pipe or - for standard input")


def _listed(_context: click.Context, _parameter: click.Parameter, value: IO[str] | None) -> list[str] | None:
    return None if value is None else read_ids(value)


def ids_option(command: _Command) -> _Command:
    """``--ids-from FILE``: only among the cables of a list, one id a line, ``-`` for standard input."""
    return click.option(
        "--ids-from", "ids", metavar="FILE", type=click.File("r", encoding="utf-8", errors="replace"), callback=_listed,
        help="Only among the cables that this file names: one a line, or what reftel printed in any format; - is standard input.",
    )(command)  # fmt: skip
