"""`kiosk device dump`: a device's exchanges as a vector file, patrons' data masked: a user's capture becomes a test."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Literal

from drivers.described import Direction
from kiosk.commands.device_options import EXIT_DONE, EXIT_FAILED, add_command
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
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="N", help=f"record so long ({SECONDS:g})")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; standard output without it")


def run(arguments: argparse.Namespace, kind: Kind, settings: Openable) -> int:
    """Record until the time is over or Ctrl-C. 1 where nothing went over the wire."""
    recording, secrets = Recording(), SecretsSeen()
    ended = threading.Event()

    def tap(way: Literal["out", "in"], data: bytes) -> None:
        if not ended.is_set():
            recording.note(WAYS[way], data, time.monotonic())

    with held(settings, tap) as device:
        try:
            for event in device.events(arguments.seconds):
                secrets.note(event)
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
    return EXIT_DONE if recording.pieces else EXIT_FAILED
