"""Whatever the fleet asks for, nothing that is published for it names a patron (I6): a canary is looked for."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.wire import Channel, CommandKind, CommandState, LogPart, Picture, decode_log_part, decode_picture
from kiosk.wire.log_part import whole_log
from tests.station.orders.conftest import STATION, FleetEnd, StartedKiosk

CANARY = "7741199300452"


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[int]:
    master, slave = os.openpty()
    tty.setraw(slave)
    (tmp_path / "scanner").symlink_to(os.ttyname(slave))
    yield master
    os.close(slave)
    os.close(master)


def test_a_patrons_number_is_on_no_topic_of_the_fleet(
    start: Callable[[], StartedKiosk], fleet: FleetEnd, scanner: int, tmp_path: Path
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(f'{config.read_text("utf-8")}\n[scanner]\nport = "{tmp_path}/scanner"\n', "utf-8")
    kiosk = start()
    kiosk.shows("attract")
    fleet.result(fleet.order(CommandKind.PICTURE, {"for_s": 300}).id)
    os.write(scanner, f"{CANARY}\r".encode())
    kiosk.shows("home")
    while b'"screen":"home"' not in (payload := fleet.hears(Channel.PICTURE)):
        pass
    assert isinstance(decode_picture(payload), Picture)
    log = fleet.order(CommandKind.LOG)
    assert fleet.result(log.id).state is CommandState.DONE
    part = decode_log_part(fleet.hears(Channel.LOG))
    assert isinstance(part, LogPart)
    assert CANARY not in whole_log((part,))
    private = {STATION.topic(Channel.FACTS), STATION.topic(Channel.ASK)}
    told = [(topic, payload) for topic, payload in fleet.everything if topic not in private]
    assert len({topic for topic, _ in told}) >= 5
    for topic, payload in told:
        assert CANARY.encode() not in payload, topic
