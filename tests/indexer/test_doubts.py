"""What a person should look at first."""

import msgspec
import pytest

from reftel.indexer.doubts import KINDS, doubts_of
from reftel.indexer.survey import survey
from reftel.schema.cable import Cable, ClassifiedBy, Paragraph, Source
from reftel.schema.cable import Warning as CableWarning

BODY = "TEXT " * 100


def part(number, mark="C", level="C"):
    return Paragraph(number, mark, level, (), None, "The talks went on.")


SOUND = Cable(
    id="08ZAGREB123", classification="CONFIDENTIAL", subject="TALKS", signers=("ALDANE",), classified_by=ClassifiedBy("Ruth Aldane"),
    paragraphs=(part(1), part(2), part(3)), body=BODY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"paragraphs": (part(1), part(2, "S", "S"))}, [("mark-above-classification", "paragraph 2 is (S), the cable CONFIDENTIAL", 8)]),
        ({"paragraphs": (part(1), part(2, "U", "U"))}, []),
        ({"paragraphs": (part(1), part(2, None, None), part(3))}, [("mark-missing", "paragraph 2", 8)]),
        ({"paragraphs": (part(1, None, None), part(2, None, None), part(3))}, []),  # most have none
        ({"paragraphs": (part(1), part(3))}, [("numbers-jump", "1 is followed by 3", 4)]),
        ({"paragraphs": (part(2), part(3))}, [("numbers-jump", "the first is 2", 4)]),
        ({"paragraphs": (part(1), part(None), part(2))}, []),
        ({"paragraphs": (part(4), part(5)), "flags": ("partial",)}, []),
        ({"paragraphs": ()}, [("paragraphs-missing", "500 characters behind the head", 4)]),
        ({"paragraphs": (), "head_end": 480}, []),
        ({"subject": None}, [("subject-missing", "there is no subject", 3)]),
        ({"signers": ()}, [("signer-missing", "the text is whole, but nobody signed it", 3)]),
        ({"signers": (), "flags": ("truncated",)}, []),
        ({"classified_by": None}, [("officer-missing", "the cable is CONFIDENTIAL", 2)]),
        ({"classified_by": None, "classification": "UNCLASSIFIED", "paragraphs": ()}, [("paragraphs-missing", "500 characters behind the head", 4)]),
        ({"warnings": (CableWarning("id-repaired", "id", "a"), CableWarning("id-repaired", "id", "b"))}, [("id-repaired", "a", 6)]),
        ({"warnings": (CableWarning("tag-unknown", "tags", "a"), CableWarning("noforn-disagrees", "caveats", "b"))}, [("noforn-disagrees", "b", 4), ("tag-unknown", "a", 1)]),
        ({"warnings": (CableWarning("date-minutes-lost", "date", "a"),)}, [("date-minutes-lost", "a", 1)]),
    ],
)  # fmt: skip
def test_doubts(changes, expected):
    found = doubts_of(msgspec.structs.replace(SOUND, **changes))
    assert [(doubt.kind, doubt.message, doubt.weight) for doubt in found] == expected


def test_every_kind_is_documented():
    bare = Cable(classification="SECRET", body=BODY)
    marked = msgspec.structs.replace(SOUND, classification="UNCLASSIFIED", signers=(), paragraphs=(part(2), part(3), part(4, None, None)))
    assert {doubt.kind for cable in (bare, marked) for doubt in doubts_of(cable)} == set(KINDS)


def test_the_worst_come_first_and_so_many_only(monkeypatch, tmp_path):
    cables = [
        msgspec.structs.replace(SOUND, id=f"08ZAGREB{number}", source=Source("a.html", "cablegate-html"), **changes)
        for number, changes in enumerate([{"signers": ()}, {}, {"subject": None}, {"paragraphs": (part(1), part(2, "S", "S"))}])
    ]
    monkeypatch.setattr("reftel.indexer.survey.read_cables", lambda *_, **__: iter(cables))
    (tmp_path / "a.html").write_text("x", encoding="utf-8")
    result = survey([tmp_path], worst=2)
    assert [(each.key, each.weight) for each in result.doubtful] == [("08ZAGREB3", 8), ("08ZAGREB0", 3)]
    assert result.doubted == 3
    assert survey([tmp_path], worst=0).doubtful == []
