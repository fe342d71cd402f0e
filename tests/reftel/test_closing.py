"""A closed archive gives no answer and holds no file; one that is refreshed or closed meanwhile answers from one state."""

from __future__ import annotations

import gc
import itertools
import operator
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import reftel
from reftel.engine.reader import open_reader
from reftel.indexer.manifest import Manifest
from reftel.personal.notes import Notes
from reftel.search.engines.array_engine import ArrayEngine
from reftel.state import State

IDS = ["08BAKU101"]

ASKED: dict[str, Callable[[reftel.Archive, Path], object]] = {
    "__contains__": lambda archive, _: "08BAKU101" in archive,
    "__enter__": lambda archive, _: archive.__enter__(),
    "__getitem__": lambda archive, _: archive["08BAKU101"],
    "__iter__": lambda archive, _: iter(archive),
    "__len__": lambda archive, _: len(archive),
    "batch": lambda archive, _: archive.batch(["minsk", "group"]),
    "cable": lambda archive, _: archive.cable("08BAKU101"),
    "citation_graph": lambda archive, _: archive.citation_graph("*", depth=1),
    "citations": lambda archive, _: archive.citations("08BAKU101"),
    "count": lambda archive, _: archive.count("minsk"),
    "drill": lambda archive, _: archive.drill("*", "year>from:5"),
    "duplicates": lambda archive, _: archive.duplicates(),
    "explain": lambda archive, _: archive.explain("minsk w/3 group"),
    "export": lambda archive, folder: archive.export("*", folder / "out.csv"),
    "facets": lambda archive, _: archive.facets("*", ["year"]),
    "heat_map": lambda archive, _: archive.heat_map("*"),
    "highlights": lambda archive, _: archive.highlights("minsk", "08BAKU101"),
    "keys": lambda archive, _: archive.keys(),
    "kwic": lambda archive, _: archive.kwic("minsk"),
    "last_run": lambda archive, _: archive.last_run(),
    "matches": lambda archive, _: archive.matches("minsk", ids=IDS),
    "missing": lambda archive, _: archive.missing(),
    "neighbours": lambda archive, _: archive.neighbours("08BAKU101"),
    "new_hits": lambda archive, _: archive.new_hits("*", after_run=0),
    "notes": lambda archive, _: archive.notes,
    "own_folder": lambda archive, _: archive.own_folder,
    "refresh": lambda archive, _: archive.refresh(),
    "scan": lambda archive, _: archive.scan("*"),
    "search": lambda archive, _: archive.search('"minsk group" OR preced*', facets=["from"], ids=IDS),
    "similar": lambda archive, _: archive.similar("08BAKU101"),
    "stats": lambda archive, _: archive.stats(),
    "terms": lambda archive, _: archive.terms("minsk"),
    "timeline": lambda archive, _: archive.timeline("*"),
    "timelines": lambda archive, _: archive.timelines(["*", "minsk"]),
    "to_frame": lambda archive, _: archive.to_frame("*"),
    "versions": lambda archive, _: archive.versions("08BAKU101"),
}  # fmt: skip
"""Everything public that an archive answers, and a question for it."""

UNASKED = {"close", "path", "__exit__", "__init__", "__reduce__", "__repr__"}
"""What does without the files: the same before and after."""

OWN_DUNDERS = {"__doc__", "__module__", "__dict__", "__weakref__", "__annotations__"}


def public_names() -> set[str]:
    """Every name of an archive that a person may use: what has no underscore in front, and the special methods that it has of its own."""
    special = {name for name in vars(reftel.Archive) if name.startswith("__")} - OWN_DUNDERS
    return {name for name in dir(reftel.Archive) if not name.startswith("_")} | special


@pytest.fixture(scope="module")
def with_twins(sources, make_telegram, tmp_path_factory) -> Path:
    """An archive of five cables, two of them with the same text."""
    folder = tmp_path_factory.mktemp("twins")
    shutil.copytree(sources, folder / "sources")
    for serial in (501, 502):
        body = "1. (U) " + " ".join(f"word{number}" for number in range(80))
        (folder / "sources" / f"{serial}.txt").write_text(make_telegram(serial=serial, post="OSLO", body=body), "utf-8")
    reftel.build([folder / "sources"], folder / "archive")
    return folder / "archive"


@pytest.fixture
def opened(with_twins, tmp_path) -> Iterator[reftel.Archive]:
    """An archive of its own, copied so that its files can be told from any other's."""
    shutil.copytree(with_twins, tmp_path / "a copy")
    with reftel.open(tmp_path / "a copy") as archive:
        yield archive


@pytest.fixture
def no_collection() -> Iterator[None]:
    """No garbage collection: what is let go of is let go of at once."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held(folder: Path) -> list[str]:
    """The files of a folder that this process has open or mapped."""
    mapped = [line.split(maxsplit=5)[-1].rstrip("\n") for line in Path("/proc/self/maps").read_text().splitlines() if line.count("/")]
    files = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            files.append(str(link.readlink()))
        except OSError:  # the descriptor that lists the folder
            continue
    return sorted(name for name in [*mapped, *files] if name.startswith(f"{folder}/"))


def test_every_name_is_asked():
    """A method that is added needs a line above."""
    assert public_names() - UNASKED == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_closed_archive_says_so(name, opened, tmp_path):
    """Whatever it is asked; the same question is answered before."""
    if name != "__enter__":
        ASKED[name](opened, tmp_path)
    opened.close()
    with pytest.raises(reftel.ArchiveClosed) as caught:
        ASKED[name](opened, tmp_path)
    assert str(opened.path) in str(caught.value)
    assert "reftel.open" in str(caught.value)
    assert isinstance(caught.value, ValueError)


ITERATORS = {
    "scan": lambda archive: archive.scan("*"),
    "batch": lambda archive: archive.batch(["minsk", "group"] * 2),
    "scan by date": lambda archive: archive.scan("*", sort="date"),
    "scan of ids": lambda archive: archive.scan("*", ids=["08BAKU101", "08MOSCOW202"]),
    "keys": lambda archive: archive.keys(),
    "matches": lambda archive: archive.matches("*"),
    "matches by date": lambda archive: archive.matches("*", sort="date"),
    "kwic": lambda archive: archive.kwic("minsk OR precedent"),
    "kwic sorted": lambda archive: archive.kwic("minsk OR precedent", sort="left"),
    "duplicates": lambda archive: archive.duplicates(),
    "new_hits": lambda archive: archive.new_hits("*", after_run=0),
}


@pytest.mark.parametrize("taken", [0, 1])
@pytest.mark.parametrize("name", ITERATORS)
def test_an_iterator_ends_with_its_archive(name, taken, opened, no_collection):
    """The next step raises, whether or not one was taken before, and again; the files are closed although it is still there."""
    iterator = ITERATORS[name](opened)
    for _ in range(taken):
        next(iterator)
    opened.close()
    assert held(opened.path) == []
    for _ in range(2):
        with pytest.raises(reftel.ArchiveClosed, match="before `close"):
            next(iterator)


def test_an_iterator_that_was_read_to_its_end_stays_there(opened):
    """It has nothing more to ask."""
    iterator = opened.scan("*")
    assert len(list(iterator)) == 5
    opened.close()
    assert list(iterator) == []


def test_what_was_read_before_stays(opened, tmp_path):
    """Pages, hits, records and versions need no file."""
    page, versions = opened.search("minsk"), opened.versions("08BAKU101")
    texts = [hit.cable.body for hit in page.hits]
    opened.close()
    assert [hit.cable.body for hit in page.hits] == texts
    assert versions[0].cable.id == "08BAKU101"
    opened.close()
    assert opened.path == tmp_path / "a copy"


def test_behind_the_block(archive_path):
    """An iterator that is read behind its ``with`` block."""
    with reftel.open(archive_path) as archive:
        hits = archive.scan("*")
    with pytest.raises(reftel.ArchiveClosed, match="`with` block"):
        list(hits)


def test_close_lets_go_of_every_file(opened, tmp_path, no_collection):
    """Maps and descriptors, after every kind of question, without waiting for the garbage collector."""
    for name, ask in ASKED.items():
        if name not in ("__enter__", "refresh"):
            kept = ask(opened, tmp_path)
            del kept
    assert [name for name in held(opened.path) if name.endswith(".seg")]
    assert [name for name in held(opened.path) if name.endswith(".sqlite")]
    opened.close()
    assert held(opened.path) == []


def test_an_archive_that_is_dropped_lets_go_of_every_file(archive_path, tmp_path, no_collection):
    """Closing is optional."""
    path = shutil.copytree(archive_path, tmp_path / "copy")
    archive = reftel.open(path)
    archive.search("minsk")
    hits = archive.scan("*")
    del archive
    assert held(path)
    assert len(list(hits)) == 3
    assert held(path) == []


def another_run(sources: Path, make_telegram: Callable[..., str], path: Path) -> None:
    """Publish a state with one cable more."""
    (sources / "later.txt").write_text(make_telegram(serial=404, post="OSLO"), "utf-8")
    reftel.build([sources], path)


@pytest.fixture
def growing(sources, make_telegram, tmp_path) -> Iterator[tuple[reftel.Archive, Callable[[], None]]]:
    """An archive, and what publishes its next state."""
    folder = shutil.copytree(sources, tmp_path / "growing sources")
    reftel.build([folder], tmp_path / "growing")
    with reftel.open(tmp_path / "growing") as archive:
        yield archive, lambda: another_run(folder, make_telegram, archive.path)


def test_refresh_lets_go_of_the_state_before(growing, no_collection):
    """At once; or when the last iterator over it is gone, which sees that state to its end."""
    archive, publish = growing
    archive.search("minsk")
    before = held(archive.path)
    old = archive.scan("*")
    next(old)
    publish()
    assert archive.refresh()
    assert len(archive) == 4
    assert len(held(archive.path)) > len(before)
    assert len(list(old)) == 2
    after = held(archive.path)
    segments = [str(path) for path in (archive.path / "index").glob("*.seg")]
    assert after == sorted([*segments, *segments, str(archive.path / "manifest.sqlite")])  # a map and a descriptor each
    assert not archive.refresh()
    assert held(archive.path) == after
    archive.close()
    assert held(archive.path) == []


def test_close_reaches_the_states_before(growing, no_collection):
    """An iterator over a state that was left behind ends with the archive too."""
    archive, publish = growing
    old = archive.scan("*")
    publish()
    archive.refresh()
    archive.close()
    assert held(archive.path) == []
    with pytest.raises(reftel.ArchiveClosed):
        next(old)


HALF_WAY: dict[str, Callable[[Path], object]] = {
    "a manifest of noise": lambda path: (path / "manifest.sqlite").write_bytes(b"no database at all" * 100),
    "a manifest without tables": lambda path: (path / "manifest.sqlite").write_bytes(b""),
    "a segment cut short": lambda path: _cut(next((path / "index").glob("*.seg"))),
    "a segment of noise": lambda path: next((path / "index").glob("*.seg")).write_bytes(b"x" * 5000),
    "the second segment gone": lambda path: max((path / "index").glob("*.seg")).unlink(),
}  # fmt: skip


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("name", HALF_WAY)
def test_opening_that_fails_lets_go_of_every_file(name, growing, tmp_path, no_collection):
    """Also while the error is still looked at."""
    archive, publish = growing
    publish()
    path = shutil.copytree(archive.path, tmp_path / "half")
    HALF_WAY[name](path)
    with pytest.raises(reftel.ArchiveError) as caught:
        reftel.open(path)
    assert held(path) == []
    assert caught.value.exit_code == 3


def test_opening_that_is_interrupted_at_once_leaves_nothing_to_close(archive_path, monkeypatch):
    def interrupt(*_arguments):
        raise KeyboardInterrupt

    unraised: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", unraised.append)
    monkeypatch.setattr("threading.RLock", interrupt)
    with pytest.raises(KeyboardInterrupt):
        State(archive_path, lambda _folder: Notes(archive_path / "mine.sqlite"), 1)
    gc.collect()
    assert unraised == []


def test_the_engine_says_so_too(archive_path):
    """Whoever goes past the archive gets no answer from a closed engine or reader either."""
    engine = ArrayEngine.open(archive_path / "index")
    keys = engine.scan(reftel.search.query.read_query("*").plan)
    engine.close()
    engine.close()
    for ask in (lambda: next(keys), lambda: engine.record("08BAKU101"), lambda: engine.lexicon("body")):
        with pytest.raises(reftel.ArchiveClosed):
            ask()
    reader = open_reader(archive_path / "index")
    reader.close()
    reader.close()
    for read in (lambda: reader.terms("body"), lambda: reader.document("08BAKU101"), lambda: reader.lengths("body"), lambda: reader.key(0)):
        with pytest.raises(reftel.engine.errors.IndexClosed):
            read()


# -- threads ---------------------------------------------------------------------------------------------------------------------------------

QUESTIONS: list[tuple[Callable[[reftel.Archive], Any], Any]] = [
    (lambda archive: archive.search("minsk", facets=["from"]).total, 2),
    (lambda archive: [hit.key for hit in archive.scan("*")], ["08BAKU101", "08MOSCOW202", "09PARIS303"]),
    (lambda archive: "08BAKU101" in archive, True),
    (lambda archive: len(list(archive.kwic("precedent"))), 3),
    (lambda archive: archive.stats()["cables"], 3),
    (len, 3),
    (lambda archive: archive.cable("08BAKU101").id, "08BAKU101"),
    (lambda archive: len(archive.versions("08BAKU101")), 1),
]


def test_closing_while_others_ask(archive_path):
    """Every question is answered rightly or refused: 40 archives, each closed while four threads ask."""
    wrong: list[object] = []
    refused: list[int] = []

    def ask(archive: reftel.Archive, begun: threading.Barrier, first: int) -> None:
        begun.wait(60)
        for number in itertools.count(first):
            question, expected = QUESTIONS[number % len(QUESTIONS)]
            try:
                found = question(archive)
            except reftel.ArchiveClosed:
                refused.append(number)
                return
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is wrong
                wrong.append(error)
                return
            if found != expected:
                wrong.append((number, found))

    for round_ in range(40):
        archive = reftel.open(archive_path)
        begun = threading.Barrier(5)
        threads = [threading.Thread(target=ask, args=(archive, begun, number + round_)) for number in range(4)]
        for thread in threads:
            thread.start()
        begun.wait(60)
        archive.search("precedent")
        archive.close()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(refused) == 40 * 4


def test_refreshing_while_others_close(archive_path, no_collection):
    """Whoever comes first, no file stays open."""
    for _ in range(30):
        archive = reftel.open(archive_path)

        def refresh(archive: reftel.Archive = archive) -> None:
            try:
                for _ in range(100):
                    archive.refresh()
            except reftel.ArchiveClosed:
                pass

        threads = [threading.Thread(target=refresh) for _ in range(2)]
        for thread in threads:
            thread.start()
        archive.close()
        for thread in threads:
            thread.join()
        with pytest.raises(reftel.ArchiveClosed):
            archive.search("minsk")


FIRST_LOOKS = {
    "stats": ("counts", lambda archive: operator.itemgetter("cables", "texts", "source_files")(archive.stats()), (3, 3, 3), (4, 4, 4)),
    "new_hits": ("seen_since", lambda archive: len(list(archive.new_hits("*", after_run=0))), 3, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRST_LOOKS)
def test_one_question_sees_one_state(name, growing, monkeypatch):
    """Although the archive is refreshed by another thread between its first look and its second."""
    archive, publish = growing
    method, ask, before, after = FIRST_LOOKS[name]
    look = getattr(Manifest, method)
    looked: list[bool] = []

    def look_and_refresh(self: Any, *values: Any) -> Any:
        found = look(self, *values)
        if not looked:
            looked.append(True)
            publish()
            thread = threading.Thread(target=archive.refresh)
            thread.start()
            thread.join()
        return found

    monkeypatch.setattr(Manifest, method, look_and_refresh)
    assert ask(archive) == before
    assert looked
    assert ask(archive) == after
