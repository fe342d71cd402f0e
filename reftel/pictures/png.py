"""A picture as PNG."""

from __future__ import annotations

from reftel.schema.errors import MissingLibrary


def as_png(picture: str) -> bytes:
    """The PNG of an SVG, on white, two pixels for each of its own. `MissingLibrary` without CairoSVG or the system's Cairo."""
    try:
        import cairosvg  # noqa: PLC0415 - an optional extra
    except (ImportError, OSError) as error:  # OSError: it found no Cairo on this machine
        raise MissingLibrary("a PNG needs CairoSVG, and the system's Cairo: pip install 'reftel[plot]'") from error
    drawn: bytes = cairosvg.svg2png(bytestring=picture.encode(), background_color="white", scale=2)
    return drawn
