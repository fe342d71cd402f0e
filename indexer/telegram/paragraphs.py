"""From starts to paragraphs: the text of each, its heading, and the unnumbered blocks before the first number."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from reftel.indexer.telegram.headings import Heading, find_heading
from reftel.indexer.telegram.lines import FILLER, Lines, clean, is_rule
from reftel.indexer.telegram.marks import Start
from reftel.indexer.telegram.titles import is_title, looks_titled
from reftel.schema.cable import Paragraph
from reftel.schema.marking import parse_mark

_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")
_FLAT_BLOCKS = re.compile(r"[ ]{4,}")
_MOST_BLOCKS = 5000
_LOOK_BELOW = 400
_END_OF_BLOCK = 200
_SITE_PILCROW = re.compile(r"(^[ \t]*|  )¶|(?<!\()¶(?=[ \t]*(?:\d{1,4}|[A-Za-z])[.)])")  # before every line that looked numbered
_RULE_AT_END = re.compile(r"\s*(?<![-=])(?:[-=]{4,}+ ?)+[-=]*(?:\.\.\.)?$")  # which dots may have cut
_LOOSE_STOP = re.compile(r"(?<=[.!?\"”)])\s{1,4}[.-]$")  # ". .NAME", or what is left of a rule


def opening_starts(lines: Lines, begin: int, end: int) -> list[Start]:
    """Starts of the unnumbered blocks in a stretch: those before the first numbered or marked text, or of a text without any.

    One for each blank-line block; rules and headings are none, a heading goes with the block below it.
    """
    text = lines.text
    closing = find_heading(lines, begin, end, opening=True)
    if closing is not None:
        end = closing.at
    starts = []
    before = ""  # the last words of the block above
    for at, following in itertools.islice(_iter_blocks(text, begin, end), _MOST_BLOCKS):
        goes_on = before[-1:].isalpha() and text[at : at + 1].islower()  # a sentence that a page break parted
        if not goes_on and not _is_heading_block(lines, at, following, end):
            begins = _behind_title(lines, at, following)
            starts.append(Start(begins, begins, None, None))
        before = text[max(at, following - _END_OF_BLOCK) : following].rstrip(" \t\n" + FILLER)
    return starts


def _behind_title(lines: Lines, at: int, end: int) -> int:
    """Where the text of a block begins, behind a title with its rules that the block opens with."""
    line = lines.index(at)
    line += lines.kinds[line] == "rule"
    while lines.starts[line] < end and lines.kinds[line] == "text":
        line += 1
    if lines.starts[line] >= end or lines.kinds[line] != "rule":
        return at
    begins = lines.words(lines.below(line))
    heading = find_heading(lines, at, begins) if begins < end else None
    return begins if heading and heading.text and not clean(lines.text[at : heading.at]).strip() else at


def closing_starts(lines: Lines, begin: int, end: int) -> list[Start]:
    """Starts of the unnumbered texts under headings between or over rules that stand behind the last numbered paragraph."""
    starts: list[Start] = []
    rules = (line for line in range(lines.index(begin) + 1, lines.index(end) + 1) if lines.kinds[line] == "rule" and len(lines.content(line)) > _SHORT_RULE)
    for rule in itertools.islice(rules, _MOST_BLOCKS):
        below = lines.below(rule, "blank")
        at = lines.words(below)
        if at >= end or lines.kinds[below] == "rule":
            continue
        heading = find_heading(lines, starts[-1].at if starts else begin, at)
        if heading and heading.text and _stands_apart(lines.text, heading.at):
            starts.append(Start(at, at, None, None))
    return starts


_SHORT_RULE = 3  # what may part the entries of a list too


def _stands_apart(text: str, at: int) -> bool:
    """Whether a blank line stands over a heading."""
    before = text[max(0, at - _END_OF_BLOCK) : at]
    return before[len(before.rstrip(" \t\n" + FILLER)) :].count("\n") > 1


def _iter_blocks(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Blank-line blocks, each as its offset and that of the next; without line breaks, stretches between four blanks."""
    pattern = _BLANK_LINES if "\n" in text else _FLAT_BLOCKS
    at = begin
    for match in pattern.finditer(text, begin, end):
        if clean(text[at : match.start()]).strip():
            yield at, match.end()
        at = match.end()
    if clean(text[at:end]).strip():
        yield at, end


def _is_heading_block(lines: Lines, at: int, following: int, end: int) -> bool:
    """Whether a block is nothing but a heading or a rule, with text below it."""
    text = lines.text
    if not any(map(str.isalnum, text[at:following])):
        return True
    below = text[following : min(end, following + _LOOK_BELOW)]
    heading = find_heading(lines, at, following) if below.strip(" \t\n" + FILLER) else None
    return heading is not None and not clean(text[at : heading.at]).strip()


def build_paragraphs(lines: Lines, starts: Sequence[Start], begin: int, end: int) -> tuple[tuple[Paragraph, ...], int]:
    """Paragraphs from sorted starts, and the offset where the first paragraph or its heading begins.

    ``begin`` is the end of the head, ``end`` the end of the text (before signer and debris).
    """
    text = lines.text
    headings = [_heading_above(lines, starts, index, begin) for index in range(len(starts))]
    paragraphs = []
    for index, start in enumerate(starts):
        following = headings[index + 1] if index + 1 < len(starts) else None
        stop = following.at if following else starts[index + 1].at if index + 1 < len(starts) else end
        heading = headings[index]
        content = paragraph_text(text[start.text_at : max(stop, start.text_at)])
        if content or start.number is not None:
            paragraphs.append(_paragraph(start, heading.text if heading else None, content))
    if not starts:
        return (), begin
    first = headings[0].at if headings[0] else starts[0].at
    return tuple(paragraphs), min(first, starts[0].at)


def _heading_above(lines: Lines, starts: Sequence[Start], index: int, begin: int) -> Heading | None:
    text = lines.text
    low = starts[index - 1].text_at if index else begin
    if index and starts[index - 1].number is None and starts[index - 1].mark is None and starts[index].number is None:
        low = max(low, starts[index - 1].at)
    heading = find_heading(lines, low, starts[index].at, opening=low == begin)
    upper = find_heading(lines, low, heading.at) if heading and heading.text else None
    if upper is None and heading and heading.text and not looks_titled(heading.text):  # titles in small letters
        upper = _block_above(text, low, heading.at)
    if heading is None or upper is None or not upper.text:
        return heading
    between = lines.kinds[lines.index(upper.at) : lines.index(heading.at)]
    if "rule" in between or "-----" in text[upper.at : heading.at] or _stands_over(text, upper.at):
        return Heading(upper.at, f"{upper.text} {heading.text}")
    return heading


def _block_above(text: str, low: int, at: int) -> Heading | None:
    """The block over a heading as another one: ``Issues influencing exports⏎of grain``, a blank line, ``River traffic``."""
    start = max(low, at - _END_OF_BLOCK)
    above = text[start:at].rstrip(" \t\n¶" + FILLER)
    block = _BLANK_LINES.split(above)[-1] if text[at - 1] == "\n" else above
    title = " ".join(clean(block).split())
    whole = block != above and block.count("\n") < _MOST_TITLE_LINES and len(title.split()) >= _FEWEST_WORDS
    if not whole or not title[0].isupper() or not title[-1].isalnum() or not is_title(title.title()):
        return None
    return Heading(start + len(above) - len(block), title)


_FEWEST_WORDS = 3
_MOST_TITLE_LINES = 2


def _stands_over(text: str, at: int) -> bool:
    """Whether a title begins a block of its own behind a finished sentence."""
    before = text[max(0, at - _END_OF_BLOCK) : at]
    above = before.rstrip(" \t\n¶" + FILLER)
    return before[len(above) :].count("\n") > 1 and above.endswith((".", "!", "?", '"', "”", ")"))


def _paragraph(start: Start, heading: str | None, text: str) -> Paragraph:
    mark = parse_mark(start.mark) if start.mark else None
    return Paragraph(start.number, start.mark, mark.level if mark else None, mark.caveats if mark else (), heading, text)


def _without_pilcrows(line: str) -> str:
    return _SITE_PILCROW.sub(lambda site: site[1] or "", line)


def paragraph_text(raw: str) -> str:
    """A paragraph's text: masked characters, the site's pilcrows, trailing blanks and rules at its end taken out; line breaks as received."""
    text = clean(raw)
    if "¶" in text:
        text = "\n".join(_without_pilcrows(line) if "¶" in line else line for line in text.split("\n"))
    text = text.lstrip(" \t\n:;,")
    if text[:2] in (". ", ".\n"):  # 6. (U). Text
        text = text[2:].lstrip()
    text = text.strip()
    if _TRAILING_BLANK.search(text):
        text = "\n".join(map(str.rstrip, text.split("\n")))
    while is_rule(last := text[text.rfind("\n") + 1 :]):
        text = text[: len(text) - len(last)].rstrip("\n")
    if text.endswith(("-", "=", "-...")):
        front = max(0, len(text.rstrip("-= .").rstrip()) - 1)
        text = text[:front] + _RULE_AT_END.sub("", text[front:])
    return _LOOSE_STOP.sub("", text[-12:]).join((text[:-12], "")) if text[-2:] in (" .", "\n.", " -", "\n-") else text


_TRAILING_BLANK = re.compile(r"\n(?<=[^\S\n]\n)")  # at the end of a line; a search for one sign is the fastest
