"""Posts on a map, sized by hits, on the outline of the land."""

from __future__ import annotations

import collections
import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reftel.pictures.svg import INK, cables, element, frame, mark, short, text
from reftel.schema.posts import all_posts, without_kind
from reftel.schema.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reftel.search.plan import Bucket

HEADS = ("post", "label", "hits", "latitude", "longitude")
"""Of the table."""

_WIDTH, _HEIGHT, _NORTH, _SOUTH = 900, 400, 84, -58
_LARGEST = 22  # pixels of the radius of the place with most hits
_MOST_NAMES, _LONGEST_NAME = 30, 18
_LETTER, _TALL = 6.8, 12  # pixels of a name's letters

_Box = tuple[float, float, float, float]
Row = tuple[str, str | None, int, float | None, float | None]


def rows(posts: Sequence[Bucket]) -> list[Row]:
    """The table: post, its label, hits, latitude and longitude in degrees; ``None`` for a post whose place no table has."""
    return [(each.value, _label(each.value), each.count, *_places().get(each.value, (None, None))) for each in posts]


def svg(
    query: str, posts: Sequence[Bucket], *, total: int | None = None, link: Callable[[Sequence[str]], str] | None = None, most_marks: int | None = None,
    alone: bool = False,
) -> str:  # fmt: skip
    """The picture of a query's hits by post, the facet ``from:all``. Areas are as hits; posts of one city share a circle.

    ``total``: all hits; those without a post and those of posts whose place is not known are counted below. ``link``: of the posts of a circle.
    ``most_marks``: circles beyond these, of the places with fewest hits, lead nowhere.
    """
    table = rows(posts)
    found = _circles(table)
    parts = [element("path", {"d": _land(), "fill": "currentColor", "fill-opacity": 0.13, "stroke": "currentColor", "stroke-opacity": 0.3, "stroke-width": 0.5})]
    for number, circle in enumerate(found):  # small ones above large ones
        shape = element("circle", {"cx": circle.x, "cy": circle.y, "r": circle.radius, "fill": INK, "fill-opacity": 0.55, "stroke": INK})
        if most_marks is None or number < most_marks:
            shape = mark(circle.label, shape, link(circle.posts) if link else None)
        parts.append(shape)
    parts.append(element("g", {"pointer-events": "none"}, "".join(_named(found))))
    description = _description(table, sum(circle.count for circle in found), total)
    parts.append(text(12, _HEIGHT + 12, short(description, 140)))
    return frame(f"{query} by post, on a map", description, (_WIDTH, _HEIGHT + 24), "".join(parts), alone=alone)


@dataclasses.dataclass(frozen=True)
class _Circle:
    """The posts of a city, that with most hits first; ``name``: of the city."""

    posts: tuple[str, ...]
    name: str
    label: str
    count: int
    x: float
    y: float
    radius: float


def _circles(table: Iterable[Row]) -> list[_Circle]:
    """One a place, the largest first."""
    cities = collections.defaultdict[tuple[float, float], list[Row]](list)
    for row in table:
        if row[3] is not None and row[4] is not None:
            cities[_place(row[3], row[4])].append(row)
    counts = {place: sum(row[2] for row in found) for place, found in cities.items()}
    highest = max(counts.values(), default=1)
    circles = []
    for (x, y), found in sorted(cities.items(), key=lambda city: -counts[city[0]]):
        count = counts[x, y]
        label = f"{found[0][1]}: {cables(count)}" if len(found) == 1 else f"{', '.join(f'{row[1]} {row[2]:,}' for row in found)}: {cables(count)}"
        circles.append(_Circle(tuple(row[0] for row in found), _city(found), label, count, x, y, max(2, _LARGEST * math.sqrt(count / highest))))
    return circles


def _city(found: Sequence[Row]) -> str:
    """Of an embassy or a consulate, whose name is the city's, where there is one: ``Vienna`` of ``UNVIE`` and ``Embassy Vienna``."""
    post, label, *_ = min(found, key=lambda row: all_posts()[row[0]].kind not in ("embassy", "consulate"))
    return short(without_kind(label or post), _LONGEST_NAME)


def _named(circles: Sequence[_Circle]) -> list[str]:
    """Names beside the largest circles that find room: where no other name and no circle is, else above circles of half the size at most."""
    boxes = [(each.x - each.radius, each.y - each.radius, each.x + each.radius, each.y + each.radius) for each in circles]
    names: dict[str, _Box] = {}
    for circle in circles:
        places = dict(_beside(circle))
        free = next((spot for spot, box in places.items() if _is_free(box, (*boxes, *names.values()))), None)
        if free is None:
            like = boxes[: sum(1 for each in circles if each.radius > circle.radius / 2)]
            free = next((spot for spot, box in places.items() if _is_free(box, (*like, *names.values()))), None)
        if free is not None:
            names[text(*free, circle.name, size=11)] = places[free]
        if len(names) == _MOST_NAMES:
            break
    return list(names)


def _beside(circle: _Circle) -> Iterator[tuple[tuple[float, float], _Box]]:
    """Where the name of a circle may begin, and what it takes there: right, left, above, below."""
    wide = len(circle.name) * _LETTER
    for x, y in (
        (circle.x + circle.radius + 3, circle.y + 4), (circle.x - circle.radius - 3 - wide, circle.y + 4),
        (circle.x - wide / 2, circle.y - circle.radius - 4), (circle.x - wide / 2, circle.y + circle.radius + _TALL),
    ):  # fmt: skip
        if x >= 0 and x + wide <= _WIDTH:
            yield (x, y), (x, y - _TALL + 2, x + wide, y + 2)


def _is_free(box: _Box, taken: Iterable[_Box]) -> bool:
    left, high, right, low = box
    return not any(left < other[2] and other[0] < right and high < other[3] and other[1] < low for other in taken)


def _description(table: Sequence[Row], shown: int, total: int | None) -> str:
    told = f"{cables(shown)} by post"
    unplaced = [(name, count) for name, _, count, latitude, _ in table if latitude is None]
    if unplaced:
        some = ", ".join(f"{short(name, 20)} {count:,}" for name, count in unplaced[:3])
        told += f"; {sum(count for _, count in unplaced):,} of posts whose place is not known: {some}{' …' if len(unplaced) > 3 else ''}"
    if total is not None and (without := total - sum(row[2] for row in table)) > 0:
        told += f"; {without:,} without a post"
    return told


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
