"""Reading configuration files from a folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from kiosk.settings.convert import Fault, SettingsRefused, convert, shown
from kiosk.settings.lines import line_of, lines_of

T = TypeVar("T")

LARGEST_BYTES = 1_000_000
AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
"""How `tomllib` says where it stopped."""


def load(kind: type[T], path: Path, overrides: Mapping[str, str] = MappingProxyType({})) -> T:
    """Read one TOML file into a `kind`; raise `SettingsRefused` with every fault, the missing file included.

    `overrides` puts values in place of the file's: key path with dots → TOML value (bare words count as text).
    """
    table = _table(path)
    for key, text in overrides.items():
        _put(table, key.split("."), _value(text))
    try:
        return convert(kind, table, file=str(path), folder=path.parent)
    except SettingsRefused as refused:
        raise SettingsRefused(located(refused.faults, path, frozenset(overrides))) from None


def located(faults: list[Fault], path: Path, elsewhere: Collection[str] = ()) -> list[Fault]:
    """The same faults, each with the line of its key in the file, which has been read. Not those `elsewhere`."""
    lines = lines_of(path.read_text(encoding="utf-8"))
    return [
        fault if fault.key in elsewhere else replace(fault, line=line_of(lines, fault.key) if fault.key else None)
        for fault in faults
    ]


def load_part(kind: type[T], path: Path, name: str) -> T:
    """Read a `kind` from one key of a file, whatever else stands in it; raise `SettingsRefused`."""
    table = {key: value for key, value in _table(path).items() if key == name}
    try:
        return convert(kind, table, file=str(path), folder=path.parent)
    except SettingsRefused as refused:
        raise SettingsRefused(located(refused.faults, path)) from None


def load_table(kind: type[T], path: Path, name: str, overrides: Mapping[str, str] = MappingProxyType({})) -> T:
    """Read one table of a file, whatever stands in the others; raise `SettingsRefused` where it is missing or faulty.

    `overrides` puts values in place of the table's: key → TOML value.
    """
    found = _table(path).get(name)
    if not isinstance(found, dict):
        raise SettingsRefused([Fault(str(path), name, "a table", "nothing" if found is None else shown(found))])
    return convert_words(kind, overrides, file=f"{path}: {name}", folder=path.parent, table=found)


def convert_words(
    kind: type[T],
    words: Mapping[str, str],
    *,
    file: str,
    folder: Path,
    table: Mapping[str, object] = MappingProxyType({}),
) -> T:
    """A `kind` from words of a command line (key → TOML value; bare words count as text), over `table`."""
    return convert(kind, {**table, **{key: _value(text) for key, text in words.items()}}, file=file, folder=folder)


def read_faults(kind: type[object], path: Path) -> list[Fault]:
    """Every fault of one file; empty when it can be used."""
    try:
        load(kind, path)
    except SettingsRefused as refused:
        return refused.faults
    return []


def _table(path: Path) -> dict[str, object]:
    try:
        content = path.read_bytes()
    except OSError as trouble:
        raise SettingsRefused([Fault(str(path), "", "a readable file", trouble.strerror or "an error")]) from None
    if len(content) > LARGEST_BYTES:
        raise SettingsRefused([Fault(str(path), "", f"at most {LARGEST_BYTES} bytes", f"{len(content)} bytes")])
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as trouble:
        raise SettingsRefused([Fault(str(path), "", "UTF-8 text", f"byte {trouble.start} is not")]) from None
    except RecursionError:
        raise SettingsRefused([Fault(str(path), "", "TOML", "arrays or tables nested too deep")]) from None
    except ValueError as trouble:
        # TOMLDecodeError, and what tomllib lets through: a number of thousands of digits, a 30th of February.
        at = AT_LINE.search(str(trouble))
        raise SettingsRefused([Fault(str(path), "", "TOML", str(trouble), int(at[1]) if at else None)]) from None


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _put(table: dict[str, object], path: list[str], value: object) -> None:
    """Entries of an array are numbered from 1, as in messages (`signals.1.port`)."""
    for place, name in enumerate(path[:-1]):
        inner = table.setdefault(name, {})
        following = path[place + 1]
        if isinstance(inner, list) and following.isdecimal() and 1 <= int(following) <= len(inner):
            inner = dict(enumerate(inner, start=1))[int(following)]
            if not isinstance(inner, dict) or place + 2 == len(path):
                break
            _put(inner, path[place + 2 :], value)
            return
        if not isinstance(inner, dict):
            break
        table = inner
    table[path[-1]] = value
