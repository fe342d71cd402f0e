"""A network of citations: cables one below the other in time order, and an arc from each to what it cites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reftel.pictures.svg import INK, WARM, cables, element, frame, mark, plain, short, text

if TYPE_CHECKING:
    from reftel.pictures.svg import Link
    from reftel.search.citations import Citations

MOST_CABLES = 60
"""Cables that a picture shows at most; with more it can't be read."""

_WIDTH, _TOP, _TALL, _ARCS = 900, 56, 22, 220

HEADS = ("citing", "cited")
"""Of the table."""


def rows(graph: Citations) -> list[tuple[str, str]]:
    """The table: who cites whom."""
    return [(link.source, link.target) for link in graph.links if link.target]


def svg(graph: Citations, *, link: Link | None = None, alone: bool = False) -> str:
    """The picture. Of a result only cables that cite or are cited are shown; a ring for those that the archive lacks. ``link``: of a cable's key."""
    pairs = {(source, target) for source, target in rows(graph) if source != target}
    linked = {key for pair in pairs for key in pair} | set(graph.roots[:1] if len(graph.roots) == 1 else ())
    near = [cable for cable in graph.cables if cable.key in linked]  # by distance
    kept = _kept(graph, pairs)
    shown = [cable for cable in graph.thread() if cable.key in kept]
    places = {cable.key: _TOP + number * _TALL + _TALL / 2 for number, cable in enumerate(shown)}
    drawn = sorted((source, target) for source, target in pairs if source in places and target in places)
    widest = max((abs(places[source] - places[target]) for source, target in drawn), default=1)
    parts = [_arc(places[source], places[target], widest, f"{source} cites {target}") for source, target in drawn]
    for cable in shown:
        y = places[cable.key]
        root = len(graph.roots) == 1 and cable.key == graph.roots[0]
        colour = INK if cable.in_archive else WARM
        fill = colour if cable.in_archive else "transparent"
        dot: dict[str, object] = {"cx": _ARCS, "cy": y, "r": 6 if root else 4.5, "stroke": colour, "stroke-width": 1.5, "fill": fill}
        words = " ".join(filter(None, (cable.key, (cable.date or "")[:10], cable.subject or ("" if cable.in_archive else "(not in the archive)"))))
        row = element("rect", {"x": _ARCS - 8, "y": y - _TALL / 2, "width": _WIDTH - _ARCS, "height": _TALL, "fill": "transparent"})
        line = text(_ARCS + 14, y + 4, short(words, 84), **({"font-weight": "bold"} if root else {}))
        parts.append(mark(words, row + element("circle", dot) + line, link(cable.key) if link else None))
    left = len(near) - len(shown) + graph.left_out
    more = f"; {left:,} further cables are left out" if left else ""
    lone = len(graph.cables) - len(near)
    alone_ones = f"; {lone:,} without citations among them are not shown" if lone else ""
    description = f"{cables(len(shown))}, {len(drawn):,} citation{'' if len(drawn) == 1 else 's'}{more}{alone_ones}"
    name = graph.roots[0] if len(graph.roots) == 1 else cables(len(graph.roots))
    parts += [text(12, 18, description), text(12, 36, "the earliest first; an arc leads to what is cited; a ring is a cable that the archive lacks")]
    return frame(f"Citations around {name}", description, (_WIDTH, _TOP + len(shown) * _TALL + 12), "".join(parts), alone=alone)


def _kept(graph: Citations, pairs: set[tuple[str, str]]) -> set[str]:
    """The cables to be shown: both ends of citations, those nearest to where the graph begins, and of these first between cables that the archive has."""
    far = {cable.key: (cable.distance, not cable.in_archive, cable.key) for cable in graph.cables}
    kept = set(graph.roots if len(graph.roots) == 1 else ())
    for pair in sorted(pairs, key=lambda pair: sorted((far[key] for key in pair), reverse=True)):
        if len(kept.union(pair)) <= MOST_CABLES:
            kept.update(pair)
    return kept


def _arc(start: float, end: float, widest: float, label: str) -> str:
    """An arc on the left of the cables, the wider the further they are apart, with a head at what is cited."""
    reach = min(_ARCS - 40, widest)
    control = _ARCS - 20 - abs(end - start) / widest * reach * 4 / 3  # a curve comes three quarters of the way to its control points
    curve = f"M{_ARCS - 7},{start:.1f} C{control:.1f},{start:.1f} {control:.1f},{end:.1f} {_ARCS - 9},{end:.1f}"
    head = f"M{_ARCS - 13},{end - 3:.1f} L{_ARCS - 7},{end:.1f} L{_ARCS - 13},{end + 3:.1f} Z"
    line = element("path", {"d": curve, "fill": "none", "stroke": "currentColor", "stroke-opacity": 0.45})
    return element("g", {}, element("title", {}, plain(label)) + line + element("path", {"d": head, "fill": "currentColor", "fill-opacity": 0.6}))
