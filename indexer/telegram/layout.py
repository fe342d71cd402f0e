"""The layout of a message, cut once: its head with the labelled parts, the numbers of its paragraphs, its end.

Every reader of a field takes its region from here, so that where the head ends, which number is the first and what is no part of the text
are answered in one place. Offsets are those of the body as received: what is put aside is masked, never cut out.
"""

from __future__ import annotations

from reftel.frozen import frozen
from reftel.indexer.telegram.appended import find_appended, iter_captions, repeated_heads
from reftel.indexer.telegram.banners import Banner, iter_banners
from reftel.indexer.telegram.cleanup import without_escapes
from reftel.indexer.telegram.headend import find_head_end
from reftel.indexer.telegram.labels import HEAD_LIMIT, Region, find_regions
from reftel.indexer.telegram.lines import mask_injected, mask_noise, mask_spans, restore_breaks, restore_lines
from reftel.indexer.telegram.signers import Signature, parse_signers
from reftel.indexer.telegram.starts import Start, find_numbered

_PLAIN = str.maketrans("\t\r\xa0", "   ")


@frozen
class Layout:
    """A message cut into its parts.

    ``text`` is the body without noise: page banners, repeated heads and words that transmission put in are masked. It is as long as the body, or
    ends at ``appended``, the offset of a second cable behind the first. ``head`` is the text before the first numbered paragraph, ``regions`` its
    labelled parts, ``head_end`` the offset where the head ends: unnumbered text may stand between it and the first number. ``numbered`` are the
    numbered starts, ``signature`` says who signed and where the text of the message ends. ``broken``: the text came without line breaks;
    those that ``text`` has were guessed.
    """

    text: str
    head: str
    regions: tuple[Region, ...]
    head_end: int
    numbered: tuple[Start, ...]
    signature: Signature
    banners: tuple[Banner, ...] = ()
    appended: int | None = None
    broken: bool = False

    @property
    def opening(self) -> str:
        """The beginning of what follows the head."""
        return self.text[len(self.head) : HEAD_LIMIT]


def lay_out(text: str, *, collapsed: bool = False) -> Layout:
    """The layout of a body as received from any container, with line breaks or without, or of a fragment of one.

    ``collapsed``: the container put two blanks in the place of each line break.
    """
    text = without_escapes(text)
    banners = tuple(iter_banners(text))
    quiet = mask_noise(text, banners)
    masked = restore_lines(quiet)
    numbered = find_numbered(masked)
    first = numbered[0].at if numbered else len(masked)
    head = (restore_breaks(quiet[:first]) if collapsed else masked)[: min(first, HEAD_LIMIT)].translate(_PLAIN)
    begin = find_head_end(masked, first)
    captions = list(iter_captions(restore_lines(text)))
    appended = find_appended(masked, captions, begin)
    masked = mask_injected(masked[: appended or len(masked)], begin)
    masked = mask_spans(masked, repeated_heads(masked, captions, begin))
    regions = find_regions(head)
    subject = next((region.text for region in regions if region.kind == "subject"), "")
    return Layout(
        text=masked,
        head=head,
        regions=regions,
        head_end=begin,
        numbered=tuple(start for start in numbered if start.at < len(masked)),
        signature=parse_signers(masked, begin, subject=subject),
        banners=banners,
        appended=appended,
        broken="\n" in masked and "\n" not in text,
    )
