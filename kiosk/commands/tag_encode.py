"""`kiosk tag encode`: a tag's bytes from its elements, in any layout. What it cannot write it refuses, and says why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.codecs.findings import Finding
from drivers.codecs.tag_data import (
    WRITABLE,
    BlockOrder,
    ElementValue,
    EncodedTag,
    EncodeRefused,
    Format,
    decode,
    encode,
    with_index,
)
from kiosk.commands.hex_text import STANDARD_INPUT, BadInput, standard_input
from kiosk.commands.json_text import json_text
from kiosk.commands.tag_options import (
    EXIT_DONE,
    EXIT_REFUSED,
    EXIT_USAGE,
    LARGEST_BLOCK_BYTES,
    LARGEST_TAG_BYTES,
    add_shared,
    complain,
    register_of,
    whole_number,
)

FROM_FILE = "@"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tag encode` to the command line."""
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
    add_shared(encoding, afi="AFI in the PC of iso28560-4, in hex; HF tags keep it in a register")
    encoding.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be encoded."""

    layout: str
    elements: Mapping[str, ElementValue]


def run(arguments: argparse.Namespace) -> int:
    """Print the bytes of a tag. 0 done, 1 where the layout refuses the elements, 2 where the input makes no sense."""
    try:
        wanted = _wanted(arguments.format, _elements_of(arguments))
        block_size = whole_number("--block-size", arguments.block_size, LARGEST_BLOCK_BYTES)
        size = None if arguments.size is None else whole_number("--size", arguments.size, LARGEST_TAG_BYTES)
        afi = register_of("--afi", arguments.afi)
        dsfid = register_of("--dsfid", arguments.dsfid)
        order: BlockOrder = arguments.order
        lock = [key.strip() for key in arguments.lock.split(",") if key.strip()]
        if arguments.index and wanted.layout != Format.ISO28560_2:
            raise BadInput(f"--index: {wanted.layout} does not need it; leave it out")
    except BadInput as bad:
        return complain("encode", bad, EXIT_USAGE)
    try:
        elements = with_index(wanted.elements) if arguments.index else wanted.elements
        tag = encode(wanted.layout, elements, block_size=block_size, memory_size=size, lock=lock, afi=afi, order=order)
        _check_registers(wanted.layout, tag, block_size, afi, dsfid)
    except EncodeRefused as refused:
        if arguments.json:
            told = {"where": refused.where, "what": refused.what, "remedy": refused.remedy}
            print(json_text({"format": wanted.layout, "refused": told}))
        return complain("encode", refused, EXIT_REFUSED)
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
