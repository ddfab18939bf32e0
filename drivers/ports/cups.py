"""Runs the programs of CUPS for an office printer's core, on a thread of its own: the screen never waits for them."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping

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


class CupsPrinter:
    """One queue of CUPS. `deliver` is called on the printer's thread."""

    def __init__(
        self,
        core: CupsCore,
        deliver: Callable[[PrinterEvent], None],
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core = core
        self._deliver = deliver
        self._environment = {**(os.environ if environment is None else environment), "LC_ALL": "C"}
        self._clock = clock
        self._commands: queue.Queue[PrinterCommand | None] = queue.Queue(COMMAND_CAPACITY)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cups", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def offer(self, command: PrinterCommand) -> bool:
        """Queue a receipt without waiting; whether it was taken."""
        try:
            self._commands.put_nowait(command)
        except queue.Full:
            return False
        return True

    def submit(self, command: PrinterCommand) -> None:
        """Queue a receipt; waits while sixteen of them are queued."""
        self._commands.put(command)

    def stop(self) -> None:
        """End the thread; a program under way has its time to end."""
        self._stopping.set()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()

    def _wake(self) -> None:
        try:
            self._commands.put_nowait(None)
        except queue.Full:
            return  # the thread has enough to wake for

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._take_commands(max(self._core.due_s() - self._clock(), 0.0))
            events = self._core.take_events()
            call = None if self._stopping.is_set() else self._core.next_call(self._clock())
            if call is not None:
                events += self._core.returned(call, run(call, self._environment), self._clock())
            for event in events:
                self._deliver(event)

    def _take_commands(self, wait_s: float) -> None:
        """The first that comes within `wait_s`, and all that came with it."""
        try:
            command = self._commands.get(timeout=wait_s) if wait_s > 0 else self._commands.get_nowait()
            while True:
                if command is not None:
                    self._core.submit(command, self._clock())
                command = self._commands.get_nowait()
        except queue.Empty:
            return


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
