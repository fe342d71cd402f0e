"""The synthetic cables as every engine gets them: made once, kept in a file under the system's folder for temporary files.

Plain values only, so that an engine of another Python can read them.
"""

from __future__ import annotations

import json
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BREAK = "\ue000"
"""A token between two blocks, so that no phrase reaches across; reftel knows blocks and needs none."""

_VERSION = 4
_BATCH = 500
Row = dict[str, Any]


def folder() -> Path:
    """Where the rows and the indexes of a run are kept."""
    place = Path(tempfile.gettempdir()) / "reftel-bench"
    place.mkdir(exist_ok=True)
    return place


def iter_batches(number: int) -> Iterator[list[Row]]:
    """``number`` rows, some hundreds at a time.

    ``texts``: folded words joined by blanks, a string a block, for subject, body and head. ``tags``, ``from``, ``year``, ``class``:
    values. ``date``: minutes since 1970. ``rank``: of the classification. ``regions``: block, level and caveats of each paragraph.
    ``stored``: what is shown of a hit, the record's JSON without the text as received (its paragraphs stay).
    """
    path = folder() / f"rows-{number}-{_VERSION}.pickle"
    if not path.exists():
        _write(path, number)
    with path.open("rb") as file:
        left = number
        while left > 0:
            batch = pickle.load(file)
            left -= len(batch)
            yield batch


def joined(row: Row) -> str:
    """All words of a row in one text, blocks parted by `BREAK`: what engines without blocks index."""
    return f" {BREAK} ".join(row["texts"]["body"])


def text_bytes(number: int) -> int:
    """UTF-8 bytes of the subjects and paragraphs of ``number`` rows, as received."""
    path = folder() / f"text-{number}-{_VERSION}.json"
    if not path.exists():
        path.write_text(json.dumps(sum(_text_bytes(row) for batch in iter_batches(number) for row in batch)), encoding="utf-8")
    size: int = json.loads(path.read_text(encoding="utf-8"))
    return size


def _text_bytes(row: Row) -> int:
    cable = json.loads(row["stored"])
    return sum(len(text.encode()) for text in (cable["subject"], *(paragraph["text"] for paragraph in cable["paragraphs"])))


def _write(path: Path, number: int) -> None:
    from synthetic import iter_cables  # noqa: PLC0415 - needs reftel, which readers do without

    unfinished = path.with_suffix(".new")
    batch: list[Row] = []
    with unfinished.open("wb") as file:
        for cable in iter_cables(number):
            batch.append(_row(cable))
            if len(batch) == _BATCH:
                pickle.dump(batch, file, protocol=5)
                batch = []
        if batch:
            pickle.dump(batch, file, protocol=5)
    unfinished.replace(path)


def _row(cable: Any) -> Row:
    import msgspec  # noqa: PLC0415

    from reftel.record import record_of  # noqa: PLC0415

    record = record_of(cable)
    stored = msgspec.structs.replace(cable, body="").to_dict()
    return {
        "key": record.key,
        "texts": {name: [" ".join(block) for block in record.words(name)] for name in ("subject", "body", "head")},
        "tags": record.keywords["tags"], "from": record.facets["from"], "year": record.keywords["year"], "class": record.facets["class"],
        "date": record.numbers["date"], "rank": record.numbers["class"],
        "regions": [(region.block, region.level, region.labels) for region in record.regions],
        "stored": json.dumps(stored, separators=(",", ":")).encode(),
    }  # fmt: skip
