"""What is declared of scanners can be pasted, and names drivers and dialects that there are."""

from __future__ import annotations

import tomllib

import pytest

from drivers.declared import Declaration, Kind
from drivers.scanners.declaration import DECLARED
from drivers.scanners.triggers import TRIGGERS, Dialect


@pytest.mark.parametrize("declared", DECLARED, ids=lambda each: f"{each.driver} {each.make}")
def test_the_settings_to_paste_are_those_of_the_driver(declared: Declaration) -> None:
    pasted = tomllib.loads(declared.settings)["scanner"]
    assert declared.kind is Kind.SCANNER
    assert pasted["driver"] == declared.driver
    assert Dialect(pasted.get("trigger", "none")) in TRIGGERS
    assert pasted["port"].startswith("/dev/")
