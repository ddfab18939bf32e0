"""The PC/SC service behind one small class: the only place that calls pyscard.

Source: PC/SC part 5 as in pcsc-lite's `winscard.h`; pyscard 2.3 `smartcard.scard`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

from smartcard import scard

from drivers.cards.exchange import NoToken, Unreadable

_NOTIFICATION = "\\\\?PnP?\\Notification"
_COUNT_SHIFT = 16
_SERVICE_ERRORS = frozenset(
    {
        scard.SCARD_E_NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED,
        scard.SCARD_E_INVALID_HANDLE,
        scard.SCARD_F_INTERNAL_ERROR,
    }
)


class ServiceGone(Exception):
    """The PC/SC service does not answer; a new `Service` must be made."""


@dataclass(frozen=True, slots=True)
class ReaderState:
    """A reader as the service sees it. `raw` goes into the next `wait`."""

    raw: int
    card_present: bool
    mute: bool
    changes: int
    """Insertions and removals since the reader was attached, modulo 65,536."""
    atr: bytes


class Service:
    """One connection to the PC/SC service. Raises `ServiceGone` from any call when the service went away."""

    def __init__(self) -> None:
        result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise ServiceGone(_text(result))
        self._context = context

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        scard.SCardReleaseContext(self._context)

    def readers(self) -> list[str]:
        """Names of the attached readers."""
        result, names = scard.SCardListReaders(self._context, [])
        if result == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        _check(result)
        return [str(name) for name in names]

    def wait(self, reader: str | None, raw: int, timeout_s: float) -> ReaderState | None:
        """Block until the reader's state differs from `raw`, a reader comes or goes, `cancel` or the time-out.

        Returns the reader's state; None when there is no such reader (any more), or none was named.
        """
        watched: list[tuple[str, int]] = [(_NOTIFICATION, 0)]
        if reader is not None:
            watched.append((reader, raw))
        result, states = scard.SCardGetStatusChange(self._context, int(timeout_s * 1000), watched)
        if result in (scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE):
            return None
        if result not in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
            _check(result)
        return _reader_state(states[-1]) if reader is not None else None

    def cancel(self) -> None:
        """End a `wait` of another thread."""
        scard.SCardCancel(self._context)

    def connect(self, reader: str) -> ServiceCard:
        """The card on a reader, shared. Raises `NoToken` when it cannot be reached."""
        result, handle, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        _check_card(result)
        return ServiceCard(handle, protocol)


class ServiceCard:
    """A connected card; a `drivers.cards.exchange.Card`."""

    def __init__(self, handle: object, protocol: int) -> None:
        self._handle = handle
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def __enter__(self) -> ServiceCard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU, return the answer. Raises `NoToken` when the card went away."""
        result, answer = scard.SCardTransmit(self._handle, self._header, list(command))
        _check_card(result)
        return bytes(answer)


def _reader_state(state: tuple[str, int, list[int]]) -> ReaderState | None:
    _, raw, atr = state
    if raw & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE):
        return None
    return ReaderState(
        raw=raw & ~scard.SCARD_STATE_CHANGED,
        card_present=bool(raw & scard.SCARD_STATE_PRESENT),
        mute=bool(raw & scard.SCARD_STATE_MUTE),
        changes=raw >> _COUNT_SHIFT & 0xFFFF,
        atr=bytes(atr),
    )


def _check(result: int) -> None:
    """Anything unexpected ends this connection: the next one starts from the beginning."""
    if result != scard.SCARD_S_SUCCESS:
        raise ServiceGone(_text(result))


def _check_card(result: int) -> None:
    if result in _SERVICE_ERRORS:
        raise ServiceGone(_text(result))
    if result != scard.SCARD_S_SUCCESS:
        raise NoToken(Unreadable.PULLED_AWAY, _text(result))


def _text(result: int) -> str:
    return f"{scard.SCardGetErrorMessage(result)} (0x{result & 0xFFFFFFFF:08X})"
