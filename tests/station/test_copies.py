"""W6: how a kiosk comes by its copy: whole, in pieces, not at all; and what stands on its disk is the one before."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.model.ids import PatronRef
from kiosk.rules.offline import KnownPatron
from kiosk.rules.policy import ALL, RulesFile
from kiosk.station.copies import COPY, CannotKeep, Copies, CopySource
from kiosk.wire import Ready, Station
from kiosk.wire.offline_copy import CopyFile, CopyHead, Names, Sections, Words, pack_patron, write_copy
from kiosk.wire.signing import PUBLIC_KEY, own_key
from tests.real_parts import PATIENCE_S

STATION = Station("main", "kiosk-1")
ISSUED = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
WORDS = Words([ALL], [ALL], [])


def made(path: Path, version: int, key: Ed25519PrivateKey, site: str = "main", patrons: int = 5_000) -> Ready:
    names = Names(str(version).encode().ljust(32))
    head = CopyHead(site, str(version), ISSUED, names.salt, "Asia/Shanghai", RulesFile(), {}, WORDS)
    packed = pack_patron(WORDS, KnownPatron(ALL))
    with path.open("wb") as file:
        write_copy(file, head, Sections([names.patron(PatronRef(f"p{n}")) + packed for n in range(patrons)]), key)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Ready("offline", version, digest, f"/copies/offline/{version}", ISSUED)


@dataclass
class Shelf:
    """An HTTP server of our own, which hands out files and can break off in the middle of one."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: list[int] = field(default_factory=list)
    """Bytes after which the next answers end."""
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """Path, range, key."""
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("range")
        self.asked.append((request.path, wanted, request.headers.get("authorization")))
        content = self.files.get(request.path)
        if content is None:
            request.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        request.send_response(206 if wanted else 200)
        request.send_header("content-length", str(len(content) - start))
        request.end_headers()
        part = content[start:]
        request.wfile.write(part[: self.breaks_after.pop(0)] if self.breaks_after else part)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    served = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Station1:
    """A kiosk's side: its folder, its thread, and what came."""

    folder: Path
    key: Ed25519PrivateKey
    shelf: Shelf
    came: queue.Queue[CopyFile] = field(default_factory=queue.Queue)
    running: Copies | None = None

    def start(self) -> CopyFile | None:
        source = CopySource(self.shelf.url, "lk_secret", self.key.public_key(), spread_s=0.0, wait_s=0.0)
        self.running = Copies(source, STATION, self.folder / COPY, self.came.put)
        copy = self.running.at_start()
        self.running.start()
        return copy

    def hears(self, *published: Ready) -> None:
        assert self.running is not None
        self.running.published(published)

    def next(self) -> CopyFile:
        return self.came.get(timeout=PATIENCE_S)

    def stop(self) -> None:
        assert self.running is not None
        self.running.stop()

    def again(self) -> CopyFile | None:
        """What a kiosk that starts now finds on its disk."""
        self.stop()
        return self.start()


@pytest.fixture
def station(tmp_path: Path, shelf: Shelf) -> Iterator[Station1]:
    (tmp_path / "kiosk").mkdir()
    one = Station1(tmp_path / "kiosk", Ed25519PrivateKey.generate(), shelf)
    assert one.start() is None
    yield one
    one.stop()


def offered(station: Station1, version: int, site: str = "main") -> Ready:
    path = station.folder.parent / str(version)
    published = made(path, version, station.key, site)
    station.shelf.files[published.href] = path.read_bytes()
    return published


def test_a_new_copy_is_fetched_kept_and_found_at_the_next_start(station: Station1) -> None:
    station.hears(offered(station, 1))
    copy = station.next()
    assert (copy.version, copy.patron(PatronRef("p4999"))) == ("1", KnownPatron(ALL))
    assert station.shelf.asked == [("/copies/offline/1", None, "Bearer lk_secret")]
    found = station.again()
    assert found is not None
    assert found.version == "1"


def test_the_same_version_is_fetched_once(station: Station1) -> None:
    first = offered(station, 1)
    station.hears(first)
    station.next()
    station.hears(first)
    station.hears(offered(station, 2))
    assert station.next().version == "2"
    assert [path for path, _, _ in station.shelf.asked] == ["/copies/offline/1", "/copies/offline/2"]


def test_a_line_that_breaks_goes_on_where_it_broke(station: Station1) -> None:
    published = offered(station, 1)
    station.shelf.breaks_after = [1_000, 30_000]
    station.hears(published)
    assert station.next().version == "1"
    assert [wanted for _, wanted, _ in station.shelf.asked] == [None, "bytes=1000-", "bytes=31000-"]


def test_other_bytes_than_those_published_are_thrown_away(station: Station1) -> None:
    station.hears(offered(station, 1))
    station.next()
    published = offered(station, 2)
    station.shelf.files[published.href] = bytes(len(station.shelf.files[published.href]))
    station.hears(published)
    station.hears(offered(station, 3))
    assert station.next().version == "3"
    assert [path.name for path in station.folder.iterdir()] == [COPY]


@pytest.mark.parametrize("fault", ["missing", "too long", "foreign key", "other site", "short"])
def test_what_is_no_copy_for_this_kiosk_changes_nothing(station: Station1, fault: str) -> None:
    station.hears(offered(station, 1))
    station.next()
    published = offered(station, 2)
    content = station.shelf.files[published.href]
    match fault:
        case "missing":
            del station.shelf.files[published.href]
        case "too long":
            station.shelf.files[published.href] = content + b"more"
        case "short":
            station.shelf.files[published.href] = content[:-1]
        case "foreign key":
            published = made(station.folder.parent / "x", 2, Ed25519PrivateKey.generate())
            station.shelf.files[published.href] = (station.folder.parent / "x").read_bytes()
        case "other site":
            published = offered(station, 2, site="elsewhere")
        case _:
            raise AssertionError(fault)
    station.hears(published)
    station.hears(offered(station, 3))
    assert station.next().version == "3"


def test_what_is_for_others_is_left_alone(station: Station1) -> None:
    ours = offered(station, 1)
    station.hears(Ready("ledger", 9, "00" * 32, "/copies/ledger/9", ISSUED), ours)
    station.next()
    assert [path for path, _, _ in station.shelf.asked] == ["/copies/offline/1"]


def test_a_broken_file_on_the_disk_is_said_and_replaced(station: Station1, caplog: pytest.LogCaptureFixture) -> None:
    station.hears(offered(station, 1))
    station.next()
    station.stop()
    whole = (station.folder / COPY).read_bytes()
    (station.folder / COPY).write_bytes(whole[:-20])
    assert station.start() is None
    assert "cannot be used" in caplog.text
    station.hears(offered(station, 2))
    assert station.next().version == "2"


def test_keys_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotKeep, match=r"signing\.pub: it cannot be read"):
        CopySource.of("http://127.0.0.1:1", None, tmp_path / PUBLIC_KEY)
    own_key(tmp_path)
    with pytest.raises(CannotKeep, match=r"central\.key: it cannot be read"):
        CopySource.of("http://127.0.0.1:1", tmp_path / "central.key", tmp_path / PUBLIC_KEY)
    (tmp_path / PUBLIC_KEY).write_text("nothing")
    with pytest.raises(CannotKeep, match="expected 32 bytes"):
        CopySource.of("http://127.0.0.1:1", None, tmp_path / PUBLIC_KEY)
