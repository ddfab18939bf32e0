"""The scenario player's hands in the simulated room: the bench's JSON interface."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

DIRECTIONS = {"in": 1, "out": 2}
"""Through a gate, as the bench numbers them (docs/bench.md)."""
ANSWER_S = 60.0
"""Reading the words off the paper takes seconds the first time."""


class BenchRefused(Exception):
    """The bench cannot do this; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class TagState:
    """One tag of the room."""

    uid: str
    item: str
    afi: int
    on_pad: bool
    name: str = ""
    """What the room calls the book: its number, unless two books bear the same one."""
    in_bin: bool = False
    """It has fallen through the return slot."""


@dataclass(frozen=True, slots=True)
class PaperStrip:
    """One strip that was cut off, as the paper shows it."""

    text: tuple[str, ...]
    height: int
    ink: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Laid:
    """How books are laid down: where (mm from the pad's middle), how tilted (degrees), and in foil or not."""

    at: tuple[float, ...] | None = None
    angle: float | None = None
    foil: bool | None = None

    def told(self) -> dict[str, object]:
        """The keys of the bench's interface, as far as something is said."""
        said = {"at": None if self.at is None else list(self.at), "angle": self.angle, "foil": self.foil}
        return {key: value for key, value in said.items() if value is not None}


APART = Laid()
"""As a careful person lays them: apart from each other."""


class BenchClient:
    """Talks to the bench at `http://127.0.0.1:PORT`."""

    def __init__(self, port: int) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_S, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def put_on_pad(self, numbers: tuple[str, ...], laid: Laid = APART) -> None:
        self._post("/api/pad", {"put": list(numbers), **laid.told()})

    def take_off_pad(self, numbers: tuple[str, ...]) -> None:
        self._post("/api/pad", {"take": list(numbers)})

    def slot(self, numbers: tuple[str, ...]) -> None:
        """Push them into the return slot."""
        self._post("/api/slot", {"push": list(numbers)})

    def empty_bin(self) -> None:
        self._post("/api/bin", {"empty": True})

    def card(self, verb: str, name: str | None) -> None:
        """`tap`, `insert` or `tear` a card by name, or `remove` the one on the reader."""
        self._post("/api/card", {verb: name if name is not None else True})

    def scan(self, code: str | None, hexadecimal: str | None) -> None:
        self._post("/api/scanner", {"fire": code} if code is not None else {"fire_hex": hexadecimal})

    def printer(self, part: str, state: str) -> None:
        """Set `paper`, `cover` or `cutter` of the printer."""
        self._post("/api/printer", {part: state})

    def fault(self, device: str, fault: str, rate: float | None = None, seconds: float | None = None) -> None:
        knobs = {key: value for key, value in (("rate", rate), ("seconds", seconds)) if value is not None}
        self._post("/api/faults", {"device": device, "fault": fault, **knobs})

    def walk_through(self, gate: str, numbers: tuple[str, ...], direction: str) -> None:
        """Carry books, or none, through a gate: `in` or `out`."""
        self._post("/api/gate", {"gate": gate, "books": list(numbers), "direction": DIRECTIONS[direction]})

    def power(self, *, on: bool) -> None:
        """All devices lose their power, or have it again."""
        self._post("/api/power", {"off": not on})

    def wire(self, last: int) -> list[str]:
        """The last so many frames on all wires, oldest first, polling left out."""
        return [
            f"{one['time_s']:>9} {one['device']} {one['direction']} {one['note']}: {one['hex']}"
            for one in _tables(self._get("/api/wire?polling=no"), "frames")[-last:]
        ]

    def lamps(self) -> dict[tuple[str, int], bool]:
        """Board and channel → whether it is on."""
        return {
            (str(board["name"]), _whole(output["channel"])): bool(output["on"])
            for board in _tables(self._get("/api/room"), "signals")
            for output in _tables(board, "outputs")
        }

    def tags(self) -> list[TagState]:
        """Every tag of the room with the AFI byte that it holds now."""
        room = self._get("/api/room")
        found: list[TagState] = []
        for item in _tables(room, "items"):
            for tag in _tables(item, "tags"):
                where, name = item.get("where"), str(item.get("name", item["number"]))
                uid, afi = str(tag["uid"]), _whole(tag["afi"])
                found.append(TagState(uid, str(item["number"]), afi, where == "pad", name, where == "bin"))
        return found

    def paper(self, *, text: bool = True) -> list[PaperStrip]:
        """What the printer has printed so far; reading the words off the paper is what takes time."""
        strips: list[PaperStrip] = []
        for strip in _tables(self._get("/api/paper?text=yes" if text else "/api/paper"), "strips"):
            lines = strip.get("text")
            words = tuple(str(line) for line in lines) if isinstance(lines, list) else ()
            strips.append(PaperStrip(words, _whole(strip["height"]), _whole(strip["ink"]), bool(strip["cut"])))
        return strips

    def _post(self, path: str, body: dict[str, object]) -> None:
        self._checked(self._http.post(path, json=body))

    def _get(self, path: str) -> dict[str, object]:
        answer = self._checked(self._http.get(path)).json()
        assert isinstance(answer, dict), path
        return answer

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise BenchRefused(f"{answer.request.url.path}: {answer.text}")
        return answer


def _tables(table: dict[str, object], key: str) -> list[dict[str, object]]:
    entries = table.get(key)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _whole(value: object) -> int:
    if isinstance(value, str):
        return int(value, 16)
    assert isinstance(value, int), value
    return value
