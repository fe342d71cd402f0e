"""What is cited and not in the archive; and no list is cut without a word."""

from __future__ import annotations

import collections
import json
import pickle

import pytest

import reftel
from reftel.cli import run as run_command
from reftel.schema.errors import BadValueError
from reftel.search.citations import citations_among, citations_of
from reftel.search.plan import Top

TELEGRAMS = {
    "a": {"serial": 101, "dtg": "010000Z JUN 08", "ref": "A. STATE 1  B. ROME 7  C. MOSCOW 202"},
    "b": {"serial": 202, "post": "MOSCOW", "dtg": "010000Z JUN 08", "ref": "A. STATE 1  B. 06 LIMA 5"},
    "c": {"serial": 303, "post": "PARIS", "dtg": "010000Z JUN 08", "ref": "A. STATE 1  B. ROME 7  C. STATE 1"},
    "d": {"serial": 404, "post": "OSLO", "dtg": "010000Z FEB 08", "ref": "BAKU 55"},  # of January to March: that of 2007, which is there
    "e": {"serial": 55, "dtg": "010000Z NOV 07", "ref": "07 LIMA 9"},
    "f": {"serial": 505, "post": "OSLO", "dtg": "010000Z AUG 08", "ref": "BAKU 55"},  # that of 2008
}
EXPECTED = [
    ("08STATE1", ("08BAKU101", "08MOSCOW202", "08PARIS303")),
    ("08ROME7", ("08BAKU101", "08PARIS303")),
    ("06LIMA5", ("08MOSCOW202",)),
    ("07LIMA9", ("07BAKU55",)),
    ("08BAKU55", ("08OSLO505",)),
]


@pytest.fixture(scope="module")
def cited(make_telegram, tmp_path_factory) -> reftel.Archive:
    folder = tmp_path_factory.mktemp("cited")
    for name, values in TELEGRAMS.items():
        (folder / f"{name}.txt").write_text(make_telegram(**values), "utf-8")
    reftel.build([folder], folder / "archive")
    return reftel.open(folder / "archive")


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> reftel.Archive:
    path = tmp_path_factory.mktemp("samples") / "archive"
    reftel.build("corpus_samples", path)
    return reftel.open(path)


def test_the_most_cited_comes_first(cited):
    found = cited.missing()
    assert [(cable.id, cable.cited_by) for cable in found.cables] == EXPECTED
    assert [cable.count for cable in found.cables] == [3, 2, 1, 1, 1]
    assert found.total == 5
    assert found.cables[0].origin == "Secretary of State"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("from:paris", ["08ROME7", "08STATE1"]),
        ("from:oslo", ["08BAKU55"]),
        ("from:oslo date:2008-02", []),
        ("nothingofthat", []),
        ("from:moscow OR from:baku", ["08STATE1", "06LIMA5", "07LIMA9", "08ROME7"]),
    ],
)
def test_among_the_hits_of_a_query(query, ids, cited):
    assert [cable.id for cable in cited.missing(query).cables] == ids


@pytest.mark.parametrize("limit", [0, 1, 4, 5, 99, None])
def test_a_limit_leaves_the_total(limit, cited):
    found = cited.missing(limit=limit)
    assert found.total == 5
    assert [(cable.id, cable.cited_by) for cable in found.cables] == EXPECTED[:limit]
    with pytest.raises(BadValueError):
        cited.missing(limit=-1)


@pytest.mark.parametrize("query", ["*", "minsk", "class:>=secret", "date:2008"])
def test_it_is_what_the_citation_graph_has(query, samples):
    """The same cables and counts as a graph of all hits and all that they cite, which goes through the records one by one."""
    graph = samples.citation_graph(query, depth=1)
    absent = {cable.key for cable in graph.cables if not cable.in_archive}
    citing = collections.defaultdict(set)
    for link in graph.links:
        if link.target in absent and link.source in graph.roots:
            citing[link.target].add(link.source)
    found = samples.missing(query)
    assert {cable.id: set(cable.cited_by) for cable in found.cables} == citing
    assert found.total == len(citing)


@pytest.fixture
def run(capsys):
    """Runs a command: its exit status, output, and what it says besides."""

    def run_it(*words: object) -> tuple[int, str, str]:
        status = run_command([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_it


FORMS = {
    "table": "3  08STATE1  cited by 08BAKU101, 08MOSCOW202, 08PARIS303\n2  08ROME7   cited by 08BAKU101, 08PARIS303\n"
             "5 cables cited and not in the archive, 2 shown\n",
    "csv": "id,origin,count,cited_by\n08STATE1,Secretary of State,3,\"08BAKU101;08MOSCOW202;08PARIS303\"\n08ROME7,Embassy Rome,2,\"08BAKU101;08PARIS303\"\n",
    "ids": "08STATE1\n08ROME7\n",
    "md": "- **08STATE1** 3: 08BAKU101, 08MOSCOW202, 08PARIS303\n- **08ROME7** 2: 08BAKU101, 08PARIS303\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_is_printed(form, cited, run):
    code, out, err = run("refs", "--missing", "-n", 2, "-A", cited.path, "--format", form)
    assert (code, out) == (0, FORMS[form])
    assert err == ("" if form == "table" else "note: 2 of 5 cables shown\n")
    assert "shown" not in "".join(run("refs", "--missing", "-A", cited.path, "--format", form)[1:])


def test_json_names_every_citing_cable(cited, run):
    code, out, err = run("refs", "--missing", "from:paris", "-A", cited.path, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == cited.missing("from:paris").to_dict()
    lines = run("refs", "--missing", "-A", cited.path, "--format", "jsonl")[1].splitlines()
    assert [json.loads(line) for line in lines] == [cable.to_dict() for cable in cited.missing().cables]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--missing", "from", "--query", "x"], 2), (["--missing", "--depth", "2"], 2), (["--missing", "--graph", "dot"], 2), (["--missing", "--in"], 2),
        (["--missing", "nosuchword"], 1), (["--missing", "singer:x"], 2), (["--missing", "--query", "from:paris"], 0), (["--missing", "from:paris", "date:2008"], 0),
        (["08BAKU101", "08MOSCOW202"], 2), (["08", "Baku", "101"], 0), ([], 2),
    ],
)  # fmt: skip
def test_exit_status(words, code, cited, run):
    assert run("refs", *words, "-A", cited.path)[0] == code


# -- nothing is cut without a word --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_a_graph_says_how_many_cables_it_leaves_out(limit, cited):
    """Of the hits those behind the limit, and of what they cite those that were met."""
    whole = cited.citation_graph("*", limit=10_000)
    graph = cited.citation_graph("*", limit=limit)
    assert len(graph.cables) + graph.left_out == len(whole.cables) == 6
    assert graph.cut == (limit < 6)
    assert graph.to_dict()["left_out"] == graph.left_out
    around = cited.citations("08STATE1", depth=1, limit=limit)
    assert len(around.cables) + around.left_out == 4


def test_the_command_line_says_so_too(cited, run):
    for form in ("table", "jsonl", "csv", "ids", "md"):
        code, _, err = run("refs", "--query", "*", "-n", 2, "-A", cited.path, "--format", form)
        assert (code, err) == (0, "note: the graph was cut at 2 cables, 4 or more are left out; --limit lets it grow\n")
    assert run("refs", "--query", "*", "--depth", 1, "-A", cited.path)[2] == ""
    desk = cited._state.searcher.desk
    assert citations_among(desk, "*", limit=2).left_out == 4
    assert citations_of(desk, "08BAKU101", limit=1).left_out == 3


def test_facets_say_how_many_values_they_leave_out(samples, run):
    every = samples.search("*", facets="from:all").facets["from"]
    assert every.left_out == 0
    for number in (1, 10, len(every) - 1, len(every)):
        found = samples.search("*", facets=f"from:{number}")
        assert len(found.facets["from"]) + found.facets["from"].left_out == len(every)
        assert found.to_dict()["values_left_out"] == {"from": len(every) - number}
        assert samples.facets("*", f"from:{number}")["from"].left_out == len(every) - number
    assert samples.search("nosuchword", facets="from").facets["from"].left_out == 0
    out = run("search", "*", "-n", 0, "--facet", "from:3", "-A", samples.path)[1]
    assert f"({len(every) - 3} others)" in out


def test_words_and_cables_say_how_many_they_leave_out(samples, run):
    whole = samples.terms("minsk", limit=10_000)
    assert whole.left_out == 0
    assert samples.terms("minsk", limit=3).left_out == len(whole.terms) - 3 > 0
    assert run("terms", "minsk", "-n", 3, "-A", samples.path)[2].endswith(f"note: 3 words shown, {len(whole.terms) - 3} more are significant\n")
    similar = samples.similar("08BAKU9014", limit=10_000)
    few = samples.similar("08BAKU9014", limit=2)
    assert few.left_out == len(similar) + similar.left_out - 2 > 0
    assert run("similar", "08BAKU9014", "-n", 2, "-A", samples.path)[2] == f"note: 2 cables shown, {few.left_out} more share a telling word\n"


def test_a_thread_says_how_many_it_leaves_out(make_telegram, tmp_path, run):
    """Cables of the same subject and post, before and after."""
    for number in range(1, 16):
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=number, dtg=f"{number:02}0000Z JUN 08", subject="THE SAME"), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        found = archive.neighbours("08BAKU7")
        assert (len(found.before), found.earlier, len(found.after), found.later) == (5, 1, 5, 3)
        assert archive.neighbours("08BAKU5").earlier == archive.neighbours("08BAKU10").later == 0
        assert (found.to_dict()["earlier"], found.to_dict()["later"]) == (1, 3)
    out = run("show", "08BAKU7", "--neighbours", "-A", tmp_path / "archive")[1]
    assert "and 1 more earlier" in out
    assert "and 3 more later" in out


def test_suggestions_say_how_many_they_leave_out(make_telegram, tmp_path):
    words = ["harbor", "harbour", "harbors", "harborx", "harbory"]
    (tmp_path / "a.txt").write_text(make_telegram(body="1. (C) " + " ".join(words)), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        assert archive.search("harbo").notes == ("no cable has 'harbo'; near it: harbor (1), harbors (1), harborx (1) and 2 more",)
        notes = archive.search(" ".join(f"qqqq{letter}{letter}" for letter in "abcdefgh")).notes
        assert (len(notes), notes[-1]) == (6, "nor 3 more words or values of the query")
        assert archive.search("*", limit=0).notes == ()
        assert archive.explain("aa=bb=cc=dd=ee=ff=gg=hh=ii=jj=kk").notes == ("'aa=bb=cc=dd=ee=ff=gg=hh=ii=jj=kk' is read as the phrase \"aa bb cc dd ee ff gg hh ii jj …\"",)


def test_a_top_is_a_tuple():
    top = Top((1, 2), 5)
    assert top == (1, 2)
    copy = pickle.loads(pickle.dumps(top))
    assert (copy, copy.left_out) == ((1, 2), 5)


def test_duplicates_say_how_many_set_phrases_they_leave_out(make_telegram, tmp_path, run):
    """Twenty-one letters that are nearly the same have no rare run of words in common; twenty have."""
    opening = " ".join(f"word{number}" for number in range(70))
    for number in range(1, 22):
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=number, body=f"1. (C) {opening} end{number}"), "utf-8")
        if number >= 20:
            reftel.build([tmp_path], tmp_path / "archive")
            code, _, err = run("duplicates", "-A", tmp_path / "archive")
            assert (code, "were taken for set phrases" in err) == ((0, False) if number == 20 else (1, True))
    record = json.loads(run("duplicates", "-A", tmp_path / "archive", "--format", "json")[1])
    assert (record["duplicates"], record["runs_left_out"] > 10) == ([], True)


@pytest.mark.parametrize("form", ["jsonl", "csv", "ids", "md"])
def test_a_page_of_hits_says_that_it_is_one(form, samples, run):
    """In the forms that hold hits alone, on standard error."""
    total = samples.search("minsk", limit=0).total
    assert run("search", "minsk", "-n", 3, "-A", samples.path, "--format", form)[2] == (
        f"note: {total} cables, 1 to 3 shown; --limit and --offset show others, --all every one\n"
    )
    assert run("search", "minsk", "-n", total, "-A", samples.path, "--format", form)[2] == ""
    assert run("search", "minsk", "--all", "-A", samples.path, "--format", form)[2] == ""
    assert f"--facet counts for table and json, {form} holds" in run("search", "minsk", "--facet", "year", "-A", samples.path, "--format", form)[2]
