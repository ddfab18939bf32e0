"""How a library lays out its receipts: a TOML file for each language, of rows with named places. See docs/receipts.md.

A template is read once, at the start, and every fault of every file is told together.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from drivers.printers.receipt import LONGEST_CODE_128, LONGEST_QR_BYTES, Align, Style, fits_code_128, fits_qr
from kiosk.model.circulation import Language
from kiosk.model.limits import Limit
from kiosk.settings import Fault, SettingsRefused, load

SHIPPED = Path(__file__).with_name("receipt_templates")
MOST_ROWS = 100
PUBLIC_PLACES = frozenset({"library", "date", "time"})
"""What anybody may read, and so a code may hold."""
PLACES = PUBLIC_PLACES | {"card", "borrowed", "returned"}
COUNTS = frozenset({"borrowed", "returned"})
ENTRY_PLACES = frozenset({"number", "title", "due"})
"""Places of one book, in rows with `each`."""


class Books(StrEnum):
    """A list of a receipt."""

    BORROWED = "borrowed"
    RETURNED = "returned"


class When(StrEnum):
    """On which receipts a row stands."""

    ALWAYS = "always"
    BORROWED = "borrowed"
    RETURNED = "returned"
    NOTHING = "nothing"
    """Nothing was borrowed and nothing returned."""


class Code(StrEnum):
    """A text that is printed as a code."""

    QR = "qr"
    CODE_128 = "code-128"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a template. It is left out where one of its places has nothing to say."""

    text: str = ""
    """Words, and places such as `{title}`."""
    one: str | None = None
    """In place of `text` where its number of books is one."""
    style: Style = Style.BODY
    align: Align = Align.LEFT
    code: Code | None = None
    """Print the text as a code."""
    each: Books | None = None
    """Once for each book of this list. Rows with the same `each`, one below the other, stay together for a book."""
    when: When = When.ALWAYS

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise ValueError("expected " + "; and ".join(faults))

    def places(self) -> frozenset[str]:
        """Names of the places in `text` and `one`."""
        return frozenset(name for text in (self.text, self.one or "") for name in _places(text))

    def _faults(self) -> Iterator[str]:
        """What is expected and not so, in words that follow "expected"."""
        try:
            places = self.places()
        except ValueError:
            yield "`{` and `}` in pairs around nothing but a place's name (`{{` and `}}` print the signs themselves)"
            return
        allowed = PLACES | ENTRY_PLACES if self.each is not None else PLACES
        for name in sorted(places - allowed):
            yield _place_fault(name, allowed)
        if self.each is not None and self.when is not When.ALWAYS:
            yield "`each` or `when`, not both: a row with `each` stands only where there are such books"
        if self.one is not None and len(COUNTS & frozenset(_places(self.text))) != 1:
            yield "`one` only beside a `text` with one of {borrowed} and {returned}"
        if self.style is Style.RULE and (self.text or self.one is not None or self.code is not None):
            yield "no `text`, `one` or `code` in a row that is a rule"
        if self.code is not None:
            yield from self._code_faults(self.code, places)

    def _code_faults(self, code: Code, places: frozenset[str]) -> Iterator[str]:
        if self.each is not None or places - PUBLIC_PLACES:
            yield "nothing of the patron in a code, which every telephone reads: only {library}, {date} and {time}"
        match code:
            case Code.QR if not fits_qr(self.text):
                yield f"1 to {LONGEST_QR_BYTES} bytes of `text` in a QR code"
            case Code.CODE_128 if not fits_code_128(self.text):
                yield f"1 to {LONGEST_CODE_128} ASCII letters, digits and signs in a Code 128, and no places"
            case Code.QR | Code.CODE_128:
                return


SOME_ROWS = Limit(f"1 to {MOST_ROWS} rows", lambda rows: isinstance(rows, tuple) and 1 <= len(rows) <= MOST_ROWS)


@dataclass(frozen=True, slots=True)
class Template:
    """A receipt in one language, from top to bottom."""

    row: Annotated[tuple[Row, ...], SOME_ROWS]


Templates = Mapping[Language, Template]


def load_templates(folder: Path | None) -> Templates:
    """The templates in `folder`, each language's in a file such as `zh.toml`; where it has none, the shipped.

    Raises `SettingsRefused` with every fault of every file.
    """
    if folder is None:
        return shipped_templates()
    faults = _folder_faults(folder)
    own: dict[Language, Template] = {}
    for language in Language if not faults else ():
        path = folder / f"{language.value}.toml"
        if os.path.lexists(path):
            try:
                own[language] = load(Template, path)
            except SettingsRefused as refused:
                faults += refused.faults
    if faults:
        raise SettingsRefused(faults)
    return MappingProxyType({**shipped_templates(), **own})


@cache
def shipped_templates() -> Templates:
    """The templates that come with the product."""
    return MappingProxyType({each: load(Template, SHIPPED / f"{each.value}.toml") for each in Language})


def _folder_faults(folder: Path) -> list[Fault]:
    files = [f"{language.value}.toml" for language in Language]
    expected = f"a folder with {' or '.join(files)}"
    try:
        found = sorted(path.name for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as trouble:
        return [Fault(str(folder), "", expected, trouble.strerror or "an error")]
    strange = [
        Fault(str(folder / name), "", f"a file of a language: {' or '.join(files)}", f"`{name}`")
        for name in found
        if name not in files
    ]
    return strange if found else [Fault(str(folder), "", expected, "no such file in it")]


def _places(text: str) -> list[str]:
    """Names in braces. Raises `ValueError` for braces that do not fit, and for what only a programmer would write."""
    names = []
    for _, name, detail, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if detail or conversion:
            raise ValueError
        names.append(name)
    return names


def _place_fault(name: str, allowed: frozenset[str]) -> str:
    if name in ENTRY_PLACES:
        return f"`{{{name}}}` only in a row with `each`"
    nearest = get_close_matches(name, allowed, n=1, cutoff=0.5)
    hint = f"did you mean `{{{nearest[0]}}}`?" if nearest else f"known: {', '.join(sorted(allowed))}"
    return f"a known place in `{{{name}}}` ({hint})"
