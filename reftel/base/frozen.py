"""Frozen dataclasses whose classes and instances are both quick to make."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, dataclass_transform, overload

Made = TypeVar("Made")
_Writer = Callable[[type[Any]], Callable[..., Any]]


@overload
def frozen(cls: type[Made]) -> type[Made]: ...
@overload
def frozen(*, kw_only: bool = False, brief: bool = False) -> Callable[[type[Made]], type[Made]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[Any] | None = None, *, kw_only: bool = False, brief: bool = False) -> Any:
    """The class as a frozen dataclass with slots: ``@frozen``, or ``@frozen(kw_only=True)``.

    It behaves as one of ``dataclasses.dataclass(frozen=True, slots=True)``, but for two costs:

    * `dataclasses` writes six methods as source and compiles them, which takes some 0.7 ms a class; a search begins by importing a hundred.
      Here a method is written when it is first called, what `dataclasses.fields` tells is made when it is first asked for, and the classes of what a
      process does not do cost next to nothing.
    * The ``__init__`` that `dataclasses` writes for a frozen class sets each field by ``object.__setattr__``, which looks up by name where
      the field is; one cable takes some three hundred fields. Here each value is given to its slot, in half the time.

    Measured by ``benchmarks/frozen.py``, in microseconds for a class of five fields, the same with its first instance, and a further instance:
    the standard library 940, 952 and 1.30; this 40, 142 and 0.75; a ``msgspec.Struct`` 20, 20 and 0.14. So the records of ``schema/cable.py``
    and what a cable is read into on the way to them are structs; the others are not, since a struct can't leave a field out of comparison, as the
    nodes of plans and trees do with their places.

    ``brief``: its ``repr()`` is that of `brief_repr`.
    """
    return (lambda given: _freeze(given, kw_only, brief)) if cls is None else _freeze(cls, kw_only, brief)


def _freeze(cls: type[Any], kw_only: bool, brief: bool) -> type[Any]:
    """The class again, with slots. What `dataclasses` wants to know of its fields is worked out when it is first asked for."""
    kinds = vars(cls).get("__annotations__", {})
    own = {name: (kind, vars(cls).get(name, dataclasses.MISSING), kw_only) for name, kind in kinds.items()}
    namespace = {name: value for name, value in vars(cls).items() if name not in kinds and name not in ("__dict__", "__weakref__")}
    inherited = [name for base in cls.__mro__[1:] for name in vars(base).get("__slots__", ())]
    namespace |= {"__slots__": tuple(name for name in own if name not in inherited), "__frozen__": own, "__qualname__": cls.__qualname__}
    made: type[Any] = type(cls.__name__, cls.__bases__, namespace)
    methods = {
        "__init__": _Unwritten(made, "__init__", _write_init),
        "__eq__": _postponed(made, "__eq__", _write_eq),
        "__hash__": _postponed(made, "__hash__", _write_hash),
        "__repr__": brief_repr if brief else _repr,
        "__setattr__": _refuser(made, "assign to"),
        "__delattr__": _refuser(made, "delete"),
        "__getstate__": _get_state,
        "__setstate__": _set_state,
        "__match_args__": tuple(name for name, field in _fields(made).items() if not field.by_name),
        "__dataclass_fields__": _Fields(made),
        "__dataclass_params__": _PARAMETERS,
    }
    if not any(field.by_name for field in _fields(made).values()):
        methods["__reduce_ex__"] = _postponed(made, "__reduce_ex__", _write_reduce)
    for name, method in methods.items():
        setattr(made, name, method)
    return made


class _Field:
    """A field as it was written: its type, its default, and whether it is given by name alone; the rest as `dataclasses.field` has it."""

    __slots__ = ("by_name", "default", "factory", "kind", "written")

    def __init__(self, kind: Any, default: Any, by_name: bool) -> None:
        self.kind, self.default, self.by_name = kind, default, by_name
        self.factory: Any = dataclasses.MISSING
        self.written: dataclasses.Field[Any] | None = default if isinstance(default, dataclasses.Field) else None
        if self.written is not None:
            self.default, self.factory = self.written.default, self.written.default_factory
            self.by_name = by_name if self.written.kw_only is dataclasses.MISSING else self.written.kw_only

    @property
    def compared(self) -> bool:
        return self.written is None or self.written.compare

    @property
    def hashed(self) -> bool:
        return self.compared if self.written is None or self.written.hash is None else self.written.hash


def _fields(cls: type[Any]) -> dict[str, _Field]:
    """The fields of a class, those of its bases first."""
    return {name: _Field(*field) for base in reversed(cls.__mro__) for name, field in vars(base).get("__frozen__", {}).items()}


class _Fields:
    """Stands in a class for what `dataclasses` has there, which is made by it when somebody first asks for it."""

    __slots__ = ("_cls",)

    def __init__(self, cls: type[Any]) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type[Any]) -> dict[str, Any]:
        own = vars(self._cls)["__frozen__"]
        names = {"__annotations__": {name: kind for name, (kind, _, _) in own.items()}, "__module__": self._cls.__module__, "__doc__": "Like it."}
        defaults = {name: default for name, (_, default, _) in own.items() if default is not dataclasses.MISSING}
        by_name = any(each for _, _, each in own.values())
        like: type[Any] = type(self._cls.__name__, self._cls.__bases__, names | defaults)
        fields: dict[str, Any] = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=by_name)(like).__dataclass_fields__
        setattr(self._cls, "__dataclass_fields__", fields)  # noqa: B010
        return fields


@dataclasses.dataclass(init=False, repr=False, eq=False)
class _Like:
    """Any dataclass."""


_PARAMETERS = vars(_Like)["__dataclass_params__"]


class _Unwritten:
    """Stands in a class for its ``__init__``, which is written when somebody first asks for it; so the signature is right for all who ask."""

    __slots__ = ("_cls", "_name", "_write")

    def __init__(self, cls: type[Any], name: str, write: _Writer) -> None:
        self._cls, self._name, self._write = cls, name, write

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        return _put(self._cls, self._name, self._write).__get__(instance, owner)


def _postponed(cls: type[Any], name: str, write: _Writer) -> Callable[..., Any]:
    """A method that writes the real one when it is first called.

    Not `_Unwritten`: while Python looks for how to compare, it drops whatever is raised, and a Ctrl-C would be lost.
    """

    def method(self: object, *others: object) -> Any:
        return _put(cls, name, write)(self, *others)

    return method


def _put(cls: type[Any], name: str, write: _Writer) -> Callable[..., Any]:
    """The method of a class, written and put in its place. Two threads may both do it, with the same method."""
    method = write(cls)
    method.__qualname__, method.__module__ = f"{cls.__qualname__}.{name}", cls.__module__
    setattr(cls, name, method)
    return method


def _write_init(cls: type[Any]) -> Callable[..., None]:
    names: dict[str, Any] = {"_missing": dataclasses.MISSING}
    plain: list[str] = ["self"]
    keywords: list[str] = []
    lines = []
    fields = _fields(cls)
    for name, field in fields.items():
        names[f"set_{name}"] = getattr(cls, name).__set__
        parameter, value = name, name
        if field.default is not dataclasses.MISSING:
            names[f"default_{name}"] = field.default
            parameter += f"=default_{name}"
        elif field.factory is not dataclasses.MISSING:
            names[f"make_{name}"] = field.factory
            parameter, value = f"{parameter}=_missing", f"make_{name}() if {name} is _missing else {name}"
        (keywords if field.by_name else plain).append(parameter)
        lines.append(f"set_{name}(self, {value})")
    parameters = [*plain, "*", *keywords] if keywords else plain
    made = _function("__init__", parameters, lines or ["pass"], names)
    made.__annotations__ = {name: field.kind for name, field in fields.items()} | {"return": None}
    return made


def _write_eq(cls: type[Any]) -> Callable[..., bool]:
    compared = [name for name, field in _fields(cls).items() if field.compared]
    mine, theirs = _values("self", compared), _values("other", compared)
    lines = [f"return {mine} == {theirs} if other.__class__ is self.__class__ else NotImplemented"]
    return _function("__eq__", ["self", "other"], lines, {})


def _write_hash(cls: type[Any]) -> Callable[..., int]:
    hashed = [name for name, field in _fields(cls).items() if field.hashed]
    return _function("__hash__", ["self"], [f"return hash({_values('self', hashed)})"], {})


def _write_reduce(cls: type[Any]) -> Callable[..., Any]:
    """What is pickled: the class and its values, of which ``__init__`` makes an instance several times faster than field by field."""
    line = f"return (cls, {_values('self', list(_fields(cls)))}) if self.__class__ is cls else object.__reduce_ex__(self, protocol)"
    return _function("__reduce_ex__", ["self", "protocol"], [line], {"cls": cls})


def _values(of: str, names: list[str]) -> str:
    return f"({''.join(f'{of}.{name}, ' for name in names)})"


def _function(name: str, parameters: list[str], lines: list[str], names: dict[str, Any]) -> Callable[..., Any]:
    """A function from its source, which is how `dataclasses` makes them too."""
    source = f"def {name}({', '.join(parameters)}):\n  " + "\n  ".join(lines)
    # Compiled before: a Ctrl-C in text that `exec` runs ends the process by the signal, even where it was caught.
    exec(compile(source, "<frozen>", "exec"), names)  # noqa: S102 - field names of our own classes
    made: Callable[..., Any] = names[name]
    return made


@reprlib.recursive_repr()
def _repr(self: Any) -> str:
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(values)})"


_LONGEST, _LONGEST_VALUE, _LONGEST_PATH = 200, 60, 120  # characters


def brief_repr(self: Any) -> str:
    """A dataclass or ``msgspec.Struct`` on a line of at most 200 characters, without absent values; long texts are cut, long collections counted."""
    shown = f"{self.__class__.__qualname__}("
    for name in _shown_fields(self):
        value = getattr(self, name)
        if value is None or (isinstance(value, _COLLECTIONS) and not value):
            continue
        part = f"{'' if shown.endswith('(') else ', '}{name}={_brief(value)}"
        if len(shown) + len(part) + len(", …)") > _LONGEST:
            return f"{shown}, …)"
        shown += part
    return f"{shown})"


def _shown_fields(value: Any) -> Sequence[str]:
    """The names of the fields of a dataclass or ``msgspec.Struct``; none for other values."""
    if dataclasses.is_dataclass(value):
        return [field.name for field in dataclasses.fields(value) if field.repr]
    return getattr(value, "__struct_fields__", ())


def brief_path(name: str) -> str:
    """The name of a file in quotes, its end if it is long."""
    shown = repr(name)
    return shown if len(shown) <= _LONGEST_PATH else f"{shown[0]}…{shown[-_LONGEST_PATH:]}"


_COLLECTIONS = (str, bytes, tuple, list, dict, set, frozenset)


def _brief(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        text = repr(value[:_LONGEST_VALUE])
        return text if len(value) <= _LONGEST_VALUE >= len(text) else f"{text[: _LONGEST_VALUE - 2]}…{text[-1]}"
    if _shown_fields(value):
        name = getattr(value, "key", None)
        return f"<{type(value).__name__}{f' {name!a}'[:_LONGEST_VALUE] if isinstance(name, str) else ''}>"
    if isinstance(value, _COLLECTIONS) and len(value) <= _LONGEST_VALUE and not any(map(_shown_fields, value)):
        text = repr(value)
        if len(text) <= _LONGEST_VALUE:
            return text
    if isinstance(value, _COLLECTIONS):
        return f"<{len(value):,} {'item' if len(value) == 1 else 'items'}>"
    return repr(value)[:_LONGEST_VALUE]


def _refuser(cls: type[Any], verb: str) -> Callable[..., None]:
    """What refuses to change a field. A class derived from ``cls`` may have attributes beside the fields."""

    def refuse(self: object, name: str, *value: object) -> None:
        if type(self) is cls or name in cls.__dataclass_fields__:
            raise dataclasses.FrozenInstanceError(f"cannot {verb} field {name!r}")
        getattr(super(cls, self), "__setattr__" if value else "__delattr__")(name, *value)

    return refuse


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
