"""`verify` and `kiosk journal`: a sound file passes, and each promise that is broken is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from kiosk.commands import main
from kiosk.ledger import Ledger, LedgerRefused, verify
from kiosk.model.journal import RowKind


class Story(Protocol):
    ledger: Ledger

    def only(self, kind: RowKind, intent: str) -> tuple[int, ...]: ...
    def intends(self, intent: str) -> None: ...
    def lends(self, intent: str) -> tuple[int, ...]: ...
    def opens(self, intent: str) -> tuple[int, ...]: ...
    def borrows(self, intent: str) -> None: ...
    def returns(self, intent: str) -> tuple[int, ...]: ...


def problems(path: Path) -> str:
    return "; ".join(str(problem) for problem in verify(path))


def meddle(ledger: Ledger, statement: str) -> None:
    ledger.close()
    connection = sqlite3.connect(ledger.path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_day_with_every_kind_of_ending_is_sound(story: Story, path: Path) -> None:
    story.borrows("lent")
    story.returns("returned")
    story.intends("refused")
    story.only(RowKind.BORROW_REFUSED, "refused")
    story.intends("open")
    story.intends("abandoned")
    story.only(RowKind.BORROW_ABANDONED, "abandoned")
    story.intends("doubtful")
    story.lends("doubtful")
    story.only(RowKind.DOUBTFUL, "doubtful")
    story.opens("doubtful")
    assert problems(path) == ""


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (lambda story: story.only(RowKind.BORROW_DONE, "a"), "begins with borrow.done"),
        (lambda story: (story.intends("a"), story.only(RowKind.BORROW_DONE, "a")), "borrow.done after borrow.intended"),
        (lambda story: (story.borrows("a"), story.lends("a")), "made 2 loans"),
        (lambda story: (story.borrows("a"), story.opens("a")), "borrow.done after borrow.done"),
        (
            lambda story: (story.intends("a"), story.only(RowKind.BORROW_DECIDED, "a")),
            "decision, loan and opening are not one transaction",
        ),
        (
            lambda story: [
                story.intends("a"),
                *(
                    story.only(kind, "a")
                    for kind in (RowKind.BORROW_DECIDED, RowKind.LOAN_MADE, RowKind.BORROW_OPENING)
                ),
            ],
            "loan.made has to tell central lk.loan.made, tells nothing",
        ),
        (
            lambda story: (story.only(RowKind.RETURN_INTENDED, "a"), story.only(RowKind.RETURN_DONE, "a")),
            "return.done has to tell central",
        ),
    ],
)
def test_an_order_that_must_not_be_is_named(
    story: Story, path: Path, broken: Callable[[Story], object], named: str
) -> None:
    broken(story)
    assert named in problems(path)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM outbox WHERE seq = 2", "facts 2 to 2 are missing"),
        ("UPDATE meta SET acked_seq = 99", "never held"),
        ("UPDATE journal SET item = 'another' WHERE id = 3", "goes on with another item"),
        ("UPDATE journal SET kind = 'borrow.sung' WHERE id = 3", "row 3: cannot be read"),
        ("UPDATE journal SET reasons = '{' WHERE id = 3", "row 3: cannot be read"),
        ("DELETE FROM journal WHERE id = 3", "foreign key"),
        ("UPDATE outbox SET data = '{}' WHERE seq = 1", "about another intent"),
        ("UPDATE outbox SET data = '}' WHERE seq = 1", "no JSON"),
        ("UPDATE journal SET tx = 1 WHERE id = 4", "not one transaction"),
    ],
)
def test_a_file_that_was_meddled_with_is_named(story: Story, path: Path, statement: str, named: str) -> None:
    story.borrows("a")
    story.borrows("b")
    meddle(story.ledger, statement)
    assert named in problems(path)


def test_a_torn_file_is_a_problem_and_no_crash(story: Story, path: Path) -> None:
    for n in range(30):
        story.borrows(str(n))
    story.ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert verify(path) != []


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused, match="no such file"):
        verify(tmp_path / "nothing")


def test_the_command_says_what_verify_says(story: Story, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story.borrows("a")
    assert main(["journal", "verify", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"ledger": str(path), "problems": []}
    story.only(RowKind.BORROW_DONE, "b")
    assert main(["journal", "verify", str(path)]) == 1
    assert capsys.readouterr().out == "row 6: intent b begins with borrow.done\n"


def test_the_command_shows_rows_without_naming_patrons(
    story: Story, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story.borrows("a")
    assert main(["journal", "show", "--json", "--since", "2", str(path)]) == 0
    shown = capsys.readouterr().out
    document = json.loads(shown)
    assert [row["kind"] for row in document["rows"]] == ["loan.made", "borrow.opening", "borrow.done"]
    assert document["unacknowledged"] == 2
    assert "P001" not in shown
    assert main(["journal", "show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "borrow.intended" in shown
    assert "P001" not in shown
    assert main(["journal", "show", "--patrons", str(path)]) == 0
    assert "P001" in capsys.readouterr().out


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "show", str(tmp_path / "nothing")]) == 1
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "noise").write_bytes(b"noise " * 500)
    assert main(["journal", "show", str(tmp_path / "noise")]) == 1
    assert main(["journal", "verify", str(tmp_path / "noise")]) == 1
