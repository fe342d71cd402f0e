"""The query language: text to tokens to tree to checked tree to plan. Knows no engine."""

from reftel.search.query.read import ParsedQuery, read_query

__all__ = ["ParsedQuery", "read_query"]
