"""ROSpecs and AccessSpecs as they stand, the one ROSpec that runs, and what is told of it.

Source: EPCglobal LLRP 1.0.1, reader operation: a ROSpec is disabled, inactive or active; one is active at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.devices.llrp_access import AccessSpec, Write, carried_out, reports_at_once
from firmware_sim.devices.llrp_frames import tlv, wrong_field
from firmware_sim.devices.llrp_reports import Sighting, Untold
from firmware_sim.devices.llrp_specs import AiSpec, Observation, ReportSpec, RoSpec, Start, Tell, Until
from firmware_sim.devices.llrp_words import Event, Is
from firmware_sim.devices.uhf_field import Heard, UhfField
from firmware_sim.devices.work import Work

ROUND_S = 0.030
TAG_S = 0.004
"""An inventory round, and what each tag in it adds: some 200 tags a second."""
MOST_SPECS = 32
ROSPEC_STATE, ACCESSSPEC_STATE = 5, 7
"""Where the states stand in the bodies of the two."""
ACCESS_ON = 0x80
BEGUN, ENDED = b"\0", b"\1"
"""What a ROSpecEvent tells."""


class State(IntEnum):
    """States of a ROSpec."""

    DISABLED = 0
    INACTIVE = 1
    ACTIVE = 2


@dataclass(slots=True)
class StandingRoSpec:
    """`next_s`: when its start trigger is due, if it has one and is not active."""

    spec: RoSpec
    state: State = State.DISABLED
    next_s: float | None = None


@dataclass(slots=True)
class StandingAccessSpec:
    """`left`: how often it is still carried out; None without an end."""

    spec: AccessSpec
    left: int | None
    active: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Tags to be told, each as TagReportData. `wrote`: something was done to a tag's memory."""

    tags: tuple[bytes, ...]
    wrote: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, and its parameter."""

    event: Event
    parameter: bytes


class Inventories:
    """What the reader does with its antennas. Times in seconds of the host's clock; `utc_us` turns one into UTC."""

    def __init__(self, field: UhfField, utc_us: Callable[[float], int]) -> None:
        self._field = field
        self._utc_us = utc_us
        self._rospecs: dict[int, StandingRoSpec] = {}
        self._accessspecs: dict[int, StandingAccessSpec] = {}
        self._work: Work[int] = Work()
        self._active: StandingRoSpec | None = None
        self._untold = Untold()
        self._wrote = False
        self._told: list[Report | Happened] = []
        self.usual_report = ReportSpec()
        """How tags are told where a ROSpec does not say."""
        self.connected_antennas = set(range(1, field.antennas + 1))

    def take_told(self) -> list[Report | Happened]:
        """Reports and events since the last time."""
        told, self._told = self._told, []
        return told

    def add(self, spec: RoSpec) -> None:
        """A ROSpec, disabled; raises `Refused`."""
        if spec.number in self._rospecs or len(self._rospecs) >= MOST_SPECS:
            raise wrong_field(0, f"ROSpec {spec.number} exists, or there are {MOST_SPECS}")
        self._rospecs[spec.number] = StandingRoSpec(spec)

    def delete(self, number: int) -> None:
        """One, or all with 0; an active one ends. Raises `Refused`."""
        for standing in self._named(number):
            self._stopped(standing)
            del self._rospecs[standing.spec.number]

    def enable(self, number: int, now_s: float) -> None:
        """One, or all with 0: its start trigger counts from now. Raises `Refused`."""
        for standing in self._named(number):
            if standing.state is State.DISABLED:
                standing.state = State.INACTIVE
                standing.next_s = self._first_s(standing.spec, now_s)
        self.advance(now_s)

    def disable(self, number: int) -> None:
        """One, or all with 0; an active one ends. Raises `Refused`."""
        for standing in self._named(number):
            self._stopped(standing)
            standing.state, standing.next_s = State.DISABLED, None

    def start(self, number: int, now_s: float) -> None:
        """One that is enabled, while none is active; raises `Refused`."""
        standing = self._rospecs.get(number)
        if standing is None or standing.state is not State.INACTIVE or self._active is not None:
            raise wrong_field(0, f"ROSpec {number} is not there, not enabled, or another one is active")
        self._begin(standing, now_s)

    def stop(self, number: int) -> None:
        """One, or all with 0, ends if it is active. Raises `Refused`."""
        for standing in self._named(number):
            self._stopped(standing)

    def add_access(self, spec: AccessSpec) -> None:
        """An AccessSpec, disabled; raises `Refused`."""
        if spec.number in self._accessspecs or len(self._accessspecs) >= MOST_SPECS:
            raise wrong_field(0, f"AccessSpec {spec.number} exists, or there are {MOST_SPECS}")
        self._accessspecs[spec.number] = StandingAccessSpec(spec, spec.times or None)

    def delete_access(self, number: int) -> None:
        """One, or all with 0; raises `Refused`."""
        for standing in self._accesses_named(number):
            del self._accessspecs[standing.spec.number]

    def enable_access(self, number: int) -> None:
        """One, or all with 0; raises `Refused`."""
        for standing in self._accesses_named(number):
            standing.active = True

    def disable_access(self, number: int) -> None:
        """One, or all with 0; raises `Refused`."""
        for standing in self._accesses_named(number):
            standing.active = False

    def rospecs(self) -> bytes:
        """All of them as parameters, with their states."""
        return b"".join(
            tlv(Is.ROSPEC, _with_byte(one.spec.body, ROSPEC_STATE, one.state)) for one in self._rospecs.values()
        )

    def accessspecs(self) -> bytes:
        """All of them as parameters, with their states."""
        return b"".join(
            tlv(Is.ACCESSSPEC, _with_byte(one.spec.body, ACCESSSPEC_STATE, ACCESS_ON * one.active))
            for one in self._accessspecs.values()
        )

    def report_now(self) -> None:
        """Tell what waits, if it is nothing, too."""
        spec = self._report_spec(self._active.spec) if self._active is not None else self.usual_report
        self._report(spec)

    def advance(self, now_s: float) -> None:
        """Do the steps whose time has come."""
        while True:
            if self._work.advance(now_s) is not None and self._active is not None:
                ended = self._active
                self._end(ended)
                ended.next_s = self._next_s(ended.spec, self._work.step_s)
            due = [one for one in self._rospecs.values() if one.next_s is not None and one.next_s <= now_s]
            if self._active is not None or not due:
                return
            self._begin(due[0], due[0].next_s or now_s)

    def due_s(self) -> float | None:
        """When the next step is due."""
        times = [self._work.due_s()]
        if self._active is None:
            times += [one.next_s for one in self._rospecs.values()]
        return min((time_s for time_s in times if time_s is not None), default=None)

    def _begin(self, standing: StandingRoSpec, now_s: float) -> None:
        standing.state, standing.next_s = State.ACTIVE, None
        self._active = standing
        self._happened(Event.ROSPEC, Is.ROSPEC_EVENT, BEGUN + standing.spec.number.to_bytes(4, "big") + bytes(4))
        self._work.begin(self._running(standing.spec), now_s)
        self._work.advance(now_s)

    def _stopped(self, standing: StandingRoSpec) -> None:
        if standing is self._active:
            self._work = Work()
            if self._report_spec(standing.spec).tell is Tell.END_OF_AISPEC:
                self._report_if_any(standing.spec)
            self._end(standing)

    def _end(self, standing: StandingRoSpec) -> None:
        self._active = None
        standing.state = State.INACTIVE
        if self._report_spec(standing.spec).tell is Tell.END_OF_ROSPEC:
            self._report_if_any(standing.spec)
        self._happened(Event.ROSPEC, Is.ROSPEC_EVENT, ENDED + standing.spec.number.to_bytes(4, "big") + bytes(4))

    def _running(self, spec: RoSpec) -> Generator[float, None, int]:
        ends_s = self._work.step_s + spec.duration_s if spec.duration_s is not None else float("inf")
        for place, inventory in enumerate(spec.inventories, start=1):
            yield from self._inventory(spec, place, inventory, ends_s)
            if self._report_spec(spec).tell is Tell.END_OF_AISPEC:
                self._report_if_any(spec)
            told = b"\0" + spec.number.to_bytes(4, "big") + place.to_bytes(2, "big")
            self._happened(Event.AISPEC, Is.AISPEC_EVENT, told)
            if self._work.step_s >= ends_s:
                break
        return spec.number

    def _inventory(self, spec: RoSpec, place: int, inventory: AiSpec, ends_s: float) -> Generator[float, None, None]:
        watch = Watch(inventory, self._work.step_s)
        while True:
            answering = self._heard(inventory)
            yield ROUND_S + TAG_S * len(answering)
            still = {id(one.tag) for one in self._heard(inventory)}
            found = [one for one in answering if id(one.tag) in still]
            for one in found:
                yield from self._singulated(spec, place, inventory, one)
            watch.round_ended([one.tag.told[1] for one in found], self._work.step_s)
            if self._work.step_s >= ends_s or watch.over(self._work.step_s):
                return

    def _singulated(self, spec: RoSpec, place: int, inventory: AiSpec, one: Heard) -> Generator[float, None, None]:
        report = self._report_spec(spec)
        pc, uii = one.tag.told
        time_us, crc = self._utc_us(self._work.step_s), one.tag.crc
        access = self._access_for(one, spec.number)
        results: tuple[bytes, ...] = ()
        if access is not None:
            if access.left is not None:
                access.left -= 1
            results = yield from carried_out(access.spec, one.tag, lambda: self._still_hears(one))
            self._wrote |= any(isinstance(done, Write) for done in access.spec.operations)
            if access.left == 0:
                self._accessspecs.pop(access.spec.number, None)
        number = access.spec.number if access is not None else None
        self._untold.add(
            Sighting(
                pc,
                uii,
                crc,
                spec.number,
                place,
                inventory.inventory_parameter_spec,
                one.antenna,
                one.rssi_dbm,
                time_us,
                number,
                results,
            ),
            report,
        )
        enough = report.tell is not Tell.WHEN_ASKED and 0 < report.after_tags <= len(self._untold)
        if enough or (access is not None and reports_at_once(access.spec.body)):
            self._report(report)

    def _access_for(self, one: Heard, rospec: int) -> StandingAccessSpec | None:
        for standing in self._accessspecs.values():
            if standing.active and standing.left != 0 and standing.spec.meets(one.tag, one.antenna, rospec):
                return standing
        return None

    def _heard(self, inventory: AiSpec) -> list[Heard]:
        return [
            one
            for one in self._field.heard(self._work.step_s)
            if one.antenna in self.connected_antennas and (not inventory.antennas or one.antenna in inventory.antennas)
        ]

    def _still_hears(self, one: Heard) -> bool:
        return any(other.tag is one.tag for other in self._field.heard(self._work.step_s))

    def _report_spec(self, spec: RoSpec) -> ReportSpec:
        return spec.report or self.usual_report

    def _report_if_any(self, spec: RoSpec) -> None:
        if len(self._untold):
            self._report(self._report_spec(spec))

    def _report(self, spec: ReportSpec) -> None:
        self._told.append(Report(tuple(self._untold.told(spec)), self._wrote))
        self._wrote = False

    def _happened(self, event: Event, kind: Is, content: bytes) -> None:
        self._told.append(Happened(event, tlv(kind, content)))

    def _named(self, number: int) -> list[StandingRoSpec]:
        if number == 0:
            return list(self._rospecs.values())
        if number not in self._rospecs:
            raise wrong_field(0, f"there is no ROSpec {number}")
        return [self._rospecs[number]]

    def _accesses_named(self, number: int) -> list[StandingAccessSpec]:
        if number == 0:
            return list(self._accessspecs.values())
        if number not in self._accessspecs:
            raise wrong_field(0, f"there is no AccessSpec {number}")
        return [self._accessspecs[number]]

    @staticmethod
    def _first_s(spec: RoSpec, now_s: float) -> float | None:
        return None if spec.start is Start.NEVER else now_s + spec.offset_s

    @staticmethod
    def _next_s(spec: RoSpec, ended_s: float) -> float | None:
        match spec.start:
            case Start.NEVER:
                return None
            case Start.IMMEDIATELY:
                return ended_s
            case Start.PERIODICALLY:
                return ended_s + spec.period_s if spec.period_s else None


class Watch:
    """Tells when one AISpec is over by itself."""

    def __init__(self, inventory: AiSpec, began_s: float) -> None:
        self._inventory = inventory
        self._began_s = began_s
        self._new_s = began_s
        self._seen: set[bytes] = set()
        self._rounds = 0

    def round_ended(self, tags: list[bytes], now_s: float) -> None:
        """These tags were found in a round that ended now."""
        if set(tags) - self._seen:
            self._new_s = now_s
        self._seen |= set(tags)
        self._rounds += 1

    def over(self, now_s: float) -> bool:
        """The AISpec's own end has come."""
        if self._inventory.duration_s is not None:
            return now_s - self._began_s >= self._inventory.duration_s
        observation = self._inventory.observation
        return observation is not None and self._observed(observation, now_s)

    def _observed(self, observation: Observation, now_s: float) -> bool:
        if observation.timeout_s and now_s - self._began_s >= observation.timeout_s:
            return True
        match observation.until:
            case Until.TAGS:
                return len(self._seen) >= observation.tags
            case Until.NO_NEW_TAG:
                return now_s - self._new_s >= observation.quiet_s
            case Until.ATTEMPTS:
                return self._rounds >= observation.attempts


def _with_byte(body: bytes, place: int, value: int) -> bytes:
    return body[:place] + bytes((value,)) + body[place + 1 :]
