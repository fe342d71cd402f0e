"""Pages read by their form are read as the parser reads them; what differs from the form is left to the parser."""

from pathlib import Path

import pytest

from reftel.indexer.containers import cablegate_html, mirror_form
from reftel.indexer.containers.cablegate_html import read_page
from reftel.indexer.containers.decoding import decode_bytes
from reftel.indexer.containers.mirror_form import read_form
from reftel.indexer.message import Message

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PAGE = """<h3>Viewing cable 08OSLO12, FJORDS AND &amp; R&D; PLANS</h3>
<div>
please read <a href="#help_1" onclick="return sh(1);">this</a>
<br />
</div>
<div id='help_1'>
<b>Parts</b>
<ul>
<li>one, <a href='/x' onclick="f('a')">by origin</a></li>
</ul>
</div>
<table class='cable'>
<tr>
<th>Reference ID</th>
<th>Created</th>
<th>Released</th>
</tr>
<tr>
<td>
<a href='/x'>08OSLO12</a>
</td>
<td>
<a href='/x' title='y'>2008-02-13
 05:05</a>
</td>
<td></td>
</tr>
<tr>
<td colspan='5'>Appears in: <br /><a href='/x'>elsewhere</a></td>
</tr>
</table>
<code><pre>R 130512Z FEB 08&#x000A;FM AMEMBASSY OSLO</pre></code>
<code><pre>S E C R E T OSLO 000012 &#x000A;&#x000A;TAGS: <a href='/t'>PREL</a> <a href='/t'>NO</a>&#x000A;<a id='par1' href='#par1'>¶</a>1. (C) One.</pre></code>
</div>
<script src='/js.js' type='text/javascript'></script>
</body>
</html>
"""


def by_parser(text: str, monkeypatch: pytest.MonkeyPatch) -> Message:
    with monkeypatch.context() as patch:
        patch.setattr(cablegate_html.mirror_form, "read_form", lambda _text, _start: None)
        return read_page(text, "page")


def test_a_page_of_the_form() -> None:
    form = read_form(PAGE, 0)
    assert form == mirror_form.Form(
        "Viewing cable 08OSLO12, FJORDS AND & R&D; PLANS",
        {"reference id": "08OSLO12", "created": "2008-02-13 05:05"},
        ("R 130512Z FEB 08\nFM AMEMBASSY OSLO", "S E C R E T OSLO 000012 \n\nTAGS: PREL NO\n¶1. (C) One."),
    )


@pytest.mark.parametrize(
    "sign",
    [
        "é", "\t", "\xa0", "\u3000", "\ufffd", "\U0001f4dc", "& ", "AT&T", "&x;", "&copy;", "&#10;", "&#9;", "&#xA0;", "&#233;", "&amp;lt;", "&lt;/pre>",
        "&lt;b>", "&gt;", "&quot;", "&apos;", "&nbsp;", "&para;", "&#x1F4DC;", "&#999999;", "<a href='/x'>y</a>", "<a>y</a>", ">", '"', "'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["OSLO 000012", "AMEMBASSY", "FJORDS", "2008-02-13", "Created", "one,"])
def test_what_the_form_has_is_read_as_the_parser_reads_it(sign: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.replace(place, f"{place}{sign}")
    form = read_form(text, 0)
    assert form is not None or "<a" in sign  # a link stands not everywhere
    assert read_page(text, "page") == by_parser(text, monkeypatch)


@pytest.mark.parametrize(
    "sign",
    [
        "<218634>", "< b", "<p>", "<a href='x>y</a>", "<a href=x>y</a>", "</a>", "<a>", "<a><a>y</a></a>", "</code>", "<pre>", "<!-- -->", "<b>", "<BR>",
        "\0", "\x07", "\x0b", "\x0c", "\r", "\x1b", "\x7f", "\x85", "\x9f", "\u2028", "\ud800", "\ufdd0", "\uffff",
        "&#0;", "&#13;", "&#150;", "&#x85;", "&#xD800;", "&#xFFFF;",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["OSLO 000012", "AMEMBASSY", "FJORDS", "2008-02-13"])
def test_what_differs_from_the_form_is_left_to_the_parser(sign: str, place: str) -> None:
    assert read_form(PAGE.replace(place, f"{place}{sign}"), 0) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</code>\n</div>", "</code>\n<p>more</p></div>"),
        ("</code>\n</div>", "</code>\n"),
        ("<code><pre>R 13", "<code> <pre>R 13"),
        ("<table class='cable'>", '<table class="cable">'),
        ("<td></td>", "<td>"),
        ("<ul>", "<ol>"),
        ("</th>\n<th>Created", "</th>\n<td>Created"),
        ("</html>\n", "</html>\n<pre>later</pre>"),
        ("</html>\n", ""),
    ],
)
def test_other_pages_are_read_as_the_parser_reads_them(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert old in PAGE
    text = PAGE.replace(old, new)
    assert read_page(text, "page") == by_parser(text, monkeypatch)


@pytest.mark.parametrize("folder", [SHARED / "corpus", SHARED / "corpus-more"], ids=lambda folder: folder.name)
def test_real_pages_have_the_form(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = sorted(folder.rglob("*.html"))
    if not paths:
        pytest.skip(f"no real pages in {folder}")
    texts = [decode_bytes(path.read_bytes()) for path in paths[::5]]
    starts = [cablegate_html.find_cable(text) or 0 for text in texts]
    formed = [place for place, (text, start) in enumerate(zip(texts, starts, strict=True)) if read_form(text, start)]
    assert len(formed) > 0.95 * len(texts)
    for place in formed:
        assert read_page(texts[place], "page", starts[place]) == by_parser(texts[place][starts[place] :], monkeypatch)
