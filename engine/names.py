"""The names of the arrays of a segment file, shared by writer and reader; see docs/segment-format.md."""

from __future__ import annotations

RECORDS = "records"
REGIONS = "regions"


def part(name: str, kind: str) -> str:
    """The array ``kind`` of a field, or of `RECORDS` or `REGIONS`."""
    return f"{name}/{kind}"


# every field with terms (text, keyword, the key)
TERMS = "terms"
POSTINGS_AT = "postings"  # offset of the first posting of every term, and the total
FIRST = "first"  # first document of every term
GAPS = "gaps"  # packed: delta - 1 of the documents of all other postings

# text fields in addition
FREQUENCIES = "frequencies"  # packed, minus 1
PLACES_AT = "places"  # offset of the first position of every term, and the total
POSITIONS = "positions"  # packed
ROOTS = "roots"  # words that terms are inflections of; they need not be terms themselves
ROOT_TERMS_AT = "roots.of"
ROOT_TERMS = "roots.terms"
ROOTED = "rooted"  # the terms that are inflections, rising; a term with two roots is listed twice
ROOTS_OF_ROOTED = "rooted.roots"
BOUND_TERMS = "bounds.terms"
BOUND_WORDS = "bounds.words"
BOUND_SCALES = "bounds.scales"
BOUNDS = "bounds"
BOUND_COUNTS = "bounds.counts"
BOUND_PLACES = "bounds.places"
BOUND_DOCUMENTS = "bounds.documents"
OF_BOUNDS = (BOUND_TERMS, BOUND_WORDS, BOUND_SCALES, BOUNDS, BOUND_COUNTS, BOUND_PLACES, BOUND_DOCUMENTS)
BLOCK_COUNTS = "blocks"
BLOCK_WORDS = "blocks.words"
LENGTH = "length"

# columns
NUMBER = "number"
FACET = "facet"
FACET_COUNTS = "facet.counts"
FACET_CODES = "facet.codes"
SORT = "sort"

# REGIONS
REGION_COUNTS = "counts"
REGION_BLOCKS = "blocks"
REGION_LEVELS = "levels"
LABELS = "labels"
LABEL_COUNTS = "labels.counts"
LABEL_CODES = "labels.codes"

# RECORDS
RECORD_LINES = "lines"
RECORD_LINES_AT = "lines.at"
RECORD_FIRST = "lines.first"
RECORD_LENGTHS = "lengths"
RECORD_DICTIONARY = "dictionary"

STARTS = ".at"
"""Suffix of the array with the offsets of a lexicon's terms or of packed blocks."""
