"""The summary: the text between ``Summary:`` and ``End summary``, over one or several paragraphs, without these markers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reftel.indexer.telegram.places import fold, holds, iter_places
from reftel.schema.cable import Paragraph

_FIRST_PARAGRAPHS = 12  # a summary opens a cable
_MOST_PARAGRAPHS = 25
_KIND = r"(?:executive[ ]|introduction[ ]and[ ])?summary (?: [ ]?(?:and|/|&|,)[ ]? (?:and[ ])? \w+(?:[ ]\w+){0,2}? [ ]? ){0,2}"
_OPENING = re.compile(
    rf"""\W{{0,3}} (?:begin[ ])? (?:{_KIND} (?:\s? [:.)–-]{{1,3}} | (?=\n) ) | SUMMARY \b (?![ ](?:of|and)\b) (?!(?-i:[ ][a-z])) ) \s*""",
    re.VERBOSE | re.IGNORECASE,
)
_LATER_OPENING = re.compile(rf"(?<=[.)]) \s+ (?:begin[ ])? {_KIND} \s? : \s*", re.VERBOSE | re.IGNORECASE)
_CONTINUED = re.compile(r"\W{0,3}summary\s+(?:continued|cont\.?|cont'd)\s*[:.)]*\s*", re.IGNORECASE)
_CLOSING = re.compile(r"\bend\s{1,4}(?:of\s)?(?:executive\s|introduction\sand\s|introductory\s)?summary\b", re.IGNORECASE)
_CLOSING_REACH = 40  # characters of the longest closing marker before its last word
_STOP = re.compile(r"\W{0,3}\Z")
_HEADING = re.compile(r"\W*(?:begin )?(?:executive |introduction and )?summary\b", re.IGNORECASE)
_ACTION_LINE = re.compile(r"this is an action (?:request|message|cable)", re.IGNORECASE)
_LATE = 400  # a summary that opens inside a paragraph does so near its beginning


def parse_summary(paragraphs: Sequence[Paragraph]) -> str | None:
    """The summary in one line; ``None`` where none is marked.

    ``"Summary: The post closed. End summary."`` -> ``"The post closed."``. Without an end marker it is the paragraph that it opens in, or,
    under a heading ``Summary``, the paragraphs up to the next heading.
    """
    for index, paragraph in enumerate(paragraphs[:_FIRST_PARAGRAPHS]):
        opened = _text_behind_marker(paragraph)
        if opened is not None and not (opened is paragraph.text and _opens_later(paragraphs, index)):
            return _collect(opened, paragraphs, index)
    return _unopened(paragraphs)


def _unopened(paragraphs: Sequence[Paragraph]) -> str | None:
    """A summary whose opening marker was left out: the first paragraphs, up to one that has the closing marker."""
    first = 1 if paragraphs and _ACTION_LINE.match(paragraphs[0].text) else 0
    if any(_find_closing(paragraph.text) for paragraph in paragraphs[first : first + 4]):
        return _collect(paragraphs[first].text, paragraphs, first)
    return None


def _text_behind_marker(paragraph: Paragraph) -> str | None:
    if not (holds(paragraph.heading or "", "summary") or holds(paragraph.text[: _LATE + 40], "summary")):
        return None
    match = _OPENING.match(paragraph.text)
    if match and not _CONTINUED.match(paragraph.text):
        return paragraph.text[match.end() :]
    if paragraph.heading and _HEADING.match(paragraph.heading):
        return paragraph.text
    match = _LATER_OPENING.search(paragraph.text[:_LATE])
    return paragraph.text[match.end() :] if match else None


def _opens_later(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether one of the next two paragraphs has the marker itself, so that a heading ``Summary`` stood over an action line only."""
    return any(_OPENING.match(later.text) and not _CONTINUED.match(later.text) for later in paragraphs[index + 1 : index + 3])


def _collect(opened: str, paragraphs: Sequence[Paragraph], index: int) -> str | None:
    texts, closing = [opened], _find_closing(opened)
    for later in paragraphs[index + 1 : index + _MOST_PARAGRAPHS]:
        if closing is not None:
            break
        texts.append(_CONTINUED.sub("", later.text, count=1) if _CONTINUED.match(later.text) else later.text)
        closing = _find_closing(texts[-1])
    if closing is not None:
        texts[-1] = _kept_stop(texts[-1], closing)
    else:
        texts = texts[: _under_one_heading(paragraphs, index)]
    return " ".join(" ".join(texts).split()) or None


def _find_closing(text: str) -> re.Match[str] | None:
    if "ummary" not in text and "UMMARY" not in text:
        return None
    for place in iter_places(fold(text), ("SUMMARY",)):
        if match := _CLOSING.search(text, max(0, place - _CLOSING_REACH), place + len("summary") + 1):
            return match
    return None


def _kept_stop(text: str, closing: re.Match[str]) -> str:
    """The text before ``End summary``, with its own closing punctuation but without an opening bracket."""
    before = text[: closing.start()]
    stop = _STOP.search(before, max(0, len(before) - 3))
    assert stop is not None
    return before[: stop.start()] + stop[0].rstrip(" \n(-–[")


def _under_one_heading(paragraphs: Sequence[Paragraph], index: int) -> int:
    """How many paragraphs stand under the summary's heading; 1 where it has none or no other heading follows."""
    heading = paragraphs[index].heading
    if not heading or not _HEADING.match(heading):
        return 1
    for count, later in enumerate(paragraphs[index + 1 : index + 7], 1):
        if later.heading:
            return count
    return 1
