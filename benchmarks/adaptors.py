"""Each engine of the comparison: how it builds an index of the rows, and how it asks a query.

An adaptor is made with the folder of its index. ``build`` is timed; ``prepare`` writes a query in the engine's own terms outside the
time, and gives a call that is timed: the exact total, and keys and scores of the hits of the window. ``None`` where an engine has no such
query. All index the same words of subject, body and head and the same values, and keep the same bytes to show a hit by.
"""

from __future__ import annotations

import importlib.metadata
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from cache import Row, joined

Query = dict[str, Any]
Call = Callable[[], int]
FACETS = ("year", "from", "class", "tags")


class Adaptor(Protocol):
    """One engine over one folder."""

    version: str

    def build(self, batches: Iterable[list[Row]], cores: int) -> None: ...

    def open(self) -> None: ...

    def prepare(self, query: Query) -> Call | None: ...


# -- reftel ----------------------------------------------------------------------------------------------------------------------------


class Reftel:
    """The array engine, asked with plans. ``default`` fields: subject, body and head, as a bare word of the query language is."""

    fields: tuple[str, ...] = ("body",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "index"
        self.version = importlib.metadata.version("reftel")

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:  # noqa: ARG002
        from reftel.engine.writer import open_writer  # noqa: PLC0415
        from reftel.indexer.writer import field_specs  # noqa: PLC0415
        from reftel.schema.inflections import bases_of_each  # noqa: PLC0415

        with open_writer(self._folder, field_specs(), roots=bases_of_each) as writer:
            for batch in batches:
                for row in batch:
                    writer.add(self._record(row))
            writer.commit(added=0)

    @staticmethod
    def _record(row: Row) -> Any:
        from reftel.engine.specs import SEPARATOR, Record, Region  # noqa: PLC0415

        return Record(
            row["key"], row["stored"],
            texts={name: [block.replace(" ", SEPARATOR) for block in blocks] for name, blocks in row["texts"].items()},
            keywords={"id": (row["key"],), "tags": row["tags"], "from": row["from"], "year": row["year"]},
            numbers={"date": row["date"], "class": row["rank"]},
            facets={name: row[name] for name in FACETS},
            regions=[Region(*region) for region in row["regions"]],
        )  # fmt: skip

    def open(self) -> None:
        from reftel.search.engines.array_engine import ArrayEngine  # noqa: PLC0415

        self._engine = ArrayEngine.open(self._folder)

    def prepare(self, query: Query) -> Call | None:
        from reftel.search import plan  # noqa: PLC0415

        facets = tuple((name, 10) for name in query["facets"])
        request = plan.Request(self._node(query["expression"]), query["sort"], query["offset"], query["limit"], facets)
        return lambda: self._engine.answer(request).total

    def _node(self, expression: list[Any]) -> Any:
        from reftel.search import plan  # noqa: PLC0415

        kind, *parts = expression

        def word(text: str, match: plan.Match = "exact", distance: int = 0) -> plan.Word:
            return plan.Word(text, match, distance, self.fields)

        match kind:
            case "word" | "prefix":
                return word(parts[0], "exact" if kind == "word" else "prefix")
            case "fuzzy":
                return word(parts[0], "fuzzy", 1)
            case "phrase":
                return plan.Phrase(tuple(map(word, parts)))
            case "near":
                return plan.Near(word(parts[0]), word(parts[1]), parts[2])
            case "paragraph":
                return plan.Paragraph(plan.And(tuple(plan.Word(text, fields=("body",)) for text in parts)))
            case "dates":
                return plan.And((plan.Range("date", parts[0], parts[1]), self._node(parts[2])))
            case "not":
                return plan.And((self._node(parts[0]), plan.Not(self._node(parts[1]))))
            case _:
                return {"and": plan.And, "or": plan.Or}[kind](tuple(map(self._node, parts)))


class ReftelDefault(Reftel):
    """The same index, asked as the query language asks it: subject, body and head, inflections too."""

    fields = ("subject", "body", "head")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder.with_name(folder.name.replace("reftel-default", "reftel")))


# -- SQLite FTS5 -----------------------------------------------------------------------------------------------------------------------


class Fts5:
    """SQLite FTS5: one table of texts, plain tables of values, the rowid a cable's number."""

    version = sqlite3.sqlite_version

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fts5.sqlite"

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:  # noqa: ARG002
        base = sqlite3.connect(self._path)
        base.executescript("""
            PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -200000;
            CREATE VIRTUAL TABLE texts USING fts5(subject, body, head, content='', tokenize="unicode61 remove_diacritics 0");
            CREATE TABLE cables (number INTEGER PRIMARY KEY, key TEXT, date INTEGER, year TEXT, origin TEXT, class TEXT, stored BLOB);
            CREATE TABLE tags (number INTEGER, tag TEXT);
        """)
        number = 0
        for batch in batches:
            for row in batch:
                number += 1
                texts = row["texts"]
                base.execute("INSERT INTO texts (rowid, subject, body, head) VALUES (?, ?, ?, ?)",
                             (number, " ".join(texts["subject"]), joined(row), " ".join(texts["head"])))  # fmt: skip
                base.execute("INSERT INTO cables VALUES (?, ?, ?, ?, ?, ?, ?)",
                             (number, row["key"], row["date"], *(row[name][0] for name in ("year", "from", "class")), row["stored"]))  # fmt: skip
                base.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in row["tags"]])
        base.executescript("CREATE INDEX tags_number ON tags (number); CREATE INDEX cables_date ON cables (date);")
        base.commit()
        base.close()

    def open(self) -> None:
        self._base = sqlite3.connect(self._path)
        self._base.execute("PRAGMA cache_size = -200000")
        self._base.execute("PRAGMA mmap_size = 4000000000")

    def prepare(self, query: Query) -> Call | None:
        match, dates = self._match(query["expression"])
        if match is None:
            return None
        chosen = "texts MATCH ?" + (" AND date BETWEEN ? AND ?" if dates else "")
        values = (match, *dates)
        tables = "texts" + (" JOIN cables ON number = texts.rowid" if dates or query["sort"] != "relevance" else "")
        order = "rank" if query["sort"] == "relevance" else "date DESC"
        window = f"SELECT texts.rowid FROM {tables} WHERE {chosen} ORDER BY {order} LIMIT {query['limit']} OFFSET {query['offset']}"
        counts = [
            f"SELECT tag, count(*) FROM texts JOIN tags ON number = texts.rowid WHERE {chosen} GROUP BY tag ORDER BY 2 DESC LIMIT 10" if name == "tags" else
            f"SELECT {'origin' if name == 'from' else name}, count(*) FROM texts JOIN cables ON number = texts.rowid WHERE {chosen} GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
            for name in query["facets"]
        ]  # fmt: skip

        def ask() -> int:
            for statement in (window, *counts):
                self._base.execute(statement, values).fetchall()
            total: int = self._base.execute(f"SELECT count(*) FROM {tables} WHERE {chosen}", values).fetchone()[0]
            return total

        return ask

    def _match(self, expression: list[Any]) -> tuple[str | None, tuple[int, ...]]:
        if expression[0] == "dates":
            return self._match(expression[3])[0], (expression[1], expression[2])
        text = _fts(expression)
        return (f"body : ({text})" if text else None), ()


def _fts(expression: list[Any]) -> str | None:
    kind, *parts = expression
    match kind:
        case "word":
            return f'"{parts[0]}"'
        case "prefix":
            return f'"{parts[0]}"*'
        case "phrase":
            return f'"{" ".join(parts)}"'
        case "near":
            return f'NEAR("{parts[0]}" "{parts[1]}", {parts[2] - 1})'
        case "fuzzy" | "paragraph":
            return None
        case _:
            return "(" + f" {kind.upper()} ".join(str(_fts(part)) for part in parts) + ")"


# -- tantivy ---------------------------------------------------------------------------------------------------------------------------


class Tantivy:
    """tantivy-py: whitespace tokens, facets as aggregations over fast fields."""

    def __init__(self, folder: Path) -> None:
        import tantivy  # noqa: PLC0415

        self._tantivy, self._folder = tantivy, folder
        self.version = tantivy.__version__
        schema = tantivy.SchemaBuilder()
        for name in ("subject", "body", "head"):
            schema.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        for name in FACETS:
            schema.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
        schema.add_text_field("key", tokenizer_name="raw", index_option="basic")
        schema.add_integer_field("date", indexed=True, fast=True)
        schema.add_bytes_field("stored", stored=True, indexed=False)
        self._schema = schema.build()

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:
        self._write(self._tantivy.Index(self._schema, path=str(self._folder)), batches, cores)

    def _write(self, index: Any, batches: Iterable[list[Row]], cores: int) -> None:
        writer = index.writer(heap_size=256_000_000, num_threads=cores)
        for batch in batches:
            for row in batch:
                writer.add_document(self._document(row))
        writer.commit()
        writer.wait_merging_threads()

    def _document(self, row: Row) -> Any:
        texts = row["texts"]
        values = {name: list(row[name]) for name in FACETS}
        return self._tantivy.Document(subject=" ".join(texts["subject"]), body=joined(row), head=" ".join(texts["head"]),
                                      key=row["key"], date=row["date"], stored=row["stored"], **values)  # fmt: skip

    def open(self) -> None:
        self._index = self._tantivy.Index.open(str(self._folder))
        self._searcher = self._index.searcher()

    def prepare(self, query: Query) -> Call | None:
        node = self._node(query["expression"])
        if node is None:
            return None
        search, aggregate = self._searcher.search, self._searcher.aggregate
        options = {"limit": query["limit"], "offset": query["offset"]} | ({} if query["sort"] == "relevance" else {"order_by_field": "date"})
        counts = {name: {"terms": {"field": name, "size": 10}} for name in query["facets"]}

        def ask() -> int:
            result = search(node, count=True, **options)
            if counts:
                aggregate(node, counts)
            total: int = result.count
            return total

        return ask

    def _node(self, expression: list[Any]) -> Any:
        make, occur, schema = self._tantivy.Query, self._tantivy.Occur, self._schema
        kind, *parts = expression
        match kind:
            case "word":
                return make.term_query(schema, "body", parts[0])
            case "prefix":
                return make.regex_query(schema, "body", parts[0] + ".*")
            case "fuzzy":
                return make.fuzzy_term_query(schema, "body", parts[0], distance=1, transposition_cost_one=False)
            case "phrase":
                return make.phrase_query(schema, "body", parts)
            case "near" | "paragraph":  # slop counts moves and depends on the order: another set of cables
                return None
            case "dates":
                dates = make.range_query(schema, "date", self._tantivy.FieldType.Integer, parts[0], parts[1])
                return make.boolean_query([(occur.Must, make.const_score_query(dates, 0.0)), (occur.Must, self._node(parts[2]))])
            case "not":
                return make.boolean_query([(occur.Must, self._node(parts[0])), (occur.MustNot, self._node(parts[1]))])
            case _:
                return make.boolean_query([(occur.Must if kind == "and" else occur.Should, self._node(part)) for part in parts])


# -- plain Whoosh ----------------------------------------------------------------------------------------------------------------------


class PlainWhoosh:
    """Whoosh with its own codec: what the array engine replaces."""

    def __init__(self, folder: Path) -> None:
        import whoosh  # noqa: PLC0415

        self._folder, self.version = folder, ".".join(map(str, whoosh.__version__))

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:
        from whoosh import analysis, fields, index  # noqa: PLC0415

        words: Callable[[], Any] = lambda: fields.TEXT(analyzer=analysis.SpaceSeparatedTokenizer(), phrase=True)  # noqa: E731
        schema = fields.Schema(
            subject=words(), body=words(), head=words(), key=fields.ID(stored=True), stored=fields.STORED(), date=fields.NUMERIC(int, 64, sortable=True),
            **{"year": fields.ID(sortable=True), "from": fields.ID(sortable=True), "class": fields.ID(sortable=True), "tags": fields.KEYWORD(commas=True)},
        )  # fmt: skip
        writer = index.create_in(self._folder, schema).writer(limitmb=256, procs=cores)
        for batch in batches:
            for row in batch:
                texts = row["texts"]
                writer.add_document(
                    subject=" ".join(texts["subject"]), body=joined(row), head=" ".join(texts["head"]), key=row["key"], stored=row["stored"],
                    date=row["date"], tags=",".join(row["tags"]), **{name: row[name][0] for name in ("year", "from", "class")},
                )  # fmt: skip
        writer.commit()

    def open(self) -> None:
        from whoosh import index  # noqa: PLC0415

        self._searcher = index.open_dir(self._folder).searcher()

    def prepare(self, query: Query) -> Call | None:
        node = self._node(query["expression"])
        if node is None:
            return None
        options: dict[str, Any] = {} if query["sort"] == "relevance" else {"sortedby": "date", "reverse": True}
        if query["facets"]:
            from whoosh import sorting  # noqa: PLC0415

            options["groupedby"] = [sorting.FieldFacet(name, allow_overlap=name == "tags", maptype=sorting.Count) for name in query["facets"]]
        return lambda: len(self._searcher.search(node, limit=query["limit"] + query["offset"], **options))

    def _node(self, expression: list[Any]) -> Any:
        from whoosh import query  # noqa: PLC0415
        from whoosh.query import spans  # noqa: PLC0415

        kind, *parts = expression
        match kind:
            case "word":
                return query.Term("body", parts[0])
            case "prefix":
                return query.Prefix("body", parts[0])
            case "fuzzy":
                return query.FuzzyTerm("body", parts[0], maxdist=1, prefixlength=0)
            case "phrase":
                return query.Phrase("body", parts)
            case "near":
                return spans.SpanNear2([query.Term("body", word) for word in parts[:2]], slop=parts[2], ordered=False)
            case "paragraph":
                return None
            case "dates":
                return query.And([query.NumericRange("date", parts[0], parts[1]), self._node(parts[2])])
            case "not":
                return query.And([self._node(parts[0]), query.Not(self._node(parts[1]))])
            case _:
                return {"and": query.And, "or": query.Or}[kind]([self._node(part) for part in parts])


# -- Xapian ----------------------------------------------------------------------------------------------------------------------------


class Xapian:
    """Xapian, from the system's own Python; body words without a prefix, other fields with theirs, values in slots."""

    def __init__(self, folder: Path) -> None:
        import xapian  # noqa: PLC0415

        self._xapian, self._folder, self.version = xapian, folder, xapian.version_string()

    def build(self, batches: Iterable[list[Row]], cores: int) -> None:  # noqa: ARG002
        base = self._xapian.WritableDatabase(str(self._folder / "db"), self._xapian.DB_CREATE_OR_OPEN)
        for batch in batches:
            for row in batch:
                base.add_document(self._document(row))
        base.commit()
        base.close()

    def _document(self, row: Row) -> Any:
        document = self._xapian.Document()
        for prefix, words in (("", joined(row).split()), ("XS", " ".join(row["texts"]["subject"]).split()), ("XH", " ".join(row["texts"]["head"]).split())):
            for place, word in enumerate(words):
                document.add_posting(prefix + word, place)
        for slot, name in enumerate(FACETS):
            document.add_value(slot, "\t".join(row[name]))
        for tag in row["tags"]:
            document.add_boolean_term("XT" + tag)
        document.add_value(len(FACETS), self._xapian.sortable_serialise(row["date"]))
        document.set_data(self._data(row))
        return document

    def _data(self, row: Row) -> bytes | str:
        stored: bytes = row["stored"]
        return stored

    def _shown(self, found: Any) -> None:
        """Read what is shown of the hits; without texts nothing."""

    def open(self) -> None:
        self._base = self._xapian.Database(str(self._folder / "db"))
        self._size = self._base.get_doccount()

    def prepare(self, query: Query) -> Call | None:
        if query["expression"][0] in ("paragraph", "fuzzy") or "tags" in query["facets"]:
            return None
        node = self._node(query["expression"])

        def ask() -> int:
            enquire = self._xapian.Enquire(self._base)
            enquire.set_query(node)
            if query["sort"] != "relevance":
                enquire.set_sort_by_value(len(FACETS), True)
            spies = [self._xapian.ValueCountMatchSpy(FACETS.index(name)) for name in query["facets"]]
            for spy in spies:
                enquire.add_matchspy(spy)
            found = enquire.get_mset(query["offset"], query["limit"], self._size)
            for spy in spies:
                list(spy.top_values(10))
            self._shown(found)
            total: int = found.get_matches_estimated()
            return total

        return ask

    def _prefix(self, text: str) -> Any:
        """The binding can't make OP_WILDCARD of a string; the parser can."""
        parser = self._xapian.QueryParser()
        parser.set_database(self._base)
        return parser.parse_query(text + "*", parser.FLAG_WILDCARD)

    def _node(self, expression: list[Any]) -> Any:
        make = self._xapian.Query
        kind, *parts = expression
        match kind:
            case "word":
                return make(parts[0])
            case "prefix":
                return self._prefix(parts[0])
            case "phrase":
                return make(make.OP_PHRASE, parts)
            case "near":
                return make(make.OP_NEAR, parts[:2], parts[2] + 1)
            case "dates":
                bounds = map(self._xapian.sortable_serialise, parts[:2])
                return make(make.OP_FILTER, self._node(parts[2]), make(make.OP_VALUE_RANGE, len(FACETS), *bounds))
            case _:
                ways = {"and": make.OP_AND, "or": make.OP_OR, "not": make.OP_AND_NOT}
                return make(ways[kind], [self._node(part) for part in parts])


ADAPTORS: dict[str, Callable[[Path], Adaptor]] = {
    "reftel": Reftel,
    "reftel-default": ReftelDefault,
    "tantivy": Tantivy,
    "fts5": Fts5,
    "xapian": Xapian,
    "whoosh": PlainWhoosh,
}
