"""Warning codes: what a careful reader should know about a cable. One table, used by every part of the normaliser.

A warning never replaces a value silently: the field holds what could be read, the message quotes what was seen.
"""

from __future__ import annotations

from reftel.base.frozen import frozen


@frozen
class WarningKind:
    """A documented warning: its code, the record's field that it is about, and what it means."""

    code: str
    field: str
    help: str


ID_REPAIRED = "id-repaired"
ID_FROM_HEADER = "id-from-header"
ID_MALFORMED = "id-malformed"
ID_MISSING = "id-missing"
BODY_OF_ANOTHER_CABLE = "body-of-another-cable"
SECOND_CABLE_APPENDED = "second-cable-appended"
DATE_MISSING = "date-missing"
DATE_UNREADABLE = "date-unreadable"
DATE_MINUTES_LOST = "date-minutes-lost"
DATE_DISAGREES = "date-disagrees"
CLASSIFICATION_UNREADABLE = "classification-unreadable"
CLASSIFICATION_FROM_CHANNEL = "classification-from-channel"
CLASSIFICATION_DISAGREES = "classification-disagrees"
NOFORN_DISAGREES = "noforn-disagrees"
CHANNEL_DISAGREES = "channel-disagrees"
HEADER_FLATTENED = "header-flattened"
ADDRESSEE_UNREADABLE = "addressee-unreadable"
CAPTION_MISSING = "caption-missing"
TAG_FUSED = "tag-fused"
TAG_UNKNOWN = "tag-unknown"
SUBJECT_UNLABELLED = "subject-unlabelled"
REASONS_UNREADABLE = "reasons-unreadable"
REFERENCE_UNREADABLE = "reference-unreadable"
REFERENCE_POST_ASSUMED = "reference-post-assumed"
REFERENCE_TO_ITSELF = "reference-to-itself"
DECLASSIFY_UNREADABLE = "declassify-unreadable"

WARNING_KINDS: tuple[WarningKind, ...] = (
    WarningKind(
        ID_REPAIRED,
        "id",
        "the printed id is malformed; the canonical id was made from it by a general rule or from the caption",
    ),
    WarningKind(
        ID_FROM_HEADER,
        "id",
        "no id and no caption; made from the sender's post and the DE line's last four digits of the serial",
    ),
    WarningKind(ID_MALFORMED, "id", "the printed id is malformed and could not be repaired"),
    WarningKind(ID_MISSING, "id", "neither the container nor the caption gives an id"),
    WarningKind(BODY_OF_ANOTHER_CABLE, "body_id", "the body's caption or page banners name another cable than the id"),
    WarningKind(SECOND_CABLE_APPENDED, "body", "a second cable stands behind the end of the first"),
    WarningKind(DATE_MISSING, "date", "no date-time group and no date of the container"),
    WarningKind(DATE_UNREADABLE, "date", "a date is printed but is none of the known forms or no day of the calendar"),
    WarningKind(DATE_MINUTES_LOST, "date", "the container repeats the hour in place of the minutes and there is no date-time group"),
    WarningKind(DATE_DISAGREES, "date", "the date-time group and the container's date are more than a day apart; the group was taken"),
    WarningKind(CLASSIFICATION_UNREADABLE, "classification", "the container's classification is none of the known ones"),
    WarningKind(
        CLASSIFICATION_FROM_CHANNEL,
        "classification",
        "neither the container nor the caption shows a level; taken from the ZNY line",
    ),
    WarningKind(
        CLASSIFICATION_DISAGREES,
        "classification",
        "the container's classification and the caption's differ; the container's was taken",
    ),
    WarningKind(NOFORN_DISAGREES, "caveats", "only one of the container's classification and the caption says NOFORN"),
    WarningKind(CHANNEL_DISAGREES, "classification", "the header's ZNY or ZNR line names a class below the caption's"),
    WarningKind(
        HEADER_FLATTENED,
        "recipients",
        "the header came without line breaks; addressees were told apart by their routing indicators",
    ),
    WarningKind(ADDRESSEE_UNREADABLE, "recipients", "a line among the addressees is none"),
    WarningKind(CAPTION_MISSING, "classification", "the body has labelled head lines but no class line above them"),
    WarningKind(TAG_FUSED, "tags", "several tags ran together; they were parted, since the table of tags allows one reading"),
    WarningKind(TAG_UNKNOWN, "tags", "a tag is not in the table of tags: a rare one, or a slip of the typist; it was kept as printed"),
    WarningKind(SUBJECT_UNLABELLED, "subject", "the subject has no label; the line between TAGS and REF or Classified By was taken"),
    WarningKind(REASONS_UNREADABLE, "classified_by", "letters of reasons are printed without the section of the order that they belong to"),
    WarningKind(REFERENCE_UNREADABLE, "refs", "a reference names a cable whose number or year is lost or redacted"),
    WarningKind(
        REFERENCE_POST_ASSUMED,
        "refs",
        "a reference prints no known name of a post: the nearest name was taken, or the post of the reference before, or the letters as printed",
    ),
    WarningKind(REFERENCE_TO_ITSELF, "refs", "a reference names the cable itself; it was kept"),
    WarningKind(DECLASSIFY_UNREADABLE, "declassify_on", "the declassification date is no day of the calendar"),
)  # fmt: skip


def warning_kind(code: str) -> WarningKind | None:
    """The documented kind with this code, or ``None``."""
    return next((kind for kind in WARNING_KINDS if kind.code == code), None)
