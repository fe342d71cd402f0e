"""``reftel backup``."""

from __future__ import annotations

from pathlib import Path

import click

from reftel.cli.options import completed, folder_option
from reftel.render.paths import shown_name


@click.command("backup")
@click.argument("target", metavar="FOLDER", type=click.Path(), shell_complete=completed("folder"))
@folder_option("a snapshot of the cluster is the backup there (docs/cluster.md), or `reftel copy ADDRESS FOLDER`")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for a run that writes.",
)
def command(target: str, archive: str, wait: float) -> int:
    """Copy the archive to a new folder while no run writes to it. To restore, copy it back.

    \b
    reftel backup /mnt/backup/archive-2026-11-25
    """
    from reftel.indexer.backup import copy_archive  # noqa: PLC0415

    copy_archive(Path(archive), Path(target), wait=wait)
    click.echo(f"copied {shown_name(archive)} to {shown_name(target)}")
    return 0
