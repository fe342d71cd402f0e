"""What a person reads: pages of hits, facets, one cable, printed with rich. Every text goes through ``render.safe`` first."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from rich.text import Text

from reftel.render.bars import aligned, cut_value
from reftel.render.console import hanging, print_hanging
from reftel.render.excerpts import cut, excerpt
from reftel.render.hits import describe, found_lines, label, paragraph_text, total_line
from reftel.render.paths import relative_name
from reftel.render.safe import safe_line, safe_text
from reftel.schema.names import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from reftel.schema.cable import Cable, Paragraph
    from reftel.search.neighbours import Neighbours
    from reftel.search.plan import Bucket, Top
    from reftel.search.results import Highlights, Hit, Page

MATCH = "bold yellow"
QUIET = "dim"


def print_page(console: Console, page: Page) -> None:
    """The hits of a page, then its facets, then the total."""
    for hit in page.hits:
        print_hit(console, hit)
    print_facets(console, page.facets)
    console.print(Text(total_line(page), style="bold"))


def print_hit(console: Console, hit: Hit) -> None:
    """One hit: key, date, class, origin, signers; subject; the paragraphs that answer."""
    lines = list(hanging(console, _headline(hit.key, hit.cable), 4))
    printed = hit.cable.subject or ""
    subject = paragraph_text(printed, hit.subject_highlights, style=MATCH) if printed.strip() else Text("(no subject)", style=QUIET)
    lines += _indented(console, subject, 2)
    found = ((f"{name}:", text, highlights) for name, text, highlights in found_lines(hit))
    paragraphs = ((safe_line(label(paragraph)), paragraph.text, paragraph.highlights) for paragraph in hit.paragraphs)
    for name, shown, highlights in itertools.chain(found, paragraphs):
        text = Text(f"{name} ", style="green")
        text.append_text(_excerpt(paragraph_text(shown, highlights, style=MATCH)))
        lines += _indented(console, text, 4)
    console.print(Text("\n").join([*lines, Text()]))  # at once: rich looks at the terminal again for every call


def _headline(key: str, cable: Cable) -> Text:
    return Text(safe_line(key), style="bold cyan").append("  ".join(["", *map(safe_line, describe(cable))]), style="default not bold")


def _indented(console: Console, text: Text, indent: int) -> Iterator[Text]:
    for line in text.wrap(console, max(console.width - indent, 20)):
        line.rstrip()
        yield Text(" " * indent).append_text(line)


def _excerpt(text: Text) -> Text:
    pieces = excerpt(text.plain, tuple((span.start, span.end) for span in text.spans if span.style == MATCH))
    return Text().join(text[slice(*place)] if place else Text(sign) for sign, place in cut(text.plain, pieces))


def print_facets(console: Console, facets: Mapping[str, Top[Bucket]]) -> None:
    """The values of each facet with their counts, and a bar beside that of the most frequent."""
    for name, buckets in facets.items():
        console.print(Text(name, style="bold"))
        for text, row_bar in aligned([(cut_value(safe_line(bucket.value)), bucket.count) for bucket in buckets]):
            console.print(Text(f"  {text}").append(row_bar, style=QUIET), no_wrap=True, overflow="ellipsis")
        if buckets.left_out:
            console.print(Text(f"  ({buckets.left_out:,} other{'' if buckets.left_out == 1 else 's'})", style=QUIET))
        console.print()


def print_cable(
    console: Console, cable: Cable, paragraphs: Iterable[Paragraph], *, head: Literal["whole", "line", "none"],
    highlights: Mapping[Paragraph, Highlights] | None = None,
) -> None:  # fmt: skip
    """A cable for reading: the head as a list of names and values, or as the line of a hit, then these paragraphs with ``highlights`` marked.

    On a terminal they have the line breaks of the text, elsewhere each is one line, so that `grep` finds what stands in it.
    """
    printed = _marked if console.is_terminal else functools.partial(paragraph_text, style=MATCH)
    if head == "whole":
        console.print(_head(cable))
        console.print()
    elif head == "line":
        console.print(_headline(cable.key, cable))
        console.print()
    for paragraph in paragraphs:
        if paragraph.heading:
            console.print(Text(safe_line(paragraph.heading), style="bold"))
        text = Text(_number(paragraph), style="green")
        text.append_text(printed(paragraph.text, (highlights or {}).get(paragraph, ())))
        console.print(text)
        console.print()
    if head == "whole" and cable.signers:
        console.print(Text(safe_line(", ".join(cable.signers))))


_NEIGHBOURS = (("cites", "it cites"), ("cited_by", "cited by"), ("before", "same subject and post, before"), ("after", "same subject and post, after"))


def print_neighbours(console: Console, found: Neighbours) -> None:
    """The cables around one, a line each under what they are to it."""
    for name, title in _NEIGHBOURS:
        console.print(Text(title, style="bold"))
        group = getattr(found, name)
        for each in group:
            line = Text(f"  {safe_line(each.label)}. " if each.label else "  ").append(safe_line(each.id), "bold cyan")
            parts = [*describe(each.cable), each.cable.subject or "(no subject)"] if each.cable else ["not in the archive"]
            print_hanging(console, line.append("  ".join(["", *map(safe_line, parts)]), "default"))
        more = {"before": found.earlier, "after": found.later}.get(name, 0)
        if more or not group:
            console.print(Text(f"  and {more:,} more {'earlier' if name == 'before' else 'later'}" if more else "  none", style=QUIET))


def _marked(text: str, highlights: Highlights) -> Text:
    """A text with its line breaks, the highlighted ranges styled."""
    result, place = Text(), 0
    for start, end in highlights:
        result.append(safe_text(text[place:start]), "default").append(safe_text(text[start:end]), MATCH)
        place = end
    return result.append(safe_text(text[place:]), "default")


def _number(paragraph: Paragraph) -> str:
    number = f"¶{paragraph.number}. " if paragraph.number is not None else ""
    return f"{number}({safe_line(paragraph.mark)}) " if paragraph.mark else number


def _head(cable: Cable) -> Table:
    from rich.table import Table  # noqa: PLC0415 - lists of hits do without

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in head_rows(cable):
        table.add_row(Text(name), Text(safe_text(value)))
    return table


def head_rows(cable: Cable) -> list[tuple[str, str]]:
    """Name and value of every part of a cable's head that is known."""
    officer = cable.classified_by
    source = cable.source
    rows = [
        ("cable", cable.id or f"{cable.key} (no id)"),
        ("date", f"{cable.date} ({cable.date_precision}, from the {cable.date_source})" if cable.date else None),
        ("class", "//".join(filter(None, (cable.classification, *cable.caveats)))),
        ("from", ", ".join(dict.fromkeys(filter(None, (cable.origin, cable.post))))),
        ("precedence", " / ".join(filter(None, (cable.precedence, cable.info_precedence)))),
        *((role, "; ".join(recipient.name for recipient in cable.recipients if recipient.role == role)) for role in ("action", "info")),
        ("subject", cable.subject),
        ("tags", " ".join(f"({tag})" if " " in tag else tag for tag in cable.tags)),
        ("refs", "\n".join(" ".join(filter(None, (f"{ref.label}." if ref.label else None, ref.id or ref.raw))) for ref in cable.refs)),
        ("classified by", ", ".join(filter(None, (officer.title, officer.name, *officer.reasons))) if officer else None),
        ("declassify", cable.declassify_on or cable.declassify_raw),
        ("signed", ", ".join(cable.signers)),
        ("flags", " ".join(cable.flags)),
        ("body of", cable.body_id),
        ("source", f"{one_line(relative_name(source.path))}{f':{source.locator}' if source.locator else ''} ({source.container})" if source else None),
        ("warnings", "\n".join(f"{warning.field}: {warning.message}" for warning in cable.warnings)),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]
