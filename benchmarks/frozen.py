"""What `reftel.base.frozen` buys: making classes, and instances, beside the standard library's frozen dataclasses and ``msgspec``.

``python benchmarks/frozen.py`` writes a table to standard output. CPU time, the best of several rounds, each way in its turn; so the figures
are ratios that a busy machine doesn't change much. ``msgspec`` is left out where it isn't installed.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import time
from collections.abc import Callable
from typing import Any

from reftel.base.frozen import frozen

CLASSES, INSTANCES, ROUNDS = 100, 20_000, 7
FIELDS: dict[str, Any] = {"key": str, "number": int, "text": str, "mark": "str | None", "words": "tuple[str, ...]"}
VALUES = ("08BAKU123", 1, "text", None, ("a", "b"))


def _standard() -> type[Any]:
    return dataclasses.dataclass(frozen=True, slots=True)(type("Row", (), {"__annotations__": dict(FIELDS)}))


def _own() -> type[Any]:
    return frozen(type("Row", (), {"__annotations__": dict(FIELDS)}))


def _msgspec() -> type[Any]:
    import msgspec  # noqa: PLC0415 - need not be there

    return msgspec.defstruct("Row", list(FIELDS.items()), frozen=True)


def _best(work: Callable[[], Any]) -> float:
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def measured(make: Callable[[], type[Any]]) -> tuple[float, float, float]:
    """Microseconds for a class, for a class with its first instance, and for a further instance."""
    row = make()

    def instances() -> None:
        for _ in range(INSTANCES):
            row(*VALUES)

    row(*VALUES)
    classes = _best(lambda: [make() for _ in range(CLASSES)])
    first = _best(lambda: [make()(*VALUES) for _ in range(CLASSES)])
    return classes / CLASSES * 1e6, first / CLASSES * 1e6, _best(instances) / INSTANCES * 1e6


def main() -> None:
    """Print the table."""
    ways = {"`dataclass(frozen=True, slots=True)`": _standard, "`reftel.base.frozen`": _own}
    if importlib.util.find_spec("msgspec"):
        ways["`msgspec.Struct(frozen=True)`"] = _msgspec
    print("| way | µs a class | with its first instance | µs an instance |\n| --- | ---: | ---: | ---: |")
    for name, make in ways.items():
        print(f"| {name} | {' | '.join(f'{value:,.2f}' for value in measured(make))} |")


if __name__ == "__main__":
    main()
