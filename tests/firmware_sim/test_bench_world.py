"""The faults of the world through the bench's JSON interface, and devices that lose their power."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator

import pytest
from serial import SerialException

from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import Served, asked

STANDING = {"parts": {"kiosk": "running"}, "network": {"kiosk": "ok"}, "clock_off_s": 0, "disk": "none"}
INVENTORY = request(0xB0, "0100")
"""FEIG, all tags in the field."""


class Scripted(socketserver.ThreadingTCPServer):
    """A house that notes what it is asked, and answers by its script."""

    daemon_threads = True

    def __init__(self) -> None:
        self.ordered: list[dict[str, object]] = []
        self.answer: dict[str, object] = {"ok": True}
        house = self

        class Client(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request = json.loads(self.rfile.readline())
                if request["op"] == "do":
                    house.ordered.append(request)
                answer = STANDING if request["op"] == "state" else house.answer
                self.wfile.write(json.dumps(answer).encode() + b"\n")

        super().__init__(("127.0.0.1", 0), Client)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def house() -> Iterator[Scripted]:
    house = Scripted()
    yield house
    house.shutdown()
    house.server_close()


def test_orders_go_to_the_house_and_its_refusals_come_back(serve: Serve, house: Scripted) -> None:
    served = serve("--house-port", str(house.server_address[1]))
    assert served.room()["world"] == STANDING
    served.post("/api/world", do="network", state="slow", between="central", seconds=2)
    assert house.ordered == [{"op": "do", "do": "network", "state": "slow", "between": "central", "seconds": 2}]
    house.answer = {"error": "do: did you mean `stop`?"}
    assert served.refused("/api/world", do="stopp") == (400, "do: did you mean `stop`?")
    house.answer = {"error": "fill-disk: there is none", "understood": True}
    assert served.refused("/api/world", do="fill-disk") == (409, "fill-disk: there is none")
    status, told = served.refused("/api/world", do="stop", prat="kiosk")
    assert status == 400
    assert "prat" in told
    house.shutdown()
    house.server_close()
    assert served.refused("/api/world", do="forget")[0] == 409
    assert served.room()["world"] == STANDING, "a page is shown what was last known"


def test_without_a_house_there_is_no_world(unmoved: Served) -> None:
    assert unmoved.room()["world"] is None
    status, told = unmoved.refused("/api/world", do="power-cut")
    assert status == 409
    assert "kiosk demo" in told
    assert unmoved.refused("/api/power", off="yes")[0] == 400


def test_devices_without_power_are_gone_and_come_back_with_the_room_as_it_lies(served: Served) -> None:
    served.post("/api/pad", put=["35555000012345"])
    with served.pad() as before:
        heard = asked(before, INVENTORY)
        assert bytes.fromhex("E004015012345678") in heard
        served.post("/api/power", off=True)
        with pytest.raises((SerialException, OSError)):
            before.read(1)
    with pytest.raises(SerialException):
        served.pad()
    served.post("/api/power", off=False)
    with served.pad() as after:
        assert asked(after, INVENTORY) == heard


def test_what_somebody_has_pulled_out_stays_out_when_the_power_returns(served: Served) -> None:
    served.post("/api/faults", device="pad", fault="unplug")
    served.post("/api/power", off=True)
    served.post("/api/power", off=False)
    with pytest.raises(SerialException):
        served.pad()
    served.scanner().close()
    served.post("/api/faults", device="pad", fault="none")
    served.pad().close()
