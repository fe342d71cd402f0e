"""Files are made in one place: what is written elsewhere by other means would follow links, or the umask."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest

from reftel.base import durable

_ROOMS = ("engine", "indexer", "reftel", "schema", "search")
_ROOT = Path(__file__).parents[1]
_WRITES = re.compile(
    r"""\bopen\((?:[^()]*,\s*)?["'](?:[wxa]|r\+)[bt+]*["'] | \.(?:write_text|write_bytes|touch)\( | \bO_CREAT\b | \bshutil\.(?:copy|move)
        | \bmkdir\((?!durable\.PRIVATE_FOLDER|PRIVATE_FOLDER) | \bmakedirs\( | \bmkstemp\( """,
    re.VERBOSE,
)
_ALLOWED = {
    "reftel/base/durable.py": 3,  # the place
    "reftel/base/locks.py": 3,  # files that stay, opened by it
    "search/neardup.py": 1,  # the same, in a folder of its own
    "indexer/seal.py": 1,  # in place, a descriptor of `durable.open_own`
    "reftel/render/output.py": 1,  # a device or a pipe that a person named
    "reftel/cli/completing.py": 1,  # /dev/null
}


@pytest.mark.parametrize("room", _ROOMS)
def test_files_are_made_in_one_place(room):
    found = {}
    for path in (_ROOT / room).rglob("*.py"):
        name = str(path.relative_to(_ROOT))
        count = len(_WRITES.findall(path.read_text("utf-8")))
        if count > _ALLOWED.get(name, 0):
            found[name] = count
    assert found == {}


@pytest.mark.parametrize(
    "line",
    ['path.open("w")', 'open(path, "wb")', "path.open('x', encoding='utf-8')", 'path.open("r+b")', "path.touch(mode=0o600)", "path.mkdir(parents=True)",
     "os.open(path, os.O_CREAT)", "shutil.copyfile(a, b)"],
)  # fmt: skip
def test_the_rule_sees_what_it_is_for(line):
    assert _WRITES.search(line)


@pytest.mark.parametrize("line", ['path.open("rb")', "open(path)", 'os.fdopen(descriptor, "rb")', "path.mkdir(durable.PRIVATE_FOLDER)"])
def test_the_rule_lets_reading_pass(line):
    assert not _WRITES.search(line)


def test_reading_takes_memory_for_what_is_there_and_no_more_than_is_allowed(tmp_path):
    path = tmp_path / "short"
    path.write_bytes(b"x" * 100)
    tracemalloc.start()
    try:
        assert durable.read_own(path, 1 << 28) == b"x" * 100
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert durable.read_own(path, 100) == b"x" * 100
    with pytest.raises(ValueError, match="'short' has more than 99 bytes"):
        durable.read_own(path, 99)
