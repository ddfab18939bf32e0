"""`kiosk device watch` and `kiosk device read`: what a device sees, live or once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict

from drivers.cards.events import CardPresented, CardUnreadable
from drivers.gates.protocol import TagPassed
from drivers.health import Faulted, Recovered
from drivers.pads.protocol import TagRead, TagUnreadable
from drivers.printers.events import PrinterStatus
from drivers.scanners.events import CodeRejected, CodeScanned
from kiosk.commands.device_options import EXIT_DONE, EXIT_FAILED, add_command, seconds, what_to_do
from kiosk.commands.json_text import json_text
from kiosk.hardware.opening import Kind, Openable
from kiosk.hardware.tag_data import decoded
from kiosk.technician.holding import Held, held
from kiosk.technician.seen import DeviceEvent, Seen, as_text

CLEAR = "\x1b[H\x1b[J"
SETTLED_S = 0.6
"""A pad that is well has told what lies on it; a tag that could not be read at once has this long."""
READ_PATIENCE_S = 20.0
ONCE = (TagRead, TagUnreadable, CodeScanned, CodeRejected, CardPresented, CardUnreadable, TagPassed, PrinterStatus)
"""What `read` waits for."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `watch` and `read`."""
    kinds = (Kind.PAD, Kind.GATE, Kind.SCANNER, Kind.CARDS, Kind.PRINTER)
    watching = add_command(verbs, "watch", "a live table of what a device sees", kinds, watch)
    watching.add_argument("--seconds", type=seconds, metavar="N", help="end after so long; until Ctrl-C without it")
    watching.add_argument("--json", action="store_true", help="one JSON object a line for each event")
    reading = add_command(verbs, "read", "what lies on a pad, or the next code, card or passage, once", kinds, read)
    reading.add_argument(
        "--seconds",
        type=seconds,
        default=READ_PATIENCE_S,
        metavar="N",
        help=f"wait at most so long ({READ_PATIENCE_S:g})",
    )
    reading.add_argument("--json", action="store_true", help="one JSON object a line for each thing seen")


def watch(arguments: argparse.Namespace, kind: Kind, settings: Openable) -> int:
    """Show events until the time is over or Ctrl-C. 1 where the device was never well."""
    seen, well = Seen(), False
    live = sys.stdout.isatty() and not arguments.json
    with held(settings) as device:
        try:
            for event in device.events(arguments.seconds):
                well = well or _is_good_news(event)
                seen = seen.after(event, time.strftime("%H:%M:%S"))
                _show(seen, event, as_json=arguments.json, live=live)
        except KeyboardInterrupt:
            pass
    return EXIT_DONE if well else EXIT_FAILED


def _is_good_news(event: DeviceEvent) -> bool:
    """Not so where a device told nothing: a fault, or a printer whose state is not known."""
    return not isinstance(event, Faulted) and not (isinstance(event, PrinterStatus) and not event.known)


def _show(seen: Seen, event: DeviceEvent, *, as_json: bool, live: bool) -> None:
    if as_json:
        print(json_text(plain(event)), flush=True)
    elif live:
        print(CLEAR + as_text(seen), flush=True)
    else:
        print(_line(seen, event), flush=True)


def _line(seen: Seen, event: DeviceEvent) -> str:
    """One event where there is no terminal to paint on."""
    if isinstance(event, Faulted | Recovered) or not seen.rows:
        return f"{time.strftime('%H:%M:%S')}  device  {seen.health}"
    key = getattr(event, "uid", None)
    row = next((row for row in seen.rows if row.key == key), seen.rows[-1])
    cells = "  ".join(f"{name} {value}" for name, value in row.cells.items() if value)
    return f"{time.strftime('%H:%M:%S')}  {row.key}  {row.state}  {cells}".rstrip()


def _until_told(device: Held, kind: Kind, for_s: float) -> Iterator[DeviceEvent]:
    """A pad until it has told what lies on it, and a moment more; another device until it has told one thing."""
    for event in device.events(for_s):
        yield event
        if kind is Kind.PAD and isinstance(event, Recovered):
            break
        if kind is not Kind.PAD and isinstance(event, ONCE):
            return
    else:
        return
    yield from device.events(SETTLED_S)


def plain(event: DeviceEvent) -> dict[str, object]:
    """An event as JSON: its name and fields, bytes in hex; what stands on a tag is told as by `kiosk tag decode`."""
    fields = {name: value.hex().upper() if isinstance(value, bytes) else value for name, value in asdict(event).items()}
    if isinstance(event, TagRead):
        data = decoded(event)
        fields |= {"format": data.format, "elements": dict(data.elements), "findings": data.findings}
    return {"event": type(event).__name__} | fields


def read(arguments: argparse.Namespace, kind: Kind, settings: Openable) -> int:
    """Print what is seen and end. 1 where the device does not work, or nothing was there in time."""
    seen = Seen()
    found: list[DeviceEvent] = []
    trouble = ""
    with held(settings) as device:
        for event in _until_told(device, kind, arguments.seconds):
            seen = seen.after(event, time.strftime("%H:%M:%S"))
            if isinstance(event, ONCE):
                found.append(event)
            elif isinstance(event, Faulted | Recovered):
                trouble = f"{event.code.value}: {event.detail}" if isinstance(event, Faulted) else ""
    if arguments.json:
        for event in found:
            print(json_text(plain(event)))
    else:
        print(as_text(seen))
    if any(map(_is_good_news, found)):
        return EXIT_DONE
    told = f"{trouble}; {what_to_do(settings)}" if trouble else "the device tells of no fault, and of nothing else"
    print(f"kiosk device read: nothing was read: {told}", file=sys.stderr)
    return EXIT_FAILED
