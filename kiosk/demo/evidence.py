"""What is true when a scenario has ended, gathered from the journal, central, the tags and the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.demo.bench_client import TagState
from kiosk.demo.gate_witness import GateSeen


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A journal row, as the evidence needs it."""

    kind: str
    intent: str
    item: str
    patron: str
    session: str


@dataclass(frozen=True, slots=True)
class CentralLoan:
    """A loan that central has."""

    intent: str
    patron: str
    item: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the invariants are judged by."""

    journal: tuple[JournalLine, ...]
    loans_before: tuple[tuple[str, str], ...]
    """(patron, item) pairs that were lent before the scenario began."""
    central_loans: tuple[CentralLoan, ...]
    unacknowledged: int
    """Facts of the outbox that central has not acknowledged."""
    tags: tuple[TagState, ...]
    tags_before: tuple[TagState, ...]
    """The tags as they were when the scenario began: what said "on loan" already is not the kiosk's doing."""
    on_loan_afi: int
    confirmed: frozenset[str]
    """Items that the screen showed as lent at some moment."""
    ledger_problems: tuple[str, ...]
    receipts: tuple[tuple[str, ...], ...]
    """The lines of each receipt that was cut off."""
    central_reached: bool
    exceptions: int
    gate: tuple[GateSeen, ...] = ()
    """What the gates told, in order."""
    lamps: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    """Board and channel → whether it is on."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One invariant and whether it held."""

    name: str
    holds: bool
    detail: str = ""


CLOSES = {
    "borrow": frozenset({"borrow.done", "borrow.refused", "loan.undone", "borrow.abandoned", "return.done"}),
    "return": frozenset({"return.done", "return.refused", "return.abandoned"}),
}


def kiosk_loans(journal: tuple[JournalLine, ...]) -> dict[str, str]:
    """Item → patron of the loans that the journal says stand."""
    standing: dict[str, str] = {}
    for line in journal:
        if line.kind == "loan.made":
            standing[line.item] = line.patron
        elif line.kind in ("loan.undone", "return.done"):
            standing.pop(line.item, None)
    return standing


def judge(evidence: Evidence) -> list[Judged]:
    """Every invariant of the product that the evidence can speak to."""
    return [
        _nothing_forgotten(evidence),
        _tags_and_ledger_agree(evidence),
        _confirmed_loans_stand(evidence),
        _each_loan_once(evidence),
        _all_facts_arrived(evidence),
        Judged("journal verifies", not evidence.ledger_problems, "; ".join(evidence.ledger_problems)),
    ]


def _nothing_forgotten(evidence: Evidence) -> Judged:
    kinds: dict[str, set[str]] = {}
    for line in evidence.journal:
        if line.intent:
            kinds.setdefault(line.intent, set()).add(line.kind)
    forgotten = []
    for intent, seen in kinds.items():
        for way, closing in CLOSES.items():
            if f"{way}.intended" in seen and not seen & closing and "item.doubtful" not in seen:
                forgotten.append(intent)
    return Judged("I1 no item is forgotten", not forgotten, ", ".join(forgotten))


def _tags_and_ledger_agree(evidence: Evidence) -> Judged:
    told = {line.item for line in evidence.journal if line.kind == "item.doubtful"}
    lent = set(kiosk_loans(evidence.journal))
    returned = {line.item for line in evidence.journal if line.kind == "return.done"} - lent
    lent |= {item for _, item in evidence.loans_before} - returned
    never_ours = {tag.uid for tag in evidence.tags_before if tag.afi == evidence.on_loan_afi}
    never_ours -= {tag.uid for tag in evidence.tags_before if tag.item in {item for _, item in evidence.loans_before}}
    wrong = sorted(
        tag.item
        for tag in evidence.tags
        if tag.afi == evidence.on_loan_afi and tag.item not in lent | told and tag.uid not in never_ours
    )
    return Judged("I2 an item whose tag says on loan is lent, or somebody is told", not wrong, ", ".join(wrong))


def _confirmed_loans_stand(evidence: Evidence) -> Judged:
    made = {line.item for line in evidence.journal if line.kind == "loan.made"}
    lost = sorted(evidence.confirmed - made)
    if evidence.central_reached and not lost:
        at_central = {loan.item for loan in evidence.central_loans}
        lost = sorted(evidence.confirmed - at_central)
    return Judged("I4 a loan that the screen confirmed is kept", not lost, ", ".join(lost))


def _each_loan_once(evidence: Evidence) -> Judged:
    made = {line.intent for line in evidence.journal if line.kind == "loan.made"}
    intents = [
        loan.intent
        for loan in evidence.central_loans
        if loan.intent in made or (loan.patron, loan.item) not in evidence.loans_before
    ]
    twice = sorted({intent for intent in intents if intents.count(intent) > 1})
    invented = sorted(set(intents) - made) if evidence.journal else []
    missing = sorted(made - set(intents)) if evidence.central_reached else []
    wrong = [f"twice: {one}" for one in twice] + [f"invented: {one}" for one in invented]
    wrong += [f"missing at central: {one}" for one in missing]
    return Judged("I5 every loan of the journal is at central exactly once", not wrong, ", ".join(wrong))


def _all_facts_arrived(evidence: Evidence) -> Judged:
    if not evidence.central_reached:
        return Judged("I5 facts wait in the outbox while central is away", True, f"{evidence.unacknowledged} wait")
    return Judged("I5 every fact is acknowledged", evidence.unacknowledged == 0, f"{evidence.unacknowledged} wait")
