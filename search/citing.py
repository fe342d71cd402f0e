"""How a cable names the cables that it cites: which of its references a question asks for, and where its paragraphs speak of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from reftel.schema.cable import Cable, Reference
from reftel.schema.fields import field_of_kind
from reftel.schema.identifiers import post_names, split_id
from reftel.search.matching import matching_pattern
from reftel.search.plan import Node, Value, ValuePattern
from reftel.search.walk import iter_leaves

_LABEL = r"\(?(?:[A-Za-z]|\d{1,2})\)?(?!\w)"
_JOINT = r"\s*(?:,\s*(?:and|or)\b|,|&|/|-|–|\b(?:and|or|to|thru|through)\b)\s*(?:ref(?:tel)?s?\.?\s+)?"
_LABELS = rf"(?i)(?<!\w)ref(?:tel)?s?\.?\s*\(?(?P<labels>{_LABEL}(?:{_JOINT}{_LABEL})*)"
_ALONE = r"(?i)(?<!\w)reftel(?!\w)|(?<!\w)ref(?!\w)"
_ONE_LABEL = r"(?i)(?P<to>(?:-|–|\bto\b|\bthru\b|\bthrough\b)\s*(?:ref(?:tel)?s?\.?\s+)?)?\(?(?<![A-Za-z0-9])(?P<label>[A-Za-z]|\d{1,2})(?![A-Za-z0-9])"


def iter_cited(cable: Cable, plan: Node) -> Iterator[Reference]:
    """The references of ``cable`` that ``plan`` asks for, in the order of the plan."""
    field = field_of_kind("references").name
    for node in iter_leaves(plan):
        if isinstance(node, Value | ValuePattern) and node.field == field:
            yield from cited(cable, node)


def cited(cable: Cable, node: Value | ValuePattern) -> list[Reference]:
    """The references that one condition asks for. Where none has an id that does, those that have it in the year before (see `citations`)."""
    from reftel.search.citations import in_year, may_mean_last_year, prints_year  # noqa: PLC0415 - few queries ask for references

    known = [reference for reference in cable.refs if reference.id]
    found = [reference for reference in known if _asked(reference.id or "", node)]
    return found or [
        reference
        for reference in known
        if not prints_year(reference) and may_mean_last_year(cable, reference.id or "") and _asked(in_year(reference.id or "", -1), node)
    ]


def _asked(cited_id: str, node: Value | ValuePattern) -> bool:
    return cited_id in node.values if isinstance(node, Value) else bool(matching_pattern(node.pattern, [cited_id]))


def mentions(text: str, reference: Reference, *, alone: bool) -> Iterator[tuple[int, int]]:
    """Where ``text`` names a cited cable: by its label (``ref B``, ``reftels A-C``), by its id, or, if it is cited ``alone``, as the reftel."""
    if reference.label:
        for match in re.finditer(_LABELS, text):
            if reference.label.upper() in _labels(match["labels"]):
                yield match.span()
    if alone:
        yield from (match.span() for match in re.finditer(_ALONE, text))
    if reference.id and split_id(reference.id)[2] in text:
        yield from (match.span() for match in re.finditer(_printed(reference.id), text))


def _labels(text: str) -> set[str]:
    """``"A, B and D-F"`` -> ``{"A", "B", "D", "E", "F"}``."""
    labels: list[str] = []
    for match in re.finditer(_ONE_LABEL, text):
        label = match["label"].upper()
        if match["to"] and labels and len(labels[-1]) == len(label) == 1:
            labels += map(chr, range(ord(labels[-1]) + 1, ord(label)))
        labels.append(label)
    return set(labels)


@functools.lru_cache(64)
def _printed(cable_id: str) -> str:
    """A pattern of the ways to print an id: ``08 STATE 12345``, ``08STATE012345``, ``State 12345``."""
    year, stem, serial = split_id(cable_id)
    names = sorted({stem, *post_names(stem)}, key=len, reverse=True)
    post = "|".join(r"\s*".join(map(re.escape, "".join(name.split()))) for name in names)
    return rf"(?i)(?<!\w)(?:(?:(?:19|20)?{year}\s*)?(?:{post})\s*0*{serial})(?!\w)"
