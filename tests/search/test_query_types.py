"""Field types: a line in the field table is a whole field, and the query language knows none by its name."""

from __future__ import annotations

import ast
import fnmatch
from pathlib import Path
from typing import get_args

import pytest

import reftel.search.query
from reftel.schema.errors import QueryError
from reftel.schema.fields import FIELDS, STORED, Kind, fields_by_name
from reftel.search.plan import Range, Value, ValuePattern
from reftel.search.query import read_query
from reftel.search.query.types import TYPES, Completion, type_of


def test_every_kind_has_a_type_and_a_way_to_be_stored():
    assert set(TYPES) == set(STORED) == set(get_args(Kind))
    assert {field.kind for field in FIELDS} == set(TYPES)


@pytest.mark.parametrize(("name", "example"), [(field.name, example) for field in FIELDS for example in field.examples])
def test_every_example_of_a_field_is_read(name, example):
    assert fields_by_name()[example.lstrip("-").partition(":")[0]].name == name
    assert not read_query(example).notes


@pytest.mark.parametrize("field", [field for field in FIELDS if list(type_of(field).known(field))], ids=lambda field: field.name)
def test_every_value_that_is_known_beforehand_is_read(field):
    for value in type_of(field).known(field):
        assert read_query(f'{field.name}:"{value}"').plan


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_comparison_is_read_where_the_type_compares_and_refused_elsewhere(field):
    value = next(iter(type_of(field).known(field)), "2008-02")
    compares = type_of(field).compares and not field.of
    if compares:
        assert read_query(f"{field.name}:>={value}").plan
    else:
        with pytest.raises(QueryError):
            read_query(f"{field.name}:>={value}")


@pytest.mark.parametrize("field", [field for field in FIELDS if field.stored in ("keyword", "number")], ids=lambda field: field.name)
def test_values_are_asked_of_the_field_itself(field):
    node = read_query(field.examples[0]).plan
    assert isinstance(node, Value | ValuePattern | Range)
    assert node.field == field.name


NAMES = set(fields_by_name()) - set(get_args(Kind))
"""Names of fields that are no names of kinds."""

MODULES = sorted(path for folder in reftel.search.query.__path__ for path in Path(folder).glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_the_query_language_names_a_field(module):
    constants = {node.value for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert sorted(constants & NAMES) == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_type_says_where_its_values_come_from(field):
    source = type_of(field).completion(field)
    assert source in get_args(Completion)
    assert (source == "known") == bool(list(type_of(field).known(field)))
    assert source != "facet" or field.facet


@pytest.mark.parametrize("value", ["THE “QUOTED” NAME", 'A "B" C', "«X»", "a＂b", "X，Y", "WHO?", "A*B", "half‑way", "a, b|c", "+X", "!X", "X+", "=X", "≥X"])
@pytest.mark.parametrize("name", ["tags", "from", "caveat"])
def test_any_value_can_be_written_back_into_a_query(name, value):
    field = fields_by_name()[name]
    text = f'{name}:"{type_of(field).written(value)}"'
    node = read_query(text).plan
    asked = node.values[0] if isinstance(node, Value) else node.pattern
    assert fnmatch.fnmatchcase(field.normalise(value), asked.replace("[", "[[]"))
    assert read_query(read_query(text).printed).plan == node


@pytest.mark.parametrize("value", ["O“NEILL", 'JANE "JJ" ROE', "«ROE»", "ROE?", "ＲＯＥ＂X", "ROE*"])
def test_names_can_be_written_back_as_words(value):
    field = fields_by_name()["signer"]
    assert "?" not in type_of(field).written(value)
    assert read_query(f'signer:"{type_of(field).written(value)}"').plan
