"""The names of the arrays of a segment file; see docs/segment-format.md. Writer and reader share this page."""

from __future__ import annotations

RECORDS = "records"
REGIONS = "regions"


def part(name: str, kind: str) -> str:
    """The array ``kind`` of a field, or of `RECORDS` or `REGIONS`."""
    return f"{name}/{kind}"


# of every field with terms (text, keyword, the key)
TERMS = "terms"
POSTINGS_AT = "postings"  # number of the first posting of every term, and of all postings
FIRST = "first"  # first document of every term
GAPS = "gaps"  # packed: documents of the other postings, as the number of documents passed over since the one before

# of text fields besides
FREQUENCIES = "frequencies"  # packed, 1 less
PLACES_AT = "places"  # number of the first position of every term, and of all positions
POSITIONS = "positions"  # packed
ROOTS = "roots"  # words that terms are forms of, whether or not they are terms themselves
ROOT_TERMS_AT = "roots.of"
ROOT_TERMS = "roots.terms"
ROOTED = "rooted"  # the terms that are forms, rising, and the root of each; one with two roots stands there twice
ROOTS_OF_ROOTED = "rooted.roots"
BOUND_TERMS = "bounds.terms"
BOUND_WORDS = "bounds.words"
BOUND_SCALES = "bounds.scales"
BOUNDS = "bounds"
BOUND_COUNTS = "bounds.counts"
BOUND_FIRST = "bounds.first"
OF_BOUNDS = (BOUND_TERMS, BOUND_WORDS, BOUND_SCALES, BOUNDS, BOUND_COUNTS, BOUND_FIRST)
BLOCK_COUNTS = "blocks"
BLOCK_WORDS = "blocks.words"
LENGTH = "length"

# columns
NUMBER = "number"
FACET = "facet"
FACET_COUNTS = "facet.counts"
FACET_CODES = "facet.codes"
SORT = "sort"

# of REGIONS
REGION_COUNTS = "counts"
REGION_BLOCKS = "blocks"
REGION_LEVELS = "levels"
LABELS = "labels"
LABEL_COUNTS = "labels.counts"
LABEL_CODES = "labels.codes"

# of RECORDS
RECORD_LINES = "lines"
RECORD_LINES_AT = "lines.at"
RECORD_FIRST = "lines.first"
RECORD_LENGTHS = "lengths"
RECORD_DICTIONARY = "dictionary"

STARTS = ".at"
"""Where the terms of a lexicon, or the blocks of packed numbers, begin: an array of its own beside the first."""
