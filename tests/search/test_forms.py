"""The forms of a question's words that an archive has: in the note of a search, in ``explain``, and where words are marked."""

from __future__ import annotations

import pytest

from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph
from reftel.search import plan
from reftel.search.desk import Records
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.engines.memory import MemoryEngine
from reftel.search.searcher import Searcher

FIELDS = ("subject", "body", "head")
TEXTS = {
    "08BAKU1": "Precedents were set when the Minister met the Ambassador.",
    "08BAKU2": "The Minister meets nobody; a precedent, and no meeting.",
    "08BAKU3": "Meetings, a meeting, meeting again: he negotiated.",
    "08BAKU4": "Gates said that the gate is open; US policies.",
    "08BAKU5": "walks walked walking walk leaves leaf left leave leaving talks talked talking talk",
}
CABLES = {
    key: Cable(id=key, subject="ON WALKS" if key == "08BAKU4" else None, paragraphs=(Paragraph(1, None, None, (), None, text),), body=text)
    for key, text in TEXTS.items()
}


@pytest.fixture(params=["whoosh", "memory"])
def engine(request, tmp_path):
    if request.param == "memory":
        yield MemoryEngine(map(record_of, CABLES.values()))
        return
    for cables in (list(CABLES.values())[:2], [*list(CABLES.values())[2:], Cable(id="08BAKU9", body="precedented unmet", subject="PRECEDENT POLICY")]):
        with CableWriter(tmp_path) as writer:
            for each in cables:
                writer.put(each)
    with CableWriter(tmp_path) as writer:
        writer.delete("08BAKU9")
    opened = ArrayEngine.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def searcher(engine):
    return Searcher(Records(engine, CABLES.__getitem__))


@pytest.mark.parametrize(
    ("text", "fields", "forms"),
    [
        ("precedent", FIELDS, ["precedent", "precedents"]),
        ("met", FIELDS, ["meeting", "meets", "met"]),
        ("meet", FIELDS, ["meeting", "meets", "met"]),
        ("meeting", FIELDS, ["meeting", "meetings", "meets", "met"]),
        ("negotiates", FIELDS, ["negotiated"]),
        ("gates", FIELDS, ["gates"]),
        ("gate", FIELDS, ["gate"]),
        ("us", FIELDS, ["us"]),
        ("policy", FIELDS, ["policies"]),
        ("walk", FIELDS, ["walks", "walk", "walked", "walking"]),
        ("walk", ("subject",), ["walks"]),
        ("leaves", FIELDS, ["leaf", "leave", "leaves", "leaving", "left"]),
        ("leaf", FIELDS, ["leaf", "leaves"]),
        ("absent", FIELDS, []),
    ],
)
def test_forms_that_cables_have_the_commonest_first(engine, text, fields, forms):
    assert list(engine.forms(plan.Word(text, "inflected", fields=fields))) == forms


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("precedent", "precedents"),
        ("negotiates", "negotiated"),
        ("minister met", "meeting, meets"),
        ("met meeting", "meets, meetings"),
        ("precedent AND precedents", None),
        ("minister", None),
        ("=precedent", None),
        ('"the minister"', None),
        ("subject:walks", None),
        ("walk", "walks, walked, walking"),
        ("minister -meeting", None),
        ("gates", None),
        ("*", None),
        ("walk leaves talk", "walks, walked, walking, leaf, leave, leaving, left, talked and 2 more"),
        ("absent", None),
    ],
)
@pytest.mark.parametrize("engine", ["whoosh"], indirect=True)  # pages are what the oracle does not make
def test_one_note_names_forms_that_the_question_does_not_have(searcher, query, named):
    notes = [note for note in searcher.page(query).notes if note.startswith("also found as")]
    assert notes == ([f"also found as: {named}; write =word for one form alone"] if named else [])


@pytest.mark.parametrize("engine", ["whoosh"], indirect=True)  # pages are what the oracle does not make
def test_the_forms_are_marked(searcher):
    (hit,) = searcher.page("negotiates").hits
    assert [hit.paragraphs[0].text[start:end] for start, end in hit.paragraphs[0].highlights] == ["negotiated"]
    lines = [line.keyword for line in searcher.kwic("meet")]
    assert lines == ["met", "meets", "meeting", "meeting", "meeting"]


@pytest.mark.parametrize("engine", ["whoosh"], indirect=True)  # the oracle explains nothing
@pytest.mark.parametrize(
    ("query", "forms"),
    [
        ("meet", {"meet": [("meeting", 2), ("meets", 1), ("met", 1)]}),
        ("precedent -walk", {"precedent": [("precedent", 1), ("precedents", 1)], "walk": [("walks", 2), ("walk", 1), ("walked", 1), ("walking", 1)]}),
        ("minister", {}),
        ("=precedent", {}),
    ],
)
def test_explain_counts_the_cables_of_each_form(engine, query, forms):
    found = {}
    todo = [Searcher(Records(engine, CABLES.__getitem__)).explain(query).root]
    for node in todo:
        todo.extend(node.children)
        if node.forms:
            found[node.text.split()[1]] = [(form.value, form.count) for form in node.forms]
            assert node.to_dict()["forms"] == [{"value": form.value, "count": form.count} for form in node.forms]
    assert found == forms
