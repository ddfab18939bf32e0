"""Tables that are made from code: commands, protocols, simulated devices, tag elements, findings."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from drivers.codecs.elements import ELEMENTS, Kind
from drivers.codecs.findings import MEANINGS, Finding
from drivers.protocols import PROTOCOLS
from firmware_sim import commands as firmware_sim
from firmware_sim.catalogue import CATALOGUE, GATES
from kiosk import commands as kiosk

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"

VALUES = {
    Kind.TEXT: "text",
    Kind.UTF8_TEXT: "text",
    Kind.INDEX: "list of the numbers of the elements on the tag",
    Kind.ISIL: "ISIL, such as `DE-705`",
    Kind.SET: "`{ parts_in_set, part_number }`",
    Kind.CODE: "two hex digits, such as `10`",
    Kind.GS1: "13 digits",
}
WITH_SUBJECT = frozenset(
    {
        Finding.REPEATED_ELEMENT,
        Finding.EMPTY_ELEMENT,
        Finding.UNKNOWN_OID,
        Finding.COMPACTION_INVALID,
        Finding.BIT_PADDING_WRONG,
        Finding.UTF8_INVALID,
        Finding.CONTROL_CHARACTERS,
        Finding.ISIL_SYNTAX,
        Finding.FIELD_DIRTY,
        Finding.EXTENSION_CHECKSUM,
        Finding.EXTENSION_UNKNOWN,
        Finding.EXTENSION_EXTRA_FIELD,
        Finding.LENGTH_UNEXPECTED,
    }
)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(heads), *lines[1:]])


def commands() -> str:
    """Every command with what must be typed after it, and its one line of help."""
    rows = [*_commands(kiosk.parser()), *_commands(firmware_sim.parser())]
    return table(("command", "does"), rows)


def _commands(parser: argparse.ArgumentParser, about: str = "") -> Iterator[tuple[str, str]]:
    groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    for group in groups:
        helps = {choice.dest: choice.help or "" for choice in group._choices_actions}
        for name, inner in group.choices.items():
            yield from _commands(inner, helps.get(name, ""))
    if not groups:
        yield f"`{' '.join([parser.prog, *_wanted(parser)])}`", about


def _wanted(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Required options, then what stands without a name; brackets around what may be left out."""
    for action in parser._actions:
        if action.option_strings and action.required:
            yield f"{action.option_strings[-1]} {action.metavar or action.dest.upper()}"
    for action in parser._actions:
        if not action.option_strings:
            name = str(action.metavar or action.dest)
            yield f"[{name}]" if action.nargs in ("?", "*") else name


def protocols() -> str:
    """Protocols by the names that `kiosk wire decode` takes, with the frames that hold them in the tests."""
    rows = [
        (f"`{name}`", one.what, str(_frames(name)), one.source) for name, one in PROTOCOLS.items() if ":" not in name
    ]
    return table(("protocol", "of", "frames in the tests", "source"), rows)


def _frames(name: str) -> int:
    return len(tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))["exchange"])


def simulated() -> str:
    """Devices of `firmware-sim`, their lines and faults."""
    kinds = [(name.value, one) for name, ones in CATALOGUE.items() for one in ones]
    kinds += [("gate", one) for one in GATES.values()]
    rows = [
        (name, one.what, one.protocol, ", ".join(one.lines), ", ".join(fault.value for fault in one.faults))
        for name, one in kinds
    ]
    return table(("device", "what", "protocol", "line", "faults"), rows)


def elements() -> str:
    """Elements of ISO 28560 by key."""
    return table(("key", "OID", "value"), [(f"`{each.key}`", str(each.oid), VALUES[each.kind]) for each in ELEMENTS])


def findings() -> str:
    """Codes of findings with their words."""
    rows = [(f"`{each.value}{':K' if each in WITH_SUBJECT else ''}`", MEANINGS[each]) for each in Finding]
    return table(("finding", "means"), rows)
