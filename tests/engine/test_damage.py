"""Missing, cut, altered and hostile files give the engine's errors, and run nothing."""

from __future__ import annotations

import dataclasses
import json
import pickle
import subprocess
import sys
import threading
import zlib

import pytest

from reftel.engine import safe_pickle
from reftel.engine.contents import read_contents, write_contents
from reftel.engine.errors import IndexDamaged, IndexMissing, IndexVersion
from reftel.engine.reader import open_reader
from reftel.engine.specs import FieldSpec, Record, Region
from reftel.engine.whoosh_index import open_whoosh
from reftel.engine.writer import open_writer

SPECS = (FieldSpec("body", "text", regions=True), FieldSpec("tags", "keyword", facet=True, sort=True), FieldSpec("size", "number"))


@pytest.fixture
def folder(tmp_path):
    with open_writer(tmp_path, SPECS) as writer:
        for number in range(50):
            text = [f"word{number % 7}\nfox", "\n".join(["fox"] * (number % 4))]
            writer.add(Record(f"k{number}", b"stored" * 50, {"body": text}, {"tags": ["P"]}, {"size": number}, {"tags": ["P"]}, [Region(0, 1)]))
    return tmp_path


def only(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


def read_all(folder):
    reader = open_reader(folder)
    try:
        for field in ("body", "tags"):
            for term in reader.terms(field):
                reader.postings(field, term)
                if field == "body":
                    reader.places(field, term)
        reader.numbers("size"), reader.facet("tags"), reader.order("tags"), reader.regions(), reader.key_order()
        for document in range(reader.size):
            reader.document(reader.key(document))
            reader.record(document)
    finally:
        reader.close()


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_no_index(tmp_path, name):
    with pytest.raises(IndexMissing):
        open_reader(tmp_path / name)


@pytest.mark.parametrize("pattern", ["*.toc", "*.seg"])
def test_a_missing_file(folder, pattern):
    only(folder, pattern).unlink()
    with pytest.raises(IndexDamaged):
        open_reader(folder)
    with pytest.raises(IndexDamaged):
        open_writer(folder, SPECS)


@pytest.mark.parametrize("pattern", ["*.toc", "*.seg"])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.9, 0.999])
def test_a_file_cut_short(folder, pattern, share):
    path = only(folder, pattern)
    data = path.read_bytes()
    path.write_bytes(data[: min(int(len(data) * share), len(data) - 3)])
    with pytest.raises(IndexDamaged):
        read_all(folder)


def test_altered_bytes_end_in_an_error_of_ours_or_none(folder):
    path = only(folder, "*.seg")
    data = path.read_bytes()
    places = range(0, len(data), max(1, len(data) // 150))
    refused = 0
    for place in places:
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            read_all(folder)
        except IndexDamaged:
            refused += 1
    assert len(places) // 4 < refused < len(places)  # what no reader has to look at is left to `reftel verify`


def test_an_index_of_the_first_format(tmp_path):
    (tmp_path / "fields.json").write_text(json.dumps({"format": 1, "fields": []}))
    (tmp_path / "_MAIN_1.toc").write_bytes(b"what Whoosh writes")
    with pytest.raises(IndexVersion, match="format 1;"):
        open_reader(tmp_path)
    with pytest.raises(IndexVersion, match="format 1;"):
        open_writer(tmp_path, SPECS)


def with_version(data, start):
    """The container that begins at ``start``, as if written in format 99."""
    head = data[start : start + 8] + (99).to_bytes(4, "little") + data[start + 12 : start + 36]
    return data[:start] + head + zlib.crc32(head).to_bytes(4, "little") + data[start + 40 :]


def test_a_segment_in_another_format(folder):
    path = only(folder, "*.seg")
    path.write_bytes(with_version(path.read_bytes(), 0))
    with pytest.raises(IndexVersion, match="format 99;"):
        open_reader(folder)


def test_a_table_of_contents_in_another_format(folder):
    path = only(folder, "*.toc")
    data = path.read_bytes()
    data = with_version(data, data.index(b"\x89ARRAYS"))[:-4]
    path.write_bytes(data + zlib.crc32(data[:-16]).to_bytes(4, "little"))
    with pytest.raises(IndexVersion, match="format 99;"):
        open_reader(folder)


class Bomb:
    def __reduce__(self):
        return (eval, ("1/0",))


def test_a_table_of_contents_runs_no_foreign_code(folder):
    path = only(folder, "*.toc")
    data = path.read_bytes()
    start = data.index(b"\x80\x02")  # the pickled schema
    path.write_bytes(data[:start] + pickle.dumps(Bomb(), 2) + data[start:])
    with pytest.raises(IndexDamaged, match="altered"):
        open_reader(folder)
    with pytest.raises(pickle.UnpicklingError, match="eval"):
        open_whoosh(folder).reader()


def test_names_in_a_table_of_contents_cannot_leave_the_folder(folder):
    contents = read_contents(folder)
    entry = dataclasses.replace(contents.entries[0], name="../MAIN_0")
    write_contents(folder, dataclasses.replace(contents, generation=7, entries=(entry,)), b"")
    with pytest.raises(IndexDamaged, match="can't be a segment"):
        open_reader(folder)


def test_verify_names_the_array_that_was_altered(folder):
    reader = open_reader(folder)
    assert reader.verify() == []
    reader.close()
    path = only(folder, "*.seg")
    data = path.read_bytes()
    place = data.index(b"fox\n")
    path.write_bytes(data[:place] + b"cat" + data[place + 3 :])
    reader = open_reader(folder)
    assert reader.verify() == [f"{path.stem}: body/terms"]
    reader.close()


@pytest.mark.parametrize("value", [Bomb(), [Bomb()], {"a": Bomb()}])
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_the_unpickler_knows_only_its_list(value, protocol):
    with pytest.raises(pickle.UnpicklingError, match="eval"):
        safe_pickle.loads(pickle.dumps(value, protocol))


def test_readers_may_open_while_a_writer_commits(folder):
    failures = []
    stop = threading.Event()

    def open_again():
        while not stop.is_set():
            try:
                reader = open_reader(folder)
                if reader.documents < 50 or len(reader.postings("body", "fox")[0]) != reader.documents:
                    failures.append("a state between two commits")
                reader.close()
            except Exception as error:  # noqa: BLE001 - the point of the test
                failures.append(repr(error))

    threads = [threading.Thread(target=open_again) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(25):
        with open_writer(folder, SPECS) as writer:
            writer.replace(Record(f"n{number}", b"", {"body": ["fox"]}))
            writer.commit(optimize=number % 3 == 0)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_users_see_no_warnings_of_whoosh(tmp_path):
    program = "import reftel.engine.writer, reftel.engine.reader, reftel.engine.whoosh_index"
    ran = subprocess.run(
        [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-W", "always", "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert "whoosh" not in ran.stderr
