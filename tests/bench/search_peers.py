"""The engines ours is measured beside, given the same pairs of characters: tantivy and SQLite FTS5."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import tantivy
from tantivy import Occur, Order
from tantivy import Query as TantivyQuery

from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.model import Document, Query
from portal.register.search.snippets import excerpt
from tests.bench.search_corpus import tokens


class Peer(Protocol):
    """One engine under measurement."""

    def build(self, documents: Iterable[Document]) -> None: ...
    def open(self) -> None: ...
    def ask(self, query: Query) -> tuple[int, list[str]]: ...
    def mark(self, query: Query, texts: list[str]) -> None: ...
    def change(self, documents: list[Document], gone: list[str], *, purge: bool) -> None: ...


class Ours:
    """The engine of this house."""

    def __init__(self, folder: Path) -> None:
        self.writer, self.engine, self._serial = WhooshWriter(folder), WhooshEngine(folder), 1

    def build(self, documents: Iterable[Document]) -> None:
        self.writer.rebuild(documents, serial=1, epoch="bench")

    def open(self) -> None:
        self.engine.ready()

    def ask(self, query: Query) -> tuple[int, list[str]]:
        answer = self.engine.search(query)
        return answer.total, [hit.public_id for hit in answer.hits]

    def mark(self, query: Query, texts: list[str]) -> None:
        words = [term.text for (term,) in query.groups]
        for text in texts:
            excerpt((text,), words)

    def change(self, documents: list[Document], gone: list[str], *, purge: bool) -> None:
        self._serial += 1
        self.writer.apply(documents, gone, serial=self._serial, purge=purge)


class Tantivy:
    """tantivy over given words; with positions a term is a phrase, without it is all of its pairs."""

    def __init__(self, folder: Path, *, positions: bool) -> None:
        self.folder, self.positions = folder, positions
        builder = tantivy.SchemaBuilder()
        option: Any = "position" if positions else "freq"
        builder.add_text_field("all", tokenizer_name="given", index_option=option)
        for name in ("name", "code", *_FACETS):
            builder.add_text_field(name, fast=name in _FACETS, tokenizer_name="raw", index_option="basic")  # fmt: skip
        builder.add_unsigned_field("day", indexed=True, fast=True)
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()

    def build(self, documents: Iterable[Document]) -> None:
        self.folder.mkdir(parents=True)
        self.open()
        writer = self.index.writer(256_000_000, 1)
        for document in documents:
            writer.add_document(self._row(document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self.index = tantivy.Index(self.schema, path=str(self.folder))
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("given", words)
        self.index.reload()

    def _row(self, d: Document) -> tantivy.Document:
        facets = {name: list(d.facets[name]) for name in _FACETS}
        text = " ".join(_all_tokens(d))
        row = {"all": text, "name": d.names[0], "code": list(d.identifiers), "id": d.public_id}
        return tantivy.Document.from_dict({**row, **facets, "day": d.day.toordinal()}, self.schema)

    def _term(self, text: str) -> TantivyQuery:
        words = tokens(text)
        one = [TantivyQuery.term_query(self.schema, "all", w, index_option="freq") for w in words]
        if len(words) == 1:
            return one[0]
        if self.positions:
            return TantivyQuery.phrase_query(self.schema, "all", list(words))
        return TantivyQuery.boolean_query([(Occur.Must, each) for each in one])

    def _query(self, query: Query) -> TantivyQuery:
        parts = []
        for (term,) in query.groups:
            text = term.text
            if text.isascii() and len(text) > 10:
                parts.append(TantivyQuery.term_query(self.schema, "code", text, "basic"))
            elif text.isascii():
                parts.append(TantivyQuery.regex_query(self.schema, "code", text + ".*"))
            elif text.startswith("示例市") and len(text) > 8:
                parts.append(TantivyQuery.term_query(self.schema, "name", text, "basic"))
            else:
                parts.append(self._term(text))
        for name, values in query.filters.items():
            parts.append(TantivyQuery.term_query(self.schema, name, values[0], "basic"))
        return TantivyQuery.boolean_query([(Occur.Must, part) for part in parts])

    def ask(self, query: Query) -> tuple[int, list[str]]:
        searcher, wanted = self.index.searcher(), self._query(query)
        if query.facets:
            wanted_counts = {f: {"terms": {"field": f, "size": 100}} for f in query.facets}
            searcher.aggregate(wanted, wanted_counts)
        found = searcher.search(
            wanted,
            query.limit,
            count=True,
            offset=query.offset,
            order_by_field="day",
            order=Order.Desc,
        )
        total: int = getattr(found, "count", 0)  # missing in the library's type stubs
        return total, [searcher.doc(at)["id"][0] for _, at in found.hits]

    def mark(self, query: Query, texts: list[str]) -> None:
        maker = tantivy.SnippetGenerator.create(
            self.index.searcher(), self._query(query), self.schema, "all"
        )
        for text in texts:
            row = tantivy.Document.from_dict({"all": " ".join(tokens(text))}, self.schema)
            maker.snippet_from_doc(row).highlighted()

    def change(self, documents: list[Document], gone: list[str], *, purge: bool) -> None:
        writer = self.index.writer(64_000_000, 1)
        for public_id in (*gone, *(d.public_id for d in documents)):
            writer.delete_documents_by_term("id", public_id)
        for document in documents:
            writer.add_document(self._row(document))
        writer.commit()
        if purge:
            writer.garbage_collect_files()
        writer.wait_merging_threads()
        self.index.reload()


_FACETS = ("agency", "item", "outcome", "year")


def _all_tokens(d: Document) -> list[str]:
    return [token for text in (*d.names, *d.titles, *d.texts) for token in tokens(text)]


class Fts5:
    """SQLite FTS5 over given words; codes and whole names come from B-trees."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "peer.db"

    def open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.executescript("PRAGMA journal_mode=WAL; PRAGMA cache_size=-200000; PRAGMA mmap_size=8000000000")  # fmt: skip

    def build(self, documents: Iterable[Document]) -> None:
        self.open()
        self.connection.executescript(
            "CREATE TABLE d(id INTEGER PRIMARY KEY, public_id, day INT, name, code, agency, item, outcome, year);"
            "CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 0');"
        )
        self.connection.execute("BEGIN")
        self._put(documents)
        self.connection.execute("COMMIT")
        self.connection.executescript(
            "CREATE INDEX i1 ON d(name); CREATE INDEX i2 ON d(code); CREATE INDEX i3 ON d(public_id);"
            "CREATE INDEX i4 ON d(agency, year, day); INSERT INTO t(t) VALUES ('optimize'); ANALYZE"
        )

    def _put(self, documents: Iterable[Document]) -> None:
        for d in documents:
            facets = [d.facets[name][0] for name in _FACETS]
            row = (d.public_id, d.day.toordinal(), d.names[0], d.identifiers[0], *facets)
            at = self.connection.execute("INSERT INTO d VALUES (NULL,?,?,?,?,?,?,?,?)", row)
            text = " ".join(_all_tokens(d))
            self.connection.execute("INSERT INTO t(rowid, x) VALUES (?,?)", (at.lastrowid, text))

    def ask(self, query: Query) -> tuple[int, list[str]]:
        where, values = self._where(query)
        for facet in query.facets:
            self._rows(f"SELECT {facet}, count(*) {where} GROUP BY 1", values)
        (total,) = self._rows(f"SELECT count(*) {where}", values)[0]
        page = f"SELECT public_id {where} ORDER BY day DESC, public_id LIMIT ? OFFSET ?"
        return total, [r[0] for r in self._rows(page, [*values, query.limit, query.offset])]

    def mark(self, query: Query, texts: list[str]) -> None:
        match = " OR ".join('"' + " ".join(tokens(term.text)) + '"' for (term,) in query.groups)
        sql = "SELECT snippet(t, 0, '[', ']', '…', 32) FROM t WHERE t MATCH ? LIMIT ?"
        self._rows(sql, [match, len(texts)])

    def _rows(self, sql: str, values: list[Any]) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def _where(self, query: Query) -> tuple[str, list[Any]]:
        terms = [term.text for (term,) in query.groups]
        if terms[0].isascii():
            return "FROM d WHERE code >= ? AND code < ?", [terms[0], terms[0] + "~"]
        if terms[0].startswith("示例市") and len(terms[0]) > 8:
            return "FROM d WHERE name = ?", [terms[0]]
        match = " AND ".join('"' + " ".join(tokens(text)) + '"' for text in terms)
        sql, values = "FROM t JOIN d ON d.id = t.rowid WHERE t MATCH ?", [match]
        for name, (value,) in query.filters.items():
            sql, values = f"{sql} AND {name} = ?", [*values, value]
        return sql, values

    def change(self, documents: list[Document], gone: list[str], *, purge: bool) -> None:
        self.connection.execute("BEGIN")
        for public_id in gone:
            for (at,) in self._rows("SELECT id FROM d WHERE public_id = ?", [public_id]):
                self.connection.execute("DELETE FROM t WHERE rowid = ?", (at,))
                self.connection.execute("DELETE FROM d WHERE id = ?", (at,))
        self._put(documents)
        self.connection.execute("COMMIT")
        if purge:
            self.connection.executescript("INSERT INTO t(t) VALUES ('optimize'); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")  # fmt: skip
