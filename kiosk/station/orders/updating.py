"""New software by order of the fleet: fetched, checked, laid beside, put in force when no patron is here.

Whether it is kept the supervisor decides (`kiosk supervise`); this only waits for its word and tells the desk.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.station.orders.book import Kept
from kiosk.station.orders.desk import Outcome
from kiosk.station.releases.bundle import LARGEST_BYTES, PIECE, SPARE_BYTES, BadBundle
from kiosk.station.releases.folder import ReleaseOutcome, Releases
from kiosk.wire import CommandState

INCOMING = "incoming.bundle"
TRIES = 5
REQUEST_S = 30.0
"""Without a byte for so long, a request has failed."""
LOOK_S = 2.0
"""How often it is looked whether the supervisor has decided."""
STOP_S = 15.0
NOT_PUT = "cut off before it was put in force"

log = logging.getLogger(__name__)


class Updating:
    """`restart` has the station started anew under the command's id, when no patron is here; `ended` tells the desk."""

    def __init__(
        self,
        releases: Releases,
        signers: Mapping[str, Ed25519PublicKey],
        restart: Callable[[str], None],
        ended: Callable[[str, Outcome], None],
        look_s: float = LOOK_S,
    ) -> None:
        self._releases = releases
        self._signers = signers
        self._restart = restart
        self._ended = ended
        self._look_s = look_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="trial", daemon=True)

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome | None:
        fields = kept.fields()
        url, digest = fields.text("url", longest=1_000), fields.text("sha256", longest=64)
        size = fields.whole("bytes", least=1, most=LARGEST_BYTES)
        if not self._signers:
            return Outcome(CommandState.FAILED, "no key that may sign software is in [fleet] bundle_keys")
        if self._releases.trial() is not None:
            return Outcome(CommandState.FAILED, "another release is on trial; wait for how that ends")
        running("fetches the bundle")
        incoming = self._releases.folder / INCOMING
        try:
            fetch(url, incoming, digest, size)
            manifest = self._releases.install(incoming, self._signers.values())
        except BadBundle as bad:
            return Outcome(CommandState.FAILED, f"refused, the release from before is kept: {bad}")
        finally:
            incoming.unlink(missing_ok=True)
        running(f"{manifest.version} is checked; in force when no patron is here")
        self._releases.put(manifest, kept.id)
        self._restart(kept.id)
        return None

    def at_start(self, kept: Kept) -> Outcome | None:
        ended, trial = self._releases.ended(), self._releases.trial()
        if ended is not None and ended.command == kept.id:
            return outcome_of(ended)
        if trial is not None and trial.command == kept.id:
            return Outcome(CommandState.RUNNING, f"{trial.version} has started, and is watched for a while")
        return Outcome(CommandState.FAILED, NOT_PUT) if kept.state is CommandState.RUNNING else None

    def start(self) -> None:
        """The desk has taken up what was left."""
        if self._releases.ended() is not None:
            self._releases.told()
        if self._releases.trial() is not None:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _wait(self) -> None:
        while not self._stopping.wait(self._look_s):
            ended = self._releases.ended()
            if ended is not None:
                self._ended(ended.command, outcome_of(ended))
                self._releases.told()
                return


def outcome_of(ended: ReleaseOutcome) -> Outcome:
    """How a trial ended, as the desk tells it."""
    if ended.why:
        return Outcome(CommandState.FAILED, f"taken back: {ended.why}", (("version", ended.version),))
    return Outcome(CommandState.DONE, "", (("version", ended.version),))


def fetch(url: str, to: Path, sha256: str, size: int, tries: int = TRIES) -> None:
    """Fetch a file whole; a line that breaks is taken up where it broke. Raises `BadBundle`, `OSError`."""
    to.unlink(missing_ok=True)
    trouble = "nothing came"
    for _ in range(tries):
        have = to.stat().st_size if to.exists() else 0
        if have >= size:
            break
        try:
            _fetch_rest(url, to, have, size)
        except httpx.HTTPError as failure:
            trouble = f"{type(failure).__name__}: {failure}"
    have = to.stat().st_size if to.exists() else 0
    if have != size:
        raise BadBundle(f"{have} of {size} bytes came: {trouble}")
    digest = hashlib.sha256()
    with to.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    if digest.hexdigest() != sha256:
        raise BadBundle("what came is not what was ordered (SHA-256)")


def _fetch_rest(url: str, to: Path, have: int, size: int) -> None:
    import shutil

    free = shutil.disk_usage(to.parent).free
    if free < size - have + SPARE_BYTES:
        raise BadBundle(f"the disk is too full: {free} bytes are free")
    headers = {"range": f"bytes={have}-"} if have else {}
    with httpx.stream("GET", url, headers=headers, timeout=REQUEST_S, follow_redirects=False) as answer:
        answer.raise_for_status()
        with to.open("ab" if answer.status_code == httpx.codes.PARTIAL_CONTENT else "wb") as file:
            for piece in answer.iter_bytes(PIECE):
                if file.tell() + len(piece) > size:
                    raise BadBundle("more came than was ordered")
                file.write(piece)
