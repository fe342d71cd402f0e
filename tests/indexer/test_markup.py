"""Pages that parsers would read slowly or lose text of: what is done is counted, not how long it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import reftel
from reftel.indexer.containers import markup
from reftel.schema.errors import SourceError

HEADER = "R 130512Z FEB 08\nFM AMEMBASSY OSLO\nTO SECSTATE WASHDC"
BODY = "S E C R E T OSLO 000012\n\nSUBJECT: FJORDS\n\n1. (C) Fjords were seen.\n"
PAGE = "<html><h3>Viewing cable 08OSLO12, FJORDS</h3>{}<pre>" + HEADER + "</pre><pre>" + BODY + "</pre></html>"
MANY = 40_000


def joined(separator: str, form: str) -> str:
    return separator.join(form.format(number) for number in range(MANY))


ATTRIBUTES = {
    "values": "<a " + joined(" ", "a{}=1") + ">",
    "names": "<b " + joined(" ", "a{}") + ">",
    "lines": "<b\n" + joined("\n", "a{}=1") + ">",
    "tabs": "<b\t" + joined("\t", "a{}='1'") + ">",
    "quoted": "<font " + joined(" ", 'a{}="1"') + ">",
    "quotes side by side": "<a " + joined("", "a{}='1'") + ">",
    "slashes": "<a " + joined("/", "a{}") + ">",
    "angles in values": "<b " + joined(" ", 'a{}=">"') + ">",
    "stray quotes": "<b " + joined("", "a{}'") + ">",
    "never closed": "<b " + joined(" ", "a{}=1"),
    "in what looks quoted": '<a ="><b ' + joined(" ", "a{}=1") + ' >">',
    "behind what looks quoted": '<a =">" <b ' + joined(" ", "a{}=1") + ">",
    "a heading": "<h3 " + joined(" ", "a{}=1") + ">x</h3>",
    "a table": "<table class='cable' " + joined(" ", "a{}=1") + "></table>",
    "an end": "<b>x</b " + joined(" ", "a{}=1") + ">",
    "many tags": ("<a " + " ".join(f"a{number}=1" for number in range(300)) + ">x</a>") * 100,
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_no_tag_is_parsed_with_many_attributes(name: str, tmp_path: Path) -> None:
    """Parsers compare each attribute with all before it; those of a tag that is read are few."""
    root = markup.parse_html(PAGE.format(ATTRIBUTES[name]), "x")
    assert root is not None
    assert max(len(element.attrib) for element in root.iter(etree.Element)) <= markup.MAX_TAG // 3
    path = tmp_path / "x"
    path.write_text(PAGE.format(ATTRIBUTES[name]), "utf-8")
    (cable,) = reftel.read_cables(path)
    assert cable.body.endswith("1. (C) Fjords were seen.\n")


def test_tags_without_an_end_are_not_tried_forever(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(PAGE.format("<b x=1 " * (MANY * 2)), "utf-8")
    with pytest.raises(SourceError, match="an HTML page with more than 20 tags that do not end"):
        list(reftel.read_cables(path))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1. (C) a <b and " + "so on " * 1000 + "<br>end.", "1. (C) a <b and " + "so on " * 1000 + "end."),
        ("1. (C) a <a href='x>" + "so on " * 1000 + "<br>it's.", "1. (C) a <a href='x>" + "so on " * 1000 + "it's."),
        ('1. (C) a <img src="data:image/png;base64,' + "QUJD/+" * 5000 + '"/>picture', "1. (C) a picture"),
        ("1. (C) a <img src=data:image/png;base64," + "QUJD/+" * 5000 + ">picture", "1. (C) a picture"),
        ("1. (C) a <a title='a>b <i>'>c</a>", "1. (C) a c"),
    ],
)
def test_a_long_tag_costs_no_text(written: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(PAGE.replace(BODY, written).format(""), "utf-8")
    (cable,) = reftel.read_cables(path)
    assert cable.body == text


@pytest.mark.parametrize("opening", ["<script>", "<style type='x'>", "<textarea>", "<title>", "<SCRIPT >", "<script></script><script>"])
def test_what_is_never_closed_swallows_no_cable(opening: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(PAGE.format(opening), "utf-8")
    (cable,) = reftel.read_cables(path)
    assert (cable.header, cable.body) == (HEADER, BODY)


@pytest.mark.parametrize("opening", ["<!--", "<!-- x ", "<!-- x --><!--"])
def test_nor_does_a_comment_that_is_never_closed(opening: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(f"<html><h3>Viewing cable 08OSLO12, FJORDS</h3>{opening}<pre>{BODY}</pre></html>", "utf-8")
    (cable,) = reftel.read_cables(path)
    assert cable.body == BODY


@pytest.mark.parametrize("hidden", ["<!-- {} -->", "<script>{}</script>", "<style>{}</style>"])
def test_what_is_hidden_stays_hidden(hidden: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("<html><h3>Viewing cable 08OSLO12, FJORDS</h3>" + hidden.format(f"<pre>{BODY}</pre>") + "</html>", "utf-8")
    with pytest.raises(SourceError, match="a page without the text of a cable"):
        list(reftel.read_cables(path))


LABELS = "<p>Film Number: D7</p><p>Legacy Key: x</p><p>Locator: y</p>"
NESTED = {
    "rows": "<table><tr><th>Film Number<td>D7",
    "cells": "<table><tr><td>Film Number<td>D7",
    "definitions": "<dl><dt>Film Number<dd>D7",
    "blocks": "<pre>x<div>",
    "headings": "<h3>x<div>",
    "cells of the cable": "<table class='cable'><tr><th>x<td>",
    "heads in blocks": "<div><th>Film Number<td>D7",
}


@pytest.mark.parametrize("front", ["<html>" + LABELS, "<html><h3>Viewing cable 08OSLO12, FJORDS</h3><pre>1. (C) x</pre>"], ids=["record", "mirror"])
@pytest.mark.parametrize("name", NESTED)
def test_each_part_of_a_page_is_read_a_few_times(name: str, front: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The characters taken out of the tree are counted: of parts inside one another each holds all that are in it."""
    taken: list[int] = []
    text_of = markup.text_of

    def counting(element: etree._Element) -> str:
        taken.append(sum(1 for _ in element.iter()) + len(text := text_of(element)))
        return text

    monkeypatch.setattr(markup, "text_of", counting)
    path = tmp_path / "x"
    page = front + NESTED[name] * 400
    path.write_text(page, "utf-8")
    list(reftel.read_cables(path, on_error=lambda _error: None))
    assert sum(taken) < 12 * len(page)


def test_metadata_on_paired_cells_are_read_beside_a_layout_table(tmp_path: Path) -> None:
    cells = "".join(f"<tr><td>{label}:</td><td>{value}</td></tr>" for label, value in (("Film Number", "D7"), ("Legacy Key", "x"), ("Locator", "y"), ("From", "OSLO")))
    path = tmp_path / "x"
    path.write_text(f"<html><table><tr><td><table>{cells}</table></td><td><pre>{HEADER}\n\n{BODY}</pre></td></tr></table></html>", "utf-8")
    (cable,) = reftel.read_cables(path)
    assert cable.source is not None
    assert cable.source.container == "plusd-html"
    assert cable.id == "08OSLO12"
