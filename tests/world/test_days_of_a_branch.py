"""Days of a made-up branch: balanced whatever the people do, and the same for the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.demo.house import DEMO_CONFIG
from kiosk.model.circulation import SecurityMarks
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.journal import JournalRow, RowKind
from kiosk.world.people.balance import AtCentral, Balance, InTheRoom, JournalSums, balance
from kiosk.world.people.living import Plan, live
from tests.world.rows import stored


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_two_days_of_any_branch_are_balanced(seed: int) -> None:
    lived = live(Plan(DEMO_CONFIG, seed, days=2, visits=70))
    assert lived.balance.differences == ()
    assert lived.balance.items["all"] == 70 * 27
    assert lived.balance.loans["made"] > 0


def test_people_do_what_people_do(tmp_path: Path) -> None:
    """A fortnight has them all: whoever is careful, and whoever is not; and what they leave behind is settled."""
    lived = live(Plan(DEMO_CONFIG, 7, days=14, visits=60, keep=tmp_path))
    people = lived.people
    for manner in ("careful", "card-last", "wrong-side", "snatches", "walks-off", "forgets-a-book", "no-card"):
        assert people[f"manner {manner}"] > 0, manner
    assert people["left on the pad"] > 0
    assert lived.balance.loans["returns"] > 0
    assert lived.balance.receipts["cut off the roll"] > 0
    assert lived.balance.balanced
    kinds = {json.loads(line)["kind"] for line in (tmp_path / "journal.jsonl").read_text().splitlines()}
    assert {"borrow.done", "return.done", "borrow.refused", "receipt.printed"} <= kinds


def test_the_same_seed_gives_the_same_journal_byte_for_byte(tmp_path: Path) -> None:
    """Also where Python shuffles its sets another way."""
    journals = []
    for shuffle in ("1", "2"):
        folder = tmp_path / shuffle
        subprocess.run(
            [sys.executable, "-m", "kiosk", "day", "--seed", "11", "--days", "2", "--visits", "60"]
            + ["--keep", str(folder), "--json"],
            env=os.environ | {"PYTHONHASHSEED": shuffle},
            check=True,
            capture_output=True,
        )
        journals.append((folder / "kiosk-1" / "journal.jsonl").read_bytes())
    assert journals[0] == journals[1]
    assert journals[0].count(b"\n") > 100
    other = live(Plan(DEMO_CONFIG, 12, days=1, visits=60, keep=tmp_path / "other"))
    assert (tmp_path / "other" / "journal.jsonl").read_bytes()[:400] != journals[0][:400]
    assert other.balance.balanced


MARKS = SecurityMarks(0x07, 0xC2)
NOTHING_AT_CENTRAL = AtCentral({}, 0, 0, 0, {})
SHELVED = InTheRoom({"B1": "shelf"}, {"B1": 0x07}, (), 0)
LENT_ROOM = InTheRoom({"B1": "04A1"}, {"B1": 0xC2}, (), 0)
LENT_CENTRAL = AtCentral({"B1": "wei"}, 1, 0, 0, {})


def a_journal(*kinds: RowKind) -> JournalSums:
    sums = JournalSums({"card:04A1": "wei"})
    for kind in kinds:
        sums.add(stored(JournalRow(kind, intent=IntentId("i"), item=ItemId("B1"), patron=PatronRef("card:04A1"))))
    return sums


LENT = (RowKind.BORROW_INTENDED, RowKind.LOAN_MADE, RowKind.BORROW_DONE)


def sheet(journal: JournalSums, central: AtCentral, room: InTheRoom) -> Balance:
    return balance(journal, central, room, MARKS)


def test_a_shelved_and_a_lent_book_are_balanced() -> None:
    assert sheet(a_journal(), NOTHING_AT_CENTRAL, SHELVED).balanced
    assert sheet(a_journal(*LENT), LENT_CENTRAL, LENT_ROOM).balanced


@pytest.mark.parametrize(
    ("journal", "central", "room", "said"),
    [
        (a_journal(*LENT), NOTHING_AT_CENTRAL, LENT_ROOM, "loan of B1: central has none"),
        (a_journal(), LENT_CENTRAL, LENT_ROOM, "loan of B1: no kiosk made it"),
        (a_journal(*LENT), replace(LENT_CENTRAL, standing={"B1": "dora"}), LENT_ROOM, "name two patrons"),
        (a_journal(*LENT), replace(LENT_CENTRAL, loans=2), LENT_ROOM, "the journal made 1, central has 2"),
        (a_journal(*LENT), replace(LENT_CENTRAL, unacknowledged=3), LENT_ROOM, "has not acknowledged 3"),
        (a_journal(*LENT), replace(LENT_CENTRAL, set_aside=1), LENT_ROOM, "set 1 aside"),
        (a_journal(*LENT), LENT_CENTRAL, replace(LENT_ROOM, places={"B1": "shelf"}), "in the house, lent"),
        (a_journal(*LENT), LENT_CENTRAL, replace(LENT_ROOM, afi={"B1": 0x07}), "its tag says 07"),
        (a_journal(), NOTHING_AT_CENTRAL, LENT_ROOM, "with a reader, not lent"),
        (a_journal(), NOTHING_AT_CENTRAL, replace(SHELVED, afi={"B1": 0xC2}), "its tag says C2"),
        (a_journal(RowKind.RETURN_INTENDED), NOTHING_AT_CENTRAL, SHELVED, "begun and never ended"),
        (a_journal(RowKind.RECEIPT_CHOSEN), NOTHING_AT_CENTRAL, SHELVED, "1 were asked for, 0 printed"),
        (a_journal(), NOTHING_AT_CENTRAL, replace(SHELVED, printed=1), "1 were cut off the roll"),
        (a_journal(RowKind.SESSION_STARTED), NOTHING_AT_CENTRAL, SHELVED, "1 began, 0 ended"),
    ],
)
def test_whatever_is_lost_or_invented_is_named(
    journal: JournalSums, central: AtCentral, room: InTheRoom, said: str
) -> None:
    found = sheet(journal, central, room).differences
    assert any(said in one for one in found), found


def test_a_doubt_that_staff_were_told_of_is_no_difference() -> None:
    told = a_journal(RowKind.BORROW_INTENDED, RowKind.LOAN_MADE, RowKind.DOUBTFUL)
    assert sheet(told, LENT_CENTRAL, replace(LENT_ROOM, afi={"B1": 0x07})).balanced


def test_a_day_that_is_not_possible_is_refused() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "kiosk", "day", "--visits", "900", "--kiosks", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "1 to 400 visits for each kiosk" in ran.stderr


def test_the_simulator_hands_over_to_the_kiosk() -> None:
    program = Path(sys.executable).with_name("firmware-sim")
    ran = subprocess.run([program, "day", "--visits", "5", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["balanced"] is True
