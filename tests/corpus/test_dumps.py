"""One cable, one record: the real pages rendered into the other containers must normalise to what the pages give.

Each container is held to the fields that it still has. Blanks and pilcrows do not count: some containers lost them.
"""

from __future__ import annotations

import csv
import html
import io
import re
import runpy
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reftel.indexer.normalize import read_cables
from reftel.schema.cable import Cable

SHARED = Path(__file__).parents[3] / "shared"
PAGES, TOOL = SHARED / "corpus" / "cablegate", SHARED / "tools" / "make_dumps.py"
pytestmark = pytest.mark.skipif(not (PAGES.is_dir() and TOOL.is_file()), reason="the real pages are not beside this checkout")

HEAD = ("subject", "tags", "refs", "classified_by", "declassify_on", "declassify_raw", "sections", "corrected")
HEADER = ("precedence", "info_precedence", "recipients", "header", "partial")
TEXT = ("body", "summary", "signers", "numbers", "texts", "headings")
CELLS = ("id", "post", "origin", "classification", "caveats", "body_id")
COMPLETE = (*HEAD, *HEADER, *TEXT, *CELLS, "hour")


def squeezed(text: str | None) -> str | None:
    """Text without blanks and pilcrows, and changed as the rendering changes it: it takes ``<220571>`` for a tag, ``&pound`` for an entity."""
    return None if text is None else "".join(html.unescape(re.sub(r"<[^>]+>", "", text)).replace("¶", "").split())


def facts(cable: Cable) -> dict[str, Any]:
    """What is compared, by name."""
    record = cable.to_dict()
    return record | {
        "refs": [(ref.label, ref.kind, ref.id) for ref in cable.refs],
        "subject": squeezed(cable.subject),
        "summary": squeezed(cable.summary),
        "header": squeezed(cable.header),
        "body": squeezed(cable.body),
        "numbers": [(paragraph.number, paragraph.mark) for paragraph in cable.paragraphs],
        "texts": [squeezed(paragraph.text) for paragraph in cable.paragraphs],
        "headings": [squeezed(paragraph.heading) for paragraph in cable.paragraphs],
        "partial": "partial" in cable.flags,
        "corrected": "corrected" in cable.flags,
        "hour": cable.date and cable.date[:13],  # the mirror's pages lost the minutes
    }


@pytest.fixture(scope="module")
def pages() -> list[Cable]:
    return [cable for path in sorted(PAGES.rglob("*.html")) for cable in read_cables(path)]


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dumps")
    runpy.run_path(str(TOOL))["main"](str(PAGES), str(folder))
    return folder


def differences(pages: list[Cable], cables: list[Cable], names: tuple[str, ...]) -> dict[str, list[str]]:
    """Ids of the cables that differ, by field."""
    assert len(cables) == len(pages)
    found: dict[str, list[str]] = {}
    for page, cable in zip(pages, cables, strict=True):
        expected, actual = facts(page), facts(cable)
        for name in names:
            if expected[name] != actual[name]:
                found.setdefault(name, []).append(str(page.id))
    return found


@pytest.mark.parametrize("name", ["cables.csv", "cables_stray.csv"])
def test_csv_rows_hold_everything(pages: list[Cable], dumps: Path, name: str) -> None:
    assert differences(pages, list(read_cables(dumps / name)), COMPLETE) == {}


SAVED: dict[str, dict[str, Any]] = {
    "a spreadsheet": {"delimiter": ";", "lineterminator": "\r\n"},
    "pandas": {"lineterminator": "\n"},
    "everything quoted": {"quoting": csv.QUOTE_ALL},
    "tabs": {"delimiter": "\t"},
    "escaped": {"doublequote": False, "escapechar": "\\"},
}
NAMES = ["number", "date", "refid", "origin", "classification", "references", "header", "body"]


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("form", SAVED)
def test_rows_saved_again_hold_everything(pages: list[Cable], dumps: Path, form: str, index: bool, tmp_path: Path) -> None:
    text = (dumps / "cables.csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), escapechar="\\", doublequote=False))
    with (tmp_path / "saved.csv").open("w", encoding="utf-8-sig" if index else "utf-8", newline="") as file:
        writer = csv.writer(file, **SAVED[form])
        writer.writerows([["", *NAMES], *([number, *row] for number, row in enumerate(rows))] if index else rows)
    assert differences(pages, list(read_cables(tmp_path / "saved.csv")), COMPLETE) == {}


@pytest.mark.parametrize("mark", ["\nNNNN\n", "\f"])
def test_telegrams_in_one_file_are_those_of_many(dumps: Path, mark: str, tmp_path: Path) -> None:
    paths = sorted((dumps / "telegrams").glob("*.txt"))
    alone = [next(read_cables(path)) for path in paths]
    path = tmp_path / "all.txt"
    path.write_text(mark.join(path.read_text("utf-8") for path in paths), "utf-8")
    together = list(read_cables(path))
    names = (*HEAD, *HEADER, "summary", "signers", "numbers", "texts", "headings", "id")
    assert differences(alone, together, names) == {}


def test_an_archive_of_archives_holds_all_pages(pages: list[Cable], tmp_path: Path) -> None:
    """Half of the pages in a tar.xz, half in a zip, both in a zip."""
    paths = sorted(PAGES.rglob("*.html"))
    half = len(paths) // 2
    tar, inner = tmp_path / "first.tar.xz", tmp_path / "second.zip"
    with tarfile.open(tar, "w:xz", preset=0) as archive:
        for path in paths[:half]:
            archive.add(path, f"./{path.name}")
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in paths[half:]:
            packed.write(path, path.name)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as outer:
        outer.write(tar, tar.name)
        outer.write(inner, inner.name)
    cables = list(read_cables(tmp_path / "all.zip"))
    assert [cable.to_dict() | {"source": None} for cable in cables] == [cable.to_dict() | {"source": None} for cable in pages]


def test_raw_telegrams_hold_all_but_the_pages_cells(pages: list[Cable], dumps: Path) -> None:
    cables = [next(read_cables(dumps / "telegrams" / f"{page.id}.txt")) for page in pages]
    dated = [(page, cable) for page, cable in zip(pages, cables, strict=True) if cable.date]
    assert len(dated) > 200
    fields = (*HEAD, *HEADER, *TEXT)
    assert differences(*map(list, zip(*dated, strict=True)), fields) == {}  # type: ignore[arg-type]
    with_id = [(page, cable) for page, cable in dated if cable.id]
    assert len(with_id) > 195
    assert differences(*map(list, zip(*with_id, strict=True)), ("id", "post", "origin")) == {}  # type: ignore[arg-type]


def test_json_lines_hold_all_but_the_line_breaks(pages: list[Cable], dumps: Path) -> None:
    found = differences(pages, list(read_cables(dumps / "cables.jsonl")), COMPLETE)
    assert set(found) <= {"numbers", "texts", "headings"}, found
    assert all(len(ids) <= 0.05 * len(pages) for ids in found.values()), found


@pytest.mark.parametrize("name", ["bodies.jsonl", "broken.jsonl"])
def test_json_lines_without_header_and_id(pages: list[Cable], dumps: Path, name: str) -> None:
    found = differences(pages, list(read_cables(dumps / name)), (*HEAD, *TEXT, *CELLS, "hour"))
    unknown = found.pop("id")  # those whose caption is missing, redacted or another cable's
    assert len(unknown) < 10
    assert set(found) <= {"numbers", "texts", "headings", "refs"}, found
    assert all(len(ids) <= 0.05 * len(pages) for ids in found.values()), found


def test_bodies_alone(pages: list[Cable], dumps: Path) -> None:
    numbered = [page for page in pages if page.paragraphs and page.paragraphs[0].number == 1]
    cables = [next(read_cables(dumps / "bodies" / f"{page.id}.txt")) for page in numbered]
    found = differences(numbered, cables, ("signers", "numbers", "texts"))
    assert all(len(ids) <= 0.05 * len(numbered) for ids in found.values()), {name: len(ids) for name, ids in found.items()}
    assert all(cable.date_source == "text" or (cable.id is None and cable.date is None) for cable in cables)


def test_one_body_a_line(pages: list[Cable], dumps: Path) -> None:
    cables = list(read_cables(dumps / "bodies.txt"))
    assert [cable.source.locator for cable in cables if cable.source] == list(range(1, len(pages) + 1))
    fields = ("subject", "tags", "classified_by", "declassify_on", "sections", "signers", "numbers")
    found = differences(pages, cables, fields)
    assert all(len(ids) <= 0.08 * len(pages) for ids in found.values()), found
