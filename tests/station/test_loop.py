"""The loop commits before it acts, shows what has become of it, and loses nothing when the disk refuses."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.ledger import verify
from kiosk.model.journal import RowKind
from kiosk.session.events import Device, DeviceChanged, Health, TagGone
from kiosk.station.inbox import CAPACITY
from tests.real_parts import PATIENCE_S
from tests.station.conftest import SmallDisk
from tests.station.kiosk_room import IN_STOCK, ON_LOAN, SNOW, Room

BACK = [RowKind.RETURN_INTENDED, RowKind.RETURN_DONE]


def kinds(room: Room) -> list[RowKind]:
    return [stored.row.kind for stored in room.ledger.rows() if stored.row.intent is not None]


def test_a_book_comes_back_and_every_step_is_on_disk_before_it_is_shown(room: Room) -> None:
    room.starts()
    room.client.act("attract.return")
    room.lays_down(SNOW, ON_LOAN)
    room.sees(lambda view: any(node.state == "done" for node in view.tree.walk()))
    assert kinds(room) == BACK
    assert [(write.uid, write.afi) for write in [room.hands.written.get(timeout=PATIENCE_S)]] == [(SNOW, IN_STOCK)]


def test_a_touch_is_answered_when_the_picture_that_it_led_to_is_shown(room: Room) -> None:
    before = room.starts()
    room.client.act("language.next")
    after = room.client.view()
    assert (before.language, after.language) == ("zh", "en")


def test_d14_on_a_full_disk_nothing_is_begun_and_the_kiosk_comes_back_by_itself(
    small_room: Callable[[], Room], small_disk: SmallDisk
) -> None:
    room = small_room()
    room.starts()
    small_disk.fill()
    room.client.act("attract.return")
    room.shows("out-of-service")
    rows = len(room.ledger.rows())
    room.lays_down(SNOW, ON_LOAN)
    assert room.hands.written.empty(), "no tag is written without its row"
    small_disk.free()
    room.happens(TagGone(SNOW))
    room.shows("attract")
    assert len(room.ledger.rows()) == rows
    room.client.act("attract.return")
    room.shows("return")
    room.lays_down(SNOW, ON_LOAN)
    room.sees(lambda view: any(node.state == "done" for node in view.tree.walk()))
    assert verify(room.ledger.path) == []


def test_p01_a_pad_that_goes_while_the_disk_is_full_is_not_taken_for_well_afterwards(
    small_room: Callable[[], Room], small_disk: SmallDisk
) -> None:
    room = small_room()
    room.starts()
    room.client.act("attract.return")
    small_disk.fill()
    room.happens(DeviceChanged(Device.PAD, Health.GONE))
    room.shows("out-of-service")
    small_disk.free()
    room.sees(lambda _: room.hands.states[-1].around.storage_ok)
    assert room.client.view().screen == "out-of-service"
    room.starts()


def test_a_flood_of_events_makes_the_devices_wait_and_not_the_loop(room: Room) -> None:
    room.starts()
    for _ in range(3 * CAPACITY):
        room.happens(DeviceChanged(Device.SCANNER, Health.DEGRADED, "noise"))
    room.client.act("language.next")
    assert room.client.view().language == "en"
