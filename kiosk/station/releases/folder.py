"""The folder of a station's software: one folder a version, a link to the one in force, and what is on trial.

====================  ======================================================================================
`0.2.0/`              a release; `bin/start` in it is run
`current`             a link to the one in force
`trial.json`          what is on trial, what was in force before, and how often it was started
`outcome.json`        how the last trial ended, until the station has told it
`floor.json`          the highest security level that was ever well in force
====================  ======================================================================================

A link is switched by renaming another one over it, so a power cut leaves the old one or the new one in force.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.station.releases.bundle import START, BadBundle, Manifest, unpack

CURRENT = "current"
PART = ".part"
MOST_STARTS = 3
NEVER_UP = f"it did not come up well in {MOST_STARTS} starts"
NOT_SWITCHED = "the power went before it was put in force"


@dataclass(frozen=True, slots=True)
class ReleaseTrial:
    command: str
    version: str
    before: str
    security: int
    starts: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """How a trial has ended; `why` is empty where it went well."""

    command: str
    version: str
    why: str


@dataclass(frozen=True, slots=True)
class Releases:
    """Raises `OSError` where the folder cannot be used."""

    folder: Path

    def current(self) -> str | None:
        """The version in force; None where there is none yet."""
        try:
            return os.readlink(self.folder / CURRENT)  # noqa: PTH115 - the link's own text
        except OSError:
            return None

    def program(self) -> Path:
        """What is run."""
        return self.folder / CURRENT / START

    def install(self, bundle: Path, signers: Iterable[Ed25519PublicKey]) -> Manifest:
        """Check a bundle and lay it beside the others; nothing is put in force. Raises `BadBundle`."""
        part = self.folder / PART
        shutil.rmtree(part, ignore_errors=True)
        try:
            manifest = unpack(bundle, part, signers, self.floor())
            if manifest.version == self.current():
                raise BadBundle(f"{manifest.version} is in force already")
            place = self.folder / manifest.version
            shutil.rmtree(place, ignore_errors=True)
            part.rename(place)
            _flush_folder(self.folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return manifest

    def put(self, manifest: Manifest, command: str) -> None:
        """Put an installed release in force from the next start on: on trial, where there was one before."""
        before = self.current()
        if before is not None:
            self._write("trial", asdict(ReleaseTrial(command, manifest.version, before, manifest.security)))
        else:
            self._write("floor", {"security": manifest.security})
        self._switch(manifest.version)

    def trial(self) -> ReleaseTrial | None:
        """What is on trial."""
        try:
            return ReleaseTrial(**json.loads((self.folder / "trial.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def starting(self) -> None:
        """The program is about to be started: count it, and end a trial that cannot go on."""
        trial = self.trial()
        if trial is None:
            return
        if self.current() != trial.version:
            self._end(trial, NOT_SWITCHED)
        elif trial.starts >= MOST_STARTS:
            self.take_back(NEVER_UP)
        else:
            self._write("trial", asdict(replace(trial, starts=trial.starts + 1)))

    def take_back(self, why: str) -> None:
        """What was in force before is in force again."""
        trial = self.trial()
        if trial is not None:
            self._switch(trial.before)
            self._end(trial, why)

    def keep(self) -> None:
        """It is well: the trial is over, and what is neither in force nor was before goes."""
        trial = self.trial()
        if trial is None:
            return
        self._write("floor", {"security": max(trial.security, self.floor())})
        self._end(trial, "")
        for place in self.folder.iterdir():
            if place.is_dir() and not place.is_symlink() and place.name not in (trial.version, trial.before):
                shutil.rmtree(place, ignore_errors=True)

    def floor(self) -> int:
        """Bundles below this security level are refused."""
        try:
            return int(json.loads((self.folder / "floor.json").read_text("utf-8"))["security"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def ended(self) -> ReleaseOutcome | None:
        """How the last trial ended, if nobody has told it yet."""
        try:
            return ReleaseOutcome(**json.loads((self.folder / "outcome.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def told(self) -> None:
        """The outcome was told."""
        (self.folder / "outcome.json").unlink(missing_ok=True)

    def _end(self, trial: ReleaseTrial, why: str) -> None:
        self._write("outcome", asdict(ReleaseOutcome(trial.command, trial.version, why)))
        (self.folder / "trial.json").unlink(missing_ok=True)
        _flush_folder(self.folder)

    def _switch(self, version: str) -> None:
        beside = self.folder / f"{CURRENT}.new"
        beside.unlink(missing_ok=True)
        beside.symlink_to(version)
        beside.replace(self.folder / CURRENT)
        _flush_folder(self.folder)

    def _write(self, name: str, value: dict[str, object]) -> None:
        half = self.folder / f"{name}.half"
        with half.open("wb") as file:
            file.write(json.dumps(value).encode())
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / f"{name}.json")


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
