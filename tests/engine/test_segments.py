"""However records come into an index (at once, in small commits, through a memory that is too small, merged), it holds the same."""

from __future__ import annotations

import errno
import os
import pickle
import random
from collections import Counter

import numpy as np
import pytest

from reftel.engine import batch, merging, termsets
from reftel.engine.arrays import PLACE_BITS
from reftel.engine.batch import BatchMaker, new_vocabularies
from reftel.engine.errors import EngineError
from reftel.engine.interning import Vocabulary
from reftel.engine.inversion import TextInverter
from reftel.engine.merging import MOST_IN_A_RUN, MOST_SEGMENTS, choose
from reftel.engine.reader import open_reader
from reftel.engine.specs import FieldSpec, Record, Region, count_words, join_words
from reftel.engine.writer import open_writer

SPECS = (
    FieldSpec("body", "text", regions=True, roots=True), FieldSpec("head", "text"), FieldSpec("tags", "keyword", facet=True, sort=True),
    FieldSpec("size", "number"),
)  # fmt: skip
WORDS = [f"word{number}" for number in range(60)] + ["fox", "foxes", "hen", "met", "meetings"]
ROOTS = {"foxes": ["fox"], "met": ["meet"], "meeting": ["meet"], "meetings": ["meeting"], "leaves": ["leaf", "leave"]}


def roots(words):
    return [ROOTS.get(word, []) for word in words]


def records(count):
    pick = random.Random(3)
    for number in range(count):
        blocks = [join_words(pick.choices(WORDS, k=pick.randrange(30))) for _ in range(pick.randrange(4))]
        joined = [(place, 0, "joined") for place, block in enumerate(blocks) if block and pick.random() < 0.1]
        regions = [Region(place, pick.choice([None, 0, 3]), tuple(pick.sample("NO", pick.randrange(3)))) for place in range(len(blocks))]
        tags = pick.choices(["P", "Q", "R"], k=pick.randrange(3))
        yield Record(
            f"k{number}", bytes(str(number), "ascii") * pick.randrange(2000), {"body": blocks, "head": [f"h{number % 9}"]}, {"tags": tags},
            {"size": pick.choice([None, number, -(2**62)])}, {"tags": tags}, regions, {"body": joined},
        )  # fmt: skip


RECORDS = tuple(records(700))


def all_at_once(folder):
    with open_writer(folder, SPECS, roots=roots) as writer:
        for record in RECORDS:
            writer.add(record)


def in_small_commits(folder):
    for start in range(0, len(RECORDS), 37):
        with open_writer(folder, SPECS, roots=roots) as writer:
            for record in RECORDS[start : start + 37]:
                writer.add(record)


def with_too_little_memory(folder):
    with open_writer(folder, SPECS, roots=roots, memory_mb=0) as writer:
        for record in RECORDS:
            writer.add(record)


def with_replacements_and_deletions(folder):
    for stop in (300, 500, 700):
        with open_writer(folder, SPECS, roots=roots) as writer:
            for record in RECORDS[stop - 300 if stop > 300 else 0 : stop]:
                writer.replace(Record(record.key, b"old", {"body": ["old\nold\nold\nold\nold"]}))
                writer.replace(record)
            writer.add(Record("gone", b"gone", {"body": ["fox\ngone"]}, {"tags": ["GONE"]}, facets={"tags": ["GONE"]}))
            writer.delete("gone")


def in_many_batches(folder, memory_mb=512):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "_MOST", 20)
        with open_writer(folder, SPECS, roots=roots, memory_mb=memory_mb) as writer:
            for number, record in enumerate(RECORDS):
                writer.replace(Record(record.key, b"old", {"body": ["old\nold"]}))
                writer.replace(record)
                if number % 50 == 0:
                    writer.add(Record(f"gone{number}", b"gone", {"body": ["gone"]}, {"tags": ["GONE"]}))
                if number % 50 == 49:
                    writer.delete(f"gone{number - 49}")


def in_many_batches_with_too_little_memory(folder):
    in_many_batches(folder, memory_mb=0)


def merged(folder):
    with_replacements_and_deletions(folder)
    with open_writer(folder, SPECS, roots=roots) as writer:
        writer.commit(optimize=True)


def content(folder):
    """Everything that an index holds, by key."""
    reader = open_reader(folder)
    live = np.flatnonzero(reader.live)
    key = {document: reader.key(document) for document in live.tolist()}
    found = {name: {} for name in ("stored", "words", "tags", "size", "facet", "lengths", "regions", "order")}
    sizes, lengths = reader.numbers("size"), reader.lengths("body")
    for document, name in key.items():
        assert reader.document(name) == document
        found["stored"][name] = reader.record(document)
        found["size"][name], found["lengths"][name] = int(sizes[document]), int(lengths[document])
    for term in reader.terms("body"):
        documents, counts = reader.postings("body", term)
        places = reader.places("body", term)
        assert documents.tolist() == np.unique(places >> PLACE_BITS).tolist()
        assert counts.tolist() == np.unique(places >> PLACE_BITS, return_counts=True)[1].tolist()
        few = reader.places_of(reader.exactly("body", [term]), documents[::7])
        assert set(few.tolist()) >= set(places[np.isin(places >> PLACE_BITS, documents[::7])].tolist())
        if len(documents):
            found["words"][term] = sorted((key[place >> PLACE_BITS], place & 0xFFFF) for place in places.tolist())
    for term in reader.terms("tags"):
        found["tags"][term] = sorted(key[document] for document in reader.postings("tags", term)[0].tolist())
    facet = reader.facet("tags")
    for document, code in zip(facet.documents.tolist(), facet.codes.tolist(), strict=True):
        if document in key:
            found["facet"].setdefault(key[document], []).append(facet.values[code])
    regions = reader.regions()
    labels = [{label for label, numbers in regions.labels.items() if number in numbers} for number in range(len(regions.starts))]
    rows = zip(regions.documents.tolist(), (regions.starts & 0xFFFF).tolist(), (regions.ends & 0xFFFF).tolist(), regions.levels.tolist(), labels, strict=True)
    for document, *row in rows:
        if document in key:
            found["regions"].setdefault(key[document], []).append(row)
    found["order"] = [key[document] for document in live[np.lexsort((reader.key_order()[live], reader.order("tags")[live]))].tolist()]
    found["foxes"] = sorted(key[document] for document in reader.postings_of(reader.with_forms("body", ["fox"]))[0].tolist())
    found["prefix"] = sorted(key[document] for document in reader.postings_of(reader.with_prefix("body", "word1"))[0].tolist())
    found["prefix places"] = len(reader.places_of(reader.with_prefix("body", "word1")))
    assert reader.verify() == []
    reader.close()
    return {name: values for name, values in found.items() if name != "tags"} | {"tags": {term: keys for term, keys in found["tags"].items() if keys}}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    all_at_once(folder)
    return content(folder)


def test_what_an_index_holds_is_what_was_put_in(expected):
    body = {record.key: record for record in RECORDS}
    assert expected["stored"] == {key: record.stored for key, record in body.items()}
    assert expected["lengths"] == {key: sum(map(count_words, record.texts["body"])) for key, record in body.items()}
    positions = sorted(
        (key, place + sum(count_words(before) + 1 for before in record.texts["body"][:number]))
        for key, record in body.items()
        for number, block in enumerate(record.texts["body"])
        for place, word in enumerate(block.split("\n"))
        if word == "fox"
    )
    assert expected["words"]["fox"] == positions
    assert len(expected["words"]["joined"]) == sum(len(record.joined["body"]) for record in RECORDS)
    assert expected["foxes"] == sorted({key for word in ("fox", "foxes") for key, _place in expected["words"][word]})
    assert expected["facet"] == {key: list(dict.fromkeys(record.facets["tags"])) for key, record in body.items() if record.facets["tags"]}


@pytest.mark.parametrize(
    "way",
    [
        in_small_commits, with_too_little_memory, with_replacements_and_deletions, in_many_batches,
        in_many_batches_with_too_little_memory, merged,
    ],
)  # fmt: skip
def test_it_does_not_matter_how_records_come_in(tmp_path, expected, way):
    way(tmp_path)
    found = content(tmp_path)
    for name, values in expected.items():
        assert found[name] == values, name
    assert len(list(tmp_path.glob("*.seg"))) <= MOST_IN_A_RUN
    assert len(list(tmp_path.iterdir())) <= MOST_IN_A_RUN + 2


@pytest.mark.parametrize("together", [0, 1 << 14])
def test_terms_that_stand_apart(tmp_path, expected, monkeypatch, together):
    monkeypatch.setattr(termsets, "_TOGETHER", together)
    with_replacements_and_deletions(tmp_path)
    reader = open_reader(tmp_path)
    for terms in (("word3", "word31", "word5", "nowhere"), ("fox", "hen"), tuple(WORDS[::2])):
        wanted = Counter(key for term in terms for key, _place in expected["words"].get(term, ()))
        documents, counts = reader.postings_of(reader.exactly("body", terms))
        assert dict(zip(map(reader.key, documents.tolist()), counts.tolist(), strict=True)) == wanted
    for tags in (("P", "R"), ("Q",)):
        wanted = {key for tag in tags for key in expected["tags"][tag]}
        assert set(map(reader.key, reader.postings_of(reader.exactly("tags", tags))[0].tolist())) == wanted
    reader.close()


@pytest.mark.parametrize("often", [255, 256, 257, 65536])
def test_a_word_that_stands_often_in_a_document(tmp_path, often):
    with open_writer(tmp_path, SPECS) as writer:
        writer.add(Record("a", b"", {"body": [join_words(["fox"] * often)]}))
        writer.add(Record("b", b"", {"body": [join_words(["fox", "foxes"])]}))
    reader = open_reader(tmp_path)
    assert reader.postings("body", "fox")[1].tolist() == [often, 1]
    assert len(reader.places("body", "fox")) == often + 1
    assert len(reader.places_of(reader.with_prefix("body", "fox"))) == often + 2
    assert reader.postings_of(reader.with_prefix("body", "fox"))[1].tolist() == [often, 2]
    reader.close()


def test_segments_share_the_dictionary_of_the_first(tmp_path):
    lone = Record("lone", b"lone")
    with open_writer(tmp_path, SPECS) as writer:
        writer.add(lone)
    for some in (RECORDS[:400], RECORDS[400:]):
        with open_writer(tmp_path, SPECS) as writer:
            for record in some:
                writer.add(record)
    with open_writer(tmp_path, SPECS) as writer:
        writer.delete("k5")
        writer.commit(optimize=True)
    reader = open_reader(tmp_path)
    assert reader.dictionary()
    for record in (lone, *RECORDS[:5], *RECORDS[6:]):
        assert reader.record(reader.document(record.key)) == record.stored
    reader.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_without_room_for_a_merge_nothing_is_merged_and_nothing_lost(tmp_path, expected, monkeypatch, number):
    def full(*_given):
        raise OSError(number, os.strerror(number))

    with_replacements_and_deletions(tmp_path)
    before = len(list(tmp_path.glob("*.seg")))
    with monkeypatch.context() as patch:
        patch.setattr(merging, "put_columns", full)  # when nearly all of the merged segment was written
        with open_writer(tmp_path, SPECS, roots=roots) as writer:
            writer.add(Record("last", b"last", {"body": ["fox"]}))
            assert writer.commit(added=10_000)
    assert len(list(tmp_path.glob("*.seg"))) == before + 1
    assert not list(tmp_path.glob("*.new"))
    with open_writer(tmp_path, SPECS, roots=roots) as writer:
        writer.delete("last")
        writer.commit(added=10_000)
    assert len(list(tmp_path.glob("*.seg"))) == 1
    assert content(tmp_path) == expected


def test_merging_drops_what_was_deleted(tmp_path):
    merged(tmp_path)
    reader = open_reader(tmp_path)
    assert reader.size == reader.documents == len(RECORDS)
    assert not {"gone", "old"} & set(reader.terms("body"))
    assert "GONE" not in reader.facet("tags").values
    reader.close()


@pytest.mark.parametrize(
    ("sizes", "added", "chosen"),
    [
        ([], 0, []), ([(5, 5)] * 5, 0, []), ([(2, 5)], 0, [0]), ([(2, 5)], None, [0]), ([(900, 1000)], 0, []), ([(900, 1000)], 900, []),
        ([(1, 1)] * 6, 0, list(range(6))), ([(10**6, 10**6), *[(1, 1)] * 5], 1, list(range(1, 6))),
        ([(2**n, 2**n) for n in range(5)], 0, []), ([(2**n, 2**n) for n in range(6)], 0, [0, 1]),
        ([(10**4, 10**4)] * 24, None, []), ([(10**4, 10**4)] * 25, None, list(range(25))),
        ([(10**4, 10**4)] * 2, 2 * 10**4, [0, 1]), ([(10**5, 10**5)] * 4, 4 * 10**5, [0, 1, 2]),
        ([(10**6, 10**6), (300, 300), (100, 100)], 100, [1, 2]), ([(10**6, 10**6), (301, 301), (100, 100)], 100, []), ([(10**6, 10**6), (1, 1)], 1, []),
    ],
)  # fmt: skip
def test_which_segments_are_merged(sizes, added, chosen):
    assert choose(sizes, added) == chosen


def written(commits):
    """How many documents are rewritten by commits of so many documents, each given as (documents, as of `choose`), and the segments that are left."""
    sizes, rewritten = [], 0
    for documents, added in commits:
        sizes.append((documents, documents))
        chosen = choose(sizes, added)
        total = sum(sizes[number][0] for number in chosen)
        rewritten += total
        if chosen:
            sizes = [size for number, size in enumerate(sizes) if number not in chosen] + [(total, total)]
        assert len(sizes) <= (MOST_IN_A_RUN if added is None else MOST_SEGMENTS)
    return rewritten, sizes


def test_many_small_commits_seldom_rewrite_a_document():
    assert written([(1, 1)] * 1000)[0] < 12 * 1000
    assert written([(250_000, 250_000), *[(100, 100)] * 365])[0] < 12 * 36_500


@pytest.mark.parametrize(("steps", "times"), [(2, 1), (10, 1), (24, 1), (30, 2)])
def test_a_long_run_rewrites_its_documents_once_and_leaves_one_segment(steps, times):
    rewritten, sizes = written([*[(10_000, None)] * (steps - 1), (10_000, 10_000 * steps)])
    assert rewritten <= times * 10_000 * steps
    assert sizes == [(10_000 * steps, 10_000 * steps)]


def test_a_batch_can_be_sent_to_another_process():
    vocabularies = new_vocabularies(SPECS)
    maker = BatchMaker(SPECS)
    for record in RECORDS[:10]:
        maker.add(record)
    batch = pickle.loads(pickle.dumps(maker)).take(vocabularies)
    assert batch.size == 10
    assert len(batch.inverted["body"].terms) == len(vocabularies["body"])


def test_more_different_words_than_16_bits_number():
    words = [f"w{number}" for number in range(70_000)]
    vocabulary = Vocabulary()
    assert vocabulary.numbers(["w0"]).tolist() == [0]
    inverter = TextInverter()
    inverter.add([[join_words(words)], [join_words(words[::-1])]])
    found, _blocks = inverter.take(vocabulary)
    assert sorted(found.terms.tolist()) == list(range(70_000))
    assert found.counts.tolist() == [2] * 70_000
    assert found.documents.tolist() == [0, 1] * 70_000
    first = found.positions.reshape(-1, 2)[found.terms.tolist().index(0)]
    assert first.tolist() == [0, 69_999]
    assert (found.positions.reshape(-1, 2).sum(axis=1) == 69_999).all()


@pytest.mark.parametrize(
    "record",
    [
        Record("k", b"", numbers={"size": 2**63}), Record("k", b"", numbers={"size": -(2**63)}),
        Record("k", b"", {"body": ["a"]}, regions=[Region(1)]), Record("k", b"", {"body": ["a", "b"]}, regions=[Region(1), Region(0)]),
        Record("k", b"", {"body": ["a"]}, regions=[Region(0, -1)]), Record("k", b"", {"body": ["a"]}, joined={"body": [(0, 1, "b")]}),
    ],
)  # fmt: skip
def test_records_that_contradict_themselves(tmp_path, record):
    with open_writer(tmp_path, SPECS) as writer, pytest.raises(EngineError, match="can't be indexed"):
        writer.add(record)


def test_words_with_anything_in_them(tmp_path):
    words = ["b" * 40, "a", "\ud800", "", "\x00"]
    with open_writer(tmp_path, SPECS) as writer:
        writer.add(Record("k", b"", {"body": [join_words(words)]}))
    reader = open_reader(tmp_path)
    assert reader.terms("body") == sorted(words)
    assert [reader.places("body", word).tolist() for word in words] == [[0], [1], [2], [3], [4]]
    reader.close()


def test_an_index_without_roots_says_so(tmp_path):
    with open_writer(tmp_path, SPECS) as writer:
        writer.add(Record("k", b"", {"body": ["fox"]}))
    reader = open_reader(tmp_path)
    assert reader.with_forms("body", ["fox"]) is None
    assert reader.roots("fox") is None
    reader.close()


def test_forms_of_words_in_several_segments(tmp_path):
    for number, text in enumerate(("met\nfoxes\nhen", "meeting\nleaves", "meetings\nfox", "leaf")):
        with open_writer(tmp_path, SPECS, roots=roots) as writer:
            writer.add(Record(f"k{number}", b"", {"body": [text], "head": ["vixen"]}))
    reader = open_reader(tmp_path)
    known = {word: reader.roots(word) for word in ("met", "meeting", "fox", "leaves", "leaf", "meet", "leave", "vixen")}
    assert known == {"met": ("meet",), "meeting": ("meet",), "fox": (), "leaves": ("leaf", "leave"), "leaf": (), "meet": None, "leave": None, "vixen": None}
    assert [word for word in ("met", "meet", "leave", "fox", "foxy", "vixen") if reader.is_root(word)] == ["met", "meet", "leave", "fox"]
    for words, found in (
        (["meet"], ["meeting", "met"]), (["meeting", "meet"], ["meeting", "meetings", "met"]), (["fox"], ["fox", "foxes"]), (["foxes"], ["foxes"]),
        (["leave"], ["leaves"]), (["leaves", "leaf", "leave"], ["leaf", "leaves"]), (["vixen"], []),
    ):  # fmt: skip
        terms = reader.with_forms("body", words)
        assert reader.listed(terms) == found, words
        assert reader.document_counts(terms) == dict.fromkeys(found, 1)
    assert reader.with_forms("head", ["vixen"]) is None
    reader.close()
