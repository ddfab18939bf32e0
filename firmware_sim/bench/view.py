"""What the bench's JSON interface shows of the room, the paper and the wires."""

from __future__ import annotations

from firmware_sim.bench.clock_orders import shown_clock
from firmware_sim.catalogue import DeviceName, Simulated
from firmware_sim.faults.orders import FaultOrder, knobs_of
from firmware_sim.faults.words import Fault, LineFault
from firmware_sim.room.room import Book, Place
from firmware_sim.room.uhf_tag import UhfTag
from firmware_sim.signals import Faulty
from firmware_sim.workbench import Workbench

Shown = dict[str, object]


def room(bench: Workbench, screen: str) -> Shown:
    """`GET /api/room`. `screen` is `none`, `waiting` or `live`."""
    with bench.room_lock:
        bench.room.settle()
        items = [_item(book, heard=bench.room.is_heard(book)) for book in bench.room.books]
    lying = bench.cards.lying
    cards: list[Shown] = [
        {
            "name": card.name,
            "label": card.label,
            "number": card.number,
            "uid": card.uid.hex().upper(),
            "where": "reader" if card is lying else "pocket",
        }
        for card in bench.room.cards
    ]
    return {
        "items": items,
        "cards": cards,
        "cards_through": bench.cards.through,
        "cards_why": bench.cards.why,
        "devices": devices(bench),
        "gates": [gate.name for gate in bench.gates],
        "signals": signals(bench),
        "doors": [furniture.shown() for furniture in bench.doors],
        "printer": dict(bench.printer_state),
        "screen": screen,
        "clock": shown_clock(bench.clock),
    }


def devices(bench: Workbench) -> list[Shown]:
    """Each device with its address, its fault and the faults that it can have."""
    shown: list[Shown] = []
    for name, simulated in bench.kinds.items():
        shown.append(
            {
                "name": name.value,
                "what": simulated.what,
                "protocol": simulated.protocol,
                "address": bench.address(name),
                "open": bench.is_open(name),
                "profile": bench.profile_of(name),
                **_faults(bench.fault_of(name), _possible_faults(bench, name)),
            }
        )
    for gate in bench.gates:
        shown.append(_named(gate.name, gate.kind, gate.line.address, gate.line.host_is_there, gate.faults))
    for board in bench.signals:
        shown.append(_named(board.name, board.kind, board.address, board.is_open, board.faults))
    for one in bench.doors.devices:
        shown.append(_named(one.name, one.kind, one.line.address, one.line.host_is_there, one.faults))
    return shown


def _named(name: str, kind: Simulated, address: str, is_open: bool, faults: Faulty) -> Shown:
    """A device that has its name from the configuration."""
    return {
        "name": name,
        "what": kind.what,
        "protocol": kind.protocol,
        "address": address,
        "open": is_open,
        **_faults(faults.now, faults.faults),
    }


def signals(bench: Workbench) -> list[Shown]:
    """Each board of lamps with its outputs, the first channel first."""
    return [
        {
            "name": board.name,
            "what": board.kind.what,
            "protocol": board.kind.protocol,
            "address": board.address,
            "outputs": [{"channel": channel, "on": on} for channel, on in enumerate(board.outputs, start=1)],
        }
        for board in bench.signals
    ]


def paper(bench: Workbench) -> Shown:
    """`GET /api/paper`: height and ink in dots, and whether it was cut off."""
    return {"strips": [{"height": strip.height, "ink": strip.ink, "cut": strip.cut} for strip in bench.strips()]}


def read_paper(bench: Workbench) -> Shown:
    """`GET /api/paper?text=yes`: the same, and the lines that were read off each strip. Takes seconds."""
    return {
        "strips": [
            {"text": list(strip.text), "height": strip.height, "ink": strip.ink, "cut": strip.cut}
            for strip in bench.strips()
        ]
    }


def _item(book: Book, *, heard: bool) -> Shown:
    tags = [
        {
            "uid": tag.uid.hex().upper(),
            "afi": f"{tag.afi:02X}",
            "afi_locked": tag.afi_locked,
            "eas": tag.eas,
            "dsfid": f"{tag.dsfid:02X}",
            "memory": tag.memory.hex().upper(),
        }
        for tag in book.tags
    ]
    uhf = [_uhf_tag(tag) for tag in book.uhf]
    return {
        "name": book.name,
        "number": book.number,
        "title": book.title,
        "where": book.place.value,
        "at": None if book.lying.at_mm is None else list(book.lying.at_mm),
        "angle": book.lying.angle_deg if book.place is Place.PAD else None,
        "foil": book.lying.foil,
        "width_mm": book.shape.width_mm,
        "height_mm": book.shape.height_mm,
        "thickness_mm": book.shape.thickness_mm,
        "heard": heard,
        "tags": tags,
        "uhf": uhf,
    }


def _uhf_tag(tag: UhfTag) -> Shown:
    pc, uii = tag.told
    return {
        "pc": f"{pc:04X}",
        "uii": uii.hex().upper(),
        "user": tag.user.hex().upper(),
        "tid": tag.tid.hex().upper(),
    }


def _faults(now: FaultOrder, possible: tuple[Fault, ...]) -> Shown:
    return {
        "fault": now.fault.value,
        "fault_rate": now.rate,
        "fault_seconds": now.seconds,
        "faults": [fault.value for fault in possible],
        "knobs": {fault.value: list(knobs) for fault in possible if (knobs := knobs_of(fault))},
    }


def _possible_faults(bench: Workbench, name: DeviceName) -> tuple[Fault, ...]:
    """What hangs on a PC/SC service that is not there cannot fail."""
    if name not in bench.lines and bench.cards.socket_path is None:
        return (LineFault.NONE,)
    return bench.kinds[name].faults
