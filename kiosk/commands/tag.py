"""`kiosk tag decode` and `kiosk tag encode`: tag data from and to hex, all layouts.

What `decode --json` prints is what `encode` reads from standard input.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.codecs.afi import name_of
from drivers.codecs.findings import Finding, Noted
from drivers.codecs.tag_data import (
    WRITABLE,
    BlockOrder,
    ElementValue,
    EncodedTag,
    EncodeRefused,
    Format,
    TagData,
    decode,
    encode,
    with_index,
)
from kiosk.commands import tag_barcode
from kiosk.commands.hex_text import STANDARD_INPUT, BadInput, bytes_of_hex, hex_or_standard_input, standard_input
from kiosk.commands.json_text import json_text

EXIT_DONE, EXIT_REFUSED, EXIT_USAGE = 0, 1, 2
HIGHEST_BYTE = 0xFF
LARGEST_TAG_BYTES = 65536
LARGEST_BLOCK_BYTES = 256
FROM_FILE = "@"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tag decode`, `tag encode` and `tag barcode` to the command line."""
    tag = commands.add_parser("tag", help="what stands on a library tag, from and to hex")
    verbs = tag.add_subparsers(dest="tag_command", required=True, metavar="COMMAND")
    _register_decode(verbs)
    _register_encode(verbs)
    tag_barcode.register(verbs)


def _register_decode(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    _add_shared(decoding, afi="the tag's AFI register, in hex")
    decoding.set_defaults(run=run_decode)


def _register_encode(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    encoding = verbs.add_parser(
        "encode",
        help="a tag's bytes from its elements",
        description="Make the bytes of a tag from the elements that `decode` tells. Formats: " + ", ".join(WRITABLE),
        epilog="Refused elements give exit code 1; with --json the reason is an object on standard output, too.",
    )
    encoding.add_argument("--format", metavar="F", help="the layout; taken from the JSON where left out")
    encoding.add_argument(
        "elements",
        metavar="JSON",
        nargs="?",
        help="an object of elements, or what `decode --json` printed; @FILE reads a file, - (default) standard input",
    )
    encoding.add_argument("--elements", metavar="JSON", dest="elements_option", help="the same as an option")
    encoding.add_argument("--size", metavar="BYTES", help="fill with zeros to this size (UHF: of bank 11)")
    encoding.add_argument("--lock", metavar="KEY,KEY", default="", help="elements that start and end on block edges")
    encoding.add_argument(
        "--reversed",
        dest="order",
        action="store_const",
        const=BlockOrder.REVERSED,
        default=BlockOrder.FORWARD,
        help="bytes of each block back to front, for tags that were found so (iso28560-3)",
    )
    encoding.add_argument("--index", action="store_true", help="make the content parameter (iso28560-2)")
    encoding.add_argument("--dsfid", metavar="HH", help="DSFID register that the tag has; refused if it does not fit")
    _add_shared(encoding, afi="AFI in the PC of iso28560-4, in hex; HF tags keep it in a register")
    encoding.set_defaults(run=run_encode)


def _add_shared(parser: argparse.ArgumentParser, *, afi: str) -> None:
    parser.add_argument("--afi", metavar="HH", help=afi)
    parser.add_argument("--block-size", metavar="N", default="4", help="bytes of a block of an HF tag (4)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run_decode(arguments: argparse.Namespace) -> int:
    """Print what stands on a tag. 0 done, 2 where the input makes no sense."""
    try:
        uii = None if arguments.uii is None else bytes_of_hex("--uii", arguments.uii)
        block_size = _whole_number("--block-size", arguments.block_size, LARGEST_BLOCK_BYTES)
        afi, dsfid = _register_of("--afi", arguments.afi), _register_of("--dsfid", arguments.dsfid)
        memory = hex_or_standard_input(arguments.hex) if arguments.hex or uii is None else b""
        if not memory and not uii:
            raise BadInput("HEX: there is no byte in it; give the tag's memory in hex, or --uii HEX")
        if len(memory) > LARGEST_TAG_BYTES:
            raise BadInput(f"HEX: {len(memory)} bytes are more than a tag has; give at most {LARGEST_TAG_BYTES}")
    except BadInput as bad:
        return _complain("decode", bad, EXIT_USAGE)
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be encoded."""

    layout: str
    elements: Mapping[str, ElementValue]


def run_encode(arguments: argparse.Namespace) -> int:
    """Print the bytes of a tag. 0 done, 1 where the layout refuses the elements, 2 where the input makes no sense."""
    try:
        wanted = _wanted(arguments.format, _elements_of(arguments))
        block_size = _whole_number("--block-size", arguments.block_size, LARGEST_BLOCK_BYTES)
        size = None if arguments.size is None else _whole_number("--size", arguments.size, LARGEST_TAG_BYTES)
        afi = _register_of("--afi", arguments.afi)
        dsfid = _register_of("--dsfid", arguments.dsfid)
        order: BlockOrder = arguments.order
        lock = [key.strip() for key in arguments.lock.split(",") if key.strip()]
        if arguments.index and wanted.layout != Format.ISO28560_2:
            raise BadInput(f"--index: {wanted.layout} does not need it; leave it out")
    except BadInput as bad:
        return _complain("encode", bad, EXIT_USAGE)
    try:
        elements = with_index(wanted.elements) if arguments.index else wanted.elements
        tag = encode(wanted.layout, elements, block_size=block_size, memory_size=size, lock=lock, afi=afi, order=order)
        _check_registers(wanted.layout, tag, block_size, afi, dsfid)
    except EncodeRefused as refused:
        if arguments.json:
            told = {"where": refused.where, "what": refused.what, "remedy": refused.remedy}
            print(json_text({"format": wanted.layout, "refused": told}))
        return _complain("encode", refused, EXIT_REFUSED)
    print(_encoded_as_json(wanted.layout, tag) if arguments.json else _encoded_as_text(tag))
    if tag.locked_blocks and not arguments.json:
        print(f"blocks to lock: {_ranges(tag.locked_blocks)}", file=sys.stderr)
    return EXIT_DONE


def _encoded_as_json(layout: str, tag: EncodedTag) -> str:
    uii = None if tag.uii is None else tag.uii.hex().upper()
    encoded = {"format": layout, "hex": tag.memory.hex().upper(), "uii_hex": uii, "lock_blocks": tag.locked_blocks}
    return json_text(encoded)


def _encoded_as_text(tag: EncodedTag) -> str:
    memory = tag.memory.hex().upper()
    return memory if tag.uii is None else f"uii: {tag.uii.hex().upper()}\nhex: {memory}"


def _ranges(numbers: Sequence[int]) -> str:
    """`0-1, 6-8` of ascending numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _check_registers(layout: str, tag: EncodedTag, block_size: int, afi: int | None, dsfid: int | None) -> None:
    """Refuse registers that a reader of this tag would stumble over."""
    read_back = decode(tag.memory, block_size=block_size, afi=afi, dsfid=dsfid, uii=tag.uii)
    if Finding.AFI_UNEXPECTED in read_back.findings:
        raise EncodeRefused("--afi", f"{layout} does not have this AFI", "give 07 (in stock) or C2 (on loan)")
    if Finding.DSFID_UNEXPECTED in read_back.findings:
        raise EncodeRefused("--dsfid", f"{layout} does not have this DSFID", "give 06 for iso28560-2, 3E for -3")


def _elements_of(arguments: argparse.Namespace) -> str | None:
    given: str | None = arguments.elements
    option: str | None = arguments.elements_option
    if given is not None and option is not None:
        raise BadInput("--elements: the elements are given twice; give JSON once")
    return option if given is None else given


def _wanted(layout: str | None, given: str | None) -> _Wanted:
    where, text = _source(given)
    try:
        read = json.loads(text)
    except json.JSONDecodeError as bad:
        raise BadInput(f"{where}: line {bad.lineno}, column {bad.colno}: {bad.msg}; give a JSON object") from None
    except ValueError as bad:
        raise BadInput(f"{where}: {bad}; give a JSON object of elements") from None
    except RecursionError:
        raise BadInput(f"{where}: nested too deep; give a JSON object of elements") from None
    if not isinstance(read, dict):
        raise BadInput(f"{where}: {type(read).__name__} is no object; give elements as a JSON object")
    elements = read
    if "elements" in read:
        elements = read["elements"]
        if not isinstance(elements, dict):
            raise BadInput(f"{where}: elements is no object; give what `kiosk tag decode --json` prints")
        layout = layout or read.get("format")
    if not isinstance(layout, str):
        raise BadInput(f"--format: it is missing; give one of {', '.join(WRITABLE)}")
    if layout not in WRITABLE:
        raise BadInput(f"--format: {layout!r} is no layout; give one of {', '.join(WRITABLE)}")
    return _Wanted(layout, {key: _element(where, key, value) for key, value in elements.items()})


def _element(where: str, key: str, value: object) -> ElementValue:
    """One element as the codecs take it; JSON knows more kinds of values than a tag."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, list) and all(isinstance(part, int) for part in value):
        return value
    if isinstance(value, dict) and all(isinstance(part, int) for part in value.values()):
        return value
    raise BadInput(f"{where}: {key}: no element has such a value; give it as `kiosk tag decode --json` prints it")


def _source(given: str | None) -> tuple[str, str]:
    """Where the JSON comes from, and its text."""
    if given is None or given == STANDARD_INPUT:
        return "standard input", standard_input("--elements")
    if not given.startswith(FROM_FILE):
        return "--elements", given
    path = Path(given[len(FROM_FILE) :])
    try:
        return str(path), path.read_text(encoding="utf-8")
    except OSError as failed:
        raise BadInput(f"--elements: {path}: {failed.strerror}; give @FILE with a file that can be read") from None
    except UnicodeDecodeError:
        raise BadInput(f"--elements: {path}: this is no UTF-8 text; give a file of JSON") from None


def _register_of(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    value = bytes_of_hex(name, text)
    if len(value) != 1:
        raise BadInput(f"{name}: {text!r} is not one byte; give two hex digits such as 07")
    return value[0]


def _whole_number(name: str, text: str, highest: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= highest:
        raise BadInput(f"{name}: {text!r} does not fit; give a whole number from 1 to {highest}")
    return number


def _complain(verb: str, error: Exception, code: int) -> int:
    print(f"kiosk tag {verb}: {error}", file=sys.stderr)
    return code
