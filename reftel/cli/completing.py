"""What a shell is told when it asks how a word may go on.

The scripts of `reftel.cli.completion` hand over the command line in the environment; the answer is lines on standard output. Whatever may
stand in an archive stands in candidates, so a candidate is data: for bash it is quoted here as the line at hand needs it, zsh and fish quote
what they are given themselves. What cannot be shown on a terminal as it is, is not offered.
"""

from __future__ import annotations

import copy
import faulthandler
import os
import posixpath
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import click
from click.shell_completion import CompletionItem

from reftel.cli.shellwords import Shell, Word, quote_for_bash, read_word, split_line
from reftel.cli.words import QueryCommand
from reftel.render.safe import safe_line

Item = CompletionItem[str]

VARIABLE = "_REFTEL_COMPLETE"
"""Set by the scripts: ``bash_complete``. Beside it ``COMP_WORDS`` is the line up to the cursor, ``COMP_REST`` the rest of it; of bash,
``COMP_WORD`` is the end of the line that bash will put a candidate in the place of."""

MOST_SHOWN = 1000
"""Candidates up to which bash and zsh get them all. Of more they get the common beginnings, as of folders before the files in them."""

_LONGEST_WAIT = 30
"""Seconds after which there is no answer: nobody waits longer for a TAB."""

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BEFORE_A_COMMAND = frozenset({"and", "begin", "builtin", "command", "env", "exec", "if", "nocorrect", "noglob", "not", "or", "time", "while"})


def complete(group: click.Group, instruction: str, environment: Mapping[str, str]) -> int:
    """Answer a shell's script; the exit status. An instruction that no script gives is an error: the variable was set by hand."""
    from reftel.cli.completion import SCRIPTS  # noqa: PLC0415 - the scripts are for what is wrong alone

    shell, _, wish = instruction.partition("_")
    if shell not in SCRIPTS or wish != "complete" or "COMP_WORDS" not in environment:
        click.echo(
            f"reftel: {VARIABLE} is set, by which the scripts of `reftel completion` ask what a word may go on as; unset it",
            err=True,
        )
        return click.UsageError.exit_code
    with Path(os.devnull).open("w") as nothing:
        # A signal would wait for a call into SQLite to end, this does not.
        faulthandler.dump_traceback_later(_LONGEST_WAIT, exit=True, file=nothing)
        lines = answer(group, cast("Shell", shell), environment)
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.buffer.write(lines.encode())
    sys.stdout.buffer.flush()
    return 0


def answer(group: click.Group, shell: Shell, environment: Mapping[str, str]) -> str:
    """The lines for a shell's script; empty where there are no candidates, or anything goes wrong."""
    try:
        return "".join(f"{line}\n" for line in _lines(group, shell, environment))
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - nobody asked for an error: TAB was pressed
        return ""


def _lines(group: click.Group, shell: Shell, environment: Mapping[str, str]) -> Iterator[str]:
    line = environment["COMP_WORDS"]
    words = split_line(line, shell)
    word = words[-1]
    if word.redirected:
        items = [Item("", type="file")]
    else:
        rest = environment.get("COMP_REST", "")
        later = split_line(line + rest, shell)[len(words) :] if rest.strip() else []
        items = offers(group, _arguments(words[:-1]), word.text, [each.text for each in later])
    if items and items[0].type != "plain":  # the shell finds files itself
        return iter([f"{items[0].type}\n\n_" if shell == "zsh" else f"{items[0].type},"])
    found = [item for item in items if item.value.isprintable()] if word.known else []
    return _FORMATS[shell](found, word, environment.get("COMP_WORD"))


def _arguments(words: Sequence[Word]) -> list[str]:
    """What the command gets, without its name and what stands before that."""
    texts = [word.text for word in words if not word.redirected]
    while texts and (_ASSIGNMENT.match(texts[0]) or texts[0] in _BEFORE_A_COMMAND):
        del texts[0]
    return texts[1:]


# -- what may stand there ------------------------------------------------------------------------------------------------------------------


def offers(group: click.Group, arguments: Sequence[str], typed: str, later: Sequence[str] = ()) -> list[Item]:
    """Candidates for the word ``typed`` behind these arguments. Options that stand ``later`` on the line count too."""
    with _context(group, arguments) as context:
        if later and context.parent:
            _add_options(context, _context(group, [*arguments, *later]))
        option = _option(context, arguments[-1]) if arguments and "--" not in arguments else None
        if option:
            return option.shell_complete(context, typed)
        found = _options(context, typed) if typed.startswith("-") and "--" not in arguments else None
        if found is not None and (typed.startswith("--") or not isinstance(context.command, QueryCommand)):
            return found
        takers = (each for each in context.command.params if isinstance(each, click.Argument) and _is_open(context, each))
        return [*(found or ()), *next(takers, context.command).shell_complete(context, typed)]


def _options(context: click.Context, typed: str) -> list[Item]:
    """Names of options, or values of the one in ``--name=value``."""
    name, equals, value = typed.partition("=")
    if not equals:
        return context.command.shell_complete(context, typed)
    option = _option(context, name) if name.startswith("--") else None
    found = option.shell_complete(context, value) if option else []
    return [Item(f"{name}={item.value}", type=item.type, help=item.help, partial=item.partial) for item in found]


def _context(group: click.Group, arguments: Sequence[str]) -> click.Context:
    """The innermost command that the arguments name, with what they say so far. Nothing is opened or run for it."""
    command: click.Command = group
    context, rest = group.context_class(group, info_name="reftel", resilient_parsing=True), list(arguments)
    while isinstance(command, click.Group):
        while rest and rest[0].startswith("-"):
            del rest[0]
        below = command.get_command(context, rest[0]) if rest else None
        if below is None:
            if rest:
                raise click.UsageError(f"no command '{rest[0]}'")
            return context
        command = _unopened(below)
        context = command.make_context(rest[0], rest[1:], parent=context, resilient_parsing=True)
        del rest[0]
    return context


def _unopened(command: click.Command) -> click.Command:
    """``command`` with the files that it opens taken as names: a completion must not wait for a pipe."""
    result = copy.copy(command)
    result.params = [copy.copy(parameter) for parameter in command.params]
    for parameter in result.params:
        if isinstance(parameter.type, click.File):
            parameter.type, parameter.callback = click.Path(), None
    return result


def _add_options(context: click.Context, whole: click.Context) -> None:
    for parameter in whole.command.params:
        name = parameter.name or ""
        source = whole.get_parameter_source(name)
        if isinstance(parameter, click.Option) and source is not None and source != context.get_parameter_source(name):
            context.params[name] = whole.params[name]
            context.set_parameter_source(name, source)


def _option(context: click.Context, name: str) -> click.Option | None:
    """The option of this name, if it takes a value."""
    for parameter in context.command.params:
        if isinstance(parameter, click.Option) and name in parameter.opts and not parameter.is_flag and not parameter.count:
            return parameter
    return None


def _is_open(context: click.Context, argument: click.Argument) -> bool:
    """Whether the argument can take one more word."""
    return argument.nargs == -1 or context.get_parameter_source(argument.name or "") is not click.core.ParameterSource.COMMANDLINE


# -- how a shell is told -------------------------------------------------------------------------------------------------------------------


def _for_bash(items: Sequence[Item], word: Word, replaced: str | None) -> Iterator[str]:
    """``kind,text`` lines; bash puts the text, which is quoted, in the place of ``replaced``, the end of the word (``None``: all of it)."""
    tail = word.raw if replaced is None else replaced
    kept = read_word(word.raw.removesuffix(tail), "bash")
    if kept.dangling or not word.raw.endswith(tail):
        return
    found = [item for item in _stepped(items) if item.value.startswith(kept.text)]
    raw = [_quoted(item, kept) for item in found]
    if len(found) == 1 and found[0].partial and kept.quote:
        found *= 2
        raw.append(f"{raw[0]} ")  # behind a single one bash would close the quote
    if read_word(kept.raw + posixpath.commonprefix(raw), "bash").dangling:
        place = len(posixpath.commonprefix([item.value for item in found]))
        number = next(number for number, item in enumerate(found) if item.value[place] != "!")
        raw[number] = _quoted(found[number], kept, otherwise=place)
    for item, text in zip(found, raw, strict=True):
        yield f"{'partial' if item.partial else 'plain'},{text}"


def _quoted(item: Item, kept: Word, otherwise: int | None = None) -> str:
    """What stands behind ``kept`` on the line, the character at ``otherwise`` in quotes of its own in place of a backslash.

    Bash fills in what all candidates begin with. Were that a lone backslash, it would quote whatever is typed next.
    """
    begin, end = len(kept.text), "" if item.partial else kept.quote
    if otherwise is None:
        return quote_for_bash(item.value[begin:], kept.quote) + end
    before, char, behind = item.value[begin:otherwise], item.value[otherwise], item.value[otherwise + 1 :]
    own = '"' if char == "'" else "'"
    return (
        f"{quote_for_bash(before, kept.quote)}{kept.quote}{own}{char}{own}{kept.quote}{quote_for_bash(behind, kept.quote)}{end}"
    )


def _for_zsh(items: Sequence[Item], word: Word, _replaced: str | None) -> Iterator[str]:
    """Three lines each: kind, text, help or ``_``.

    Zsh, too, fills in what all candidates begin with, were it a lone backslash. Where it might be, it gets their beginning without one,
    and then, if that stands there already, is told (``list``) to fill in nothing.
    """
    found = _stepped(items)
    common = posixpath.commonprefix([item.value for item in found])
    if len(found) > 1 and not any(item.value[len(common) : len(common) + 1].isalnum() for item in found):
        if len(common) > len(word.text):
            found = [Item(common, partial=True)]
        else:
            yield from ("list", "", "_")
    for item in found:
        yield from ("partial" if item.partial else "plain", item.value, _help(item) or "_")


def _for_fish(items: Sequence[Item], _word: Word, _replaced: str | None) -> Iterator[str]:
    """``kind,text`` lines, the help behind a tab. Fish puts a blank behind what does not end in a sign, so it gets no beginnings."""
    for item in items:
        yield f"plain,{item.value}" + (f"\t{_help(item)}" if item.help else "")


def _help(item: Item) -> str:
    return safe_line(item.help or "")


def _stepped(items: Sequence[Item]) -> list[Item]:
    """The candidates, or the beginnings that many of them have in common where they are more than `MOST_SHOWN`."""
    if len(items) <= MOST_SHOWN:
        return list(items)
    length = len(posixpath.commonprefix([item.value for item in items])) + 1
    while len({item.value[: length + 1] for item in items}) <= MOST_SHOWN:
        length += 1
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.value[:length], []).append(item)
    return [group[0] if len(group) == 1 else Item(beginning, partial=True) for beginning, group in groups.items()]


_FORMATS: dict[Shell, Callable[[Sequence[Item], Word, str | None], Iterator[str]]] = {
    "bash": _for_bash,
    "zsh": _for_zsh,
    "fish": _for_fish,
}
