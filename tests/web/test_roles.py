"""The shipped table of roles, and what a library's own may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.settings import SettingsRefused, load
from kiosk.web.roles import SHIPPED, Permission, RolesFile

ONE = 'waiver_limit_cents = 0\n[[role]]\nname = "desk"\npermissions = ["loan.write"]\n'


def test_what_no_role_names_nobody_may() -> None:
    roles = load(RolesFile, SHIPPED)
    assert roles.permissions([]) == roles.permissions(["stranger"]) == frozenset()
    assert {one for name in roles.names() for one in roles.permissions([name])} == set(Permission)


def test_the_auditor_reads_and_the_admin_approves_nothing() -> None:
    roles = load(RolesFile, SHIPPED)
    assert {one.value.rpartition(".")[2] for one in roles.permissions(["auditor"])} == {"read"}
    assert Permission.WAIVER_APPROVE not in roles.permissions(["admin"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ONE.replace("loan.write", "loan.steal"), "loan.steal"),
        (ONE + ONE.partition("\n")[2], "expected each role once"),
        (ONE.replace('"loan.write"', '"staff.write", "waiver.approve"'), "who makes accounts may not approve"),
        (ONE.replace("= 0", "= -1"), "waiver_limit_cents"),
        ("waiver_limit_cents = 0\n", "role"),
    ],
)
def test_a_table_that_would_not_hold_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsRefused) as refused:
        load(RolesFile, path)
    assert says in "\n".join(str(fault) for fault in refused.value.faults)
