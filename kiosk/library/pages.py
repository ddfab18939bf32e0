"""Every kind of paper, and the page of the documentation that is drawn from their tables."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from kiosk.library.applications import APPLICATION
from kiosk.library.damage import DAMAGE
from kiosk.library.documents import Action, Guard, Kind, State
from kiosk.library.duty_book import DUTIES
from kiosk.library.exceptions import EXCEPTION
from kiosk.library.imports import PATRON_IMPORT, RECORD_IMPORT
from kiosk.library.waivers import WAIVER

HEAD = """# Papers and their states

Drawn from the tables in `kiosk/library`. An action that is not drawn is refused, with what is possible instead.
"""
_SAID = {Guard.ANOTHER_PERSON: "not by who wrote it", Guard.REASON: "with a reason"}


def page() -> str:
    """The whole page."""
    first = [*_drawn(WAIVER), *_drawn(DAMAGE), *_drawn(APPLICATION), *_drawn(EXCEPTION)]
    of_duties = [part for duty in DUTIES for part in _drawn(duty.kind)]
    return HEAD + "".join([*first, *_drawn(PATRON_IMPORT), *_drawn(RECORD_IMPORT), *of_duties])


def _drawn(kind: Kind[State, Action]) -> Iterator[str]:
    yield f"\n## {kind.name} ({kind.prefix})\n\nWritten with `{kind.permission}`.\n\n```mermaid\nstateDiagram-v2\n"
    yield f"    [*] --> {_name(kind.first)}\n"
    for (state, action), step in kind.table.items():
        yield f"    {_name(state)} --> {_name(step.to)}: {action}\n"
    yield "```\n\n| in | action | leads to | needs |\n|---|---|---|---|\n"
    for (state, action), step in kind.table.items():
        needs = [f"`{step.permission}`", *(_SAID[guard] for guard in sorted(step.guards))]
        yield f"| {state} | {action} | {step.to} | {', '.join(needs)} |\n"


def _name(state: StrEnum) -> str:
    return state.replace("-", "_")
