"""What a rehearsal shows beside the picture: the journal as it grows, and what a patron hears.

What a patron hears is the sounds of the kiosk, whether there is a loudspeaker or not, and the words that came onto the
screen, in reading order: what somebody is told who has the screen read out.
"""

from __future__ import annotations

import base64
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from kiosk.ledger import LedgerFile, LedgerRefused, StorageFailure, as_object
from kiosk.screens.sound_files import CUES, wav
from kiosk.session.effects import Cue
from kiosk.station.json_lines import Reply

KEPT = 300
MOST_ROWS = 500
"""Of one answer; more are asked for again."""


class Plays(Protocol):
    """Whatever makes a sound of a cue."""

    def play(self, cue: Cue) -> None: ...


class Overheard:
    """Filled by the kiosk's loop, asked by the mirror's clients on threads of their own."""

    def __init__(self, ledger: Path, newest: Callable[[], int], *, show_private: bool) -> None:
        """`newest` gives the number of the journal's newest row."""
        self._ledger = ledger
        self._newest = newest
        self._show_private = show_private
        self._changed = threading.Condition()
        self._row = newest()
        self._heard: deque[Reply] = deque(maxlen=KEPT)
        self._count = 0
        self._began_s = time.monotonic()
        self._texts: tuple[str, ...] = ()

    def look(self) -> None:
        """See whether the journal has grown."""
        row = self._newest()
        if row == self._row:
            return
        with self._changed:
            self._row = row
            self._changed.notify_all()

    def sound(self, cue: Cue) -> None:
        """A sound is played, or would be."""
        self._hear({"kind": "sound", "sound": cue.value, "text": ""})

    def shown(self, tree: Mapping[str, object]) -> None:
        """The screen has another tree (`Frame.as_json`); what is new on it is what is read out."""
        texts = tuple(_texts(tree.get("tree")))
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        self._texts = texts
        if new:
            self._hear({"kind": "words", "sound": "", "text": "\n".join(new)})

    def journal(self, after: int, wait_s: float) -> Reply:
        """Rows above `after`, as soon as there are some or the time is over. The kiosk does not wait for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._row > after, wait_s)
        try:
            with LedgerFile(self._ledger) as file:
                rows = file.rows(after)[:MOST_ROWS]
        except (LedgerRefused, StorageFailure, ValueError) as trouble:
            return {"error": f"the journal cannot be read: {trouble}"}
        return {"ok": True, "rows": [as_object(row, patrons=self._show_private) for row in rows]}

    def heard(self, after: int, wait_s: float) -> Reply:
        """What was heard above number `after`, likewise; all of it where that was counted by a kiosk of before."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != after, wait_s)
            least = after if after <= self._count else 0
            found = [one for one in self._heard if isinstance(one["number"], int) and one["number"] > least]
        return {"ok": True, "heard": found}

    def _hear(self, what: Reply) -> None:
        with self._changed:
            self._count += 1
            heard_s = round(time.monotonic() - self._began_s, 3)
            self._heard.append({"number": self._count, "time_s": heard_s, **what})
            self._changed.notify_all()


class Listening:
    """Plays on, and has it overheard."""

    def __init__(self, sounds: Plays | None, overheard: Overheard) -> None:
        self._sounds = sounds
        self._overheard = overheard

    def play(self, cue: Cue) -> None:
        if self._sounds is not None:
            self._sounds.play(cue)
        self._overheard.sound(cue)


def sound_of(name: str) -> Reply:
    """The sound of this name as a WAV file in base64."""
    try:
        notes = CUES[Cue(name)]
    except ValueError:
        return {"error": f"`name`: no sound is called {name!r}; there are: {', '.join(Cue)}"}
    return {"ok": True, "wav": base64.b64encode(wav(notes)).decode()}


def _texts(node: object) -> Iterator[str]:
    """Names and values of a tree, in reading order."""
    if not isinstance(node, Mapping):
        return
    for key in ("name", "value"):
        text = node.get(key)
        if isinstance(text, str) and text:
            yield text
    children = node.get("children")
    if isinstance(children, list):
        for child in children:
            yield from _texts(child)
