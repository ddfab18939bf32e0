"""A pseudo-terminal behind a name that stays the same, however often it is unplugged."""

from __future__ import annotations

import os
import random
import select
import termios
import tty
from pathlib import Path

RECHECK_S = 0.02
"""Linux tells nobody that a pseudo-terminal was opened; a host waits this long at most to be noticed."""
INPUT_SPEED, OUTPUT_SPEED = 4, 5
"""Places in what `termios.tcgetattr` gives."""


class PseudoTerminal:
    """The master side; `link` is a symbolic link to the side that a host opens, and is gone while it is unplugged.

    A host that sets another speed than `baud` hears and says noise, as on a real line. Parity cannot be told apart:
    Linux keeps none for a pseudo-terminal.
    """

    def __init__(self, link: Path, baud: int) -> None:
        self._link = link
        self._speed: int = getattr(termios, f"B{baud}")
        self._noise = random.Random(baud)
        self._master: int | None = None
        self._unused: list[int | list[bytes | int]] = []
        """How the terminal was set before any host had it open."""

    @property
    def address(self) -> str:
        """The path that a host opens."""
        return str(self._link)

    def plug_in(self) -> None:
        """Make a new terminal, raw, and point the link at it in one step."""
        master, slave = os.openpty()
        tty.setraw(slave)
        self._unused = termios.tcgetattr(slave)
        # A tool that sets no speed has the right one.
        self._unused[INPUT_SPEED] = self._unused[OUTPUT_SPEED] = self._speed
        termios.tcsetattr(slave, termios.TCSANOW, self._unused)
        os.set_blocking(master, False)
        fresh = self._link.with_name(self._link.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self._link)
        # Kept open on our side, it would look as if a host were always there.
        os.close(slave)
        self._master = master

    def pull_out(self) -> None:
        """Close our side: a host that has it open gets errno 5 (EIO)."""
        self._link.unlink(missing_ok=True)
        if self._master is not None:
            os.close(self._master)
            self._master = None

    def host_is_there(self) -> bool:
        """Hung up means that nobody has it open; bytes that are still to be read count as somebody."""
        if self._master is None:
            return False
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        state = dict(poll.poll(0)).get(self._master, 0)
        return not state & select.POLLHUP or bool(state & select.POLLIN)

    def watched(self) -> list[int]:
        """The master, while somebody is there: hung up, it would be readable for ever."""
        return [self._master] if self._master is not None and self.host_is_there() else []

    def recheck_s(self) -> float | None:
        """Opening wakes nobody, so look again until somebody is there."""
        return RECHECK_S if self._master is not None else None

    def read(self, limit: int) -> bytes | None:
        """What the host has written."""
        if self._master is None:
            return None
        try:
            return self._as_heard(os.read(self._master, limit))
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def write(self, data: bytes) -> None:
        """Bytes that nobody takes are lost, as on a wire."""
        if self._master is None or not self.host_is_there():
            return
        try:
            os.write(self._master, self._as_heard(data))
        except BlockingIOError:
            return

    def forget_host(self) -> None:
        """The next host must not find what was meant for this one, nor its settings.

        glibc refuses to set parity on a pseudo-terminal (EINVAL) where the same call changes nothing else.
        """
        if self._master is not None:
            # What the last host wrote has been read by now, or it would still count as there (`host_is_there`); what
            # lies there otherwise is the next host's, who has opened the line in this very moment.
            termios.tcflush(self._master, termios.TCOFLUSH)
            termios.tcsetattr(self._master, termios.TCSANOW, self._unused)

    def _as_heard(self, data: bytes) -> bytes:
        """What one side makes of the other's bits: asked of the master, Linux tells how the host has set its side."""
        assert self._master is not None
        if termios.tcgetattr(self._master)[OUTPUT_SPEED] == self._speed:
            return data
        return self._noise.randbytes(len(data))
