"""The message catalogues: every sentence in every language, read once and checked.

What patrons read is gettext's: `catalogue/<locale>/LC_MESSAGES/screens.po`, a key (`borrow.title`) as msgid and plural
forms by the language's own rule. The staff console has its words in `console/<language>.toml`, and those of its
duties in `console/duties.<language>.toml`.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from kiosk.model.circulation import Language
from kiosk.model.reasons import ReasonCode

SCREENS = "catalogue"
CONSOLE = "console"
"""Folders of catalogues: what the kiosk says to patrons, and the staff console's own words."""
CONSOLE_LANGUAGES = (Language.ZH, Language.EN)
"""Languages of the staff's pages."""
ENOUGH_NUMBERS = range(1_000)
"""Plural rules look at the last two digits: what holds for these holds for all."""


class CatalogueBroken(Exception):
    """A catalogue cannot be read; the text says which, where and what was expected."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence; several forms where it counts things, in the order of the language's plural rule."""

    forms: tuple[str, ...]
    counts: bool = False

    @property
    def other(self) -> str:
        return self.forms[-1]

    def placeholders(self) -> frozenset[str]:
        return frozenset(name for form in self.forms for name in _placeholders(form))


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language by their key, `borrow.title`."""

    language: Language
    messages: Mapping[str, Message]
    plural: Callable[[int], int]
    """Which form a number takes."""

    def say(self, key: str, **values: str | int) -> str:
        """The sentence with its values put in. An unknown key or a missing value is a programming error."""
        return self.messages[key].other.format(**values)

    def count(self, key: str, count: int, **values: str | int) -> str:
        """The sentence for a number of things, which is also its value `count`."""
        forms = self.messages[key].forms
        return forms[min(self.plural(count), len(forms) - 1)].format(count=count, **values)

    def known(self, key: str) -> Message | None:
        return self.messages.get(key)


def own_name(language: Language) -> str:
    """What those who speak it call it."""
    return words(language).say("language.own-name")


def locale_of(language: Language) -> str:
    """As Babel and gettext write it: `zh_Hant`."""
    return language.value.replace("-", "_")


def path_of(language: Language) -> Path:
    """Where the sentences of the screens are in one language."""
    return Path(__file__).with_name(SCREENS) / locale_of(language) / "LC_MESSAGES" / "screens.po"


@cache
def words(language: Language, of: str = SCREENS) -> Words:
    """The catalogue of a language, `of` one of the folders beside this file. Raises `CatalogueBroken`."""
    if of == SCREENS:
        return read_catalogue(path_of(language), language)
    messages: dict[str, Message] = {}
    for path in sorted(Path(__file__).with_name(of).glob(f"*{language.value}.toml")):
        fresh = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
        if twice := messages.keys() & fresh.keys():
            raise CatalogueBroken(f"{path}: {', '.join(sorted(twice))}: said in another file already; expected once")
        messages |= fresh
    return Words(language, messages, _one_or_other)


def read_catalogue(path: Path, language: Language) -> Words:
    """A gettext catalogue. Raises `CatalogueBroken`."""
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale_of(language), abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as trouble:
        raise CatalogueBroken(f"{path}: {trouble}; expected a gettext catalogue in UTF-8") from None
    messages = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        counts = isinstance(message.id, list | tuple)
        key = message.id[0] if counts else message.id
        said = message.string
        messages[str(key)] = Message(tuple(said) if isinstance(said, list | tuple) else (said or "",), counts)
    return Words(language, messages, c2py(catalogue.plural_expr))


def problems(of: str = SCREENS) -> list[str]:
    """What is wrong between the catalogues: keys that one lacks, placeholders that differ, reasons without words."""
    found = []
    first, *others = [words(language, of) for language in (Language if of == SCREENS else CONSOLE_LANGUAGES)]
    for one in (first, *others):
        found += [f"{_name(one)}: {fault}" for fault in _own_problems(one)]
    for other in others:
        for key in sorted(first.messages.keys() ^ other.messages.keys()):
            lacking = other if key in first.messages else first
            found.append(f"{_name(lacking)}: {key} is missing")
        for key in sorted(first.messages.keys() & other.messages.keys()):
            found += [f"{_name(other)}: {fault}" for fault in _differences(key, first.messages[key], other)]
    for one in (first, *others) if of == SCREENS else ():
        for code in ReasonCode:
            if one.known(f"reason.{code.value}") is None:
                found.append(f"{_name(one)}: reason.{code.value} is missing")
    return found


def _name(one: Words) -> str:
    return one.language.value


def _own_problems(one: Words) -> Iterator[str]:
    """Sentences that are empty, and forms for several numbers that do not say the number."""
    alone = [form for form in range(6) if len([n for n in ENOUGH_NUMBERS if one.plural(n) == form]) == 1]
    for key, message in one.messages.items():
        if not all(form.strip() for form in message.forms):
            yield f"{key} has no words"
        for number, form in enumerate(message.forms if message.counts else ()):
            lacking = message.placeholders() - _placeholders(form)
            if lacking - ({"count"} if number in alone else set()):
                yield f"{key}[{number}] lacks {sorted(lacking)}"


def _differences(key: str, expected: Message, one: Words) -> Iterator[str]:
    found = one.messages[key]
    if found.placeholders() != expected.placeholders():
        yield f"{key} has {sorted(found.placeholders())}, expected {sorted(expected.placeholders())}"
    if found.counts != expected.counts:
        yield f"{key} {'has' if found.counts else 'lacks'} plural forms, other than in the other languages"


def _one_or_other(number: int) -> int:
    return int(number != 1)


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Message]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        match value:
            case str():
                yield key, Message((value,))
            case {"one": str() as one, "other": str() as other}:
                yield key, Message((one, other))
            case dict():
                yield from _flat(value, f"{key}.")
            case _:
                raise ValueError(f"{key}: expected a sentence, or a table with `one` and `other`, found {value!r}")


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
