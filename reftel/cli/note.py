"""``reftel note ID`` and ``reftel note list``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

import reftel
from reftel.cli.options import archive_option, completed, echo_lines, format_option, notes_option, one_id, whole_text
from reftel.render.hits import csv_line
from reftel.render.safe import json_text, safe_line
from reftel.schema.errors import CableNotFound
from reftel.schema.identifiers import list_key

if TYPE_CHECKING:
    from reftel.personal.notes import Note, Notes

_LIST = "list"


@click.command("note")
@click.argument("words", nargs=-1, required=True, metavar="ID|list", shell_complete=completed("noted"))
@archive_option
@notes_option
@format_option("table", "jsonl", "csv", "ids")
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    shell_complete=completed("tags"),
    help="Tag to add; with --remove, to remove; with list, only cables that have all of these; may be repeated.",
)
@click.option("--text", metavar="TEXT", callback=whole_text, help="Note to add; with --remove, to remove.")
@click.option(
    "--remove", is_flag=True, help="Remove these tags and this text, or everything that is noted on the cable."
)
def command(
    words: tuple[str, ...],
    archive: str,
    notes: str | None,
    output_format: str,
    tags: tuple[str, ...],
    text: str | None,
    remove: bool,
) -> int:
    """Keep tags and notes of your own on cables. They are searched with mine:TAG and survive every new index.

    With an id alone, what is noted on it is shown; `reftel note list` lists all notes. Exit status 1: nothing.

    \b
    reftel note 08BAKU123 --tag precedent --text "compare the March cable"
    reftel note list --tag precedent
    reftel search 'mine:precedent class:secret'
    """
    opened = reftel.open(archive, notes=notes)
    cable_id = one_id(words)
    if cable_id == _LIST:
        if remove or text is not None:
            raise click.UsageError(
                "`reftel note list` takes --tag, but neither --text nor --remove: name a cable for those"
            )
        return _print(_tagged(opened.notes, tags), output_format)
    if text is not None and not text.strip():
        raise click.UsageError("--text is empty; name what is to be noted, or removed")
    key = _key(opened, cable_id, known=not remove)
    if remove:
        count = opened.notes.remove(key, tags=tags, text=text)
        click.echo(f"{count:,} removed from {safe_line(key)}", err=True)
        return 0 if count else 1
    if tags or text is not None:
        opened.notes.add(key, tags=tags, text=text)
    note = opened.notes.of(key)
    return _print([note] if note else [], output_format)


def _key(opened: reftel.Archive, cable_id: str, *, known: bool) -> str:
    """The key of a cable in the archive; what is noted on one that is no longer there can still be looked at and removed."""
    try:
        return opened.cable(cable_id).key
    except CableNotFound:
        key = list_key(cable_id)
        if known and opened.notes.of(key) is None:
            raise
        return key


def _tagged(notes: Notes, tags: tuple[str, ...]) -> Iterable[Note]:
    """The notes on cables that have all of ``tags``."""
    return (note for note in notes if all(note.key in notes.tagged(tag.strip().lower()) for tag in tags))


def _print(notes: Iterable[Note], output_format: str) -> int:
    found = list(notes)
    if output_format == "jsonl":
        echo_lines(json_text(note.to_dict()) for note in found)
    elif output_format == "ids":
        echo_lines(safe_line(note.key) for note in found)
    elif output_format == "csv":
        echo_lines([csv_line(("key", "tags", "texts", "changed"))])
        echo_lines(csv_line((note.key, ";".join(note.tags), "\n".join(note.texts), note.changed)) for note in found)
    else:
        echo_lines(line for note in found for line in _lines(note))
    return 0 if found else 1


def _lines(note: Note) -> Iterable[str]:
    yield f"{safe_line(note.key)}  {' '.join(note.tags)}".rstrip()
    for text in note.texts:
        yield f"    {safe_line(text)}"
