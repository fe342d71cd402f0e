"""What a hit was found by, where its paragraphs don't show it: a reference, a line of its head, its signature, or a value of a field."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from reftel.schema.cable import Cable, Reference
from reftel.schema.errors import CableNotFound
from reftel.schema.fields import FIELDS, Field, default_fields, field_of_kind, fields_by_name, squash
from reftel.search.citing import cited
from reftel.search.describe import bound_text
from reftel.search.matching import fixed_prefix, matching_pattern
from reftel.search.plan import AnyOf, CitedBy, Node, Not, Prefer, Range, Tagged, Value, ValuePattern, Word
from reftel.search.positions import POSITIONAL
from reftel.search.results import HEADING, SIGNATURE, SUBJECT, FoundBy, Highlights
from reftel.search.snippets import CableText, covered
from reftel.search.tagged import Lookup
from reftel.search.tokens import letters_in_row
from reftel.search.walk import children, iter_evidence, iter_leaves

Load = Callable[[str], Cable]


def found_by(cable: Cable, plan: Node, lacking: Sequence[Node], load: Load, tagged: Lookup, *, empty: bool) -> tuple[FoundBy, ...]:
    """What of ``cable`` beside its paragraphs answers ``plan``, which has tags and references as they were written.

    ``lacking``: the words, phrases and proximities that no paragraph has; ``empty``: whether none has anything of the query.

    The references that were asked for, and lines with what neither a paragraph nor the subject has. Where there is nothing of either, nor in
    the paragraphs, the values of fields that were asked for.
    """
    lines = dict.fromkeys((*_citations(cable, plan, load), *_lines(cable, plan, lacking)))
    return tuple(lines or (dict.fromkeys(_values(cable, plan, tagged)) if empty else ()))


def asks_for_references(plan: Node) -> bool:
    """Whether references of a hit, or to it, answer ``plan``."""
    references = field_of_kind("references").name
    return any(isinstance(node, CitedBy) or (isinstance(node, Value | ValuePattern) and node.field == references) for node in iter_leaves(plan))


# -- references ------------------------------------------------------------------------------------------------------------------------------


def _citations(cable: Cable, plan: Node, load: Load) -> Iterator[FoundBy]:
    references = field_of_kind("references").name
    for node in iter_leaves(plan):
        if isinstance(node, Value | ValuePattern) and node.field == references:
            yield from (_citation(references, reference) for reference in cited(cable, node))
        elif isinstance(node, CitedBy):
            for key in node.ids:
                yield from _citations_in(key, Value(references, (cable.key,)), load)


def _citations_in(key: str, this: Value, load: Load) -> Iterator[FoundBy]:
    """The references of another cable to this one."""
    try:
        citing = load(key)
    except CableNotFound:
        return
    yield from (_citation(field_of_kind("citing").name, reference, f"{key}: ") for reference in cited(citing, this))


def _citation(part: str, reference: Reference, before: str = "") -> FoundBy:
    before += f"{reference.label}. " if reference.label else ""
    return FoundBy(part, before + reference.raw, ((len(before), len(before) + len(reference.raw)),))


# -- lines of the text -----------------------------------------------------------------------------------------------------------------------


def _lines(cable: Cable, plan: Node, lacking: Sequence[Node]) -> Iterator[FoundBy]:
    """Lines outside the paragraphs that bare words were found in, each with all of them that it has; none for what the subject has.

    Of several lines that have the same a signature is taken, else the first.
    """
    found: dict[tuple[str, str], set[tuple[int, int]]] = {}
    told = set(_told(cable, plan))
    for node in lacking:
        lines = iter(()) if node in told else _blocks_with(cable, node, default_fields())
        first = next(lines, None)
        if first is not None and first.part != SUBJECT:
            line = min((first, *lines), key=lambda each: each.part != SIGNATURE)
            found.setdefault((line.part, line.text), set()).update(line.highlights)
    return (FoundBy(part, text, tuple(sorted(marked))) for (part, text), marked in found.items())


def _told(cable: Cable, plan: Node) -> Iterator[Node]:
    """The words of ids that the cable is found by otherwise: as itself, or by its references."""
    if isinstance(plan, Prefer):
        if any(_values_asked(cable, leaf) for leaf in iter_leaves(plan) if isinstance(leaf, Value)):
            yield from iter_evidence(plan.child)
    elif not isinstance(plan, Not):
        for child in children(plan):
            yield from _told(cable, child)


def _blocks_with(cable: Cable, node: Node, fields: tuple[Field, ...]) -> Iterator[FoundBy]:
    """The lines of ``fields``, paragraphs left out, in which a position expression stands: of each block the first."""
    for field in fields:
        texts = [block.text for block in field.blocks(cable) if block.paragraph is None and _may_have(block.text, node)]
        if not texts:
            continue
        text = CableText(field.name, texts)
        places = {place for _word, found in covered(node, text) for place in found.tolist()}
        for number, block in enumerate(texts):
            if highlights := text.highlights(number, places):
                yield _line(_part(cable, field, block), block, highlights)


def _may_have(text: str, node: Node) -> bool:
    """Whether a text has the letters of a position expression; most that don't have it are not cut into words then."""
    letters = letters_in_row(text)
    return letters is None or _among(letters, node)


def _among(letters: bytes, node: Node) -> bool:
    if isinstance(node, Word):
        forms = (node.text, *node.forms) if node.match == "inflected" and node.forms is not None else (fixed_prefix(node),)
        return any(form.encode() in letters for form in forms)
    among = (_among(letters, child) for child in children(node))
    return any(among) if isinstance(node, AnyOf) else all(among)


def _part(cable: Cable, field: Field, block: str) -> str:
    if field.default and block in cable.signers:
        return SIGNATURE
    return HEADING if field.paragraphs else field.name


def _line(part: str, text: str, highlights: Highlights) -> FoundBy:
    """The first line of a text that has highlights, with those that follow as long as they have some too."""
    start = text.rfind("\n", 0, highlights[0][0]) + 1
    end = start
    for first, last in highlights:
        if end > start and "\n" in text[end + 1 : first]:
            break
        if last > end:
            end = text.find("\n", last) if "\n" in text[last:] else len(text)
    return FoundBy(part, text[start:end], tuple((first - start, last - start) for first, last in highlights if last <= end))


# -- values of fields ------------------------------------------------------------------------------------------------------------------------


def _values(cable: Cable, plan: Node, tagged: Lookup) -> Iterator[FoundBy]:
    for node in iter_leaves(plan):
        match node:
            case Value() | ValuePattern():
                values = _values_asked(cable, node)
                yield from (FoundBy(node.field, cable.key if value == squash(cable.key) else value) for value in values)
            case Range():
                yield from _number(cable, node)
            case Tagged():
                yield from (FoundBy(field_of_kind("tag").name, tag) for tag in node.tags if cable.key in tagged(tag))
            case _ if isinstance(node, POSITIONAL):
                yield from itertools.islice(_blocks_with(cable, node, tuple(field for field in FIELDS if field.stored == "text")), 1)


def _values_asked(cable: Cable, node: Value | ValuePattern) -> list[str]:
    field = fields_by_name()[node.field]
    values = list(map(field.normalise, field.values(cable)))
    return matching_pattern(node.pattern, values) if isinstance(node, ValuePattern) else [value for value in values if value in node.values]


def _number(cable: Cable, node: Range) -> Iterator[FoundBy]:
    field = fields_by_name()[node.field]
    number = field.number(cable)
    if number is not None and (node.lowest is None or number >= node.lowest) and (node.highest is None or number <= node.highest):
        named = field.facet_values(cable) if field.facet_values else ()
        yield FoundBy(field.name, named[0] if named else bound_text(field.name, number).removesuffix(" 00:00"))
