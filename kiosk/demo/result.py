"""What `kiosk demo --scenario` tells: one object for machines, lines for people. The keys: `docs/scenarios.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from kiosk.demo.evidence import Evidence, Judged, kiosk_loans
from kiosk.demo.people import People
from kiosk.demo.player import Played
from kiosk.demo.remains import Remains
from kiosk.ledger.rows import StoredRow


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that was played."""

    name: str
    steps: tuple[Played, ...]
    evidence: Evidence
    rows: tuple[StoredRow, ...]
    judged: tuple[Judged, ...]
    failures: tuple[str, ...]
    group: str = ""
    remains: Remains | None = None
    """Of a scenario that failed."""

    @property
    def passed(self) -> bool:
        return not self.failures

    def told(self, people: People) -> dict[str, object]:
        """The object that `--json` prints."""
        evidence = self.evidence
        return {
            "name": self.name,
            "group": self.group,
            "passed": self.passed,
            "steps": [_step(step) for step in self.steps],
            "journal": [_row(stored, people) for stored in self.rows],
            "loans_at_kiosk": [
                {"patron": patron, "item": item} for item, patron in kiosk_loans(evidence.journal).items()
            ],
            "loans_at_central": [
                {"patron": loan.patron, "item": loan.item} for loan in evidence.central_loans if not loan.ended
            ],
            "tags": [{"item": tag.item, "uid": tag.uid, "afi": f"{tag.afi:02X}"} for tag in evidence.tags],
            "gate": [asdict(seen) for seen in evidence.gate],
            "receipts": [list(lines) for lines in evidence.receipts],
            "invariants": [{"name": one.name, "holds": one.holds, "detail": one.detail} for one in self.judged],
            "failures": list(self.failures),
            "remains": None if self.remains is None else {"screen": self.remains.screen, "wire": self.remains.wire},
        }

    def lines(self) -> Iterator[str]:
        """The same for a person at a terminal."""
        for step in self.steps:
            mark = "ok  " if step.ok else "FAIL"
            yield f"{mark} {step.number:3} {step.do:14} {step.seconds:6.2f} s  {step.screen}"
        for one in self.judged:
            yield f"{'ok  ' if one.holds else 'FAIL'} {one.name}"
        yield from self.failures
        if self.remains is not None:
            yield from self.remains.lines()
        yield f"{self.name}: {'passed' if self.passed else 'FAILED'}"


def _step(step: Played) -> dict[str, object]:
    return {
        "number": step.number,
        "do": step.do,
        "seconds": step.seconds,
        "screen": step.screen,
        "says": list(step.says),
        "items": step.items,
        "ok": step.ok,
        "failure": step.failure,
    }


def _row(stored: StoredRow, people: People) -> dict[str, object]:
    row = stored.row
    told: dict[str, object] = {"id": stored.id, "tx": stored.tx, "at": stored.at.isoformat(), "kind": row.kind.value}
    texts = {"session": row.session, "intent": row.intent, "item": row.item, "uid": row.uid, "note": row.note}
    told |= {key: value for key, value in texts.items() if value}
    if row.patron:
        told["patron"] = people.name_of(row.patron)
    if row.due is not None:
        told["due"] = row.due.isoformat()
    if row.afi is not None:
        told["afi"] = f"{row.afi:02X}"
    if row.reasons:
        told["reasons"] = list(row.reasons)
    return told
