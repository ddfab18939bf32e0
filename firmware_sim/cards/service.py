"""A real pcscd with a virtual patron card, closed off so that several run at once and nobody reaches the cards.

Decision record: docs/adr/0108-a-smart-card-service-in-namespaces.md.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from firmware_sim.cards.answers import UID_SIZES
from firmware_sim.cards.inside import SHARED
from firmware_sim.cards.orders import Answer, Fault, Order, Verb
from firmware_sim.cards.pcscd import SEARCHED, SOCKET_NAME, PcscdFailed, log_tail, vpcd_driver

SOCKET_PATH_BYTES = 107
"""sockaddr_un.sun_path of Linux, without the closing NUL."""

START_S = 15.0
ANSWER_S = 12.0
END_S = 10.0
PIECE_BYTES = 4096
LOWEST_PORT, HIGHEST_PORT = 0x0400, 0xFFFF

_PARTS = {"pcscd": "pcscd", "unshare": "util-linux", "mount": "mount", "ip": "iproute2"}
_REPOSITORY = Path(__file__).parents[2]


class CardServiceUnavailable(Exception):
    """The smart card service cannot run here; the text says why and what to do."""


class CardService:
    """One reader and at most one card on it, behind a pcscd of its own."""

    def __init__(self, folder: Path, port: int, reader: str) -> None:
        """Keep the service's files under `folder`; name the reader `reader`.

        `port` is the TCP port between card and reader. It lies in a network of the service's own: two services may
        have the same, and nobody outside reaches it.
        """
        if not LOWEST_PORT <= port <= HIGHEST_PORT:
            raise ValueError(f"port {port}: must be {LOWEST_PORT} to {HIGHEST_PORT}")
        self._port = port
        self._reader = reader
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        self._folder = folder.absolute()
        if len(os.fsencode(self._socket_in(self._folder))) > SOCKET_PATH_BYTES:
            self._borrowed = tempfile.TemporaryDirectory(prefix="kiosk-cards-")
            self._folder = Path(self._borrowed.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._incoming = b""

    @property
    def socket_path(self) -> Path:
        """What clients need as PCSCLITE_CSOCK_NAME. Under /tmp where `folder` is too long for a socket's name."""
        return self._socket_in(self._folder)

    def start(self) -> None:
        """Start pcscd and wait until clients can connect; raises CardServiceUnavailable."""
        if self._process is not None:
            return
        self._need_parts()
        self._folder.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs, (self._folder / "inside.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*_namespaces(), sys.executable, "-m", "firmware_sim.cards.inside"]
                + [str(self._folder), str(self._port), self._reader],
                stdin=theirs.fileno(),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PATH": SEARCHED, "PYTHONPATH": str(_REPOSITORY)},
            )
        self._line = ours
        self._incoming = b""
        try:
            why = self._heard(START_S).refused
        except ConnectionError:
            why = f"the namespaces were refused: {log_tail(self._folder / 'inside.log')}"
        if why:
            self._end()
            raise CardServiceUnavailable(
                f"The virtual card reader cannot start: {why}. It needs a mount and a network namespace: run as root, "
                "or where the system lets users make namespaces; in a container, add the capability SYS_ADMIN."
            )

    def stop(self) -> None:
        """Stop pcscd and everything that belongs to it."""
        self._end()
        if self._borrowed is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def insert(self, uid: bytes) -> None:
        """Lay the card with this UID down to stay; one that lies there is lifted first.

        `uid` as printed on the card: 4, 7 or 10 bytes of ISO/IEC 14443, or 8 of ISO/IEC 15693 with E0 first.
        """
        self._order(Order(Verb.INSERT, _checked(uid)))

    def remove(self) -> None:
        """Lift the card, if there is one."""
        self._order(Order(Verb.REMOVE))

    def tap(self, uid: bytes) -> None:
        """Hold the card to the reader until a moment after it was read, or for 1.2 s. Returns at once."""
        self._order(Order(Verb.TAP, _checked(uid)))

    def tear(self, uid: bytes) -> None:
        """Hold the card to the reader and pull it away in the middle of its answer to the question for its UID."""
        self._order(Order(Verb.TEAR, _checked(uid)))

    def set_fault(self, fault: str) -> None:
        """`unplug`: the reader is gone from pcscd; `service-stop`: pcscd is stopped; `none`: all well again.

        A card that lies on the reader lies there still when all is well again.
        """
        words = [known.value for known in Fault]
        if fault not in words:
            raise ValueError(f"fault {fault!r} of the card reader: must be one of {', '.join(words)}")
        self._order(Order(Verb.FAULT, fault=Fault(fault)))

    def _order(self, order: Order) -> None:
        if self._line is None:
            raise CardServiceUnavailable("The virtual card reader is not started.")
        try:
            self._line.sendall(order.line())
            refused = self._heard(ANSWER_S).refused
        except ConnectionError:
            refused = f"its process has ended: {log_tail(self._folder / 'inside.log')}"
        if refused:
            raise CardServiceUnavailable(f"The virtual card reader did not {order.verb.value}: {refused}")

    def _heard(self, limit_s: float) -> Answer:
        """The next answer; raises ConnectionError when the process inside has ended or does not answer."""
        assert self._line is not None
        self._line.settimeout(limit_s)
        while b"\n" not in self._incoming:
            try:
                piece = self._line.recv(PIECE_BYTES)
            except TimeoutError as late:
                raise ConnectionError(f"no answer within {limit_s:.0f} s") from late
            if not piece:
                raise ConnectionError("closed")
            self._incoming += piece
        line, _, self._incoming = self._incoming.partition(b"\n")
        return Answer.of(line)

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
            self._process.kill()
            self._process.wait()
            self._process = None

    @staticmethod
    def _need_parts() -> None:
        missing = [package for part, package in _PARTS.items() if shutil.which(part, path=SEARCHED) is None]
        try:
            vpcd_driver()
        except PcscdFailed:
            missing.append("vsmartcard-vpcd")
        if missing:
            raise CardServiceUnavailable(
                f"The virtual card reader needs {', '.join(missing)}: apt-get install {' '.join(missing)}"
            )

    @staticmethod
    def _socket_in(folder: Path) -> Path:
        return folder / SHARED / SOCKET_NAME


def _namespaces() -> list[str]:
    """The command that gives what follows a mount and a network namespace of its own."""
    program = shutil.which("unshare", path=SEARCHED) or "unshare"
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return [program, *as_root, "--mount", "--net"]


def _checked(uid: bytes) -> bytes:
    if len(uid) not in UID_SIZES:
        raise ValueError(f"UID {uid.hex()}: must be one of {', '.join(map(str, UID_SIZES))} bytes")
    return uid
