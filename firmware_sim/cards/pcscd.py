"""A pcscd with one virtual reader. Runs inside the namespaces that `firmware_sim.cards.inside` is started in."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
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

    def __init__(self, folder: Path, port: int, reader: str) -> None:
        """Write the configuration of one reader named `reader`, whose cards connect to TCP `port`, under `folder`."""
        self._port = port
        self._log = folder / "pcscd.log"
        self._readers = folder / "readers"
        self._no_readers = folder / "no-readers"
        for made in (self._readers, self._no_readers):
            made.mkdir(exist_ok=True)
        driver = folder / "libifdvpcd-kiosk.so"
        shutil.copy(vpcd_driver(), driver)
        (self._readers / "kiosk").write_text(
            f'FRIENDLYNAME "{reader}"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {driver}\nCHANNELID 0x{port:04X}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, plugged: bool = True) -> None:
        """Start, and wait until clients and, where the reader is plugged in, cards can connect."""
        self.stop()
        for stale in (SOCKET_NAME, PROCESS_FILE):
            (SYSTEM_FOLDER / stale).unlink(missing_ok=True)
        program = shutil.which("pcscd", path=SEARCHED)
        if program is None:
            raise PcscdFailed("pcscd is not installed")
        folder = self._readers if plugged else self._no_readers
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "--foreground", "--config", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )
        until_s = time.monotonic() + START_S
        while not ((SYSTEM_FOLDER / SOCKET_NAME).exists() and (not plugged or self._reader_listens())):
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

    def _reader_listens(self) -> bool:
        """Whether vpcd listens, asked without connecting: a connection would be a card."""
        wanted = f":{self._port:04X}"
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
