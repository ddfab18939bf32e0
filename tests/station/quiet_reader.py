"""A FEIG reader on a pseudo-terminal with nothing on it: answers each request with a frame of the manual's."""

from __future__ import annotations

import os
import select
import threading
import tomllib
import tty
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors" / "feig.toml"
ANSWERS = {
    0x52: "baud rate detection, answered",
    0x65: "software version of a CPR.M02",
    0x66: "reader information of a CPR.M02",
    0x69: "RF reset done",
    0x6A: "RF output done",
    0xB0: "inventory, nobody",
}
"""Name of the answer in the vectors by the COMMAND byte of the request."""


class QuietReader:
    """Plugged in from the beginning; `unplug` takes the line away. `name` stays the same path."""

    def __init__(self, name: Path) -> None:
        frames = {entry["name"]: entry["hex"] for entry in tomllib.loads(VECTORS.read_text("utf-8"))["exchange"]}
        self._answers = {command: bytes.fromhex(frames[named]) for command, named in ANSWERS.items()}
        self.name = name
        self.plug_in()

    def plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._woken, self._waker = os.pipe()
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._slave))
        self._thread = threading.Thread(target=self._answer, name="quiet reader", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        os.close(self._waker)
        self._thread.join()
        os.close(self._slave)
        os.close(self._master)
        os.close(self._woken)

    def _answer(self) -> None:
        heard = bytearray()
        while True:
            ready, _, _ = select.select([self._master, self._woken], [], [])
            if self._woken in ready:
                return
            heard += os.read(self._master, 4096)
            while heard and len(heard) >= heard[0] > 2:
                request = bytes(heard[: heard[0]])
                del heard[: heard[0]]
                os.write(self._master, self._answers[request[2]])
