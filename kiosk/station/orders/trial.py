"""New settings on trial: one file is put in another's place, and stays only when the station comes up well with it.

Beside `kiosk.toml` there may lie, of one trial at a time:

=======================  =====================================================================================
`kiosk.toml.trial`       JSON: the command, the version, the new file's SHA-256, how often it was started with it
`kiosk.toml.before`      the file that it takes the place of
`kiosk.toml.outcome`     JSON: how the last trial ended, until the desk has told it
`kiosk.toml.version`     JSON: the version of the file that was taken last, and its SHA-256
=======================  =====================================================================================

Each is written beside, flushed and renamed, so that a power cut leaves the old one or the new one (ADR 0191).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from kiosk.settings import SettingsRefused, load

T = TypeVar("T")

MOST_STARTS = 3
"""A file with which the station has been started so often without coming up well is taken back."""
NEVER_UP = f"the station did not come up well in {MOST_STARTS} starts"
NOT_SWITCHED = "the power went before it was put in place"


@dataclass(frozen=True, slots=True)
class Trial:
    command: str
    version: str
    digest: str
    starts: int = 0


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """How a trial has ended; `why` is empty where it went well."""

    command: str
    version: str
    why: str


@dataclass(frozen=True, slots=True)
class TriedFile:
    """The settings file of one station."""

    path: Path

    def digest(self) -> str:
        return _digest(self.path.read_bytes())

    def version(self) -> str:
        """Of the file as it lies there; one that was not pushed is named by its content."""
        digest = self.digest()
        try:
            kept = json.loads(self._beside("version").read_text("utf-8"))
        except (OSError, ValueError):
            kept = {}
        return str(kept["version"]) if kept.get("digest") == digest else f"local-{digest[:12]}"

    def trial(self) -> Trial | None:
        """What is on trial."""
        try:
            return Trial(**json.loads(self._beside("trial").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def put(self, text: str, command: str, version: str) -> None:
        """Put new settings in place, on trial; what was there is kept. Raises `OSError`: then nothing has changed."""
        content = text.encode()
        try:
            self._write("before", self.path.read_bytes())
            self._write("new", content)
            self._write("trial", _json(Trial(command, version, _digest(content))))
        except OSError:
            for kind in ("trial", "new", "before"):
                self._beside(kind).unlink(missing_ok=True)
            raise
        self._beside("new").replace(self.path)
        _flush_folder(self.path.parent)

    def starting(self) -> TrialOutcome | None:
        """The station starts: count it, and end a trial that cannot go on. Returns what has just ended."""
        trial = self.trial()
        if trial is None:
            return self.ended()
        if trial.digest != self.digest():
            self._end(trial, NOT_SWITCHED)
        elif trial.starts >= MOST_STARTS:
            return self.take_back(NEVER_UP)
        else:
            self._write("trial", _json(replace(trial, starts=trial.starts + 1)))
        return self.ended()

    def take_back(self, why: str) -> TrialOutcome | None:
        """End the trial: the settings from before are in force again from the next start on. None without a trial."""
        trial = self.trial()
        if trial is None:
            return None
        if trial.digest == self.digest():
            self._beside("before").replace(self.path)
            _flush_folder(self.path.parent)
        self._end(trial, why)
        return TrialOutcome(trial.command, trial.version, why)

    def keep(self) -> TrialOutcome | None:
        """The station is well with the new settings: the trial is over. None without one."""
        trial = self.trial()
        if trial is None:
            return None
        self._write("version", _json({"version": trial.version, "digest": trial.digest}))
        self._end(trial, "")
        return TrialOutcome(trial.command, trial.version, "")

    def ended(self) -> TrialOutcome | None:
        """How the last trial ended, if nobody has told it yet."""
        try:
            return TrialOutcome(**json.loads(self._beside("outcome").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def told(self) -> None:
        """The outcome was told."""
        self._beside("outcome").unlink(missing_ok=True)

    def _end(self, trial: Trial, why: str) -> None:
        self._write("outcome", _json(TrialOutcome(trial.command, trial.version, why)))
        self._beside("trial").unlink(missing_ok=True)
        self._beside("before").unlink(missing_ok=True)
        _flush_folder(self.path.parent)

    def _beside(self, kind: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{kind}")

    def _write(self, kind: str, content: bytes) -> None:
        """Whole, or as it was."""
        half = self._beside(f"{kind}.half")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._beside(kind))


def load_tried(kind: type[T], file: TriedFile, overrides: Mapping[str, str]) -> T:
    """The settings to start with: those on trial, or those from before where these cannot be read. Raises
    `SettingsRefused`."""
    if file.path.exists():
        file.starting()
    try:
        return load(kind, file.path, overrides)
    except SettingsRefused as refused:
        if file.take_back(str(refused)) is None:
            raise
        return load(kind, file.path, overrides)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: Trial | TrialOutcome | dict[str, str]) -> bytes:
    return json.dumps(value if isinstance(value, dict) else asdict(value)).encode()


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
