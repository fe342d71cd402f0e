"""Who used the word "precedent" in a paragraph about the Minsk Group, under which mark, and what do those cables cite?

usage: python docs/examples/precedents.py SOURCE ARCHIVE
"""

from __future__ import annotations

import sys

import reftel


def main(source: str, folder: str) -> None:
    report = reftel.build([source], folder)
    print(f"{report.total} cables, {len(report.failures)} records not read")

    with reftel.open(folder) as archive:
        page = archive.search('"Minsk Group" w/p precedent', facets=["year", "from:5"], sort="date", limit=None)
        print(f"{page.total} cables for {page.query}")
        for hit in page.hits:
            for paragraph in hit.paragraphs:
                words = [paragraph.text[start:end] for start, end in paragraph.highlights]
                print(f"{hit.key}  paragraph {paragraph.number} ({paragraph.mark})  {', '.join(dict.fromkeys(words))}")
            for reference in hit.cable.refs:
                if reference.id:
                    held = "held" if reference.id in archive else "not held"
                    print(f"  cites {reference.id} ({held})")
        print("by year:", {bucket.value: bucket.count for bucket in page.facets["year"]})

        try:
            archive.search("singer:derse")
        except reftel.QueryError as error:
            print(f"column {error.column}: {error.message}; {error.hint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
