import csv
from pathlib import Path

import pytest

from reftel.schema.posts import all_posts, squash_name
from reftel.schema.tables import read_table

TABLES = sorted(path.stem for path in Path(__file__).parents[2].joinpath("schema", "tables").glob("*.csv"))
KINDS = {"embassy", "consulate", "mission", "office", "department"}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_its_source(name: str) -> None:
    rows = read_table(name)
    assert rows
    assert all(row["source"] and row["source"].strip() == row["source"] for row in rows)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_every_column(name: str) -> None:
    path = Path(__file__).parents[2] / "schema" / "tables" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        widths = {len(row) for row in csv.reader(file)}
    assert len(widths) == 1


def test_posts_are_unique_sorted_and_canonical() -> None:
    stems = [row["stem"] for row in read_table("posts")]
    assert stems == sorted(set(stems))
    assert all(stem.isalpha() and stem.isupper() for stem in stems)
    assert {post.kind for post in all_posts().values()} == KINDS
    assert all(len(post.country) == 2 and post.country.isupper() for post in all_posts().values())


def test_no_name_belongs_to_two_posts() -> None:
    owners: dict[str, str] = {}
    for post in all_posts().values():
        for name in (post.stem, *post.aliases):
            assert owners.setdefault(squash_name(name), post.stem) == post.stem, name
