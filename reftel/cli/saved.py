"""``reftel saved``."""

from __future__ import annotations

import click

import reftel
from reftel.cli.configuration import archive_of, configured_at
from reftel.cli.options import archive_option, completed, config_option, format_option, query_argument
from reftel.cli.words import QueryCommand
from reftel.render.safe import json_text, safe_line


@click.group("saved")
def command() -> None:
    """Searches under a name, for which every `reftel reindex` reports the new cables.

    `add` and `remove` change those that the archive keeps; `list` and `run` also know those of `reftel.toml`. Exit status 1: nothing to show.

    \b
    reftel saved add precedents '"Minsk Group" AND precedent'
    """


@command.command("add", cls=QueryCommand)
@click.argument("name", shell_complete=completed("saved"))
@query_argument
@archive_option
def add(name: str, query: str, archive: str) -> int:
    """Keep a search in the archive (of one in a cluster on this machine); cables that come later are its new ones."""
    from reftel.personal import saved  # noqa: PLC0415

    with reftel.open(archive) as opened:
        existed = saved.add(opened, name, query)
    click.echo(f"{'replaced' if existed else 'added'} {name}")
    return 0


@command.command("list")
@archive_option
@config_option
@format_option("table", "json")
def list_(archive: str, config: str | None, output_format: str) -> int:
    """List the saved searches."""
    from reftel.personal import saved  # noqa: PLC0415

    with reftel.open(archive_of(config, archive)) as opened:
        kept = saved.read_saved(opened.own_folder)
    configured = saved.configured(configured_at(archive), config)
    rows = [
        {
            "name": name,
            "query": query,
            "from": "reftel.toml" if name in configured else "archive",
            "reported_run": kept.marks.get(name),
        }
        for name, query in sorted((kept.searches | configured).items())
    ]
    if output_format == "json":
        click.echo(json_text(rows, indent=2))
    for row in rows if output_format == "table" else ():
        click.echo(f"{row['name']}  {safe_line(str(row['query']))}  ({row['from']})")
    return 0 if rows else 1


@command.command("run")
@click.argument("name", required=False, shell_complete=completed("saved"))
@archive_option
@config_option
@format_option("table", "json")
@click.option("--mark", is_flag=True, help="Note the hits as reported, so that they are not new next time.")
def run(name: str | None, archive: str, config: str | None, output_format: str, mark: bool) -> int:
    """Show the new hits of one saved search, or of all."""
    from reftel.personal import saved  # noqa: PLC0415

    with reftel.open(archive_of(config, archive)) as opened:
        found = saved.new_hits(opened, saved.configured(configured_at(archive), config), before=opened.last_run(), only=name)
        if mark:
            saved.mark(opened, found)
    if name is not None and not found:
        raise click.UsageError(f"no saved search '{name}'; `reftel saved list` names them")
    if output_format == "json":
        click.echo(json_text([each.to_dict() for each in found], indent=2))
    for each in found if output_format == "table" else ():
        click.echo(f"{each.name}: {safe_line(each.error) if each.error else f'{len(each.hits):,} new'}")
        for hit in each.hits:
            click.echo(f"  {safe_line(hit.key)}  {(hit.date or '')[:10]}  {safe_line(hit.subject or '')}")
    return 0 if any(each.hits for each in found) else 1


@command.command("remove")
@click.argument("name", shell_complete=completed("saved"))
@archive_option
def remove(name: str, archive: str) -> int:
    """Forget a search that the archive keeps."""
    from reftel.personal import saved  # noqa: PLC0415

    with reftel.open(archive) as opened:
        existed = saved.remove(opened.own_folder, name)
    click.echo(f"removed {name}" if existed else f"no saved search '{name}' in the archive", err=not existed)
    return 0 if existed else 1
