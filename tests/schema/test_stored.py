"""Records as an archive keeps them: every cable comes back as it was, and what is damaged or hostile is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.schema.cable import Cable, Paragraph
from reftel.schema.errors import ArchiveDamaged
from reftel.schema.stored import Stored, cable_of, record_bytes

ONE, TWO, THREE = "The lake was calm on the day of the visit.", "A boat came.\nIt carried three ministers and an oar,\nof which two rowed.", "Nothing else was seen."
_TEXTS = st.lists(st.sampled_from([ONE, TWO, THREE, " ", "\n", "\n\n", "   \n", "\u2028", "é", "2. (C) ", "CONFIDENTIAL"]), max_size=8).map("".join)


def cable(*texts, body="", **values):
    return Cable(id="08POST1", subject="LAKES", paragraphs=tuple(Paragraph(1, "C", "C", (), None, text) for text in texts), body=body, **values)


@given(st.lists(_TEXTS, max_size=6), _TEXTS | st.text(st.characters(exclude_categories=["Cs"])), st.text("abc \n", max_size=9))
def test_a_cable_comes_back(texts, body, header):
    before = cable(*texts, body=body, header=header, tags=("PREL",), head_end=3, date="2008-02-13", classification="SECRET")
    assert cable_of(record_bytes(before)) == before


def test_what_other_lines_have_is_not_in_the_rest():
    rest = json.loads(record_bytes(cable(ONE, body=ONE, date="2008-02-13", classification="SECRET", tags=("PREL",))).split(b"\n")[-2])
    assert {name for name, value in rest.items() if value} == {"tags"}


KEPT_ONCE = [
    # paragraphs, body, characters that the body keeps itself at most
    ((ONE, TWO), f"1. (C) {ONE}\n\n2. (C) {TWO}\n", 18),
    ((ONE, TWO), "1. (C) " + f"{ONE}\n\n{TWO}\n".replace("\n", "   \n"), 20),
    ((TWO,), f"2. (C) {TWO[:52]}\n\nSIPDIS\n{TWO[53:]}", 50),  # a line was taken out; the short end is no piece
    ((TWO, THREE), f"{THREE}\n{TWO}", 23),  # not in order
    (("Short.",), "1. Short.", 9),
    ((ONE,), "x" * (1 << 16) + ONE, (1 << 16) + len(ONE)),  # too far behind
    (("A boat.\n" * 9 + ONE,), "A boat.\n" * 9 + ONE, 0),
    (("Short.\n" + f"{ONE}\n" * 4,), f"{ONE}\n" * 4, 0),
    ((), "No paragraphs.", 14),
    ((ONE,), "", 0),
]


@pytest.mark.parametrize(("texts", "body", "most"), KEPT_ONCE)
def test_what_paragraphs_have_is_not_kept_once_more(texts, body, most):
    before = cable(*texts, body=body)
    *_, line = record_bytes(before).split(b"\n")
    assert len(line) <= most + 60
    assert cable_of(record_bytes(before)) == before


def test_a_record_is_read_as_far_as_it_is_asked_for():
    lines = record_bytes(cable(ONE, TWO, body=f"{ONE}\n{TWO}")).split(b"\n")
    only = Stored([lines[0], b"", lines[2], b"{", b"{"])
    assert (only.head.id, only.head.subject, only.paragraph(1).text) == ("08POST1", "LAKES", TWO)
    for number in (-1, 2):
        with pytest.raises(IndexError):
            only.paragraph(number)
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        _ = only.cable


GLANCE, REST = b'{"id":"08POST1"}', b"{}"
PARAGRAPHS = tuple(b'{"number":1,"mark":null,"level":null,"caveats":[],"heading":null,"text":"%b"}' % text for text in (b"abc", b"def"))
DAMAGED = [
    b"", b"{", b"\n".join([GLANCE, REST]), b"\n".join([GLANCE, *PARAGRAPHS, REST, b"[]"]), b"\n".join([b"[" * 9999, REST, b"{}"]),
    b"\n".join([GLANCE, b"1", REST, b"{}"]), b"\n".join([GLANCE, REST, b'{"pieces":[0]}']), b"\n".join([GLANCE, *PARAGRAPHS, REST, b'{"pieces":["x"],"blanks":"\\n"}']),
    *(b"\n".join([GLANCE, *PARAGRAPHS, REST, b'{"pieces":%b}' % pieces]) for pieces in (b"[2]", b"[-1]", b"[0,0]", b"[1,0]", b"[[0,0,2],[0,1,3]]", b"[[0,0,2],0]", b"[1,1,1]")),
]  # fmt: skip


@pytest.mark.parametrize("record", DAMAGED)
def test_what_is_no_record(record):
    with pytest.raises(ArchiveDamaged, match=r"cannot be read \((?!None)"):
        cable_of(record)


def test_parts_of_paragraphs():
    record = b"\n".join([GLANCE, *PARAGRAPHS, REST, b'{"pieces":["x",[0,0,2],[0,2,3],"y\\n",1],"blanks":"  \\n"}'])
    assert cable_of(record).body == "xabcy  \ndef"
