"""Invented cables that several tests index and ask."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

import reftel
from reftel.cli import run

# No test depends on how fast a machine is.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# A shell lets what runs in its background ignore Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

def pytest_configure():
    """No test loses power: nothing waits until a disk has what was written. Tests of failing disks count and break these calls all the same."""
    os.fsync = os.fstat


TELEGRAM = """\
VZCZCXYZ0001
PP RUEHC

DE RUEHKB #{serial:04}/01 {day:03}0512
ZNY CCCCC ZZH
{prosign} {dtg}
FM AMEMBASSY {post}
TO RUEHC/SECSTATE WASHDC {precedence} 1234
INFO RUEHMO/AMEMBASSY MOSCOW 0042
RUEHFR/AMEMBASSY PARIS

{spaced} {post} {serial:06}

SIPDIS

E.O. 12958: DECL: 02/12/2018
TAGS: {tags}
SUBJECT: {subject}

REF: {ref}

Classified By: Ambassador Jane Q. Roe for reasons 1.4 (b) and (d).

{body}
{signer}
"""


def telegram(**values: object) -> str:
    """The text of an invented telegram."""
    defaults: dict[str, object] = {
        "serial": 101, "day": 44, "prosign": "P", "dtg": "130512Z FEB 08", "post": "BAKU", "precedence": "PRIORITY", "spaced": "C O N F I D E N T I A L",
        "tags": "PREL PGOV AJ", "subject": "A MEETING ABOUT MEETINGS", "ref": "STATE 12345", "body": "1. (C) Nothing happened.", "signer": "ROE",
    }  # fmt: skip
    return TELEGRAM.format(**(defaults | values))


CABLES = {
    "baku.txt": telegram(
        subject="MINSK GROUP VISIT",
        body="1. (C) The Minsk Group co-chairs saw no precedent in the case.\n\n2. (S/NF) A precedent was mentioned twice.\n\n3. (U) Lunch was served.",
    ),
    "moscow.txt": telegram(
        serial=202, post="MOSCOW", dtg="150900Z MAR 08", tags="PREL RS", subject="A GROUP MEETS IN MINSK", signer="DOE", spaced="S E C R E T",
        ref="A. BAKU 101  B. 07 STATE 777", prosign="O", precedence="IMMEDIATE",
        body="1. (S) The group travelled from Minsk by night.\n\n2. (C) No precedents were set.",
    ),
    "paris.txt": telegram(
        serial=303, post="PARIS", dtg="010700Z JAN 09", tags="PREL FR", subject="UNPRECEDENTED CALM", signer="POE", spaced="UNCLAS",
        body="1. (U) Unprecedented calm.\n\n2. (U) The Fernández dinner in the U.S. embassy.",
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def make_telegram():
    """Makes the text of an invented telegram from the parts that matter."""
    return telegram


@pytest.fixture(scope="session")
def sources(tmp_path_factory) -> Path:
    """A folder with three invented telegrams."""
    folder = tmp_path_factory.mktemp("sources")
    for name, text in CABLES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def archive_path(sources, tmp_path_factory) -> Path:
    """An archive of them."""
    path = tmp_path_factory.mktemp("archives") / "archive"
    report = reftel.build([sources], path)
    assert not report.failures
    return path


@pytest.fixture(scope="session")
def archive(archive_path) -> reftel.Archive:
    """The archive, open."""
    return reftel.open(archive_path)


@pytest.fixture(scope="session")
def cairo() -> None:
    """Skips tests of PNG files where none can be drawn."""
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: the system has no Cairo
        pytest.skip(f"PNG needs CairoSVG and the system's Cairo: {error}")


@pytest.fixture
def place(sources, archive_path, tmp_path, monkeypatch) -> Path:
    """A working folder with sources, an archive with notes and a saved search, and a change to index."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("REFTEL_ARCHIVE", "REFTEL_NOTES"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(sources, "cables")
    shutil.copytree(archive_path, "archive")
    Path("reftel.toml").write_text('sources = ["cables"]\nmemory = 16\nworkers = 1\n', "utf-8")
    with reftel.open("archive") as archive:
        archive.notes.add("08BAKU101", tags=["kept"])
    assert run(["saved", "add", "kept", "minsk"]) == 0
    (folder / "cables/baku.txt").write_text((folder / "cables/baku.txt").read_text("utf-8").replace("Lunch", "Supper"), "utf-8")
    return folder
