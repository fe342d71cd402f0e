"""``reftel copy``."""

from __future__ import annotations

import click

from reftel.cli.options import completed
from reftel.render.paths import shown_name
from reftel.render.safe import safe_line


@click.command("copy")
@click.argument("source", metavar="FROM", shell_complete=completed("folder"))
@click.argument("target", metavar="TO", shell_complete=completed("folder"))
@click.option("--shards", type=click.IntRange(1, 1024), metavar="N",
              help="Parts that a cluster cuts the archive into. [default: as many as it has there, or one for each node]")  # fmt: skip
@click.option("--replicas", type=click.IntRange(0, 10), metavar="N",
              help="Copies that a cluster keeps of each part beside it. [default: as many as it has there, or one if there are several nodes]")  # fmt: skip
@click.option(
    "--wait", type=click.FloatRange(0), default=60.0, show_default=True, metavar="SECONDS",
    help="Wait so long for a run that writes to the folder, or fills the archive in the cluster."
)
def command(source: str, target: str, shards: int | None, replicas: int | None, wait: float) -> int:
    """Copy an archive to a cluster, or back into a new folder.

    A copy in a cluster replaces the one of its name at one moment, when it is whole. Tags, notes and saved searches are not copied.

    \b
    reftel copy archive opensearch://search.example.org:9200/cables
    reftel copy opensearch://search.example.org:9200/cables archive-from-cluster
    """
    from reftel.archive import location_of  # noqa: PLC0415
    from reftel.cluster.copying import copy_archive  # noqa: PLC0415

    places = location_of(source), location_of(target)
    copied = copy_archive(*places, wait=wait, shards=shards, replicas=replicas)
    click.echo(f"copied {copied.cables:,} cables from {shown_name(source)} to {shown_name(target)}")
    for name in copied.leftovers:
        click.echo(f"note: removed '{safe_line(name)}' from the cluster, which a filling had left that was killed", err=True)
    return 0
