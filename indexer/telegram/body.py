"""The body of a cable: paragraphs, summary, signers and flags, from its layout."""

from __future__ import annotations

from collections.abc import Sequence, Set

import msgspec

from reftel.base.steps import Steps
from reftel.indexer.telegram.classwords import is_corrected
from reftel.indexer.telegram.flags import is_redacted, is_truncated
from reftel.indexer.telegram.layout import Layout
from reftel.indexer.telegram.lines import Lines
from reftel.indexer.telegram.marks import Start
from reftel.indexer.telegram.paragraphs import build_paragraphs, closing_starts, opening_starts
from reftel.indexer.telegram.starts import find_marked
from reftel.indexer.telegram.summary import parse_summary
from reftel.indexer.telegram.titles import is_title
from reftel.schema import cable
from reftel.schema.cable import Flag, Paragraph
from reftel.schema.warnings import SECOND_CABLE_APPENDED


class BodyFacts(msgspec.Struct, frozen=True, gc=False):
    """What the body says. ``head_end`` is the offset where the first paragraph or heading starts; the head is ``text[:head_end]``.

    ``sections`` is the largest total that page banners show, ``None`` without any.
    Where a second cable is appended, paragraphs and signers are those of the first alone, and a warning says at which character it begins.
    """

    head_end: int
    paragraphs: tuple[Paragraph, ...] = ()
    summary: str | None = None
    signers: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    sections: int | None = None
    warnings: tuple[cable.Warning, ...] = ()


def body_of(layout: Layout, text: str) -> Steps[BodyFacts]:
    """The facts of a body, given as received with its layout."""
    masked, begin, signature = layout.text, layout.head_end, layout.signature
    numbered = [start for start in layout.numbered if start.at < signature.text_end or not signature.names]
    starts = _all_starts(layout.lines, numbered, begin, signature.text_end)
    end = max([signature.text_end, *(start.text_at for start in starts[-1:])])
    yield
    paragraphs, head_end = build_paragraphs(layout.lines, starts, begin, end)
    if layout.broken:  # line breaks as received: none
        paragraphs = tuple(msgspec.structs.replace(paragraph, text=paragraph.text.replace("\n", " ")) for paragraph in paragraphs)
    yield
    summary = parse_summary(paragraphs)
    yield
    return BodyFacts(
        head_end=head_end if paragraphs else begin,
        paragraphs=paragraphs,
        summary=summary,
        signers=signature.names,
        flags=_flags(text[: len(masked)], head_end, layout),
        sections=max((banner.of for banner in layout.banners if banner.of), default=None),
        warnings=_warnings(layout.appended),
    )


def _all_starts(lines: Lines, numbered: Sequence[Start], begin: int, end: int) -> list[Start]:
    """Numbered, marked and opening starts in text order."""
    own = [start for start in find_marked(lines, begin, numbered) if start.at < end]
    places = {start.at for start in own}
    marked = [start for start in own if not _is_heading_line(lines, start, numbered, places)]
    first = min([start.at for start in (*numbered, *marked)], default=end)
    opening = opening_starts(lines, begin, min(first, end))
    starts = sorted((*opening, *marked, *numbered), key=lambda start: start.at)
    return [*starts, *closing_starts(lines, starts[-1].text_at, end)] if numbered or marked else starts


def _is_heading_line(lines: Lines, start: Start, numbered: Sequence[Start], places: Set[int]) -> bool:
    """Whether a marked line is a heading with a mark, ``(S/NF) KEY POINTS``: a title directly above a rule or a numbered paragraph.

    Behind a number it is none if text without a mark of its own follows the rule, which is under this one. ``places`` are those of all such marks.
    """
    line = lines.index(start.at)
    if not is_title(lines.text[start.text_at : lines.end(line)].strip()):
        return False
    below = lines.below(line, "blank")
    if below >= len(lines.kinds) or lines.kinds[below] == "start":
        return below < len(lines.kinds)
    if lines.kinds[below] != "rule":
        return False
    under = lines.below(below, "blank")
    alone = under >= len(lines.kinds) or lines.kinds[under] == "start"
    return alone or not numbered or start.at < numbered[0].at or lines.words(under) in places


def _flags(text: str, head_end: int, layout: Layout) -> tuple[Flag, ...]:
    """Sorted flags of the message's own text."""
    flags: list[Flag] = []
    if is_corrected(text[: head_end or 1500]):
        flags.append("corrected")
    if layout.appended is not None:
        flags.append("multi-cable")
    if is_redacted(text):
        flags.append("redacted")
    if is_truncated(text, layout):
        flags.append("truncated")
    return tuple(flags)


def _warnings(appended: int | None) -> tuple[cable.Warning, ...]:
    if appended is None:
        return ()
    message = f"a second caption at character {appended}; its paragraphs are not in the record"
    return (cable.Warning(SECOND_CABLE_APPENDED, "body", message),)
