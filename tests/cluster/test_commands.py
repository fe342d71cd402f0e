"""The commands on an archive in a cluster: the same output as in a folder, or why there is none; and where a person's own files are."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import reftel
from reftel.cli import run
from reftel.cluster.copying import copy_archive
from reftel.personal import saved
from reftel.search.engines.opensearch.address import parse_address

_SAMPLES = Path(__file__).parents[2] / "corpus_samples"


@pytest.fixture(scope="module")
def twins(cluster, tmp_path_factory):
    """An archive in a folder, and the address of its copy."""
    folder, address = tmp_path_factory.mktemp("commands") / "archive", f"opensearch://{cluster.hosts}/commands"
    reftel.build([_SAMPLES], folder)
    copy_archive(folder, parse_address(address))
    return str(folder), address


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("REFTEL_NOTES", raising=False)


COMMANDS = (
    "search minsk", "search minsk --format json", "search minsk --facet year --facet from:all", "search precedant", "search bad:field", "count minsk",
    "show 06REYKJAVIK9012", "show 99NOWHERE1", "kwic minsk --sort left", "refs 06REYKJAVIK9012", "similar 06REYKJAVIK9012", "export minsk", "facets minsk --facet year>from:3",
    "timeline minsk", "terms minsk", "duplicates", "verify", "map minsk", "heatmap minsk", "network minsk",
)  # fmt: skip


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_prints_the_same(line, twins, capsys):
    told = []
    for place in twins:
        status = run([*line.split(), "--archive", place])
        printed = capsys.readouterr()
        told.append((status, printed.out, printed.err.replace(place, "ARCHIVE")))
    assert told[0] == told[1]
    assert told[0][1] or told[0][2]
    assert told[0][0] in (0, 1) or line == "search bad:field"


@pytest.mark.parametrize(("line", "instead"), [("backup there", "snapshot"), ("verify --repair", "reftel copy")])
def test_a_command_for_folders_says_so(line, instead, twins, capsys):
    assert run([*line.split(), "--archive", twins[1]]) == 2
    assert instead in " ".join(capsys.readouterr().err.split())


def test_a_configuration_in_this_folder_is_that_of_the_cluster(twins, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--archive", twins[1]]) == 0
    with (tmp_path / "reftel.toml").open("a") as file:
        file.write("[saved]\ntalks = 'minsk'\n")
    assert f'archive = "{twins[1]}"' in (tmp_path / "reftel.toml").read_text()
    capsys.readouterr()
    assert run(["saved", "list", "--archive", twins[1]]) == 0
    assert run(["saved", "list", "--config", "reftel.toml"]) == 0
    assert capsys.readouterr().out == 2 * "talks  minsk  (reftel.toml)\n"
    assert run(["verify", "--config", "reftel.toml"]) == 0
    monkeypatch.delenv("REFTEL_ARCHIVE", raising=False)
    for line in ("search minsk --format json", "show 06REYKJAVIK9012", "facets minsk year", "saved list"):
        told = []
        for more in ((), ("--archive", twins[1])):
            capsys.readouterr()
            assert run([*line.split(), *more]) == 0
            told.append(capsys.readouterr())
        assert told[0] == told[1]


def test_notes_and_saved_searches_are_on_this_machine(twins, cluster, tmp_path, capsys):
    address = twins[1]
    assert run(["saved", "add", "talks", "minsk", "-A", address]) == 0
    assert run(["note", "06REYKJAVIK9012", "--tag", "precedent", "-A", address]) == 0
    capsys.readouterr()
    assert run(["saved", "list", "-A", address]) == 0
    assert capsys.readouterr().out == "talks  minsk  (archive)\n"
    with reftel.open(address) as archive:
        assert archive.own_folder.parent == tmp_path / "data" / "reftel"
        assert sorted(each.name for each in archive.own_folder.iterdir()) == ["mine.sqlite", "saved.json"]
        assert archive.own_folder.stat().st_mode & 0o077 == 0
        assert [hit.id for hit in archive.search("mine:precedent").hits] == ["06REYKJAVIK9012"]
        (found,) = saved.new_hits(archive, {})
        assert len(found.hits) == 0  # those that came before are not new
        (found,) = saved.new_hits(archive, {"all": "minsk"}, only="all")
        assert len(found.hits) == archive.count("minsk")
    with reftel.open(address.replace("127.0.0.1", "localhost")) as elsewhere:  # the same cluster, named in another way
        assert elsewhere.notes.tags() == {"precedent": 1}
    assert run(["saved", "remove", "talks", "-A", address]) == 0
    assert run(["saved", "list", "-A", address]) == 1


def test_without_a_folder_for_them_that_is_said(twins, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert run(["saved", "add", "talks", "minsk", "-A", twins[1]]) == 3
    assert f"reftel: {tmp_path / 'file'}" in capsys.readouterr().err
    assert run(["count", "minsk", "-A", twins[1]]) == 0


def test_the_reading_room_shows_it(twins):
    pytest.importorskip("uvicorn")
    pages = []
    for place in twins:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "reftel", "serve", "--archive", place, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as room:
            try:
                assert "cables of" in room.stdout.readline()
                pages.append([_page(port, path) for path in ("/search?q=minsk", "/cable/06REYKJAVIK9012?q=minsk", "/saved", "/search?q=nothinglikethis")])
            finally:
                room.terminate()
    assert pages[0] == pages[1]
    assert "06REYKJAVIK9012" in pages[0][1]


def _page(port, path):
    for _ in range(100):
        with contextlib.suppress(ConnectionError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return re.sub(r"\d+ ms", "", answer.read().decode())
        time.sleep(0.1)
    return pytest.fail("the room does not answer")
