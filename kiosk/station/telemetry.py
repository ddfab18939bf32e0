"""What a station tells the fleet of itself beyond its facts: each device as it changes, and all of it in the heartbeat.

Nothing here names a patron: states, the drivers' words for faults, and counts.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from kiosk.model.journal import RowKind
from kiosk.session.effects import Journal
from kiosk.wire import Channel, DeviceDetail, DeviceState, DeviceTold, HealthReport, Station, encode_device

COUNTED = MappingProxyType(
    {
        RowKind.SESSION_STARTED: "visits",
        RowKind.LOAN_MADE: "loans",
        RowKind.RETURN_DONE: "returns",
        RowKind.LOAN_RENEWED: "renewals",
        RowKind.BORROW_REFUSED: "loans-refused",
        RowKind.RETURN_REFUSED: "returns-refused",
        RowKind.DOUBTFUL: "doubts",
        RowKind.RECEIPT_PRINTED: "receipts",
        RowKind.RECEIPT_FAILED: "receipts-failed",
        RowKind.STAFF_REFUSED: "staff-refused",
        RowKind.GATE_PASSED: "passages",
        RowKind.GATE_ALARMED: "alarms",
    }
)
"""Rows of the journal and what they are counted as."""
THERMAL = Path("/sys/class/thermal")
LONGEST_WORD = 200


@dataclass(slots=True)
class WireCount:
    """The bytes of one line, counted on the device's thread."""

    received: int = 0
    sent: int = 0

    def tap(self, direction: Literal["out", "in"], data: bytes) -> None:
        if direction == "in":
            self.received += len(data)
        else:
            self.sent += len(data)


@dataclass(slots=True)
class _Device:
    detail: DeviceDetail
    wire: WireCount = field(default_factory=WireCount)


class Telemetry:
    """One station's. Safe to use from every thread; `tell` publishes without waiting."""

    def __init__(
        self,
        station: Station,
        tell: Callable[[Channel, bytes], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._station = station
        self._tell = tell
        self._now = now
        self._began_s = time.monotonic()
        self._lock = threading.Lock()
        self._devices: dict[str, _Device] = {}
        self._counts: Counter[str] = Counter()

    def wire(self, device: str) -> WireCount:
        """Where the bytes of this device's line are counted."""
        with self._lock:
            return self._device(device).wire

    def device_is(self, device: str, state: DeviceState, word: str) -> None:
        """A device says how it is: of a fault its code, when it is well whatever names it (model, firmware)."""
        at, word = self._now(), word[:LONGEST_WORD]
        well = state is DeviceState.OK
        with self._lock:
            known = self._device(device)
            before = known.detail
            reason = "" if well else word.partition(":")[0]
            firmware = (word or before.firmware) if well else before.firmware
            if before.state == state and before.reason == reason:
                known.detail = replace(before, firmware=firmware)
                return
            fell = before.state == DeviceState.OK and not well
            known.detail = replace(
                before, state=state.value, reason=reason, since=at, firmware=firmware, errors=before.errors + fell
            )
        self._tell(Channel.DEVICE, encode_device(self._station, DeviceTold(device, state, reason, at)))

    def kept(self, journal: Sequence[Journal]) -> None:
        """These rows are on the disk."""
        with self._lock:
            self._counts.update(COUNTED[one.row.kind] for one in journal if one.row.kind in COUNTED)

    def completed(self, report: HealthReport) -> HealthReport:
        """The heartbeat with what is known here."""
        with self._lock:
            details = tuple(
                replace(known.detail, received_bytes=known.wire.received, sent_bytes=known.wire.sent)
                for known in self._devices.values()
            )
            counts = tuple(sorted(self._counts.items()))
        uptime_s = int(time.monotonic() - self._began_s)
        return replace(report, details=details, counters=counts, uptime_s=uptime_s, temperature_c=temperature_c())

    def _device(self, device: str) -> _Device:
        if device not in self._devices:
            self._devices[device] = _Device(DeviceDetail(device, DeviceState.UNKNOWN.value))
        return self._devices[device]


def temperature_c(folder: Path = THERMAL) -> int | None:
    """The warmest of the machine's sensors; None where it has none that can be read."""
    found: list[int] = []
    for sensor in folder.glob("thermal_zone*/temp"):
        try:
            found.append(round(int(sensor.read_text("ascii")) / 1000))
        except (OSError, ValueError):
            continue
    return max((one for one in found if -100 < one < 200), default=None)
