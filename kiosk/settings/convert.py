"""The strict converter. It never guesses: unknown keys, wrong types and values out of range are all reported at once.

Understands nested dataclasses, `tuple[T, ...]`, enums by value, `Path` (relative ones are taken from the file's
folder), `date`, `str`, `int`, `float`, `bool` and `T | None`. Limits of one value stand beside its type, see
`kiosk.model.limits`. What concerns several values a dataclass checks in `__post_init__` by raising `ValueError` with
the words "expected …"; the path is added here. A key that is no name in Python stands in the field's metadata (`key`).
"""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar, Union, get_args, get_origin, get_type_hints

from kiosk.model.limits import Limit

LONGEST_SHOWN = 80
NEAR = 0.5
"""How alike a word and the one that was meant are at least (`difflib`)."""
FEW = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a configuration file."""

    file: str
    key: str
    """Path of the key: dots between tables, numbers for entries of an array (`item.3.uid`); empty for the file."""
    expected: str
    found: str
    line: int | None = None
    """From 1, where the key stands in a file; of the table around it where it is missing."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.key}" if self.key else place
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


@cache
def _hints(kind: type) -> dict[str, object]:
    """Of a dataclass, found out once: a catalogue's seed has thousands of one kind."""
    return get_type_hints(kind, include_extras=True)


class _Conversion:
    def __init__(self, file: str, folder: Path) -> None:
        self.file = file
        self.folder = folder
        self.faults: list[Fault] = []

    def fault(self, key: str, expected: str, found: object) -> _Nothing:
        self.faults.append(Fault(self.file, key, expected, shown(found)))
        return _NOTHING

    def dataclass(self, kind: type, value: object, path: str) -> object:
        if not isinstance(value, Mapping):
            return self.fault(path, "a table", value)
        hints = _hints(kind)
        known = {str(field.metadata.get("key", field.name)): field for field in fields(kind)}
        before = len(self.faults)
        for key in value:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=NEAR)
                hint = f"did you mean `{nearest[0]}`?" if nearest else f"known keys: {', '.join(sorted(known))}"
                self.faults.append(Fault(self.file, _join(path, key), f"a known key ({hint})", f"`{key}`"))
        all_known = len(self.faults)
        made: dict[str, object] = {}
        for key, field in known.items():
            made[field.name] = self._field(key, field, hints[field.name], value, _join(path, key))
        if len(self.faults) > all_known:
            return _NOTHING
        try:
            whole = kind(**{name: item for name, item in made.items() if item is not _NOTHING})
        except ValueError as refusal:
            return self.fault(path, str(refusal).removeprefix("expected "), value)
        return whole if len(self.faults) == before else _NOTHING

    def _field(self, key: str, field: Field[object], hint: object, table: Mapping[str, object], path: str) -> object:
        if key in table:
            return self.value(hint, table[key], path)
        if _is_required(field):
            expected = f"{in_words(hint)} (this key is required)"
            self.faults.append(Fault(self.file, path, expected, "nothing"))
        return _NOTHING

    def value(self, hint: object, value: object, path: str) -> object:
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            inner = [choice for choice in get_args(hint) if choice is not type(None)]
            assert len(inner) == 1, f"{path}: only `T | None` is understood"
            return self.value(inner[0], value, path)
        if origin is Annotated:
            inner_hint, *limits = get_args(hint)
            return self._limited(inner_hint, [each for each in limits if isinstance(each, Limit)], value, path)
        if origin is tuple:
            return self._tuple(get_args(hint)[0], value, path)
        supertype = getattr(hint, "__supertype__", None)
        if supertype is not None:
            return self.value(supertype, value, path)
        assert isinstance(hint, type), f"{path}: {hint!r} is not understood"
        if is_dataclass(hint):
            return self.dataclass(hint, value, path)
        return self._scalar(hint, value, path)

    def _limited(self, hint: object, limits: list[Limit], value: object, path: str) -> object:
        made = self.value(hint, value, path)
        broken = [] if made is _NOTHING else [limit.expected for limit in limits if not limit.holds(made)]
        return self.fault(path, " and ".join(broken), value) if broken else made

    def _tuple(self, inner: object, value: object, path: str) -> object:
        if not isinstance(value, list):
            return self.fault(path, f"an array of {in_words(inner)}", value)
        made = [self.value(inner, entry, _join(path, str(place))) for place, entry in enumerate(value, start=1)]
        return _NOTHING if _NOTHING in made else tuple(made)

    def _scalar(self, kind: type, value: object, path: str) -> object:
        if issubclass(kind, Enum):
            allowed = {member.value: member for member in kind}
            if not isinstance(value, str | int) or isinstance(value, bool) or value not in allowed:
                return self.fault(path, _choices(kind) + _nearest(value, allowed), value)
            return allowed[value]
        if kind is Path and isinstance(value, str) and value:
            return self.folder / value
        if kind is date and isinstance(value, datetime):
            return self.fault(path, in_words(kind), value)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is not Path and isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        return self.fault(path, in_words(kind), value)


def _is_required(field: Field[object]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def in_words(hint: object) -> str:
    """What a setting of this type must be, as messages and the page of settings say it."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(in_words(choice) for choice in get_args(hint) if choice is not type(None))
    if origin is Annotated:
        inner, *limits = get_args(hint)
        beyond = [limit.expected.removeprefix("a number ") for limit in limits if isinstance(limit, Limit)]
        return ", ".join([in_words(inner), *beyond])
    if origin is tuple:
        return f"an array of {in_words(get_args(hint)[0])}"
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return "a table"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choices(hint)
    names = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        Path: "a path (text)",
        date: "a date such as 2026-11-25",
    }
    return names.get(hint, repr(hint)) if isinstance(hint, type) else repr(hint)


def _nearest(value: object, allowed: Iterable[object]) -> str:
    """The word that was probably meant, where there are so many that it is not seen at a glance."""
    words = [word for word in allowed if isinstance(word, str)]
    found = difflib.get_close_matches(str(value), words, n=1, cutoff=NEAR) if len(words) > FEW else []
    return f" (did you mean {shown(found[0])}?)" if found else ""


def _choices(kind: type[Enum]) -> str:
    return " or ".join(shown(member.value) for member in kind)


def shown(value: object) -> str:
    """A value much as TOML writes it, cut where it is long."""
    match value:
        case bool() | str():
            text = json.dumps(value, ensure_ascii=False)
        case list():
            text = f"[{', '.join(map(shown, value))}]"
        case Mapping():
            text = "{ " + ", ".join(f"{key} = {shown(entry)}" for key, entry in value.items()) + " }"
        case _:
            text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
