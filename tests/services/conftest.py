"""A real systemd in namespaces of its own, with our real units: nothing of it reaches the machine of the tests.

Only what no two machines share is put in place of what the units say: where the checkout lies, and the settings.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNITS = (
    "kiosk.service",
    "kiosk-central.service",
    "kiosk-fleet.service",
    "kiosk-gate.service",
    "kiosk-drop.service",
    "kiosk-locker.service",
)
STUBS = ("sysinit", "basic", "shutdown", "network", "network-online", "rehearsal")
"""Targets of the machine that our units name; empty here, so that nothing else is started."""
DROP_IN = """\
[Service]
WorkingDirectory=/opt/library-kiosk
ExecStart=
ExecStart=/opt/library-kiosk/.venv/bin/python -m {command} --config /etc/kiosk
"""
COMMANDS = {
    "kiosk.service": "kiosk run",
    "kiosk-central.service": "kiosk central",
    "kiosk-fleet.service": "kiosk fleet",
    "kiosk-gate.service": "kiosk gate",
    "kiosk-drop.service": "kiosk drop",
    "kiosk-locker.service": "kiosk locker",
}


class Machine:
    """The machine whose first process is that systemd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._first = 0

    def boot(self, config: dict[str, str], hurry: str = "") -> None:
        """Start it with these files in /etc/kiosk; `hurry` are lines for every `[Service]`."""
        units = self._folder / "units"
        for name in ("units", "config"):
            (self._folder / name).mkdir()
        for name, text in config.items():
            (self._folder / "config" / name).write_text(text, encoding="utf-8")
        for stub in STUBS:
            (units / f"{stub}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        for unit in UNITS:
            shutil.copy(REPOSITORY / "systemd" / unit, units / unit)
            drop_in = units / f"{unit}.d"
            drop_in.mkdir()
            (drop_in / "checkout.conf").write_text(DROP_IN.format(command=COMMANDS[unit]) + hurry)
        self._folder.chmod(0o755)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child"]
                + ["--propagation", "private", "sh", str(REPOSITORY / "tests" / "services" / "boot.sh")]
                + [str(REPOSITORY), str(self._folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self._first = self._child_of(self._process.pid)

    @property
    def log(self) -> Path:
        return self._folder / "systemd.log"

    def _child_of(self, parent: int) -> int:
        """The first process inside; it is there as soon as the namespaces are."""
        children = Path(f"/proc/{parent}/task/{parent}/children")
        until(lambda: bool(children.read_text().split()), "the namespaces were not made", self.log)
        first = int(children.read_text().split()[0])
        until(
            lambda: Path(f"/proc/{first}/comm").read_text().strip() == "systemd" and self._answers(first),
            "systemd did not come up",
            self.log,
        )
        return first

    def _answers(self, first: int) -> bool:
        asked = self._inside(first, ["systemctl", "show", "--property=Version"])
        return asked.returncode == 0

    @staticmethod
    def _inside(first: int, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["nsenter", "--target", str(first), "--mount", "--pid", *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command on that machine."""
        return self._inside(self._first, list(command))

    def show(self, unit: str, key: str) -> str:
        """One property of a unit, as systemd tells it."""
        return self.run("systemctl", "show", "--value", f"--property={key}", unit).stdout.strip()

    def halt(self) -> None:
        if self._process is None:
            return
        if self._first:
            os.kill(self._first, signal.SIGKILL)
        self._process.kill()
        self._process.wait(10)


def until(holds: Callable[[], bool], complaint: str, log: Path, limit_s: float = 30.0) -> None:
    """Wait for something of the other machine; fail with its last words."""
    end_s = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end_s:
            pytest.fail(f"{complaint}:\n{log.read_text(errors='replace')[-3000:]}")
        threading.Event().wait(0.05)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Not booted yet. Needs root, as every container does, and fails where systemd is missing."""
    if os.geteuid() != 0:
        pytest.fail("the units are started by a real systemd in a namespace, which only root can do: run as root")
    booted = Machine(tmp_path)
    yield booted
    booted.halt()
