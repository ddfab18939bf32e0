"""Using the kiosk without looking at it or touching it: a keypad walks the semantic tree, a voice says where one is.

Pure: a key and a frame give the next place, what is said, and the action. Who listens decides what may be said: names,
titles and sums are for headphones, never for the room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame
from kiosk.screens.tree import Action, Node, Role
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Access
from kiosk.words.sentences import Words, words

READ = frozenset({Role.HEADING, Role.TEXT, Role.STATUS, Role.ALERT, Role.BUTTON, Role.ITEM})
TOLD_BY_ITSELF = frozenset({Role.ALERT, Role.STATUS, Role.ITEM})
"""What is said when it changes while somebody listens."""
SILENT = frozenset({"header.clock", "timeout.seconds", "receipt.seconds"})
"""What changes by itself all the time."""


PACES = (100, 75, 55, 130)
"""Percent of the usual number of words a minute, one after the other."""


class Key(StrEnum):
    """The keys of a keypad, and its headphone socket."""

    NEXT = "next"
    BEFORE = "before"
    OK = "ok"
    RAISED = "raised"
    """The key that can be found by touch: speech begins, or says once more where one is."""
    STOP = "stop"
    PACE = "pace"
    """Slower, fast, and as usual again."""
    CURTAIN = "curtain"
    """Darkens the screen for who does not look at it, and shows it again."""
    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a key comes to."""

    guide: Guide
    says: tuple[str, ...] = ()
    action: Action | None = None
    hushes: bool = False
    """What is being said is broken off."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Where somebody is. `focus` is the id of a node, empty while nobody uses keys."""

    focus: str = ""
    private: bool = True
    """Only one person hears it."""
    pace: int = PACES[0]
    """How fast it is said, of `PACES`."""
    curtain: bool = False
    """The screen is dark: nobody looks over the shoulder of who only listens."""

    def pressed(self, key: Key, frame: Frame, access: frozenset[Access]) -> Pressed:
        """A key went down while `frame` was shown."""
        speaks, switch = Access.SPEECH in access, Touched(Touch.SET_ACCESS, Access.SPEECH.value)
        match key:
            case Key.NEXT | Key.BEFORE:
                moved = replace(self, focus=self._neighbour(frame, 1 if key is Key.NEXT else -1))
                return Pressed(moved, moved._here(frame) if speaks else (), Touched(Touch.STILL_HERE), hushes=True)
            case Key.OK:
                node = frame.tree.find(self.focus)
                return Pressed(self, (), node.action if node is not None else None, hushes=True)
            case Key.RAISED | Key.PLUGGED if not speaks:
                return Pressed(replace(self, focus=""), (), switch)
            case Key.RAISED:
                said = self._here(frame) or whole(frame, self.private)
                return Pressed(self, said, Touched(Touch.STILL_HERE), hushes=True)
            case Key.UNPLUGGED if speaks:
                return Pressed(replace(self, focus=""), (), switch, hushes=True)
            case Key.PACE if speaks:
                faster = replace(self, pace=PACES[(PACES.index(self.pace) + 1) % len(PACES)])
                told = words(frame.language).say(f"speech.pace-{faster.pace}")
                return Pressed(faster, (told,), Touched(Touch.STILL_HERE), hushes=True)
            case Key.CURTAIN if speaks:
                told = words(frame.language).say("speech.seen" if self.curtain else "speech.dark")
                return Pressed(replace(self, curtain=not self.curtain), (told,), Touched(Touch.STILL_HERE), hushes=True)
            case Key.STOP:
                return Pressed(self, (), Touched(Touch.STILL_HERE), hushes=True)
            case _:
                return Pressed(self)

    def shown(self, frame: Frame, before: Frame | None, *, began: bool) -> tuple[Guide, tuple[str, ...]]:
        """Another picture is shown: a new screen is said from its title on, on the same one what has changed.

        `began`: speech was switched on just now.
        """
        said = words(frame.language)
        if began or before is None or before.surface_id != frame.surface_id or before.language != frame.language:
            first = (said.say("speech.welcome"),) if began else ()
            focus = self.focus if frame.tree.find(self.focus) in stops(frame.tree) else ""
            return replace(self, focus=focus), (*first, *whole(frame, self.private))
        known = {node.id: sentence(node, said, self.private) for node in stops(before.tree)}
        changed = (
            sentence(node, said, self.private)
            for node in stops(frame.tree)
            if node.role in TOLD_BY_ITSELF
            and node.id not in SILENT
            and known.get(node.id) != sentence(node, said, self.private)
        )
        focus = self.focus if frame.tree.find(self.focus) is not None else ""
        return replace(self, focus=focus), tuple(dict.fromkeys(changed))

    def _neighbour(self, frame: Frame, step: int) -> str:
        """The stop after or before the focus, round and round."""
        ids = [node.id for node in stops(frame.tree)]
        if self.focus not in ids:
            return ids[0 if step > 0 else -1]
        return ids[(ids.index(self.focus) + step) % len(ids)]

    def _here(self, frame: Frame) -> tuple[str, ...]:
        node = frame.tree.find(self.focus)
        return (sentence(node, words(frame.language), self.private),) if node is not None else ()


def stops(tree: Node) -> tuple[Node, ...]:
    """Where the keypad stops, in reading order: what lies over a screen alone, where something does."""
    dialog = next((node for node in tree.children if node.role is Role.DIALOG), None)
    return tuple(_stops(dialog or tree))


def _stops(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.bounds.h == 0:
            continue
        if child.role in READ and (child.name or child.value):
            yield child
        if child.role is Role.ITEM:
            yield from (part for part in child.children if part.role is Role.BUTTON)
        elif child.role is not Role.BUTTON:
            yield from _stops(child)


def whole(frame: Frame, private: bool) -> tuple[str, ...]:
    """What a screen says of itself when it comes: title, sentence, and what calls for attention."""
    said = words(frame.language)
    told = [
        node for node in stops(frame.tree) if node.role in (Role.HEADING, Role.TEXT, Role.ALERT) or _is_summary(node)
    ]
    return tuple(sentence(node, said, private) for node in told if not node.id.startswith("header."))


def _is_summary(node: Node) -> bool:
    return node.id.endswith((".summary", ".allowance"))


def sentence(node: Node, said: Words, private: bool) -> str:
    """One place as it is read aloud; what is private only where `private` says that one person alone listens."""
    match node.role:
        case Role.ITEM:
            parts = [part for part in node.children if part.role is not Role.BUTTON and part.bounds.h]
            shown = [part.name for part in parts if private or not part.private]
            title = (node.name if private else "") or said.say("list.unknown-title")
            return said.say("list.ended").join(dict.fromkeys([title, *shown]))
        case Role.BUTTON:
            name = node.name if private or not node.private else said.say("list.unknown-title")
            return _button(node, name, said)
        case Role.ALERT:
            return said.say("speech.attention", text=_plain(node, said, private))
        case _:
            return _plain(node, said, private)


def _plain(node: Node, said: Words, private: bool) -> str:
    if node.private and not private:
        return said.say("speech.private")
    shows_value = node.role is Role.TEXT or _is_summary(node)
    value = node.value if shows_value and not node.value.endswith("%") else ""
    return said.say("list.joined").join(part for part in (node.name, value) if part)


def _button(node: Node, name: str, said: Words) -> str:
    match node.state:
        case "disabled":
            why = node.value or name
            return said.say("speech.unavailable", name=name, why=why)
        case "busy":
            return said.say("speech.busy", name=name)
        case "selected" | "on":
            return said.say("speech.selected", name=name)
        case _:
            return said.say("speech.button", name=name)


def voice_language(text: str, screen: Language) -> Language:
    """Whose voice reads a text: ideographs in a language that has none are read in Chinese."""
    has_ideographs = any("\u4e00" <= character <= "\u9fff" for character in text)
    return Language.ZH if has_ideographs and screen not in (Language.ZH, Language.ZH_HANT, Language.JA) else screen
