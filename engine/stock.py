"""The names of Whoosh that the engine uses. The only module that imports Whoosh, so that its warnings never reach a user.

Whoosh 2.7.4 has invalid escape sequences and comparisons by identity in its sources; Python 3.12 and later warn about them when
a module is compiled for the first time.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.analysis import SimpleAnalyzer
    from whoosh.codec.base import Codec, FieldCursor, PerDocumentReader, TermsReader
    from whoosh.codec.base import Segment as WhooshSegment
    from whoosh.columns import ColumnReader
    from whoosh.fields import ID, NUMERIC, STORED, FieldType, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.formats import Existence, Positions
    from whoosh.index import TOC, FileIndex
    from whoosh.matching import LeafMatcher, ReadTooFar
    from whoosh.query.spans import Span
    from whoosh.reading import TermInfo, TermNotFound
    from whoosh.system import _FLOAT_SIZE, _INT_SIZE, _LONG_SIZE

MACHINE_SIZES = (_INT_SIZE, _LONG_SIZE, _FLOAT_SIZE)
"""Bytes of Whoosh's int, long and float, as a table of contents repeats them."""

__all__ = [
    "ID", "MACHINE_SIZES", "NUMERIC", "STORED", "TOC", "Codec", "ColumnReader", "Existence", "FieldCursor", "FieldType", "FileIndex", "FileStorage",
    "LeafMatcher", "PerDocumentReader", "Positions", "RamStorage", "ReadTooFar", "Schema", "SimpleAnalyzer", "Span", "TermInfo", "TermNotFound",
    "TermsReader", "WhooshSegment",
]  # fmt: skip
