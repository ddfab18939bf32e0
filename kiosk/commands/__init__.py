"""The `kiosk` command. Exit codes: 0 done, 1 refused or a check failed, 2 usage."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Iterable

from kiosk.settings.convert import SettingsRefused

MODULES = (
    "demo",
    "run",
    "gate",
    "drop",
    "locker",
    "central",
    "fleet",
    "check_config",
    "journal",
    "tag",
    "wire",
    "screens",
    "bench",
    "doctor",
    "device",
    "day",
    "rules",
    "search",
    "simulate",
    "sip2",
    "staff_card",
    "acl",
    "bundle",
    "enrol",
    "support_bundle",
    "supervise",
)
"""One module a group of commands; each has `register(commands)`, and sets `run` on its parsers."""

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells tell it."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _print_whatever_comes()
    arguments = argv if argv is not None else sys.argv[1:]
    command_line = parser(_wanted(arguments))
    chosen = command_line.parse_args(arguments)
    if chosen.command is None:
        command_line.print_help()
        return 2
    try:
        code = chosen.run(chosen)
        sys.stdout.flush()
    except SettingsRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read has gone, as `| head` does. What is left in the buffer must not be tried again at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    assert isinstance(code, int)
    return code


def parser(modules: Iterable[str] = MODULES) -> argparse.ArgumentParser:
    """The command line with these groups of commands; README's table is made from it."""
    whole = argparse.ArgumentParser(
        prog="kiosk", description="Library Kiosk: self-service lending, its central system and its tools."
    )
    commands = whole.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for module in modules:
        importlib.import_module(f"kiosk.commands.{module}").register(commands)
    return whole


def _print_whatever_comes() -> None:
    """A terminal without Chinese shows escapes instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _wanted(arguments: list[str]) -> tuple[str, ...]:
    """Only the module that is asked for is imported, so that every command starts quickly."""
    first = next((word for word in arguments if not word.startswith("-")), "").replace("-", "_")
    return (first,) if first in MODULES else MODULES
