"""`firmware-sim serve` as a process, and hosts on its lines."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx
import serial

from tests.real_parts import PATIENCE_S

ROOM = Path(__file__).with_name("room.toml")
PROGRAM = Path(sys.executable).with_name("firmware-sim")
PSST_S = 0.006
"""FEIG H20800-16e-ID-B, 3.1: at least 5 ms between an answer and the next request."""


@dataclass(frozen=True, slots=True)
class Served:
    """One running simulator."""

    process: subprocess.Popen[str]
    ready: dict[str, object]
    http: httpx.Client
    folder: Path

    @classmethod
    def start(cls, folder: Path, *words: str, config: Path = ROOM) -> Served:
        devices = folder / "devices"
        process = subprocess.Popen(
            [str(PROGRAM), "serve", str(config), "--folder", str(devices), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        ready = json.loads(line)["ready"]
        http = httpx.Client(base_url=f"http://127.0.0.1:{ready['bench']}", timeout=PATIENCE_S, trust_env=False)
        return cls(process, ready, http, devices)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to end; return its exit code and what it had still to say on both outputs."""
        self.http.close()
        self.process.send_signal(number)
        said, complained = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said, complained

    @property
    def url(self) -> str:
        return str(self.http.base_url)

    def room(self) -> dict[str, object]:
        answer = self.http.get("/api/room").json()
        assert isinstance(answer, dict)
        return answer

    def entries(self, key: str) -> dict[str, dict[str, object]]:
        """The tables of the room by their names."""
        tables = self.room()[key]
        assert isinstance(tables, list)
        return {table["name"]: table for table in tables}

    def post(self, path: str, **body: object) -> None:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"ok": True}

    def refused(self, path: str, **body: object) -> tuple[int, str]:
        answer = self.http.post(path, json=body)
        return answer.status_code, str(answer.json()["error"])

    def pad(self) -> serial.Serial:
        return serial.Serial(str(self.folder / "pad"), 38_400, timeout=PATIENCE_S)

    def scanner(self) -> serial.Serial:
        return serial.Serial(str(self.folder / "scanner"), 9600, timeout=PATIENCE_S)

    def printer(self) -> serial.Serial:
        return serial.Serial(str(self.folder / "printer"), 115_200, timeout=PATIENCE_S)


def asked(port: serial.Serial, frame: bytes) -> bytes:
    """One request to the pad, and its whole answer. A reader is deaf to what comes sooner after its last answer."""
    threading.Event().wait(PSST_S)
    port.write(frame)
    length: bytes = port.read(1)
    assert length, f"no answer within {PATIENCE_S} s"
    rest: bytes = port.read(length[0] - 1)
    return length + rest
