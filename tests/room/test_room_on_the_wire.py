"""What a host on the pad's line hears of books that lie badly, and what the bench says of them."""

from __future__ import annotations

import pytest

from tests.firmware_sim.conftest import Serve, serve, served
from tests.firmware_sim.served import Served
from tests.firmware_sim.test_bench_api import uids_on_pad

__all__ = ["serve", "served"]

LE_ZAHIR, JOURNEY = "35555000012345", "35555000012352"


def test_a_host_hears_a_book_by_how_it_lies(served: Served) -> None:
    for how, heard in (
        ({"at": [0, 0]}, {"78"}),
        ({"at": [400, 0]}, set()),
        ({"at": [0, 0], "angle": 90}, set()),
        ({"angle": 30}, {"78"}),
        ({"foil": True}, set()),
        ({"foil": False}, {"78"}),
    ):
        served.post("/api/pad", put=[LE_ZAHIR], **how)
        assert uids_on_pad(served) == heard, how
        book = served.entries("items")[LE_ZAHIR]
        assert (book["where"], book["heard"]) == ("pad", bool(heard))
    served.post("/api/pad", put=[LE_ZAHIR], at=[12.5, -40], angle=15)
    book = served.entries("items")[LE_ZAHIR]
    assert (book["at"], book["angle"], book["foil"], book["thickness_mm"]) == ([12.5, -40.0], 15.0, False, 18)


def test_a_book_that_is_pushed_into_the_slot_is_heard_and_then_in_the_bin(served: Served) -> None:
    served.post("/api/clock", pause=True)
    served.post("/api/slot", push=[LE_ZAHIR])
    assert served.entries("items")[LE_ZAHIR]["where"] == "slot"
    served.post("/api/clock", step_s=20)
    while served.entries("items")[LE_ZAHIR]["where"] == "slot":
        pass
    assert served.entries("items")[LE_ZAHIR]["where"] == "bin"
    served.post("/api/clock", pause=False)
    assert uids_on_pad(served) == set()
    served.post("/api/bin", empty=True)
    assert served.entries("items")[LE_ZAHIR]["where"] == "shelf"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/api/pad", {"put": [LE_ZAHIR], "at": [1]}, "at: expected two numbers"),
        ("/api/pad", {"put": [LE_ZAHIR], "at": "left"}, "at: expected two numbers"),
        ("/api/pad", {"put": [LE_ZAHIR], "at": [0, 1e9]}, "at: expected"),
        ("/api/pad", {"put": [LE_ZAHIR], "angle": 720}, "angle: expected degrees"),
        ("/api/pad", {"put": [LE_ZAHIR], "foil": "yes"}, "foil: expected true or false"),
        ("/api/bin", {"empty": False}, "empty: expected true"),
    ],
)
def test_what_makes_no_sense_is_refused(served: Served, path: str, body: dict[str, object], said: str) -> None:
    status, error = served.refused(path, **body)
    assert (status, said in error) == (400, True), error
    assert served.entries("items")[LE_ZAHIR]["where"] == "shelf"


def test_the_seed_is_given_on_the_command_line(serve: Serve) -> None:
    served = serve("--seed", "7")
    served.post("/api/pad", put=[LE_ZAHIR], at=[0, 0])
    assert uids_on_pad(served) == {"78"}
    assert served.end()[0] == 0
