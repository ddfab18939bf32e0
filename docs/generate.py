"""Writes what the documentation takes from code: `make docs`. With `--check` it only says what is not current.

A page is made whole, or in parts between `<!-- made: NAME -->` and `<!-- made until here -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from docs import asyncapi, faults_page, hardware_table, privacy_page, scenario_table, settings_page, story_book, tables
from kiosk.library import pages as papers
from kiosk.session import diagram

ROOT = Path(__file__).parents[1]
WHOLE: dict[str, Callable[[], str]] = {
    "docs/states.md": diagram.page,
    "docs/faults.md": faults_page.page,
    "docs/privacy.md": privacy_page.page,
    "docs/papers.md": papers.page,
    "docs/settings.md": settings_page.page,
    "docs/screens.md": story_book.page,
    "docs/asyncapi.yaml": asyncapi.page,
}
PARTS: dict[str, Callable[[], str]] = {
    "commands": tables.commands,
    "hardware": hardware_table.hardware,
    "protocols": tables.protocols,
    "simulated": tables.simulated,
    "elements": tables.elements,
    "findings": tables.findings,
    "scenarios": scenario_table.scenarios,
}
PAGES_WITH_PARTS = ("README.md", "docs/hardware.md", "docs/scenarios.md", "docs/tags.md")
_PART = re.compile(r"(<!-- made: (?P<name>[a-z]+) -->\n).*?(?=<!-- made until here -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """Each page that holds something made from code, as it should be."""
    made = {ROOT / name: make() for name, make in WHOLE.items()}
    for name in PAGES_WITH_PARTS:
        path = ROOT / name
        made[path] = _PART.sub(_with_part, path.read_text(encoding="utf-8"))
    return made


def _with_part(found: re.Match[str]) -> str:
    return f"{found[1]}{PARTS[found['name']]()}\n"


def outdated() -> dict[Path, str]:
    """Pages that differ from what the code says, with what they should be."""
    return {
        path: text for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def main() -> int:
    """Write the pages; with `--check` exit code 1 where one is not current."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a page is not current")
    wanted = parser.parse_args()
    late = outdated()
    for path, text in late.items():
        if not wanted.check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {'not current; run make docs' if wanted.check else 'written'}\n")
    return 1 if late and wanted.check else 0


if __name__ == "__main__":
    sys.exit(main())
