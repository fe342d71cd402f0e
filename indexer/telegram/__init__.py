"""Parsers of a telegram's parts, one module a part."""
