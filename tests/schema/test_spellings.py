"""The table of names in many spellings, and what a word may be spelled like."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reftel.schema.analysis import words
from reftel.schema.spellings import MOST_WORDS, alike, all_names, find_name, longest_name, shortest, sound
from reftel.schema.tables import read_table

ROWS = read_table("name_spellings")
KINDS = {"person", "organisation", "place"}


def spellings(row):
    return row["spellings"].split(";")


def test_the_table_is_read_as_any_csv_reader_reads_it():
    assert [(name.kind, name.name, [" ".join(each) for each in name.spellings]) for name in all_names()] == [
        (row["kind"], row["name"], spellings(row)) for row in ROWS
    ]


def test_every_row_has_a_kind_and_several_spellings_among_them_its_name():
    assert {row["kind"] for row in ROWS} == KINDS
    assert [row["name"] for row in ROWS if len(spellings(row)) < 2 or " ".join(words(row["name"])) not in spellings(row)] == []


def test_a_spelling_is_written_as_an_index_holds_it():
    assert [each for row in ROWS for each in spellings(row) if " ".join(words(each)) != each] == []


def test_a_spelling_means_one_name():
    assert [each for each, count in Counter(each for row in ROWS for each in spellings(row)).items() if count > 1] == []


def test_rows_stand_in_order():
    order = {"person": 0, "organisation": 1, "place": 2}
    keys = [(order[row["kind"]], " ".join(words(row["name"]))) for row in ROWS]
    assert keys == sorted(set(keys))


def test_the_longest_spelling_is_looked_for():
    assert max(each.count(" ") + 1 for row in ROWS for each in spellings(row)) == MOST_WORDS


def test_counted_spellings_stand_first_the_commonest_of_them_at_the_head():
    for row in ROWS:
        counted = row["source"].removeprefix("cables: ").split("; ")[0].split(", ") if row["source"].startswith("cables: ") else []
        seen = [re.fullmatch(r"(.+) (\d+)", each) for each in counted]
        assert [match[1] for match in seen] == spellings(row)[: len(seen)]
        assert [int(match[2]) for match in seen] == sorted((int(match[2]) for match in seen), reverse=True)
        assert len(seen) == len(spellings(row)) or row["source"].split("; rest: ")[-1]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Gaddafi", "Qadhafi"), ("al-Qadhdhafi", "Qadhafi"), ("Hezbollah", "Hizballah"), ("Hizb'allah", "Hizballah"), ("al-Qa'ida", "Al-Qaida"),
        ("Al Qaeda", "Al-Qaida"), ("Taleban", "Taliban"), ("Usama bin Ladin", "Bin Ladin"), ("Mahmud Abbas", "Abu Mazen"),
        ("Chou En-lai", "Zhou Enlai"), ("Mao Tse-tung", "Mao Zedong"), ("Kim Chong-il", "Kim Jong-il"), ("Kiev", "Kyiv"), ("Peking", "Beijing"),
        ("Côte d’Ivoire", "Cote d'Ivoire"), ("Ivory Coast", "Cote d'Ivoire"), ("Đinđić", "Djindjic"), ("Tskhinval", "Tskhinvali"),
        ("Hizb ut-Tahrir", "Hizb ut-Tahrir"), ("Ahmadi-Nejad", "Ahmadinejad"), ("Artsakh", "Nagorno-Karabakh"), ("Sarkisian", "Sargsian"),
    ],
)  # fmt: skip
def test_a_name_is_found_by_any_of_its_spellings(written, name):
    assert find_name(words(written)).name == name


@pytest.mark.parametrize(
    "written",
    ["Abbas", "Salah", "Salisbury", "Canton", "Medina", "bath", "let", "begin", "talib", "Sana", "meshed", "Gul", "al", "Minsk", "", "bin", "el minsk"],
)
def test_words_that_mean_more_than_a_name_are_in_no_row(written):
    assert find_name(words(written)) is None


def test_the_shortest_spellings_hold_no_other():
    found = shortest(find_name(["usama", "bin", "ladin"]))
    assert {("bin", "ladin"), ("binladin",)} <= set(found)
    assert ("usama", "bin", "ladin") not in found


def test_of_words_side_by_side_the_most_are_taken():
    assert longest_name(words("the Al-Qaida in the Islamic Maghreb leaders"), 1)[0].name == "AQIM"
    assert longest_name(words("al-Qaida leaders"))[1] == 2
    assert longest_name(words("nobody here")) is None


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("shalgam", "shalgham"), ("qayyum", "kayoum"), ("zelensky", "zelenskiy"), ("mohamad", "mohammad"), ("tsipi", "tzipi"), ("wajid", "vajid"),
        ("zhvania", "jvania"), ("sedat", "sidat"), ("osman", "usman"), ("ali", "ali"), ("ibrahim", "ibraim"),
    ],
)  # fmt: skip
def test_romanisations_of_a_name_sound_alike(word, other):
    assert alike(word, other)
    assert alike(other, word)


@pytest.mark.parametrize(
    ("word", "other"),
    [("london", "linden"), ("hariri", "harare"), ("kerry", "cairo"), ("gandhi", "kandy"), ("said", "saeed"), ("ali", "aly"), ("ismail", "inmail"), ("hamid", "amid"), ("", "a")],
)
def test_other_words_do_not(word, other):
    assert not alike(word, other)
    assert not alike(other, word)


def test_a_sound_is_never_empty_but_of_nothing():
    assert (sound(""), sound("h"), sound("qqq")) == ("", "h", "k")
