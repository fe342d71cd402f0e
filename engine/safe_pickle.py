"""Reads the pickles of a Whoosh index without running code from them.

A pickle may call anything that it can name. Whoosh stores its schema and segment list as pickles, so opening a foreign index runs
foreign code. This unpickler resolves the names in `ALLOWED` and nothing else.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Protocol

ALLOWED = frozenset(
    {
        ("__builtin__", "long"),  # Whoosh pickles with protocol 2, which writes the names of Python 2
        ("__builtin__", "set"),
        ("_codecs", "encode"),  # how protocol 2 writes bytes
        ("builtins", "int"),
        ("builtins", "set"),
        ("collections", "defaultdict"),
        ("re", "_compile"),
        ("whoosh.analysis.analyzers", "CompositeAnalyzer"),
        ("whoosh.analysis.filters", "LowercaseFilter"),
        ("whoosh.analysis.tokenizers", "IDTokenizer"),
        ("whoosh.analysis.tokenizers", "RegexTokenizer"),
        ("whoosh.columns", "NumericColumn"),
        ("whoosh.columns", "VarBytesColumn"),
        ("whoosh.fields", "ID"),
        ("whoosh.fields", "NUMERIC"),
        ("whoosh.fields", "STORED"),
        ("whoosh.fields", "Schema"),
        ("whoosh.formats", "Existence"),
        ("reftel.engine.fieldtypes", "Blocks"),
        ("reftel.engine.fieldtypes", "Keywords"),
        ("reftel.engine.fieldtypes", "PackedPositions"),
        ("reftel.engine.whoosh_codec", "ArraySegment"),
    }
)
"""Module and name of every class and function in the pickles of our indexes."""


class Stream(Protocol):
    """What a pickle is read from."""

    def read(self, size: int, /) -> bytes:
        """The next ``size`` bytes."""
        ...

    def readline(self) -> bytes:
        """The rest of a line."""
        ...


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"the name '{module}.{name}' has no place in an index")
        return super().find_class(module, name)


def load(stream: Stream) -> Any:
    """The next pickled object of ``stream``; ``UnpicklingError`` if it names anything outside `ALLOWED`."""
    return _Unpickler(stream).load()


def loads(data: bytes) -> Any:
    """The object pickled in ``data``; ``UnpicklingError`` if it names anything outside `ALLOWED`."""
    return load(io.BytesIO(data))
