"""What a host asks of a reader. Source: EPCglobal LLRP 1.1, chapter 17; `llrpkit` 0.3.0 and `sllurp` 3.0.5 agree."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.codes import ANSWER_OFFSET, EventType, MessageKind, TlvParameter
from drivers.llrp.parameters import tlv
from drivers.llrp.settings import ALL_ANTENNAS, LlrpSettings

ROSPEC_ID = 1
ALL_SPECS = 0
_GENERAL_CAPABILITIES = 1
_ANTENNA_PROPERTIES = 2
_KEEP_SETTINGS = b"\0"
"""ResetToFactoryDefault is not set: what the installer chose (power, mode) stays."""
_PERIODIC = 1
_ON = 0x80
_GEN2 = 1
_NULL_TRIGGER = b"\0" * 5
"""No trigger: type 0 and a duration of 0. It is started and stopped by messages alone."""
_UPON_N_TAGS = 1
_TOLD_OF_EACH_TAG = 0x1000 | 0x0400 | 0x0200 | 0x0100 | 0x0080
"""TagReportContentSelector: antenna, peak RSSI, first seen, last seen, count."""
_PC_BITS = 0x40
_SESSION_SHIFT = 6
_TAG_POPULATION = 32
"""Tags that the reader may expect at once; a hint, as `llrpkit` gives it."""
_TOLD_EVENTS = (EventType.ROSPEC, EventType.BUFFER_FILL_WARNING, EventType.READER_EXCEPTION, EventType.ANTENNA)


@dataclass(frozen=True, slots=True)
class Request:
    """One message to the reader."""

    kind: MessageKind
    body: bytes = b""

    @property
    def answer_kind(self) -> int:
        """Type of the message that answers it."""
        return self.kind + ANSWER_OFFSET


def capabilities() -> Request:
    """Who are you: maker, model, firmware."""
    return Request(MessageKind.GET_READER_CAPABILITIES, bytes((_GENERAL_CAPABILITIES,)))


def antenna_properties() -> Request:
    """Which antennas are connected."""
    return Request(MessageKind.GET_READER_CONFIG, struct.pack(">HBHH", ALL_ANTENNAS, _ANTENNA_PROPERTIES, 0, 0))


def configuration(settings: LlrpSettings) -> Request:
    """Say that you are alive, and tell of trouble."""
    states = (
        tlv(TlvParameter.EVENT_NOTIFICATION_STATE, struct.pack(">HB", event, _ON)) for event in sorted(_TOLD_EVENTS)
    )
    period_ms = round(settings.keepalive_s * 1000)
    return Request(
        MessageKind.SET_READER_CONFIG,
        _KEEP_SETTINGS
        + tlv(TlvParameter.EVENT_NOTIFICATION_SPEC, *states)
        + tlv(TlvParameter.KEEPALIVE_SPEC, struct.pack(">BI", _PERIODIC, period_ms)),
    )


def add_rospec(settings: LlrpSettings) -> Request:
    """Look for tags at the antennas without end, and report each one at once."""
    boundary = tlv(
        TlvParameter.BOUNDARY_SPEC,
        tlv(TlvParameter.START_TRIGGER, b"\0"),
        tlv(TlvParameter.STOP_TRIGGER, _NULL_TRIGGER),
    )
    look = tlv(
        TlvParameter.AISPEC,
        struct.pack(f">H{len(settings.antennas)}H", len(settings.antennas), *settings.antennas),
        tlv(TlvParameter.AISPEC_STOP_TRIGGER, _NULL_TRIGGER),
        tlv(TlvParameter.INVENTORY_PARAMETER_SPEC, struct.pack(">HB", 1, _GEN2), _air_settings(settings)),
    )
    report = tlv(
        TlvParameter.RO_REPORT_SPEC,
        struct.pack(">BH", _UPON_N_TAGS, 1),
        tlv(
            TlvParameter.TAG_REPORT_CONTENT_SELECTOR,
            struct.pack(">H", _TOLD_OF_EACH_TAG),
            tlv(TlvParameter.C1G2_EPC_MEMORY_SELECTOR, bytes((_PC_BITS,))),
        ),
    )
    head = struct.pack(">IBB", ROSPEC_ID, 0, 0)
    return Request(MessageKind.ADD_ROSPEC, tlv(TlvParameter.ROSPEC, head, boundary, look, report))


def _air_settings(settings: LlrpSettings) -> bytes:
    if settings.session is None:
        return b""
    singulation = struct.pack(">BHI", settings.session << _SESSION_SHIFT, _TAG_POPULATION, 0)
    return tlv(
        TlvParameter.ANTENNA_CONFIGURATION,
        struct.pack(">H", ALL_ANTENNAS),
        tlv(
            TlvParameter.C1G2_INVENTORY_COMMAND,
            b"\0",
            tlv(TlvParameter.C1G2_SINGULATION_CONTROL, singulation),
        ),
    )


def delete_all_rospecs() -> Request:
    """Forget what any host asked for before."""
    return _of_spec(MessageKind.DELETE_ROSPEC, ALL_SPECS)


def enable_rospec() -> Request:
    """Make ours ready."""
    return _of_spec(MessageKind.ENABLE_ROSPEC, ROSPEC_ID)


def start_rospec() -> Request:
    """Begin to look for tags."""
    return _of_spec(MessageKind.START_ROSPEC, ROSPEC_ID)


def delete_access_spec(spec_id: int) -> Request:
    """Forget an AccessSpec; 0 forgets all."""
    return _of_spec(MessageKind.DELETE_ACCESSSPEC, spec_id)


def enable_access_spec(spec_id: int) -> Request:
    """Do what it says to every tag it fits."""
    return _of_spec(MessageKind.ENABLE_ACCESSSPEC, spec_id)


def disable_access_spec(spec_id: int) -> Request:
    """Leave tags alone again."""
    return _of_spec(MessageKind.DISABLE_ACCESSSPEC, spec_id)


def _of_spec(kind: MessageKind, spec_id: int) -> Request:
    return Request(kind, struct.pack(">I", spec_id))
