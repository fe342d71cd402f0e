"""How a cable lies in an OpenSearch index: the mapping, and a cable as the document that goes by it.

No analysis of the cluster's own takes part. A block of a text is one value: its tokens with blanks between, and what stands at one place
joined by ``|``. Two blocks stand `GAP` positions apart. Letters that no token has mark what is no word:

* ``¶b ¶m3 ¶cNOFORN … ¶e``: a paragraph, the rank of its mark's level, and its caveats
* ``¶F2juniorofficer``, ``¶L2juniorofficer``: first and last place of a further form that spans so many places more than one

Of the fields that passages are told of, the words stand once more in a column (`packedwords`), which is no part of the stored document.

Words stand once more in an index of their own, with what they are forms of, so that patterns can be told without a scan.
"""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from reftel.engine.specs import Record, count_words
from reftel.schema.analysis import LAST_PART, VERSION
from reftel.schema.fields import FIELDS, paragraph_field
from reftel.schema.inflections import bases
from reftel.search.engines.opensearch.packedwords import pack_words

FORMAT = 2
"""Raised whenever archives in a cluster are laid out otherwise than before."""

GAP = 10_000
"""Positions between two blocks; no proximity reaches so far."""

BEGIN, END = "¶b", "¶e"
"""First and last token of a paragraph."""

LONGEST = 1000
"""Letters of a token or value; what is longer is told by its beginning and a checksum: Lucene's terms end at 32,766 bytes."""

_TEXTS = tuple(field for field in FIELDS if field.stored == "text")
_KEYWORDS = tuple(field for field in FIELDS if field.stored == "keyword")
_NUMBERS = tuple(field for field in FIELDS if field.stored == "number")
_FACETS = tuple(field for field in FIELDS if field.facet)

_WIDER = re.compile(r"¶F([0-9]+).+", re.DOTALL)

Json = dict[str, Any]


def mapping_of_cables(shards: int, replicas: int) -> Json:
    """Settings and mapping of the index of cables."""
    text = {"type": "text", "analyzer": "tokens", "position_increment_gap": GAP, "similarity": "frequency", "norms": False}
    keyword = {"type": "keyword"}
    properties: Json = {"key": keyword, "record": {"type": "object", "enabled": False}}
    for field in _TEXTS:
        properties[f"t_{field.name}"] = text
        properties[f"l_{field.name}"] = {"type": "integer", "index": False}
    properties |= {packed_column(field.name): {"type": "binary", "doc_values": True} for field in _TEXTS if field.passage}
    properties |= {f"k_{field.name}": keyword for field in _KEYWORDS}
    properties |= {f"s_{field.name}": {"type": "keyword", "index": False} for field in _KEYWORDS if field.sort}
    properties |= {f"n_{field.name}": {"type": "long"} for field in _NUMBERS}
    properties |= {f"f_{field.name}": keyword for field in _FACETS}
    analysis = {
        "tokenizer": {"blanks": {"type": "whitespace", "max_token_length": 32_000}},
        "filter": {"one_place": {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]}},
        "analyzer": {"tokens": {"type": "custom", "tokenizer": "blanks", "filter": ["one_place"]}},
    }
    # A frequency is a score, since BM25F needs those of all fields before it saturates them.
    similarity = {"frequency": {"type": "scripted", "script": {"source": "return query.boost * doc.freq;"}}}
    # For so long a write that comes late, of a worker that was taken for dead, finds that the cable was removed since.
    settings = _settings(shards, replicas) | {"analysis": analysis, "similarity": similarity, "gc_deletes": "1h"}
    stored = {"excludes": [packed_column("*")]}
    return {"settings": settings, "mappings": {"dynamic": "strict", "_meta": about(), "_source": stored, "properties": properties}}


def mapping_of_words(replicas: int) -> Json:
    """Settings and mapping of the index of words."""
    keyword = {"type": "keyword"}
    properties = {"field": keyword, "word": keyword, "roots": keyword, "wider": {"type": "integer"}}
    return {"settings": _settings(1, replicas), "mappings": {"dynamic": "strict", "_meta": about(), "properties": properties}}


def mapping_of_manifest(replicas: int) -> Json:
    """Settings and mapping of the index that holds a manifest's file in pieces."""
    properties = {"number": {"type": "integer"}, "data": {"type": "binary"}}
    return {"settings": _settings(1, replicas), "mappings": {"dynamic": "strict", "_meta": about(), "properties": properties}}


def _settings(shards: int, replicas: int) -> Json:
    return {"number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "-1", "codec": "best_compression"}


def about() -> Json:
    """What an index says of itself: by which rules it was made."""
    return {"reftel": {"format": FORMAT, "words": VERSION, "fields": sorted(field.name for field in FIELDS if field.stored != "nothing")}}


def document_source(record: Record) -> Json:
    """A cable as it lies in the index of cables."""
    source: Json = {"key": record.key, "record": record.stored.decode().split("\n")}
    for field in _TEXTS:
        source[f"l_{field.name}"] = sum(map(count_words, record.texts[field.name]))
        blocks = _blocks(record, field.name)
        if field.passage and blocks:
            source[packed_column(field.name)] = pack_words(blocks)
        source[f"t_{field.name}"] = [" ".join(block) for block in _marked(blocks, record, field.name)]
    for field in _KEYWORDS:
        values = [shortened(value) for value in record.keywords[field.name]]
        source[f"k_{field.name}"] = values
        if field.sort and values:
            source[f"s_{field.name}"] = values[0]
    source |= {f"n_{field.name}": record.numbers[field.name] for field in _NUMBERS if record.numbers[field.name] is not None}
    source |= {f"f_{field.name}": list(map(shortened, record.facets[field.name])) for field in _FACETS}
    return source


def _blocks(record: Record, field: str) -> list[list[str]]:
    """The tokens of a field's blocks, with all that stands at the place of each."""
    blocks = [list(map(shortened, block)) for block in record.words(field)]
    for number, place, word, wider in iter_further(record, field):
        blocks[number][place] += "|" + shortened(word)
        if wider:
            blocks[number][place] += f"|{first_part(word, wider)}"
            blocks[number][place + wider] += f"|{last_part(word, wider)}"
    return blocks


def _marked(blocks: list[list[str]], record: Record, field: str) -> list[list[str]]:
    """The blocks of a field, paragraphs with their marks."""
    marked = list(blocks)
    for region in record.regions if field == paragraph_field().name else ():
        marks = [] if region.level is None else [level_token(region.level)]
        marked[region.block] = [BEGIN, *marks, *map(caveat_token, region.labels), *blocks[region.block], END]
    return marked


def packed_column(field: str) -> str:
    """The column that holds the words of a text field, packed."""
    return f"p_{field}"


def iter_further(record: Record, field: str) -> Iterator[tuple[int, int, str, int]]:
    """The further forms of a field: block, place in it, word, and how many places more than one it spans.

    A form of several parts ends where its last part is noted; of those of one word that are open there it is the one begun last.
    """
    open_forms: dict[tuple[int, str], list[int]] = {}
    entries = record.joined.get(field, ())
    ends: dict[tuple[int, str, int], int] = {}
    for block, place, word in sorted(entries, key=lambda entry: (entry[0], entry[1], not entry[2].startswith(LAST_PART))):
        if word.startswith(LAST_PART):
            begun = open_forms.get((block, word.removeprefix(LAST_PART)))
            if begun:
                ends[block, word.removeprefix(LAST_PART), begun.pop()] = place
        else:
            open_forms.setdefault((block, word), []).append(place)
    for block, place, word in entries:
        if not word.startswith(LAST_PART):
            yield block, place, word, ends.get((block, word, place), place) - place


def iter_words(record: Record) -> Iterator[tuple[str, str, int]]:
    """Field, word, and how many places more than one it spans, for all that stands in a cable; repeated ones too."""
    for field in _TEXTS:
        for block in record.words(field.name):
            for word in block:
                yield field.name, shortened(word), 0
        for _block, _place, word, wider in iter_further(record, field.name):
            yield field.name, shortened(word), 0
            if wider:
                yield field.name, shortened(word), wider


def word_source(field: str, word: str, wider: int) -> tuple[str, Json]:
    """A word as it lies in the index of words, with the id that it has there."""
    return name_in_index(f"{field} {wider} {word}"), {"field": field, "word": word, "wider": wider, "roots": sorted({word, *bases(word)})}


def name_in_index(text: str) -> str:
    """The id of a document in an index, which may have 512 bytes: ``text`` itself, or a checksum."""
    return text if len(text.encode()) <= 512 else hashlib.sha256(text.encode()).hexdigest()


def shortened(text: str) -> str:
    """A token or value as the cluster has it: itself, unless it is very long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}¶{hashlib.sha256(text.encode()).hexdigest()}"


def first_part(word: str, wider: int) -> str:
    """The token at the first place of a further form that spans so many places more than one."""
    return f"¶F{wider}{shortened(word)}"


def last_part(word: str, wider: int) -> str:
    """The token at its last place."""
    return f"¶L{wider}{shortened(word)}"


def level_token(rank: int) -> str:
    """The token of a paragraph whose mark has a level of this rank."""
    return f"¶m{rank}"


def caveat_token(caveat: str) -> str:
    """The token of a paragraph whose mark has a caveat."""
    return "¶c" + shortened(urllib.parse.quote(caveat, safe=""))


def caveat_of(token: str) -> str:
    """The inverse of `caveat_token`."""
    return urllib.parse.unquote(token[2:])


def words_in_source(source: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """As `iter_words`, told from what the index of cables holds of one."""
    for field in _TEXTS:
        for block in source.get(f"t_{field.name}", ()):
            for place in block.split(" "):
                for token in place.split("|"):
                    if found := _WIDER.fullmatch(token):
                        # Where the number ends can't be told from a word that begins with digits; whoever asks looks for the token anyway.
                        for end in range(1, len(found[1]) + 1):
                            yield field.name, token[2 + end :], int(found[1][:end])
                    elif token and not token.startswith("¶"):
                        yield field.name, token, 0


def word_query(field: str, word: str, wider: int) -> Json:
    """What finds the cables that a word of the index of words stands in."""
    return {"term": {f"t_{field}": f"¶F{wider}{word}" if wider else word}}
