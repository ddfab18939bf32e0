"""Child processes that say when they are ready, are watched, and never outlive their parent."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_S = 5.0
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent ends."""

_libc = ctypes.CDLL(None, use_errno=True)


class NotReady(Exception):
    """A child ended, or said nothing, before it was ready. The text names it and shows its last words."""


@dataclass(slots=True)
class Child:
    """One process of the demo. Its output goes to `log`; a line `{"ready": …}` on stdout makes it ready."""

    name: str
    command: Sequence[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    announced: dict[str, object] = field(default_factory=dict)
    _ready: threading.Event = field(default_factory=threading.Event)
    _reader: threading.Thread | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        self._ready = threading.Event()
        self.announced = {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | self.environment,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._reader = threading.Thread(target=self._listen, args=(self.process, self._ready), daemon=True)
        self._reader.start()

    def _listen(self, process: subprocess.Popen[bytes], ready: threading.Event) -> None:
        assert process.stdout is not None
        with self.log.open("ab") as copy:
            for line in process.stdout:
                copy.write(line)
                copy.flush()
                if line.startswith(b'{"ready"'):
                    self.announced = json.loads(line)
                    ready.set()
        ready.set()

    def wait_ready(self, timeout_s: float) -> None:
        """Return when it is ready; raise `NotReady` when it ended or the time is over."""
        self._ready.wait(timeout_s)
        if not self.announced:
            code = self.process.poll() if self.process else None
            how = f"ended with code {code}" if code is not None else f"was not ready within {timeout_s:.0f} s"
            raise NotReady(f"{self.name} {how}; its last words:\n{self.last_words()}")

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        if not self.log.exists():
            return "(nothing)"
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before it was started."""
        return self.process.poll() if self.process else None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ends_within(self, limit_s: float) -> bool:
        """Wait for its end; whether it came."""
        if self.process is None:
            return True
        try:
            self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Ask it to end; kill it when it does not. Safe to call at any time."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._collect()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._collect()

    def _collect(self) -> None:
        if self._reader is not None:
            self._reader.join(STOP_S)
            self._reader = None
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
