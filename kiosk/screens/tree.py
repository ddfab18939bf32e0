"""The semantic tree: what a screen says and what can be done on it, apart from how it looks.

The same tree drives tests, scenarios, the bench, speech and the keypad.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.screens.ops import Box
from kiosk.session.events import LanguageChosen, Touched

MASK = "•••"


class Role(StrEnum):
    SCREEN = "screen"
    HEADING = "heading"
    TEXT = "text"
    BUTTON = "button"
    LIST = "list"
    ITEM = "item"
    STATUS = "status"
    IMAGE = "image"
    ALERT = "alert"
    DIALOG = "dialog"


@dataclass(frozen=True, slots=True)
class PageTurned:
    """Shows another part of a long list. The screen does it itself; the session only hears that somebody is here."""

    page: int


Action = Touched | LanguageChosen | PageTurned


def action_name(action: Action) -> str:
    """A short text for people and logs: `borrow`, `remove E004…`, `language en`, `page 2`."""
    match action:
        case Touched(what, target):
            return f"{what.value} {target}".rstrip()
        case LanguageChosen(language):
            return f"language {language.value}"
        case PageTurned(page):
            return f"page {page + 1}"


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `bounds` are screen pixels; an item on another page of its list has none (0 × 0)."""

    id: str
    role: Role
    name: str
    bounds: Box
    value: str = ""
    state: str = ""
    """`enabled`, `busy` or `disabled` of a button; the stage of an item; otherwise empty."""
    action: Action | None = None
    private: bool = False
    """Masked outside the kiosk, and spoken to headphones only."""
    main: bool = False
    """The one main action of the screen."""
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Itself and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, node_id: str) -> Node | None:
        return next((node for node in self.walk() if node.id == node_id), None)

    def covered(self) -> Node:
        """The same node below a dialog: nothing of it can be touched."""
        return replace(
            self,
            action=None,
            main=False,
            state="disabled" if self.role is Role.BUTTON else self.state,
            children=tuple(child.covered() for child in self.children),
        )


def as_json(node: Node, *, show_private: bool) -> dict[str, object]:
    """The node and its children as JSON; private names and values become `•••` unless `show_private`."""
    masked = node.private and not show_private
    return {
        "id": node.id,
        "role": node.role.value,
        "name": MASK if masked and node.name else node.name,
        "value": MASK if masked and node.value else node.value,
        "state": node.state,
        "bounds": [node.bounds.x, node.bounds.y, node.bounds.w, node.bounds.h],
        "action": action_name(node.action) if node.action is not None else None,
        "main": node.main,
        "private": node.private,
        "children": [as_json(child, show_private=show_private) for child in node.children],
    }
