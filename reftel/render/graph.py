"""Citation graphs for other programs: DOT for Graphviz, GraphML for Gephi, yEd and networkx."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from reftel.render.safe import json_text, safe_line

if TYPE_CHECKING:
    from reftel.search.citations import Citation, Citations, CitedCable

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_KEYS = (
    ("id", "node", "string"), ("date", "node", "string"), ("classification", "node", "string"), ("origin", "node", "string"),
    ("subject", "node", "string"), ("in_archive", "node", "boolean"), ("distance", "node", "int"),
    ("label", "edge", "string"), ("raw", "edge", "string"), ("assumed_year", "edge", "boolean"),
)  # fmt: skip
# What XML 1.0 has no way to write: surrogates and the two non-characters. `safe_line` has dealt with the controls.
_NOT_XML = dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")


def render_graph(graph: Citations, form: str) -> str:
    """The graph in ``dot``, ``graphml`` or ``json``."""
    if form == "json":
        return json_text(graph.to_dict(), indent=2)
    return render_dot(graph) if form == "dot" else render_graphml(graph)


def render_dot(graph: Citations) -> str:
    """Graphviz: an arrow from the citing cable to the cited one; cables that are not in the archive are dashed."""
    lines = ["digraph reftel {", "  rankdir=RL;", '  node [shape=box, fontname="sans-serif"];']
    for cable in graph.cables:
        style = "" if cable.in_archive else ", style=dashed"
        lines.append(f"  {_quoted(cable.key)} [label={_quoted(_caption(cable))}{style}];")
    for source, target, label, assumed in _edges(graph):
        parts = [f"label={_quoted(label)}"] * bool(label) + ["style=dashed"] * assumed
        attributes = f" [{', '.join(parts)}]" if parts else ""
        lines.append(f"  {_quoted(source)} -> {_quoted(target)}{attributes};")
    return "\n".join([*lines, "}"])


def _edges(graph: Citations) -> list[tuple[str, str, str, bool]]:
    return [(link.source, link.target, link.label or "", link.assumed_year) for link in graph.links if link.target]


def _caption(cable: CitedCable) -> str:
    head = f"{cable.key}  {cable.date[:10]}" if cable.date else cable.key
    return f"{head}\n{cable.subject}" if cable.subject else head


def _quoted(text: str) -> str:
    r"""A DOT string: quotes and backslashes escaped, so that no ``\N`` of a subject is obeyed; lines joined by ``\n``."""
    lines = (safe_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n", 1))
    return '"' + "\\n".join(lines) + '"'


def render_graphml(graph: Citations) -> str:
    """GraphML, directed from the citing cable to the cited one."""
    root = ET.Element("graphml", xmlns=_NAMESPACE)
    for name, kind, datatype in _KEYS:
        ET.SubElement(root, "key", {"id": f"{kind}_{name}", "for": kind, "attr.name": name, "attr.type": datatype})
    body = ET.SubElement(root, "graph", id="citations", edgedefault="directed")
    for cable in graph.cables:
        _node(body, cable)
    for link in graph.links:
        if link.target:
            _edge(body, link, link.target)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _node(parent: ET.Element, cable: CitedCable) -> None:
    node = ET.SubElement(parent, "node", id=_xml(cable.key))
    values = {
        "id": cable.key,
        "date": cable.date,
        "classification": cable.classification,
        "origin": cable.origin,
        "subject": cable.subject,
    }
    _data(node, "node", values | {"in_archive": str(cable.in_archive).lower(), "distance": str(cable.distance)})


def _edge(parent: ET.Element, link: Citation, target: str) -> None:
    edge = ET.SubElement(parent, "edge", source=_xml(link.source), target=_xml(target))
    _data(edge, "edge", {"label": link.label, "raw": link.raw, "assumed_year": str(link.assumed_year).lower()})


def _data(parent: ET.Element, kind: str, values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is not None:
            ET.SubElement(parent, "data", key=f"{kind}_{name}").text = _xml(value)


def _xml(text: str) -> str:
    return safe_line(text).translate(_NOT_XML)
