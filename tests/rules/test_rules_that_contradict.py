"""Rules that cannot be meant are refused when they are read, each with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.rules.policy import RulesFile
from kiosk.settings import SettingsRefused, load

PERIOD = "loan_period = { n = 28 }\n"


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (f"[[line]]\n{PERIOD}[[line]]\nmax_loans = 3\n", "the second can never win"),
        ('[[line]]\ncategory = "child"\n', "a line that says something"),
        (f'[[line]]\n{PERIOD}due_time = "closing"\n', "hours in the calendar where a line goes by closing time"),
        ('[[line]]\nloan_period = { n = 3, unit = "hours" }\nhourly_overrun = "open"\n', "hours in the calendar"),
        (f"[[line]]\n{PERIOD}fine = {{ amount_cents = 10, every = {{ n = 0 }} }}\n", "every to be at least 1"),
        ("[calendar]\nclosed_weekdays = [1, 2, 3, 4, 5, 6, 7]\n", "a day on which the library is open"),
        ('[calendar]\nclosed_dates = ["2026-01-02"]\nopen_exceptions = ["2026-01-02"]\n', "not in both"),
        ('[calendar]\nhours = { open = "10:00" }\n', "open and close, or periods"),
        ('[calendar]\nother_hours = [{ hours = { open = "10:00", close = "12:00" } }]\n', "weekdays or dates"),
        ('[calendar]\npublic_holidays = "Atlantis"\n', "a country or part of one"),
        ('[[damage.kind]]\nkind = "water"\nzh = "水渍"\nen = "Water"\n', "amount_cents or percent"),
        ("[damage]\nolder = [{ from_years = 20, percent = 300 }, { from_years = 10, percent = 200 }]\n", "grow in"),
        (f"[[line]]\n{PERIOD}max_loan = 3\n", "did you mean `max_loans`?"),
    ],
)
def test_it_is_refused(tmp_path: Path, rules: str, says: str) -> None:
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    with pytest.raises(SettingsRefused) as refused:
        load(RulesFile, tmp_path / "rules.toml")
    assert says in str(refused.value)
