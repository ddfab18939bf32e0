"""The strict converter. It never guesses: unknown keys, wrong types and values out of range are all reported at once.

Understands nested dataclasses, `tuple[T, ...]`, enums by value, `Path` (relative ones are taken from the file's
folder), `str`, `int`, `float`, `bool` and `T | None`. A dataclass checks its own ranges in `__post_init__` by raising
`ValueError` with the words "expected …"; `at("key: …")` style prefixes are not needed, the path is added here.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a configuration file."""

    file: str
    key: str
    """Path of the key: dots between tables, numbers for entries of an array (`item.3.uid`); empty for the file."""
    expected: str
    found: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: expected {self.expected}, found {self.found}"


class SettingsRefused(Exception):
    """A configuration with faults; `faults` has every one of them."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class _Nothing:
    """Stands for a value that could not be made; its fault is already reported."""


_NOTHING = _Nothing()


def convert(kind: type[T], table: Mapping[str, object], *, file: str, folder: Path) -> T:
    """Make a `kind` from a TOML table, or raise `SettingsRefused` with every fault.

    `file` names the source in messages; `folder` is where relative paths start.
    """
    conversion = _Conversion(file, folder)
    made = conversion.dataclass(kind, table, "")
    if conversion.faults or isinstance(made, _Nothing):
        raise SettingsRefused(conversion.faults)
    assert isinstance(made, kind)
    return made


class _Conversion:
    def __init__(self, file: str, folder: Path) -> None:
        self.file = file
        self.folder = folder
        self.faults: list[Fault] = []

    def fault(self, key: str, expected: str, found: object) -> _Nothing:
        self.faults.append(Fault(self.file, key, expected, found if isinstance(found, str) else _shown(found)))
        return _NOTHING

    def dataclass(self, kind: type, value: object, path: str) -> object:
        if not isinstance(value, Mapping):
            return self.fault(path, "a table", value)
        hints = get_type_hints(kind)
        known = {field.name: field for field in fields(kind)}
        before = len(self.faults)
        for key in value:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
                hint = f"did you mean `{nearest[0]}`?" if nearest else f"known keys: {', '.join(sorted(known))}"
                self.fault(_join(path, key), f"a known key ({hint})", f"`{key}`")
        made: dict[str, object] = {}
        for name, field in known.items():
            made[name] = self._field(field, hints[name], value, _join(path, name))
        if len(self.faults) > before:
            return _NOTHING
        try:
            return kind(**{name: item for name, item in made.items() if item is not _NOTHING})
        except ValueError as refusal:
            return self.fault(path, str(refusal).removeprefix("expected "), value)

    def _field(self, field: Field[object], hint: object, table: Mapping[str, object], path: str) -> object:
        if field.name in table:
            return self.value(hint, table[field.name], path)
        if field.default is MISSING and field.default_factory is MISSING:
            return self.fault(path, f"{_named(hint)} (this key is required)", "nothing")
        return _NOTHING

    def value(self, hint: object, value: object, path: str) -> object:
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            inner = [choice for choice in get_args(hint) if choice is not type(None)]
            assert len(inner) == 1, f"{path}: only `T | None` is understood"
            return self.value(inner[0], value, path)
        if origin is tuple:
            return self._tuple(get_args(hint)[0], value, path)
        supertype = getattr(hint, "__supertype__", None)
        if supertype is not None:
            return self.value(supertype, value, path)
        assert isinstance(hint, type), f"{path}: {hint!r} is not understood"
        if is_dataclass(hint):
            return self.dataclass(hint, value, path)
        return self._scalar(hint, value, path)

    def _tuple(self, inner: object, value: object, path: str) -> object:
        if not isinstance(value, list):
            return self.fault(path, f"an array of {_named(inner)}", value)
        return tuple(self.value(inner, entry, _join(path, str(place + 1))) for place, entry in enumerate(value))

    def _scalar(self, kind: type, value: object, path: str) -> object:
        if issubclass(kind, Enum):
            allowed = {member.value: member for member in kind}
            if not isinstance(value, str | int) or value not in allowed:
                return self.fault(path, " or ".join(repr(choice) for choice in allowed), value)
            return allowed[value]
        if kind is Path and isinstance(value, str) and value:
            return self.folder / value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is not Path and isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        return self.fault(path, _named(kind), value)


def _named(hint: object) -> str:
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_named(choice) for choice in get_args(hint) if choice is not type(None))
    if get_origin(hint) is tuple:
        return f"an array of {_named(get_args(hint)[0])}"
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return "a table"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(repr(member.value) for member in hint)
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Path: "a path (text)"}
    return names.get(hint, repr(hint)) if isinstance(hint, type) else repr(hint)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
