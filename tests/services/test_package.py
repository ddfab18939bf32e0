"""The Debian package without its Python: what it puts where. `make install-test` installs all of it and boots it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNITS = "usr/lib/systemd/system"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the package unpacks to; in place of its Python programs that do nothing."""
    out = tmp_path_factory.mktemp("deb")
    built = subprocess.run(
        [REPOSITORY / "deb" / "build", "stage"],
        env={**os.environ, "DEB_OUT": str(out)},
        capture_output=True,
        text=True,
        check=True,
    )
    root = out / "unpacked"
    subprocess.run(["dpkg-deb", "--extract", built.stdout.strip(), root], check=True)
    subprocess.run(["dpkg-deb", "--control", built.stdout.strip(), root / "DEBIAN"], check=True)
    for program in ("opt/library-kiosk/.venv/bin/kiosk", "bin/sh"):
        stub = root / program
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("#!/bin/sh\n")
        stub.chmod(0o755)
    return root


def test_it_puts_units_users_limits_and_rules_where_a_machine_looks_for_them(unpacked: Path) -> None:
    wanted = {f"{UNITS}/{unit.name}" for unit in (REPOSITORY / "systemd").glob("*.service")} | {
        f"{UNITS}/kiosk-mode.target",
        f"{UNITS}/kiosk.service.d/screen.conf",
        "usr/lib/sysusers.d/library-kiosk.conf",
        "usr/lib/tmpfiles.d/library-kiosk.conf",
        "usr/lib/systemd/journald.conf.d/library-kiosk.conf",
        "usr/lib/udev/rules.d/60-library-kiosk.rules",
        "usr/share/doc/library-kiosk/copyright",
        "usr/share/doc/library-kiosk/config/branch/kiosk.toml",
        "usr/share/doc/library-kiosk/docs/operating.md",
    }
    assert {name for name in wanted if not (unpacked / name).is_file()} == set()
    assert (unpacked / "usr/bin/kiosk").readlink() == Path("/opt/library-kiosk/.venv/bin/kiosk")
    assert not list((unpacked / "etc/kiosk").iterdir()), "settings are the library's own"


def test_what_it_says_of_itself_is_filled_in(unpacked: Path) -> None:
    control = (unpacked / "DEBIAN/control").read_text()
    assert "@" not in control.replace("@localhost", "")
    for script in ("postinst", "prerm", "postrm"):
        checked = subprocess.run(["sh", "-n", unpacked / "DEBIAN" / script], capture_output=True, check=False)
        assert (checked.returncode, (unpacked / "DEBIAN" / script).stat().st_mode & 0o111) == (0, 0o111)


def test_systemd_has_nothing_to_say_about_its_units(unpacked: Path) -> None:
    units = sorted(f"/{UNITS}/{path.name}" for path in (unpacked / UNITS).iterdir() if path.is_file())
    for target in ("sysinit", "basic", "shutdown", "multi-user", "graphical", "rescue", "network", "network-online"):
        (unpacked / UNITS / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={unpacked}", *units],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_its_users_and_folders_are_understood(unpacked: Path) -> None:
    for program in ("systemd-sysusers", "systemd-tmpfiles"):
        words = [] if program == "systemd-sysusers" else ["--create"]
        done = subprocess.run(
            [program, f"--root={unpacked}", *words, "library-kiosk.conf"], capture_output=True, text=True, check=False
        )
        complaints = [line for line in done.stderr.splitlines() if "library-kiosk.conf:" in line]
        assert complaints == [], f"{program} does not understand a line"
    assert (unpacked / "etc/kiosk").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(("unit", "most"), [("kiosk", 14), ("kiosk-central", 12), ("kiosk-fleet", 12)])
def test_its_services_are_shut_in(unpacked: Path, unit: str, most: int) -> None:
    """Tenths; 8 of them for having a network and Internet sockets at all: docs/adr/0169."""
    checked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", f"systemd/{unit}.service"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
