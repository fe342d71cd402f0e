"""Whatever happened to a file, reading it gives records that keep their promises, or a reftel error, and nothing else."""

from __future__ import annotations

import datetime
import functools
import json
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import reftel
from reftel.record import record_of
from reftel.schema.identifiers import canonical_id
from reftel.schema.scales import CLASSIFICATION

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path for path in (ROOT / "corpus_samples").rglob("*") if path.is_file() and path.suffix != ".md")
CORPUS = sorted((ROOT.parent / "shared" / "corpus").rglob("*.html"))[::9]  # every ninth page: all years are met
FILES = SAMPLES + CORPUS
FLAGS = {"partial", "redacted", "truncated", "corrected", "multi-cable", "mismatch"}
SECONDS = 5
"""CPU time within which any mutated page must be read; whole pages take some milliseconds."""

Mutation = Callable[[bytes, random.Random], bytes]


@functools.cache
def content(path: Path) -> bytes:
    return path.read_bytes()


# -- mutations: bytes and a seeded chance -> other bytes ----------------------------------------------------------------------------


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def cut_front(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(len(data) + 1) :]


def double(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"", b"\n", b"\n\n")) + data


def splice(data: bytes, chance: random.Random) -> bytes:
    other = content(chance.choice(FILES))
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def delete_lines(data: bytes, chance: random.Random) -> bytes:
    return b"\n".join(line for line in lines(data) if chance.random() > 0.1)


def insert_lines(data: bytes, chance: random.Random) -> bytes:
    """Lines of another file between those of this one: banners, labels and paragraphs where none belong."""
    parts, others = lines(data), lines(content(chance.choice(FILES)))
    for _ in range(5):
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(others))
    return b"\n".join(parts)


def shuffle_lines(data: bytes, chance: random.Random) -> bytes:
    parts = lines(data)
    chance.shuffle(parts)
    return b"\n".join(parts)


def lines(data: bytes) -> list[bytes]:
    """Lines of a file; those of a mirror's page are written as entities."""
    return re.split(rb"\n|(?=&#x000A;)", data)


def encode(encoding: str) -> Mutation:
    def encoded(data: bytes, chance: random.Random) -> bytes:
        return data.decode("utf-8", "replace").encode(encoding, "replace")

    return encoded


def flip_bytes(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 40)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def insert_nulls(data: bytes, chance: random.Random) -> bytes:
    parts = bytearray(data)
    for _ in range(chance.randrange(1, 10)):
        parts[chance.randrange(len(parts) + 1) : 0] = b"\x00" * chance.choice((1, 1, 200))
    return bytes(parts)


def strip_newlines(data: bytes, chance: random.Random) -> bytes:
    gap = chance.choice((b"", b" ", b"  "))
    return data.replace(b"&#x000A;", gap).replace(b"\n", gap)


def carriage_returns(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\r\r\n")))


def change_case(data: bytes, chance: random.Random) -> bytes:
    return chance.choice((bytes.upper, bytes.lower, bytes.title, bytes.swapcase))(data)


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        cut, cut_front, double, splice, delete_lines, insert_lines, shuffle_lines, flip_bytes, insert_nulls, strip_newlines,
        carriage_returns, change_case,
    )
} | {name: encode(name) for name in ("utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32")}  # fmt: skip


# -- what every record promises ------------------------------------------------------------------------------------------------------


def check_record(cable: reftel.Cable) -> None:
    """Every invariant of the record that holds whatever the input was."""
    values = cable.to_dict()
    assert reftel.Cable.from_dict(values) == cable
    assert reftel.Cable.from_dict(json.loads(json.dumps(values, ensure_ascii=False).encode("utf-8"))) == cable
    check_identity(cable)
    check_dates(cable)
    assert set(cable.flags) <= FLAGS
    assert list(cable.flags) == sorted(set(cable.flags))
    assert list(cable.caveats) == sorted(set(cable.caveats))
    assert cable.classification is None or CLASSIFICATION.rank(cable.classification) is not None
    check_head(cable)
    check_paragraphs(cable)
    assert len(record_of(cable).regions) == len(cable.paragraphs)


def check_identity(cable: reftel.Cable) -> None:
    for printed in (cable.id, cable.body_id, *(ref.id for ref in cable.refs)):
        assert printed is None or canonical_id(printed) == printed
    assert cable.key
    assert all(ref.kind == "cable" or ref.id is None for ref in cable.refs)


def check_dates(cable: reftel.Cable) -> None:
    assert (cable.date is None) == (cable.date_precision is None) == (cable.date_source is None)
    if cable.date:
        moment = datetime.datetime.strptime(cable.date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
        assert moment.strftime("%Y-%m-%dT%H:%M:%SZ") == cable.date
    if cable.declassify_on:
        assert datetime.date.fromisoformat(cable.declassify_on).isoformat() == cable.declassify_on


def check_head(cable: reftel.Cable) -> None:
    for line in (cable.subject, cable.summary, *cable.tags, *cable.signers, *(person.name for person in cable.recipients)):
        assert line is None or (line and "\n" not in line and line == line.strip())
    assert all(name == name.upper() for name in cable.signers)
    assert len(set(cable.tags)) == len(cable.tags)
    assert cable.sections is None or cable.sections > 0
    assert all(warning.code and warning.field and warning.message for warning in cable.warnings)


def check_paragraphs(cable: reftel.Cable) -> None:
    """Every word of a paragraph stands in the body, in order; banners, NULs and the site's pilcrows between them were taken out."""
    whole = "".join(cable.body.replace("¶", "").replace("\0", "").split())
    place = 0
    for paragraph in cable.paragraphs:
        assert paragraph.text == paragraph.text.strip()
        assert paragraph.number is None or 0 <= paragraph.number < 10_000
        for word in paragraph.text.replace("¶", "").split():
            found = whole.find(word, place)
            assert found >= 0, f"{word!r} of paragraph {paragraph.number} is not in the body behind the text before it"
            place = found + len(word)


def read(path: Path) -> tuple[list[reftel.Cable], list[reftel.SourceError]]:
    errors: list[reftel.SourceError] = []
    return list(reftel.read_cables(path, on_error=errors.append)), errors


def check_file(data: bytes) -> list[reftel.Cable]:
    """Reads ``data`` as a file; every record found is checked. Anything but a reftel error escapes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mutated")
        path.write_bytes(data)
        cables, errors = read(path)
        assert cables or errors, "a file that gives neither a cable nor an error"
        assert all(str(error).startswith(str(path)) for error in errors)
        if errors:
            with pytest.raises(reftel.ReftelError):
                list(reftel.read_cables(path))
    for cable in cables:
        check_record(cable)
    return cables


# -- tests ---------------------------------------------------------------------------------------------------------------------------

quick = settings(deadline=SECONDS * 1000, suppress_health_check=[HealthCheck.too_slow])
files = st.sampled_from(FILES)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_untouched_samples_keep_the_promises(path: Path) -> None:
    assert check_file(content(path))


def test_a_number_of_eight_digits_makes_no_id() -> None:
    """A banner's serial is printed with eight digits, of which the first are zeros unless a byte flipped."""
    text = "SUBJECT: OMAN\n\n1. (C) One.\nMUSCAT {}  002 OF 002\nTwo."
    assert reftel.normalize_text(text.format("00000101"), id="08OSLO1").body_id == "08MUSCAT101"
    assert reftel.normalize_text(text.format("40000101"), id="08OSLO1").body_id is None


@pytest.mark.parametrize("name", MUTATIONS)
@settings(quick, max_examples=25)
@given(path=files, seed=seeds)
def test_a_mutated_file_gives_sound_records_or_reftel_errors(name: str, path: Path, seed: int) -> None:
    check_file(MUTATIONS[name](content(path), random.Random(seed)))


@settings(quick, max_examples=60)
@given(path=files, seed=seeds, names=st.lists(st.sampled_from(sorted(MUTATIONS)), min_size=2, max_size=4))
def test_mutations_one_after_the_other(path: Path, seed: int, names: list[str]) -> None:
    data, chance = content(path), random.Random(seed)
    for name in names:
        data = MUTATIONS[name](data, chance) or b"\n"
    check_file(data)


@settings(quick, max_examples=60)
@given(path=files, seed=seeds, name=st.sampled_from(sorted(MUTATIONS)), own=st.one_of(st.none(), st.text(max_size=20)))
def test_mutated_text_as_a_fragment(path: Path, seed: int, name: str, own: str | None) -> None:
    text = MUTATIONS[name](content(path), random.Random(seed)).decode("utf-8", "replace")
    check_record(reftel.normalize_text(text, id=own))


@settings(quick, max_examples=100)
@given(text=st.text(max_size=400))
def test_any_text_is_a_fragment(text: str) -> None:
    check_record(reftel.normalize_text(text))


@settings(quick, max_examples=60)
@given(data=st.binary(min_size=0, max_size=400))
def test_any_bytes_are_a_file(data: bytes) -> None:
    check_file(data)


WORDS = st.sampled_from(
    """1. (C) 2. (S/NF) ¶3. ¶A. (U) -- ------- XXXXXXXXXXXX SUBJECT: TAGS: TAGS REF: REFTEL A. B. STATE 123 BAKU 000123 08BAKU123 E.O. 12958: DECL:
    01/01/2019 Classified By: DCM Jane Roe for reasons 1.4 (b) and (d). SIPDIS NOFORN CONFIDENTIAL S E C R E T SECTION 01 OF 02 FM TO INFO XMT
    RUEHC/SECSTATE WASHDC PRIORITY 1234 P 130512Z FEB 08 VZCZCXYZ0001 ZNY CCCCC ZZH Summary: End summary. Comment ROE NNNN MINIMIZE CONSIDERED PAGE
    LONDON 00000290 002 OF 003 OVIP (ROE, JANE) PREL PGOV GP-3 QUOTE UNQUOTE ... , ; : / " ’""".split()
)  # fmt: skip


@settings(quick, max_examples=150)
@example(parts=[("TAGS:", " "), (":", " "), ("1.", " ")])
@example(parts=[("TO", "\n"), ("1.", " "), ("...", " ")])
@given(parts=st.lists(st.tuples(WORDS, st.sampled_from([" ", "  ", "\n", "\n\n", ""])), max_size=60))
def test_any_words_of_a_cable_in_any_order(parts: list[tuple[str, str]]) -> None:
    """What only the vocabulary of cables can trip: every rule is met by pieces of what it reads."""
    check_record(reftel.normalize_text("".join(word + gap for word, gap in parts)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_an_encoding_changes_no_record(path: Path, encoding: str, tmp_path: Path) -> None:
    """The record does not depend on how the text was encoded, as far as the encoding can hold it."""
    other = tmp_path / path.name
    other.write_bytes(content(path).decode("utf-8").encode(encoding))
    expected, _ = read(path)
    found, _ = read(other)
    assert [without_source(cable) for cable in found] == [without_source(cable) for cable in expected]


def without_source(cable: reftel.Cable) -> dict[str, object]:
    return cable.to_dict() | {"source": cable.source and cable.source.locator}
