"""Names in many spellings: what ``~name`` finds and says, and when a hint names other spellings."""

from __future__ import annotations

import pytest

import reftel

SENTENCES = (
    "The visit of Hizballah leaders to Kyiv was calm.",
    "We heard that Hizballah and President Abbas met.",
    "The press says that Hezbollah will meet Abu Mazen.",
    "We asked about Hizbullah, al-Qaida and Mr. Abbas.",
    "We think that Qadhafi and Al-Qaeda differ.",
    "We were told that Qadhafi travels with Mahmud Abbas to Kiev.",
    "He met Gaddafi, and then Tzipi Lerovnyk.",
    "He saw minister Lerovnik, and a poor harvest.",
    "He saw minister Lerovnik, and a poor harvest.",
    "He saw minister Lerovnik, and the pour of rain.",
    "He saw minister Lerovnik and Kevanik.",
    "He saw minister Lerovnik and Kevanik.",
    "He saw a kevanyk, a lathing and Mahmud Tantor.",
    "The lading, the lading.",
    "The Pashtuns met.",
    "A Pashtun met.",
    "A Pakhtun met.",
)
ABOUT_GADDAFI = "gaddafi 1; with qadhafi 3: write '~gaddafi'"


@pytest.fixture(scope="module")
def names(make_telegram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    for number, sentence in enumerate(SENTENCES):
        text = make_telegram(serial=number + 1, subject="A TALK", tags="PREL, (QADHAFI, MUAMMAR)" if number == 4 else "PREL", body=f"1. (C) {sentence}")
        (folder / f"{number}.txt").write_text(text, "utf-8")
    reftel.build([folder], folder / "archive")
    with reftel.open(folder / "archive") as archive:
        yield archive


def found(archive, query):
    page = archive.search(query, sort="id")
    return {int(hit.key.removeprefix("08BAKU")) - 1 for hit in page.hits}, page.notes


@pytest.mark.parametrize(
    ("query", "cables", "notes"),
    [
        ("~hezbollah", {0, 1, 2, 3}, ("~hezbollah stands for hizballah 2, hezbollah 1, hizbullah 1",)),
        ("~Hizb'allah", {0, 1, 2, 3}, ("~hizballah stands for hizballah 2, hezbollah 1, hizbullah 1",)),
        ('~"abu mazen"', {1, 2, 5}, ("~abu mazen stands for abu mazen 1, mahmud abbas 1, president abbas 1",)),
        ("~al-qaeda", {3, 4}, ("~al qaeda stands for alqaeda 1, alqaida 1, qaeda 1, qaida 1",)),
        ("subject:~hezbollah", set(), ("no cable has any of the 18 spellings of hezbollah",)),
        ("~hezbollah -~\"abu mazen\"", {0, 3}, (
            "~hezbollah stands for hizballah 2, hezbollah 1, hizbullah 1", "~abu mazen stands for abu mazen 1, mahmud abbas 1, president abbas 1")),
        ("~hezbollah w/1 leaders", {0}, ("~hezbollah stands for hizballah 2, hezbollah 1, hizbullah 1",)),
        ("para:(~gaddafi ~kyiv)", {5}, ("~gaddafi stands for qadhafi 2, gaddafi 1", "~kyiv stands for kiev 1, kyiv 1")),
        ("~lerovnyk", {6, 7, 8, 9, 10, 11}, ("the table of names has no 'lerovnyk': it stands for words that sound like it, lerovnik 5, lerovnyk 1",)),
        ('~"tsipi lerovnik"', {6}, (
            "the table of names has no 'tsipi': it stands for words that sound like it, tzipi 1",
            "the table of names has no 'lerovnik': it stands for words that sound like it, lerovnik 5, lerovnyk 1")),
        ("~xyzzy", set(), ("the table of names has no 'xyzzy', and no word of the archive sounds like it",)),
    ],
)  # fmt: skip
def test_a_name_finds_its_spellings_and_says_which(names, query, cables, notes):
    assert found(names, query) == (cables, notes)


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("hezbollah", ("hezbollah 1; with hizballah, hizbullah 4: write '~hezbollah'",)),
        ("-hezbollah", ("hezbollah 1; with hizballah, hizbullah 4: write '~hezbollah'",)),
        ("hezbollah w/5 mazen", ("hezbollah 1; with hizballah, hizbullah 4: write '~hezbollah'",)),
        ("body:hezbollah", ("hezbollah 1; with hizballah, hizbullah 4: write '~hezbollah'",)),
        ('"abu mazen"', ("abu mazen 1; with mahmud abbas, president abbas 3: write '~\"abu mazen\"'",)),
        ("talks abu mazen", ("abu mazen 1; with mahmud abbas, president abbas 3: write '~\"abu mazen\"'", "also found as: talk; write =word for one form alone")),
        ("al-qaida", ("al qaida 1; with alqaeda, alqaida, qaeda 2: write '~\"al qaida\"'",)),
        ("gaddafi", (ABOUT_GADDAFI + '; as TAGS tags:"QADHAFI, MUAMMAR" 1',)),
        ("gaddafi hezbollah", ("hezbollah 1; with hizballah, hizbullah 4: write '~hezbollah'", "gaddafi 1, hezbollah 1, together 0; gaddafi OR hezbollah 2")),  # the most rewarding one
        ("lerovnyk", ("lerovnyk 1; with lerovnik 6: write '~lerovnyk'",)),
        ("pashtun", ("pashtun 2; with pakhtun 3: write '~pashtun'", "also found as: pashtuns; write =word for one form alone")),
        ("=hezbollah", ()),
        ("hezb*", ()),
        ("hezbollah~1", ()),
        ("hezbollah OR hizbullah", ()),  # other spellings are thought of
        ("~hezbollah OR hezbollah", ("~hezbollah stands for hizballah 2, hezbollah 1, hizbullah 1",)),
        ('"hezbollah will"', ()),
        ('"abu mazen"~3', ()),
        ("lerovnik", ()),  # the common spelling
        ("harvest", ()),
        ("kevanyk", ()),  # printed as no name
        ("lathing", ()),
        ("subject:talk", ()),
    ],
)  # fmt: skip
def test_a_hint_names_other_spellings_that_the_archive_has(names, query, notes):
    assert found(names, query)[1] == notes


def test_a_hint_is_given_for_a_tenth_more_cables(make_telegram, tmp_path):
    for number in range(12):
        body = f"1. (C) The news from {'Peking' if number == 11 else 'Beijing'}."
        (tmp_path / f"{number}.txt").write_text(make_telegram(serial=number + 1, body=body), "utf-8")
    reftel.build([tmp_path], tmp_path / "archive")
    with reftel.open(tmp_path / "archive") as archive:
        assert archive.search("beijing").notes == ()  # 12 instead of 11
        assert archive.search("peking").notes == ("peking 1; with beijing 12: write '~peking'",)


def test_explain_shows_what_a_name_stood_for(names):
    explained = names.explain("~kiev")
    assert explained.query == "~kiev"
    assert explained.notes == ("~kiev stands for kiev 1, kyiv 1",)
    assert explained.root.text == "any of the words kiev, kiew, kijow, kyiv, kyyiv in subject, body, head"
    assert names.explain("~lerovnyk").root.text == "words that sound like lerovnyk in subject, body, head"


def test_spellings_are_marked(names):
    hit = names.search("~gaddafi subject:talk", sort="id").hits[0]
    assert [hit.paragraphs[0].text[start:end] for start, end in hit.paragraphs[0].highlights] == ["Qadhafi"]


def test_spellings_of_one_name_are_weighed_as_one_word(names):
    scores = {hit.key: hit.score for hit in names.search("~kiev").hits}
    assert len(scores) == 2
    assert max(scores.values()) < 1.5 * min(scores.values())
