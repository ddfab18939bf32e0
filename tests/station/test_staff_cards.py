"""The file of staff cards, the command that makes its lines, and what the ledger keeps of staff's work."""

from __future__ import annotations

import argparse
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from kiosk.commands import staff_card as command
from kiosk.ledger import Ledger
from kiosk.model.ids import ItemId, PatronRef, SessionId
from kiosk.model.journal import JournalRow, LeftByStaff, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.station.staff_cards import StaffCards, read_staff_cards, staff_card
from kiosk.wire import Station

PIN = "258013"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def line() -> str:
    return staff_card("desk", "04a1b2c3", PIN).line()


def kept(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "staff-cards"
    path.write_text(text, encoding="ascii")
    path.chmod(mode)
    return path


def test_a_card_of_the_file_and_its_pin_are_known(tmp_path: Path, line: str) -> None:
    cards = read_staff_cards(kept(tmp_path, f"# the front desk\n{line} # since May\n\n"))
    assert cards.names() == {"04A1B2C3": "desk"}
    assert cards.is_pin("04A1B2C3", PIN)
    for wrong in ("258014", "", "25801", "x" * 400, PIN + "0"):
        assert not cards.is_pin("04A1B2C3", wrong)
    assert not cards.is_pin("another", PIN)


def test_neither_file_nor_repr_holds_the_pin(line: str) -> None:
    card = staff_card("desk", "04A1B2C3", PIN)
    assert PIN not in line
    assert PIN not in repr(card)
    assert card.pin_hash not in repr(StaffCards((card,)))


def test_without_a_file_nobody_is_staff() -> None:
    assert read_staff_cards(None).names() == {}


@pytest.mark.parametrize("text", ["desk 04A1", "Desk! 04A1 $argon2id$x", "desk 04A1 2580"])
def test_a_line_that_is_none_is_named_without_what_stands_there(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSetting, match="line 2") as bad:
        read_staff_cards(kept(tmp_path, f"# cards\n{text}\n"))
    assert "2580" not in str(bad.value)


def test_a_card_that_stands_there_twice_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadSetting, match=r"line 2.*twice"):
        read_staff_cards(kept(tmp_path, f"{line}\n{line}\n"))


def test_a_file_that_others_may_read_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadSetting, match="chmod 600"):
        read_staff_cards(kept(tmp_path, line, 0o644))


def staff_card_command(monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["staff-card", *words])
    code = arguments.run(arguments)
    assert isinstance(code, int)
    return code


def test_the_command_prints_a_line_that_the_kiosk_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert staff_card_command(monkeypatch, f"{PIN}\n", "desk", "04A1B2C3") == 0
    printed = capsys.readouterr().out
    assert read_staff_cards(kept(tmp_path, printed)).is_pin("04A1B2C3", PIN)


@pytest.mark.parametrize(("pin", "name", "card"), [("258x", "desk", "04"), ("123", "desk", "04"), (PIN, "De sk", "04")])
def test_what_cannot_be_a_card_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pin: str, name: str, card: str
) -> None:
    assert staff_card_command(monkeypatch, f"{pin}\n", name, card) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert pin not in told.err


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger.sqlite", Station("main", "kiosk-1"))


def happened(ledger: Ledger, *kinds: RowKind) -> None:
    for number, kind in enumerate(kinds):
        row = JournalRow(kind, SessionId("s"), item=ItemId("B1"), patron=PatronRef("P1"))
        ledger.commit([Journal(row)], Moment(number, AT + timedelta(minutes=number)))


def test_a_new_ledger_has_nothing_of_staff(ledger: Ledger) -> None:
    assert ledger.left_by_staff() == LeftByStaff()
    assert ledger.newest(5) == ()


def test_the_ledger_keeps_what_staff_did(ledger: Ledger) -> None:
    happened(ledger, RowKind.RETURN_DONE, RowKind.BIN_EMPTIED, RowKind.RETURN_DONE, RowKind.RETURN_DONE)
    happened(ledger, RowKind.STATION_CLOSED, RowKind.STAFF_REFUSED, RowKind.STAFF_ENTERED, RowKind.STAFF_REFUSED)
    assert ledger.left_by_staff() == LeftByStaff(True, 2, 1, AT + timedelta(minutes=3))
    happened(ledger, RowKind.STATION_OPENED)
    assert not ledger.left_by_staff().closed


def test_the_journal_is_told_newest_first_and_without_patrons(ledger: Ledger) -> None:
    happened(ledger, RowKind.BORROW_DONE, RowKind.STAFF_ENTERED)
    lines = ledger.newest(1)
    assert [(line.kind, line.item) for line in lines] == [(RowKind.STAFF_ENTERED, "B1")]
    assert "P1" not in repr(ledger.newest(5))
