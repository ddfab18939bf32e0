"""The bench's JSON interface on a real server, with real hosts on the lines behind it."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from firmware_sim.catalogue import DeviceName, usual
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import Served, asked

LE_ZAHIR = "35555000012345"
INVENTORY = request(0xB0, "0100")
MOUSE = "35555000012369"
RECEIPT = b"\x1b@Le Zahir\nis lent\n\n\n\x1dV\x41\x00"


def uids_on_pad(served: Served) -> set[str]:
    """What a host finds there, by the last digits of the UIDs."""
    with served.pad() as port:
        answer = asked(port, INVENTORY)
    if answer[3] == 0x01:
        return set()
    return {answer[5 + 10 * place : 15 + 10 * place].hex().upper()[-2:] for place in range(answer[4])}


def test_the_room_holds_what_the_configuration_says(served: Served) -> None:
    books, cards = served.entries("items"), served.entries("cards")
    le_zahir = books[LE_ZAHIR]
    assert (le_zahir["number"], le_zahir["title"], le_zahir["where"]) == (LE_ZAHIR, "Le Zahir", "shelf")
    assert le_zahir["tags"] == [
        {
            "uid": "E004015012345678",
            "afi": "07",
            "afi_locked": False,
            "eas": False,
            "dsfid": "06",
            "memory": "11062056" + "00" * 108,
        }
    ]
    assert books["35555000012383"]["tags"] == []
    assert cards["wei"] == {
        "name": "wei",
        "label": "Wei 伟",
        "number": "20230001",
        "uid": "04A1B2C3",
        "where": "pocket",
    }
    assert served.room()["printer"] == {"paper": "ok", "cover": "closed", "cutter": "ok"}
    devices = served.entries("devices")
    assert devices["pad"]["address"] == str(served.folder / "pad")
    assert [device["fault"] for device in devices.values()] == ["none"] * 4


def test_books_that_are_laid_down_are_found_by_the_host_and_gone_when_they_are_taken_off(served: Served) -> None:
    assert uids_on_pad(served) == set()
    served.post("/api/pad", put=[LE_ZAHIR, "35555000012352"])
    assert uids_on_pad(served) == {"78", "79"}
    served.post("/api/pad", take=[LE_ZAHIR])
    assert uids_on_pad(served) == {"79"}
    assert served.entries("items")["35555000012352"]["where"] == "pad"


def test_a_number_that_two_books_share_means_both_and_a_name_means_one(served: Served) -> None:
    served.post("/api/pad", put=[MOUSE])
    assert uids_on_pad(served) == {"7A", "7B"}
    served.post("/api/pad", take=["copy-2"])
    assert uids_on_pad(served) == {"7A"}


def test_a_book_that_the_host_writes_shows_its_new_afi(served: Served) -> None:
    served.post("/api/pad", put=[LE_ZAHIR])
    with served.pad() as port:
        assert asked(port, request(0xB0, "2701e004015012345678c2"))[3] == 0
    tags = served.entries("items")[LE_ZAHIR]["tags"]
    assert isinstance(tags, list)
    assert tags[0]["afi"] == "C2"


def test_a_book_that_nobody_knows_is_refused_and_nothing_moves(served: Served) -> None:
    status, error = served.refused("/api/pad", put=[LE_ZAHIR, "35555000012346"])
    assert (status, error.split(";")[0]) == (404, "put[1]: there is no book '35555000012346'")
    assert LE_ZAHIR in error
    assert uids_on_pad(served) == set()


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/api/pad", {"put": LE_ZAHIR}, 400, "put: expected a list of names or numbers"),
        ("/api/pad", {"lay": [LE_ZAHIR]}, 400, "body: 'lay' is unknown; expected 'put', 'take'"),
        ("/api/pad", {}, 400, "body: expected a JSON object with 'put', 'take'"),
        ("/api/card", {"tap": "wie"}, 404, "tap: there is no card 'wie'; try wei"),
        ("/api/card", {"tap": "wei", "insert": "wei"}, 400, "one of tap, insert at a time"),
        ("/api/card", {"tap": 1}, 400, "tap: expected text"),
        ("/api/scanner", {"fire_hex": "0"}, 400, "fire_hex: expected pairs of hex digits"),
        ("/api/scanner", {"fire": "\ud800"}, 400, "fire: expected text that UTF-8 can carry"),
        ("/api/scanner", {"fire_hex": "00" * 70_000}, 400, "at most 65536 bytes"),
        ("/api/printer", {"paper": "gone"}, 400, "must be one of ok, near-end, out"),
        ("/api/printer", {"lid": "open"}, 400, "body: 'lid' is unknown; expected 'paper', 'cover', 'cutter'"),
        ("/api/faults", {"device": "gate", "fault": "none"}, 404, "device: there is no device 'gate'"),
        (
            "/api/faults",
            {"device": "pad", "fault": "silent", "rate": 0.5},
            400,
            "rate: the pad fault 'silent' takes none; noise",
        ),
        ("/api/faults", {"device": "pad", "fault": "noise", "rate": 2}, 400, "rate: expected a number from 0 to 1"),
        ("/api/faults", {"device": "pad", "fault": "slow", "seconds": "long"}, 400, "seconds: expected a number"),
        ("/api/faults", {"device": "pad", "fault": "slow", "seconds": 10**400}, 400, "seconds: expected a number"),
        ("/api/faults", {"device": "pad", "fault": "slwo"}, 404, "fault: there is no pad fault 'slwo'; try slow"),
        ("/api/touch", {"across": 1.5, "down": 0}, 400, "across: expected a number from 0 to 1"),
        ("/api/touch", {"across": 0.5, "down": 0.5}, 409, "start firmware-sim with --mirror-port"),
        ("/api/nothing", {}, 404, "/api/nothing: Not Found"),
        ("/api/room", {}, 405, "/api/room: Method Not Allowed"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_and_where(
    unmoved: Served, path: str, body: dict[str, object], status: int, told: str
) -> None:
    content = json.dumps(body)
    answer = unmoved.http.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_only_json_is_an_order_so_that_no_page_of_another_site_can_give_one(served: Served) -> None:
    order = json.dumps({"put": [LE_ZAHIR]})
    plain = served.http.post("/api/pad", content=order, headers={"Content-Type": "text/plain"})
    assert plain.status_code == 400
    assert "expected application/json, found 'text/plain'" in plain.json()["error"]
    elsewhere = served.http.post("/api/pad", json={"put": [LE_ZAHIR]}, headers={"Host": "evil.example"})
    assert elsewhere.status_code == 400
    for nonsense in (b"{", b"[1]", b"[" * 100_000, b'"' * 300_000, b"\xff"):
        refused = served.http.post("/api/pad", content=nonsense, headers={"Content-Type": "application/json"})
        assert refused.status_code == 400
        assert refused.json()["error"].startswith("body: expected")
    assert uids_on_pad(served) == set()


def test_the_scanner_says_what_is_held_under_it(served: Served) -> None:
    with served.scanner() as port:
        served.post("/api/scanner", fire="读者P001")
        assert port.read_until(b"\r").decode() == "读者P001\r"
        served.post("/api/scanner", fire="P001", aim="]C0")
        assert port.read_until(b"\r") == b"]C0P001\r"
        served.post("/api/scanner", fire_hex="00 FF 0A 0D")
        assert port.read(4) == b"\x00\xff\n\r"


def test_an_unplugged_scanner_cannot_be_fired(served: Served) -> None:
    served.post("/api/faults", device="scanner", fault="unplug")
    assert not (served.folder / "scanner").is_symlink()
    assert served.refused("/api/scanner", fire="1") == (
        409,
        "scanner: it is unplugged; set its fault to 'none' first",
    )
    served.post("/api/faults", device="scanner", fault="none")
    with served.scanner() as port:
        served.post("/api/scanner", fire="1")
        assert port.read_until(b"\r") == b"1\r"


def test_what_was_printed_is_there_as_text_and_as_a_picture(served: Served) -> None:
    with served.printer() as port:
        port.write(RECEIPT)
        strips: list[dict[str, object]] = []
        while not strips or not strips[0]["cut"]:
            strips = served.http.get("/api/paper?text=yes", timeout=60).json()["strips"]
    assert strips[0]["text"] == ["Le Zahir", "is lent"]
    assert isinstance(strips[0]["ink"], int)
    assert strips[0]["ink"] > 100
    picture = served.http.get("/api/paper/0.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    missing = served.http.get("/api/paper/1.png")
    assert (missing.status_code, "there is no strip 1" in missing.json()["error"]) == (404, True)


def test_the_printer_says_on_its_wire_how_it_was_set(served: Served) -> None:
    with served.printer() as port:
        port.write(b"\x10\x04\x04")
        assert port.read(1) == b"\x12"
        served.post("/api/printer", paper="out")
        port.write(b"\x10\x04\x04")
        assert port.read(1)[0] & 0x60 == 0x60
        served.post("/api/printer", paper="ok")
        served.post("/api/printer", cover="open")
        port.write(b"\x10\x04\x02")
        assert port.read(1)[0] & 0x04
    assert served.room()["printer"] == {"paper": "ok", "cover": "open", "cutter": "ok"}


@pytest.mark.parametrize("device", [DeviceName.PAD, DeviceName.SCANNER, DeviceName.PRINTER])
def test_every_fault_can_be_switched_on_and_off_again(served: Served, device: DeviceName) -> None:
    offered = served.entries("devices")[device]["faults"]
    assert offered == [fault.value for fault in usual()[device].faults]
    for fault in usual()[device].faults:
        served.post("/api/faults", device=device, fault=fault)
        assert served.entries("devices")[device]["fault"] == fault
        assert (served.folder / device).is_symlink() == (fault != "unplug")
    served.post("/api/faults", device=device, fault="none")
    assert (served.folder / device).is_symlink()


def test_the_room_tells_what_can_be_set_about_a_fault_and_what_was_set(served: Served) -> None:
    served.post("/api/faults", device="pad", fault="noise", rate=0.25)
    pad = served.entries("devices")["pad"]
    assert (pad["fault"], pad["fault_rate"], pad["fault_seconds"]) == ("noise", 0.25, None)
    knobs = pad["knobs"]
    assert isinstance(knobs, dict)
    assert (knobs["noise"], knobs["slow"], knobs["stuck"]) == (["rate"], ["rate", "seconds"], ["seconds"])
    assert "silent" not in knobs
    served.post("/api/faults", device="pad", fault="slow")
    pad = served.entries("devices")["pad"]
    assert (pad["fault_rate"], pad["fault_seconds"]) == (1.0, 0.5)
    served.post("/api/faults", device="pad", fault="none")


def test_a_pad_that_was_unplugged_for_a_moment_is_back_by_itself(served: Served) -> None:
    served.post("/api/faults", device="pad", fault="unplug", seconds=0.2)
    while served.entries("devices")["pad"]["fault"] != "none":
        pass
    with served.pad() as port:
        port.write(request(0x65))
        assert port.read(13)


def test_the_pad_is_silent_on_order_and_well_again(served: Served) -> None:
    served.post("/api/faults", device="pad", fault="silent")
    with served.pad() as port:
        port.write(request(0x65))
        served.post("/api/faults", device="pad", fault="unplug")
    served.post("/api/faults", device="pad", fault="none")
    assert uids_on_pad(served) == set()


def test_the_wire_shows_both_directions_with_a_note_and_from_a_number_on(served: Served) -> None:
    served.post("/api/pad", put=[LE_ZAHIR])
    with served.pad() as port:
        asked(port, request(0xB0, "2701e004015012345678c2"))
    frames = served.http.get("/api/wire?since=0").json()["frames"]
    assert [(frame["number"], frame["device"], frame["direction"], frame["note"]) for frame in frames] == [
        (1, "pad", "host-to-device", "write afi := C2 · tag …345678"),
        (2, "pad", "device-to-host", "ok"),
    ]
    assert frames[1]["hex"] == "0600B000D572"
    assert served.http.get("/api/wire?since=1").json()["frames"] == frames[1:]
    assert served.http.get("/api/wire?since=x").status_code == 400


def test_a_card_is_tapped_left_lying_lifted_and_torn_away(served: Served) -> None:
    if served.ready["cards"] == "scanner":
        with served.scanner() as port:
            served.post("/api/card", tap="wei")
            assert port.read_until(b"\r") == b"20230001\r"
        assert served.refused("/api/card", tear="wei")[0] == 409
        return
    served.post("/api/card", tap="wei")
    served.post("/api/card", insert="wei")
    assert served.entries("cards")["wei"]["where"] == "reader"
    status, error = served.refused("/api/card", tap="amelie")
    assert (status, "'amelie' has no room while 'wei' lies there" in error) == (409, True)
    served.post("/api/card", remove=True)
    served.post("/api/card", remove=True)
    served.post("/api/card", tear="amelie")
    for fault in ("unplug", "service-stop", "none"):
        served.post("/api/faults", device="cards", fault=fault)
    assert served.entries("cards")["wei"]["where"] == "pocket"


JPEG = b"\xff\xd8 a picture of the kiosk \xff\xd9"


class Mirror(socketserver.ThreadingTCPServer):
    """Stands where the kiosk's mirror socket is: one picture, and touches are kept."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mirrored)
        self.touches: list[dict[str, object]] = []
        self.picture = JPEG * 20_000
        self.ended = threading.Event()


class Mirrored(socketserver.StreamRequestHandler):
    server: Mirror

    def handle(self) -> None:
        for line in self.rfile:
            request = json.loads(line)
            match request["op"]:
                case "touch":
                    self.server.touches.append(request)
                    answer: dict[str, object] = {"ok": True}
                case _:
                    if request["after"] == 7:
                        self.server.ended.wait(request["wait_s"])
                    answer = {
                        "number": 7,
                        "jpeg": base64.b64encode(self.server.picture).decode(),
                        "screen": "attract:1",
                    }
            self.wfile.write(json.dumps(answer).encode() + b"\n")


@contextmanager
def a_mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        thread = threading.Thread(target=mirror.serve_forever)
        thread.start()
        yield mirror
        mirror.ended.set()
        mirror.shutdown()
        thread.join()


def test_the_kiosks_screen_is_shown_and_touched(serve: Serve) -> None:
    with a_mirror() as mirror:
        served = serve("--mirror-port", str(mirror.server_address[1]))
        assert served.room()["screen"] == "waiting"
        touched = served.http.post("/api/touch", json={"across": 0.5, "down": 0.25})
        assert touched.json() == {"ok": True}
        assert mirror.touches == [{"op": "touch", "across": 0.5, "down": 0.25}]
        with served.http.stream("GET", "/screen.mjpeg") as stream:
            assert stream.headers["content-type"] == "multipart/x-mixed-replace; boundary=frame"
            received, pieces = b"", stream.iter_bytes()
            for piece in pieces:
                received += piece
                # The next part's head is there at once, and not with the next picture: browsers show a part then.
                if received.endswith(JPEG + b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"):
                    break
            assert served.room()["screen"] == "live"
            assert received.startswith(b"--frame\r\nContent-Type: image/jpeg\r\n")
        assert served.end() == (0, "", "")


def test_while_the_kiosk_has_no_screen_a_touch_is_refused_and_the_page_waits(serve: Serve) -> None:
    with a_mirror() as mirror:
        nobody = mirror.server_address[1]
    served = serve("--mirror-port", str(nobody))
    status, error = served.refused("/api/touch", across=0.5, down=0.25)
    assert (status, error.split(":")[0]) == (409, "the kiosk shows no screen on 127.0.0.1")
    assert served.room()["screen"] == "waiting"
    assert served.end() == (0, "", "")
