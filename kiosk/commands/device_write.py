"""`kiosk device write`: secure or open a tag, or write its memory; done is only what was read back as written."""

from __future__ import annotations

import argparse
import sys

from drivers.errors import Misuse
from drivers.health import Faulted, Recovered
from drivers.pads.programming import DataNotWritten, DataWritten, NotWritable, WriteData
from drivers.pads.protocol import TagSeen, WriteAfi, WriteDone, WriteFailed
from kiosk.commands.device_options import EXIT_DONE, EXIT_FAILED, add_command, seconds, what_to_do
from kiosk.commands.device_see import plain
from kiosk.commands.hex_text import bytes_of_hex
from kiosk.commands.json_text import json_text
from kiosk.hardware.opening import Kind, Openable
from kiosk.hardware.pads import WITH_EAS, PadSettings
from kiosk.technician.holding import Held, held_pad, held_programmer
from kiosk.technician.seen import DeviceEvent

PATIENCE_S = 30.0


class NotReached(Exception):
    """The pad told of a fault, and of no tag."""


ENDS = (WriteDone, WriteFailed, DataWritten, DataNotWritten)


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `write`."""
    about = "secure or open a tag, or write its memory, and read it back"
    parser = add_command(verbs, "write", about, (Kind.PAD,), run)
    parser.add_argument("--uid", metavar="HEX", help="which tag; without it the only one that lies there")
    parser.add_argument("--afi", metavar="HH", help="the AFI to write, in hex; usual: 07 in stock, C2 on loan")
    parser.add_argument("--eas", choices=("on", "off"), help="with --afi: the chip's EAS bit, too")
    parser.add_argument("--data", metavar="HEX", help="memory to write, whole blocks; see: kiosk tag encode")
    parser.add_argument("--first-block", type=int, default=0, metavar="N", help="where --data begins (0)")
    parser.add_argument("--block-size", type=int, default=4, metavar="N", help="bytes of a block (4)")
    parser.add_argument("--seconds", type=seconds, default=PATIENCE_S, metavar="N", help=f"wait ({PATIENCE_S:g})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace, kind: Kind, settings: Openable) -> int:
    """Write, and tell what was read back: 0 only when it is as written. Raises `ValueError` for unfit words."""
    if (arguments.afi is None) == (arguments.data is None):
        raise ValueError("say what to write: either --afi HH or --data HEX")
    assert isinstance(settings, PadSettings), "only pads are offered on the command line"
    if arguments.eas is not None and settings.driver not in WITH_EAS:
        raise ValueError(
            f"--eas: the driver {settings.driver} cannot read it back; it can with {', '.join(sorted(WITH_EAS))}"
        )
    try:
        ended = _written(arguments, settings)
    except NotReached as trouble:
        print(f"kiosk device write: nothing was written: {trouble}; {what_to_do(settings)}", file=sys.stderr)
        return EXIT_FAILED
    _tell(ended, as_json=arguments.json)
    return EXIT_DONE if isinstance(ended, WriteDone | DataWritten) else EXIT_FAILED


def _written(arguments: argparse.Namespace, settings: PadSettings) -> DeviceEvent | None:
    """How the order ended; None where nobody said."""
    if arguments.data is None:
        with held_pad(settings) as pad:
            uid = _uid(arguments, pad.told)
            pad.order(_afi_order(arguments, uid))
            return _end(pad.told, uid, arguments.seconds)
    with held_programmer(settings) as programmer:
        uid = _uid(arguments, programmer.told)
        programmer.order(_data_order(arguments, uid))
        return _end(programmer.told, uid, arguments.seconds)


def _uid(arguments: argparse.Namespace, told: Held) -> str:
    if arguments.uid:
        return bytes_of_hex("--uid", arguments.uid).hex().upper()
    return _only_tag(told, arguments.seconds)


def _only_tag(device: Held, for_s: float) -> str:
    """The UID of the one tag that lies there; raises `ValueError` for none or several, `NotReached` for a fault."""
    uids: list[str] = []
    trouble = ""
    for event in device.events(for_s):
        match event:
            case TagSeen():
                uids.append(event.uid)
            case Faulted():
                trouble = f"{event.code.value}: {event.detail}"
            case Recovered():
                trouble = ""
                break
            case _:
                pass
    if trouble and not uids:
        raise NotReached(trouble)
    if len(uids) != 1:
        raise ValueError(f"--uid: {len(uids)} tags lie there; lay down one, or say which")
    return uids[0]


def _data_order(arguments: argparse.Namespace, uid: str) -> WriteData:
    data = bytes_of_hex("--data", arguments.data)
    try:
        return WriteData(uid, arguments.first_block, data, arguments.block_size)
    except Misuse as misuse:
        raise ValueError(f"--data: {misuse}") from None


def _afi_order(arguments: argparse.Namespace, uid: str) -> WriteAfi:
    afi = bytes_of_hex("--afi", arguments.afi)
    if len(afi) != 1:
        raise ValueError(f"--afi: {arguments.afi!r} is not one byte; give two hex digits such as C2")
    return WriteAfi(uid, afi[0], None if arguments.eas is None else arguments.eas == "on")


def _end(told: Held, uid: str, for_s: float) -> DeviceEvent | None:
    """How the order ended; None where the pad did not say in time."""
    return next((event for event in told.events(for_s) if isinstance(event, ENDS) and event.uid == uid), None)


def _tell(ended: DeviceEvent | None, *, as_json: bool) -> None:
    if as_json:
        print(json_text({"event": "NoAnswer"} if ended is None else plain(ended)))
        return
    match ended:
        case None | Faulted():
            print("not known: the pad did not say in time how it ended; read the tag before you trust it")
        case WriteDone():
            print(f"{ended.uid}: AFI {ended.afi:02X}, read back")
        case DataWritten():
            print(f"{ended.uid}: {len(ended.data)} bytes from block {ended.first_block}, read back")
        case WriteFailed():
            held_now = "nobody knows what it holds" if ended.afi is None else f"it holds {ended.afi:02X}"
            print(f"{ended.uid}: not written ({ended.why.value}); {held_now}")
        case DataNotWritten() if isinstance(ended.why, NotWritable):
            print(f"{ended.uid}: not written ({ended.why.value}); nothing was")
        case DataNotWritten():
            print(
                f"{ended.uid}: not written ({ended.why.value}); {ended.bytes_written} bytes were, the rest is unknown"
            )
        case _:
            pass
