"""The wall clock of one process, which can be set while it runs; its monotonic clocks go on as they were.

The process loads a small library that adds an offset to the wall clock (`wall_clock.c`; why not libfaketime:
docs/adr/0137). It is built when the house starts, with the C compiler that the set-up installs for the drivers, too.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from kiosk.demo.children import NotReady
from kiosk.demo.scenario import LONGEST_JUMP_S

SOURCE = Path(__file__).with_name("wall_clock.c")
OFFSET = struct.Struct("=q")
NS_PER_S = 1_000_000_000
YEAR_S = 365 * 86_400


def jumped(off_s: float, seconds: float) -> float:
    """By how much a clock is off after a jump. Raises `NotReady` for more than any scenario asks for at once."""
    if abs(off_s + seconds) > LONGEST_JUMP_S:
        years = LONGEST_JUMP_S // YEAR_S
        raise NotReady(f"clock-jump: the clock would be more than {years} years off; it is off by {off_s:.0f} s now")
    return off_s + seconds


class WallClock:
    """Right at first. `folder` holds the library and the offset, which outlive the process: a clock keeps its time."""

    def __init__(self, folder: Path) -> None:
        self.off_s = 0.0
        self._library = folder / "wall_clock.so"
        self._offset = folder / "wall_clock.off"
        self._why_not = "the kiosk was not started by `build`"

    def build(self) -> None:
        """Have the library made; without a compiler, `jump` says so."""
        self._offset.write_bytes(OFFSET.pack(0))
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            self._why_not = "there is no C compiler: apt-get install gcc, then start again"
            return
        command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(self._library), str(SOURCE)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        self._why_not = f"{SOURCE.name} could not be built: {built.stderr}" if built.returncode else ""

    def environment(self) -> dict[str, str]:
        """What the process needs; nothing where there is no library."""
        return {} if self._why_not else {"LD_PRELOAD": str(self._library), "KIOSK_CLOCK_OFF": str(self._offset)}

    def jump(self, seconds: float) -> None:
        """Set it forward, or back. Raises `NotReady` where that cannot be."""
        if self._why_not:
            raise NotReady(f"clock-jump: {self._why_not}")
        self.off_s = jumped(self.off_s, seconds)
        # One write of eight bytes into the page that the process has mapped: it never sees half of it.
        with self._offset.open("r+b", buffering=0) as offset:
            offset.write(OFFSET.pack(round(self.off_s * NS_PER_S)))
