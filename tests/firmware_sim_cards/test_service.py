"""A real pcscd, a real pyscard host, and a card that comes and goes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_sim.cards.plain import UidCard
from firmware_sim.cards.service import CardService, CardServiceUnavailable
from tests.firmware_sim_cards.conftest import BOOK_CARD, PORT, READER, WEI, Host, laid
from tests.real_parts import PATIENCE_S

MIFARE_ATR = "3B8F8001804F0CA000000306030001000000006A"
ICODE_ATR = "3B8F8001804F0CA0000003060B00140000000077"
REPOSITORY = Path(__file__).parents[2]

READING_S = 0.02
"""The quickest of some: 0.13 ms here; with delayed acknowledgements 40 ms and more."""

Services = Callable[[str], CardService]
Hosts = Callable[[CardService], Host]


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that know this folder, apart from this one and its ancestors' shells."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command and int(entry.name) != os.getpid():
            found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def wait_for(holds: Callable[[], bool], complaint: str) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until_s, complaint
        time.sleep(0.01)


def test_a_card_is_laid_down_read_and_lifted(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.insert(READER, laid(WEI))
    host.sees(event="card", answer="04A23B9C9000", atr=MIFARE_ATR)
    cards.remove(READER)
    host.sees(event="lifted")
    cards.insert(READER, laid(BOOK_CARD))
    host.sees(event="card", answer="78563412500104E09000", atr=ICODE_ATR)


def test_a_reading_is_not_held_up_by_delayed_acknowledgements(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.insert(READER, laid(WEI))
    told = host.next()
    assert isinstance(told["reading_s"], float)
    assert told["reading_s"] < READING_S, told


def test_another_card_takes_the_place_of_the_first(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.insert(READER, laid(WEI))
    host.sees(event="card", atr=MIFARE_ATR)
    cards.insert(READER, laid(BOOK_CARD))
    host.sees(event="lifted")
    host.sees(event="card", atr=ICODE_ATR)


def test_a_tap_is_read_and_ends_by_itself(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.tap(READER, laid(WEI))
    host.sees(event="card", answer="04A23B9C9000")
    host.sees(event="lifted")


def test_a_torn_card_gives_no_uid_and_the_next_one_does(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.tear(READER, UidCard(WEI))
    host.sees(event="torn")
    host.sees(event="lifted")
    cards.insert(READER, laid(WEI))
    host.sees(event="card", answer="04A23B9C9000")


def test_two_services_at_once_on_the_same_port_do_not_meet(services: Services, hosts: Hosts) -> None:
    one, other = services("one"), services("other")
    host_of_one, host_of_other = hosts(one), hosts(other)
    one.insert(READER, laid(WEI))
    host_of_one.sees(event="card", answer="04A23B9C9000")
    other.insert(READER, laid(BOOK_CARD))
    host_of_other.sees(event="card", answer="78563412500104E09000")
    one.remove(READER)
    host_of_one.sees(event="lifted")


def test_the_service_stops_and_the_card_still_lies_there_when_it_is_back(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.insert(READER, laid(WEI))
    host.sees(event="card")
    cards.set_fault(READER, "service-stop")
    host.sees(event="lost")
    assert not cards.socket_path.exists()
    cards.set_fault(READER, "none")
    host.sees(event="up")
    host.sees(event="card", answer="04A23B9C9000")


def test_a_card_laid_down_while_the_service_is_stopped_is_seen_afterwards(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.set_fault(READER, "service-stop")
    host.sees(event="lost")
    cards.insert(READER, laid(WEI))
    cards.set_fault(READER, "none")
    host.sees(event="up")
    host.sees(event="card", answer="04A23B9C9000")


def test_an_unplugged_reader_is_gone_from_the_list_and_comes_back(cards: CardService, hosts: Hosts) -> None:
    host = hosts(cards)
    cards.set_fault(READER, "unplug")
    host.sees(event="lost")
    host.sees(event="up", readers=[])
    cards.set_fault(READER, "none")
    host.sees(event="lost")
    host.sees(event="up", readers=[f"{READER} 00 00", f"{READER} 00 01"])


def test_nobody_outside_reaches_the_reader(cards: CardService) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", PORT), timeout=1)


def test_stopping_leaves_no_process_and_it_starts_again(cards: CardService, hosts: Hosts, tmp_path: Path) -> None:
    cards.insert(READER, laid(WEI))
    assert processes_of(tmp_path)
    cards.stop()
    assert processes_of(tmp_path) == []
    cards.start()
    hosts(cards)


def test_a_killed_owner_leaves_no_process(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, signal; from firmware_sim.cards.service import CardService\n"
        f"CardService(pathlib.Path({str(tmp_path / 'cards')!r}), {{{READER!r}: {PORT}}}).start()\n"
        "print('up', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=REPOSITORY) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        owner.send_signal(signal.SIGKILL)
    wait_for(lambda: not processes_of(tmp_path / "cards"), "something still runs")


def test_pcscd_dies_with_a_killed_process_inside_and_the_next_order_says_so(cards: CardService, tmp_path: Path) -> None:
    for entry in Path("/proc").glob("[0-9]*"):
        command = (entry / "cmdline").read_bytes() if (entry / "cmdline").exists() else b""
        if os.fsencode(tmp_path) in command and b"firmware_sim.cards.inside" in command:
            os.kill(int(entry.name), signal.SIGKILL)
    wait_for(lambda: not [line for line in processes_of(tmp_path) if "pcscd " in line], "pcscd still runs")
    with pytest.raises(CardServiceUnavailable, match="process has ended"):
        cards.insert(READER, laid(WEI))


def test_a_folder_too_long_for_a_socket_is_replaced_by_a_short_one(tmp_path: Path, hosts: Hosts) -> None:
    service = CardService(tmp_path / ("long" * 40), {READER: PORT})
    try:
        service.start()
        assert len(os.fsencode(service.socket_path)) < 108
        hosts(service)
    finally:
        service.stop()
    assert not service.socket_path.parent.exists()


def test_what_is_left_of_an_earlier_run_does_no_harm(tmp_path: Path, hosts: Hosts) -> None:
    left = tmp_path / "cards" / "pcscd"
    left.mkdir(parents=True)
    (left / "pcscd.pid").write_text(f"{os.getpid()}\n")
    (left / "pcscd.comm").write_text("stale")
    service = CardService(tmp_path / "cards", {READER: PORT})
    try:
        service.start()
        hosts(service)
    finally:
        service.stop()


def test_wrong_words_and_ports_are_refused(cards: CardService) -> None:
    with pytest.raises(ValueError, match="unplug, service-stop"):
        cards.set_fault(READER, "smoke")
    with pytest.raises(ValueError, match="port 80"):
        CardService(Path("/tmp/kiosk-cards"), {READER: 80})


def test_a_service_that_is_not_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(CardServiceUnavailable, match="not started"):
        CardService(tmp_path, {READER: PORT}).insert(READER, laid(WEI))


def run_without(what: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Start and stop a service in a process that lacks some rights."""
    script = (
        "import pathlib; from firmware_sim.cards.service import CardService\n"
        f"service = CardService(pathlib.Path({str(folder)!r}), {{{READER!r}: {PORT}}})\n"
        f"service.start(); service.remove({READER!r}); service.stop(); print('worked')"
    )
    command = ["setpriv", *what, sys.executable, "-B", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="without root, every other test here is this one")
def test_it_works_without_root_where_users_may_make_namespaces() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kiosk-cards-test-"))
    try:
        os.chown(folder, 65534, 65534)
        done = run_without(["--reuid=65534", "--regid=65534", "--clear-groups"], folder)
        assert done.stdout == "worked\n", done.stderr
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lose")
def test_refused_namespaces_are_told_with_what_to_do(tmp_path: Path) -> None:
    done = run_without(["--bounding-set=-sys_admin", "--inh-caps=-all"], tmp_path)
    assert "CardServiceUnavailable" in done.stderr
    assert "Operation not permitted" in done.stderr
    assert "run as root" in done.stderr
