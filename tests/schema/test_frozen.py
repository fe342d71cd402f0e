import copy
import dataclasses
import inspect
import pickle

import pytest

from reftel.schema.frozen import frozen


@frozen
class Pair:
    left: str
    right: tuple[int, ...] = ()
    note: str | None = None

    @property
    def size(self) -> int:
        return len(self.right)


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    left: str
    right: tuple[int, ...] = ()
    note: str | None = None


@pytest.mark.parametrize(
    ("args", "named", "expected"),
    [
        (("a",), {}, ("a", (), None)),
        (("a", (1,)), {}, ("a", (1,), None)),
        (("a",), {"note": "n"}, ("a", (), "n")),
        ((), {"right": (1, 2), "left": "b"}, ("b", (1, 2), None)),
    ],
)
def test_fields_are_taken_as_a_dataclass_takes_them(args, named, expected) -> None:
    assert dataclasses.astuple(Pair(*args, **named)) == dataclasses.astuple(Plain(*args, **named)) == expected


@pytest.mark.parametrize(("args", "named"), [((), {}), (("a", (), None, 4), {}), (("a",), {"other": 1}), (("a",), {"left": "b"})])
def test_wrong_arguments_are_refused(args, named) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Pair(*args, **named)


def test_an_instance_cannot_be_changed() -> None:
    pair = Pair("a", (1,))
    with pytest.raises(dataclasses.FrozenInstanceError):
        pair.left = "b"
    with pytest.raises((AttributeError, TypeError)):
        pair.other = "b"
    assert (pair.left, pair.size) == ("a", 1)


def test_instances_compare_copy_and_travel() -> None:
    pair = Pair("a", (1,), "n")
    assert pair == Pair("a", (1,), "n") != Pair("a")
    assert hash(pair) == hash(Pair("a", (1,), "n"))
    assert pickle.loads(pickle.dumps(pair)) == copy.copy(pair) == dataclasses.replace(pair) == pair
    assert dataclasses.replace(pair, note=None) == Pair("a", (1,))
    assert repr(pair) == "Pair(left='a', right=(1,), note='n')"


def test_the_signature_is_that_of_a_dataclass() -> None:
    assert inspect.signature(Pair) == inspect.signature(Plain)
