"""Full-text search and faceted retrieval over diplomatic-cable archives.

>>> import reftel
>>> reftel.build(["dumps/"], "archive")                           # doctest: +SKIP
>>> archive = reftel.open("archive")                              # doctest: +SKIP
>>> page = archive.search('"Minsk Group" AND precedent')          # doctest: +SKIP
>>> page.total, page.hits[0].paragraphs[0].mark                   # doctest: +SKIP

Everything public is listed in ``__all__`` and loaded when it is first used, so that importing reftel costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reftel.archive import Archive, Version, build, normalize_text, open, read_cables  # noqa: A004 - reftel.open, as the API has it
    from reftel.indexer.report import BuildReport
    from reftel.personal.notes import Note, Notes
    from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Recipient, Reference, Source, Warning  # noqa: A004
    from reftel.schema.errors import (
        ArchiveClosed,
        ArchiveDamaged,
        ArchiveError,
        ArchiveLocked,
        ArchiveMissing,
        ArchiveVersion,
        BadValueError,
        CableNotFound,
        EngineError,
        MissingLibrary,
        OutputError,
        QueryError,
        QuerySyntaxError,
        QueryTooBroad,
        ReftelError,
        SourceError,
        UnknownFieldError,
    )
    from reftel.search.advice import Advice, Instead
    from reftel.search.batch import BatchAnswer, Question, read_questions
    from reftel.search.citations import Citation, Citations, CitedCable
    from reftel.search.drilldown import FacetBucket, FacetTable
    from reftel.search.heatmap import HeatMap, HeatRow
    from reftel.search.kwic import KwicLine
    from reftel.search.missing import Missing, MissingCable
    from reftel.search.neardup import Duplicate
    from reftel.search.neighbours import Neighbour, Neighbours
    from reftel.search.plan import Bucket
    from reftel.search.results import Explanation, FoundBy, Hit, HitParagraph, Page
    from reftel.search.similar import SharedTerm, SimilarCable
    from reftel.search.terms import SignificantTerm, Terms
    from reftel.search.timeline import Timeline

    __version__: str

_HOMES = {
    "reftel.archive": ("Archive", "Version", "build", "normalize_text", "open", "read_cables"),
    "reftel.indexer.report": ("BuildReport",),
    "reftel.search.neighbours": ("Neighbour", "Neighbours"),
    "reftel.personal.notes": ("Note", "Notes"),
    "reftel.schema.cable": ("Cable", "ClassifiedBy", "Paragraph", "Recipient", "Reference", "Source", "Warning"),
    "reftel.schema.errors": (
        "ArchiveClosed", "ArchiveDamaged", "ArchiveError", "ArchiveLocked", "ArchiveMissing", "ArchiveVersion", "BadValueError",
        "CableNotFound", "EngineError", "MissingLibrary", "OutputError", "QueryError", "QuerySyntaxError", "QueryTooBroad", "ReftelError",
        "SourceError", "UnknownFieldError",
    ),
    "reftel.search.advice": ("Advice", "Instead"),
    "reftel.search.batch": ("BatchAnswer", "Question", "read_questions"),
    "reftel.search.citations": ("Citation", "Citations", "CitedCable"),
    "reftel.search.drilldown": ("FacetBucket", "FacetTable"),
    "reftel.search.heatmap": ("HeatMap", "HeatRow"),
    "reftel.search.kwic": ("KwicLine",),
    "reftel.search.missing": ("Missing", "MissingCable"),
    "reftel.search.neardup": ("Duplicate",),
    "reftel.search.plan": ("Bucket",),
    "reftel.search.results": ("Explanation", "FoundBy", "Hit", "HitParagraph", "Page"),
    "reftel.search.similar": ("SharedTerm", "SimilarCable"),
    "reftel.search.terms": ("SignificantTerm", "Terms"),
    "reftel.search.timeline": ("Timeline",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - the order a reader wants
    "open", "build", "read_cables", "normalize_text",
    "Archive", "Version", "BuildReport", "Page", "Hit", "HitParagraph", "FoundBy", "Bucket", "Explanation", "Advice", "Instead", "BatchAnswer",
    "Question", "read_questions",
    "Citations", "Citation", "CitedCable", "Missing", "MissingCable", "Timeline", "HeatMap", "HeatRow", "FacetTable", "FacetBucket", "Terms", "SignificantTerm",
    "SimilarCable", "SharedTerm", "Duplicate", "KwicLine", "Neighbours", "Neighbour", "Notes", "Note",
    "Cable", "Source", "Reference", "ClassifiedBy", "Recipient", "Paragraph", "Warning",
    "ReftelError", "SourceError", "QueryError", "QuerySyntaxError", "UnknownFieldError", "BadValueError", "QueryTooBroad",
    "ArchiveError", "ArchiveMissing", "ArchiveDamaged", "ArchiveVersion", "ArchiveLocked", "ArchiveClosed", "CableNotFound", "EngineError",
    "OutputError", "MissingLibrary",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - slow to load

        globals()[name] = version("reftel")
        return globals()[name]
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'reftel' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
