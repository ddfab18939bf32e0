"""What a scenario may name: the books, cards, gates and lamps of a configuration, devices with their faults, screens.

Whatever it names that is not there is refused before anything starts: a story must not fail because of a typing error.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.demo.scenario import LampExpected, PadMake, Scenario, ScreenExpected, Step, Verb
from kiosk.screens.rows import stage_name
from kiosk.screens.scenes.whole import SCREEN_IDS
from kiosk.session.state import Stage
from kiosk.settings import Fault, shown

NEAREST = 3
NEAR = 0.5
STATES = {
    Verb.PAPER: ("ok", "near-end", "out"),
    Verb.COVER: ("closed", "open"),
    Verb.CUTTER: ("ok", "jam"),
}
SETTLED = "settled"
"""Of an item on the first screen: a doubt about it is over."""
ITEM_STATES = (*sorted({stage_name(stage) for stage in Stage}), SETTLED)
ASK_S = 20.0
NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Names:
    """Of one configuration."""

    books: frozenset[str]
    cards: frozenset[str]
    gates: frozenset[str]
    signals: frozenset[str]

    @classmethod
    def of(cls, config: Path) -> Names:
        """From `simulator.toml` of the folder. Raises OSError and `tomllib.TOMLDecodeError`."""
        room = tomllib.loads((config / "simulator.toml").read_text(encoding="utf-8"))
        return cls(
            _named(room.get("item"), "name", "number"),
            _named(room.get("card"), "name"),
            _named(room.get("gate"), "name"),
            _named(room.get("signal"), "name"),
        )

    def faults(self, scenario: Scenario, file: str) -> list[Fault]:
        """Whatever is named and not there, with its key path."""
        return [Fault(file, key, expected, found) for key, expected, found in self._unknown(scenario)]

    def _unknown(self, scenario: Scenario) -> Iterator[tuple[str, str, str]]:
        setting, expect = scenario.setting, scenario.expect
        yield from _each("setting.on_pad", setting.on_pad, self.books, "book")
        yield from _one("setting.paper", setting.paper, STATES[Verb.PAPER], "state of paper")
        for place, loan in enumerate(setting.lent, start=1):
            yield from _one(f"setting.lent.{place}.book", loan.book, self.books, "book")
            yield from _one(f"setting.lent.{place}.patron", loan.patron, self.cards, "card")
        for place, hold in enumerate(setting.waits, start=1):
            yield from _one(f"setting.waits.{place}.book", hold.book, self.books, "book")
            yield from _one(f"setting.waits.{place}.patron", hold.patron, self.cards, "card")
        for number, step in enumerate(scenario.step, start=1):
            yield from self._step(f"step.{number}", step, setting.pad)
        for place, loan in enumerate(expect.loans or (), start=1):
            yield from _one(f"expect.loans.{place}.book", loan.book, self.books, "book")
            yield from _one(f"expect.loans.{place}.patron", loan.patron, self.cards, "card")
        for place, one in enumerate(expect.afi, start=1):
            yield from _one(f"expect.afi.{place}.book", one.book, self.books, "book")
        for place, passed in enumerate(expect.gate or (), start=1):
            yield from _one(f"expect.gate.{place}.gate", passed.gate, self.gates, "gate")
            yield from _one(f"expect.gate.{place}.book", passed.book, self.books, "book")
        yield from self._lamps("expect", expect.lamps)
        yield from _each("expect.on_pad", expect.on_pad or (), self.books, "book")
        yield from _each("expect.bin", expect.bin or (), self.books, "book")

    def _step(self, path: str, step: Step, pad: PadMake) -> Iterator[tuple[str, str, str]]:
        yield from _each(f"{path}.books", step.books, self.books, "book")
        if step.card is not None:
            yield from _one(f"{path}.card", step.card, self.cards, "card")
        if step.gate is not None:
            yield from _one(f"{path}.gate", step.gate, self.gates, "gate")
        if step.do in STATES and step.state is not None:
            yield from _one(f"{path}.state", step.state, STATES[step.do], f"state of {step.do.value}")
        if step.hex is not None and not _is_hex(step.hex):
            yield f"{path}.hex", "pairs of hex digits, like 33350D", shown(step.hex)
        if step.do is Verb.FAULT:
            yield from self._fault(path, step, pad)
        if step.expect is not None:
            yield from _screen(f"{path}.expect", step.expect)
            yield from self._lamps(f"{path}.expect", step.expect.lamps)

    def _lamps(self, path: str, expected: Iterable[LampExpected]) -> Iterator[tuple[str, str, str]]:
        for place, lamp in enumerate(expected, start=1):
            yield from _one(f"{path}.lamps.{place}.signal", lamp.signal, self.signals, "signal")

    def _fault(self, path: str, step: Step, pad: PadMake) -> Iterator[tuple[str, str, str]]:
        kinds = {device: words for (device, protocol), words in _possible_faults().items() if not protocol}
        kinds["pad"] = _possible_faults()["pad", pad.value]
        kinds |= dict.fromkeys(self.gates, kinds.pop("gate")) | dict.fromkeys(
            self.signals, kinds.pop("signal", NO_WORDS)
        )
        device = step.device or ""
        yield from _one(f"{path}.device", device, kinds, "device")
        if device in kinds:
            yield from _one(f"{path}.fault", step.fault or "", kinds[device], f"fault of {device}")


def _screen(path: str, expected: ScreenExpected) -> Iterator[tuple[str, str, str]]:
    if expected.screen is not None:
        yield from _one(f"{path}.screen", expected.screen, SCREEN_IDS, "screen")
    for place, item in enumerate(expected.items, start=1):
        yield from _one(f"{path}.items.{place}.state", item.state, ITEM_STATES, "state of an item")


def _each(path: str, named: Iterable[str], known: Iterable[str], what: str) -> Iterator[tuple[str, str, str]]:
    words = tuple(known)
    for place, name in enumerate(named, start=1):
        yield from _one(f"{path}.{place}", name, words, what)


def _one(path: str, name: str, known: Iterable[str], what: str) -> Iterator[tuple[str, str, str]]:
    words = sorted(known)
    if name in words:
        return
    nearest = difflib.get_close_matches(name, words, n=1, cutoff=NEAR)
    if nearest:
        expected = f"a {what} that is there (did you mean {shown(nearest[0])}?)"
    elif words:
        rest = f" and {len(words) - NEAREST} more" if len(words) > NEAREST else ""
        expected = f"a {what} that is there: {', '.join(words[:NEAREST])}{rest}"
    else:
        expected = f"no {what}: the configuration has none"
    yield path, expected, shown(name)


def _named(tables: object, *keys: str) -> frozenset[str]:
    if not isinstance(tables, list):
        return frozenset()
    return frozenset(str(table[key]) for table in tables if isinstance(table, dict) for key in keys if key in table)


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


@cache
def _possible_faults() -> dict[tuple[str, str], frozenset[str]]:
    """Device and protocol → fault words, as the simulator's own program lists them; without a protocol: of any."""
    program = Path(sys.executable).with_name("firmware-sim")
    ran = subprocess.run([program, "devices", "--json"], capture_output=True, timeout=ASK_S, check=True)
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in json.loads(ran.stdout)["devices"]:
        key = (str(one["device"]), str(one["protocol"]))
        found[key] = found.get(key, frozenset()) | frozenset(one["faults"])
    usual: dict[tuple[str, str], frozenset[str]] = {}
    for (device, _), words in found.items():
        usual[device, ""] = usual.get((device, ""), frozenset()) | words
    return found | usual
