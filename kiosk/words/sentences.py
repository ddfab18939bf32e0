"""The message catalogue: every sentence of the screens in every language, read once and checked."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.model.circulation import Language
from kiosk.model.reasons import ReasonCode

SCREENS = "catalogue"
CONSOLE = "console"
"""Folders of catalogues: what the kiosk says to patrons, and the staff console's own words."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence; `one` for a count of 1 where the language needs it."""

    other: str
    one: str

    def placeholders(self) -> frozenset[str]:
        return _placeholders(self.other) | _placeholders(self.one)


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language by their key, `borrow.title`."""

    language: Language
    messages: Mapping[str, Message]

    def say(self, key: str, **values: str | int) -> str:
        """The sentence with its values put in. An unknown key or a missing value is a programming error."""
        return self.messages[key].other.format(**values)

    def count(self, key: str, count: int, **values: str | int) -> str:
        """The sentence for a number of things, which is also its value `count`."""
        message = self.messages[key]
        return (message.one if count == 1 else message.other).format(count=count, **values)

    def known(self, key: str) -> Message | None:
        return self.messages.get(key)


@cache
def words(language: Language, of: str = SCREENS) -> Words:
    """The catalogue of a language, `of` one of the folders beside this file."""
    path = Path(__file__).with_name(of) / f"{language.value}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Words(language, dict(_flat(table, "")))


def problems(of: str = SCREENS) -> list[str]:
    """What is wrong between the catalogues: keys that one lacks, placeholders that differ, reasons without words."""
    found = []
    first, *others = [words(language, of) for language in Language]
    for other in others:
        for key in sorted(first.messages.keys() ^ other.messages.keys()):
            lacking = other if key in first.messages else first
            found.append(f"{lacking.language.value}.toml: {key} is missing")
        for key in sorted(first.messages.keys() & other.messages.keys()):
            ours, theirs = first.messages[key].placeholders(), other.messages[key].placeholders()
            if ours != theirs:
                found.append(f"{other.language.value}.toml: {key} has {sorted(theirs)}, expected {sorted(ours)}")
    for one in (first, *others) if of == SCREENS else ():
        for code in ReasonCode:
            if one.known(f"reason.{code.value}") is None:
                found.append(f"{one.language.value}.toml: reason.{code.value} is missing")
    return found


def _flat(table: Mapping[str, object], prefix: str) -> list[tuple[str, Message]]:
    found: list[tuple[str, Message]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        match value:
            case str():
                found.append((key, Message(value, value)))
            case {"one": str() as one, "other": str() as other}:
                found.append((key, Message(other, one)))
            case dict():
                found += _flat(value, f"{key}.")
            case _:
                raise ValueError(f"{key}: expected a sentence, or a table with `one` and `other`, found {value!r}")
    return found


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
