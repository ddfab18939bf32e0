"""Words and colours of the console: the same in both languages, all used, all legible, those of the kiosk's screens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kiosk
from kiosk.central.console.frame import TEMPLATES
from kiosk.central.pages.app import FILES
from kiosk.model.circulation import Language
from kiosk.screens import tokens
from kiosk.web.forms import SHARED
from kiosk.words.sentences import CONSOLE, problems, words

HOUSE = Path(kiosk.__file__).parent
SOURCES = [
    *sorted(TEMPLATES.parent.glob("*.py")),
    *sorted(TEMPLATES.glob("*.html")),
    *sorted((HOUSE / "library").rglob("*.py")),
    HOUSE / "central" / "budgeting.py",
    HOUSE / "central" / "duty_effects.py",
    HOUSE / "central" / "objects" / "medium.py",
    HOUSE / "central" / "stocktaking.py",
]
GROUPS: tuple[str, ...] = (
    "menu.",
    "tile.",
    "column.",
    "filter.",
    "state.",
    "kind.",
    "role.",
    "action.",
    "why.",
    "did.",
    "rules.",
    "row.",
)
"""Sentences whose key is made from a code."""
GROUPS += (
    "paper.",
    "area.",
    "choice.",
    "field.",
    "stage.",
    "quantity.",
    "place.",
    "duty.",
    "undo.",
    "application.",
    "order.",
    "marc.",
    "notice.",
    "damage.",
    "photo.",
    "row.",
    "return.",
    "waive.",
    "finding.",
    "report.",
    "rang_for.",
    "because.",
    "check.",
    "iso.",
)
CSS = {path.name: path.read_text(encoding="utf-8") for folder in (FILES, SHARED) for path in folder.glob("*.css")}
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6})", CSS["tokens.css"]))
SAID = re.compile(r"""\b(?:t|say|note)\(\s*(?:"(?:ok|warn|error)", )?["']([a-z-]+\.[a-z_-]*[a-z_])["']""")
"""A sentence that is named by its whole key."""
TEXT, LARGE_OR_EDGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "muted", "teal") for ground in ("paper", "bar", "card")),
    ("teal-dark", "tint", TEXT),
    *((tone, f"{tone}-ground", TEXT) for tone in ("ok", "warn", "error")),
    ("error", "card", TEXT),
    ("card", "teal", TEXT),
    ("card", "teal-dark", TEXT),
    ("card", "error", TEXT),
    ("edge", "card", LARGE_OR_EDGE),
    ("teal", "paper", LARGE_OR_EDGE),
]
"""Every pair of a text or edge and its ground that the style sheets make."""


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_every_text_is_legible_on_its_ground(ink: str, ground: str, least: float) -> None:
    bright, dark = sorted((luminance(TOKENS[ink]), luminance(TOKENS[ground])), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= least


def test_the_colours_are_those_of_the_kiosks_screens() -> None:
    screens = {
        name: getattr(tokens, name.upper().replace("-", "_")) for name in TOKENS if hasattr(tokens, name.upper())
    }
    assert {name: TOKENS[name] for name in ("paper", "bar", "card", "line", "ink", "muted", "teal")} == {
        name: screens[name] for name in ("paper", "bar", "card", "line", "ink", "muted", "teal")
    }
    for name, tone in (("ok", tokens.OK), ("warn", tokens.WARN), ("error", tokens.ERROR)):
        assert (TOKENS[name], TOKENS[f"{name}-ground"]) == (tone.ink, tone.ground)


def test_no_style_sheet_has_a_colour_of_its_own() -> None:
    for name in ("console.css", "central.css"):
        assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", CSS[name])) <= {"#FFFFFF"}, name


def test_the_languages_have_the_same_sentences_with_the_same_placeholders() -> None:
    assert problems(CONSOLE) == []


def test_every_sentence_that_a_page_names_is_there_and_every_one_is_used() -> None:
    known = words(Language.EN, CONSOLE).messages.keys()
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    named = set(SAID.findall(sources))
    assert len(named) > 100
    assert named <= known
    unused = [key for key in known if key not in named and f'"{key}"' not in sources and not key.startswith(GROUPS)]
    assert unused == []


def test_no_template_switches_escaping_off() -> None:
    for path in Path(TEMPLATES).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "safe" not in re.findall(r"\|\s*(\w+)", text), path.name
        assert "autoescape" not in text, path.name
        assert not re.findall(r"<script|\son[a-z]+=|\sstyle=", text), path.name
