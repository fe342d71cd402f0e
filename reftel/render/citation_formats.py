"""A cable as a historian cites it: a footnote, a BibTeX entry, a RIS record.

The footnote follows the Chicago Manual of Style's notes-and-bibliography form for unpublished documents: author (the post), title in
quotation marks, what identifies the item (the reference number), date; then the classification, which readers of cables want to know,
and the paragraphs. What a cable does not show is left out, never guessed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reftel.render.safe import safe_line

if TYPE_CHECKING:
    from reftel.schema.cable import Cable
    from reftel.search.results import Hit

_AMERICAN = re.compile(r"(?:US (?=[A-Z])|(?=(?:Embassy|Consulate|Consular Agency|Mission|REO)\b))")
_NAMED = {"Secretary of State": "U.S. Department of State"}
_QUOTES = str.maketrans({'"': "'", "“": "'", "”": "'"})
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def sender(cable: Cable) -> str | None:
    """Who sent a cable, as a note names it; ``None`` where that is unknown.

    ``"Embassy Baku"`` -> ``"U.S. Embassy Baku"``; ``"US Mission Geneva"`` -> ``"U.S. Mission Geneva"``; ``"USUN New York"`` stays.
    """
    name = safe_line(cable.origin or cable.post or "")
    if _AMERICAN.match(name):
        return _AMERICAN.sub("U.S. ", name, count=1)
    return _NAMED.get(name, name) or None


def written_date(cable: Cable) -> str:
    """``"February 13, 2008"``, as far as it is known; ``"n.d."`` where it is not."""
    if not cable.date:
        return "n.d."
    year, month, day = cable.date[:4], int(cable.date[5:7] or 1), int(cable.date[8:10] or 1)
    if cable.date_precision == "year":
        return year
    name = calendar.month_name[month]
    return f"{name} {year}" if cable.date_precision == "month" else f"{name} {day}, {year}"


def paragraph_reference(hit: Hit) -> str | None:
    """The numbered paragraphs of a hit: ``"para. 4"``, ``"paras. 1, 3–5"``; ``None`` where none has a number."""
    numbers = sorted({paragraph.number for paragraph in hit.paragraphs if paragraph.number is not None})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    text = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"para{'s' if len(numbers) > 1 else ''}. {text}" if text else None


def footnote(hit: Hit) -> str:
    """One line, ``U.S. Embassy Baku, "MINSK GROUP VISIT," 08BAKU101, February 13, 2008, CONFIDENTIAL, paras. 1–2.``, without a line end.

    A cable without an id is named by the key under which the archive holds it.
    """
    cable = hit.cable
    subject = safe_line(cable.subject or "").translate(_QUOTES).rstrip(" .,;:")
    parts = [
        sender(cable),
        None if subject else "telegram",
        cable.id or f"[no number, {cable.key}]",
        written_date(cable),
        cable.classification,
    ]
    behind = safe_line(", ".join(filter(None, (*parts[1:], paragraph_reference(hit)))))
    before = ", ".join(filter(None, (parts[0], f'"{subject},"' if subject else None)))
    text = f"{before}{' ' if subject else ', ' if before else ''}{behind}"
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def render_footnotes(hits: Iterable[Hit]) -> Iterator[str]:
    """One footnote a line."""
    return map(footnote, hits)


# -- BibTeX ------------------------------------------------------------------------------------------------------------------------------

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}  # fmt: skip
_TEX_SIGN = re.compile(r"[\\{}~^&%$#_]")


def tex(text: str) -> str:
    r"""``text`` on one line with what TeX would obey written out: ``"R&D 5%"`` -> ``"R\&D 5\%"``. Braces stay balanced."""
    return _TEX_SIGN.sub(lambda match: _TEX[match.group()], safe_line(text))


def render_bibtex(hits: Iterable[Hit]) -> Iterator[str]:
    """One ``@techreport`` a hit, which Zotero takes for a report: number, institution, type. UTF-8, so that letters stay letters."""
    return map(_bibtex, hits)


def _bibtex(hit: Hit) -> str:
    cable = hit.cable
    fields = {
        "author": f"{{{tex(sender(cable) or 'unknown')}}}",
        "title": f"{{{tex(cable.subject or '') or '[no subject]'}}}",
        "institution": tex(sender(cable) or "unknown"),
        "type": "Cable",
        "number": tex(cable.id or cable.key),
        "year": tex(cable.date[:4]) if cable.date else None,
        "month": _month(cable),
        "day": str(int(cable.date[8:10])) if cable.date and cable.date_precision in ("day", "hour", "minute") else None,
        "keywords": tex(", ".join(tag.replace(",", "") for tag in cable.tags)) or None,
        "note": tex(_note(hit)) or None,
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@techreport{{{_entry_key(cable)},", *lines, "}", ""])


def _month(cable: Cable) -> str | None:
    return _MONTHS[int(cable.date[5:7]) - 1] if cable.date and cable.date_precision != "year" else None


def _entry_key(cable: Cable) -> str:
    return re.sub(r"[^A-Za-z0-9:-]", "", cable.key)


def _note(hit: Hit) -> str:
    """What neither format has a field for: classification with caveats, the paragraphs, who signed."""
    cable = hit.cable
    parts = (
        "//".join(filter(None, (cable.classification, *cable.caveats))),
        paragraph_reference(hit),
        f"signed {', '.join(cable.signers)}" if cable.signers else None,
    )
    return "; ".join(part for part in parts if part)


# -- RIS ---------------------------------------------------------------------------------------------------------------------------------


def render_ris(hits: Iterable[Hit]) -> Iterator[str]:
    """One record of type ``RPRT`` a hit. The number is in ``SN``, the day in ``DA``, as Zotero reads them."""
    return map(_ris, hits)


def _ris(hit: Hit) -> str:
    cable = hit.cable
    rows = [
        ("TI", safe_line(cable.subject or "") or "[no subject]"),
        ("AU", sender(cable)),
        ("PB", sender(cable)),
        ("M3", "Cable"),
        ("SN", cable.id or cable.key),
        ("PY", cable.date[:4] if cable.date else None),
        ("DA", _ris_date(cable)),
        ("AB", cable.summary),
        *(("KW", tag) for tag in cable.tags),
        ("N1", _note(hit)),
    ]
    lines = [f"{name}  - {safe_line(value)}" for name, value in rows if value]
    return "\n".join(["TY  - RPRT", *lines, "ER  - ", ""])


def _ris_date(cable: Cable) -> str | None:
    """``YYYY/MM/DD/`` with unknown parts left empty."""
    if not cable.date:
        return None
    month = cable.date[5:7] if cable.date_precision != "year" else ""
    day = cable.date[8:10] if cable.date_precision not in ("year", "month") else ""
    return f"{cable.date[:4]}/{month}/{day}/"
