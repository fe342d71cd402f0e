import copy
import dataclasses
import inspect
import pickle
import types

import pytest

from reftel.base.frozen import frozen


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


@frozen(kw_only=True)
class Base:
    place: int = dataclasses.field(default=0, compare=False)


@frozen
class Leaf(Base):
    text: str
    words: list[str] = dataclasses.field(default_factory=list)
    shown: int = dataclasses.field(default=1, repr=False, kw_only=True)


@frozen
class Late:
    value: int


_unwritten = dict(vars(Late))


@frozen
class Empty(Base):
    pass


@frozen
class Lone:
    pass


def test_fields_of_the_base_and_by_name_alone():
    leaf = Leaf("a", place=3)
    assert (leaf.text, leaf.words, leaf.shown, leaf.place) == ("a", [], 1, 3)
    assert Leaf("a", ["b"]).words == ["b"]
    assert Leaf("a").words is not Leaf("a").words
    assert (Leaf.__match_args__, Empty(place=2).place, Lone()) == (("text", "words"), 2, Lone())
    with pytest.raises(TypeError):
        Leaf("a", [], 1)
    with pytest.raises(TypeError):
        Empty(1)


def test_what_is_compared_and_shown():
    assert Leaf("a", place=3) == Leaf("a", place=4) != Leaf("a", shown=2)
    assert hash(Empty(place=1)) == hash(Empty(place=2))
    assert Empty() != Lone()
    assert Leaf("a").__eq__("a") is NotImplemented
    assert repr(Leaf("a", ["b"], place=3)) == "Leaf(place=3, text='a', words=['b'])"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Leaf("a"))


def test_a_field_cannot_be_deleted():
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'left'"):
        del Pair("a").left


def test_a_derived_class_may_have_more():
    class Named(Pair):
        pass

    named = Named("a")
    named.name = "x"
    assert (named.left, named.name, named != Pair("a")) == ("a", "x", True)
    assert (type(copy.copy(named)), copy.copy(named).left) == (Named, "a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        named.left = "b"
    del named.name
    assert not hasattr(named, "name")


def test_methods_are_written_when_they_are_called():
    @frozen
    class Idle:
        value: int

    before = Idle.__dict__["__init__"]
    assert not inspect.isfunction(before)
    assert (Idle(1).value, Idle(2) == Idle(2)) == (1, True)
    assert inspect.isfunction(Idle.__dict__["__init__"])
    assert inspect.isfunction(Idle.__dict__["__eq__"])
    assert Idle.__init__.__qualname__.endswith("Idle.__init__")


@pytest.mark.parametrize("ask", [lambda late: late == copy.copy(late), hash, lambda _late: Late(2)])
def test_an_interrupted_writing_is_not_lost(monkeypatch, ask):
    def interrupted(*_args):
        raise KeyboardInterrupt

    late = Late(1)
    monkeypatch.setattr("reftel.base.frozen._function", interrupted)
    for name in ("__init__", "__eq__", "__hash__"):
        monkeypatch.setattr(Late, name, _unwritten[name])
    with pytest.raises(KeyboardInterrupt):
        ask(late)


def test_no_text_is_run(monkeypatch):
    """A process whose Ctrl-C falls into ``exec(text)`` dies of the signal, even where the interruption was caught; into a code object's, it goes on."""
    ran = []
    monkeypatch.setattr("reftel.base.frozen.exec", lambda code, names: (ran.append(code), exec(code, names)), raising=False)

    @frozen
    class Written:
        value: int

    assert hash(Written(1)) == hash(Written(1))
    assert Written(1) == Written(1)
    assert [type(code) for code in ran] == [types.CodeType] * 3


def test_fields_are_told_as_a_dataclass_tells_them():
    told = [(field.name, field.type, field.default, field.kw_only, field.compare, field.repr) for field in dataclasses.fields(Leaf)]
    assert told == [
        ("place", Base.__annotations__["place"], 0, True, False, True), ("text", str, dataclasses.MISSING, False, True, True),
        ("words", list[str], dataclasses.MISSING, False, True, True), ("shown", int, 1, True, True, False),
    ]  # fmt: skip
    assert dataclasses.is_dataclass(Empty)
    assert [field.name for field in dataclasses.fields(Empty)] == ["place"]
    assert dataclasses.fields(Lone) == ()


def test_a_dataclass_may_stand_on_one():
    @dataclasses.dataclass
    class Further(Base):
        more: str = ""

    assert [field.name for field in dataclasses.fields(Further)] == ["place", "more"]
