"""The settings that a new station begins with: the library's own file, with the station's names put in."""

from __future__ import annotations

import re
from pathlib import Path

OURS = re.compile(r"^\[(?:broker|fleet)(?:\.[^\]]*)?\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)
"""The tables that a station writes itself when it is enrolled."""
NAMES = re.compile(r"^(?:site|station)\s*=.*\n?", re.MULTILINE)


def settings_for(template: Path | None, site: str, station: str) -> str:
    """Without `[broker]` and `[fleet]`; empty without a template. Raises `OSError`, `UnicodeDecodeError`."""
    if template is None:
        return ""
    text = template.read_text(encoding="utf-8")
    first, bracket, rest = text.partition("\n[")
    return f'site = "{site}"\nstation = "{station}"\n{NAMES.sub("", first)}{OURS.sub("", bracket + rest)}'
