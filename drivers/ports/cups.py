"""Runs the programs of CUPS for an office printer's core, on a thread of its own: the screen never waits for them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping

from drivers.ports.driver_thread import DriverThread
from drivers.printers.cups import Call, CupsCore, NoEnd, NotInstalled, Outcome, Program, Ran
from drivers.printers.events import PrinterCommand, PrinterEvent

CALL_S = 20.0
"""A program of CUPS that takes longer hangs: the server does not answer it."""
LARGEST_OUTPUT = 65_536
COMMAND_CAPACITY = 16
PROGRAMS = {
    Program.PRINT: "lp",
    Program.LOOK: "lpstat",
    Program.LOOK_BACK: "lpstat",
    Program.CANCEL: "cancel",
}


class CupsPrinter(DriverThread[PrinterEvent, PrinterCommand]):
    """One queue of CUPS. At the end a program under way has its time to end."""

    def __init__(
        self,
        core: CupsCore,
        deliver: Callable[[PrinterEvent], None],
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(core, deliver, name="cups", clock=clock, capacity=COMMAND_CAPACITY)
        self._core = core
        self._environment = {**(os.environ if environment is None else environment), "LC_ALL": "C"}

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._orders.wait(max(self._core.due_s() - self._clock(), 0.0))
            self._take_orders()
            events = self._core.take_events()
            call = None if self._stopping.is_set() else self._core.next_call(self._clock())
            if call is not None:
                events += self._core.returned(call, run(call, self._environment), self._clock())
            self._tell(events)


def run(call: Call, environment: Mapping[str, str], longest_s: float = CALL_S) -> Outcome:
    """Run one program of CUPS, for `longest_s` at most. Its output is cut at 64 KiB."""
    try:
        ended = subprocess.run(
            [PROGRAMS[call.program], *call.arguments],
            input=call.content,
            capture_output=True,
            timeout=longest_s,
            env=dict(environment),
            check=False,
        )
    except OSError:  # missing, not ours to run, or no program at all (Exec format error)
        return NotInstalled()
    except subprocess.TimeoutExpired:
        return NoEnd()
    return Ran(ended.returncode, _text(ended.stdout), _text(ended.stderr))


def _text(output: bytes) -> str:
    return output[:LARGEST_OUTPUT].decode("utf-8", errors="replace")
