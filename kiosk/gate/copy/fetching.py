"""Fetching copies of the ledger from central by HTTP, and what a page shows of an item. A thread of its own, which
never holds up a judgement."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from drivers.errors import BadSetting
from kiosk.gate.copy.table import CopyRefused, LentTable, checked
from kiosk.model.ids import ItemId, Uid
from kiosk.wire.fields import MessageRefused, as_fields
from kiosk.wire.lent_changes import LentChanges, read
from kiosk.wire.policy import Ready

TIMEOUT_S = 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
LARGEST_COPY = 1 << 30
MOST_QUESTIONS = 200
STOP_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CopyFetched:
    """A sound copy lies at `path`, and is open."""

    table: LentTable
    path: Path


@dataclass(frozen=True, slots=True)
class CopyFailed:
    """The newest copy could not be had, or was kept out."""

    why: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """What central says of an item, for people: nothing of any patron."""

    name: str
    """Item number or UID, as it was asked."""
    item: ItemId
    title: str
    author: str
    call_number: str
    loan: str
    """The state of its last loan, in words of the contract: `lent`, `returned`, `undone`, `never`."""
    loan_at: str | None
    station: str | None


Fetched = CopyFetched | CopyFailed | ItemShown | LentChanges


@dataclass(frozen=True, slots=True)
class Central:
    """Where it is, and the key that it asks for."""

    url: str
    key: str | None

    @classmethod
    def of(cls, url: str, key_file: Path | None) -> Central:
        """Raises `BadSetting` where the key cannot be read."""
        if key_file is None:
            return cls(url.rstrip("/"), None)
        try:
            return cls(url.rstrip("/"), key_file.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as trouble:
            raise BadSetting(f"{key_file}: the key of central cannot be read: {trouble}") from None

    def client(self) -> httpx.Client:
        """It follows nobody elsewhere: the key is for central alone."""
        headers = {} if self.key is None else {"authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)


class Fetcher:
    """`deliver` is called on its thread; it may wait, not raise."""

    def __init__(self, central: Central, folder: Path, deliver: Callable[[Fetched], None]) -> None:
        self._central = central
        self._folder = folder
        self._deliver = deliver
        self._wanted: Ready | None = None
        self._behind: int | None = None
        self._questions: queue.Queue[tuple[str, str]] = queue.Queue(MOST_QUESTIONS)
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fetcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the request that runs."""
        self._stopping.set()
        self._woken.set()
        self._thread.join(STOP_S)

    def want(self, ready: Ready) -> None:
        """Fetch this copy; only the newest one is wanted."""
        self._wanted = ready
        self._woken.set()

    def catch_up(self, version: int) -> None:
        """Fetch what came after this version. What fails is tried again when central's next sign of life comes."""
        self._behind = version
        self._woken.set()

    def ask(self, item: ItemId | None, uid: Uid | None) -> None:
        """Ask what an item is; a question too many is dropped: the page shows its number."""
        question = ("item", str(item)) if item is not None else ("uid", str(uid or ""))
        with suppress(queue.Full):
            self._questions.put_nowait(question)
        self._woken.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._woken.clear()
            while not self._questions.empty():
                self._answer(*self._questions.get_nowait())
            behind, self._behind = self._behind, None
            if behind is not None:
                self._catch_up(behind)
            wanted = self._wanted
            if wanted is None:
                self._woken.wait()
            elif self._try(wanted):
                failures = 0
            else:
                failures += 1
                self._woken.wait(min(FIRST_WAIT_S * 2**failures, LONGEST_WAIT_S))

    def _try(self, wanted: Ready) -> bool:
        """Fetch a copy and hand it over; whether that went well."""
        try:
            fetched = self._fetch(wanted)
        except (httpx.HTTPError, OSError, CopyRefused) as trouble:
            self._deliver(CopyFailed(f"copy {wanted.version} of the ledger: {trouble}"))
            return False
        if self._wanted is wanted:
            self._wanted = None
        self._deliver(fetched)
        return True

    def _fetch(self, ready: Ready) -> CopyFetched:
        """The file, whole and sound, or nothing: what was left of a broken try is gone on with."""
        part = self._folder / f"{ready.hash[:16]}.part"
        for other in self._folder.glob("*.part"):
            if other != part:
                other.unlink()
        with self._central.client() as client:
            _download(client, ready.href, part)
        try:
            checked(part, ready.hash).close()
        except CopyRefused:
            part.unlink()
            raise
        path = self._folder / f"lent-{ready.version}-{ready.hash[:8]}.bin"
        _durable(part, path)
        return CopyFetched(LentTable(path), path)

    def _catch_up(self, version: int) -> None:
        """Everything after `version`, in pieces."""
        try:
            with self._central.client() as client:
                while True:
                    answer = client.get("/api/v1/gates/changes", params={"after": version})
                    if answer.status_code != httpx.codes.OK:
                        log.warning("central answers %d for changes after %d", answer.status_code, version)
                        return
                    told = read(as_fields(answer.json(), "changes"))
                    self._deliver(told)
                    if told.version <= version:
                        return
                    version = told.version
        except (httpx.HTTPError, ValueError, MessageRefused) as trouble:
            log.info("central does not tell what was missed: %s", trouble)

    def _answer(self, kind: str, name: str) -> None:
        try:
            with self._central.client() as client:
                answer = client.get("/api/v1/gates/item", params={kind: name})
            if answer.status_code == httpx.codes.OK:
                self._deliver(_shown(name, answer.json()))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as trouble:
            log.info("central does not say what an item is: %s", type(trouble).__name__)


def _download(client: httpx.Client, href: str, part: Path) -> None:
    """Go on where the last try ended. Raises `CopyRefused`, httpx's and the disk's errors."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"range": f"bytes={have}-"} if have else {}
    with client.stream("GET", href, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # it is all there
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise CopyRefused(f"central answers {answer.status_code} for {href}")
        goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            size = have if goes_on else 0
            for chunk in answer.iter_bytes(1 << 18):
                size += len(chunk)
                if size > LARGEST_COPY:
                    raise CopyRefused(f"{href} is larger than {LARGEST_COPY} bytes")
                file.write(chunk)


def _durable(part: Path, path: Path) -> None:
    """Rename what is on the disk, not what is about to be."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _shown(name: str, told: dict[str, object]) -> ItemShown:
    """Raises `KeyError`, `TypeError` for what is no such answer."""
    texts = {key: told[key] for key in ("item", "title", "author", "call_number", "loan")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError("expected texts")
    loan_at, station = told.get("loan_at"), told.get("station")
    return ItemShown(
        name,
        ItemId(str(texts["item"])),
        str(texts["title"]),
        str(texts["author"]),
        str(texts["call_number"]),
        str(texts["loan"]),
        loan_at if isinstance(loan_at, str) else None,
        station if isinstance(station, str) else None,
    )
