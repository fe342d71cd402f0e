"""What about a record a person should look at first: its warnings, and what its parts say against each other, weighed."""

from __future__ import annotations

from collections.abc import Iterator

from reftel.base.frozen import frozen
from reftel.schema.cable import Cable
from reftel.schema.scales import CLASSIFICATION, LEVEL

_WEIGHTS = {
    "id": 6, "body_id": 6, "body": 6, "classification": 6, "caveats": 4, "paragraphs": 4, "date": 4, "subject": 3, "signers": 3, "classified_by": 2,
    "recipients": 2, "declassify_on": 2,
}  # fmt: skip
"""How grave a doubt about a field is; 1 for the others, of which a cable has many."""

_SLIGHT = frozenset({"date-minutes-lost", "header-flattened"})
"""Warnings of what a container lost, where nothing was read wrongly: 1."""

_MARK = 8
_LEAST_TEXT = 300  # characters of a body that has something to say
_CLASSIFIED = 2  # rank from which a cable names its classifying officer


@frozen
class Doubt:
    """Why to look: a warning's code or a kind of `KINDS`, what was seen, and a weight."""

    kind: str
    message: str
    weight: int


KINDS = {
    "mark-above-classification": "a paragraph is marked higher than the cable is classified",
    "mark-missing": "a numbered paragraph has no mark, though the others have one",
    "paragraphs-missing": "there is text, but no paragraph",
    "numbers-jump": "the numbers of paragraphs don't rise by one from 1",
    "subject-missing": "there is no subject",
    "signer-missing": "the text is whole, but nobody signed it",
    "officer-missing": "the cable is classified, but no classifying officer is named",
}
"""Doubts for which there is no warning, and their meaning."""


def doubts_of(cable: Cable) -> tuple[Doubt, ...]:
    """The doubts about a record, gravest first; a kind once, with what was seen first."""
    found: dict[str, Doubt] = {}
    for doubt in (*_about_parts(cable), *_warnings(cable)):
        found.setdefault(doubt.kind, doubt)
    return tuple(sorted(found.values(), key=lambda doubt: (-doubt.weight, doubt.kind)))


def _warnings(cable: Cable) -> Iterator[Doubt]:
    for warning in cable.warnings:
        yield Doubt(warning.code, warning.message, 1 if warning.code in _SLIGHT else _WEIGHTS.get(warning.field, 1))


def _about_parts(cable: Cable) -> Iterator[Doubt]:
    yield from _about_marks(cable)
    broken = {"truncated", "partial", "mismatch"} & set(cable.flags)
    numbers = [part.number for part in cable.paragraphs if part.number is not None]
    if not cable.paragraphs and len(cable.body) - cable.head_end > _LEAST_TEXT:
        yield Doubt("paragraphs-missing", f"{len(cable.body) - cable.head_end:,} characters behind the head", _WEIGHTS["paragraphs"])
    if "partial" not in cable.flags and numbers != list(range(1, len(numbers) + 1)):
        place = next(place for place, number in enumerate(numbers) if number != place + 1)
        before = f"{numbers[place - 1]} is followed by" if place else "the first is"
        yield Doubt("numbers-jump", f"{before} {numbers[place]}", _WEIGHTS["paragraphs"])
    if not cable.subject and cable.body:
        yield Doubt("subject-missing", KINDS["subject-missing"], _WEIGHTS["subject"])
    if not cable.signers and cable.paragraphs and not broken:
        yield Doubt("signer-missing", KINDS["signer-missing"], _WEIGHTS["signers"])
    if cable.classified_by is None and not broken and (_rank(cable) or 0) >= _CLASSIFIED:
        yield Doubt("officer-missing", f"the cable is {cable.classification}", _WEIGHTS["classified_by"])


def _about_marks(cable: Cable) -> Iterator[Doubt]:
    rank = _rank(cable)
    numbered = [part for part in cable.paragraphs if part.number is not None]
    for part in cable.paragraphs:
        level = LEVEL.rank(part.level) if part.level else None
        if rank is not None and level is not None and level > rank:
            yield Doubt("mark-above-classification", f"paragraph {part.number} is ({part.mark}), the cable {cable.classification}", _MARK)
    bare = [part.number for part in numbered if part.mark is None]
    if bare and 2 * len(bare) < len(numbered):
        yield Doubt("mark-missing", f"paragraph {bare[0]}", _MARK)


def _rank(cable: Cable) -> int | None:
    return CLASSIFICATION.rank(cable.classification) if cable.classification else None
