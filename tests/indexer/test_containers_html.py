from pathlib import Path

import pytest

from reftel.indexer.containers.reading import iter_messages
from reftel.indexer.message import Message
from reftel.schema.errors import SourceError

PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.example.org/xhtml1-strict.dtd">
<html><head><title>x</title></head><body><div class='main'><ul><li><a href="/">home</a></li></ul>
<h3>Viewing cable 08OSLO12, FJORDS AND R&D; PLANS</h3>
<table class='cable'>
<tr><th>Reference ID</th><th>Created</th><th>Released</th><th>Classification</th><th>Origin</th></tr>
<tr><td><a href='/x'>08OSLO12</a></td><td><a href='/x'>2008-02-13 05:05</a></td><td><a>2010-12-01 21:09</a></td>
<td><a href='/x' title='secret'>CONFIDENTIAL//NOFORN</a></td><td><a>Embassy Oslo</a></td></tr>
<tr><td colspan="5">Appears in these articles: <a>elsewhere</a></td></tr>
</table>
<code><pre>{header}</pre></code>
<code><pre>{body}</pre></code>
</div></body></html>"""


def read(tmp_path: Path, text: str) -> tuple[list[Message], list[SourceError]]:
    path = tmp_path / "page"
    path.write_text(text, "utf-8")
    errors: list[SourceError] = []
    return list(iter_messages(path, errors.append)), errors


def page(header: str = "R 130512Z FEB 08", body: str = "S E C R E T") -> str:
    return PAGE.replace("{header}", header.replace("\n", "&#x000A;")).replace("{body}", body.replace("\n", "&#x000A;"))


def test_a_page_gives_every_cell_and_both_blocks(tmp_path: Path) -> None:
    (message,), errors = read(tmp_path, page("FM AMEMBASSY OSLO\nTO X", "A\n\n<a id='par1' href='#par1'>¶</a>1. (C) B"))
    assert errors == []
    assert message == Message(
        body="A\n\n¶1. (C) B",
        header="FM AMEMBASSY OSLO\nTO X",
        source=message.source,
        printed_id="08OSLO12",
        date="2008-02-13 05:05",
        released="2010-12-01 21:09",
        classification="CONFIDENTIAL//NOFORN",
        origin="Embassy Oslo",
        title="FJORDS AND R&D; PLANS",
    )
    assert message.source.container == "cablegate-html"


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("R&D; and AT&T & co &c", "R&D; and AT&T & co &c"),
        ("&pounding &section &notes &copy", "&pounding &section &notes &copy"),
        ("case <218634> and <<220571>", "case <218634> and <<220571>"),
        ("<j.smith@example.org> wrote: a < b > c", "<j.smith@example.org> wrote: a < b > c"),
        ("line<br>\nline<br />", "line\nline"),
        ("one <em>two</em> three</td></tr></table> four", "one two three four"),
        ("&amp; &lt;b&gt; &#39;x&#x27;", "& <b> 'x'"),
        ("tabs\tand\u00a0blanks  kept ", "tabs\tand\u00a0blanks  kept "),
        ("<a href='/tag/XX_0.html'>PREL</a> <a href='/tag/YY_0.html'>PGOV</a>", "PREL PGOV"),
        ("<!-- gone -->kept", "kept"),
        ("&entity; &#xZZ; &#;", "&entity; &#xZZ; &#;"),
    ],
)
def test_only_the_sites_own_markup_goes(tmp_path: Path, printed: str, text: str) -> None:
    (message,), _ = read(tmp_path, page(body=printed))
    assert message.body == text


def test_a_page_cut_in_its_header_keeps_what_is_there(tmp_path: Path) -> None:
    text = page("R 130512Z FEB 08\nFM AMEMBASSY OSLO")
    (message,), errors = read(tmp_path, text[: text.index("AMEMBASSY") + 9])
    assert errors == []
    assert (message.header, message.body) == (None, "R 130512Z FEB 08\nFM AMEMBASSY")
    assert message.printed_id == "08OSLO12"


def test_a_page_without_blocks_is_an_error(tmp_path: Path) -> None:
    text = page()
    messages, errors = read(tmp_path, text[: text.index("<code>")])
    assert messages == []
    assert errors[0].message == "a page without the text of a cable"
    messages, errors = read(tmp_path, "<html><body><p>Hello</p></body></html>")
    assert messages == []
    assert errors[0].message == "an HTML page that holds no cable"


def test_no_entity_of_a_document_is_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>' + page(body="&b; &c;")
    (message,), _ = read(tmp_path, bomb)
    assert message.body == "&b; &c;"


@pytest.mark.parametrize("body", ["<div>" * 50_000, "<pre>" * 30_000, "<a " * 100_000, "x" * 20_000_000, "&" * 300_000, "<" * 300_000])
def test_hostile_pages_do_no_harm(tmp_path: Path, body: str) -> None:
    messages, errors = read(tmp_path, page(body=body))
    assert len(messages) + len(errors) == 1


RECORD_PAGE = """<html><head><title>FJORDS</title><script>var x = "From: nobody";</script></head><body>
<h1>FJORDS</h1>
<table><tr><td>Date:</td><td>1973 May 22, 18:28 (Tuesday)</td></tr><tr><th>Canonical ID:</th><td>1973OSLO000482_b</td></tr>
<tr><th>Original Classification:</th><td>CONFIDENTIAL</td></tr><tr><th>TAGS:</th><td>PFOR - Foreign &lt;x&gt; | NO - Norway</td></tr></table>
<div id="text"><pre>CONFIDENTIAL

PAGE 01        OSLO  00482

P R 221828 Z MAY 73
FM AMEMBASSY OSLO
TO SECSTATE WASHDC

C O N F I D E N T I A L OSLO 0482

E. O. 11652:  N/ A
SUBJECT: FJORDS
1. THE FJORDS ARE DEEP & COLD.
SMITH
*** Current Classification *** CONFIDENTIAL
</pre></div>
<p>Film Number: n/a</p><p>Concepts: FJORDS, DEPTH</p><p>Decaption Date: 01 JAN 1960</p>
</body></html>"""


def test_a_record_page_of_the_state_archives(tmp_path: Path) -> None:
    (message,), errors = read(tmp_path, RECORD_PAGE)
    assert errors == []
    assert message.source.container == "plusd-html"
    assert message.body.startswith("CONFIDENTIAL\n\nPAGE 01")
    assert message.body.endswith("DEEP & COLD.\nSMITH")
    assert (message.printed_id, message.classification) == ("1973OSLO000482_b", "CONFIDENTIAL")
    assert message.date == "1973 May 22, 18:28 (Tuesday)"
    assert message.attribute("concepts") == "FJORDS, DEPTH"
    assert message.attribute("Film Number") is None
    assert message.attribute("Decaption Date") is None
