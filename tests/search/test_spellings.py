"""Spellings that mean the same find each other, from the index to what is highlighted: in words, phrases, ``=word``, fields and proximity."""

from __future__ import annotations

import itertools

import pytest

from reftel.indexer.writer import CableWriter
from reftel.record import record_of
from reftel.schema.cable import Cable, Paragraph, Source
from reftel.schema.errors import ArchiveVersion
from reftel.search.engines.array_engine import ArrayEngine
from reftel.search.engines.memory import MemoryEngine
from reftel.search.query import read_query
from reftel.search.snippets import matching_paragraphs

KINDS = {
    "accents": ["São", "Sa\u0303o", "Sao", "SÃO"],
    "an umlaut": ["Müller", "Mu\u0308ller", "Mueller", "MUELLER"],
    "an umlaut and none": ["Müller", "Muller"],
    "Nordic letters": ["Jørgen", "Joergen"],
    "a Nordic letter and none": ["Jørgen", "Jorgen"],
    "a ring": ["Ångström", "A\u030angstro\u0308m", "Aangstroem"],
    "sharp s": ["Straße", "Strasse"],
    "what can't be seen": ["precedent", "pre\u00adcedent", "pre\u200bce\u200ddent\ufeff", "pre\u2060cedent", "\u202aprecedent\u202c"],
    "letters and digits": ["G8", "G-8", "G\u20118", "G‐8", "G–8", "G−8", "Ｇ－８"],
    "a fighter": ["F-16", "F16", "F-\n16"],
    "hyphens": ["co-operation", "cooperation", "co-\noperation", "co‑operation", "co\u00adoperation"],
    "more hyphens": ["counter-terrorism", "counterterrorism", "COUNTER-TERRORISM"],
    "three parts": ["non-co-operation", "noncooperation", "non-cooperation", "nonco-operation"],
    "thousands": ["10,000", "10000", "１０，０００"],
    "millions": ["1,000,000", "1000000"],
    "an acronym": ["U.S.S.R.", "USSR", "U. S. S. R.", "U.S.S.R", "U.\u00a0S.\u00a0S.\u00a0R.", "U S S R"],
    "initials": ["J.F.", "J. F.", "JF", "J.\nF."],
    "an article": ["L'Aquila", "L’Aquila", "l´aquila", "Aquila", "LʼAquila"],
    "an article apart": ["L'Aquila", "L Aquila", "l’aquila"],
    "de": ["d'Ivoire", "D'IVOIRE", "d’Ivoire", "Ivoire"],
    "de apart": ["d'Ivoire", "D IVOIRE"],
    "an Irish name": ["O'Brien", "O’Brien", "OBrien", "O＇Brien"],
    "full-width signs": ["Kosovo", "Ｋｏｓｏｖｏ", "ＫＯＳＯＶＯ"],
    "ligatures": ["finance", "ﬁnance"],
}
SAME = [(written, asked) for kind in KINDS.values() for written, asked in itertools.permutations(kind, 2)]
OTHER = [
    ("Brien", "O'Brien"), ("O'Brien", "Brien"), ("Nagorno talks", '"Nagorno-Karabakh"'), ("either/or", "eitheror"), ("10 000", "10000"),
    ("1999-2000", "19992000"), ("the operation", "cooperation"), ("a co operation", "cooperation"), ("Mueller", "Muller"), ("the rapist", "therapist"),
    ("co-operation", "coo"), ("10.000", "10000"),
]  # fmt: skip


def cable(text: str) -> Cable:
    body = f"Before it the {text} summit came."
    return Cable(id="08BAKU1", subject=f"The {text} summit", body=body, paragraphs=(Paragraph(1, "C", "C", (), None, body),), source=Source("x", "telegram", "1"))


def asked_for(asked: str) -> list[str]:
    """The questions that a spelling is asked by. One with blanks is several words without quotes."""
    phrases = [f'"{asked}"', f'"the {asked} summit"', f'subject:"{asked}"', f'"{asked}" w/1 summit', f'before w/3 "{asked}"', f'"the {asked}" pre/1 summit', f'"{asked} came"~2']
    whole = [asked, f"={asked}", f"subject:{asked}", f"the {asked} summit", f"{asked} w/1 summit", f"para:({asked} summit)"]
    return phrases if " " in asked or "\n" in asked or "\u00a0" in asked else [*phrases, *whole]


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """For each text an engine over the one cable that has it, with the oracle."""
    made = {}
    for number, text in enumerate(dict.fromkeys(written for written, _ in [*SAME, *OTHER])):
        folder = tmp_path_factory.mktemp("spelled") / str(number)
        with CableWriter(folder) as writer:
            writer.put(cable(text))
        made[text] = ArrayEngine.open(folder), MemoryEngine([record_of(cable(text))])
    yield made
    for engine, _ in made.values():
        engine.close()


@pytest.mark.parametrize(("written", "asked"), SAME)
def test_spellings_of_a_kind_find_each_other(archives, written, asked):
    for question in asked_for(asked):
        root = read_query(question).plan
        for engine in archives[written]:
            assert list(engine.scan(root)) == ["08BAKU1"], question


@pytest.mark.parametrize(("written", "asked"), OTHER)
def test_other_words_do_not(archives, written, asked):
    for question in asked_for(asked.strip('"')) if '"' not in asked else [asked]:
        for engine in archives[written]:
            assert list(engine.scan(read_query(question).plan)) == [], question


@pytest.mark.parametrize(("written", "asked"), [pair for pair in SAME if not pair[0].lower().endswith(("aquila", "ivoire"))])
def test_the_whole_of_what_is_written_is_highlighted(written, asked):
    (found,) = matching_paragraphs(cable(written), read_query(f'"{asked}"').plan)
    assert [found.text[slice(*place)].rstrip(".") for place in found.highlights] == [written.strip("\ufeff\u202a\u202c.")]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("cooperation", ["co-operation"]),
        ('"economic cooperation council"', ["economic", "co-operation", "council"]),
        ("operation", ["operation", "operation"]),
        ("co-operation", ["co-operation"]),
        ("noncooperation", ["non-co-\noperation"]),
        ('"non-cooperation pact"', ["non-co-\noperation", "pact"]),
        ("ussr", ["U. S. S. R"]),
        ("aquila", ["l’Aquila"]),
        ("laquila", ["l’Aquila"]),
        ("mueller", ["Mu\u0308ller"]),
    ],
)
def test_parts_of_a_word_are_highlighted_as_one(query, marked):
    text = "The economic co-operation council. A non-co-\noperation pact. The U. S. S. R. at l’Aquila: Mu\u0308ller."
    found = matching_paragraphs(Cable(body=text, paragraphs=(Paragraph(1, None, None, (), None, text),)), read_query(query).plan)[0]
    highlights = [found.text[slice(*place)] for place in found.highlights]
    assert [each for each in highlights if each in marked] == marked
    assert set(highlights) <= {*marked, "co-\noperation"}


@pytest.mark.parametrize("asked", ["PÉREZ, JUAN", "pe\u0301rez, juan", "PÉ\u200bREZ, JUAN\ufeff", "ＰÉＲＥＺ， ＪＵＡＮ", "PÉREZ,\u00a0JUAN"])
@pytest.mark.parametrize("written", ["PÉREZ, JUAN", "PE\u0301REZ, JUAN", "PÉREZ,\u00a0JU\u00adAN"])
def test_values_are_compared_by_what_is_seen(written, asked):
    person = Cable(id="08BAKU1", tags=("PREL", written), signers=(written,), body="Nothing.")
    engine = MemoryEngine([record_of(person)])
    for question in (f'tags:"{asked}"', f'signer:"{asked}"', f'tags:"*{asked[-4:]}"'):
        assert list(engine.scan(read_query(question).plan)) == ["08BAKU1"], question


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("Müller", "also looked for: 'Müller' as 'mueller'"),
        ("\"L'Aquila\" Ångström", "also looked for: 'L'Aquila' as 'aquila', 'Ångström' as 'aangstroem'"),
        ("mueller G-8 cooperation co-operation 10,000 U.S.S.R. São O'Brien", None),
    ],
)
def test_one_note_says_what_else_a_question_stands_for(query, note):
    assert read_query(query).notes == ((note,) if note else ())


@pytest.mark.parametrize(
    ("query", "printed"),
    [("J. F. Kennedy", "J. F. Kennedy"), ("the U.\n S. S. R. summit", "the U. S. S. R. summit"), ("-J. F. (u. s. army)", "NOT J. F. (u. s. army)"), ("=J. F.", "=J. F.")],
)
def test_initials_with_blanks_are_one_word(query, printed):
    assert read_query(query).printed == printed
    assert read_query(printed).plan == read_query(query).plan


def test_a_further_form_counts_once_and_takes_no_room():
    texts = {"08BAKU1": "a cooperation of two", "08BAKU2": "a co-operation of two"}
    records = [record_of(Cable(id=key, body=text, paragraphs=(Paragraph(1, None, None, (), None, text),))) for key, text in texts.items()]
    engine = MemoryEngine(records)
    word = read_query("=cooperation").plan
    assert [engine._of_word(word, record) > 0 for record in records] == [True, True]
    assert [sum(map(len, record.words("body"))) for record in records] == [4, 5]


def test_an_index_with_other_rules_for_words_is_not_asked(tmp_path, monkeypatch):
    from reftel.indexer import writer

    monkeypatch.setattr(writer, "VERSION", 0)
    writer.field_specs.cache_clear()
    with CableWriter(tmp_path) as old:
        old.put(cable("G-8"))
    monkeypatch.undo()
    writer.field_specs.cache_clear()
    with pytest.raises(ArchiveVersion, match="other rules for words; `reftel verify --repair` rebuilds it"):
        ArrayEngine.open(tmp_path)
    with pytest.raises(ArchiveVersion, match="other fields; `reftel verify --repair` rebuilds it"):
        CableWriter(tmp_path)
