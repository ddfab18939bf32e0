"""How well the reader is: a fault is told once, until it changes or ends."""

from __future__ import annotations

from drivers.health import FaultCode, Faulted, Recovered

_AWAY = frozenset({FaultCode.PORT_GONE, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE})
"""Faults with which the reader does none of its work."""


class Condition:
    """Faults of one reader."""

    def __init__(self) -> None:
        self._fault: Faulted | None = None
        self._told_as = ""

    def is_(self, code: FaultCode, detail: str) -> list[Faulted]:
        """The reader has this fault."""
        fault = Faulted(code, detail)
        if fault == self._fault:
            return []
        self._fault = fault
        return [fault]

    def closed(self, reason: str) -> list[Faulted]:
        """A connection ended. That says no more than a fault with which the reader was away already."""
        if self._fault is not None and self._fault.code in _AWAY:
            return []
        return self.is_(FaultCode.PORT_GONE, reason)

    def well(self, name: str) -> list[Recovered]:
        """The reader works; `name` says which it is."""
        if self._fault is None and self._told_as == name:
            return []
        self._fault, self._told_as = None, name
        return [Recovered(name)]
