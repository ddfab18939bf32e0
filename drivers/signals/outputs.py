"""Outputs of one board by their names: what each shall be, and when it goes off by itself."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.errors import BadSetting
from drivers.signals.protocol import Switch, SwitchRefused


@dataclass(frozen=True, slots=True)
class Output:
    """One relay of a board under the name that the rest of the house calls it by."""

    name: str
    channel: int
    """As the board counts: the first is 1."""


@dataclass(slots=True)
class _Wanted:
    on: bool = False
    off_s: float | None = None
    """When it goes off by itself."""


def check_outputs(outputs: tuple[Output, ...], last_channel: int) -> None:
    """Raises `BadSetting` where two outputs share a name or a channel, or a channel is none of the board's."""
    if not outputs:
        raise BadSetting("a board of signals has no outputs: give at least one with name and channel")
    for output in outputs:
        if not 1 <= output.channel <= last_channel:
            raise BadSetting(f"channel of {output.name!r} is {output.channel}: give 1 to {last_channel}")
        if any(other is not output and other.name == output.name for other in outputs):
            raise BadSetting(f"two outputs are called {output.name!r}: give each a name of its own")
        if any(other is not output and other.channel == output.channel for other in outputs):
            raise BadSetting(f"two outputs use channel {output.channel}: give each a channel of its own")


class Wishes:
    """What each output shall be. All are off at first."""

    def __init__(self, outputs: tuple[Output, ...]) -> None:
        self._channels = {output.name: output.channel for output in outputs}
        self._wanted = {output.name: _Wanted() for output in outputs}

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    def channel(self, name: str) -> int:
        """Of a known output."""
        return self._channels[name]

    def is_on(self, name: str) -> bool:
        """What a known output shall be."""
        return self._wanted[name].on

    def take(self, command: Switch, now_s: float) -> SwitchRefused | None:
        """Wish for something new; a refusal where there is no such output."""
        if command.output not in self._wanted:
            return SwitchRefused(command.output, self._no_such_output(command.output))
        off_s = None
        if command.on and command.for_s is not None and math.isfinite(command.for_s):
            off_s = now_s + max(command.for_s, 0.0)
        self._wanted[command.output] = _Wanted(command.on, off_s)
        return None

    def expire(self, now_s: float) -> list[str]:
        """Outputs whose time is over; from now on they shall be off."""
        over = [name for name, wanted in self._wanted.items() if wanted.off_s is not None and wanted.off_s <= now_s]
        for name in over:
            self._wanted[name] = _Wanted()
        return over

    def due_s(self) -> float | None:
        """When the next output goes off by itself."""
        return min((wanted.off_s for wanted in self._wanted.values() if wanted.off_s is not None), default=None)

    def _no_such_output(self, name: str) -> str:
        nearest = difflib.get_close_matches(name[:64], self._wanted, n=1, cutoff=0.5)
        if nearest:
            return f"no output has this name; did you mean {nearest[0]!r}?"
        return f"no output has this name; there are {', '.join(sorted(self._wanted))}"
