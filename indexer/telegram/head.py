"""The head of a cable, everything before its first paragraph: caption, E.O., TAGS, SUBJECT, REF, Classified By."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from reftel.base.steps import Steps
from reftel.indexer.telegram.caption import Caption, caption_of
from reftel.indexer.telegram.classified_by import classified_by_of, unread_reasons
from reftel.indexer.telegram.eo import Declassification, declassification_of, looks_like_date
from reftel.indexer.telegram.labels import LabelledPart
from reftel.indexer.telegram.layout import Layout
from reftel.indexer.telegram.references import references_of
from reftel.indexer.telegram.subject import subject_of, unlabelled_subject
from reftel.indexer.telegram.tags import Tags, tags_of
from reftel.schema import warnings as codes
from reftel.schema.cable import ClassifiedBy, Reference, Warning  # noqa: A004 - the record's word for it
from reftel.schema.identifiers import reference_id
from reftel.schema.tagkinds import is_known_tag, split_fused


class HeadFacts(msgspec.Struct, frozen=True, gc=False):
    """What a head says; every part that is not there is ``None`` or empty.

    ``declassify_on`` is an ISO date, ``declassify_raw`` the value as printed.
    """

    caption: Caption
    declassify_on: str | None = None
    declassify_raw: str | None = None
    tags: tuple[str, ...] = ()
    subject: str | None = None
    references: tuple[Reference, ...] = ()
    classified_by: ClassifiedBy | None = None
    warnings: tuple[Warning, ...] = ()


def head_of(layout: Layout, *, year: int | None, own: str | None) -> Steps[HeadFacts]:
    """The facts of a head. ``year`` is that of the cable, implied in references; ``own`` its id where that is known, else the caption says it.

    Where a copy of the cable's data stands before its caption (a row of another table), the parts behind the caption are read.
    """
    caption = caption_of(layout.head, layout.regions)
    regions = _with_other_copy(_behind_caption(layout.regions, caption), layout.elsewhere)
    yield
    eo = declassification_of(regions, year=year)
    yield
    tags = tags_of(regions)
    yield
    references = references_of(regions, year=year, own=own or _shown_id(caption, year))
    yield
    subject, unlabelled = subject_of(regions), unlabelled_subject(regions)
    yield
    classified_by = classified_by_of(regions, rest=layout.opening)
    yield
    return HeadFacts(
        caption=caption,
        declassify_on=eo.on if eo else None,
        declassify_raw=eo.raw if eo else None,
        tags=tags.found,
        subject=subject or unlabelled,
        references=references.found,
        classified_by=classified_by,
        warnings=(
            *_caption_warnings(caption, regions),
            *_tag_warnings(tags),
            *_subject_warnings(unlabelled),
            *_reasons_warnings(classified_by, regions),
            *references.warnings,
            *_declassify_warnings(eo),
        ),
    )


def _shown_id(caption: Caption, year: int | None) -> str | None:
    return reference_id(caption.post, caption.serial, year) if caption.post and caption.serial and year else None


def _caption_warnings(caption: Caption, regions: tuple[LabelledPart, ...]) -> Iterator[Warning]:
    if not caption.end and regions:
        yield Warning(codes.CAPTION_MISSING, "classification", "no class line above the labelled parts")


def _tag_warnings(tags: Tags) -> Iterator[Warning]:
    """Tags that look like a slip of the typist."""
    for word in tags.fused:
        yield Warning(codes.TAG_FUSED, "tags", f"{word!r} was read as {', '.join(split_fused(word))}")
    for tag in tags.found:
        if "," not in tag and not is_known_tag(tag):
            yield Warning(codes.TAG_UNKNOWN, "tags", f"{tag!r} is not in the table of tags")


def _subject_warnings(unlabelled: str | None) -> Iterator[Warning]:
    if unlabelled:
        yield Warning(codes.SUBJECT_UNLABELLED, "subject", f"no label stands before {unlabelled!r}")


def _reasons_warnings(classified_by: ClassifiedBy | None, regions: Sequence[LabelledPart]) -> Iterator[Warning]:
    if classified_by and not classified_by.reasons and (printed := unread_reasons(regions)):
        yield Warning(codes.REASONS_UNREADABLE, "classified_by", f"no section stands before {printed!r}")


def _declassify_warnings(eo: Declassification | None) -> Iterator[Warning]:
    if eo and eo.raw and eo.on is None and looks_like_date(eo.raw):
        yield Warning(codes.DECLASSIFY_UNREADABLE, "declassify_on", f"no day of the calendar: {eo.raw!r}")


def _with_other_copy(regions: tuple[LabelledPart, ...], others: tuple[LabelledPart, ...]) -> tuple[LabelledPart, ...]:
    """The parts with those that only another copy of the head has, has whole, or has more of (TAGS whose second line was lost)."""
    if not others:
        return regions
    texts = {other.kind: _letters(other.text) for other in others if not other.cut}
    kept = [
        region for region in regions
        if not (region.kind in texts and (region.cut or (region.kind == "tags" and len(texts["tags"]) > len(_letters(region.text)) > 0
                                                         and texts["tags"].startswith(_letters(region.text)))))
    ]  # fmt: skip
    kinds = {region.kind for region in kept}
    return (*(other for other in others if other.kind not in kinds), *kept)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _behind_caption(regions: tuple[LabelledPart, ...], caption: Caption) -> tuple[LabelledPart, ...]:
    """The parts behind the class line if they hold a subject or TAGS, else all (09NAIROBI2497 has a row with both before its caption)."""
    behind = tuple(region for region in regions if region.start >= caption.end)
    return behind if any(region.kind in ("subject", "tags") for region in behind) else regions
