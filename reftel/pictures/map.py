"""Posts on a map, sized by hits, on the outline of the land."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reftel.pictures.svg import INK, cables, element, frame, mark, short, text
from reftel.schema.posts import all_posts
from reftel.schema.tables import read_table

if TYPE_CHECKING:
    from reftel.pictures.svg import Link
    from reftel.search.plan import Bucket

_WIDTH, _HEIGHT, _NORTH, _SOUTH = 900, 400, 84, -58
_LARGEST = 22  # pixels of the radius of the post with most hits


def rows(posts: Sequence[Bucket]) -> list[tuple[str, str | None, int, float | None, float | None]]:
    """The table: post, its label, hits, latitude and longitude in degrees; ``None`` for a post whose place no table has."""
    return [(each.value, _label(each.value), each.count, *_places().get(each.value, (None, None))) for each in posts]


def svg(query: str, posts: Sequence[Bucket], *, link: Link | None = None, alone: bool = False) -> str:
    """The picture of a query's hits by post, the facet ``from:all``. Areas are as hits; posts without a place are counted below. ``link``: of a post."""
    table = rows(posts)
    highest = max((count for _, _, count, _, _ in table), default=1)
    parts = [element("path", {"d": _land(), "fill": "currentColor", "fill-opacity": 0.13, "stroke": "currentColor", "stroke-opacity": 0.3, "stroke-width": 0.5})]
    unplaced = [(name, count) for name, _, count, latitude, _ in table if latitude is None]
    for name, label, count, latitude, longitude in sorted(table, key=lambda row: -row[2]):  # small ones above large ones
        if latitude is None or longitude is None:
            continue
        x, y = _place(latitude, longitude)
        given = {"cx": x, "cy": y, "r": max(2, _LARGEST * math.sqrt(count / highest)), "fill": INK, "fill-opacity": 0.55, "stroke": INK}
        parts.append(mark(f"{label or name}: {cables(count)}", element("circle", given), link(name) if link else None))
    shown = sum(count for _, _, count, latitude, _ in table if latitude is not None)
    description = f"{cables(shown)} by post"
    if unplaced:
        some = ", ".join(f"{short(name, 20)} {count:,}" for name, count in unplaced[:6])
        description += f"; {sum(count for _, count in unplaced):,} of posts whose place is not known: {some}{' …' if len(unplaced) > 6 else ''}"
    parts.append(text(12, _HEIGHT + 16, description))
    return frame(f"{query} by post, on a map", description, (_WIDTH, _HEIGHT + 26), "".join(parts), alone=alone)


def _label(stem: str) -> str | None:
    post = all_posts().get(stem)
    return post.label if post else None


@functools.cache
def _places() -> dict[str, tuple[float, float]]:
    return {row["stem"]: (float(row["latitude"]), float(row["longitude"])) for row in read_table("post_places")}


def _place(latitude: float, longitude: float) -> tuple[float, float]:
    """Pixels of a place: degrees are all as wide, and as high."""
    return (longitude + 180) / 360 * _WIDTH, (_NORTH - latitude) / (_NORTH - _SOUTH) * _HEIGHT


@functools.cache
def _land() -> str:
    """The outline as a path."""
    paths = []
    for row in read_table("land"):
        numbers = list(map(float, row["coordinates"].split()))
        points = (_place(latitude, longitude) for longitude, latitude in zip(numbers[::2], numbers[1::2], strict=True))
        paths.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + "Z")
    return "".join(paths)
