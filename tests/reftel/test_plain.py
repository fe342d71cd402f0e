"""Plain lines are those that rich would print, character for character."""

from __future__ import annotations

import contextlib
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reftel.render import plain
from reftel.render.console import make_console
from reftel.render.excerpts import EXCERPT
from reftel.render.tables import print_hit
from reftel.schema.cable import Cable
from reftel.search.results import FoundBy, Hit, HitParagraph

_CHARACTERS = st.sampled_from("aB3  \u00a0\t\n\r\x1b\u201c\u2026\u0434\u00ad\u4e2d\u0301\u202e")
_WORDS = st.sampled_from(["a", "precedent", "x" * 130, " ", "  ", "\n", "“Minsk", "Group” ", "\u00a0", "…", "ж" * 40])
_LINES = st.lists(_WORDS, max_size=60).map("".join) | st.lists(st.sampled_from(["ab ", "abcde "]), min_size=200, max_size=400).map("".join)
_TEXTS = _LINES | st.text(_CHARACTERS, max_size=200)


def _printed_by_rich(hit: Hit) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        print_hit(make_console(), hit)
    return output.getvalue()


@st.composite
def _hits(draw):
    paragraphs = []
    for number in range(draw(st.integers(0, 2))):
        text = draw(_TEXTS)
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
        places = tuple(zip(cuts[::2], cuts[1::2], strict=False))
        paragraphs.append(HitParagraph(number or None, draw(st.sampled_from([None, "C", "S/NF"])), text, places, number))
    cable = Cable(
        id="08BAKU1", subject=draw(st.none() | _TEXTS), date=draw(st.sampled_from([None, "2008-01-02T03:04Z"])),
        signers=tuple(draw(st.lists(_TEXTS, max_size=2))),
    )  # fmt: skip
    subject = ((0, len(cable.subject) // 2),) if cable.subject else ()
    ways = draw(st.lists(st.builds(FoundBy, st.sampled_from(["refs", "tags", "subject"]), _TEXTS, st.sampled_from([(), ((0, 1),)])), max_size=3))
    return Hit(cable.key, 1.0, cable, tuple(paragraphs), subject, tuple(ways))


@given(_hits())
def test_a_hit_is_printed_as_rich_prints_it(hit):
    assert "".join(f"{line}\n" for line in plain.hit_lines(hit)) == _printed_by_rich(hit)


@pytest.mark.parametrize("places", [(), ((0, 2),), ((900, 905), (1200, 1203)), ((1990, 1995),), ((3, 3), (4, 5))])
def test_a_long_paragraph_is_cut_where_rich_has_it_cut(places):
    hit = Hit("08BAKU1", 1.0, Cable(id="08BAKU1", subject="s"), (HitParagraph(4, "C", "ab cde  " * 250, places, 0),))
    lines = list(plain.hit_lines(hit))
    assert "".join(f"{line}\n" for line in lines) == _printed_by_rich(hit)
    assert sum(map(len, lines)) < EXCERPT + 100


FILLER = "and so on " * 120
DENSE = [  # a paragraph, its words in capitals those of the query; what is shown has those behind it
    (f"MINSK {FILLER} the MINSK GROUP saw a PRECEDENT {FILLER}", ["MINSK", "GROUP", "PRECEDENT"]),
    (f"MINSK MINSK MINSK {FILLER} the GROUP saw a PRECEDENT", ["MINSK", "MINSK", "MINSK", "GROUP", "PRECEDENT"]),
    (f"{FILLER} MINSK {FILLER}", ["MINSK"]),
    (f"LAKE {FILLER} MINSK {FILLER} the GROUP saw a PRECEDENT", ["LAKE", "MINSK", "GROUP", "PRECEDENT"]),
    (f"MINSK {FILLER} GROUP {FILLER} LAKE {FILLER} HILL", ["MINSK", "GROUP", "LAKE"]),
    (f"GROUP {FILLER} GROUP GROUP {FILLER}", ["GROUP", "GROUP"]),
    (f"the MINSK GROUP {FILLER} a GROUP from MINSK", ["MINSK", "GROUP"]),
]


@pytest.mark.parametrize(("text", "words"), DENSE)
def test_a_long_paragraph_is_cut_around_most_of_the_words(text, words):
    places = tuple(match.span() for match in re.finditer("[A-Z]+", text))
    *_head, paragraph, _empty = plain.hit_lines(Hit("08BAKU1", 1.0, Cable(id="08BAKU1"), (HitParagraph(4, None, text, places, 0),)))
    assert re.findall("[A-Z]{2,}", paragraph) == words


def test_a_paragraph_is_one_line_however_long_and_wide():
    text = "Minsk\n  Group \t" * 20 + "中文 \u0301 " * 30
    *_head, paragraph, empty = plain.hit_lines(Hit("08BAKU1", 1.0, Cable(id="08BAKU1"), (HitParagraph(4, "C", text, ((0, 5),), 0),)))
    assert paragraph == f"    ¶4. (C) {' '.join(text.split())}"
    assert empty == ""


class _File(io.TextIOWrapper):
    def __init__(self, encoding, terminal):
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    ("encoding", "terminal", "variables", "expected"),
    [
        ("utf-8", False, {}, True),
        ("utf-8", True, {}, False),
        ("latin-1", False, {}, True),
        ("utf-8", False, {"FORCE_COLOR": "1"}, False),
        ("utf-8", False, {"COLUMNS": "80"}, True),
        ("utf-8", False, {"TTY_COMPATIBLE": "1"}, False),
    ],
)
def test_a_file_suits_unless_something_else_is_asked_for(monkeypatch, encoding, terminal, variables, expected):
    for name in plain._COLOUR_ASKED_FOR:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert plain.suits(_File(encoding, terminal)) is expected
