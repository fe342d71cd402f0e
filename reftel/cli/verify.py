"""``reftel verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reftel.cli.configuration import archive_of, load_config
from reftel.cli.options import archive_option, config_option, format_option
from reftel.render.paths import relative_name, shown_name
from reftel.render.safe import json_text, safe_line
from reftel.schema.errors import ArchiveDamaged
from reftel.search.engines.opensearch.address import is_address, parse_address

if TYPE_CHECKING:
    from reftel.indexer.verify import Verdict

_SHOWN = 50


@click.command("verify")
@archive_option
@config_option
@format_option("table", "json")
@click.option(
    "--repair",
    is_flag=True,
    help="If anything is damaged, rebuild the archive from its sources (of the configuration, else those that the manifest lists); the damaged "
    "one is kept beside it.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="With --repair: wait so long for another run.",
)
def command(archive: str, config: str | None, output_format: str, repair: bool, wait: float) -> int:
    """Read everything in the archive and say what is damaged: index, records, manifest, and whether they belong together.

    Exit status 0 or 3.
    """
    from reftel.indexer.verify import verify  # noqa: PLC0415

    archive = archive_of(config, archive)
    if is_address(archive) and repair:
        raise click.UsageError("--repair works on an archive in a folder; `reftel copy` puts a whole one into a cluster")
    verdict = _in_cluster(archive) if is_address(archive) else verify(Path(archive))
    if output_format == "json":
        click.echo(json_text(verdict.to_dict(), indent=2))
    else:
        _print(verdict)
    if not verdict.problems:
        return 0
    if is_address(archive):
        click.echo("reftel: damaged; `reftel copy` puts a whole archive in its place", err=True)
        return ArchiveDamaged.exit_code
    if not repair:
        click.echo("reftel: damaged; `reftel verify --repair` rebuilds the archive from its sources", err=True)
        return ArchiveDamaged.exit_code
    return _repair(archive, config, wait)


def _in_cluster(archive: str) -> Verdict:
    from reftel.cluster.copying import verify_in_cluster  # noqa: PLC0415 - an optional extra

    return verify_in_cluster(parse_address(archive))


def _print(verdict: Verdict) -> None:
    count = len(verdict.problems)
    problems = f"{count:,} problem{'s' * (count != 1)}"
    click.echo(f"{verdict.cables:,} cables, {verdict.texts:,} texts, {verdict.sources:,} source files; {problems}")
    for problem in verdict.problems[:_SHOWN]:
        click.echo(f"  {safe_line(relative_name(str(problem)))}")
    for note in verdict.notes[:_SHOWN]:
        click.echo(f"  note: {safe_line(note)}")
    if len(verdict.problems) > _SHOWN:
        click.echo(f"  and {len(verdict.problems) - _SHOWN:,} more: --format json lists all")


def _repair(archive: str, config: str | None, wait: float) -> int:
    from reftel.indexer.config import ConfigError  # noqa: PLC0415
    from reftel.indexer.reindex import selection_of  # noqa: PLC0415
    from reftel.indexer.sources import Selection  # noqa: PLC0415
    from reftel.indexer.verify import known_sources, rebuild  # noqa: PLC0415

    options: dict[str, int] = {}
    try:
        settings = load_config(config, archive)
        selection, options = selection_of(settings), {"workers": settings.workers, "memory": settings.memory}
    except ConfigError:
        if config is not None:
            raise
        selection = Selection(known_sources(Path(archive)), links="none")  # what is a link now was a file, or is named with follow_links
    if not selection.sources:
        raise ArchiveDamaged(
            f"{archive}: neither a reftel.toml nor the manifest says what it was made from; name a configuration with --config"
        )
    done = rebuild(Path(archive), selection, wait=wait, **options)
    click.echo(f"rebuilt: {done.report.total:,} cables; the damaged archive is {shown_name(str(done.kept))}", err=True)
    for mended in done.mended:
        click.echo(f"reftel: {safe_line(mended)}", err=True)
    for failure in done.report.failures:
        click.echo(f"reftel: {safe_line(relative_name(failure))}", err=True)
    if done.lost:
        click.echo(
            f"reftel: {len(done.lost):,} cables are in no source any more: {safe_line(', '.join(done.lost[:_SHOWN]))}",
            err=True,
        )
    return 4 if done.lost or done.report.failures else 0
