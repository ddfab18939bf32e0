"""The page of settings, made from the dataclasses that read them: type and limits, default, and the words beside it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from docs.tables import table
from kiosk.central.ils.profile import Profile
from kiosk.central.settings import CentralSettings
from kiosk.doors.settings import DropSettings, LockerSettings
from kiosk.fleet.settings import FleetSettings
from kiosk.gate.settings import GateControllerSettings
from kiosk.settings import in_words, shown
from kiosk.station.settings import KioskSettings

HEADS = ("key", "what it must be", "without it", "meaning")
REQUIRED = "required"
IN_FORCE_HEADS = ("what changed", "in force by", "meanwhile")
IN_FORCE = (
    (
        "`kiosk.toml` and what it names",
        "`systemctl reload kiosk`, or a `configure` order of the fleet",
        "Looked through first: with a fault, those in force stay and the log has every fault. The kiosk starts anew as "
        "soon as no patron and no staff are at it.",
    ),
    (
        "`station`, `site`, `ledger.path`",
        "a restart by hand, with the outbox empty",
        "Facts of the old name stay in the old ledger.",
    ),
    (
        "`gate.toml`",
        "`systemctl restart kiosk-gate`, or a `configure` order",
        "The gates ring by themselves or not at all until the controller is back.",
    ),
    (
        "`drop.toml`, `locker.toml`",
        "`systemctl restart kiosk-drop`, `kiosk-locker`",
        "Not while somebody is at a door.",
    ),
    (
        "`central.toml`, `rules_file`",
        "`systemctl restart kiosk-central`",
        "Kiosks lend by their copies, returns go on, and facts wait at the stations.",
    ),
    (
        "`fleet.toml`",
        "`systemctl restart kiosk-fleet`",
        "Stations say how they are again within a minute.",
    ),
)
Row = tuple[str, str, str, str]


def page() -> str:
    """`docs/settings.md`."""
    return f"""# Settings

Every key of the files of a configuration folder. `kiosk check-config DIR` reports every fault of all at once; a key
that is not here is one. Made from the code by `make docs`. Examples to begin with: `config/small`, `config/branch`,
`config/consortium`.

## When a change is in force

{table(IN_FORCE_HEADS, IN_FORCE)}

## kiosk.toml

{table(HEADS, _rows(KioskSettings, ""))}

## gate.toml

{table(HEADS, _rows(GateControllerSettings, ""))}

## drop.toml

{table(HEADS, _rows(DropSettings, ""))}

## locker.toml

{table(HEADS, _rows(LockerSettings, ""))}

## central.toml

{table(HEADS, _rows(CentralSettings, ""))}

## fleet.toml

{table(HEADS, _rows(FleetSettings, ""))}

## A library system's profile

One of `config/ils`, named by `ils.profile`: how a maker's library system speaks SIP2.

{table(HEADS, _rows(Profile, ""))}
"""


def _rows(kind: type[Any], path: str) -> Iterator[Row]:
    hints = get_type_hints(kind, include_extras=True)
    words = _words_beside_fields(kind)
    for field in fields(kind):
        key = f"{path}{field.name}"
        inner, many = _table_of(hints[field.name])
        if inner is None:
            yield f"`{key}`", in_words(hints[field.name]), _default(field), words.get(field.name, "")
        else:
            yield from _rows(inner, f"{key}.N." if many else f"{key}.")


def _table_of(hint: object) -> tuple[type[Any] | None, bool]:
    """The dataclass behind a hint, if there is one, and whether there may be several."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint, False
    many = get_origin(hint) is tuple
    for inner in get_args(hint) if get_origin(hint) is not Annotated else get_args(hint)[:1]:
        kind, inner_many = _table_of(inner)
        if kind is not None:
            return kind, many or inner_many
    return None, False


def _default(field: Field[Any]) -> str:
    if field.default is MISSING:
        return REQUIRED
    return "–" if field.default is None else f"`{_as_toml(field.default)}`"


def _as_toml(value: object) -> str:
    match value:
        case Enum():
            return shown(value.value)
        case tuple():
            return f"[{', '.join(map(_as_toml, value))}]"
        case Path():
            return shown(str(value))
        case _:
            return shown(value)


def _words_beside_fields(kind: type[Any]) -> dict[str, str]:
    """The strings that stand under the fields of a dataclass, each in one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    words: dict[str, str] = {}
    for base in kind.__bases__:
        if is_dataclass(base):
            words |= _words_beside_fields(base)
    for field, below in zip(body.body, body.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                words[name] = " ".join(text.split()).replace("|", "\\|")
            case _:
                pass
    return words
