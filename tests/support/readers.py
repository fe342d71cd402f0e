"""The readers of fields, asked for a piece of a telegram alone."""

from __future__ import annotations

from reftel.base.steps import finish
from reftel.indexer.telegram.body import BodyFacts, body_of
from reftel.indexer.telegram.caption import Caption, caption_of
from reftel.indexer.telegram.classified_by import classified_by_of
from reftel.indexer.telegram.eo import Declassification, declassification_of
from reftel.indexer.telegram.head import HeadFacts, head_of
from reftel.indexer.telegram.layout import lay_out
from reftel.indexer.telegram.references import references_of
from reftel.indexer.telegram.subject import subject_of
from reftel.indexer.telegram.tags import tags_of
from reftel.schema.cable import ClassifiedBy, Reference


def parse_body(text: str) -> BodyFacts:
    return finish(body_of(finish(lay_out(text)), text))


def parse_head(text: str, *, year: int | None = None, own: str | None = None) -> HeadFacts:
    return finish(head_of(finish(lay_out(text)), year=year, own=own))


def parse_caption(text: str) -> Caption:
    layout = finish(lay_out(text))
    return caption_of(layout.head, layout.regions)


def parse_classified_by(text: str) -> ClassifiedBy | None:
    layout = finish(lay_out(text))
    return classified_by_of(layout.regions, rest=layout.opening)


def parse_eo(text: str, *, year: int | None = None) -> Declassification | None:
    return declassification_of(finish(lay_out(text)).regions, year=year)


def parse_references(text: str, *, year: int | None = None, own: str | None = None) -> tuple[Reference, ...]:
    return references_of(finish(lay_out(text)).regions, year=year, own=own).found


def parse_subject(text: str) -> str | None:
    return subject_of(finish(lay_out(text)).regions)


def parse_tags(text: str) -> tuple[str, ...]:
    return tags_of(finish(lay_out(text)).regions).found
