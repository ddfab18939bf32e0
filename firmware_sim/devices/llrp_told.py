"""What a reader tells of itself: capabilities, configuration, events.

Source: EPCglobal LLRP 1.0.1; the numbers are those of a plain European fixed reader, made up.
"""

from __future__ import annotations

import struct
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import IntEnum

from firmware_sim.devices.llrp_frames import WHOLE_MESSAGE, parameters_of, perhaps, split, tlv, words
from firmware_sim.devices.llrp_specs import ReportSpec, report_spec_of, report_spec_parameter
from firmware_sim.devices.llrp_words import Event, Is

MAC = bytes.fromhex("020000FFFE000001")
"""A locally administered address, widened to 8 bytes."""
MAKER, MODEL = 0, 0
FIRMWARE = "firmware-sim"
HAS_UTC_CLOCK = 0x4000
CAN_HOLD = 0x08
ETSI_302_208, COUNTRY = 2, 276
POWER_DBM_100 = (1000, 2000, 3000)
"""Transmit power levels in hundredths of a dBm."""
CHANNELS_KHZ = (865_700, 866_300, 866_900, 867_500)
MODE = struct.Struct(">IBBBBIIIII")
KEEPALIVE = struct.Struct(">BI")
STATE = struct.Struct(">HB")
ON = 0x80
MILLISECOND_S = 0.001
MOST_SPECS = 32


class Wanted(IntEnum):
    """Which part of the capabilities, or of the configuration, a client asks for; 0: all."""

    ALL = 0
    GENERAL_CAPABILITIES = 1
    LLRP_CAPABILITIES = 2
    REGULATORY_CAPABILITIES = 3
    AIR_PROTOCOL_CAPABILITIES = 4


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a client may set. `keepalive_s` 0: no keepalives."""

    report: ReportSpec = field(default_factory=ReportSpec)
    keepalive_s: float = 0.0
    events: AbstractSet[Event] = field(default_factory=frozenset)
    hold: bool = False
    """Tell nothing to who has connected before ENABLE_EVENTS_AND_REPORTS."""


def configured(configuration: Configuration, body: bytes) -> Configuration:
    """The configuration after the parameters of SET_READER_CONFIG; raises `Refused`."""
    parameters = parameters_of(body, WHOLE_MESSAGE)
    report = perhaps(Is.RO_REPORT_SPEC, parameters)
    if report is not None:
        configuration = replace(configuration, report=report_spec_of(report))
    keepalive = perhaps(Is.KEEPALIVE_SPEC, parameters)
    if keepalive is not None:
        (kind, period_ms), _ = split(KEEPALIVE, Is.KEEPALIVE_SPEC, keepalive)
        configuration = replace(configuration, keepalive_s=period_ms * MILLISECOND_S if kind else 0.0)
    events = perhaps(Is.READER_EVENT_NOTIFICATION_SPEC, parameters)
    if events is not None:
        configuration = replace(configuration, events=_events(configuration.events, events))
    holding = perhaps(Is.EVENTS_AND_REPORTS, parameters)
    if holding is not None:
        configuration = replace(configuration, hold=holding[:1] >= bytes((ON,)))
    return configuration


def capabilities(wanted: int, antennas: int) -> bytes:
    """The parameters of GET_READER_CAPABILITIES_RESPONSE after the status."""
    parts = {
        Wanted.GENERAL_CAPABILITIES: _general(antennas),
        Wanted.LLRP_CAPABILITIES: _llrp(),
        Wanted.REGULATORY_CAPABILITIES: _regulatory(),
        Wanted.AIR_PROTOCOL_CAPABILITIES: tlv(Is.C1G2_LLRP_CAPABILITIES, struct.pack(">BH", 0x40, 2)),
    }
    return b"".join(part for which, part in parts.items() if wanted in (Wanted.ALL, which))


def configuration_parameters(wanted: int, antennas: int, connected: AbstractSet[int], now: Configuration) -> bytes:
    """The parameters of GET_READER_CONFIG_RESPONSE after the status; numbers of GetReaderConfigRequestedData."""
    properties = b"".join(
        tlv(Is.ANTENNA_PROPERTIES, struct.pack(">BHh", ON * (number in connected), number, 600))
        for number in range(1, antennas + 1)
    )
    events = b"".join(
        tlv(Is.EVENT_NOTIFICATION_STATE, STATE.pack(event, ON * (event in now.events))) for event in Event
    )
    keepalive = KEEPALIVE.pack(now.keepalive_s > 0, round(now.keepalive_s / MILLISECOND_S))
    parts = {
        1: tlv(Is.IDENTIFICATION, struct.pack(">BH", 0, len(MAC)), MAC),
        2: properties,
        4: report_spec_parameter(now.report),
        5: tlv(Is.READER_EVENT_NOTIFICATION_SPEC, events),
        6: tlv(Is.ACCESS_REPORT_SPEC, b"\0"),
        7: tlv(Is.LLRP_CONFIGURATION_STATE_VALUE, bytes(4)),
        8: tlv(Is.KEEPALIVE_SPEC, keepalive),
        11: tlv(Is.EVENTS_AND_REPORTS, bytes((ON * now.hold,))),
    }
    return b"".join(part for which, part in parts.items() if wanted in (Wanted.ALL, which))


def event_data(time_us: int, event: bytes) -> bytes:
    """ReaderEventNotificationData with one event."""
    return tlv(Is.READER_EVENT_NOTIFICATION_DATA, tlv(Is.UTC_TIMESTAMP, time_us.to_bytes(8, "big")), event)


def _events(before: AbstractSet[Event], body: bytes) -> frozenset[Event]:
    """Those that are wanted: what is not named stays as it is."""
    wanted = set(before)
    for one in parameters_of(body, Is.READER_EVENT_NOTIFICATION_SPEC):
        (number, state), _ = split(STATE, Is.EVENT_NOTIFICATION_STATE, one.body)
        if number not in set(Event):
            continue
        if state & ON:
            wanted.add(Event(number))
        else:
            wanted.discard(Event(number))
    return frozenset(wanted)


def _general(antennas: int) -> bytes:
    return tlv(
        Is.GENERAL_DEVICE_CAPABILITIES,
        struct.pack(">HHII", antennas, HAS_UTC_CLOCK, MAKER, MODEL) + words(FIRMWARE),
        tlv(Is.RECEIVE_SENSITIVITY_TABLE_ENTRY, struct.pack(">Hh", 1, 0)),
        tlv(Is.GPIO_CAPABILITIES, struct.pack(">HH", 0, 0)),
        *(tlv(Is.PER_ANTENNA_AIR_PROTOCOL, struct.pack(">HHB", number, 1, 1)) for number in range(1, antennas + 1)),
    )


def _llrp() -> bytes:
    return tlv(
        Is.LLRP_CAPABILITIES,
        struct.pack(">BBHIIIII", CAN_HOLD, 1, 0, MOST_SPECS, MOST_SPECS, 1, MOST_SPECS, MOST_SPECS),
    )


def _regulatory() -> bytes:
    levels = (
        tlv(Is.TRANSMIT_POWER_LEVEL_TABLE_ENTRY, struct.pack(">Hh", place, power))
        for place, power in enumerate(POWER_DBM_100, start=1)
    )
    channels = b"".join(khz.to_bytes(4, "big") for khz in CHANNELS_KHZ)
    fixed = tlv(Is.FIXED_FREQUENCY_TABLE, len(CHANNELS_KHZ).to_bytes(2, "big"), channels)
    mode = MODE.pack(1, ON, 2, 0, 2, 250_000, 2000, 20_000, 20_000, 0)
    return tlv(
        Is.REGULATORY_CAPABILITIES,
        struct.pack(">HH", COUNTRY, ETSI_302_208),
        tlv(
            Is.UHF_BAND_CAPABILITIES,
            *levels,
            tlv(Is.FREQUENCY_INFORMATION, b"\0", fixed),
            tlv(Is.C1G2_UHF_RF_MODE_TABLE, tlv(Is.C1G2_UHF_RF_MODE_TABLE_ENTRY, mode)),
        ),
    )
