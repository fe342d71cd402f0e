"""``reftel help [COMMAND]``."""

from __future__ import annotations

import click

from reftel.cli.options import completed


@click.command("help")
@click.argument("names", metavar="[COMMAND]...", nargs=-1, shell_complete=completed("commands"))
@click.pass_context
def command(context: click.Context, names: tuple[str, ...]) -> int:
    """Show what a command is for and which options it has, as `--help` does; without a command, list them all.

    \b
    reftel help search
    reftel help saved add
    """
    assert context.parent is not None
    at = context.parent
    for name in names:
        group = at.command
        found = group.resolve_command(at, [name])[1] if isinstance(group, click.Group) else None
        if found is None:
            raise click.UsageError(f"No such command '{' '.join(names)}'.")
        at = click.Context(found, info_name=name, parent=at)
    click.echo(at.get_help())
    return 0
