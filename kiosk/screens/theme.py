"""A library's own look: a folder with `theme.toml`, a logo and pictures. Its contrast is computed when it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import matching
from kiosk.screens import tokens
from kiosk.screens.palette import Palette, contrast
from kiosk.settings import Fault, SettingsRefused, load

FILE = "theme.toml"
LEAST_TEXT = 4.5
"""WCAG 2.2, 1.4.3: text on its ground."""
Colour = Annotated[str, matching(re.compile(r"#[0-9A-Fa-f]{6}"), "a colour such as #0B5F5B")]


@dataclass(frozen=True, slots=True)
class Colours:
    """What may be changed; the tones of done, warning and not possible are the same everywhere."""

    accent: Colour = tokens.TEAL
    """The one main action, with white letters."""
    accent_dark: Colour = tokens.TEAL_DARK
    tint: Colour = tokens.TINT
    paper: Colour = tokens.PAPER
    bar: Colour = tokens.BAR
    ink: Colour = tokens.INK
    muted: Colour = tokens.MUTED


@dataclass(frozen=True, slots=True)
class Pictures:
    """Illustrations in place of ours, by the names of `kiosk/screens/pictures`: SVG or PNG."""

    shelf: Path | None = None
    pad: Path | None = None
    reader: Path | None = None
    card: Path | None = None


@dataclass(frozen=True, slots=True)
class ThemeFile:
    logo: Path | None = None
    """SVG or PNG, square, in place of the shelf at the top."""
    colours: Colours = field(default_factory=Colours)
    pictures: Pictures = field(default_factory=Pictures)

    def files(self) -> dict[str, Path]:
        """Every file that it names, by what it is for."""
        named = {"logo": self.logo, **{one.name: getattr(self.pictures, one.name) for one in fields(self.pictures)}}
        return {name: file for name, file in named.items() if file is not None}


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme that was read and may be shown."""

    palette: Palette = field(default_factory=Palette)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    """Files by name; `logo` among them."""


def load_theme(folder: Path) -> tuple[Theme, list[str]]:
    """The theme in `folder`, and what of its pictures is not there: ours are shown in their place.

    Raises `SettingsRefused` for a file that cannot be used, and for colours that cannot be read, with the figures.
    """
    path = folder / FILE
    read = load(ThemeFile, path)
    faults = [*_contrast_faults(path, read.colours), *_picture_faults(path, read)]
    if faults:
        raise SettingsRefused(faults)
    wanted = {name: folder / file for name, file in read.files().items()}
    there = {name: file for name, file in wanted.items() if file.is_file()}
    missing = [f"{name}: {file} is not there; ours is shown" for name, file in wanted.items() if name not in there]
    return Theme(_palette(read.colours), there), missing


def _palette(colours: Colours) -> Palette:
    changed = {
        tokens.TEAL: colours.accent,
        tokens.TEAL_DARK: colours.accent_dark,
        tokens.TINT: colours.tint,
        tokens.PAPER: colours.paper,
        tokens.BAR: colours.bar,
    }
    inks = {**changed, tokens.INK: colours.ink, tokens.MUTED: colours.muted}
    return Palette(changed, inks, {tokens.TEAL: colours.accent})


def _contrast_faults(path: Path, colours: Colours) -> Iterator[Fault]:
    pairs = (
        ("accent", tokens.WHITE, colours.accent, "white letters on it"),
        ("accent", colours.accent, tokens.CARD, "its letters on white"),
        ("accent", tokens.ON_TEAL, colours.accent, "the second line on it"),
        ("accent_dark", colours.accent_dark, colours.tint, "its letters on `tint`"),
        ("ink", colours.ink, colours.paper, "its letters on `paper`"),
        ("ink", colours.ink, tokens.CARD, "its letters on white"),
        ("muted", colours.muted, colours.paper, "its letters on `paper`"),
        ("muted", colours.muted, colours.bar, "its letters on `bar`"),
    )
    for name, letters, ground, what in pairs:
        reached = contrast(letters, ground)
        if reached < LEAST_TEXT:
            expected = f"a contrast of at least {LEAST_TEXT} for {what}"
            yield Fault(str(path), f"colours.{name}", expected, f"{reached:.1f}")


def _picture_faults(path: Path, read: ThemeFile) -> Iterator[Fault]:
    for name, file in read.files().items():
        if file.suffix.lower() not in (".svg", ".png"):
            yield Fault(
                str(path), name if name == "logo" else f"pictures.{name}", "an SVG or PNG file", f"`{file.name}`"
            )
