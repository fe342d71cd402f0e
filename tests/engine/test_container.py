"""A container gives back its arrays, and refuses what was cut, altered or placed where it can't be."""

from __future__ import annotations

import io
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from reftel.engine import container as containers
from reftel.engine.container import (
    BETWEEN,
    FORMAT,
    OLDEST,
    Container,
    ContainerError,
    ContainerVersionError,
    ContainerWriter,
    MappedContainer,
)

ARRAYS = {"a": np.array([1, 2, 300], dtype=np.uint16), "b/c": np.array([-1, 2**40], dtype=np.int64), "empty": np.empty(0, dtype=np.uint8)}


def written(change=lambda directory: directory):
    file = io.BytesIO()
    writer = ContainerWriter(file)
    for name, values in ARRAYS.items():
        writer.put(name, values)
    writer.put_parts("parts", "<u1", iter([b"ab", b"", b"c"]))
    writer.finish({"documents": 3})
    data = file.getvalue()
    place = int.from_bytes(data[16:24], "little")
    directory = json.dumps(change(json.loads(data[place:]))).encode()
    head = data[:24] + len(directory).to_bytes(8, "little") + zlib.crc32(directory).to_bytes(4, "little")
    return head + zlib.crc32(head).to_bytes(4, "little") + data[40:place] + directory


def test_arrays_come_back():
    container = Container(memoryview(written()))
    assert container.about == {"documents": 3}
    assert container.names == ("a", "b/c", "empty", "parts")
    for name, values in ARRAYS.items():
        found = container.array(name)
        assert (found.dtype, found.tolist()) == (values.dtype, values.tolist())
    assert bytes(container.bytes("parts")) == b"abc"
    assert container.size("b/c") == 16
    assert container.verify() == []


def test_every_array_begins_at_a_multiple_of_64():
    places = json.loads(written()[int.from_bytes(written()[16:24], "little") :])["arrays"]
    assert all(place % 64 == 0 for place, *_ in places.values())


def test_big_endian_arrays_are_written_little_endian():
    file = io.BytesIO()
    writer = ContainerWriter(file)
    writer.put("a", np.array([1, 2], dtype=">u4"))
    writer.finish({})
    assert Container(memoryview(file.getvalue())).array("a").tolist() == [1, 2]


@pytest.mark.parametrize("length", [0, 1, 39, 63, 64, 100, -1])
def test_a_container_cut_short(length):
    with pytest.raises(ContainerError):
        Container(memoryview(written()[:length]))


@pytest.mark.parametrize("place", range(40))
def test_an_altered_header(place):
    data = bytearray(written())
    data[place] ^= 1
    with pytest.raises(ContainerError):
        Container(memoryview(data))


def test_an_altered_directory():
    data = written()
    with pytest.raises(ContainerError, match="directory"):
        Container(memoryview(data[:-5] + b"x" + data[-4:]))


def of_format(number):
    data = written()
    head = data[:8] + number.to_bytes(4, "little") + data[12:36]
    return memoryview(head + zlib.crc32(head).to_bytes(4, "little") + data[40:])


@pytest.mark.parametrize("number", [OLDEST - 1, FORMAT + 1])
def test_another_format(number):
    with pytest.raises(ContainerVersionError, match=f"format {number}; this version reads formats {OLDEST} and {FORMAT}"):
        Container(of_format(number))


def test_an_earlier_format_is_read():
    assert Container(of_format(OLDEST)).verify() == []


@pytest.mark.parametrize("place", [40, 63, 64 + 6, 127])
def test_altered_bytes_between_arrays_are_found(place):
    data = written()
    assert Container(memoryview(data[:place] + b"\1" + data[place + 1 :])).verify() == [BETWEEN]


def test_an_altered_array_is_named():
    data = written()
    assert Container(memoryview(data[:64] + b"\7" + data[65:])).verify() == ["a"]


@pytest.mark.parametrize(
    "entry",
    [[0, 6, "<u2", 0], [65, 6, "<u2", 0], [64, 5, "<u2", 0], [64, 6, "<f8", 0], [64, 6, "O", 0], [64, 10**9, "<u2", 0], [-64, 6, "<u2", 0], [64, -6, "<u2", 0]],
)
def test_arrays_where_they_cannot_be(entry):
    with pytest.raises(ContainerError, match="'a'"):
        Container(memoryview(written(lambda directory: directory | {"arrays": directory["arrays"] | {"a": entry}})))


def test_no_such_array():
    with pytest.raises(ContainerError, match="nothing"):
        Container(memoryview(written())).array("nothing")


@pytest.mark.parametrize(("name", "kind"), [("a", "<u1"), ("new", "<f4")])
def test_arrays_that_cannot_be_written(name, kind):
    writer = ContainerWriter(io.BytesIO())
    writer.put("a", ARRAYS["a"])
    with pytest.raises(ValueError, match=name):
        writer.put_parts(name, kind, iter(()))


def mapped_kilobytes(path):
    """KB of a file that are in this process's memory."""
    text = Path("/proc/self/smaps").read_text(encoding="utf-8")
    block = re.search(rf"^\S+ .*{re.escape(str(path))}\n(?:\w+:.*\n)*", text, re.MULTILINE)
    return int(re.search(r"^Rss: +(\d+)", block[0], re.MULTILINE)[1])


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="asks Linux what is in memory")
def test_dropped_pages_are_out_of_memory_and_read_again(tmp_path):
    path = tmp_path / "arrays"
    values = np.arange(1 << 17, dtype=np.int64)
    with path.open("wb") as file:
        writer = ContainerWriter(file)
        writer.put("a", values)
        writer.finish({})
    container = MappedContainer(path)
    array = container.array("a")
    assert array.sum() == values.sum()
    assert mapped_kilobytes(path) >= 1024
    container.drop_pages()
    assert mapped_kilobytes(path) == 0
    assert array.sum() == values.sum()
    assert container.verify() == []
    assert mapped_kilobytes(path) < 1024
    container.close()


@pytest.mark.parametrize("piece", [1, 2, 7, 1 << 25])
def test_checksums_are_the_same_in_pieces(monkeypatch, piece):
    monkeypatch.setattr(containers, "_PIECE", piece)
    data = written()
    assert Container(memoryview(data)).verify() == []
    altered = bytearray(data)
    altered[64 + 5] ^= 1
    assert Container(memoryview(bytes(altered))).verify() == ["a"]
