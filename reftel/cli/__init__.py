"""The command line: one module a command, imported only when it is called."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any

import click

from reftel.schema.errors import OutputError, ReftelError

COMMANDS = (
    "index", "search", "serve", "count", "batch", "show", "kwic", "refs", "similar", "export", "facets", "timeline", "heatmap", "map", "network",
    "terms", "duplicates",
    "normalize", "check", "fields", "explain", "note", "lists", "stats", "mcp", "completion",
    "init", "reindex", "saved", "verify", "backup", "copy", "help",
)  # fmt: skip
"""In the order in which ``reftel --help`` lists them."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

_COLLECT_AFTER = 100_000
"""Objects made before Python looks for garbage, in place of its 700."""


class LazyGroup(click.Group):
    """Finds the command NAME in ``reftel.cli.NAME`` when it is asked for, so that ``reftel search`` never loads the indexer."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command object, or ``None``, which click turns into its usage error."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"reftel.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's own, with the nearest command named for a mistyped one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from reftel.schema.nearest import nearest  # noqa: PLC0415 - only for a mistake

            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean '{near}'?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(None, "--version", "-V", package_name="reftel")
def group() -> None:
    """Full-text search and faceted retrieval over diplomatic cables.

    \b
    Exit status: 0 hits or done, 1 no hits, 2 bad query or usage,
    3 archive missing or damaged, 4 some sources failed, 5 archive in use,
    6 output could not be written.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit status."""
    # A search makes a hundred thousand objects by importing, and none of them is garbage: looking through them, again and again and once
    # more at the end, would take a tenth of its time.
    gc.set_threshold(_COLLECT_AFTER)
    # NumPy's linear algebra, which nothing here uses, would start its threads: half of the time that NumPy takes to load.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from reftel.cli.streams import prepare_streams  # noqa: PLC0415 - a program that calls `run` keeps its own

    prepare_streams()
    status = run(arguments)
    gc.freeze()
    sys.exit(status)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status. Errors end in one message on standard error, never in a traceback."""
    asked = os.environ.pop("_REFTEL_COMPLETE", None)
    try:
        if asked is not None and not (sys.argv[1:] if arguments is None else arguments):
            from reftel.cli.completing import complete  # noqa: PLC0415 - only a shell asks for it

            return complete(group, asked, os.environ)
        result: Any = group.main(args=arguments, prog_name="reftel", standalone_mode=False)
        sys.stdout.flush()
    except ReftelError as error:
        return _end(error, str(error), error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        if isinstance(error, click.UsageError) and error.ctx is not None:
            error.ctx.close()  # files that were opened for arguments before the one at fault
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("reftel: interrupted", err=True)
        return INTERRUPTED
    except (SystemExit, BrokenPipeError):
        # The reader of the pipe has enough (`reftel search ... | head`): click turns that into an exit of its own. Python would
        # complain once more when it flushes at its end.
        _silence()
        return 0
    except Exception as error:  # noqa: BLE001 - the net below all commands
        from reftel.cli.faults import describe_fault  # noqa: PLC0415

        return _end(error, *describe_fault(error))
    return result if isinstance(result, int) else 0


def _end(error: Exception, message: str, status: int) -> int:
    """Print an error; ``status``."""
    from reftel.cli.faults import print_traceback  # noqa: PLC0415 - only for an error
    from reftel.render.paths import relative_name  # noqa: PLC0415
    from reftel.render.safe import safe_name, safe_text  # noqa: PLC0415

    if isinstance(error, OutputError):
        _silence()
    print_traceback(error)
    safe = safe_text if status == click.UsageError.exit_code else safe_name  # a query at fault has a line of its own, all else is told on one
    click.echo(f"reftel: {safe(relative_name(message))}", err=True)
    return status


def _silence() -> None:
    from reftel.cli.streams import silence_output  # noqa: PLC0415

    silence_output()
