"""`kiosk device probe`: who sits behind these ports."""

from __future__ import annotations

import argparse
import sys

from drivers.discovery.asking import Answerer, Found, ask_serial, ask_tcp
from drivers.discovery.questions import QUESTIONS
from drivers.ports.address import host_and_port
from kiosk.commands.json_text import json_text

EXIT_FOUND, EXIT_NOBODY, EXIT_USAGE = 0, 1, 2


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    drivers = ", ".join(question.driver for question in QUESTIONS)
    parser = verbs.add_parser(
        "probe",
        help="ask who sits behind a port, without harm",
        description=f"Puts each known protocol's harmless question to a port: {drivers}. A scanner has no question. "
        "Exit code 0 when every port answered.",
    )
    parser.add_argument("port", nargs="+", metavar="PORT", help="/dev/… or tcp://host:port")
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print who answers; 1 where nobody does."""
    try:
        told = [_ask(port) for port in arguments.port]
    except ValueError as bad:
        print(f"kiosk device probe: {bad}", file=sys.stderr)
        return EXIT_USAGE
    print(json_text([_plain(each) for each in told]) if arguments.json else "\n".join(map(_words, told)))
    return EXIT_FOUND if all(each.found is Found.ANSWERED for each in told) else EXIT_NOBODY


def _ask(port: str) -> Answerer:
    if port.startswith("/"):
        return ask_serial(port)
    place = host_and_port(port) if port.startswith("tcp://") else None
    if place is not None:
        return ask_tcp(*place)
    raise ValueError(f"PORT: {port!r} names no port; give /dev/ttyUSB0 or tcp://192.168.1.20:10001")


def _plain(each: Answerer) -> dict[str, object]:
    plain: dict[str, object] = {"port": each.address, "found": each.found.value, "detail": each.detail}
    if each.question is not None:
        plain |= {"kind": each.question.kind, "driver": each.question.driver, "model": each.model}
    if each.line is not None:
        plain |= {"baud": each.line.speed_baud, "parity": each.line.parity.name.lower()}
    return plain


def _words(each: Answerer) -> str:
    if each.question is None:
        return f"{each.address}: {each.detail}"
    line = f" at {each.line.speed_baud} baud, parity {each.line.parity.name.lower()}" if each.line else ""
    return f"{each.address}: {each.question.kind}, driver {each.question.driver}{line}{_named(each.model)}"


def _named(model: str) -> str:
    return f" ({model})" if model else ""
