"""`kiosk wire decode`: bytes of a device's wire in words."""

from __future__ import annotations

import argparse
import json
import sys
from typing import assert_never

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import UnknownProtocol, describer, known_protocols

EXIT_DONE, EXIT_USAGE = 0, 2
_SEPARATORS = " \t\r\n:"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `wire decode` to the command line."""
    wire = commands.add_parser("wire", help="what devices say on their wires")
    decode = wire.add_subparsers(dest="wire_command", required=True, metavar="COMMAND").add_parser(
        "decode",
        help="bytes of a wire as message, fields and findings",
        description="Put the bytes of one or more frames in words. Protocols: " + ", ".join(known_protocols()) + ".",
    )
    decode.add_argument("protocol", metavar="PROTOCOL", help="name of the protocol")
    decode.add_argument("hex", metavar="HEX", nargs="+", help="bytes in hex; spaces, new lines and colons are skipped")
    decode.add_argument(
        "--direction",
        choices=[each.value for each in Direction],
        help="who sent the bytes; guessed where it is left out",
    )
    decode.add_argument("--json", action="store_true", help="one JSON object, or a list where HEX holds several frames")
    decode.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the frames in words. 0 done, 2 where protocol or hex make no sense."""
    try:
        describe = describer(arguments.protocol)
        data = bytes_of(" ".join(arguments.hex))
    except UnknownProtocol as unknown:
        return _complain(_names_for(unknown))
    except BadHex as bad:
        return _complain(str(bad))
    direction = Direction(arguments.direction) if arguments.direction else None
    described = describe(data, direction)
    print(_as_json(described) if arguments.json else "\n\n".join(map(_as_text, described)))
    return EXIT_DONE


class BadHex(ValueError):
    """Text that is not pairs of hex digits; the message says where."""


def bytes_of(text: str) -> bytes:
    """Bytes from hex digits; spaces, new lines, tabs and colons are skipped. Raises `BadHex`."""
    digits, last = "", 0
    for position, letter in enumerate(text, start=1):
        if letter in _SEPARATORS:
            continue
        if letter not in "0123456789abcdefABCDEF":
            raise BadHex(f"HEX: {letter!r} at position {position} is not a hex digit (0-9, A-F)")
        digits, last = digits + letter, position
    if not digits:
        raise BadHex("HEX: there are no hex digits in it")
    if len(digits) % 2:
        raise BadHex(f"HEX: {len(digits)} hex digits are an odd number; the last one, at position {last}, is alone")
    return bytes.fromhex(digits)


def _names_for(unknown: UnknownProtocol) -> str:
    nearest = f" Did you mean {' or '.join(unknown.nearest)}?" if unknown.nearest else ""
    return f"PROTOCOL: no protocol is named {unknown.name!r}.{nearest} Known: {', '.join(known_protocols())}."


def _complain(text: str) -> int:
    print(f"kiosk wire decode: {text}", file=sys.stderr)
    return EXIT_USAGE


def _as_json(described: list[Described]) -> str:
    objects = [{"message": each.message, "fields": each.fields, "findings": each.findings} for each in described]
    return json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False)


def _as_text(described: Described) -> str:
    lines = [f"message   {described.message}"]
    lines += [f"  {name} = {_value(value)}" for name, value in described.fields.items()]
    lines.append(f"findings  {', '.join(described.findings) or 'none'}")
    return "\n".join(lines)


def _value(value: FieldValue) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + "}"
        case _:
            assert_never(value)
