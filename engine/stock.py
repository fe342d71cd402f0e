"""Whoosh as the engine uses it: the one place that imports it, so that its warnings never reach a user.

Whoosh 2.7.4 has invalid escape sequences and comparisons by identity in its sources; Python 3.12 and later warn about them when
a module is compiled for the first time.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.analysis import SimpleAnalyzer
    from whoosh.codec.whoosh3 import (
        W3Codec,
        W3FieldWriter,
        W3LeafMatcher,
        W3PostingsWriter,
        W3Segment,
        W3TermInfo,
        W3TermsReader,
    )
    from whoosh.columns import NumericColumn, VarBytesColumn
    from whoosh.fields import COLUMN, ID, NUMERIC, FieldType, Schema
    from whoosh.filedb.compound import CompoundStorage
    from whoosh.filedb.filestore import FileStorage
    from whoosh.filedb.structfile import BufferFile
    from whoosh.formats import Existence, Positions
    from whoosh.index import TOC, FileIndex, clean_files
    from whoosh.reading import SegmentReader, TermNotFound
    from whoosh.system import _FLOAT_SIZE, _INT_SIZE, _LONG_SIZE
    from whoosh.writing import SegmentWriter

MACHINE_SIZES = (_INT_SIZE, _LONG_SIZE, _FLOAT_SIZE)
"""Bytes of Whoosh's int, long and float, as a table of contents repeats them."""

__all__ = [
    "COLUMN", "ID", "MACHINE_SIZES", "NUMERIC", "TOC", "BufferFile", "CompoundStorage", "Existence", "FieldType", "FileIndex",
    "FileStorage", "NumericColumn", "Positions", "Schema", "SegmentReader", "SegmentWriter", "SimpleAnalyzer", "TermNotFound",
    "VarBytesColumn", "W3Codec", "W3FieldWriter", "W3LeafMatcher", "W3PostingsWriter", "W3Segment", "W3TermInfo", "W3TermsReader", "clean_files",
]  # fmt: skip
