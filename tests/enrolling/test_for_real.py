"""A new machine, the fleet page, and mosquitto with TLS: enrolled, let in, revoked, turned away when it comes back."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kiosk.settings import load
from kiosk.station.broker import address_of
from kiosk.station.settings import KioskSettings
from kiosk.station.uplink_line import Line, LineEvent, LineLost, LineUp
from kiosk.wire import Station
from tests.commands.conftest import Kiosk, Ran, kiosk
from tests.fleet.house import FleetProcess
from tests.real_parts import PATIENCE_S, free_port

__all__ = ["kiosk"]

LIBRARYS_OWN = """\
site = "any"
station = "any"
[library]
name_zh = "馆"
name_en = "Library"
[pad]
port = "/dev/serial/by-id/usb-pad"
[broker]
host = "127.0.0.1"
"""


@pytest.fixture
def fleet(kiosk: Kiosk, tmp_path: Path) -> Iterator[FleetProcess]:
    (tmp_path / "broker").mkdir()
    (tmp_path / "new.toml").write_text(LIBRARYS_OWN, encoding="utf-8")
    settings = {
        "keys": str(tmp_path / "keys"),
        "enrolling.folder": str(tmp_path / "authority"),
        "enrolling.broker_files": str(tmp_path / "broker"),
        "enrolling.host": "localhost",
        "enrolling.port": str(free_port()),
        "enrolling.kiosk": str(tmp_path / "new.toml"),
    }
    one = FleetProcess(f"sqlite:///{tmp_path / 'fleet.sqlite'}", free_port(), tmp_path / "fleet.log", settings)
    one.account()
    one.start()
    made = kiosk("fleet", "enrol", "users", *one.words())
    assert made.code == 0, made.err
    yield one
    one.stop()


@contextmanager
def broker(fleet: FleetProcess) -> Iterator[subprocess.Popen[str]]:
    """As docs/operating.md has it."""
    folder, files = Path(fleet.settings["enrolling.folder"]), Path(fleet.settings["enrolling.broker_files"])
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {fleet.settings['enrolling.port']} 127.0.0.1\nuser root\n"
        f"cafile {files}/authority.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
        f"require_certificate true\nuse_identity_as_username true\ncrlfile {files}/crl.pem\nacl_file {files}/acl\n"
    )
    running = subprocess.Popen(["mosquitto", "-v", "-c", str(conf)], stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    assert any("running" in line for line in running.stderr), "mosquitto did not start"
    yield running
    running.kill()
    running.communicate()


def enrol(kiosk: Kiosk, fleet: FleetProcess, code: str, folder: Path) -> Ran:
    folder.mkdir(exist_ok=True)
    return kiosk("enrol", fleet.at, code, "--config", str(folder))


def first_word_for(folder: Path) -> LineEvent:
    """What becomes of the station's first try to reach the broker."""
    settings = load(KioskSettings, folder / "kiosk.toml")
    heard: queue.Queue[LineEvent] = queue.Queue()
    line = Line(
        Station(settings.site, settings.station), address_of(settings.broker), b"gone", lambda _, told: heard.put(told)
    )
    line.open()
    try:
        return heard.get(timeout=PATIENCE_S)
    finally:
        line.close(None)


def test_a_machine_is_enrolled_by_a_code_of_the_page_and_turned_away_when_it_is_revoked(
    kiosk: Kiosk, fleet: FleetProcess, tmp_path: Path
) -> None:
    with closing(fleet.signed_in()) as page:
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page.get("/enrolling").text)[0]
        shown = page.post("/enrolling/code", data={"csrf": csrf, "station": "kiosk-2", "kind": "kiosk"}).text
        code = re.findall(r'id="code">([^<]+)<', shown)[0]
        assert code not in page.get("/enrolling").text, "a code is shown once"

        machine = tmp_path / "machine"
        done = enrol(kiosk, fleet, code, machine)
        assert (done.code, done.err) == (0, "")
        assert "this machine is kiosk kiosk-2 of main" in done.out
        assert (machine / "station.key").stat().st_mode & 0o777 == 0o600
        assert kiosk("check-config", str(machine)).code == 0
        again = enrol(kiosk, fleet, code, tmp_path / "thief")
        assert again.code == 1
        assert "was used" in again.err
        assert list((tmp_path / "thief").iterdir()) == [], "nothing is left behind"

        own = tmp_path / "own"
        own.mkdir()
        (own / "kiosk.toml").write_text("# the library's, half-written")
        made = kiosk("fleet", "enrol", "code", "kiosk-3", *fleet.words())
        done = enrol(kiosk, fleet, made.out.strip().lower(), own)
        assert f'key = "{own}/station.key"' in done.out, "the tables are shown, for somebody to put in"
        assert (own / "kiosk.toml").read_text() == "# the library's, half-written"

        with broker(fleet) as mosquitto:
            assert first_word_for(machine) == LineUp()
            page.post("/enrolling/revoke", data={"csrf": csrf, "station": "kiosk-2"})
            mosquitto.send_signal(signal.SIGHUP)
            assert mosquitto.stderr is not None
            assert any("Reloading config" in line for line in mosquitto.stderr)
            assert isinstance(first_word_for(machine), LineLost)


def test_a_page_that_is_none_and_a_folder_that_is_missing_are_named(kiosk: Kiosk, tmp_path: Path) -> None:
    code = "0000-1111-2222-3333-4444"
    gone = kiosk("enrol", f"http://127.0.0.1:{free_port()}", code, "--config", str(tmp_path))
    assert (gone.code, "does not answer" in gone.err) == (1, True)
    nowhere = kiosk("enrol", "http://localhost", code, "--config", str(tmp_path / "none"))
    assert (nowhere.code, "expected the folder of the settings" in nowhere.err) == (1, True)
