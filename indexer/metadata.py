"""What a container's columns and labels say, for the fields that the text itself does not give."""

from __future__ import annotations

import re

from reftel.indexer.identity import Identity
from reftel.indexer.message import Message
from reftel.indexer.telegram.header import HeaderFacts
from reftel.schema.cable import Recipient, Reference
from reftel.schema.identifiers import canonical_id, post_label, resolve_post

_LABELLED = frozenset({"nara", "plusd-html"})


def origin_of(message: Message, header: HeaderFacts, identity: Identity) -> str | None:
    """Label of the post of origin: the container's where it prints one, else that of the FM line or of the id."""
    if message.origin and not _is_bare(message):
        return message.origin
    for name in (message.origin, header.from_name):
        stem = resolve_post(name) if name else None
        label = post_label(stem) if stem else None
        if label:
            return label
    return (post_label(identity.post) if identity.post else None) or message.origin or header.from_name


def _is_bare(message: Message) -> bool:
    """Whether the container prints only the name of the place (``OSLO``), as the archives' metadata do."""
    return message.source is not None and message.source.container in _LABELLED


def subject_of(message: Message) -> str | None:
    """Subject column or label. A mirror's title is not used: it is cut to one line and lost its first signs."""
    if message.title and message.source and message.source.container != "cablegate-html":
        return " ".join(message.title.split())
    return None


def tags_of(message: Message) -> tuple[str, ...]:
    """TAGS label of the archives: ``"PFOR, NO"`` or ``"PFOR - Political Affairs | NO - Norway"``."""
    printed = message.attribute("TAGS") or ""
    parts = printed.split("|") if "|" in printed else printed.split(",")
    tags = (part.split(" - ")[0].strip().upper() for part in parts)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def references_of(message: Message) -> tuple[Reference, ...]:
    """Reference column of a dump, or the archives' label: ids joined by ``|`` or commas, years filled in."""
    if not message.references or len(message.references) > 4000:
        return ()
    items = (item.strip() for item in re.split(r"[|;,]", message.references))
    return tuple(Reference(None, found, "cable", item) for item in items if (found := canonical_id(item)))


def recipients_of(message: Message) -> tuple[Recipient, ...]:
    """To label of the archives: names joined by ``|`` or semicolons."""
    names = re.split(r"[|;]", message.attribute("To") or "")
    return tuple(Recipient("action", " ".join(name.split())) for name in names if name.strip())
