"""A real pcscd with a virtual reader, and a card to lay on it.

pcscd has one fixed socket, so only one can run: tests that need it take a lock, and end what an earlier run left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest

PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
PCSCD_PID = Path("/run/pcscd/pcscd.pid")
VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8")
MARK = "kiosk-card-tests"
READER = "Kiosk card reader"
MIFARE_1K_ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
ICODE_ATR = bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077")
CHIP_CARD_ATR = bytes.fromhex("3B8180018080")
NOT_FOUND = bytes.fromhex("6A82")

_PORTS = chain(range(20_000 + os.getpid() % 10_000, 32_000), range(20_000, 32_000))
"""Each is tried once, so that no test waits for the port of the one before."""

QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)


class VirtualCard:
    """A card on the virtual reader: connecting lays it down, closing lifts it. `answer` answers APDUs."""

    def __init__(self, port: int, atr: bytes, answer: Callable[[bytes], bytes]) -> None:
        self.commands: list[bytes] = []
        self._atr = atr
        self._answer_of = answer
        self._tear_on: bytes | None = None
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def tear_away_at(self, command: bytes) -> None:
        """Lift the card in the middle of its answer to `command`."""
        self._tear_on = command

    def lift(self) -> None:
        """Take the card off the reader."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            while message := self._take_message():
                self._answer(message)
        except OSError:
            return

    def _answer(self, message: bytes) -> None:
        if message == b"\x04":
            self._send(self._atr)
        elif len(message) > 1:
            self.commands.append(message)
            answer = self._answer_of(message)
            if message == self._tear_on:
                self._socket.sendall((len(answer)).to_bytes(2) + answer[:1])
                self._socket.shutdown(socket.SHUT_RDWR)
                return
            self._send(answer)

    def _send(self, content: bytes) -> None:
        self._socket.sendall(len(content).to_bytes(2) + content)

    def _take_message(self) -> bytes:
        head = self._take(2)
        return self._take(int.from_bytes(head)) if head else b""

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            self._acknowledge_at_once()
            piece = self._socket.recv(size - len(taken))
            self._acknowledge_at_once()
            if not piece:
                return b""
            taken += piece
        return taken

    def _acknowledge_at_once(self) -> None:
        if QUICK_ACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)


class CardService:
    """A real pcscd with one virtual reader, to be started and stopped."""

    def __init__(self, folder: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "pcscd.log"
        self.port = _free_port()
        driver = folder / "libifdvpcd-kiosk.so"
        shutil.copy(VPCD, driver)
        self._readers = folder / "readers"
        """pcscd reads every file in it, so nothing else may lie there."""
        self._readers.mkdir()
        (self._readers / "kiosk").write_text(
            f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:0x{self.port:04X}\n'
            f"LIBPATH {driver}\nCHANNELID 0x{self.port:04X}\n"
        )

    def start(self) -> None:
        """Start pcscd and wait until it listens for clients and for cards."""
        _end_stale_service()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["pcscd", "-f", "-c", str(self._readers)], stdout=log, stderr=subprocess.STDOUT
            )
        wait_until(lambda: self._is_up(self._process), "pcscd did not start", said=self._said)

    def _is_up(self, process: subprocess.Popen[bytes] | None) -> bool:
        if process is None or process.poll() is not None:
            pytest.fail(f"pcscd ended at once: {self._said()}")
        return PCSCD_SOCKET.exists() and _listens(self.port)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else "nothing said"

    def stop(self) -> None:
        """Stop pcscd as `systemctl stop` does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def card(self, uid: bytes, atr: bytes = MIFARE_1K_ATR, answers: dict[bytes, bytes] | None = None) -> VirtualCard:
        """Lay a card on the reader that answers from a table."""
        table = {bytes.fromhex("FFCA000000"): uid + b"\x90\x00"} | (answers or {})
        return VirtualCard(self.port, atr, lambda command: table.get(command, NOT_FOUND))

    def chip(self, atr: bytes, transmit: Callable[[bytes], bytes]) -> VirtualCard:
        """Lay a card on the reader that has a chip."""
        return VirtualCard(self.port, atr, transmit)


def wait_until(
    holds: Callable[[], bool], complaint: str, limit_s: float = 10.0, said: Callable[[], str] = lambda: ""
) -> None:
    """Wait for something of another process; fail with `complaint` and what that process said."""
    until_s = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > until_s:
            pytest.fail(f"{complaint} {said()}")
        threading.Event().wait(0.01)


def _free_port() -> int:
    """A port below those that outgoing connections are given: one of these could take it before vpcd does."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("", port))
            return port
    raise AssertionError("no port is free")


def _listens(port: int) -> bool:
    """Whether somebody listens, asked without connecting: a connection would be a card."""
    wanted = f":{port:04X} "
    tables = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
    return any(
        wanted in line.split(None, 2)[1] + " " and line.split()[3] == "0A"
        for table in tables
        if table.exists()
        for line in table.read_text().splitlines()[1:]
    )


def _end_stale_service() -> None:
    """End a pcscd that an earlier run of these tests left behind; fail on one that is not ours."""
    if not PCSCD_PID.exists():
        PCSCD_SOCKET.unlink(missing_ok=True)
        return
    text = PCSCD_PID.read_text().strip()
    command = Path(f"/proc/{text}/cmdline")
    if text.isdigit() and command.exists() and b"pcscd" in command.read_bytes():
        if MARK.encode() in command.read_bytes():
            os.kill(int(text), signal.SIGTERM)
        wait_until(lambda: not command.exists(), f"pcscd, process {text}, runs; stop it, only one can run", 60)
    PCSCD_PID.unlink(missing_ok=True)
    PCSCD_SOCKET.unlink(missing_ok=True)


@pytest.fixture
def card_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardService]:
    """A running pcscd with an empty reader. Fails, and does not skip, where pcscd is not installed."""
    if shutil.which("pcscd") is None or not VPCD.exists():
        pytest.fail("pcscd and vsmartcard-vpcd are needed: apt-get install pcscd vsmartcard-vpcd")
    with Path("/tmp/kiosk-pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service = CardService(tmp_path_factory.mktemp(MARK))
        service.start()
        yield service
        service.stop()
