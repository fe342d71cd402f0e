"""``reftel.toml``: what is read, and every mistake with its line and what to write instead."""

from __future__ import annotations

import os

import pytest

from reftel.engine.writer import MEMORY_MB
from reftel.indexer.config import TEMPLATE, ConfigError, find_config, line_of, read_config
from reftel.indexer.limit import Limit
from reftel.indexer.workers import cores

WHOLE = """\
archive = "store"
sources = ["cables", "/srv/more/*.csv"]
exclude = ["drafts/"]
follow_links = true
report = "reports"
workers = 2
memory = 64
wait = 1.5
[saved]
precedents = '"Minsk Group" AND precedent'
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text: str):
        path = tmp_path / "reftel.toml"
        path.write_text(text, "utf-8")
        return read_config(path)

    return read_text


def test_a_whole_file(read, tmp_path):
    config = read(WHOLE)
    assert config.archive == tmp_path / "store"
    assert config.sources == (str(tmp_path / "cables"), "/srv/more/*.csv")
    assert (config.exclude, config.report, config.workers, config.memory, config.wait) == (("drafts",), tmp_path / "reports", 2, 64, 1.5)
    assert config.follow_links is True
    assert config.saved == {"precedents": '"Minsk Group" AND precedent'}


def test_the_least_file(read, tmp_path):
    config = read('sources = ["cables"]')
    assert (config.archive, config.report, config.workers, config.wait, config.saved) == (tmp_path / "archive", None, cores(), 60.0, {})
    assert config.memory == MEMORY_MB


def test_the_template_is_a_configuration(read):
    config = read(TEMPLATE.format(archive='"archive"', sources='["cables"]'))
    assert config.sources[0].endswith("/cables")


def test_every_line_of_the_template_can_be_uncommented(read):
    lines = TEMPLATE.format(archive='"archive"', sources='["cables"]').splitlines()
    text = "\n".join(line.removeprefix("# ") if "= " in line or "[saved]" in line else line for line in lines)
    assert read(text).saved == {"precedents": '"Minsk Group" AND precedent'}


SOURCES = 'sources = ["cables"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SOURCES + 'sourcs = ["x"]', r"reftel\.toml:2: unknown key 'sourcs'; did you mean 'sources'\?"),
        (SOURCES + "zzz = 1", r":2: unknown key 'zzz'; the keys are archive, sources"),
        (SOURCES + "\n# a comment\nworkers = 'two'", r":4: 'workers' is a text; expected a whole number from 1 to 64"),
        (SOURCES + "follow_links = 1", r":2: 'follow_links' is a whole number; expected true or false"),
        (SOURCES + "follow_links = 'no'", r":2: 'follow_links' is a text; expected true or false"),
        (SOURCES + "max_removed = true", r":2: 'max_removed' is true or false; expected a number of cables"),
        (SOURCES + "max_removed = -1", r":2: 'max_removed' is a number of -1; a whole one, 0 or more; expected a number of cables"),
        (SOURCES + "max_removed = 0.1", r":2: 'max_removed' is a number of 0\.1; a whole one"),
        (SOURCES + "max_removed = nan", r":2: 'max_removed' is a number of nan"),
        (SOURCES + 'max_removed = "1000"', r":2: 'max_removed' is '1000'; expected a number of cables, a share as \"10%\""),
        (SOURCES + 'max_removed = "101%"', r":2: 'max_removed' is a share of 1\.01; from 0 to 1, or from 0% to 100%"),
        (SOURCES + 'max_removed = "-1%"', r":2: 'max_removed' is '-1%'"),
        (SOURCES + "max_removed = {}", r":2: 'max_removed' is an empty table"),
        (SOURCES + "max_removed = { shre = 0.1 }", r":2: 'max_removed' is a table with 'shre' \(did you mean 'share'\?\)"),
        (SOURCES + "max_removed = { share = 2 }", r":2: 'max_removed' is a share of 2;"),
        (SOURCES + "max_removed = { share = inf }", r":2: 'max_removed' is a share of inf;"),
        (SOURCES + "max_removed = { share = '10%' }", r":2: 'max_removed' is a share of 10%;"),
        (SOURCES + "max_removed = { number = 1.5 }", r":2: 'max_removed' is a number of 1\.5;"),
        (SOURCES + "[max_removed]\nnumber = true", r":2: 'max_removed' is a number of True;"),
        (SOURCES + "max_removed = []", r":2: 'max_removed' is a list; expected a number"),
        (SOURCES + "workers = true", r":2: 'workers' is true or false; expected a whole number"),
        (SOURCES + "workers = 0", r":2: 'workers' is 0; expected a whole number from 1 to 64"),
        (SOURCES + "memory = 15", r":2: 'memory' is 15; expected a whole number of megabytes from 16 to 1000000"),
        (SOURCES + "memory = 1_000_001", r":2: 'memory' is 1000001; expected a whole number of megabytes"),
        (SOURCES + "memory = 512.0", r":2: 'memory' is a number; expected a whole number of megabytes"),
        (SOURCES + "\nmemory = '1 GB'", r":3: 'memory' is a text; expected a whole number of megabytes"),
        (SOURCES + "wait = -1", r":2: 'wait' is -1; expected a number of seconds, 0 or more"),
        (SOURCES + "wait = nan", r":2: 'wait' is nan; expected a number of seconds"),
        (SOURCES + "archive = ''", r":2: 'archive' is empty; expected a text"),
        (SOURCES + 'archive = "a\\u0000"', r":2: 'archive' has a NUL character; expected a text"),
        (SOURCES + "archive = 2008-02-13", r":2: 'archive' is a date or time; expected a text"),
        ("sources = 'cables'", r":1: 'sources' is a text; expected a list of texts"),
        ("sources = ['a', 3]", r":1: an entry of 'sources' is a whole number; expected a list of texts"),
        ("sources = []", r"no sources; name at least one folder or file"),
        ("workers = 1", r"no sources; name at least one folder or file"),
        (SOURCES + "saved = 'x'", r":2: 'saved' is a text; expected a table \[saved\]"),
        (SOURCES + "[saved]\na = 'x'\nb = 3", r":4: the saved search 'b' is a whole number; expected a query"),
        (SOURCES + "[saved]\n'a b' = 'x'", r":3: a saved search cannot be called 'a b'; expected letters"),
        (SOURCES + "[saved]\na = ' '", r":3: the saved search 'a' is a text; expected a query"),
        (SOURCES + "archive = \n", r"reftel\.toml: Invalid value \(at line 2, column"),
        (SOURCES + "wait = 1e999", r":2: 'wait' is inf; expected a number of seconds"),
        (SOURCES + f"wait = {10**400}", r":2: 'wait' is 1000+; expected a number of seconds"),
        (SOURCES + "workers = 1e999", r":2: 'workers' is a number; expected a whole number"),
        (SOURCES + f"memory = {'9' * 5000}", r"reftel\.toml: Exceeds the limit"),
        (SOURCES + f"exclude = {'[' * 5000}{']' * 5000}", r"reftel\.toml: lists or tables are nested too deep"),
        (SOURCES + f"saved = {'{a = ' * 3000}1{'}' * 3000}", r"reftel\.toml: lists or tables are nested too deep"),
        ("sources = ['~nosuchuser/cables']", r":1: 'sources' has '~nosuchuser/cables', and there is no such user"),
        (SOURCES + "archive = '~nosuchuser/a'", r":2: 'archive' has '~nosuchuser/a', and there is no such user"),
        (SOURCES + "report = '~nosuchuser'", r":2: 'report' has '~nosuchuser', and there is no such user"),
        (SOURCES + "#" * (1 << 20), r"reftel\.toml: cannot be read: 'reftel.toml' has more than 1,048,576 bytes"),
        (SOURCES + SOURCES, r"reftel\.toml: Cannot overwrite a value \(at line 2, column"),
    ],
)
def test_a_mistake_is_named_with_its_line(read, text, message):
    with pytest.raises(ConfigError, match=message):
        read(text)


@pytest.mark.parametrize(
    ("text", "key", "table", "line"),
    [
        ("a = 1\n[t]\na = 2", "a", None, 1),
        ("a = 1\n[t]\na = 2", "a", "t", 3),
        ("b = 1\n\n[ t ] # note\n'a'=2", "a", "t", 4),
        ("b = 1\n[saved]", "saved", None, 2),
        ("# a = 1\nb = 2", "a", None, 1),
    ],
)
def test_the_line_of_a_key(text, key, table, line):
    assert line_of(text, key, table) == line


def test_no_text_at_all(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(SOURCES.encode() + SOURCES.encode("utf-16"))
    with pytest.raises(ConfigError, match=r"bytes\.toml:2: is no UTF-8"):
        read_config(tmp_path / "bytes.toml")


def test_a_byte_order_mark_is_no_part_of_the_text(read):
    assert read("\ufeff" + SOURCES).sources == read(SOURCES).sources


def test_it_is_found_beside_the_archive(tmp_path):
    with pytest.raises(ConfigError, match="`reftel init` writes one"):
        find_config(tmp_path / "archive")
    (tmp_path / "reftel.toml").touch()
    assert find_config(tmp_path / "archive") == tmp_path / "reftel.toml"


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link to a pipe", "a link to itself", "nothing"])
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path, kind):
    path = tmp_path / "reftel.toml"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link to a pipe":
        os.mkfifo(tmp_path / "pipe")
        path.symlink_to("pipe")
    elif kind == "a link to itself":
        path.symlink_to(path.name)
    with pytest.raises(ConfigError, match=r"reftel\.toml: (is no file|cannot be read)"):
        read_config(path)


def test_a_link_to_a_configuration_will_do(tmp_path):
    (tmp_path / "kept").write_bytes(b'sources = ["cables"]\r\nworkers = 2\r\n')
    (tmp_path / "reftel.toml").symlink_to("kept")
    assert read_config(tmp_path / "reftel.toml").workers == 2


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("", Limit(0.1, 1000)),
        ("max_removed = 1000", Limit(None, 1000)),
        ("max_removed = 0", Limit(None, 0)),
        ('max_removed = "10%"', Limit(0.1, None)),
        ('max_removed = " 2.5 % "', Limit(0.025, None)),
        ('max_removed = "100%"', Limit(1.0, None)),
        ("max_removed = { share = 0.1, number = 1000 }", Limit(0.1, 1000)),
        ("max_removed = { share = 1 }", Limit(1.0, None)),
        ("[max_removed]\nnumber = 20", Limit(None, 20)),
    ],
)
def test_how_many_cables_may_go(read, text, limit):
    assert read(SOURCES + text).max_removed == limit
