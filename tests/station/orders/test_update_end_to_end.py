"""The fleet has a real kiosk under a real supervisor fetch, try and keep another release; and refuses a false one."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.demo.children import Child
from kiosk.station.releases.bundle import write_bundle
from kiosk.station.releases.folder import Releases
from kiosk.wire import CommandKind, CommandState
from kiosk.wire.fields import Json
from kiosk.wire.signing import own_key
from tests.real_parts import PATIENCE_S
from tests.station.orders.conftest import KIOSK, FleetEnd, StartedKiosk


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    """An HTTP server that hands out bundles."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def bundled(tmp_path: Path, version: str, key: Ed25519PrivateKey) -> Path:
    folder = tmp_path / f"of-{version}"
    (folder / "bin").mkdir(parents=True)
    start = folder / "bin" / "start"
    start.write_text(f'#!/bin/sh\nexec {sys.executable} -m kiosk "$@"\n', "utf-8")
    start.chmod(0o755)
    to = tmp_path / "shelf" / f"{version}.bundle"
    write_bundle(folder, to, version, "any", 0, key)
    return to


def ordered(shelf: str, bundle: Path) -> dict[str, Json]:
    content = bundle.read_bytes()
    return {
        "url": f"{shelf}/{bundle.name}",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


@pytest.mark.usefixtures("reader")
def test_a_new_release_is_fetched_tried_and_kept_and_a_false_one_refused(
    tmp_path: Path, fonts_folder: Path, broker_port: int, fleet: FleetEnd, shelf: str
) -> None:
    key = own_key(tmp_path / "keys")
    releases = Releases(tmp_path / "releases")
    releases.folder.mkdir()
    releases.put(releases.install(bundled(tmp_path, "1", key), [key.public_key()]), "")
    more = f'bundle_keys = ["{tmp_path}/keys/signing.pub"]\nreleases = "{releases.folder}"\n'
    (tmp_path / "kiosk.toml").write_text(KIOSK.format(folder=tmp_path, broker=broker_port) + more, "utf-8")
    supervise = ["supervise", "--releases", str(releases.folder), "--steady", "0.5"]
    command = [sys.executable, "-m", "kiosk", *supervise, "--", "run", "--config", str(tmp_path)]
    environment = {"NOTIFY_SOCKET": "", "KIOSK_FONTS": str(fonts_folder)}
    child = Child("kiosk", command, tmp_path / "kiosk.log", environment)
    try:
        child.start()
        child.wait_ready(PATIENCE_S)
        StartedKiosk(child).shows("attract")
        false = fleet.order(CommandKind.UPDATE, ordered(shelf, bundled(tmp_path, "3", Ed25519PrivateKey.generate())))
        refused = fleet.result(false.id)
        assert refused.state is CommandState.FAILED
        assert "signature" in refused.reason
        half = ordered(shelf, bundled(tmp_path, "4", key)) | {"bytes": 999_999}
        assert "of 999999 bytes" in fleet.result(fleet.order(CommandKind.UPDATE, half).id).reason
        order = fleet.order(CommandKind.UPDATE, ordered(shelf, bundled(tmp_path, "2", key)))
        told = fleet.result(order.id)
        assert (told.state, told.details) == (CommandState.DONE, (("version", "2"),))
        assert releases.current() == "2"
    finally:
        child.kill()
