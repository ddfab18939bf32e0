"""The loopback socket through which the technician's bench and the scenario player see and touch the screen.

One JSON object a line, a request and its answer in turn. Requests:

* `{"op": "tree", "after": N, "wait_s": S}`: the semantic tree, as soon as its number is above N
* `{"op": "frame", "after": N, "wait_s": S}`: the picture as a JPEG in base64, likewise
* `{"op": "touch", "x": X, "y": Y, "screen": ID}`: a finger on the picture, or with `across` and `down` at a fraction
  (0 to 1) of its width and height; `screen` (may be absent) is the one it saw. The answer names what was hit: `id`
* `{"op": "act", "id": ID}`: a touch on the node of that id
* `{"op": "power-cut", "row": KIND, "when": "before"|"after", "nth": N}`: a rehearsal, where the settings allow it
* `{"op": "journal", "after": N, "wait_s": S}`: the journal's rows above N, as soon as there are some
* `{"op": "heard", "after": N, "wait_s": S}`: what a patron hears, likewise (`overheard.py`)
* `{"op": "sound", "name": CUE}`: a sound of the kiosk as WAV in base64

The answer holds `ok`, or `error` with what, where and what to do. That of a touch comes when the picture that it led to
is shown, and says whether anything was `done`. Off unless configured; listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import base64
import json
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.station.json_lines import JsonLines, Reply
from kiosk.station.overheard import Overheard, sound_of

LONGEST_WAIT_S = 30.0
ANSWER_S = 5.0
FRAMES_WANTED_S = 3.0

OPS = ("tree", "frame", "touch", "act", "power-cut", "journal", "heard", "sound")


@dataclass(frozen=True, slots=True)
class TouchOrder:
    """At a pixel, or (`of_picture`) at a fraction of width and height."""

    x: float
    y: float
    screen: str | None
    of_picture: bool = False


@dataclass(frozen=True, slots=True)
class ActOrder:
    node: str


@dataclass(frozen=True, slots=True)
class PowerCutOrder:
    row: str
    before: bool
    nth: int


@dataclass(frozen=True, slots=True)
class RepaintOrder:
    """Somebody began to watch: publish what is on the screen now."""


@dataclass(frozen=True, slots=True)
class MirrorOrder:
    """What a client of the mirror wants of the loop; the loop answers through `reply`."""

    order: TouchOrder | ActOrder | PowerCutOrder | RepaintOrder
    reply: queue.Queue[Reply] = field(default_factory=lambda: queue.Queue(1))


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen showed last. `number` grows with every change."""

    number: int = 0
    tree: Reply = field(default_factory=dict)
    jpeg_number: int = 0
    jpeg: bytes = b""


class Mirror:
    """Serves any number of clients, each on a thread of its own; the loop only publishes and answers orders."""

    def __init__(self, port: int, deliver: Callable[[MirrorOrder], None], overheard: Overheard | None = None) -> None:
        self._deliver = deliver
        self._overheard = overheard
        self._changed = threading.Condition()
        self._shown = Shown()
        self._frames_wanted_until = 0.0
        self._lines = JsonLines("mirror", port, self.answer)

    @property
    def port(self) -> int:
        return self._lines.port

    @property
    def frames_wanted(self) -> bool:
        """Whether somebody asked for a picture in the last seconds; pictures are not made for nobody."""
        return time.monotonic() < self._frames_wanted_until

    def publish(self, tree: Reply, jpeg: bytes | None) -> None:
        """Show the clients what is on the screen now."""
        with self._changed:
            number = self._shown.number + 1
            if jpeg is None:
                self._shown = Shown(number, tree, self._shown.jpeg_number, self._shown.jpeg)
            else:
                self._shown = Shown(number, tree, number, jpeg)
            self._changed.notify_all()

    def close(self) -> None:
        self._lines.close()

    def answer(self, line: bytes) -> Reply:
        """The answer to one request line."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "the line is not JSON; send one JSON object a line, at most 4096 bytes"}
        if not isinstance(request, dict):
            return {"error": "expected a JSON object with `op`"}
        try:
            match request.get("op"):
                case "tree":
                    return self._tree(_number(request, "after", -1), _seconds(request))
                case "frame":
                    return self._frame(_number(request, "after", -1), _seconds(request))
                case "touch":
                    return self._order(MirrorOrder(_touch(request)))
                case "act":
                    return self._order(MirrorOrder(ActOrder(str(request.get("id", "")))))
                case "power-cut":
                    before = request.get("when", "after") == "before"
                    cut = PowerCutOrder(str(request.get("row", "")), before, _number(request, "nth", 1))
                    return self._order(MirrorOrder(cut))
                case "sound":
                    return sound_of(str(request.get("name", "")))
                case "journal" | "heard" as op if self._overheard is not None:
                    ask = self._overheard.journal if op == "journal" else self._overheard.heard
                    return ask(_number(request, "after", 0), _seconds(request))
                case other:
                    return {"error": f"unknown op {other!r}; there are {', '.join(OPS)}"}
        except ValueError as refused:
            return {"error": str(refused)}

    def _order(self, order: MirrorOrder) -> Reply:
        self._deliver(order)
        try:
            return order.reply.get(timeout=ANSWER_S)
        except queue.Empty:
            return {"error": f"the kiosk did not answer within {ANSWER_S:.0f} s"}

    def _tree(self, after: int, wait_s: float) -> Reply:
        with self._changed:
            self._changed.wait_for(lambda: self._shown.number > after, wait_s)
            shown = self._shown
        return {"ok": True, "number": shown.number, **shown.tree}

    def _frame(self, after: int, wait_s: float) -> Reply:
        fresh = not self.frames_wanted
        self._frames_wanted_until = time.monotonic() + wait_s + FRAMES_WANTED_S
        if fresh:
            self._deliver(MirrorOrder(RepaintOrder()))
        with self._changed:
            self._changed.wait_for(lambda: self._shown.jpeg_number > after, wait_s)
            shown = self._shown
        picture = base64.b64encode(shown.jpeg).decode()
        return {"ok": True, "number": shown.jpeg_number, "jpeg": picture, "screen": shown.tree.get("screen", "")}


def _touch(request: dict[str, object]) -> TouchOrder:
    screen = request.get("screen")
    meant = None if screen is None else str(screen)
    if "across" in request or "down" in request:
        return TouchOrder(_fraction(request, "across"), _fraction(request, "down"), meant, of_picture=True)
    return TouchOrder(_number(request, "x"), _number(request, "y"), meant)


def _fraction(request: dict[str, object], key: str) -> float:
    value = request.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"`{key}`: expected 0 to 1, found {value!r}")
    return float(value)


def _number(request: dict[str, object], key: str, default: int | None = None) -> int:
    value = request.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 < value < 1e9:
        raise ValueError(f"`{key}`: expected a number, found {value!r}")
    return int(value)


def _seconds(request: dict[str, object]) -> float:
    value = request.get("wait_s", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_WAIT_S:
        raise ValueError(f"`wait_s`: expected 0 to {LONGEST_WAIT_S:.0f}, found {value!r}")
    return float(value)
