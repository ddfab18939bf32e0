"""`kiosk demo` as a user starts it: everything comes up, and everything goes down together."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.real_parts import PATIENCE_S


@contextmanager
def a_demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """A running demo, and what it said when it was ready."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "demo", "--headless", "--json", "--keep", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        line = demo.stdout.readline()
        assert line, demo.stderr.read() if demo.stderr else ""
        yield demo, json.loads(line)
    finally:
        demo.kill()
        demo.communicate()


def children(parent: int) -> dict[int, str]:
    """Process number → command line of the processes that `parent` started, on whichever thread."""
    threads = Path(f"/proc/{parent}/task").iterdir()
    numbers = [number for thread in threads for number in (thread / "children").read_text().split()]
    return {
        int(number): Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode() for number in numbers
    }


def addresses(told: dict[str, object]) -> list[str]:
    table = told["addresses"]
    assert isinstance(table, dict)
    return [str(address) for address in table.values()]


def signs_in(told: dict[str, object]) -> bool:
    """Whether the account that the demo prints is one at its staff console."""
    account, page = told["console"], next(one for one in addresses(told) if "/console/" in one)
    assert isinstance(account, dict)
    form = {"name": str(account["account"]), "password": str(account["password"])}
    answer = httpx.post(page, data=form, timeout=PATIENCE_S, trust_env=False)
    return bool(answer.headers.get("location") == "/console/")


def test_every_page_answers_and_ctrl_c_ends_every_process(tmp_path: Path) -> None:
    with a_demo(tmp_path) as (demo, told):
        for address in addresses(told):
            assert httpx.get(address, trust_env=False, follow_redirects=True).status_code == 200
        assert signs_in(told)
        started = children(demo.pid)
        assert len(started) == 8
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 0
        assert [number for number in started if Path(f"/proc/{number}").exists()] == []


def world(bench: str) -> dict[str, object]:
    room = httpx.get(f"{bench}api/room", trust_env=False).json()
    shown = room["world"]
    assert isinstance(shown, dict)
    return shown


def test_what_was_ended_by_order_ends_nothing_else(tmp_path: Path) -> None:
    with a_demo(tmp_path) as (demo, told):
        bench = addresses(told)[0]

        def order(**body: object) -> int:
            return httpx.post(f"{bench}api/world", json=body, timeout=PATIENCE_S, trust_env=False).status_code

        assert order(do="kill", part="central") == 200
        assert order(do="clock-jump", seconds=-3_600) == 200
        assert order(do="power-cut") == 200
        assert order(do="fill-disk") == 409
        assert order(do="stopp", part="kiosk") == 400
        assert world(bench) == {
            "parts": {"broker": "running", "central": "stopped", "kiosk": "running"},
            "network": {"kiosk": "ok", "central": "ok"},
            "clock_off_s": -3_600.0,
            "disk": "none",
        }
        assert order(do="start", part="central") == 200
        assert demo.poll() is None
        started = children(demo.pid)
        broker = next(number for number, command in started.items() if "mosquitto" in command)
        os.kill(broker, signal.SIGKILL)
        _, said = demo.communicate(timeout=PATIENCE_S)
        assert demo.returncode == 1
        assert "broker ended with code -9" in said


def test_when_one_process_dies_all_end_and_it_is_said_which_and_why(tmp_path: Path) -> None:
    with a_demo(tmp_path) as (demo, _):
        started = children(demo.pid)
        central = next(number for number, command in started.items() if " central " in command)
        os.kill(central, signal.SIGKILL)
        _, said = demo.communicate(timeout=PATIENCE_S)
        assert demo.returncode == 1
        assert "central ended with code -9" in said
        assert "its last words" in said
        assert [number for number in started if Path(f"/proc/{number}").exists()] == []


def test_a_demo_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    with a_demo(tmp_path) as (demo, _):
        watched = [os.pidfd_open(number) for number in children(demo.pid)]
        demo.kill()
        demo.wait(PATIENCE_S)
        for descriptor in watched:
            ended, _, _ = select.select([descriptor], [], [], PATIENCE_S)
            os.close(descriptor)
            assert ended


def test_settings_that_make_no_sense_are_told_before_anything_starts(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "kiosk.toml").write_text('site = "Main!"\nstation = 4\n[pad]\nbaud = "fast"\n')
    ran = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(config)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    for place in ("station", "library", "pad.baud", "pad.port", "kiosk.toml"):
        assert place in ran.stderr
