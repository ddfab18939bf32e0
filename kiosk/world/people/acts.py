"""What a person at a kiosk does, and what they see. A script yields acts; each is answered by a sight of the screen.

Scripts know nothing of time or of what lies behind the screen, so that the same people use a kiosk in virtual time and
one that runs in real time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

SETTLED = frozenset({"done", "refused", "undone", "doubtful", "unreadable"})
"""States of an item with which a patron need not wait any longer."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the screen shows, and whether the last act came to what it was meant to."""

    screen: str
    items: Mapping[str, str] = field(default_factory=dict)
    """Item number → state, of the live list."""
    held: bool = True
    """Of a `Watch`: what was waited for is there; of a `Touch`: something was there to be touched."""

    def settled(self, numbers: tuple[str, ...]) -> bool:
        """Each of these items has ended, as far as it is on the list."""
        return all(self.items[number] in SETTLED for number in numbers if number in self.items)


Seen = Callable[[Sight], bool]


@dataclass(frozen=True, slots=True)
class LayDown:
    """Put books on the pad; those of `badly` lie so that their tags are not heard."""

    books: tuple[str, ...]
    badly: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Take books off the pad into the hands."""

    books: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PutAway:
    """From the hands to the trolley of what came back, or onto the shelf."""

    books: tuple[str, ...]
    to: str
    """`TROLLEY` or `SHELF` of the floor."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Hold a card on the reader for a moment."""

    card: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Touch the node with this id, if it is there."""

    node: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Do something else for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Watch:
    """Look at the screen until it shows something, at most so long."""

    until: Seen
    most_s: float


Act = LayDown | TakeUp | PutAway | Tap | Touch | Pause | Watch
Script = Generator[Act, Sight, None]


def perform(script: Script, do: Callable[[Act], Sight]) -> None:
    """Carry out the whole script: `do` does each act, and says what is seen after it."""
    try:
        act = next(script)
        while True:
            act = script.send(do(act))
    except StopIteration:
        return
