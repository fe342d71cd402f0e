"""Which cable a text is: the container's id, the caption's post and serial, the sender, and whether they are one cable."""

from __future__ import annotations

import re

import msgspec

from reftel.schema import warnings as codes
from reftel.schema.cable import Warning  # noqa: A004 - the record's word for it
from reftel.schema.identifiers import canonical_id, full_year, reference_id, split_id
from reftel.schema.posts import all_posts, find_post, squash_name

# 08BAKU123 | 2008BAKU00123 | 08BAKU123_A, squashed
_PLAIN_ID = re.compile(r"(?:19|20)?(\d\d)([A-Z]+)0*([1-9]\d*)(?:[A-Z][A-Z0-9]?)?")

class Identity(msgspec.Struct, frozen=True, gc=False):
    """The canonical id, the post of origin, the id that the body shows where that is another, and what a reader should know."""

    id: str | None = None
    post: str | None = None
    body_id: str | None = None
    warnings: tuple[Warning, ...] = ()

    @property
    def year(self) -> int | None:
        """Four-digit year of the id."""
        return full_year(self.id[:2]) if self.id else None


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What a cable shows of its identity.

    ``post`` and ``serial`` come from the caption, else from a page banner; ``sender`` is the FM line or the container's origin, ``station``
    the last four digits of the serial, from the DE line; ``year`` the cable's own, ``earliest`` the first in which its text may be classified until
    the printed date: no order allows more than 25 years.
    """

    post: str | None = None
    serial: int | None = None
    sender: str | None = None
    station: str | None = None
    year: int | None = None
    earliest: int | None = None

    @property
    def sender_post(self) -> str | None:
        """Stem of the sending post, if known."""
        return find_post(self.sender) if self.sender else None

    @property
    def shown_post(self) -> str | None:
        """Stem of the caption's post; the sender's where the caption's is redacted or unknown."""
        found = find_post(self.post) if self.post else None
        unread = found is None and self.post is not None and squash_name(self.post).strip("X")
        return found or self.sender_post or (squash_name(self.post or "") if unread else None)

    @property
    def shown_id(self) -> str | None:
        """Id of the caption's post and serial in the cable's year."""
        if not (self.shown_post and self.serial and self.year):
            return None
        return reference_id(self.shown_post, self.serial, self.year)

    @property
    def is_foreign(self) -> bool:
        """Whether the caption names another place than the sender's: the body is another cable's."""
        found, sender = find_post(self.post) if self.post else None, self.sender_post
        return bool(found and sender and not same_place(found, sender))


def identify(printed: str | None, shown: Evidence) -> Identity:
    """Identity from the printed id and what the text shows.

    A printed id wins; the caption repairs one whose post is unknown. Without one the caption and the year make the id, else the sender's
    post and the serial of the DE line do, with a warning.
    """
    stated = canonical_id(printed) if printed else None
    if stated is None:
        return _without_id(printed, shown)
    found = _repair(stated, shown) or stated
    notes: tuple[Warning, ...] = ()
    if printed is not None and printed != found and not _prints(printed, found):
        if shown.serial != int(split_id(found)[2]):
            found = _by_header(found, shown)
        notes = (_repaired(printed, found),)
    body_id = _other_cable(found, shown)
    if body_id:
        notes = (*notes, _foreign(shown, found))
    return Identity(found, split_id(found)[1], body_id, notes)


def _without_id(printed: str | None, shown: Evidence) -> Identity:
    post = shown.sender_post if shown.is_foreign else shown.shown_post
    body_id = shown.shown_id if shown.is_foreign else None
    found = None if shown.is_foreign else shown.shown_id
    if found and printed:
        found = _by_header(found, shown)  # the caption is as damaged as the printed id
    notes: list[Warning] = []
    # Four digits are no whole serial of the Department, which sends far more than 9,999 a year.
    if found is None and shown.station and shown.year and post and post != "STATE":
        found = reference_id(post, shown.station, shown.year)
        notes.append(Warning(codes.ID_FROM_HEADER, "id", f"made from the sender and the DE line: {found}"))
    elif found and printed:
        notes.append(_repaired(printed, found))
    if found is None:
        notes.append(_no_id(printed))
    if body_id:
        notes.append(_foreign(shown, found))
    return Identity(found, post, body_id, tuple(notes))


def _by_header(damaged: str, shown: Evidence) -> str:
    """A damaged id with the serial of the sender's DE line, if it disagrees with that; the Department's serials are longer than the line's."""
    year, post, _ = split_id(damaged)
    if post == "STATE" or not same_place(post, shown.sender_post or post) or not shown.station or _agrees(damaged, shown.station):
        return damaged
    return reference_id(post, shown.station, full_year(year)) or damaged


def _agrees(cable_id: str, station: str | None) -> bool:
    """Whether an id has the last four digits of the serial that the DE line prints, where there is such a line."""
    return station is None or not station.isdigit() or int(split_id(cable_id)[2]) % 10_000 == int(station)


def _no_id(printed: str | None) -> Warning:
    if printed:
        return Warning(codes.ID_MALFORMED, "id", f"no id in any known spelling: {printed[:60]!r}")
    return Warning(codes.ID_MISSING, "id", "no id is printed, and the caption and date give none")


def _repaired(printed: str, cable_id: str) -> Warning:
    return Warning(codes.ID_REPAIRED, "id", f"printed as {printed[:60]!r}, read as {cable_id}")


def _foreign(shown: Evidence, cable_id: str | None) -> Warning:
    place = cable_id or f"from {shown.sender}"
    return Warning(codes.BODY_OF_ANOTHER_CABLE, "body_id", f"the body shows {shown.post} {shown.serial}, the cable is {place}")


def _prints(printed: str, cable_id: str) -> bool:
    """Whether the printed id is only another spelling (zeros, blanks, four-digit year) and not a damaged one."""
    match = _PLAIN_ID.fullmatch(squash_name(printed))
    return match is not None and match.groups() == split_id(cable_id)


def _repair(stated: str, shown: Evidence) -> str | None:
    """The caption's id where it names a known post and the same serial, and the printed id's post is unknown."""
    year, post, serial = split_id(stated)
    found = None if post in all_posts() else shown.shown_id
    if found is None:
        return None
    other_year, other_post, other_serial = split_id(found)
    return found if other_post in all_posts() and (year, serial) == (other_year, other_serial) else None


def _other_cable(stated: str, shown: Evidence) -> str | None:
    """The caption's id where it is another cable's.

    Missions of one place share captions (RPO Dubai prints ``DUBAI``, USEU prints ``BRUSSELS``), and a redacted or unknown post says nothing.
    """
    found = find_post(shown.post) if shown.post else None
    if found is None or not shown.serial:
        return None
    year, post, serial = split_id(stated)
    if str(shown.serial) == serial and same_place(found, post):
        return None
    if found == post and shown.station and serial.startswith(str(shown.serial)) and _agrees(stated, shown.station):
        return None  # the caption's serial is cut short: BAKU 00012 for 123
    later = (shown.earliest or 0) - full_year(year)
    return reference_id(found, shown.serial, full_year(year) + (later if 0 < later <= _LATEST else 0))


_LATEST = 10  # years; a later one is a slip in the date of declassification


def same_place(left: str, right: str) -> bool:
    """Whether two posts may share captions: they are one, stand in one country, or one of them is unknown."""
    posts = all_posts()
    if left == right or left not in posts or right not in posts:
        return True
    return posts[left].country == posts[right].country
