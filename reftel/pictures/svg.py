"""What all pictures are drawn with: elements whose texts are escaped, marks that a keyboard reaches, a frame with title and description.

Lines and letters take the colour of what is around them (``currentColor``), and marks have colours that are seen on light and dark ground, so that a
picture stands in any page. In a file of its own it follows what the reader's system prefers.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from reftel.render.safe import safe_line

Link = Callable[[str], str]
"""Makes the address to which a mark leads, of the value that it stands for."""

INK, WARM = "#4a86c5", "#c9703a"
"""Colours of marks: of hits, and of what is not in the archive."""

_LONGEST_TITLE = 200  # characters

_ALONE = (
    "<style>svg{color:#1b1b1b;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e4e4e4;background:#16181c}}"
    "a:focus,g:focus{outline:2px solid #e8a33d}</style>"
)
# What XML 1.0 has no way to write, whatever escapes it.
_NOT_XML = dict.fromkeys((*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")


def plain(value: object) -> str:
    """A text or a number on one line, as XML: escaped, and what cannot be seen made visible."""
    return html.escape(safe_line(f"{value:,}" if isinstance(value, int) else str(value)).translate(_NOT_XML))


def element(name: str, attributes: dict[str, object], inner: str = "") -> str:
    """An element around others; attributes are escaped, those that are ``None`` left out. Numbers have two decimals at most."""
    given = "".join(f' {key}="{_number(value) if isinstance(value, float | int) else plain(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(x: float, y: float, words: object, **attributes: object) -> str:
    """A line of text; ``anchor`` ``middle`` or ``end``, ``size`` in pixels."""
    anchor, size = attributes.pop("anchor", None), attributes.pop("size", 12)
    given = {"x": x, "y": y, "font-size": size, "fill": "currentColor", "text-anchor": anchor, **attributes}
    return element("text", given, plain(words))


def short(words: str, most: int) -> str:
    """A text cut to so many characters: ``("Bandar Seri Begawan", 8)`` -> ``"Bandar …"``."""
    line = safe_line(words)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def mark(label: str, shape: str, address: str | None = None) -> str:
    """A shape that says what it is, to the pointer and to a screen reader, and that the keyboard comes to; with an address it leads there."""
    inner = f"{element('title', {}, plain(label))}{shape}"
    if address is None:
        return element("g", {"tabindex": 0, "role": "img", "aria-label": label}, inner)
    return element("a", {"href": address, "aria-label": label}, inner)


def names_below(names: Sequence[str], left: float, step: float, y: float, width: float) -> list[str]:
    """The names of some columns that are ``step`` pixels wide: as many as have room on a picture of this width, each in the middle of its own."""
    longest = max(map(len, names), default=0) * 7.5
    nth = max(1, -(-(longest + 10) // step))
    middles = (left + (place + 0.5) * step for place in range(len(names)))
    return [
        text(x, y, name, anchor="middle")
        for place, (x, name) in enumerate(zip(middles, names, strict=True))
        if place % nth == 0 and x + longest / 2 <= width
    ]


def swatch(x: float, y: float, words: str, colour: str, **attributes: object) -> str:
    """A text with the colour that it explains in front of it."""
    return element("rect", {"x": x, "y": y - 10, "width": 14, "height": 11, "fill": colour, **attributes}) + text(x + 19, y, words)


def frame(title: str, description: str, size: tuple[float, float], inner: str, *, alone: bool = False) -> str:
    """The whole picture. ``alone``: for a file of its own, which says its colours itself."""
    (width, height), title = size, short(title, _LONGEST_TITLE)
    head = element("title", {}, plain(title)) + element("desc", {}, plain(description)) + (_ALONE if alone else "")
    given = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:g} {height:g}", "width": width, "height": height, "role": "group",
        "aria-label": title, "class": "picture", "font-family": "system-ui, sans-serif",
    }  # fmt: skip
    return element("svg", given, head + inner)


def cables(count: int) -> str:
    """``1`` -> ``"1 cable"``, ``1200`` -> ``"1,200 cables"``."""
    return f"{count:,} cable{'' if count == 1 else 's'}"


def steps(highest: float) -> list[int]:
    """At most five round numbers from 0 up, for a scale whose highest value is this: ``37`` -> ``[0, 10, 20, 30]``."""
    wide = max(1, next(step for power in range(12) for step in (10**power, 2 * 10**power, 5 * 10**power) if highest / step <= 4))
    return list(range(0, int(highest) + 1, wide))
