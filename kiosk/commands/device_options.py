"""Which device a `kiosk device …` command means: from the settings of a kiosk, or named on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from drivers.errors import BadSetting
from kiosk.hardware.opening import Kind, Openable, from_file, from_words
from kiosk.hardware.scanners import ScannerSettings
from kiosk.settings.convert import SettingsRefused

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
LONGEST_S = 1_000_000
"""Eleven days."""
Run = Callable[[argparse.Namespace, Kind, Openable], int]


def add_command(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    kinds: tuple[Kind, ...],
    run: Run,
) -> argparse.ArgumentParser:
    """A verb with the options that name a device; whoever calls adds its own."""
    parser = verbs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    parser.add_argument("device", choices=[kind.value for kind in kinds], metavar="DEVICE", help=", ".join(kinds))
    parser.add_argument("--config", type=Path, metavar="DIR", help="folder with kiosk.toml: the device that it names")
    parser.add_argument("--driver", metavar="WORD", help="the driver, as in the settings (docs/hardware.md)")
    parser.add_argument("--port", metavar="PORT", help="/dev/…, tcp://host:port or pcsc:READER, as in the settings")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another key of the device's settings (repeated)",
    )
    parser.set_defaults(run=lambda arguments: _run(name, arguments, run))
    return parser


def seconds(text: str) -> float:
    """A time that a command takes, for `argparse`."""
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not 0 < given <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, {LONGEST_S} at most, found {text!r}")
    return given


def _run(name: str, arguments: argparse.Namespace, run: Run) -> int:
    try:
        kind = Kind(arguments.device)
        return run(arguments, kind, _device(arguments, kind))
    except (SettingsRefused, BadSetting, ValueError) as refused:
        print(f"kiosk device {name}: {refused}", file=sys.stderr)
        return EXIT_USAGE


def what_to_do(settings: Openable) -> str:
    """Where to look when a device tells nothing but a fault."""
    port = getattr(settings, "port", "")
    if isinstance(settings, ScannerSettings) or not port.startswith(("/", "tcp://")):
        return "see what is there: kiosk doctor"
    return f"ask who is there: kiosk device probe {port}"


def _device(arguments: argparse.Namespace, kind: Kind) -> Openable:
    words = dict(_pair(text) for text in arguments.set)
    for key in ("driver", "port"):
        if getattr(arguments, key) is not None:
            words[key] = getattr(arguments, key)
    if arguments.config is not None:
        return from_file(kind, arguments.config, words)
    if not words:
        raise ValueError("say which device: --config DIR, or --driver WORD --port PORT (see: kiosk doctor)")
    return from_words(kind, words)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError(f"--set: expected KEY=VALUE, found {text!r}")
    return key, value
