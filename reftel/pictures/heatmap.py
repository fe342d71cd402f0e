"""Posts by months: how many of what each sent in a month are hits."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from reftel.pictures.svg import INK, cables, element, frame, mark, names_below, short, swatch, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from reftel.search.heatmap import HeatMap

_WIDTH, _LEFT, _TOP, _TALL = 900, 150, 34, 20
_SHADES = 20  # of cells that are drawn together


def heads(heat: HeatMap) -> tuple[str, ...]:
    """The heads of the table."""
    return ("post", heat.by, "hits", "cables", "share")


def rows(heat: HeatMap) -> list[tuple[str, str, int, int, float]]:
    """The table: post, period, hits, all cables of the post in it, and the share; without the places where the post sent none."""
    return [
        (row.post, period, hits, every, hits / every)
        for row in heat.rows
        for period, hits, every in zip(heat.periods, row.hits, row.cables, strict=True)
        if every
    ]


def svg(heat: HeatMap, *, link: Callable[[str | None, str | None], str] | None = None, most_marks: int | None = None, alone: bool = False) -> str:
    """The picture: the darker, the larger the share of the post's cables; an empty frame where it sent some and none is a hit.

    ``link``: of a post, a period, or both. ``most_marks``: more places than these are no marks of their own, but their posts and periods are.
    """
    step = (_WIDTH - _LEFT - 8) / max(1, len(heat.periods))
    places, columns = {row.post: number for number, row in enumerate(heat.rows)}, {period: number for number, period in enumerate(heat.periods)}
    below = _TOP + len(heat.rows) * _TALL
    parts = []
    for row, top in zip(heat.rows, range(_TOP, below, _TALL), strict=True):
        label = f"{row.post}: {cables(sum(row.hits))} of {sum(row.cables):,} in these {heat.by}s"
        parts.append(mark(label, _area(0, top, _LEFT - 4, _TALL) + text(_LEFT - 8, top + 14, short(row.post, 19), anchor="end"), link(row.post, None) if link else None))

    def cell(post: str, period: str) -> str:
        wide = max(1, step - 1)
        return f"M{_LEFT + columns[period] * step + 0.5:.1f},{_TOP + places[post] * _TALL + 1}h{wide:.1f}v{_TALL - 2}h-{wide:.1f}z"

    table = rows(heat)
    empty = "".join(cell(post, period) for post, period, hits, _, _ in table if not hits)
    if empty:
        parts.append(element("path", {"d": empty, "fill": "none", "stroke": "currentColor", "stroke-opacity": 0.25, "stroke-width": 0.5}))
    found = [row for row in table if row[2]]
    if most_marks is None or len(found) <= most_marks:
        for post, period, hits, every, share in found:
            shape = element("path", {"d": cell(post, period), "fill-opacity": _dark(share)})
            parts.append(mark(f"{post} {period}: {cables(hits)} of {every:,}, {share:.0%}", shape, link(post, period) if link else None))
    else:
        shades = collections.defaultdict[float, str](str)
        for post, period, _, _, share in found:
            shades[-(-share * _SHADES // 1) / _SHADES] += cell(post, period)
        parts += [element("path", {"d": path, "fill-opacity": _dark(share)}) for share, path in sorted(shades.items())]
    for period, number in columns.items():
        hits, every = (sum(getattr(row, name)[number] for row in heat.rows) for name in ("hits", "cables"))
        if every:
            parts.append(mark(f"{period}: {cables(hits)} of {every:,}", _area(_LEFT + number * step, below + 2, step, 18), link(None, period) if link else None))
    names = element("g", {"pointer-events": "none"}, "".join(names_below(heat.periods, _LEFT, step, below + 16, _WIDTH)))
    legend = text(_LEFT, 18, "share of each post's cables that are hits:") + "".join(
        swatch(_LEFT + 260 + number * 62, 18, f"{share:.0%}", INK, **{"fill-opacity": _dark(share)}) for number, share in enumerate((0.05, 0.25, 0.5, 1))
    )
    more = f"; {heat.left_out:,} further posts are left out" if heat.left_out else ""
    shown = sum(hits for _, _, hits, _, _ in found)
    description = f"{cables(shown)}{f' of {heat.total:,}' if shown < heat.total else ''} by post and {heat.by}{more}"
    inner = element("g", {"fill": INK}, "".join(parts)) + names + legend + text(_LEFT, below + 36, description)
    return frame(f"{heat.query} by post and {heat.by}", description, (_WIDTH, below + 46), inner, alone=alone)


def _dark(share: float) -> float:
    return 0.2 + 0.8 * share


def _area(x: float, y: float, width: float, height: float) -> str:
    """A place that is seen by the pointer alone."""
    return element("rect", {"x": x, "y": y, "width": width, "height": height, "fill": "transparent"})
