"""`kiosk wire`: bytes of a device's wire, or a file of them, in words."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import assert_never

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import UnknownProtocol
from kiosk.commands.hex_text import BadInput, hex_or_standard_input
from kiosk.commands.json_text import json_text
from kiosk.commands.wire_file import Exchange, exchanges_of
from kiosk.commands.wire_protocols import describer, known_protocols

EXIT_DONE, EXIT_USAGE = 0, 2
LARGEST_CAPTURE_BYTES = 65_536
"""A frame of the longest protocol here (FEIG, advanced)."""
_CONTROLS = re.compile(r"[\x7f-\x9f]")
"""Controls that JSON leaves as they are; a terminal may obey them (U+009B begins a control sequence)."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `wire decode` and `wire read` to the command line."""
    wire = commands.add_parser("wire", help="what devices and library systems say on their wires")
    actions = wire.add_subparsers(dest="wire_command", required=True, metavar="COMMAND")
    read = actions.add_parser(
        "read",
        help="a file of exchanges in words: a recording, a test vector, a download from the bench",
        description="Put every exchange of a file ([[exchange]] with direction and hex) in words, in its order.",
    )
    read.add_argument("file", type=Path, metavar="FILE", help="TOML, as `kiosk device dump` and the bench write it")
    read.add_argument("--json", action="store_true", help="one JSON list")
    read.set_defaults(run=run_read)
    decode = actions.add_parser(
        "decode",
        help="bytes of a wire as message, fields and findings",
        description="Put the bytes of one or more frames in words. Protocols: " + ", ".join(known_protocols()) + ".",
    )
    decode.add_argument("protocol", metavar="PROTOCOL", help="name of the protocol")
    decode.add_argument(
        "hex",
        metavar="HEX",
        nargs="+",
        help="bytes in hex; spaces, colons and 0x are skipped; - reads standard input",
    )
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
        data = hex_or_standard_input(arguments.hex)
        if not data:
            raise BadInput("HEX: there are no hex digits in it; give the bytes that went over the wire")
        if len(data) > LARGEST_CAPTURE_BYTES:
            raise BadInput(f"HEX: {len(data)} bytes are too many; give at most {LARGEST_CAPTURE_BYTES} at a time")
    except UnknownProtocol as unknown:
        return _complain(_names_for(unknown))
    except BadInput as bad:
        return _complain(str(bad))
    direction = Direction(arguments.direction) if arguments.direction else None
    described = describe(data, direction)
    print(_as_json(described) if arguments.json else "\n\n".join(map(_as_text, described)))
    return EXIT_DONE


def run_read(arguments: argparse.Namespace) -> int:
    """Print a file's exchanges in words. 0 done, 2 where the file makes no sense."""
    try:
        found = exchanges_of(arguments.file)
    except BadInput as bad:
        print(f"kiosk wire read: {bad}", file=sys.stderr)
        return EXIT_USAGE
    if arguments.json:
        print(json_text([_told(one) for one in found]))
        return EXIT_DONE
    for one in found:
        arrow = "→" if one.direction is Direction.HOST_TO_DEVICE else "←"
        print(f"{arrow} {one.device or one.protocol}  {one.data.hex(' ').upper()}")
        for described in one.described:
            print("    " + _as_text(described).replace("\n", "\n    "))
    return EXIT_DONE


def _told(one: Exchange) -> dict[str, object]:
    said = [{"message": each.message, "fields": each.fields, "findings": each.findings} for each in one.described]
    return {
        "name": one.name,
        "device": one.device,
        "protocol": one.protocol,
        "direction": one.direction.value,
        "hex": one.data.hex().upper(),
        "described": said,
    }


def _names_for(unknown: UnknownProtocol) -> str:
    nearest = f" Did you mean {' or '.join(unknown.nearest)}?" if unknown.nearest else ""
    return f"PROTOCOL: no protocol is named {unknown.name!r}.{nearest} Known: {', '.join(known_protocols())}."


def _complain(text: str) -> int:
    print(f"kiosk wire decode: {text}", file=sys.stderr)
    return EXIT_USAGE


def _as_json(described: list[Described]) -> str:
    objects = [{"message": each.message, "fields": each.fields, "findings": each.findings} for each in described]
    return json_text(objects[0] if len(objects) == 1 else objects)


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
            quoted = json.dumps(value, ensure_ascii=False)
            return _CONTROLS.sub(lambda control: f"\\u{ord(control[0]):04x}", quoted)
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + "}"
        case _:
            assert_never(value)
