"""Commands of the fleet at a real kiosk, over a real broker, told by a client of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.fleet.pictures import seen_of
from kiosk.wire import (
    Channel,
    CommandKind,
    CommandState,
    LogPart,
    Picture,
    SetAside,
    Station,
    decode_device,
    decode_health,
    decode_log_part,
    decode_picture,
    whole_log,
)
from tests.station.orders.conftest import FleetEnd, StartedKiosk
from tests.station.quiet_reader import QuietReader

Start = Callable[[], StartedKiosk]


def test_a_message_stands_on_the_first_screen_and_survives_a_power_cut(start: Start, fleet: FleetEnd) -> None:
    kiosk = start()
    kiosk.shows("attract")
    order = fleet.order(CommandKind.MESSAGE, {"texts": {"en": "Closed at noon today"}, "for_s": 3_600})
    assert fleet.result(order.id).state is CommandState.DONE
    kiosk.sees(lambda view: "Closed at noon today" in view.tree.texts())
    kiosk.cut()
    again = start()
    again.sees(lambda view: view.screen == "attract" and "Closed at noon today" in view.tree.texts())
    gone = fleet.order(CommandKind.MESSAGE, {"texts": {}})
    assert fleet.result(gone.id).state is CommandState.DONE
    again.sees(lambda view: "Closed at noon today" not in view.tree.texts())


def test_what_is_not_to_be_believed_is_refused_and_told_why(start: Start, fleet: FleetEnd) -> None:
    """Security, section 5: replayed, expired and wrongly signed commands; across a restart, too."""
    kiosk = start()
    kiosk.shows("attract")
    done = fleet.command(CommandKind.RESCAN)
    payload = fleet.say(done)
    assert fleet.result(done.id).state is CommandState.DONE
    now = datetime.now(UTC)
    later = now + timedelta(days=9)
    base = fleet.command(CommandKind.CLOSE)
    wrong = {
        "the signature is wrong": (base, Ed25519PrivateKey.generate()),
        "it is for": (fleet.command(CommandKind.CLOSE, station=Station("main", "kiosk-2")), None),
        "its time was over": (
            fleet.command(CommandKind.CLOSE, issued=now - timedelta(minutes=9), expires=now - timedelta(minutes=1)),
            None,
        ),
        "may live": (fleet.command(CommandKind.CLOSE, expires=now + timedelta(days=1)), None),
        "set the clocks": (
            fleet.command(CommandKind.CLOSE, issued=later, expires=later + timedelta(minutes=1)),
            None,
        ),
        "no key": (fleet.command(CommandKind.CLOSE, key_id="0" * 16), None),
        "it was said before": (fleet.command(CommandKind.CLOSE, nonce=done.nonce), None),
    }
    for why, (command, key) in wrong.items():
        fleet.say(command, key)
        told = fleet.result(command.id)
        assert told.state in (CommandState.REFUSED, CommandState.EXPIRED)
        assert why in told.reason
    fleet.publish(b"{}")
    assert fleet.result("").state is CommandState.REFUSED
    kiosk.cut()
    again = start()
    again.shows("attract")
    fleet.publish(payload)
    assert "said before" in fleet.result(done.id, CommandState.REFUSED).reason
    assert again.mirror.view().screen == "attract"


def test_the_kiosk_closes_and_starts_anew_only_when_the_visit_is_over(start: Start, fleet: FleetEnd) -> None:
    kiosk = start()
    kiosk.shows("attract")
    kiosk.mirror.act("attract.return")
    close = fleet.order(CommandKind.CLOSE)
    restart = fleet.order(CommandKind.RESTART)
    assert "visit" in fleet.result(close.id, CommandState.ACCEPTED).reason or fleet.states(close.id)
    fleet.result(restart.id, CommandState.ACCEPTED)
    assert kiosk.mirror.view().screen == "return"
    kiosk.mirror.act("return.done")
    assert fleet.result(close.id).state is CommandState.DONE
    assert kiosk.ends() == 75
    again = start()
    assert fleet.result(restart.id).state is CommandState.DONE
    again.shows("out-of-service")
    opened = fleet.order(CommandKind.OPEN)
    assert fleet.result(opened.id).state is CommandState.DONE
    again.shows("attract")


def test_what_this_kiosk_has_no_parts_for_fails_or_is_refused_with_the_reason(start: Start, fleet: FleetEnd) -> None:
    start().shows("attract")
    order = fleet.order(CommandKind.TEST_PRINT)
    told = fleet.result(order.id)
    assert told.state is CommandState.FAILED
    assert "printer" in told.reason
    update = fleet.order(CommandKind.UPDATE, {"url": "http://127.0.0.1:9/x", "sha256": "0", "bytes": 1})
    refused = fleet.result(update.id)
    assert refused.state is CommandState.REFUSED
    assert "nothing for this station" in refused.reason


def test_devices_are_told_as_they_change_and_the_heartbeat_has_it_all(
    start: Start, fleet: FleetEnd, reader: QuietReader
) -> None:
    kiosk = start()
    kiosk.shows("attract")
    first = decode_device(fleet.hears(Channel.DEVICE))
    assert not isinstance(first, SetAside)
    assert (first.device, first.state) == ("pad", "ok")
    reader.unplug()
    gone = decode_device(fleet.hears(Channel.DEVICE))
    assert not isinstance(gone, SetAside)
    assert (gone.device, gone.state, gone.reason) == ("pad", "gone", "port-gone")
    reader.plug_in()
    log = fleet.order(CommandKind.LOG)
    assert fleet.result(log.id).state is CommandState.DONE
    part = decode_log_part(fleet.hears(Channel.LOG))
    assert isinstance(part, LogPart)
    assert "pad at" in whole_log((part,))
    told = decode_health(fleet.hears(Channel.HEALTH))
    assert not isinstance(told, SetAside)
    assert told.config is not None
    assert told.config.startswith("local-")
    assert told.sync is not None
    assert told.uptime_s is not None


def test_the_live_picture_comes_while_it_is_asked_for_and_is_masked(start: Start, fleet: FleetEnd) -> None:
    kiosk = start()
    kiosk.shows("attract")
    order = fleet.order(CommandKind.PICTURE, {"for_s": 60})
    assert fleet.result(order.id).state is CommandState.DONE
    payload = fleet.hears(Channel.PICTURE)
    drawn = seen_of(payload, datetime.now(UTC))  # as the fleet's page draws it
    assert drawn is not None
    assert "City Library" in " ".join(part.text for part in drawn.parts)
    picture = decode_picture(payload)
    assert isinstance(picture, Picture)
    assert picture.screen == "attract"
    assert "City Library" in json.dumps(dict(picture.tree))
    kiosk.mirror.act("attract.return")
    while picture.screen != "return":
        later = decode_picture(fleet.hears(Channel.PICTURE))
        assert isinstance(later, Picture)
        assert later.number > picture.number
        picture = replace(later)
