"""The wheel holds every subpackage, and installs nothing at top level but reftel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("reftel", "schema", "indexer", "search", "engine")


def _config() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _package_name(folder: Path) -> str:
    parts = folder.relative_to(ROOT).parts
    return ".".join(parts if parts[0] == "reftel" else ("reftel", *parts))


def _package_folders() -> list[Path]:
    inits = [init for room in ROOMS for init in (ROOT / room).rglob("__init__.py")]
    # reftel/ holds links to the other rooms: their packages are counted where they really are
    return sorted({init.parent for init in inits if not any(part.is_symlink() for part in init.parents if part.is_relative_to(ROOT))})


def test_the_hand_list_of_packages_names_every_folder_with_an_init():
    listed = _config()["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(map(_package_name, _package_folders()))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    source = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source], check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_module_and_table(wheel):
    names = set(wheel.namelist())
    for folder in _package_folders():
        inside = _package_name(folder).replace(".", "/")
        for file in [*folder.glob("*.py"), *folder.glob("*.csv"), *folder.glob("static/*"), *folder.glob("templates/*")]:
            assert f"{inside}/{file.relative_to(folder).as_posix()}" in names
    assert "reftel/py.typed" in names


def test_the_wheel_installs_nothing_at_top_level_but_reftel(wheel):
    tops = {name.split("/", 1)[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"reftel"}
