"""The layout of a message, cut once: its head with the labelled parts, the numbers of its paragraphs, its end.

Every reader of a field takes its region from here, so that where the head ends, which number is the first and what is no part of the text
are answered in one place. Offsets are those of the body as received: what is put aside is masked, never cut out.
"""

from __future__ import annotations

import re

import msgspec

from reftel.base.steps import Steps
from reftel.indexer.telegram.artefacts import Banner, iter_banners
from reftel.indexer.telegram.copies import (
    find_appended,
    find_copies,
    find_whole_copy,
    iter_captions,
    repeated_heads,
    repeated_officers,
    repeated_subjects,
)
from reftel.indexer.telegram.headend import find_head_end
from reftel.indexer.telegram.labels import HEAD_LIMIT, LabelledPart, find_regions
from reftel.indexer.telegram.lines import Lines, lines_of, mask_spans
from reftel.indexer.telegram.marks import Start
from reftel.indexer.telegram.masks import injected, mask_noise, restore_breaks, restore_lines, without_escapes
from reftel.indexer.telegram.signers import Signature, parse_signers
from reftel.indexer.telegram.starts import find_numbered

_BLANKS = ("\t", "\r")
_WIDE_BLANKS = ("\xa0", "\u200b", "\u2002", "\u2003", "\u2009", "\u202f", "\u3000")


class Layout(msgspec.Struct, frozen=True, gc=False):
    """A message cut into its parts.

    ``lines`` are those of ``text``, each with what it is. ``text`` is the body without noise: page banners, repeated heads and words that
    transmission put in are masked. It is as long as the body, or ends at ``appended``, the offset of a second cable behind the first. ``head`` is
    the text before the first numbered paragraph, ``regions`` its labelled parts, ``elsewhere`` those of another copy of the head. ``head_end`` is
    the offset where the head ends: unnumbered text may stand between it and the first number. ``numbered`` are the numbered starts, ``signature``
    says who signed and where the text of the message ends. ``broken``: the text came without line breaks; those that ``text`` has were guessed.
    """

    lines: Lines
    head: str
    regions: tuple[LabelledPart, ...]
    head_end: int
    numbered: tuple[Start, ...]
    signature: Signature
    banners: tuple[Banner, ...] = ()
    appended: int | None = None
    elsewhere: tuple[LabelledPart, ...] = ()
    broken: bool = False

    @property
    def text(self) -> str:
        """The masked text."""
        return self.lines.text

    @property
    def opening(self) -> str:
        """The beginning of what follows the head."""
        return self.text[len(self.head) : HEAD_LIMIT]


def lay_out(text: str, *, collapsed: bool = False) -> Steps[Layout]:
    """The layout of a body as received from any container, with line breaks or without, or of a fragment of one.

    ``collapsed``: the container put two blanks in the place of each line break.
    """
    text = _with_plain_blanks(without_escapes(text), _WIDE_BLANKS).replace("\uff1a", ":")
    yield
    banners = tuple(iter_banners(text))
    own, other = _copies(text)
    beside = text[other.start : other.stop]
    quiet = mask_spans(mask_noise(text, banners), [(0, own.start)])[: own.stop]
    masked = restore_lines(quiet)
    yield
    numbered = find_numbered(masked)
    first = numbered[0].at if numbered else len(masked)
    yield
    head = _with_plain_blanks((restore_breaks(quiet[:first]) if collapsed else masked)[: min(first, HEAD_LIMIT)])
    yield
    regions = _without_stump(find_regions(head))
    yield
    lines = lines_of(masked, [start.at for start in numbered])
    yield
    begin = find_head_end(lines.before(first), regions)
    yield
    captions = list(iter_captions(restore_lines(text)))
    appended = find_appended(masked, captions, begin)
    lines = lines.before(find_whole_copy(masked[:appended], captions, begin) or appended or len(masked))
    yield
    lines = lines.masked(list(injected(lines, begin)))
    yield
    late = (start.mark_span for start in numbered if start.mark_span)
    subject = next((region.text for region in regions if region.kind == "subject"), "")
    again = (*repeated_heads(lines.text, captions, begin), *repeated_subjects(lines.text, subject, begin), *repeated_officers(lines.text, banners, begin))
    lines = lines.masked([*again, *late])
    masked = lines.text
    yield
    signature = parse_signers(masked, begin, subject=subject)
    yield
    return Layout(
        lines=lines,
        head=head,
        regions=regions,
        elsewhere=_without_stump(find_regions(_with_plain_blanks(restore_breaks(beside) if collapsed else beside))) if other else (),
        head_end=begin,
        numbered=tuple(start for start in numbered if start.at < len(masked)),
        signature=signature,
        banners=banners,
        appended=appended,
        broken="\n" in masked and "\n" not in text,
    )


def _with_plain_blanks(text: str, blanks: tuple[str, ...] = _BLANKS) -> str:
    for blank in blanks:
        if blank in text:
            text = text.replace(blank, " ")
    return text


def _copies(text: str) -> tuple[range, range]:
    """The copy of a message that is read, and another one of its head, empty where there is none.

    Of a beginning that was cut and a complete text behind it, the complete one is read, unless it is no more than a head. Of a long text without line
    breaks that seems to be one all of it is read.
    """
    cut, again = find_copies(text)
    if not again:
        return range(len(text)), range(0)
    first, second = range(cut), range(again, min(len(text), again + HEAD_LIMIT))
    rest = text[again:].rstrip()
    if find_head_end(lines_of(rest), find_regions(rest[:HEAD_LIMIT])) >= len(rest):
        told = "\n" in rest or len(rest) < _LONGEST_FLAT_HEAD
        return (first, second) if told else (range(len(text)), range(0))
    return range(again, len(text)), first


_LONGEST_FLAT_HEAD = 600  # characters; of more without line breaks it cannot be told where the head ends


def _without_stump(regions: tuple[LabelledPart, ...]) -> tuple[LabelledPart, ...]:
    """The parts of a head; where it was cut at dots, the last of them up to its last whole word. Subjects and titles stay as printed."""
    if not regions or (dots := _DOTS.search(regions[-1].text, max(0, len(regions[-1].text) - _DOTS_REACH))) is None:
        return regions
    last = regions[-1]
    if last.kind == "subject":
        return regions
    whole = last.text[: dots.start()].rpartition(" ")[0]
    if last.kind == "classified" and not whole.endswith(" for"):
        whole = last.text
    return (*regions[:-1], msgspec.structs.replace(last, text=whole, cut=True))


_DOTS = re.compile(r"(?:\.\.\.|…)[\s\x00]*\Z")
_DOTS_REACH = 80
