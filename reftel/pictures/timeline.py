"""Hits over time as bars, with the share that they are of the whole archive as a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reftel.pictures.svg import (
    INK,
    WARM,
    Link,
    cables,
    element,
    frame,
    mark,
    names_below,
    plain,
    short,
    steps,
    swatch,
    text,
)
from reftel.render.timeline import summary

if TYPE_CHECKING:
    from reftel.search.timeline import Timeline

_COLOURS, _DASHES = (INK, WARM, "#5a9e6f", "#9b6bb3", "#b09a2f"), (None, "6 3", "2 3")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 900, 240, 56, 56, 34, 34

HEADS = ("period", "hits", "cables", "share")
"""Of the table."""


def rows(line: Timeline, whole: Timeline) -> list[tuple[str, int, int, float | None]]:
    """The table: period, hits, cables of the archive, and the share; ``None`` where the archive has none. ``whole``: of all cables, by the same periods."""
    every = {period.value: period.count for period in whole.periods}
    return [
        (period.value, period.count, every.get(period.value, 0), period.count / every[period.value] if every.get(period.value) else None)
        for period in line.periods
    ]


def svg(line: Timeline, whole: Timeline, *, link: Link | None = None, alone: bool = False) -> str:
    """The picture. ``whole``: the timeline of ``*`` by the same periods; ``link``: of a period, as ``2008-02``."""
    table = rows(line, whole)
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    highest = max((count for _, count, _, _ in table), default=0) or 1
    most = max((share or 0 for *_, share in table), default=0) or 1
    step = wide / max(1, len(table))
    parts = [_scale(highest, high, wide)]
    for place, (period, count, every, share) in enumerate(table):
        x, tall = _LEFT + place * step, count / highest * high
        whole_column = element("rect", {"x": x, "y": _TOP, "width": step, "height": high, "fill": "transparent"})
        bar = element("rect", {"x": x + step * 0.08, "y": _TOP + high - tall, "width": step * 0.84, "height": tall, "fill": INK})
        of = f", {share:.1%} of {every:,}" if share is not None else ""
        parts.append(mark(f"{period}: {cables(count)}{of}", whole_column + bar, link(period) if link else None))
    shares = [None if share is None else (_LEFT + (place + 0.5) * step, _TOP + high - share / most * high) for place, (*_, share) in enumerate(table)]
    if any(shares):
        parts.append(element("path", {"d": _broken(shares), "fill": "none", "stroke": WARM, "stroke-width": 2, "stroke-linecap": "round", "pointer-events": "none"}))
    parts += names_below([row[0] for row in table], _LEFT, step, _HEIGHT - _BOTTOM + 16, _WIDTH)
    parts += [
        swatch(_LEFT, 16, f"cables a {line.by}", INK), swatch(_WIDTH - _RIGHT - 145, 16, "share of the archive", WARM),
        text(_WIDTH - _RIGHT + 6, _TOP + 4, f"{most:.3g}" if most < 0.001 else f"{most:.1%}" if most < 0.1 else f"{most:.0%}"),
        text(_WIDTH - _RIGHT + 6, _TOP + high + 4, "0"),
    ]  # fmt: skip
    description = summary(line, named=False)
    _all, _comma, elsewhere = description.partition(", ")
    if elsewhere:  # hits that no bar has
        parts.append(text(_WIDTH / 2, 16, elsewhere, anchor="middle"))
    return frame(f"{line.query} over time", description, (_WIDTH, _HEIGHT), "".join(parts), alone=alone)


def svg_several(lines: Sequence[Timeline], *, alone: bool = False) -> str:
    """Several timelines over the same periods, a line each, with colours and dashes that are told apart without colours."""
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    highest = max((period.count for line in lines for period in line.periods), default=0) or 1
    periods = [period.value for period in lines[0].periods]
    step = wide / max(1, len(periods))
    parts = [_scale(highest, high, wide), *names_below(periods, _LEFT, step, _HEIGHT - _BOTTOM + 16, _WIDTH)]
    for number, line in enumerate(lines):
        colour, dashes = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        points = " ".join(f"{_LEFT + (place + 0.5) * step:.1f},{_TOP + high - each.count / highest * high:.1f}" for place, each in enumerate(line.periods))
        given = {"fill": "none", "stroke": colour, "stroke-width": 2, "stroke-dasharray": dashes}
        below = _HEIGHT + 12 + number * 18
        key = element("line", {"x1": _LEFT, "x2": _LEFT + 28, "y1": below - 4, "y2": below - 4, **given})
        key += text(_LEFT + 36, below, short(summary(line, named=True), 120))
        parts.append(mark(summary(line, named=True), element("polyline", {"points": points, **given}) + key))
    parts.append(text(_LEFT, 16, f"cables a {lines[0].by}"))
    title = f"{len(lines)} queries over time"
    return frame(title, "; ".join(summary(line, named=True) for line in lines), (_WIDTH, _HEIGHT + 12 + len(lines) * 18), "".join(parts), alone=alone)


def _broken(points: Sequence[tuple[float, float] | None]) -> str:
    """A path through the points, which ends where there is none and begins again behind it; a point alone is a stroke of six pixels."""
    path = ""
    for before, point, after in zip((None, *points), points, (*points[1:], None), strict=False):
        if point:
            x, y = point
            path += f"L{x:.1f},{y:.1f}" if before else f"M{x:.1f},{y:.1f}" if after else f"M{x - 3:.1f},{y:.1f}h6"
    return path


def _scale(highest: int, high: float, wide: float) -> str:
    parts = []
    for value in steps(highest):
        y = _TOP + high - value / highest * high
        parts += [
            element("line", {"x1": _LEFT, "x2": _LEFT + wide, "y1": y, "y2": y, "stroke": "currentColor", "stroke-opacity": 0.2}),
            text(_LEFT - 6, y + 4, plain(value), anchor="end"),
        ]
    return "".join(parts)
