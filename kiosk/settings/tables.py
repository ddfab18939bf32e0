"""The way back: a dataclass of settings as the plain table that `convert` makes it from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import TypeAlias

Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain]"


def as_table(settings: object) -> dict[str, Plain]:
    """What JSON can carry: nested tables, arrays, texts and numbers. Values that are the defaults are left out.

    Only for dataclasses without paths and dates: these are not the same on another machine or in another format.
    """
    assert is_dataclass(settings), f"{settings!r} is no dataclass"
    return {
        str(field.metadata.get("key", field.name)): _plain(getattr(settings, field.name))
        for field in fields(settings)
        if not _is_default(field, getattr(settings, field.name))
    }


def _is_default(field: Field[object], value: object) -> bool:
    if field.default is not MISSING:
        return value == field.default
    return field.default_factory is not MISSING and value == field.default_factory()


def _plain(value: object) -> Plain:
    match value:
        case Enum():
            return _plain(value.value)
        case bool() | int() | float() | str():
            return value
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return as_table(value)
