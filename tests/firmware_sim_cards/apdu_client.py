"""A host of one PC/SC reader, as a process of its own: it does what its standard input says, a line each.

`in` and `out` wait until a card lies there or none does; `readers` lists all of them; hex is sent to the card. The
first argument is how the reader's name begins. Each line is answered by one: `ok`, what was asked for, the R-APDU as
hex, or `lost` where the card has gone.
"""

from __future__ import annotations

import sys

from smartcard.scard import (
    INFINITE,
    SCARD_LEAVE_CARD,
    SCARD_PROTOCOL_T0,
    SCARD_PROTOCOL_T1,
    SCARD_S_SUCCESS,
    SCARD_SCOPE_USER,
    SCARD_SHARE_SHARED,
    SCARD_STATE_PRESENT,
    SCARD_STATE_UNAWARE,
    SCardConnect,
    SCardDisconnect,
    SCardEstablishContext,
    SCardGetStatusChange,
    SCardListReaders,
    SCardTransmit,
)

PROTOCOLS = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1


class Reader:
    """One reader, and the card that was connected last."""

    def __init__(self, begins: str) -> None:
        answer, self._context = SCardEstablishContext(SCARD_SCOPE_USER)
        assert answer == SCARD_S_SUCCESS, answer
        _, readers = SCardListReaders(self._context, [])
        self.listed = ", ".join(readers)
        self._name = next(reader for reader in readers if reader.startswith(begins))
        self._card: int | None = None
        self._protocol = 0

    def wait(self, *, present: bool) -> str:
        """Wait until a card lies there, and connect it, or until none does."""
        if self._card is not None and not present:
            SCardDisconnect(self._card, SCARD_LEAVE_CARD)
            self._card = None
        state = SCARD_STATE_UNAWARE
        while True:
            answer, states = SCardGetStatusChange(self._context, INFINITE, [(self._name, state)])
            if answer != SCARD_S_SUCCESS:
                return "lost"
            state = states[0][1]
            if bool(state & SCARD_STATE_PRESENT) is present:
                break
        if present:
            answer, self._card, self._protocol = SCardConnect(self._context, self._name, SCARD_SHARE_SHARED, PROTOCOLS)
            return "ok" if answer == SCARD_S_SUCCESS else "lost"
        return "ok"

    def send(self, command: str) -> str:
        """One APDU."""
        answer, told = SCardTransmit(self._card, self._protocol, list(bytes.fromhex(command)))
        return bytes(told).hex().upper() if answer == SCARD_S_SUCCESS and len(told) > 1 else "lost"


def main() -> None:
    """Serve standard input."""
    reader = Reader(sys.argv[1])
    for line in sys.stdin:
        match line.strip():
            case "in":
                told = reader.wait(present=True)
            case "out":
                told = reader.wait(present=False)
            case "readers":
                told = reader.listed
            case command:
                told = reader.send(command)
        sys.stdout.write(told + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
