"""A host that reads patron cards by pyscard, as a process of its own: libpcsclite looks for its service only once.

It prints one JSON object a line: `up` or `lost` with a service, `readers`, and for the first reader `card` with UID,
ATR and how long a reading takes, `torn`, and `lifted`.
"""

from __future__ import annotations

import json
import sys
import time

from smartcard.scard import (
    INFINITE,
    SCARD_E_TIMEOUT,
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

GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]
DONE = [0x90, 0x00]
PROTOCOLS = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1
READINGS = 20
LOOK_AGAIN_S = 0.02


def tell(**event: object) -> None:
    """One line for the test."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Watch for ever; the test ends us."""
    while True:
        answer, context = SCardEstablishContext(SCARD_SCOPE_USER)
        if answer == SCARD_S_SUCCESS:
            answer, readers = SCardListReaders(context, [])
            tell(event="up", readers=readers)
            if readers:
                watch(context, readers[0])
            else:
                # A new reader would be told by the plug-and-play pseudo-reader; to look again is enough here.
                while not SCardListReaders(context, [])[1] and _service_is_there(context):
                    time.sleep(LOOK_AGAIN_S)
            tell(event="lost")
        time.sleep(LOOK_AGAIN_S)


def _service_is_there(context: int) -> bool:
    answer, _ = SCardGetStatusChange(context, 0, [("\\\\?PnP?\\Notification", SCARD_STATE_UNAWARE)])
    return answer in (SCARD_S_SUCCESS, SCARD_E_TIMEOUT)


def watch(context: int, reader: str) -> None:
    """Tell what happens on one reader until the service is lost."""
    state, present = SCARD_STATE_UNAWARE, False
    while True:
        answer, states = SCardGetStatusChange(context, INFINITE, [(reader, state)])
        if answer != SCARD_S_SUCCESS:
            return
        state = states[0][1]
        was, present = present, bool(state & SCARD_STATE_PRESENT)
        if present and not was:
            read(context, reader, bytes(states[0][2]))
        elif was and not present:
            tell(event="lifted")


def timed_reading_s(card: int, protocol: int) -> float:
    begun_s = time.monotonic()
    SCardTransmit(card, protocol, GET_UID)
    return time.monotonic() - begun_s


def read(context: int, reader: str, atr: bytes) -> None:
    """Tell the card's UID, or that it was pulled away."""
    answer, card, protocol = SCardConnect(context, reader, SCARD_SHARE_SHARED, PROTOCOLS)
    if answer != SCARD_S_SUCCESS:
        tell(event="torn")
        return
    answer, uid = SCardTransmit(card, protocol, GET_UID)
    whole = answer == SCARD_S_SUCCESS and uid[-2:] == DONE
    if whole:
        reading_s = min(timed_reading_s(card, protocol) for _ in range(READINGS))
        tell(event="card", answer=bytes(uid).hex().upper(), atr=atr.hex().upper(), reading_s=reading_s)
    else:
        tell(event="torn")
    SCardDisconnect(card, SCARD_LEAVE_CARD)


if __name__ == "__main__":
    main()
