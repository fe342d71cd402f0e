"""Archives that are damaged, or come from a stranger: every command names what is wrong, at once, with exit status 3."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import torture

import reftel
from reftel.cli import run
from reftel.engine.contents import read_contents, write_contents
from reftel.indexer import manifest as manifests
from reftel.indexer.kept import pack, unpack
from reftel.indexer.manifest import FILE_NAME
from reftel.indexer.seal import seal
from reftel.schema.errors import ArchiveDamaged
from reftel.schema.stored import record_bytes

LONGEST = 60  # seconds that a command may take on the busiest machine; what hangs takes for ever


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A folder with sources, their configuration and archive: two commits, a cable with a second text, a saved search, notes."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "cables").mkdir()
    for number in range(5):
        text = torture.TEXT.format(serial=number + 1, words="minsk group precedent " * (number + 3))
        (folder / f"cables/{number}.txt").write_text(text, "utf-8")
    reftel.build([folder / "cables"], folder / "archive")
    (folder / "cables/second.txt").write_text(torture.TEXT.format(serial=2, words="a longer precedent " * 40), "utf-8")
    reftel.build([folder / "cables"], folder / "archive")
    (folder / "reftel.toml").write_text('sources = ["cables"]\nmemory = 16\nworkers = 1\n', "utf-8")
    assert run(["saved", "add", "precedents", "precedent", "--archive", str(folder / "archive")]) == 0
    assert run(["note", "08BAKU1", "--tag", "chapter", "--text", "compare", "--archive", str(folder / "archive")]) == 0
    return folder


@pytest.fixture
def copy(whole, tmp_path, monkeypatch) -> Path:
    place = Path(shutil.copytree(whole, tmp_path / "copy"))
    monkeypatch.chdir(place)
    return place


@contextmanager
def in_time() -> Iterator[None]:
    def end(_number: int, _frame: object) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def said(*arguments: str) -> tuple[int, str]:
    """Exit status of a command, and all that it printed."""
    data = io.BytesIO()
    with io.TextIOWrapper(data, "utf-8", write_through=True) as printed:
        with in_time(), redirect_stdout(printed), redirect_stderr(printed):
            status = run(list(arguments))
        return status, data.getvalue().decode("utf-8")


READING = (
    ("search", "precedent"), ("search", "mine:chapter"), ("stats",), ("show", "08BAKU2", "--versions"), ("note", "list"), ("saved", "list"),
    ("saved", "run"), ("explain", "precedent"), ("export", "*", "--format", "ids"), ("duplicates",),
)  # fmt: skip
WRITES = {"reindex", "backup", "note", "saved"}
WRITING = (("reindex",), ("reindex", "--full"), ("reindex", "--dry-run"), ("backup", "away"), ("note", "08BAKU1", "--tag", "new"), ("saved", "add", "x", "y"))


READS_MANIFEST = (("stats",), ("show", "08BAKU2", "--versions"), ("saved", "run"), ("reindex", "--dry-run"), ("reindex", "--full"))
"""Those that ask the manifest."""


def every_command(copy: Path, commands: Sequence[tuple[str, ...]] = (*READING, *WRITING)) -> dict[tuple[str, ...], tuple[int, str]]:
    """What each command says of an archive; the writing ones of one of its own."""
    found = {}
    for command in commands:
        if command[0] not in WRITES:
            found[command] = said(*command)
            continue
        shutil.rmtree(copy / "away", ignore_errors=True)
        shutil.copytree(copy / "archive", copy / "before", symlinks=True, copy_function=_copy)
        found[command] = said(*command)
        shutil.rmtree(copy / "archive")
        (copy / "before").rename(copy / "archive")
    return found


def _copy(source: str, target: str) -> None:
    if Path(source).is_file():
        shutil.copy2(source, target, follow_symlinks=False)
    else:
        os.mkfifo(target)


def check_named(copy: Path, named: str = "", commands: Sequence[tuple[str, ...]] = (*READING, *WRITING)) -> set[int]:
    """Every command ends with 0, 1 or a named 3, and `verify` sees it; the statuses."""
    results = every_command(copy, commands)
    for command, (status, text) in results.items():
        assert status in (0, 1, 3), (command, status, text)
        assert "Traceback" not in text
        if status == 3:
            assert text.splitlines()[-1].startswith(("reftel: ", "20")), (command, text)
    status, text = said("verify")
    assert (status, named in text) == (3, True), text
    return {status for status, _ in results.values()}


def change_manifest(copy: Path, statement: str, *values: object) -> None:
    path = copy / "archive" / FILE_NAME
    with closing(sqlite3.connect(path)) as database, database:
        assert database.execute(statement, values).rowcount
    data = bytearray(path.read_bytes())
    data[68:72] = bytes(4)
    path.write_bytes(data)
    seal(path)


NUMBERS = ("about.base", "about.run", "source.size", "source.mtime_ns", "source.cables", "source.failures", "source.normaliser", "version.locator",
           "version.length", "version.chosen", "seen.run")  # fmt: skip
TEXTS = ("source.path", "source.sha256", "source.outcome", "version.key", "version.file", "version.path", "version.released", "seen.key", "seen.at")


def change_column(copy: Path, column: str, value: object) -> None:
    table, _, name = column.partition(".")
    first = {"about": "1", "source": "path = (select min(path) from source)", "version": "path = (select min(path) from version)",
             "seen": "key = (select min(key) from seen)"}[table]  # fmt: skip
    change_manifest(copy, f"update {table} set {name} = ? where {first}", value)


@pytest.mark.parametrize("column", NUMBERS)
@pytest.mark.parametrize("value", ["many", b"\x00\xff", 1.5, float(2**63), float("inf")], ids=repr)
def test_what_is_no_number(copy, column, value):
    change_column(copy, column, value)
    check_named(copy, "manifest", READS_MANIFEST)


@pytest.mark.parametrize("column", ["about.run", "source.cables", "source.failures", "version.length", "seen.run"])
@pytest.mark.parametrize("value", [-(2**63), -2, 2**63 - 1], ids=repr)
def test_a_number_that_is_too_large_or_negative(copy, column, value):
    change_column(copy, column, value)
    check_named(copy, "manifest", READS_MANIFEST)


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize("value", [b"08BAKU1", b"\xff\xfe", "with\0nothing"], ids=repr)
def test_what_is_no_text(copy, column, value):
    change_column(copy, column, value)
    check_named(copy, "manifest", READS_MANIFEST)


@pytest.mark.parametrize("column", ["source.outcome", "version.released", "seen.at"])
def test_a_text_that_is_no_utf8(copy, column):
    table, _, name = column.partition(".")
    change_manifest(copy, f"update {table} set {name} = cast(x'fffe' as text)")
    check_named(copy, "manifest", READS_MANIFEST)


def bomb(size: int) -> bytes:
    """A few bytes that inflate to ``size``."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + packer.flush()


@pytest.mark.parametrize(
    "record",
    [b"", b"no zlib", zlib.compress(b"[]"), zlib.compress(b"{}"), zlib.compress(b"{"), zlib.compress(b'{"id": 1e999}'), zlib.compress(b'{"id": [1]}'),
     zlib.compress(b"[" * 100_000), zlib.compress(b'{"tags": [1]}'), zlib.compress(b'{"paragraphs": [{"text": 5}]}'), zlib.compress(b'{"refs": 5}'),
     zlib.compress(b'{"sections": 1e999}'), zlib.compress(b"null"), zlib.compress(b"9" * 9000), zlib.compress(b"{}")[:-3], 5, "text", None],
    ids=lambda record: repr(record)[:30],
)  # fmt: skip
def test_a_kept_text_that_is_none(copy, record):
    change_manifest(copy, "update version set record = ? where chosen = 0", record)
    check_named(copy, "manifest", READS_MANIFEST)
    if record is not None:
        status, text = said("show", "08BAKU2", "--versions")
        assert status == 3, text


def test_a_kept_text_that_would_fill_the_memory(copy):
    change_manifest(copy, "update version set record = ? where chosen = 0", bomb(300 << 20))
    assert said("show", "08BAKU2", "--versions")[0] == 3
    assert "longer than it can be" in said("verify")[1]


def test_a_long_record_of_one_letter_is_kept_and_read():
    record = record_bytes(reftel.Cable(id="08BAKU1", body="a" * (257 << 20)))
    packed = pack(record)
    assert len(unpack(packed).body) == 257 << 20
    with pytest.raises(ArchiveDamaged):
        unpack(zlib.compress(record, 1))


def remake(copy: Path, script: str, name: str = FILE_NAME) -> None:
    """Run a script on a SQLite file of the archive that may change the tables themselves."""
    path = copy / "archive" / name
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(script)
    data = bytearray(path.read_bytes())
    data[68:72] = bytes(4)
    path.write_bytes(data)


ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select"
TRICKS = {
    "an endless view for about": f"drop table about; create view about as {ENDLESS} 2 as format, 0 as base, 1 as run from n where i < 0",
    "an endless view for version": f"""drop table version; create view version as {ENDLESS} 'k' as key, 'f' as file, 'p' as path, 0 as locator, 1 as length,
        '' as released, 1 as chosen, null as record from n where i < 0""",
    "an endless view for source": f"""drop table source; create view source as {ENDLESS} 'p' as path, 0 as size, 0 as mtime_ns, '' as sha256, 0 as cables,
        0 as failures, 'read' as outcome, 0 as normaliser from n""",
    "a view besides": f"create view more as {ENDLESS} i from n",
    "a trigger": "create trigger forget after insert on seen begin delete from version; end",
    "a generated column": """drop table seen; create table seen (key text primary key, run integer not null, at text as (hex(zeroblob(100000000)))) without rowid;
        insert into seen values ('k', 1)""",
    "a virtual table": "drop table seen; create virtual table seen using fts5(key, run, at)",
    "a table less": "drop table seen",
    "a table more": "create table more (a)",
    "an index more": "create index by_expression on seen (upper(at))",
    "another collation": "drop table seen; create table seen (key text primary key collate nocase, run integer not null, at text not null) without rowid",
    "no about": "delete from about",
    "two abouts": "insert into about select * from about",
    "no format": "pragma writable_schema = on; update about set format = 'two'",
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_tables_of_a_stranger(copy, trick):
    remake(copy, TRICKS[trick])
    assert 3 in check_named(copy, "manifest")
    assert said("search", "precedent")[0] == 3


def test_a_manifest_of_another_format_is_another_version(copy):
    change_manifest(copy, "update about set format = 99")
    for command in (("search", "x"), ("stats",), ("reindex",)):
        status, text = said(*command)
        assert status == 3
        assert "format 99, this version reads" in text


def circle(copy: Path) -> None:
    """The table ``version`` as a tree of pages that lead back into themselves, so that it never ends."""
    path = copy / "archive" / FILE_NAME
    with closing(sqlite3.connect(path)) as database:
        (root,) = database.execute("select rootpage from sqlite_master where name = 'version'").fetchone()
        (size,) = database.execute("pragma page_size").fetchone()
    data = bytearray(path.read_bytes())
    start = (root - 1) * size
    cell = data[start + int.from_bytes(data[start + 8 : start + 10], "big") :][:60]  # the first row, as a cell of an inner page
    width = 200
    page = bytearray(size)
    places = []
    place = size
    for _ in range(size // width - 2):
        place -= width
        page[place : place + 4] = struct.pack(">I", root)
        page[place + 4 : place + 4 + len(cell)] = cell
        places.append(place)
    page[0] = 2  # an inner page of an index
    page[3:5] = struct.pack(">H", len(places))
    page[5:7] = struct.pack(">H", place)
    page[8:12] = struct.pack(">I", root)
    for number, each in enumerate(places):
        page[12 + 2 * number : 14 + 2 * number] = struct.pack(">H", each)
    data[start : start + size] = page
    data[68:72] = bytes(4)
    path.write_bytes(data)


def test_pages_that_lead_in_a_circle(copy):
    circle(copy)
    assert 3 in check_named(copy, "manifest")


PLACES = ("manifest.sqlite", "saved.json", "mine.sqlite", "index", "index/_MAIN_2.toc", "index/segment", "mine.sqlite-journal", "manifest.sqlite.next")


def put(path: Path, kind: str, elsewhere: Path) -> None:
    """Something else than a regular file in a place; a link leads to what was there."""
    if os.path.lexists(path):
        path.rename(elsewhere)
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a link":
        path.symlink_to(elsewhere)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a socket":
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path must be short
        try:
            with closing(socket.socket(socket.AF_UNIX)) as made:
                made.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("kind", ["a pipe", "a link", "a folder", "a socket"])
def test_what_is_no_file_is_damage(copy, name, kind):
    if (name, kind) == ("index", "a folder"):
        return
    archive = copy / "archive"
    place = max(archive.glob("index/MAIN_*.seg")) if name == "index/segment" else archive / name
    put(place, kind, copy / "elsewhere")
    for command in (("search", "precedent"), ("verify",), ("stats",), ("backup", "away"), ("reindex",), ("reindex", "--dry-run"), ("show", "08BAKU2")):
        status, text = said(*command)
        assert status == 3, (command, status, text)
        assert kind in text, (command, text)
        assert not (copy / "away").exists()


@pytest.mark.parametrize("kind", ["a pipe", "a link", "a socket"])
def test_no_file_where_no_archive_has_one(copy, kind):
    put(copy / "archive" / "more", kind, copy / "elsewhere")
    for command in (("search", "precedent"), ("verify",), ("backup", "away"), ("reindex",)):
        assert said(*command)[0] == 3


def test_the_archive_itself_may_be_a_link_and_a_folder_in_it_is_a_persons_own(copy):
    (copy / "archive").rename(copy / "disk")
    (copy / "archive").symlink_to("disk")
    (copy / "archive/lost+found").mkdir()
    for command in (("search", "precedent"), ("stats",), ("verify",), ("reindex",), ("reindex", "--dry-run"), ("backup", "away")):
        assert said(*command)[0] == 0, command
    assert (copy / "archive").is_symlink()


def contents_of(copy: Path) -> Path:
    return max((copy / "archive/index").glob("*.toc"))


def with_directory(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the directory of the file of arrays, with right checksums all around."""
    data = path.read_bytes()
    footer = b""
    start = 0
    if path.suffix == ".toc":
        start = int.from_bytes(data[-12:-4], "little")
        data, footer = data[:-20], data[-20:-4]
    place, length = struct.unpack_from("<QQ", data, start + 16)
    directory = change(data[start + place : start + place + length])
    head = data[start : start + 24] + struct.pack("<QI", len(directory), zlib.crc32(directory))
    data = data[:start] + head + struct.pack("<I", zlib.crc32(head)) + data[start + 40 : start + place] + directory
    path.write_bytes(data + (footer + struct.pack("<I", zlib.crc32(data)) if footer else b""))


def about(change: Callable[[dict], object]) -> Callable[[bytes], bytes]:
    def changed(directory: bytes) -> bytes:
        values = json.loads(directory)
        change(values)
        return json.dumps(values).encode()

    return changed


DIRECTORIES = {
    "nested deep": lambda _: b"[" * 200_000,
    "a list": lambda _: b"[]",
    "no JSON": lambda _: b"{",
    "a number of 9000 digits": lambda data: data.replace(b'"about":{', b'"about":{"x":' + b"9" * 9000 + b","),
    "arrays that are none": about(lambda values: values.update(arrays=[])),
    "places that are texts": about(lambda values: values["arrays"].update({name: ["a", "b", "<u1", 0] for name in values["arrays"]})),
    "places that are infinite": lambda data: data.replace(b"64,", b"1e999,", 1),
    "no about": about(lambda values: values.pop("about")),
}
OF_SEGMENTS = {
    "infinitely many documents": about(lambda values: values["about"].update(documents=float("inf"))),
    "more documents than bytes": about(lambda values: values["about"].update(documents=1 << 40)),
    "bases that are none": about(lambda values: values["about"].update(bases=[])),
    "a base that is infinite": about(lambda values: values["about"]["bases"].update(date=float("inf"))),
    "a base that is too large": about(lambda values: values["about"]["bases"].update(date=1 << 70)),
    "a base that is a text": about(lambda values: values["about"]["bases"].update(date="0")),
}
OF_CONTENTS = {
    "a generation that is infinite": about(lambda values: values["about"].update(generation=float("inf"))),
    "a generation that is a text": about(lambda values: values["about"].update(generation="2")),
    "a generation that is a fraction": about(lambda values: values["about"].update(generation=2.0)),
    "segments that are none": about(lambda values: values["about"].update(segments=5)),
    "segments of a size that is infinite": about(lambda values: values["about"].update(segments=[["MAIN_0", float("inf")]])),
    "segments of a billion documents": about(lambda values: values["about"].update(segments=[[name, 1 << 33] for name, _ in values["about"]["segments"]])),
    "fields that are none": about(lambda values: values["about"].update(fields=[5])),
    "fields with numbers for names": about(lambda values: values["about"]["fields"][0].update(name=5)),
    "fields of another kind": about(lambda values: values["about"]["fields"][0].update(kind="picture")),
}


@pytest.mark.parametrize("trick", DIRECTORIES | OF_SEGMENTS)
def test_a_segment_of_a_stranger(copy, trick):
    with_directory(max((copy / "archive/index").glob("*.seg")), (DIRECTORIES | OF_SEGMENTS)[trick])
    assert check_named(copy, "index") >= {3}


@pytest.mark.parametrize("trick", DIRECTORIES | OF_CONTENTS)
def test_contents_of_a_stranger(copy, trick):
    if trick == "places that are texts":
        return  # there may be no arrays in it
    with_directory(contents_of(copy), (DIRECTORIES | OF_CONTENTS)[trick])
    assert check_named(copy, "index") >= {3}


def test_the_helpers_change_only_what_they_should(copy):
    for path in (copy / "archive/index").glob("*.*"):
        with_directory(path, lambda data: data)
    assert said("verify")[0] == 0


def test_an_endless_table_of_contents_takes_no_memory(copy):
    with contents_of(copy).open("r+b") as file:
        file.truncate(40 << 30)  # of nothing
    status, text = said("search", "precedent")
    assert (status, "more than" in text) == (3, True)


def test_deleted_documents_that_there_are_not(copy):
    import dataclasses

    import numpy as np

    index = copy / "archive/index"
    contents = read_contents(index)
    for deleted in ([-1], [1, 0], [10**6]):
        entry = dataclasses.replace(contents.entries[0], deleted=np.array(deleted))
        try:
            write_contents(index, dataclasses.replace(contents, entries=(entry, *contents.entries[1:])), b"")
        except OverflowError:
            continue
        assert said("search", "precedent")[0] == 3


def test_formats_and_tables_are_those_that_are_written(copy):
    """A change of the tables without one of the format would make every archive a stranger's."""
    with closing(sqlite3.connect(copy / "archive" / FILE_NAME)) as database:
        assert database.execute("select format from about").fetchone() == (manifests.FORMAT,)
