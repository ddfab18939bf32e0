"""`kiosk central` as a real process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.real_parts import PATIENCE_S

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo"


def central_command(url: str, config: Path = DEMO) -> list[str]:
    return [sys.executable, "-m", "kiosk", "central", "--config", str(config), "--set", f"database.url={url}"]


@dataclass(slots=True)
class CentralProcess:
    """Starts, is asked, is killed or stopped, and starts again on the same database."""

    command: list[str]
    log: Path
    settings: dict[str, str] = field(default_factory=lambda: {"http.port": "0", "broker.port": "1"})
    process: subprocess.Popen[str] | None = None
    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    """Everything that it says it listens on."""

    def start(self) -> None:
        """Return when it is ready."""
        words = [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]
        with self.log.open("a") as log:
            self.process = subprocess.Popen([*self.command, *words], stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"central ended: {self.log.read_text()}"
        self.ports = json.loads(line)["ready"]
        self.port = self.ports["http"]

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """In order; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int | None:
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_S)
        return process.returncode

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=PATIENCE_S)
