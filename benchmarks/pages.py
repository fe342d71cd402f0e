"""What an engine needs for a page as a person gets it: twenty hits with marked passages. The adaptors of benchmarks/page.py.

Each engine keeps the text of the cables as received, besides what benchmarks/adaptors.py gives it, and marks it by its own means: reftel two
paragraphs a hit, the others the passage that their snippet makers choose. A call gives the exact total and has read every line of the page.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import adaptors
from adaptors import Call, Query
from cache import Row

PAGE = 20
LONGEST = 1_000
"""Characters of a passage, about two paragraphs."""

_HEAD = ("id", "date", "classification", "subject", "post")


def text_of(row: Row) -> tuple[str, str]:
    """Head fields as JSON, and the paragraphs as received."""
    cable = json.loads(row["stored"])
    return json.dumps({name: cable[name] for name in _HEAD}), "\n\n".join(paragraph["text"] for paragraph in cable["paragraphs"])


# -- reftel ----------------------------------------------------------------------------------------------------------------------------


class Reftel:
    """``reftel.open(…).search`` with exact words of the body, so that the cables are those of the other engines."""

    word = "body:={}"
    phrase = 'body:"{} {}"'

    def __init__(self, folder: Path) -> None:
        self._folder, self.version = folder, importlib.metadata.version("reftel")

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:  # noqa: ARG002
        """The whole records, with the body that the rows leave out, and the manifest of an archive of one cable."""
        import msgspec  # noqa: PLC0415
        from synthetic import body_of, write_csv  # noqa: PLC0415

        import reftel  # noqa: PLC0415
        from reftel.indexer.writer import CableWriter  # noqa: PLC0415
        from reftel.schema.cable import Cable  # noqa: PLC0415

        with CableWriter(self._folder / "index", memory_mb=256) as writer:
            for batch in batches:
                for row in batch:
                    cable = msgspec.json.decode(row["stored"], type=Cable)
                    writer.put(msgspec.structs.replace(cable, body=body_of(cable.paragraphs)))
            writer.commit(added=0)
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(scratch, "one.csv")
            write_csv(source, 1)
            reftel.build([source], Path(scratch, "archive"))
            shutil.copyfile(Path(scratch, "archive", "manifest.sqlite"), self._folder / "manifest.sqlite")

    def open(self) -> None:
        import reftel  # noqa: PLC0415

        self._archive = reftel.open(self._folder)

    def prepare(self, query: Query) -> Call | None:
        text, search = self.written(query["expression"]), self._archive.search
        options = {"sort": query["sort"], "limit": PAGE, "offset": query["offset"], "facets": query["facets"]}

        def ask() -> int:
            page = search(text, **options)
            for hit in page.hits:
                _ = (hit.id, hit.date, hit.classification, hit.subject, hit.subject_highlights)
                for paragraph in hit.paragraphs:
                    _ = (paragraph.mark, paragraph.text, paragraph.highlights)
            return page.total

        return ask

    def written(self, expression: Sequence[Any]) -> str:
        kind, *parts = expression
        match kind:
            case "word":
                return self.word.format(parts[0])
            case "prefix":
                return self.word.replace("=", "").format(parts[0]) + "*"
            case "fuzzy":
                return self.word.replace("=", "").format(parts[0]) + "~1"
            case "phrase":
                return self.phrase.format(*parts)
            case "near":
                return f"{parts[0]} w/{parts[2]} {parts[1]}"
            case "paragraph":
                return f"{parts[0]} w/p {parts[1]}"
            case "dates":
                first, last = (datetime.datetime.fromtimestamp(minutes * 60, datetime.UTC) for minutes in parts[:2])
                return f"date:{first:%Y-%m-%dT%H:%M}..{last:%Y-%m-%dT%H:%M} {self.written(parts[2])}"
            case "not":
                return f"{self.written(parts[0])} NOT {self.written(parts[1])}"
            case _:
                return f" {kind.upper()} ".join(map(self.written, parts))


class ReftelTyped(Reftel):
    """The same archive, asked with bare words: subject, body and head, inflections too."""

    word = "{}"
    phrase = '"{} {}"'

    def __init__(self, folder: Path) -> None:
        super().__init__(folder.with_name(folder.name.replace("page-reftel-typed", "page-reftel")))


# -- SQLite FTS5 -----------------------------------------------------------------------------------------------------------------------


class Fts5(adaptors.Fts5):
    """The texts as received, which ``snippet()`` cuts and marks; 64 words are its most."""

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:  # noqa: ARG002
        import sqlite3  # noqa: PLC0415

        base = sqlite3.connect(self._path)
        base.executescript("""
            PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -200000;
            CREATE VIRTUAL TABLE texts USING fts5(body, tokenize="unicode61");
            CREATE TABLE cables (number INTEGER PRIMARY KEY, head TEXT, date INTEGER, year TEXT, origin TEXT, class TEXT);
            CREATE TABLE tags (number INTEGER, tag TEXT);
        """)
        number = 0
        for batch in batches:
            for row in batch:
                number += 1
                head, text = text_of(row)
                base.execute("INSERT INTO texts (rowid, body) VALUES (?, ?)", (number, text))
                base.execute("INSERT INTO cables VALUES (?, ?, ?, ?, ?, ?)", (number, head, row["date"], *(row[name][0] for name in ("year", "from", "class"))))
                base.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in row["tags"]])
        base.executescript("CREATE INDEX tags_number ON tags (number); CREATE INDEX cables_date ON cables (date);")
        base.commit()
        base.close()

    def prepare(self, query: Query) -> Call | None:
        match, dates = self._match(query["expression"])
        count = super().prepare(query | {"limit": 0})
        if match is None or count is None:
            return None
        chosen = "texts MATCH ?" + (" AND date BETWEEN ? AND ?" if dates else "")
        order = "rank" if query["sort"] == "relevance" else "date DESC"
        tables = "texts JOIN cables ON number = texts.rowid"
        columns = "head, snippet(texts, 0, '<b>', '</b>', '…', 64)"
        window = f"SELECT {columns} FROM {tables} WHERE {chosen} ORDER BY {order} LIMIT {PAGE} OFFSET {query['offset']}"

        def ask() -> int:
            for head, _snippet in self._base.execute(window, (match, *dates)):
                json.loads(head)
            return count()

        return ask


# -- tantivy ---------------------------------------------------------------------------------------------------------------------------


class Tantivy(adaptors.Tantivy):
    """Folded words of the text as received, which is stored; `SnippetGenerator` cuts and marks it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        schema = self._tantivy.SchemaBuilder()
        schema.add_text_field("body", stored=True, tokenizer_name="folded", index_option="position")
        for name in adaptors.FACETS:
            schema.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
        schema.add_text_field("head", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_integer_field("date", indexed=True, fast=True)
        self._schema = schema.build()

    def _folding(self, index: Any) -> Any:
        make = self._tantivy
        analyzer = make.TextAnalyzerBuilder(make.Tokenizer.simple()).filter(make.Filter.lowercase()).filter(make.Filter.ascii_fold()).build()
        index.register_tokenizer("folded", analyzer)
        return index

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:
        index = self._folding(self._tantivy.Index(self._schema, path=str(self._folder)))
        self._write(index, batches, cores)

    def _document(self, row: Row) -> Any:
        head, text = text_of(row)
        return self._tantivy.Document(body=text, head=head, date=row["date"], **{name: list(row[name]) for name in adaptors.FACETS})

    def open(self) -> None:
        self._index = self._folding(self._tantivy.Index.open(str(self._folder)))
        self._searcher = self._index.searcher()

    def prepare(self, query: Query) -> Call | None:
        node = self._node(query["expression"])
        if node is None:
            return None
        searcher, create = self._searcher, self._tantivy.SnippetGenerator.create
        options = {"limit": PAGE, "offset": query["offset"]} | ({} if query["sort"] == "relevance" else {"order_by_field": "date"})
        counts = {name: {"terms": {"field": name, "size": 10}} for name in query["facets"]}

        def ask() -> int:
            result = searcher.search(node, count=True, **options)
            if counts:
                searcher.aggregate(node, counts)
            snippets = create(searcher, node, self._schema, "body")
            snippets.set_max_num_chars(LONGEST)
            for _score, address in result.hits:
                document = searcher.doc(address)
                json.loads(document.get_first("head"))
                snippet = snippets.snippet_from_doc(document)
                _ = (snippet.fragment(), [(each.start, each.end) for each in snippet.highlighted()])
            total: int = result.count
            return total

        return ask


# -- Xapian ----------------------------------------------------------------------------------------------------------------------------


class Xapian(adaptors.Xapian):
    """The same terms, with the text as received beside the head; ``MSet.snippet`` cuts and marks it."""

    def _data(self, row: Row) -> str:
        return "\0".join(text_of(row))

    def _shown(self, found: Any) -> None:
        for match in found:
            head, _, text = match.document.get_data().decode().partition("\0")
            json.loads(head)
            found.snippet(text, LONGEST)

    def prepare(self, query: Query) -> Call | None:
        return super().prepare(query | {"limit": PAGE})


PAGES: dict[str, Any] = {
    "page-reftel": Reftel, "page-reftel-typed": ReftelTyped, "page-tantivy": Tantivy, "page-fts5": Fts5, "page-xapian": Xapian,
}  # fmt: skip
