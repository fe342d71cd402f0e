"""Pictures in the room: hits over time, by post and month, on a map, and who cites whom, each with its table and as a file."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

import reftel
from reftel.pictures import heatmap, network, timeline
from reftel.pictures import map as world
from reftel.pictures.png import as_png
from reftel.render.hits import csv_line
from reftel.room.shown import path_of
from reftel.room.wording import say

if TYPE_CHECKING:
    from reftel.room.question import Question

TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
"""What a picture may be taken as."""

DEPTHS = (1, 2, 3)
"""Steps along citations around a cable."""

_MOST_PERIODS, _MOST_YEARS = 62, 150
_MOST_ROWS = 150  # of a table on a page
_MOST_CABLES = 2000  # of a network, before the picture chooses among them
_MOST_MARKS = 240  # that lead somewhere
_MOST_ADDRESSES = 40_000  # characters of all of them; a page stays below 100 kB

Link = TypeVar("Link", bound=Callable[..., str])
Cell = tuple[object, str | None]
"""A cell of a table, and where it leads."""


@dataclasses.dataclass(frozen=True)
class Table:
    """The table of a picture as a page shows it; ``left_out``: rows that only its file has."""

    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A picture. ``heads`` and ``rows``: what its file of a table has; ``table``: the same on a page; ``notes``: how a question was read."""

    name: str
    svg: Callable[[bool], str]
    heads: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    table: Table
    page: str
    notes: tuple[str, ...] = ()

    @property
    def inline(self) -> Markup:
        """For a page: its marks lead on."""
        return Markup(self.svg(False))  # noqa: S704 - escaped there

    def file(self, ending: str) -> bytes:
        """As ``svg``, ``png`` or ``csv``. `MissingLibrary` where no PNG can be made."""
        if ending == "csv":
            return "".join(f"{csv_line(row)}\n" for row in (self.heads, *self.rows)).encode("utf-8", "replace")
        picture = self.svg(True)
        return as_png(picture) if ending == "png" else picture.encode("utf-8", "replace")


def can_draw_png() -> bool:
    """Whether there is what makes a PNG."""
    return importlib.util.find_spec("cairosvg") is not None


def over_time(archive: reftel.Archive, question: Question) -> Drawn | None:
    """Hits by the finest periods of which a page has room; ``None`` where there is nothing to compare."""
    line = archive.timeline(question.query, most=_MOST_PERIODS)
    if not 1 < len(line.periods) <= _MOST_YEARS:
        return None
    span = f"date:{line.periods[0].value}..{line.periods[-1].value}"  # days take a look at each cable: of those days alone
    whole = archive.timeline(span if line.by == "day" else "*", by=line.by)

    def address(period: str) -> str:
        return question.replacing("date", period).address()

    link = _brief(address, address("2008-02-13"), 2 * len(line.periods))
    rows = timeline.rows(line, whole)
    shown = [((period, link and link(period)), (hits, None), (every, None), (_percent(share), None)) for period, hits, every, share in rows if every]
    return Drawn(
        "timeline", lambda alone: timeline.svg(line, whole, link=None if alone else link, alone=alone), timeline.HEADS, rows,
        Table(tuple(say(f"head_{name}") for name in timeline.HEADS), shown), question.address("/timeline"), line.notes,
    )  # fmt: skip


def by_post_and_month(archive: reftel.Archive, question: Question) -> Drawn | None:
    """The posts with most hits by months or years; ``None`` where no hit has both."""
    heat = archive.heat_map(question.query)
    if not heat.rows or not heat.periods:
        return None

    def address(post: str | None, period: str | None) -> str:
        narrowed = question.replacing("from", post) if post else question
        return (narrowed.replacing("date", period) if period else narrowed).address()

    marks = min(_MOST_MARKS, sum(1 for row in heat.rows for hits in row.hits if hits)) + len(heat.rows) + len(heat.periods)
    link = _brief(address, address("BUENOSAIRES", "2008-02"), marks)
    kept = [number for number in range(len(heat.periods)) if any(row.cables[number] for row in heat.rows)]
    heads = (say("head_post"), *(heat.periods[number] for number in kept))
    shown = [
        ((row.post, link and link(row.post, None)), *((f"{row.hits[number]:,}/{row.cables[number]:,}" if row.cables[number] else "", None) for number in kept))
        for row in heat.rows
    ]
    return Drawn(
        "heatmap", lambda alone: heatmap.svg(heat, link=None if alone else link, most_marks=None if alone else _MOST_MARKS, alone=alone),
        heatmap.heads(heat), heatmap.rows(heat), Table(heads, shown), question.address("/heatmap"),
    )  # fmt: skip


def on_a_map(archive: reftel.Archive, question: Question) -> Drawn | None:
    """Hits by post; ``None`` where there are none."""
    page = archive.search(question.query, facets="from:all", limit=0)
    posts = page.facets["from"]
    if not posts:
        return None

    def address(stems: Sequence[str]) -> str:
        return question.replacing("from", *stems).address()

    most = min(len(posts), _MOST_MARKS // 2)
    link = _brief(address, address(["BUENOSAIRES"]), 2 * most)
    rows = world.rows(posts)
    shown = [
        ((post, link and link([post])), (label or say("no_post"), None), (hits, None), (_place(latitude, longitude), None))
        for post, label, hits, latitude, longitude in rows[:most]
    ]
    heads = tuple(say(f"head_{name}") for name in ("post", "label", "hits", "place"))
    return Drawn(
        "map", lambda alone: world.svg(page.query, posts, total=page.total, link=None if alone else link, most_marks=None if alone else most, alone=alone),
        world.HEADS, rows, Table(heads, shown, len(rows) - len(shown)), question.address("/map"), page.notes,
    )  # fmt: skip


def citations_among(archive: reftel.Archive, question: Question) -> Drawn | None:
    """Who of the hits cites whom; ``None`` where none does."""
    return _network(archive.citation_graph(question.query, depth=1, limit=_MOST_CABLES), question.address("/network"))


def citations_around(archive: reftel.Archive, key: str, depth: int) -> Drawn | None:
    """The network around a cable; ``None`` where it cites nothing and nothing cites it. Raises `CableNotFound`."""
    return _network(archive.citations(key, depth=depth, limit=_MOST_CABLES), path_of(key, f"/network?depth={depth}"))


def _network(graph: reftel.Citations, page: str) -> Drawn | None:
    rows = network.rows(graph)
    if not rows:
        return None
    held = {cable.key for cable in graph.cables if cable.in_archive}

    def address(key: str) -> str:
        return path_of(key, "/network") if key not in held else path_of(key)

    kept = rows[:_MOST_ROWS]
    shown = [tuple((key, address(key)) for key in row) for row in kept]
    return Drawn(
        "network", lambda alone: network.svg(graph, link=None if alone else address, alone=alone), network.HEADS, rows,
        Table(tuple(say(f"head_{name}") for name in network.HEADS), shown, len(rows) - len(kept)), page,
    )  # fmt: skip


PICTURES: dict[str, Callable[[reftel.Archive, Question], Drawn | None]] = {
    "timeline": over_time, "heatmap": by_post_and_month, "map": on_a_map, "network": citations_among,
}  # fmt: skip
"""The pictures of a result, in the order of the page."""


def _brief(link: Link, address: str, times: int) -> Link | None:
    """The link, where so many addresses like this one are not too much for a page: a question may be long."""
    return link if len(address) * times <= _MOST_ADDRESSES else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _place(latitude: float | None, longitude: float | None) -> str:
    if latitude is None or longitude is None:
        return say("no_place")
    return f"{abs(latitude):.1f}° {'S' if latitude < 0 else 'N'}, {abs(longitude):.1f}° {'W' if longitude < 0 else 'E'}"


def values_of(drawn: Drawn | None, **more: Any) -> dict[str, Any]:
    """What the template of a picture gets."""
    return {"drawn": drawn, "png": can_draw_png(), "pictures": tuple(PICTURES)} | more
