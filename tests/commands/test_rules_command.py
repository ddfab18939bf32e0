"""`kiosk rules try` as a librarian meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.commands import main

VECTORS = Path(__file__).parent.parent / "vectors" / "circulation.toml"
HOURS = 'calendar = { hours = { open = "10:00", close = "16:00" } }\n'
CASE = (
    '[[case]]\nname = "three hours"\nrules = { loan_period = { n = 3, unit = "hours" }, hourly_overrun = "close" }\n'
    f'{HOURS}event = {{ kind = "checkout", at = "2023-05-01T14:00:00" }}\n'
)


def test_every_case_of_the_vectors_is_told_as_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "try", str(VECTORS), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told) == 82
    assert told[0] == {
        "name": "ten days, no closures",
        "allowed": True,
        "reasons": [],
        "due": "2013-02-19T23:59:00",
        "is_renewal": False,
    }


def test_a_case_without_an_expectation_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.toml").write_text(CASE)
    assert main(["rules", "try", str(tmp_path / "case.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["due"] == "2023-05-01T16:00:00"


def test_times_with_an_offset_are_told_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.toml").write_text(CASE.replace("14:00:00", "14:00:00Z").replace("10:00", "08:00"))
    assert main(["rules", "try", str(tmp_path / "case.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["due"] == "2023-05-01T16:00:00+00:00"


def test_what_differs_is_said_with_the_reasons_in_each_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.toml").write_text(
        '[[case]]\nname = "full"\nrules = { max_loans = 1 }\npatron = { loans = 1 }\n'
        'event = { kind = "checkout", at = "2026-03-02T10:00:00" }\nexpect = { allowed = true }\n'
    )
    assert main(["rules", "try", str(tmp_path / "case.toml")]) == 1
    told = capsys.readouterr().out
    assert "DIFFERS: expected allowed True, found False" in told
    assert "You may borrow 1 and have 1 already" in told
    assert "您最多可借 1 本" in told


def test_the_library_s_own_rules_decide_cases_that_bring_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[line]]\nloan_period = { n = 28 }\n[[line]]\ncategory = "child"\nloan_period = { n = 7 }\n'
    )
    (tmp_path / "case.toml").write_text(
        '[[case]]\nname = "a child"\npatron = { category = "child" }\n'
        'event = { kind = "checkout", at = "2026-03-02T10:00:00" }\n'
    )
    arguments = ["rules", "try", str(tmp_path / "case.toml"), "--rules", str(tmp_path / "rules.toml"), "--json"]
    assert main([*arguments, "--zone", "Asia/Shanghai"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["due"] == "2026-03-09T23:59:00"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('kind = "checkout"', 'kind = "chekout"'), "case.toml:5: case.1.event.kind: expected"),
        (("hourly_overrun", "hourly_overun"), "did you mean `hourly_overrun`?"),
        (("2023-05-01T14:00:00", "2023-02-30"), "a day or time such as"),
        ((', at = "2023-05-01T14:00:00"', ""), "at for checkout"),
        (('kind = "checkout"', 'kind = "renew"'), "a loan with its due"),
        (("10:00", "25:00"), "a time of day such as 09:30"),
        (('"10:00", close = "16:00"', '"16:00", close = "10:00"'), "times that follow each other"),
    ],
)
def test_a_fault_has_file_line_and_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], says: str
) -> None:
    (tmp_path / "case.toml").write_text(CASE.replace(*change))
    assert main(["rules", "try", str(tmp_path / "case.toml")]) == 2
    assert says in capsys.readouterr().err
