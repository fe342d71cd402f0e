"""Posts by months: how many of what each sent in a month are hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reftel.pictures.svg import INK, cables, element, frame, mark, short, text

if TYPE_CHECKING:
    from reftel.pictures.svg import Link
    from reftel.search.heatmap import HeatMap

_WIDTH, _LEFT, _TOP, _TALL = 900, 132, 34, 20


def rows(heat: HeatMap) -> list[tuple[str, str, int, int, float]]:
    """The table: post, period, hits, all cables of the post in it, and the share; without the places where the post sent none."""
    return [
        (row.post, period, hits, every, hits / every)
        for row in heat.rows
        for period, hits, every in zip(heat.periods, row.hits, row.cables, strict=True)
        if every
    ]


def svg(heat: HeatMap, *, link: Link | None = None, alone: bool = False) -> str:
    """The picture: the darker, the larger the share of the post's cables; an empty frame where it sent some and none is a hit.

    ``link``: of ``POST 2008-02``.
    """
    step = (_WIDTH - _LEFT - 8) / max(1, len(heat.periods))
    places, columns = {row.post: number for number, row in enumerate(heat.rows)}, {period: number for number, period in enumerate(heat.periods)}
    parts = [text(_LEFT - 8, _TOP + number * _TALL + 14, short(post, 18), anchor="end") for post, number in places.items()]
    for post, period, hits, every, share in rows(heat):
        colours = {"fill": INK, "fill-opacity": 0.2 + 0.8 * share} if hits else {"fill": "transparent"}
        shape = element("rect", {
            "x": _LEFT + columns[period] * step + 0.5, "y": _TOP + places[post] * _TALL + 1, "width": max(1, step - 1), "height": _TALL - 2,
            "stroke": "currentColor", "stroke-opacity": 0.25, "stroke-width": 0.5, **colours,
        })  # fmt: skip
        label = f"{post} {period}: {cables(hits)} of {every:,}, {share:.0%}"
        parts.append(mark(label, shape, link(f"{post} {period}") if link else None))
    below = _TOP + len(heat.rows) * _TALL
    every_nth = max(1, -(-len(heat.periods) // 12))
    parts += [
        text(_LEFT + (number + 0.5) * step, below + 16, period, anchor="middle") for period, number in columns.items() if number % every_nth == 0
    ]
    parts += [text(_LEFT, 18, "share of each post's cables that are hits:")]
    parts += [
        element("rect", {"x": _LEFT + 240 + number * 52, "y": 8, "width": 14, "height": 12, "fill": INK, "fill-opacity": 0.2 + 0.8 * share})
        + text(_LEFT + 258 + number * 52, 18, f"{share:.0%}")
        for number, share in enumerate((0.05, 0.25, 0.5, 1))
    ]
    more = f"; {heat.left_out:,} further posts are left out" if heat.left_out else ""
    description = f"{cables(heat.total)} by post and {heat.by}{more}"
    parts.append(text(_LEFT, below + 34, description))
    return frame(f"{heat.query} by post and {heat.by}", description, (_WIDTH, below + 44), "".join(parts), alone=alone)
