"""`kiosk device probe|read|write|watch|dump`: one device in a technician's hand, without a kiosk around it."""

from __future__ import annotations

import argparse

from kiosk.commands import device_dump, device_probe, device_see, device_write


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `device …` to the command line."""
    device = commands.add_parser("device", help="one device in a technician's hand: ask, read, write, watch, record it")
    verbs = device.add_subparsers(dest="device_command", required=True, metavar="COMMAND")
    for module in (device_probe, device_see, device_write, device_dump):
        module.register(verbs)
