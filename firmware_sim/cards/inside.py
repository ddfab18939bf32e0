"""The process inside the namespaces: makes them ready, keeps pcscd, reaches its readers. Ends when its orders end.

`unshare --mount --net python -m firmware_sim.cards.inside FOLDER PORT READER [PORT READER …]`, with a socket as
standard input that brings orders and takes answers (`firmware_sim.cards.orders`). A connection to a reader is handed
out through that socket: the card itself lives outside, where the room is.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from firmware_sim.cards.orders import Answer, Order, Verb
from firmware_sim.cards.pcscd import SYSTEM_FOLDER, USB_DRIVERS, Pcscd, PcscdFailed

SHARED = "pcscd"
"""The folder, seen from outside, that lies over /run/pcscd."""
CONNECT_S = 2.0
ORDER_BYTES = 4096


class CardHouse:
    """pcscd and its readers."""

    def __init__(self, pcscd: Pcscd, ports: Mapping[str, int], orders: socket.socket) -> None:
        self._pcscd = pcscd
        self._ports = ports
        self._orders = orders
        self._incoming = b""

    def serve(self) -> None:
        """Carry out orders until the other end closes."""
        while piece := self._orders.recv(ORDER_BYTES):
            self._incoming += piece
            while b"\n" in self._incoming:
                line, _, self._incoming = self._incoming.partition(b"\n")
                self._carry_out(Order.of(line))

    def _carry_out(self, order: Order) -> None:
        try:
            match order.verb:
                case Verb.CONNECT:
                    self._connect(self._ports[order.readers[0]])
                    return
                case Verb.RESTART:
                    self._pcscd.start(order.readers)
                case Verb.STOP:
                    self._pcscd.stop()
        except (OSError, PcscdFailed) as problem:
            self._orders.sendall(Answer(str(problem)).line())
        else:
            self._orders.sendall(Answer().line())

    def _connect(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=CONNECT_S) as line:
            socket.send_fds(self._orders, [Answer().line()], [line.fileno()])


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
    folder, *pairs = sys.argv[1:]
    ports = {reader: int(port) for port, reader in zip(pairs[::2], pairs[1::2], strict=True)}
    orders = socket.socket(fileno=sys.stdin.fileno())
    try:
        pcscd = Pcscd(Path(folder), ports)
        furnish(Path(folder))
        pcscd.start(tuple(ports))
    except (OSError, PcscdFailed) as problem:
        orders.sendall(Answer(str(problem)).line())
        return 1
    orders.sendall(Answer().line())
    try:
        CardHouse(pcscd, ports, orders).serve()
    finally:
        pcscd.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
