"""`kiosk tag decode`: format, elements and findings of a tag's bytes."""

from __future__ import annotations

import argparse
import json

from drivers.codecs.afi import name_of
from drivers.codecs.findings import Noted
from drivers.codecs.tag_data import TagData, decode
from kiosk.commands.hex_text import BadInput, bytes_of_hex, hex_or_standard_input
from kiosk.commands.json_text import json_text
from kiosk.commands.tag_options import (
    EXIT_DONE,
    EXIT_USAGE,
    LARGEST_BLOCK_BYTES,
    LARGEST_TAG_BYTES,
    add_shared,
    complain,
    register_of,
    whole_number,
)


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tag decode` to the command line."""
    decoding = verbs.add_parser(
        "decode",
        help="format, elements and findings of a tag's bytes",
        description="Tell what stands on a tag. Damaged data gives findings, never an error.",
    )
    decoding.add_argument(
        "hex",
        metavar="HEX",
        nargs="*",
        help="user memory from byte 0 (UHF: bank 11); from standard input where neither HEX nor --uii is given",
    )
    decoding.add_argument("--uii", metavar="HEX", help="UHF: bank 01 from bit 0, that is StoredCRC, PC and UII")
    decoding.add_argument("--dsfid", metavar="HH", help="the tag's DSFID register, in hex")
    add_shared(decoding, afi="the tag's AFI register, in hex")
    decoding.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what stands on a tag. 0 done, 2 where the input makes no sense."""
    try:
        uii = None if arguments.uii is None else bytes_of_hex("--uii", arguments.uii)
        block_size = whole_number("--block-size", arguments.block_size, LARGEST_BLOCK_BYTES)
        afi, dsfid = register_of("--afi", arguments.afi), register_of("--dsfid", arguments.dsfid)
        memory = hex_or_standard_input(arguments.hex) if arguments.hex or uii is None else b""
        if not memory and not uii:
            raise BadInput("HEX: there is no byte in it; give the tag's memory in hex, or --uii HEX")
        if len(memory) > LARGEST_TAG_BYTES:
            raise BadInput(f"HEX: {len(memory)} bytes are more than a tag has; give at most {LARGEST_TAG_BYTES}")
    except BadInput as bad:
        return complain("decode", bad, EXIT_USAGE)
    data = decode(memory, block_size=block_size, afi=afi, dsfid=dsfid, uii=uii)
    mark = name_of(afi) if afi is not None else None
    print(_decoded_as_json(data, mark) if arguments.json else _decoded_as_text(data, mark))
    return EXIT_DONE


def _decoded_as_json(data: TagData, mark: str | None) -> str:
    decoded: dict[str, object] = {
        "format": data.format,
        "elements": dict(data.elements),
        "findings": data.findings,
        "finding_details": [_detail(noted) for noted in data.details],
    }
    if data.foreign is not None:
        decoded["foreign"] = data.foreign
    if mark is not None:
        decoded["afi_means"] = mark
    return json_text(decoded)


def _detail(noted: Noted) -> dict[str, object]:
    """One finding with its place; `bank` only on UHF tags."""
    told: dict[str, object] = {"code": noted.code, "offset": noted.offset, "words": noted.words}
    return told if noted.bank is None else told | {"bank": noted.bank}


def _decoded_as_text(data: TagData, mark: str | None) -> str:
    lines = [f"format: {data.format}"]
    lines += [] if data.foreign is None else [f"foreign: {data.foreign}"]
    lines += [] if mark is None else [f"afi: {mark}"]
    lines += ["elements:"]
    lines += [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.elements.items()]
    lines += ["findings:", *(f"  {noted.code} ({_place(noted)}): {noted.words}" for noted in data.details)]
    return "\n".join(lines)


def _place(noted: Noted) -> str:
    if noted.offset is None:
        return "register"
    return f"byte {noted.offset}" if noted.bank is None else f"byte {noted.offset} of bank {noted.bank}"
