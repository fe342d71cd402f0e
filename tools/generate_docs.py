"""Write the pages of docs/ that are generated: docs/fields.md from the field table, docs/warnings.md from the table of warnings,
docs/command-line.md from the commands' help.

usage: python tools/generate_docs.py
"""

from __future__ import annotations

from pathlib import Path

from command_page import command_page

from reftel.schema.fields import FIELDS, Field
from reftel.schema.warnings import WARNING_KINDS
from reftel.search.query.types import TYPES

DOCS = Path(__file__).resolve().parents[1] / "docs"

def fields_page() -> str:
    """docs/fields.md."""
    lines = [
        "# Fields",
        "",
        "Written from `schema/fields.py` by `make docs`. `reftel fields` prints the same table.",
        "",
        "| field | other names | kind | use | meaning | examples |",
        "|---|---|---|---|---|---|",
        *map(_field_row, FIELDS),
        "",
        "## Kinds",
        "",
        *(f"- **{kind}**: {each.help}." for kind, each in TYPES.items()),
        "",
        "## Values",
        "",
        *(f"- `{field.name}`: {', '.join(_values(field))}" for field in FIELDS if _values(field)),
    ]
    return "\n".join(lines) + "\n"


def _field_row(field: Field) -> str:
    uses = [use for use, given in (("bare words", field.default), ("facet", field.facet), ("sort", field.sort)) if given]
    examples = " ".join(f"`{example}`" for example in field.examples)
    return f"| `{field.name}` | {' '.join(f'`{alias}`' for alias in field.aliases)} | {field.kind} | {', '.join(uses)} | {field.help} | {examples} |"


def _values(field: Field) -> tuple[str, ...]:
    return field.scale.names if field.scale else field.choices


def warnings_page() -> str:
    """docs/warnings.md."""
    lines = [
        "# Warnings",
        "",
        "Written from `schema/warnings.py` by `make docs`. A warning never changes a value in silence: the field holds what could be read, the",
        "message quotes what was seen.",
        "",
        "| code | field | meaning |",
        "|---|---|---|",
        *(f"| `{kind.code}` | `{kind.field}` | {kind.help} |" for kind in WARNING_KINDS),
    ]
    return "\n".join(lines) + "\n"


PAGES = {"fields.md": fields_page, "warnings.md": warnings_page, "command-line.md": command_page}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
