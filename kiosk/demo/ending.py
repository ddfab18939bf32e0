"""Whether the end of a scenario is as it was expected, and which part is not."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.demo.evidence import Evidence
from kiosk.demo.scenario import EndExpected, GateExpected
from kiosk.demo.watching import dark
from kiosk.model.journal import RowKind


def lacking(evidence: Evidence, expected: EndExpected) -> list[str]:
    """What is not as expected, in words; empty when all holds."""
    found = [*_loans(evidence, expected), *_tags(evidence, expected), *_journal(evidence, expected.journal)]
    if expected.receipts is not None and len(evidence.receipts) != expected.receipts:
        found.append(f"receipts: expected {expected.receipts}, {len(evidence.receipts)} were cut off")
    printed = "\n".join(line for receipt in evidence.receipts for line in receipt)
    found += [f"receipts_say: {words!r} is on no receipt" for words in expected.receipts_say if words not in printed]
    if expected.exceptions is not None and evidence.exceptions != expected.exceptions:
        found.append(f"exceptions: expected {expected.exceptions} at central, there are {evidence.exceptions}")
    if expected.outbox is not None and evidence.unacknowledged != expected.outbox:
        found.append(f"outbox: expected {expected.outbox} facts to wait, {evidence.unacknowledged} do")
    if expected.gate is not None:
        found += _gates(evidence, expected.gate)
    found += [f"lamps: expected {lacks}" for lacks in dark(evidence.lamps, expected.lamps)]
    found += _place("on_pad", expected.on_pad, {tag.item for tag in evidence.tags if tag.on_pad})
    found += _place("bin", expected.bin, {tag.item for tag in evidence.tags if tag.in_bin})
    return found


def _place(name: str, expected: tuple[str, ...] | None, there: set[str]) -> list[str]:
    if expected is None or there == set(expected):
        return []
    return [f"{name}: expected {', '.join(sorted(expected)) or 'nothing'}, there is {sorted(there)}"]


def _loans(evidence: Evidence, expected: EndExpected) -> list[str]:
    if expected.loans is None:
        return []
    wanted = sorted((loan.patron, loan.book) for loan in expected.loans)
    there = sorted((loan.patron, loan.item) for loan in evidence.central_loans if not loan.ended)
    missing = [f"{patron} has {book}" for patron, book in wanted if (patron, book) not in there]
    beyond = [f"{patron} has {book}" for patron, book in there if (patron, book) not in wanted]
    found = [f"loans: central does not know that {what}" for what in missing]
    found += [f"loans: central says that {what}, which was not expected" for what in beyond]
    if not found and len(there) != len(wanted):
        found.append("loans: central has one of them twice")
    return found


def _tags(evidence: Evidence, expected: EndExpected) -> list[str]:
    found: list[str] = []
    for one in expected.afi:
        held = {tag.afi for tag in evidence.tags if one.book in (tag.item, tag.name)}
        if not held:
            found.append(f"afi: no tag of {one.book} is in the room")
        elif held != {one.afi}:
            shown = ", ".join(f"{afi:02X}" for afi in sorted(held))
            found.append(f"afi: expected {one.afi:02X} on the tag of {one.book}, it holds {shown}")
    return found


def _gates(evidence: Evidence, passages: Sequence[GateExpected]) -> list[str]:
    rung = {(seen.gate, seen.item) for seen in evidence.gate if seen.alarm}
    wanted = {(one.gate, one.book) for one in passages if one.alarm}
    found = [f"gate: {gate} gave no alarm for {book}" for gate, book in sorted(wanted - rung)]
    return found + [f"gate: {gate} gave an alarm for {book}, not expected" for gate, book in sorted(rung - wanted)]


def _journal(evidence: Evidence, kinds: Sequence[RowKind]) -> list[str]:
    rows = iter(line.kind for line in evidence.journal)
    for number, kind in enumerate(kinds, 1):
        if kind.value not in rows:
            return [f"journal: no row `{kind.value}` follows, number {number} of those expected"]
    return []
