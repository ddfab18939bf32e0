"""Programs of CUPS that cannot be run are told as missing; the printer's thread goes on."""

from __future__ import annotations

from pathlib import Path

from drivers.ports.cups import run
from drivers.printers.cups import Call, NotInstalled, Program


def test_a_program_that_is_none_is_told_as_not_installed(tmp_path: Path) -> None:
    program = tmp_path / "lp"
    program.write_text("neither a script nor an executable")
    program.chmod(0o755)
    assert run(Call(Program.PRINT, ()), {"PATH": str(tmp_path)}) == NotInstalled()
