"""Hits as a table of pandas: a row a cable, or a row a paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reftel.schema.errors import BadValueError, MissingLibrary

if TYPE_CHECKING:
    import pandas as pd

    from reftel.search.results import Hit

_OF_CABLE = ("key", "date", "date_precision", "classification", "caveats", "post", "origin", "subject", "signers", "tags", "score")
_OF_PARAGRAPH = ("key", "date", "post", "classification", "subject", "index", "number", "mark", "text", "highlights")


def to_frame(hits: Iterable[Hit], rows: str = "cable") -> pd.DataFrame:
    """A ``pandas.DataFrame``, its dates of pandas' own kind in UTC, and ``NaT`` where there is none. `MissingLibrary` without pandas.

    ``rows``: ``cable``, or ``paragraph``, which has a row for each paragraph that hits show.
    """
    if rows not in _ROWS:
        raise BadValueError(f"no rows by '{rows}'", text=rows, start=0, end=len(rows), hint="choose cable or paragraph")
    try:
        import pandas as pd  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingLibrary("a table of pandas needs pandas: pip install 'reftel[pandas]'") from error
    columns, read = _ROWS[rows]
    frame = pd.DataFrame([row for hit in hits for row in read(hit)], columns=list(columns))
    # Seconds, since nanoseconds end in 2262 and begin in 1677.
    frame["date"] = pd.Series(frame["date"], dtype="datetime64[s, UTC]")
    if rows == "paragraph":
        frame["number"] = frame["number"].astype("Int64")  # a paragraph may have none
    return frame


def _cable_rows(hit: Hit) -> Iterator[tuple[Any, ...]]:
    cable = hit.cable
    yield (
        hit.key, cable.datetime, cable.date_precision, cable.classification, cable.caveats, cable.post, cable.origin, cable.subject,
        cable.signers, cable.tags, hit.score,
    )  # fmt: skip


def _paragraph_rows(hit: Hit) -> Iterator[tuple[Any, ...]]:
    cable = hit.cable
    for each in hit.paragraphs:
        yield (
            hit.key, cable.datetime, cable.post, cable.classification, cable.subject, each.index, each.number, each.mark, each.text,
            each.highlights,
        )  # fmt: skip


_ROWS: dict[str, tuple[tuple[str, ...], Callable[[Hit], Iterator[tuple[Any, ...]]]]] = {
    "cable": (_OF_CABLE, _cable_rows), "paragraph": (_OF_PARAGRAPH, _paragraph_rows),
}  # fmt: skip
