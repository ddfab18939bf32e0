"""Settings as tables: what `as_table` writes, `convert` reads, and nothing is lost."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from kiosk.rules.calendar import OpeningTimes
from kiosk.rules.policy import Line, RulesFile
from kiosk.rules.terms import ClosedDays, Doing, Fine, Period, Terms, Unit
from kiosk.settings import as_table, convert

HERE = Path(__file__).parent
RULES = RulesFile(
    line=(
        Line(
            loan_period=Period(4, Unit.HOURS),
            closed_days=ClosedDays.SKIP,
            expired_blocks=(Doing.BORROW, Doing.HOLD),
            latest_due="2027-01-31",
            renewal_period=Period(0),
            max_loans=0,
            overdues_block_renewal=False,
            fine=Fine(50, grace=Period(2)),
        ),
        Line(branch="north", expired_blocks=()),
    ),
    version="2026-09",
)


def read(table: object) -> RulesFile:
    told = json.loads(json.dumps(table))
    return convert(RulesFile, told, file="rules", folder=Path())


def test_there_and_back() -> None:
    assert read(as_table(RULES)) == RULES
    assert read(as_table(RulesFile())) == RulesFile()


def test_what_is_left_out_is_the_default() -> None:
    assert as_table(RulesFile()) == {}
    assert as_table(Line(branch="north", max_loans=0)) == {"branch": "north", "max_loans": 0}


CASES = tomllib.loads((HERE.parent / "vectors" / "circulation.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_rule_and_calendar_of_the_vectors_survives(case: dict[str, object]) -> None:
    for kind, key in ((Terms, "rules"), (OpeningTimes, "calendar")):
        made = convert(kind, _table(case.get(key, {})), file=key, folder=Path())
        told = json.loads(json.dumps(as_table(made)))
        assert convert(kind, told, file=key, folder=Path()) == made


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
