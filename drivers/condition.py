"""What was told last of a device: each fault once, until it changes or ends."""

from __future__ import annotations

from drivers.health import FaultCode, Faulted, Recovered


class Condition:
    """The health of one device as its user knows it. Nothing is known at first."""

    def __init__(self) -> None:
        self.fault: FaultCode | None = None
        self._well_as: str | None = None

    def is_(self, code: FaultCode, detail: str) -> list[Faulted]:
        """The device has this fault; told where it is another than before."""
        if self.fault is code:
            return []
        self.fault, self._well_as = code, None
        return [Faulted(code, detail)]

    def well(self, detail: str) -> list[Recovered]:
        """The device does its work; told the first time, after a fault, and when it became another device."""
        if self._well_as == detail:
            return []
        self.fault, self._well_as = None, detail
        return [Recovered(detail)]
