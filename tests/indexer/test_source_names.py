"""What is read of a folder and of a zip file goes by one rule: the same names, the same result, whether packed or not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import reftel
from reftel.indexer.source_names import is_member_read
from reftel.indexer.sources import iter_files

READ = [
    "x.html", "08BAKU101", "x.md5", "readmes.txt", "a/x.txt", "a.b/x.txt", "MACOSX/x.txt", "thumbs.db.txt", "treadme.txt", "x.txt~", "amd", "md/x.txt",
    "desktop/x.txt", "é/ü.txt",
]  # fmt: skip
PASSED = [
    ".DS_Store", "a/.DS_Store", "__MACOSX/._x.txt", "__MACOSX/a/._x.txt", "__MACOSX/x.txt", "a/__MACOSX/x.txt", "._x.txt", "a/._x.txt", ".hidden/x.txt",
    "a/.git/config", ".x", "README", "README.txt", "readme.html", "ReadMe.rtf", "a/README.md", "notes.md", "NOTES.MD", "notes.markdown", "README-first.txt",
    "Read me.txt", "Thumbs.db", "a/Thumbs.db", "thumbs.DB", "desktop.ini", "ehthumbs.db", "Icon\r", "$RECYCLE.BIN/x.txt", "System Volume Information/x",
    "lost+found/x", "@eaDir/x.txt", "README.md.gz",
]  # fmt: skip
MEMBERS_ONLY = {"./x.txt": True, "../../x.txt": True, "/etc/x.txt": True, "a\\x.txt": True, "C:\\x.txt": True, "a\\Thumbs.db": False, "__MACOSX\\._x": False}
JUNK = b"\0\1\2 no cable at all"


@pytest.mark.parametrize(("name", "expected"), [*((name, True) for name in READ), *((name, False) for name in PASSED)])
def test_a_name_counts_the_same_in_a_folder_and_in_a_zip(name: str, expected: bool, tmp_path: Path, make_telegram) -> None:
    text = make_telegram()
    folder, packed = tmp_path / "folder", tmp_path / "packed.zip"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text, "utf-8")
    (folder / "always.txt").write_text(text, "utf-8")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
        archive.writestr("always.txt", text)
    wanted = {"always.txt", name} if expected else {"always.txt"}
    assert {str(path.relative_to(folder)) for path in iter_files([folder], pytest.fail)} == wanted
    assert {cable.source.path.partition("!")[2] for cable in reftel.read_cables(packed) if cable.source} == wanted


@pytest.mark.parametrize("name", PASSED)
def test_a_wildcard_passes_over_what_a_folder_does(name: str, tmp_path: Path) -> None:
    for path in (tmp_path / "f" / name, tmp_path / "f/a/always.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    depth = name.count("/")
    for pattern in ("**", "**/*", "*/**", f"{'*/' * depth}*", f"{'*/' * depth}[!b]*"):
        found = {str(path.relative_to(tmp_path / "f")) for path in iter_files([f"{tmp_path}/f/{pattern}"], lambda _error: None)}
        assert found == ({"a/always.txt"} if "**" in pattern or depth < 2 else set()), pattern


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.md", ["notes.md"]), ("READ*", []), ("README*", ["README.txt"]), ("[Rr]eadme*", []), ("*.txt", ["x.txt"]), (".h*", [".hidden"]), ("*.db", []),
        ("thumbs.d?", []), ("thumbs.db", ["thumbs.db"]), ("__MACOSX/*", ["__MACOSX/x.txt"]), ("*/x.txt", []), ("README.txt", ["README.txt"]),
    ],
)  # fmt: skip
def test_a_pattern_may_say_what_it_means(pattern: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "__MACOSX").mkdir()
    for name in ("x.txt", "README.txt", "notes.md", ".hidden", "thumbs.db", "__MACOSX/x.txt"):
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in iter_files([f"{tmp_path}/{pattern}"], lambda _error: None)] == found


@pytest.mark.parametrize(("name", "expected"), MEMBERS_ONLY.items())
def test_names_that_only_a_zip_has(name: str, expected: bool) -> None:
    assert is_member_read(name) is expected


def test_a_zip_made_on_a_mac_is_read_without_a_fault(tmp_path: Path, make_telegram) -> None:
    path = tmp_path / "from a Mac.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dump/", "")
        for name in ("dump/.DS_Store", "__MACOSX/dump/._one.txt", "dump/README.md", "dump/Thumbs.db", "__MACOSX/._dump"):
            archive.writestr(name, JUNK)
        archive.writestr("dump/one.txt", make_telegram())
    report = reftel.build([path], tmp_path / "archive")
    assert (report.failures, report.notes, report.exit_code, report.total) == ([], [], 0, 1)


@pytest.mark.parametrize("names", [(), ("a/",), ("README.md", "__MACOSX/._x")])
def test_a_zip_with_nothing_to_read_is_said(names: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith("/") else JUNK)
    errors: list[reftel.SourceError] = []
    assert list(reftel.read_cables(path, on_error=errors.append)) == []
    assert [error.path for error in errors] == [str(path)]
    assert "a zip file with no files to read" in errors[0].message


@pytest.mark.parametrize("name", ["README.txt", ".hidden", "notes.md", "Thumbs.db"])
def test_a_file_that_is_named_is_read(name: str, tmp_path: Path, make_telegram) -> None:
    path = tmp_path / name
    path.write_text(make_telegram(), "utf-8")
    assert list(iter_files([path], pytest.fail)) == [path]


def test_only_so_many_members_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reftel.indexer.containers.files.MAX_MEMBERS", 2)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", "1. (C) Text.\n")
    errors: list[reftel.SourceError] = []
    assert len(list(reftel.read_cables(path, on_error=errors.append))) == 2
    assert [error.message for error in errors] == ["more than 2 members; the rest was not read"]


# -- line ends and encodings --------------------------------------------------------------------------------------------------------------

WRITTEN = {
    "windows": lambda text: text.replace("\n", "\r\n").encode(),
    "windows with BOM": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "old mac": lambda text: text.replace("\n", "\r").encode(),
    "notepad's unicode": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "utf-16-le": lambda text: text.replace("\n", "\r\n").encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
}
SAMPLES = sorted(path for path in (Path(__file__).parents[2] / "corpus_samples").rglob("*") if path.is_file() and path.suffix not in (".gz", ".zip", ".md"))


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("form", WRITTEN)
def test_a_record_does_not_depend_on_line_ends(form: str, packed: bool, tmp_path: Path) -> None:
    for sample in SAMPLES:
        text = sample.read_bytes().decode("utf-8")
        path = tmp_path / sample.name
        data = WRITTEN[form](text)
        if packed:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(sample.name, data)
        else:
            path.write_bytes(data)
        assert records(path) == records(sample), sample


def records(path: Path) -> list[dict[str, object]]:
    return [cable.to_dict() | {"source": cable.source and cable.source.locator} for cable in reftel.read_cables(path, on_error=lambda _error: None)]
