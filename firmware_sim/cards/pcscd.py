"""A pcscd with virtual readers. Runs inside the namespaces that `firmware_sim.cards.inside` is started in."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

SYSTEM_FOLDER = Path("/run/pcscd")
"""Where Debian's pcscd has its socket and its process number, compiled in (`pcscd --version`: ipcdir)."""

USB_DRIVERS = Path("/usr/lib/pcsc/drivers")
"""Where it looks for drivers of real readers, compiled in as well (usbdropdir)."""

DRIVER_PATTERN = "serial/libifdvpcd.so.0*"
SEARCHED = os.pathsep.join((os.defpath, "/usr/sbin", "/sbin"))
SOCKET_NAME = "pcscd.comm"
PROCESS_FILE = "pcscd.pid"

START_S = 5.0
STOP_S = 5.0
LOOK_S = 0.005
LOG_TAIL = 400
_LISTENS = "0A"
"""State of a listening socket in /proc/net/tcp."""
_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


class PcscdFailed(Exception):
    """pcscd did not start; the text holds what it said."""


class Pcscd:
    """The service as a process that is started and stopped like systemd's."""

    def __init__(self, folder: Path, ports: Mapping[str, int]) -> None:
        """Keep everything under `folder`. `ports`: by each reader's name the TCP port that its cards connect to."""
        self._ports = ports
        self._drivers: dict[str, Path] = {}
        for number, reader in enumerate(ports):
            # One copy each: pcscd loads a library only once. Now, because `furnish` will hide the original.
            self._drivers[reader] = Path(shutil.copy(vpcd_driver(), folder / f"libifdvpcd-kiosk-{number}.so"))
        self._log = folder / "pcscd.log"
        self._readers = folder / "readers"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, readers: tuple[str, ...]) -> None:
        """Start with these readers, and wait until clients and cards can connect."""
        self.stop()
        for stale in (SOCKET_NAME, PROCESS_FILE):
            (SYSTEM_FOLDER / stale).unlink(missing_ok=True)
        self._configure(readers)
        program = shutil.which("pcscd", path=SEARCHED)
        if program is None:
            raise PcscdFailed("pcscd is not installed")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "--foreground", "--config", str(self._readers)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )
        until_s = time.monotonic() + START_S
        while not ((SYSTEM_FOLDER / SOCKET_NAME).exists() and all(map(self._reader_listens, readers))):
            if self._process.poll() is not None or time.monotonic() > until_s:
                self.stop()
                raise PcscdFailed(f"pcscd did not start; it said: {log_tail(self._log)}")
            time.sleep(LOOK_S)

    def stop(self) -> None:
        """Stop as `systemctl stop` does."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _configure(self, readers: tuple[str, ...]) -> None:
        """One file for all, so that hosts are told them in this order."""
        shutil.rmtree(self._readers, ignore_errors=True)
        self._readers.mkdir()
        (self._readers / "kiosk").write_text(
            "".join(
                f'FRIENDLYNAME "{reader}"\nDEVICENAME /dev/null:0x{self._ports[reader]:04X}\n'
                f"LIBPATH {self._drivers[reader]}\nCHANNELID 0x{self._ports[reader]:04X}\n"
                for reader in readers
            )
        )

    def _reader_listens(self, reader: str) -> bool:
        """Whether vpcd listens, asked without connecting: a connection would be a card."""
        wanted = f":{self._ports[reader]:04X}"
        fields = [
            line.split()
            for table in (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
            if table.exists()
            for line in table.read_text().splitlines()[1:]
        ]
        return any(row[1].endswith(wanted) and row[3] == _LISTENS for row in fields)


def vpcd_driver() -> Path:
    """The reader driver of vsmartcard-vpcd; raises PcscdFailed where it is not installed."""
    found = sorted(USB_DRIVERS.glob(DRIVER_PATTERN))
    if not found:
        raise PcscdFailed(f"there is no {USB_DRIVERS / DRIVER_PATTERN}: vsmartcard-vpcd is not installed")
    return found[0]


def log_tail(log: Path) -> str:
    """The end of a log, on one line."""
    said = log.read_text(errors="replace")[-LOG_TAIL:] if log.exists() else ""
    return " ".join(said.split()) or "nothing"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
