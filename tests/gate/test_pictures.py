"""A picture only where a camera is configured, kept as short as configured, and gone for good then."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.gate.camera import TEST_PICTURE, AddressCamera, Camera, NoPicture, ProgramCamera, TestCamera
from kiosk.gate.pictures import Album, Photographer, PicturesGone, PictureTaken
from kiosk.gate.settings import GateControllerSettings
from kiosk.model.ids import IntentId
from kiosk.settings import SettingsRefused, load
from tests.real_parts import wait_until

ALARM, OTHER = IntentId("0193-a"), IntentId("0193-b")
JPEG = TEST_PICTURE.read_bytes()


class Answers(BaseHTTPRequestHandler):
    """A network camera with a good day, and others."""

    def do_GET(self) -> None:
        bodies = {"/good": JPEG, "/half": JPEG[:-100], "/page": b"<html>sign in</html>"}
        bodies["/endless"] = b"\xff" * 5_000_000
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "/good")
            self.end_headers()
            return
        body = bodies.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_request(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def network_camera() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_network_camera_gives_its_snapshot(network_camera: str) -> None:
    assert AddressCamera(f"{network_camera}/good").picture() == JPEG


@pytest.mark.parametrize("path", ["/half", "/page", "/none", "/elsewhere", "/endless"])
def test_what_is_no_whole_picture_is_none(network_camera: str, path: str) -> None:
    with pytest.raises(NoPicture):
        AddressCamera(f"{network_camera}{path}").picture()


def test_a_program_gives_its_picture_or_says_why_not(tmp_path: Path) -> None:
    assert ProgramCamera(("cat", str(TEST_PICTURE))).picture() == JPEG
    with pytest.raises(NoPicture, match="ends with 1"):
        ProgramCamera(("cat", str(tmp_path / "none"))).picture()
    with pytest.raises(NoPicture, match="no-such-program"):
        ProgramCamera(("no-such-program",)).picture()


def test_a_picture_is_for_its_owners_eyes_alone_and_its_time_is_its_time(tmp_path: Path) -> None:
    album = Album(tmp_path / "pictures", keep_s=60.0)
    album.put(ALARM, JPEG)
    path = tmp_path / "pictures" / f"{ALARM}.jpg"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    taken_s = path.stat().st_mtime
    assert album.find(ALARM, taken_s + 59) == JPEG
    assert album.find(ALARM, taken_s + 61) is None, "not shown, even before anybody has taken it away"
    assert album.find(ALARM, taken_s - 3_600) is None, "a clock that is set back lengthens nothing"
    assert album.clear(taken_s + 59) == frozenset()
    assert album.clear(taken_s + 61) == {ALARM}
    assert list(path.parent.iterdir()) == []


def test_what_goes_is_written_over_before_its_name_is_taken_away(tmp_path: Path) -> None:
    album = Album(tmp_path, keep_s=60.0)
    album.put(ALARM, JPEG)
    path = tmp_path / f"{ALARM}.jpg"
    kept_open = os.open(path, os.O_RDONLY)  # as an undelete tool would have it
    album.clear(path.stat().st_mtime + 61)
    left = os.read(kept_open, len(JPEG) + 1)
    os.close(kept_open)
    assert left == bytes(len(JPEG))


def test_half_a_picture_of_a_power_cut_goes(tmp_path: Path) -> None:
    (tmp_path / f"{ALARM}.part").write_bytes(JPEG[:100])
    assert Album(tmp_path, 3_600.0).clear(0.0) == {ALARM}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../gate", "..", "", "a/b", "x" * 65, "a\0b"])
def test_no_other_file_is_shown(tmp_path: Path, name: str) -> None:
    (tmp_path / "gate.jpg").write_bytes(b"secret")
    assert Album(tmp_path / "pictures", 1e9).find(name, 0.0) is None


class Broken:
    def picture(self) -> bytes:
        raise NoPicture("the camera does not answer")


def test_pictures_are_taken_beside_the_alarm_and_gone_when_their_time_is_over(tmp_path: Path) -> None:
    told: list[PictureTaken | PicturesGone] = []
    cameras: dict[str, Camera] = {"exit": TestCamera(), "yard": Broken()}
    photographer = Photographer(Album(tmp_path, 3_600.0), cameras, told.append)
    photographer.start()
    photographer.take(OTHER, "yard")
    photographer.take(OTHER, "no-camera")
    photographer.take(ALARM, "exit")
    wait_until(lambda: told, "no picture was taken")
    photographer.stop()
    assert told == [PictureTaken(ALARM)]
    next_run: list[PictureTaken | PicturesGone] = []
    photographer = Photographer(Album(tmp_path, 3_600.0), cameras, next_run.append)
    photographer.start()
    photographer.stop()
    assert next_run == [PictureTaken(ALARM)], "the page shows it after a new start"


def test_without_a_camera_nothing_is_kept_of_earlier_times(tmp_path: Path) -> None:
    Album(tmp_path, 3_600.0).put(ALARM, JPEG)
    told: list[PictureTaken | PicturesGone] = []
    photographer = Photographer(Album(tmp_path, 3_600.0), {}, told.append)
    photographer.start()
    photographer.take(OTHER, "exit")
    photographer.stop()
    assert told == [PictureTaken(ALARM), PicturesGone(frozenset({ALARM}))]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ('[[cameras]]\ngates = ["exit"]\n', "expected one of url, program and test"),
        ('[[cameras]]\ngates = ["yard"]\ntest = true\n', "cameras.N.gates to be names of gates"),
        ('[[cameras]]\ngates = ["exit"]\nurl = "file:///etc/passwd"\n', "an address such as"),
        ("[pictures]\nkeep_h = 100\n", "keep_h"),
    ],
)
def test_a_camera_that_is_configured_wrongly_is_told(tmp_path: Path, lines: str, complaint: str) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(
        f'site = "main"\nstation = "gate-1"\n[[gates]]\nname = "exit"\ndriver = "llrp"\nport = "tcp://g:1"\n{lines}'
    )
    with pytest.raises(SettingsRefused, match=complaint):
        load(GateControllerSettings, path)
