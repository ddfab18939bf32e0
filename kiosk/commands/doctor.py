"""`kiosk doctor`: what is plugged in, who answers, how the machine and its lines are, and the settings to paste."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from drivers.ports.address import host_and_port
from kiosk.commands.json_text import json_text

EXIT_USAGE = 2


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "doctor",
        help="find devices, say what is wrong and print the settings to paste",
        description="Looks at serial ports, card readers, input devices and the addresses of the settings, and asks "
        "each known protocol's harmless question; then at clock, screens, touch, sound, fonts, disk, journal, "
        "certificates, broker and central. A port that the kiosk has open is left alone. Exit code 1 where something "
        "is wrong.",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="folder with kiosk.toml or gate.toml: what it names, too",
    )
    parser.add_argument("--tcp", action="append", default=[], metavar="HOST:PORT", help="ask this address as well")
    parser.add_argument("--port", action="append", default=[], metavar="PATH", help="ask this serial port as well")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 where one is a fault."""
    from kiosk.technician import complete, configured, findings, looking

    told = [] if arguments.config is None else configured.faults(arguments.config)
    addresses = [] if arguments.config is None else configured.addresses(arguments.config)
    try:
        addresses += [_address(text) for text in arguments.tcp]
    except ValueError as bad:
        print(f"kiosk doctor: {bad}", file=sys.stderr)
        return EXIT_USAGE
    told += looking.look(addresses, arguments.port)
    told += complete.look(arguments.config)
    if arguments.json:
        print(json_text({"findings": [asdict(each) for each in told]}))
    else:
        print(findings.as_text(told))
    return 1 if any(each.state is findings.State.FAULT for each in told) else 0


def _address(text: str) -> tuple[str, int]:
    place = host_and_port(f"tcp://{text.removeprefix('tcp://')}")
    if place is None:
        raise ValueError(f"--tcp: {text!r} is no address; give HOST:PORT, for example 192.168.1.20:10001")
    return place
