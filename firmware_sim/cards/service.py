"""A real pcscd with virtual cards, closed off so that several run at once and nobody reaches the cards.

Decision record: docs/adr/0108-a-smart-card-service-in-namespaces.md.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path

from firmware_sim.cards.apdu import is_uid_question
from firmware_sim.cards.card import Laid, VirtualCard
from firmware_sim.cards.chip import Chip
from firmware_sim.cards.inside import SHARED
from firmware_sim.cards.orders import Answer, Order, Verb
from firmware_sim.cards.pcscd import SEARCHED, SOCKET_NAME, PcscdFailed, log_tail, vpcd_driver
from firmware_sim.cards.table import CardTable

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


class ReaderFault(Enum):
    """What can be wrong with a reader, or with the service behind all of them."""

    NONE = "none"
    UNPLUG = "unplug"
    """The reader is gone. vpcd cannot be pulled out of a running pcscd, so pcscd starts again without it."""
    SERVICE_STOP = "service-stop"


class CardService:
    """Some readers and at most one card on each, behind a pcscd of its own. Any thread may call it."""

    def __init__(self, folder: Path, readers: Mapping[str, int]) -> None:
        """Keep the service's files under `folder`. `readers`: by each reader's name the TCP port of its cards.

        The ports lie in a network of the service's own: two services may have the same, and nobody outside reaches
        them. A reader has two slots, which take two ports, one after the other.
        """
        for port in readers.values():
            if not LOWEST_PORT <= port <= HIGHEST_PORT:
                raise ValueError(f"port {port}: must be {LOWEST_PORT} to {HIGHEST_PORT}")
        self._readers = dict(readers)
        self._faults = dict.fromkeys(readers, ReaderFault.NONE)
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        self._folder = folder.absolute()
        if len(os.fsencode(self._socket_in(self._folder))) > SOCKET_PATH_BYTES:
            self._borrowed = tempfile.TemporaryDirectory(prefix="kiosk-cards-")
            self._folder = Path(self._borrowed.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._incoming = b""
        self._turn = threading.Lock()
        self._table: CardTable | None = None
        self._lies: dict[str, Laid] = {}
        """What was laid down to stay: it lies there as well when the service comes back."""

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
                + [str(self._folder), *(word for name, port in self._readers.items() for word in (str(port), name))],
                stdin=theirs.fileno(),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PATH": SEARCHED, "PYTHONPATH": str(_REPOSITORY)},
            )
        self._line = ours
        self._incoming = b""
        try:
            why = self._answered(START_S)[0].refused
        except ConnectionError:
            why = f"the namespaces were refused: {log_tail(self._folder / 'inside.log')}"
        if why:
            self._end()
            raise CardServiceUnavailable(
                f"The virtual card reader cannot start: {why}. It needs a mount and a network namespace: run as root, "
                "or where the system lets users make namespaces; in a container, add the capability SYS_ADMIN."
            )
        self._table = CardTable()

    def stop(self) -> None:
        """Stop pcscd and everything that belongs to it."""
        self._end()
        if self._borrowed is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def insert(self, reader: str, laid: Laid) -> None:
        """Lay a card down to stay; one that lies there is lifted first."""
        with self._turn:
            self._lies[reader] = laid
            self._put(reader, laid)

    def remove(self, reader: str) -> None:
        """Lift the card, if there is one."""
        with self._turn:
            self._lies.pop(reader, None)
            self._cards().lift(reader)

    def tap(self, reader: str, laid: Laid) -> None:
        """Hold the card to the reader until a moment after it was read, or for 1.2 s. Returns at once."""
        with self._turn:
            self._lies.pop(reader, None)
            card = self._connected(reader, laid)
            if card is not None:
                self._cards().tap(reader, card)

    def tear(self, reader: str, chip: Chip) -> None:
        """Hold a card to the reader and pull it away in the middle of its answer to the question for its UID."""
        with self._turn:
            self._lies.pop(reader, None)
            self._put(reader, Laid(chip, threading.Lock(), tears=is_uid_question))

    def set_fault(self, reader: str, word: str) -> None:
        """`unplug`: the reader is gone from pcscd; `service-stop`: pcscd is stopped; `none`: all well again.

        A card that lies on the reader lies there still when all is well again. Raises ValueError for another word.
        """
        words = [known.value for known in ReaderFault]
        if word not in words:
            raise ValueError(f"fault {word!r} of the card reader: must be one of {', '.join(words)}")
        with self._turn:
            if self._faults[reader] is ReaderFault(word):
                return
            cards = self._cards()
            cards.lift_all()
            self._faults[reader] = ReaderFault(word)
            if ReaderFault.SERVICE_STOP in self._faults.values():
                self._order(Order(Verb.STOP))
                return
            self._order(Order(Verb.RESTART, tuple(name for name in self._readers if self._is_plugged_in(name))))
            for name, laid in self._lies.items():
                self._put(name, laid)

    def _put(self, reader: str, laid: Laid) -> None:
        cards = self._cards()
        cards.lift(reader)
        card = self._connected(reader, laid)
        if card is None:
            return

        def torn() -> None:
            # Told by the cards' thread, which must not wait for our turn.
            self._lies.pop(reader, None)
            laid.torn()

        cards.lay(reader, card, torn)

    def _connected(self, reader: str, laid: Laid) -> VirtualCard | None:
        """The card on its reader; None where the reader is not there to take it."""
        if ReaderFault.SERVICE_STOP in self._faults.values() or not self._is_plugged_in(reader):
            return None
        self._cards().lift(reader)
        line = self._order(Order(Verb.CONNECT, (reader,)))
        assert line is not None
        return VirtualCard(line, laid)

    def _is_plugged_in(self, reader: str) -> bool:
        return self._faults[reader] is not ReaderFault.UNPLUG

    def _cards(self) -> CardTable:
        if self._table is None:
            raise CardServiceUnavailable("The virtual card reader is not started.")
        return self._table

    def _order(self, order: Order) -> socket.socket | None:
        """Have something done; the connection that comes with the answer, if one does."""
        if self._line is None:
            raise CardServiceUnavailable("The virtual card reader is not started.")
        line: socket.socket | None = None
        try:
            self._line.sendall(order.line())
            answer, line = self._answered(ANSWER_S)
            refused = answer.refused
        except ConnectionError:
            refused = f"its process has ended: {log_tail(self._folder / 'inside.log')}"
        if refused:
            raise CardServiceUnavailable(f"The virtual card reader did not {order.verb.value}: {refused}")
        return line

    def _answered(self, limit_s: float) -> tuple[Answer, socket.socket | None]:
        """The next answer; raises ConnectionError when the process inside has ended or does not answer."""
        assert self._line is not None
        self._line.settimeout(limit_s)
        handed: list[int] = []
        while b"\n" not in self._incoming:
            try:
                piece, more, _, _ = socket.recv_fds(self._line, PIECE_BYTES, 1)
            except TimeoutError as late:
                raise ConnectionError(f"no answer within {limit_s:.0f} s") from late
            if not piece:
                raise ConnectionError("closed")
            self._incoming += piece
            handed += more
        line, _, self._incoming = self._incoming.partition(b"\n")
        return Answer.of(line), socket.socket(fileno=handed[0]) if handed else None

    def _end(self) -> None:
        self._lies.clear()
        self._faults = dict.fromkeys(self._readers, ReaderFault.NONE)
        if self._table is not None:
            self._table.stop()
            self._table = None
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
