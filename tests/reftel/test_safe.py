"""Text from a cable stays data on a terminal, in a spreadsheet, in Markdown and in JSON."""

from __future__ import annotations

import csv
import functools
import html
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET

import pytest
from hostile import obeyed
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reftel.render.citation_formats import footnote, render_bibtex, render_ris
from reftel.render.export import LINES
from reftel.render.graph import render_graph
from reftel.render.hits import csv_line, render_markdown
from reftel.render.safe import json_text, safe_cell, safe_line, safe_markdown, safe_text
from reftel.schema.cable import Cable, Paragraph
from reftel.search.citations import Citations, CitedCable
from reftel.search.results import Hit, HitParagraph

HOSTILE = "a\x1b[31mred\x1b]0;title\x07\x9b2J\x00\x7f\u202eevil\u2066\u2028x\rb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ¶1. “text” é", "plain ¶1. “text” é"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07", "bell␇"),
        ("csi\x9b2J", "csi\\x9b2J"),
        ("del\x7f", "del\\x7f"),
        ("right\u202eleft", "right\\u202eleft"),
        ("carriage\rreturn", "carriagereturn"),
    ],
)
def test_safe_text(text, expected):
    assert safe_text(text) == expected


def test_nothing_that_a_terminal_obeys_is_left():
    for cleaned in (safe_text(HOSTILE), safe_line(HOSTILE), safe_cell(HOSTILE), safe_markdown(HOSTILE), json_text(HOSTILE)):
        assert not obeyed(cleaned)


def test_json_is_exact():
    assert json.loads(json_text({"text": HOSTILE})) == {"text": HOSTILE}


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "  =1", "\n=1", "＝1"])
def test_a_cell_never_starts_a_formula(formula):
    assert safe_cell(formula).startswith("'")


@pytest.mark.parametrize("text", ["SUBJECT", "a=b", "1-2", "", "¶1", "(C)"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_a_csv_line_reads_back():
    cells = ["a,b", 'say "x"', "two\nlines", None, 3, 1.5, "=x"]
    assert next(csv.reader(io.StringIO(csv_line(cells)))) == ["a,b", 'say "x"', "two\nlines", "", "3", "1.5", "'=x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>", "\\<script\\>"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("*bold* _it_ `code`", "\\*bold\\* \\_it\\_ \\`code\\`"),
        ("- point", "\\- point"),
        ("1. first", "1\\. first"),
        ("# title", "\\# title"),
        ("&amp;", "\\&amp;"),
    ],
)
def test_markdown_is_escaped(text, expected):
    assert safe_markdown(text) == expected


# -- what cannot be seen ---------------------------------------------------------------------------------------------------------------------

HIDDEN = {
    "zero width": "a\u200bb", "word joiner": "a\u2060b", "invisible plus": "a\u2064b", "byte order mark": "a\ufeffb", "soft hyphen": "a\u00adb",
    "grapheme joiner": "a\u034fb", "hangul filler": "a\u3164b", "halfwidth filler": "a\uffa0b", "khmer vowel": "a\u17b4b", "mongolian separator": "a\u180eb",
    "direction": "a\u202eb", "isolate": "a\u2068b", "arabic letter mark": "a\u061cb", "deprecated": "a\u206ab", "annotation": "a\ufff9b\ufffac\ufffb",
    "line separator": "a\u2028b", "paragraph separator": "a\u2029b", "tags": "a\U000e0041\U000e0042b", "tags behind an emoji": "\U0001f600\U000e0041\U000e007f",
    "tags that are no flag": "\U0001f3f4\U000e0068\U000e0069\U000e007f", "tags behind a flag": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f\U000e0041",
    "language tag": "\U000e0001\U000e0065", "selector on a letter": "a\ufe0fb", "selectors one after the other": "\u2764\ufe0f\ufe01\ufe0e",
    "supplementary selectors": "a\U000e0100\U000e0101", "two behind one ideograph": "\u845b\U000e0100\U000e0101", "selector on a digit": "1\ufe0f2",
    "joiner of latin letters": "a\u200db\u200cc", "joiners in a row": "\u0645\u06cc\u200c\u200c\u062e", "joiner of an emoji and a letter": "\U0001f600\u200da",
    "musical format": "a\U0001d173b", "shorthand format": "a\U0001bca0b", "hieroglyph format": "a\U00013430b", "surrogate": "a\udb40b",
    "mongolian selector elsewhere": "a\u180bb", "at the start": "\u200bx", "at the end": "x\u2060",
}  # fmt: skip
SEEN = {
    "persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "persian, end of a word": "\u0646\u0627\u0645\u0647\u200c \u0647\u0627",
    "hindi": "\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937", "sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3", "malayalam": "\u0d28\u0d4d\u200d",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467", "heart on fire": "\u2764\ufe0f\u200d\U0001f525", "doctor": "\U0001f469\U0001f3fd\u200d\u2695\ufe0f",
    "heart": "\u2764\ufe0f", "text heart": "\u2764\ufe0e", "keycap": "1\ufe0f\u20e3 #\ufe0f\u20e3", "scotland": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "flag": "\U0001f1eb\U0001f1f7", "ideograph variant": "\u845b\U000e0100\u57ce", "union variant": "\u222a\ufe00", "mongolian": "\u1820\u180b\u1821",
    "accents": "Ferna\u0301ndez \u1e9b\u0323", "hebrew": "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "arabic number sign": "\u0600\u0661", "ideographic space": "a\u3000b", "no-break": "a\u00a0b",
    "korean": "\u1112\u1161\u11ab \ud55c", "thai": "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "interrobang": "\u2049\ufe0f",
}  # fmt: skip
SUSPECT = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
                     "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\ud800-\udfff]|[\U000e0000-\U000e0fff]")  # fmt: skip


def hit_with(text: str) -> Hit:
    """A hit that has a text wherever a cable has one."""
    cable = Cable(id="08BAKU1", origin=text, subject=text, signers=(text,), tags=(text,), summary=text, classification=text, body=text,
                  paragraphs=(Paragraph(1, "C", "C", (), None, text),))  # fmt: skip
    return Hit("08BAKU1", 1.0, cable, (HitParagraph(1, "C", text, (), 0),))


def outputs(text: str) -> dict[str, str]:
    """A text as each output prints it."""
    hit = hit_with(text)
    graph = Citations(("08BAKU1",), 0, "both", (CitedCable("08BAKU1", True, 0, subject=text, origin=text),), ())
    return {
        "terminal": safe_text(text), "line": safe_line(text), "footnote": footnote(hit), "bibtex": "\n".join(render_bibtex([hit])), "ris": "\n".join(render_ris([hit])),
        "dot": render_graph(graph, "dot"), "graphml": render_graph(graph, "graphml"), "graph json": render_graph(graph, "json"),
        **{name: "\n".join(lines([hit])) for name, lines in LINES.items()},
    }  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_is_hidden_anywhere(name):
    """Behind a text of which all belongs, nothing that cannot be seen is left; what it was can be read."""
    text = HIDDEN[name]
    first = next(character for character in text if (SUSPECT.match(character) and character not in "\u2764\ufe0f") or character == "\ufe0f")
    for output, printed in outputs(text).items():
        left = [place.start() for place in SUSPECT.finditer(printed)]
        assert all(printed[place] in SEEN_ALONE.get(name, "") for place in left), output
    shown = f"\\x{ord(first):02x}" if ord(first) < 0x100 else f"\\u{ord(first):04x}" if ord(first) < 0x10000 else f"\\U{ord(first):08x}"
    if name not in SEEN_ALONE and first not in "\u2028\u2029":
        assert shown in safe_text(text)


SEEN_ALONE = {
    "tags behind a flag": "\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "selectors one after the other": "\ufe0f",
    "two behind one ideograph": "\U000e0100", "joiners in a row": "\u200c",
}  # fmt: skip
"""What belongs to the text in front of what does not."""


@pytest.mark.parametrize("name", HIDDEN)
def test_json_keeps_what_is_hidden(name):
    printed = json_text({"text": HIDDEN[name]}, indent=2)
    assert json.loads(printed)["text"] == HIDDEN[name]
    assert all(character in SEEN_ALONE.get(name, "") for character in SUSPECT.findall(printed))


@pytest.mark.parametrize("name", SEEN)
def test_what_belongs_to_a_writing_stays(name):
    text = SEEN[name]
    assert safe_text(text) == text
    assert safe_cell(text) == text
    assert json_text(text) == f'"{text}"'
    assert safe_text(f"before {text} behind") == f"before {text} behind"


@given(st.text(st.sampled_from("a1\u0645\u0915\u845b\u2764\U0001f3f4\u200b\u200c\u200d\ufe0f\ufe00\U000e0100\U000e0067\U000e007f\u00ad\u202e\udc80\x1b "), max_size=12))
def test_json_is_exact_for_any_text(text):
    assert json.loads(json_text([text])) == [text]


def test_graphml_reads_back():
    graph = Citations(("08BAKU1",), 0, "both", (CitedCable("08BAKU1", True, 0, subject="a\U000e0041\u200b<b>&\x00\uffff"),), ())
    assert "a\\U000e0041\\u200b<b>&␀\ufffd" in "".join(ET.fromstring(render_graph(graph, "graphml")).itertext())


# -- spreadsheets ----------------------------------------------------------------------------------------------------------------------------

FORMULA_SIGNS = "=+-@＝＋－＠"
BEFORE_A_SIGN = " \xa0\u3000\"\ufeff\u200b\u200c\u200d\ufe0f\xad"
_PIECES = st.sampled_from((*FORMULA_SIGNS, "=1+1", "x", "a b", ";", "\t", "\n", "\r", ",", '"', "'", " ", "\xa0", "\ufeff", "\u200b", "|", "\\", "\u0633\u200c", "\u2764\ufe0f"))
_CELLS = st.lists(_PIECES, max_size=7).map("".join)


@given(st.lists(_CELLS, min_size=1, max_size=4))
@example(["x;=1+1"])
@example(["a", 'x;"=1'])
@example(["a", "x\n=1"])
@example(['""= ;;-2'])
@example([';"\t'])
def test_no_reader_finds_a_formula(cells):
    """Split at commas, semicolons or tabs, as csv does it: no cell begins with a sign of a formula, nor with a tab."""
    line = csv_line(cells)
    assert next(csv.reader(io.StringIO(f"{line}\n", newline=""))) == [safe_cell(cell) for cell in cells]
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(f"{line}\n", newline=""), delimiter=delimiter):
            for cell in row:
                assert not cell.startswith("\t")
                assert cell.lstrip("\n").lstrip(BEFORE_A_SIGN)[:1] not in set(FORMULA_SIGNS)


# as docs/export.md tells it
TAKEN_BACK = re.compile(r"""(?:^|(?<=[;\t\n]))'(?=(?:[^\S\t\n]|["'\u200c\u200d\ufe00-\ufe0f])*[=+\-@＝＋－＠])|^'(?=["']*[\t\n])|(?<=[;\n])'(?=["']*\t)""")


@given(_CELLS)
def test_a_cell_can_be_taken_back(cell):
    """One ``'`` less at each such place gives what any output shows of the text."""
    assert TAKEN_BACK.sub("", safe_cell(cell)) == safe_text(cell)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;=1+1", "a;'=1+1"), ("a; -- b", "a;' -- b"), ("a\t@b", "a\t'@b"), ("a\n+1", "a\n'+1"), ('"=1', "'\"=1"), ("'=1", "''=1"), ("\ufeff=1", "\\ufeff=1"),
        ("a;b", "a;b"), ("a, -b", "a, -b"), ("a-b;c", "a-b;c"), ("5 = 4+1", "5 = 4+1"), ("\tx", "'\tx"), ("a;\tx", "a;'\tx"), ("＝1;＋2", "'＝1;'＋2"), ("﹦1", "'﹦1"),
    ],
)  # fmt: skip
def test_where_a_cell_is_made_safe(text, expected):
    assert safe_cell(text) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", None, 3, 1.5, True], "a,,3,1.5,True"), ([""], '""'), (["", ""], ","), (["a;b", "c\td", "e\nf", 'g"h'], '"a;b","c\td","e\nf","g""h"'), ([-1], "-1"),
    ],
)  # fmt: skip
def test_a_csv_line(cells, expected):
    assert csv_line(cells) == expected


# -- Markdown --------------------------------------------------------------------------------------------------------------------------------

MARKUP = [
    "http://evil.example/x", "HTTPS://Evil.COM", "www.evil.com", "www.", "ftp://a.b/c", "a@b.com", "<a@b.com>", "@names", "x @names y", " @ ", "@@x", "foo@", "#123", "##1", "# 123",
    "user/repo#5", "evil.com", "//localhost/x", "http://localhost", "mailto:a@b.c", "evil.com/path?x=1", "meeting.It was", "U.S. p.m. e.g. 3.5", "    code", "\tcode", "a\n    b",
    "a\n===", "a\n---", "===", "---", "- x", "+ x", "* x", "1. x", "12) x", "> q", "~~~\nx\n~~~", "```\nx\n```", "| a | b |\n|---|---|", "<b>x</b>", "<script>alert(1)</script>", "<!-- c -->",
    "&amp; &lt; &#64;", "![i](u)", "[a](b)", "[a]: http://x.com", "**b** __b__ *i* _i_ ~~s~~", "`c`", "``c`` `", "`@name", "``@x``", "\\", "\\@x", "x\\", "a  \nb", "$x$", "[^1]: f",
    "# h", "####### h", "a#", "#abc", "'@'", "1\\. x", "a\u2028# x", "\u200bhttp://x.com", "xn--80ak6aa92e.com", "пример.рф", "a.b.c.com", "(www.x.com)", "www\u200b.x.com", "a`@`b", "`", "``",
    "<http://x.com>", ": x", "% x", "C:\\x", "SECRET//NOFORN", "a\n\n# b", "a\r\n- b",
]  # fmt: skip
PLACES = {
    "alone": ("{}", {"p"}), "in a heading": ("## K: {}", {"h2"}), "in a quotation": ("> ¶1. {}", {"blockquote", "p"}), "in a list": ("- **K** {}", {"ul", "li", "strong"}),
    "in a table": ("| a |\n|---|\n| {} |", {"table", "thead", "tbody", "tr", "th", "td"}), "in bold": ("x **{}**", {"p", "strong"}), "below a text": ("para\n{}", {"p"}),
}  # fmt: skip


@functools.cache
def renderers() -> list[MarkdownIt]:
    """CommonMark with tables, and what GitHub makes of it: bare addresses become links. HTML is let through by both."""
    plain = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    try:
        return [plain, MarkdownIt("gfm-like", {"html": True})]
    except ModuleNotFoundError:
        return [plain]


@pytest.mark.parametrize("place", PLACES)
def test_no_markup_is_obeyed(place):
    """Rendered, a text is itself: no element but those around it and the code spans for @ and #, no letter more or less."""
    frame, around = PLACES[place]
    for renderer, text in itertools.product(renderers(), MARKUP):
        page = renderer.render(frame.format(safe_markdown(text)))
        assert set(re.findall(r"<(\w+)", page)) - {"code"} <= around, text
        assert all(re.fullmatch("[@#]+", code) for code in re.findall("<code>(.*?)</code>", page))
        shown = html.unescape(re.sub(r"</?(?:code|p|h2|blockquote|ul|li|strong|table|thead|tbody|tr|th|td)>", "", page))
        assert " ".join(safe_text(text).split()) in " ".join(shown.split())
        assert not re.search(r"[@#]\w", re.sub("<code>.*?</code>", "\n", page).replace("&#", ""))


def test_the_renderer_does_make_links():
    """Of the same text without its escapes: otherwise the test above could not fail."""
    assert "<strong>" in renderers()[0].render("**b**")
    pytest.importorskip("linkify_it")
    assert renderers()[1].render("www.evil.com a@b.com").count("<a ") == 2


@given(st.text(st.sampled_from("ab1@#.:/\\`*_[]()<>!|~-=+&$w \n\t"), max_size=20))
def test_any_text_is_itself_in_markdown(text):
    for renderer in renderers():
        page = renderer.render("> ¶1. " + safe_markdown(text))
        assert set(re.findall(r"<(\w+)", page)) <= {"blockquote", "p", "code"}
        shown = html.unescape(re.sub(r"</?(?:code|p|blockquote)>", "", page))
        assert " ".join(f"¶1. {text}".split()) == " ".join(shown.split())


@pytest.mark.parametrize("subject", ["    ", "\t", "    # x", "\n\n# x", "", None])
def test_a_heading_is_one_line_and_has_words(subject):
    hit = hit_with("text")
    lines = list(render_markdown([Hit("08BAKU1", 1.0, Cable(id="08BAKU1", subject=subject), hit.paragraphs)]))
    assert lines[0] in ("## 08BAKU1: (no subject)", "## 08BAKU1: \\# x")


def test_highlights_in_an_address_make_no_link():
    text = "See http://www.minsk.com and a@minsk.com, @minsk, #12."
    places = [(match.start(), match.end()) for match in re.finditer("minsk|12|http|www", text)]
    hit = Hit("08BAKU1", 1.0, Cable(id="08BAKU1"), (HitParagraph(1, "C", text, tuple(places), 0),))
    for renderer in renderers():
        assert "<a " not in renderer.render("\n".join(render_markdown([hit])))
