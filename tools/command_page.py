"""docs/command-line.md, from the commands' own help: every command, argument and option, with what stands in no help text around it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from reftel.cli import COMMANDS, group

_HEAD = """\
# The command line

Written from the commands' own help by `make docs`; `reftel COMMAND --help` prints the same. The archive is `--archive DIR`, else `$REFTEL_ARCHIVE`, else the one
that `./reftel.toml` names, else `./archive`. `--format table` is for people; the other formats have stable keys, no colour, and nothing but results on standard output.
Errors, notes and progress go to standard error.

| exit status | meaning |
|---|---|
| 0 | hits, or done |
| 1 | no hits, no such cable |
| 2 | a query or a usage that cannot be read |
| 3 | the archive is missing, damaged, of another version, or cannot be read or written |
| 4 | some sources could not be read |
| 5 | another process is writing to the archive |
| 6 | what was to be written (an export, a report, standard output) could not be; the archive is whole |
| 70 | a fault in reftel itself; with `REFTEL_DEBUG=1` in the environment every error shows where it came from |
| 130, 143 | interrupted with Ctrl-C, or stopped by SIGTERM |

A closed pipe (`reftel search … | head`) ends quietly with 0. Whatever the encoding of standard output lacks (`PYTHONIOENCODING`, the locale) is written
another way: bars and signs by their nearest ASCII form, other letters, and in the formats for programs every one, as `\\u017e`.
"""

_MORE = {
    "index": "[indexing.md](indexing.md)",
    "search": "[query-language.md](query-language.md), [fields.md](fields.md), [lists.md](lists.md)",
    "show": "[reading.md](reading.md)",
    "kwic": "[reading.md](reading.md), [lists.md](lists.md)",
    "export": "[export.md](export.md)",
    "timeline": "[timeline.md](timeline.md)",
    "heatmap": "[timeline.md](timeline.md#pictures)",
    "map": "[timeline.md](timeline.md#pictures)",
    "network": "[citations.md](citations.md)",
    "terms": "[similar.md](similar.md)",
    "refs": "[citations.md](citations.md)",
    "similar": "[similar.md](similar.md)",
    "duplicates": "[similar.md](similar.md)",
    "normalize": "[record.md](record.md)",
    "check": "[warnings.md](warnings.md)",
    "fields": "[fields.md](fields.md)",
    "mcp": "[assistants.md](assistants.md)",
    "completion": "[completion.md](completion.md)",
    "note": "[lists.md](lists.md)",
    "lists": "[lists.md](lists.md)",
    "init": "[nightly.md](nightly.md)",
    "reindex": "[nightly.md](nightly.md)",
    "saved": "[nightly.md](nightly.md)",
    "verify": "[nightly.md](nightly.md)",
    "backup": "[nightly.md](nightly.md)",
}
"""The pages that tell more of a command."""

_CODE = re.compile(r"(`[^`]*`)")


def command_page() -> str:
    """The page."""
    root = group.context_class(group, info_name="reftel", **group.context_settings)
    return "\n".join([_HEAD, *_section(group, root, title="reftel"), *_sections(root)]).rstrip() + "\n"


def _sections(root: click.Context) -> Iterator[str]:
    for name in COMMANDS:
        command = group.get_command(root, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=root)
        yield from _section(command, context, title=f"reftel {name}", more=_MORE.get(name))
        for below, each in command.commands.items() if isinstance(command, click.Group) else ():
            nested = click.Context(each, info_name=below, parent=context)
            yield from _section(each, nested, title=f"reftel {name} {below}", level=3)


def _section(
    command: click.Command, context: click.Context, *, title: str, level: int = 2, more: str | None = None
) -> Iterator[str]:
    arguments = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    yield f"{'#' * level} {' '.join([title, *arguments])}"
    yield ""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from _paragraph(paragraph)
        yield ""
    if more:
        yield f"More: {more}."
        yield ""
    options = command.get_params(context) if level == 2 and context.parent is None else command.params
    yield from (_option(option, context) for option in options if isinstance(option, click.Option) and not option.hidden)
    yield ""


def _paragraph(text: str) -> Iterator[str]:
    if text.startswith("\b"):
        lines = text.splitlines()[1:]
        yield "```sh" if all(line.startswith("reftel ") for line in lines) else "```text"
        yield from lines
        yield "```"
    else:
        yield _prose(text)


def _option(option: click.Option, context: click.Context) -> str:
    names, text = option.get_help_record(context) or ("", "")
    # Click prints the short name first; what stands behind the last name is the value's.
    longest, *others = sorted((*option.opts, *option.secondary_opts), key=lambda name: not name.startswith("--"))
    value = names.rpartition(max(option.opts, key=len))[2].strip() if not option.is_flag else ""
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    shown = [f"`{longest} {value}`" if value else f"`{longest}`", *(f"`{name}`" for name in others)]
    return f"- {', '.join(shown)}: {_prose(text)}"


def _prose(text: str) -> str:
    """Help text as Markdown: what would be taken for markup is escaped, but for code."""
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([*\\]|<(?=[\w/]))", r"\\\1", piece)
        for piece in _CODE.split(" ".join(text.split()))
    )
