"""`kiosk device dump`: a device's exchanges as a vector file, patrons' data masked: a user's capture becomes a test."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Literal

from drivers.described import Direction
from drivers.health import Faulted
from kiosk.commands.device_options import EXIT_DONE, EXIT_FAILED, add_command, seconds, what_to_do
from kiosk.hardware.opening import Kind, Openable, protocol_of
from kiosk.technician.holding import held
from kiosk.technician.recording import Recording
from kiosk.technician.secrets_seen import SecretsSeen

SECONDS = 20.0
STILL_TOLD_S = 1.5
"""What the last bytes meant a driver tells a moment later; until then they cannot be masked."""
WAYS = {"out": Direction.HOST_TO_DEVICE, "in": Direction.DEVICE_TO_HOST}


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `dump`."""
    about = "record a device's exchanges as a vector file, patrons' data masked"
    parser = add_command(verbs, "dump", about, (Kind.PAD, Kind.GATE, Kind.SCANNER, Kind.CARDS, Kind.PRINTER), run)
    parser.add_argument("--seconds", type=seconds, default=SECONDS, metavar="N", help=f"record so long ({SECONDS:g})")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; standard output without it")


def run(arguments: argparse.Namespace, kind: Kind, settings: Openable) -> int:
    """Record until the time is over or Ctrl-C. 1 where nothing was. Raises `ValueError` for an unfit file."""
    if arguments.out is not None:
        _try_to_write(arguments.out)
    trouble = ""
    recording, secrets = Recording(), SecretsSeen()
    ended = threading.Event()

    def tap(way: Literal["out", "in"], data: bytes) -> None:
        if not ended.is_set():
            recording.note(WAYS[way], data, time.monotonic())

    with held(settings, tap) as device:
        try:
            for event in device.events(arguments.seconds):
                secrets.note(event)
                if isinstance(event, Faulted):
                    trouble = f"{event.code.value}: {event.detail}; {what_to_do(settings)}"
        except KeyboardInterrupt:
            pass
        ended.set()
        for event in device.events(STILL_TOLD_S):
            secrets.note(event)
    about = f"{kind.value}, {protocol_of(settings)}, {time.strftime('%Y-%m-%d')}"
    text = recording.as_toml(protocol_of(settings), secrets.all(), about)
    if arguments.out is None:
        print(text, end="")
    else:
        arguments.out.write_text(text, encoding="utf-8")
        print(f"{arguments.out}: {text.count('[[exchange]]')} exchanges", file=sys.stderr)
    if recording.pieces:
        return EXIT_DONE
    print(f"kiosk device dump: nothing went over the wire: {trouble or 'the device said nothing'}", file=sys.stderr)
    return EXIT_FAILED


def _try_to_write(file: Path) -> None:
    """Before anything is recorded: a recording that cannot be kept is lost. What stands in the file stays."""
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except (OSError, ValueError) as trouble:
        raise ValueError(f"--out: {file} cannot be written: {getattr(trouble, 'strerror', trouble)}") from None
