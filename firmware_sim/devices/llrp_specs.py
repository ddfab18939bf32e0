"""ROSpecs and AccessSpecs as a client sends them: what to do, when, with which tags, and what to tell of it.

Source: EPCglobal LLRP 1.0.1, chapters on reader operation, access operation and reports.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from firmware_sim.devices.llrp_frames import (
    Parameter,
    only_known,
    parameters_of,
    perhaps,
    split,
    the_only,
    tlv,
    wrong_field,
    wrong_parameter,
)
from firmware_sim.devices.llrp_words import Code, Is

ROSPEC = struct.Struct(">IBB")
START_TRIGGER = struct.Struct(">B")
PERIOD = struct.Struct(">II")
STOP_TRIGGER = struct.Struct(">BI")
COUNT = struct.Struct(">H")
OBSERVATION = struct.Struct(">BxHHHI")
INVENTORY = struct.Struct(">HB")
REPORT = struct.Struct(">BH")
SELECTOR = struct.Struct(">H")
BYTE = struct.Struct(">B")
GEN2 = 1
"""EPC Class 1 Gen 2, the only air protocol."""
MILLISECOND_S = 0.001
CRC_BIT, PC_BIT = 0x80, 0x40
"""Of C1G2EPCMemorySelector."""

Kind = TypeVar("Kind", bound=IntEnum)


class Start(IntEnum):
    """When a ROSpec begins by itself."""

    NEVER = 0
    IMMEDIATELY = 1
    PERIODICALLY = 2


class Stop(IntEnum):
    """When a ROSpec or an AISpec ends by itself."""

    NEVER = 0
    AFTER_DURATION = 1
    ON_OBSERVATION = 3
    """Of AISpecs only."""


class Until(IntEnum):
    """What a tag observation trigger waits for."""

    TAGS = 0
    NO_NEW_TAG = 1
    ATTEMPTS = 2


class Tell(IntEnum):
    """When tags are reported: never unasked, or at the end of one or the other, and after N tags."""

    WHEN_ASKED = 0
    END_OF_AISPEC = 1
    END_OF_ROSPEC = 2


class Content(IntEnum):
    """Bits of TagReportContentSelector."""

    ROSPEC_ID = 0x8000
    SPEC_INDEX = 0x4000
    INVENTORY_PARAMETER_SPEC_ID = 0x2000
    ANTENNA_ID = 0x1000
    CHANNEL_INDEX = 0x0800
    PEAK_RSSI = 0x0400
    FIRST_SEEN = 0x0200
    LAST_SEEN = 0x0100
    TAG_SEEN_COUNT = 0x0080
    ACCESSSPEC_ID = 0x0040


USUAL_CONTENT = Content.ANTENNA_ID | Content.PEAK_RSSI | Content.FIRST_SEEN | Content.LAST_SEEN | Content.TAG_SEEN_COUNT


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """When tags are told, and what of each. `after_tags` 0: no number of tags is enough."""

    tell: Tell = Tell.END_OF_AISPEC
    after_tags: int = 1
    content: int = USUAL_CONTENT
    crc: bool = False
    pc: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """Ends an AISpec by what is seen; 0 seconds: no time-out."""

    until: Until
    tags: int
    attempts: int
    quiet_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class AiSpec:
    """One inventory. No antennas: all of them. `duration_s` None: without an end of its own."""

    antennas: tuple[int, ...]
    duration_s: float | None
    observation: Observation | None
    inventory_parameter_spec: int


@dataclass(frozen=True, slots=True)
class RoSpec:
    """What to do. `period_s` 0: once; `report` None: as the reader's configuration says."""

    number: int
    start: Start
    offset_s: float
    period_s: float
    duration_s: float | None
    inventories: tuple[AiSpec, ...]
    report: ReportSpec | None
    body: bytes
    """As it was sent."""


def rospec_of(body: bytes, antennas: int) -> RoSpec:
    """The ROSpec in a parameter of a reader with this many antennas; raises `Refused`."""
    (number, _, state), rest = split(ROSPEC, Is.ROSPEC, body)
    if number == 0 or state != 0:
        raise wrong_field(0 if number == 0 else 2, "a ROSpec is added with a number above 0, disabled")
    parameters = parameters_of(rest, Is.ROSPEC)
    only_known(parameters, frozenset({Is.RO_BOUNDARY_SPEC, Is.AISPEC, Is.RO_REPORT_SPEC}), Is.ROSPEC)
    boundary = parameters_of(the_only(Is.RO_BOUNDARY_SPEC, parameters, Is.ROSPEC), Is.RO_BOUNDARY_SPEC)
    start, offset_s, period_s = _start(the_only(Is.ROSPEC_START_TRIGGER, boundary, Is.RO_BOUNDARY_SPEC))
    (stop, duration_ms), _ = split(
        STOP_TRIGGER, Is.ROSPEC_STOP_TRIGGER, the_only(Is.ROSPEC_STOP_TRIGGER, boundary, Is.RO_BOUNDARY_SPEC)
    )
    ends = _one_of(Stop, stop, Is.ROSPEC_STOP_TRIGGER)
    inventories = tuple(_aispec(one.body, antennas) for one in parameters if one.kind == Is.AISPEC)
    if not inventories:
        raise wrong_parameter(Is.ROSPEC, Code.IN_PARAMETER_MISSING, "a ROSpec needs an AISpec")
    report = perhaps(Is.RO_REPORT_SPEC, parameters)
    return RoSpec(
        number,
        start,
        offset_s,
        period_s,
        duration_ms * MILLISECOND_S if ends is Stop.AFTER_DURATION else None,
        inventories,
        report_spec_of(report) if report is not None else None,
        body,
    )


def report_spec_of(body: bytes) -> ReportSpec:
    """The ROReportSpec in a parameter; raises `Refused`."""
    (trigger, after_tags), rest = split(REPORT, Is.RO_REPORT_SPEC, body)
    parameters = parameters_of(rest, Is.RO_REPORT_SPEC)
    selector = the_only(Is.TAG_REPORT_CONTENT_SELECTOR, parameters, Is.RO_REPORT_SPEC)
    (content,), inside = split(SELECTOR, Is.TAG_REPORT_CONTENT_SELECTOR, selector)
    of_gen2 = perhaps(Is.C1G2_EPC_MEMORY_SELECTOR, parameters_of(inside, Is.TAG_REPORT_CONTENT_SELECTOR))
    bits = split(BYTE, Is.C1G2_EPC_MEMORY_SELECTOR, of_gen2)[0][0] if of_gen2 is not None else 0
    tell = _one_of(Tell, trigger, Is.RO_REPORT_SPEC)
    return ReportSpec(tell, after_tags, content, bool(bits & CRC_BIT), bool(bits & PC_BIT))


def report_spec_parameter(spec: ReportSpec) -> bytes:
    """A ROReportSpec as the reader tells it."""
    of_gen2 = tlv(Is.C1G2_EPC_MEMORY_SELECTOR, BYTE.pack(CRC_BIT * spec.crc | PC_BIT * spec.pc))
    selector = tlv(Is.TAG_REPORT_CONTENT_SELECTOR, SELECTOR.pack(spec.content), of_gen2)
    return tlv(Is.RO_REPORT_SPEC, REPORT.pack(spec.tell, spec.after_tags), selector)


def _start(body: bytes) -> tuple[Start, float, float]:
    (kind,), rest = split(START_TRIGGER, Is.ROSPEC_START_TRIGGER, body)
    start = _one_of(Start, kind, Is.ROSPEC_START_TRIGGER)
    if start is not Start.PERIODICALLY:
        return start, 0.0, 0.0
    inside = parameters_of(rest, Is.ROSPEC_START_TRIGGER)
    value = the_only(Is.PERIODIC_TRIGGER_VALUE, inside, Is.ROSPEC_START_TRIGGER)
    (offset_ms, period_ms), _ = split(PERIOD, Is.PERIODIC_TRIGGER_VALUE, value)
    return start, offset_ms * MILLISECOND_S, period_ms * MILLISECOND_S


def _aispec(body: bytes, most: int) -> AiSpec:
    (count,), rest = split(COUNT, Is.AISPEC, body)
    if len(rest) < count * COUNT.size:
        raise wrong_parameter(Is.AISPEC, Code.IN_PARAMETER_FIELD_ERROR, "an AISpec is too short for its antennas")
    named = tuple(number for (number,) in COUNT.iter_unpack(rest[: count * COUNT.size]))
    if any(number > most for number in named):
        raise wrong_parameter(Is.AISPEC, Code.IN_PARAMETER_FIELD_ERROR, f"there are {most} antennas")
    parameters = parameters_of(rest[count * COUNT.size :], Is.AISPEC)
    only_known(parameters, frozenset({Is.AISPEC_STOP_TRIGGER, Is.INVENTORY_PARAMETER_SPEC}), Is.AISPEC)
    stops, inside = split(STOP_TRIGGER, Is.AISPEC_STOP_TRIGGER, the_only(Is.AISPEC_STOP_TRIGGER, parameters, Is.AISPEC))
    stop = _one_of(Stop, stops[0], Is.AISPEC_STOP_TRIGGER)
    return AiSpec(
        () if 0 in named else named,
        stops[1] * MILLISECOND_S if stop is Stop.AFTER_DURATION else None,
        _observation(inside) if stop is Stop.ON_OBSERVATION else None,
        _inventory_parameter_spec(parameters),
    )


def _inventory_parameter_spec(parameters: list[Parameter]) -> int:
    body = the_only(Is.INVENTORY_PARAMETER_SPEC, parameters, Is.AISPEC)
    (number, protocol), _ = split(INVENTORY, Is.INVENTORY_PARAMETER_SPEC, body)
    if number == 0 or protocol != GEN2:
        text = "an InventoryParameterSpec has a number above 0 and the air protocol 1"
        raise wrong_parameter(Is.INVENTORY_PARAMETER_SPEC, Code.IN_PARAMETER_FIELD_ERROR, text)
    return number


def _observation(inside: bytes) -> Observation:
    body = the_only(Is.TAG_OBSERVATION_TRIGGER, parameters_of(inside, Is.AISPEC_STOP_TRIGGER), Is.AISPEC_STOP_TRIGGER)
    (kind, tags, attempts, quiet_ms, timeout_ms), _ = split(OBSERVATION, Is.TAG_OBSERVATION_TRIGGER, body)
    until = _one_of(Until, kind, Is.TAG_OBSERVATION_TRIGGER)
    return Observation(until, tags, attempts, quiet_ms * MILLISECOND_S, timeout_ms * MILLISECOND_S)


def _one_of(kinds: type[Kind], number: int, parameter: Is) -> Kind:
    try:
        return kinds(number)
    except ValueError:
        text = f"{parameter.name}: {number} is not supported"
        raise wrong_parameter(parameter, Code.IN_PARAMETER_FIELD_ERROR, text) from None
