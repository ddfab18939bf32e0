"""The process inside the namespaces: it makes them ready, keeps pcscd, and is the card. Ends when its orders end.

`unshare --mount --net python -m firmware_sim.cards.inside FOLDER PORT READER`, with a socket as standard input that
brings orders and takes answers (`firmware_sim.cards.orders`).
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

from firmware_sim.cards.card import Heard, VirtualCard
from firmware_sim.cards.orders import Answer, Fault, Order, Verb
from firmware_sim.cards.pcscd import SYSTEM_FOLDER, USB_DRIVERS, Pcscd, PcscdFailed

TAP_S = 1.2
"""A tap that nobody reads: three of pcscd's looks for a card, 400 ms apart."""

TAP_AFTER_READING_S = 0.3
"""A hand leaves the card a moment longer than the reader needs."""

SHARED = "pcscd"
"""The folder, seen from outside, that lies over /run/pcscd."""

ORDER_BYTES = 4096


class CardHouse:
    """pcscd, one reader, and at most one card on it."""

    def __init__(self, pcscd: Pcscd, port: int, orders: socket.socket) -> None:
        self._pcscd = pcscd
        self._port = port
        self._orders = orders
        self._incoming = b""
        self._fault = Fault.NONE
        self._selector = selectors.DefaultSelector()
        self._selector.register(orders, selectors.EVENT_READ)
        self._card: VirtualCard | None = None
        self._lies: bytes | None = None
        """UID of the card that was laid down to stay: it lies there as well when the service comes back."""
        self._tap_until_s: float | None = None

    def serve(self) -> None:
        """Carry out orders until the other end closes."""
        while True:
            wait_s = None if self._tap_until_s is None else max(0.0, self._tap_until_s - time.monotonic())
            for key, _ in self._selector.select(wait_s):
                if key.fileobj is self._orders:
                    if not self._take_orders():
                        return
                elif key.fileobj is self._card:
                    self._hear_reader()
            if self._tap_until_s is not None and time.monotonic() >= self._tap_until_s:
                self._lift()

    def _take_orders(self) -> bool:
        piece = self._orders.recv(ORDER_BYTES)
        self._incoming += piece
        while b"\n" in self._incoming:
            line, _, self._incoming = self._incoming.partition(b"\n")
            self._orders.sendall(self._carried_out(Order.of(line)).line())
        return bool(piece)

    def _carried_out(self, order: Order) -> Answer:
        try:
            self._carry_out(order)
        except (OSError, PcscdFailed) as problem:
            return Answer(str(problem))
        return Answer()

    def _carry_out(self, order: Order) -> None:
        match order.verb:
            case Verb.FAULT:
                self._change_fault(order.fault)
            case Verb.REMOVE:
                self._lies = None
                self._lift()
            case Verb.INSERT:
                self._lies = order.uid
                self._lay(order.uid)
            case Verb.TEAR:
                self._lies = None
                self._lay(order.uid, tears=True)
            case Verb.TAP:
                self._lies = None
                self._lay(order.uid)
                self._tap_until_s = time.monotonic() + TAP_S

    def _change_fault(self, fault: Fault) -> None:
        if fault is self._fault:
            return
        self._lift()
        self._fault = fault
        match fault:
            case Fault.SERVICE_STOP:
                self._pcscd.stop()
            case Fault.UNPLUG:
                self._pcscd.start(plugged=False)
            case Fault.NONE:
                self._pcscd.start()
                if self._lies is not None:
                    self._lay(self._lies)

    def _lay(self, uid: bytes, tears: bool = False) -> None:
        self._lift()
        if self._fault is not Fault.NONE:
            return
        self._card = VirtualCard(self._port, uid, tears)
        self._selector.register(self._card, selectors.EVENT_READ)

    def _lift(self) -> None:
        self._tap_until_s = None
        if self._card is not None:
            self._selector.unregister(self._card)
            self._card.lift()
            self._card = None

    def _hear_reader(self) -> None:
        if self._card is None:
            return
        match self._card.hear():
            case Heard.GONE:
                self._lift()
            case Heard.UID_ASKED if self._tap_until_s is not None:
                self._tap_until_s = min(self._tap_until_s, time.monotonic() + TAP_AFTER_READING_S)
            case _:
                return


def furnish(folder: Path) -> None:
    """Lay `folder/pcscd` over pcscd's own folder and nothing over the drivers of real readers; raise loopback."""
    shared, empty = folder / SHARED, folder / "no-drivers"
    for made in (shared, empty):
        made.mkdir(exist_ok=True)
    if not SYSTEM_FOLDER.exists():
        _make_system_folder(folder)
    _run("mount", "--bind", str(shared), str(SYSTEM_FOLDER))
    _run("mount", "--bind", str(empty), str(USB_DRIVERS))
    _run("ip", "link", "set", "lo", "up")


def _make_system_folder(folder: Path) -> None:
    """Debian makes /run/pcscd when its own pcscd starts. Where we may not, an empty /run of our own helps."""
    try:
        SYSTEM_FOLDER.mkdir()
    except PermissionError as refused:
        if folder.is_relative_to(SYSTEM_FOLDER.parent):
            raise PcscdFailed(f"{SYSTEM_FOLDER} is missing, and {folder} must not lie under it") from refused
        _run("mount", "-t", "tmpfs", "tmpfs", str(SYSTEM_FOLDER.parent))
        SYSTEM_FOLDER.mkdir()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PcscdFailed(f"`{' '.join(command)}` failed: {done.stderr.strip()}")


def main() -> int:
    """Serve; the first line out is an answer that says whether the service is up."""
    folder, port, reader = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    orders = socket.socket(fileno=sys.stdin.fileno())
    try:
        pcscd = Pcscd(folder, port, reader)
        furnish(folder)
        pcscd.start()
    except (OSError, PcscdFailed) as problem:
        orders.sendall(Answer(str(problem)).line())
        return 1
    orders.sendall(Answer().line())
    try:
        CardHouse(pcscd, port, orders).serve()
    finally:
        pcscd.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
