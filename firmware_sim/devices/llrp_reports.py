"""What a reader has seen and not told yet, and how it tells it.

Source: EPCglobal LLRP 1.0.1, TagReportData: the EPC first, then what TagReportContentSelector asks for, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.devices.llrp_frames import tlv, tv
from firmware_sim.devices.llrp_specs import Content, ReportSpec
from firmware_sim.devices.llrp_words import Is

EPC_96_BYTES = 12
COUNT_MOST = 0xFFFF
CHANNEL = 1
MOST_ENTRIES = 1000
"""Tags that wait for a report: what nobody ever asks for must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One tag as one inventory heard it. `time_us`: UTC, microseconds since 1970."""

    pc: int
    uii: bytes
    crc: int
    rospec: int
    inventory: int
    """Place of the AISpec in its ROSpec, from 1."""
    inventory_parameter_spec: int
    antenna: int
    rssi_dbm: int
    time_us: int
    accessspec: int | None = None
    results: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Entry:
    """One tag of a report: what was first, last and loudest of its sightings."""

    first: Sighting
    last_us: int
    rssi_dbm: int
    count: int = 1

    def add(self, sighting: Sighting) -> None:
        """The same tag once more."""
        self.last_us = sighting.time_us
        self.rssi_dbm = max(self.rssi_dbm, sighting.rssi_dbm)
        self.count = min(self.count + 1, COUNT_MOST)


class Untold:
    """Tags that wait for their report. What was done to a tag's memory is an entry of its own."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._open: dict[tuple[object, ...], Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, sighting: Sighting, spec: ReportSpec) -> None:
        """Note a sighting, together with others of the same tag where the report would not tell them apart.

        Lost where too much waits already.
        """
        key = (
            sighting.uii,
            sighting.pc if spec.pc else 0,
            sighting.rospec,
            sighting.antenna if spec.content & Content.ANTENNA_ID else 0,
            sighting.inventory if spec.content & Content.SPEC_INDEX else 0,
        )
        known = self._open.get(key) if not sighting.results else None
        if known is not None:
            known.add(sighting)
            return
        if len(self._entries) >= MOST_ENTRIES:
            return
        entry = Entry(sighting, sighting.time_us, sighting.rssi_dbm)
        self._entries.append(entry)
        if not sighting.results:
            self._open[key] = entry

    def told(self, spec: ReportSpec) -> list[bytes]:
        """All of them as TagReportData; none waits after it."""
        entries, self._entries = self._entries, []
        self._open.clear()
        return [_tag_report_data(entry, spec) for entry in entries]


def _tag_report_data(entry: Entry, spec: ReportSpec) -> bytes:
    first = entry.first
    optional = (
        (Content.ROSPEC_ID, Is.ROSPEC_ID, first.rospec, 4),
        (Content.SPEC_INDEX, Is.SPEC_INDEX, first.inventory, 2),
        (Content.INVENTORY_PARAMETER_SPEC_ID, Is.INVENTORY_PARAMETER_SPEC_ID, first.inventory_parameter_spec, 2),
        (Content.ANTENNA_ID, Is.ANTENNA_ID, first.antenna, 2),
        (Content.PEAK_RSSI, Is.PEAK_RSSI, entry.rssi_dbm, 1),
        (Content.CHANNEL_INDEX, Is.CHANNEL_INDEX, CHANNEL, 2),
        (Content.FIRST_SEEN, Is.FIRST_SEEN_UTC, first.time_us, 8),
        (Content.LAST_SEEN, Is.LAST_SEEN_UTC, entry.last_us, 8),
        (Content.TAG_SEEN_COUNT, Is.TAG_SEEN_COUNT, entry.count, 2),
    )
    content = _epc(first.uii) + b"".join(
        tv(kind, value.to_bytes(length, "big", signed=value < 0))
        for bit, kind, value, length in optional
        if spec.content & bit
    )
    if spec.crc:
        content += tv(Is.C1G2_CRC, first.crc.to_bytes(2, "big"))
    if spec.pc:
        content += tv(Is.C1G2_PC, first.pc.to_bytes(2, "big"))
    if first.accessspec is not None and spec.content & Content.ACCESSSPEC_ID:
        content += tv(Is.ACCESSSPEC_ID, first.accessspec.to_bytes(4, "big"))
    return tlv(Is.TAG_REPORT_DATA, content, *first.results)


def _epc(uii: bytes) -> bytes:
    if len(uii) == EPC_96_BYTES:
        return tv(Is.EPC_96, uii)
    return tlv(Is.EPC_DATA, (8 * len(uii)).to_bytes(2, "big"), uii)
