"""Cable ids and post names in any spelling."""

from __future__ import annotations


def canonical_id(text: str) -> str | None:
    """Canonical id of a whole id in any spelling: ``"08 Baku 00123"`` -> ``"08BAKU123"``; ``None`` if it is none."""
    raise NotImplementedError(text)


def resolve_post(text: str) -> str | None:
    """Id stem of a post from its label, alias, routing name or stem: ``"AMEMBASSY BAKU"`` -> ``"BAKU"``; ``None`` if unknown."""
    raise NotImplementedError(text)


def post_names(stem: str) -> tuple[str, ...]:
    """Every known spelling of the post with this id stem, the stem and its origin label first; empty if unknown."""
    raise NotImplementedError(stem)
