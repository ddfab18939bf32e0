"""The loop that owns a gate controller's state. Lamps follow a judgement at once; what happened is written down by the
scribe, and nothing here waits for disk or network (docs/adr/0150)."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from drivers.gates.protocol import GateEvent, TagPassed
from kiosk.gate.copy.believing import StationKeys, believed_facts
from kiosk.gate.copy.fetching import CopyFailed, CopyFetched, Fetched, Fetcher, ItemShown
from kiosk.gate.copy.lent_copy import LentCopy, Replayed
from kiosk.gate.effects import FieldChanged, GateEffect, Hush, Signal, TellAlarm, TellCount
from kiosk.gate.events import (
    AlarmAnswered,
    CheckAnswered,
    ChecksBegun,
    GateHappening,
    NotKnown,
    Said,
    Stopping,
    TagSeen,
    TimePassed,
    WatchKept,
)
from kiosk.gate.fleet import RestartOrdered
from kiosk.gate.judging import Sighting
from kiosk.gate.line import LineChanged, LineHeard
from kiosk.gate.page.board import Board
from kiosk.gate.page.sight import sight
from kiosk.gate.pictures import Photographer, PicturesGone, PictureTaken
from kiosk.gate.scribe import Entry, Scribe
from kiosk.gate.state import Alarm, FieldTrouble, GateState
from kiosk.gate.step import due_in_s, step
from kiosk.gate.translate import Hearing
from kiosk.gate.watching import ROWS_LOST, STOOD_STILL
from kiosk.model.circulation import Item
from kiosk.model.gate_facts import AlarmState
from kiosk.model.ids import IntentId
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.station.inbox import Inbox
from kiosk.station.uplink_events import LinkDown, LinkUp, Sidelined, UplinkEvent
from kiosk.wire import Channel, MessageRefused, SetAside, Station, all_stations, parse_topic
from kiosk.wire.gate_told import AlarmTold, encode_alarm, encode_count
from kiosk.wire.lent_changes import LentChanges, decode_lent_changes
from kiosk.wire.policy import Ready, decode_policy

LEDGER = "ledger"
"""Name of the copy among what central announces."""
LONGEST_SLEEP_S = 5.0
ALIVE_S = 10.0
"""How often it is noted that somebody watches, for a next start after a power cut."""
STILL_S = 15.0
"""A turn that comes so late means that the process stood still: it was stopped, swapped out, or the machine slept."""
SHOW_AGAIN_S = 1.0
MOST_SHOWN = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FromGate:
    """A gate's driver told something."""

    gate: str
    event: GateEvent


@dataclass(frozen=True, slots=True)
class Stop:
    """SIGTERM."""


GateMessage = (
    FromGate
    | LineHeard
    | LineChanged
    | Fetched
    | PictureTaken
    | PicturesGone
    | Said
    | UplinkEvent
    | RestartOrdered
    | Stop
)


class Lights(Protocol):
    def show(self, signal: Signal, now: datetime) -> None: ...

    def hush(self, hush: Hush) -> None: ...


@dataclass(slots=True)
class GateParts:
    """What the loop works with."""

    station: Station
    hearings: Mapping[str, Hearing]
    lights: Lights
    copy: LentCopy
    scribe: Scribe
    fetcher: Fetcher | None
    pictures: Photographer
    board: Board
    central_key: Ed25519PublicKey | None
    station_keys: StationKeys | None
    """By which central signs; None: what comes on its topics is believed."""
    alive_file: Path
    time_zone: str
    field_told: Callable[[str, Sequence[FieldTrouble]], None] = lambda gate, troubles: None
    """What becomes of a gate that hears worse, for the technician."""


@dataclass(slots=True)
class GateLoop:
    """The thread that changes the state."""

    state: GateState
    parts: GateParts
    inbox: Inbox[GateMessage]
    alive: Callable[[], None]
    clock: Callable[[], Moment] = field(default_factory=lambda: now)
    still_s: float = STILL_S
    refused: int = 0
    """Messages that could not be taken."""
    restarts: bool = False
    """Whether it ended because the fleet wants it started anew."""
    _rows: list[Journal] = field(default_factory=list)
    _told: list[tuple[Channel, bytes]] = field(default_factory=list)
    _titles: list[Item] = field(default_factory=list)
    _stored: dict[str, int] = field(default_factory=dict)
    _shown: dict[str, ItemShown] = field(default_factory=dict)
    _pictured: set[IntentId] = field(default_factory=set)
    _announced: Ready | None = None
    _link: dict[str, bool] = field(default_factory=lambda: {"broker": False, "central": False})
    _alive_s: float = 0.0
    _turned: Moment | None = None
    _shown_s: float = 0.0

    def run(self) -> None:
        """Until `Stop` comes."""
        self._show(self.clock())
        while self._turn():
            pass
        self.end()

    def end(self) -> None:
        """From now on nobody watches: written down."""
        moment = self.clock()
        self._step(Stopping(), moment)
        self._write(moment)

    def _turn(self) -> bool:
        self.alive()
        return self.turn(self.inbox.take(min(LONGEST_SLEEP_S, due_in_s(self.clock()))))

    def turn(self, messages: Sequence[GateMessage]) -> bool:
        """Take these, and what time has brought; whether to go on."""
        self._look_back(self.clock())
        going = True
        for message in messages:
            if isinstance(message, Stop | RestartOrdered):
                going, self.restarts = False, isinstance(message, RestartOrdered)
            else:
                self._take(message, self.clock())
        moment = self.clock()
        self._step(TimePassed(), moment)
        self._write(moment)
        self._note_alive(moment)
        if messages or moment.mono_s - self._shown_s >= SHOW_AGAIN_S:
            self._show(moment)
        return going

    def _look_back(self, moment: Moment) -> None:
        """Whether there is a time of which nothing is known."""
        before, self._turned = self._turned, moment
        if before is not None and moment.mono_s - before.mono_s > self.still_s:
            until = before.utc + timedelta(seconds=moment.mono_s - before.mono_s)
            self._step(NotKnown(before.utc, until, STOOD_STILL), moment)
        lost = self.parts.scribe.take_lost()
        if lost is not None:
            self._step(NotKnown(*lost, ROWS_LOST), moment)

    def _take(self, message: GateMessage, moment: Moment) -> None:
        match message:
            case FromGate():
                self._heard_gate(message, moment)
            case LineHeard():
                self._heard(message, moment)
            case LineChanged():
                self._link["broker"] = message.up
                if message.up:  # something was said meanwhile
                    self._catch_up()
            case CopyFetched():
                self.parts.copy.take(message.table, message.path)
                self._catch_up()
                log.info("uses copy %d of the ledger: %d keys", message.table.header.version, message.table.header.keys)
            case CopyFailed():
                self.parts.copy.trouble = message.why
                log.warning("%s; the old one is used", message.why)
            case LentChanges():
                self.parts.copy.changes(message, moment.utc)
            case ItemShown():
                self._learned(message)
            case AlarmAnswered() | ChecksBegun() | CheckAnswered():
                self._step(message, moment)
            case PictureTaken(alarm):
                self._pictured.add(alarm)
            case PicturesGone(alarms):
                self._pictured -= alarms
            case LinkUp():
                self._link["central"] = True
            case LinkDown():
                self._link["central"] = False
            case Sidelined():
                log.error("%s", message.reason)
            case _:
                pass

    def _heard_gate(self, message: FromGate, moment: Moment) -> None:
        """The way from a report to a lamp: nothing here waits for disk or network."""
        told = self.parts.hearings[message.gate].heard(message.event, moment.utc)
        if isinstance(told, Sighting):
            known = self.parts.copy.known(told, moment.utc)
            self._step(TagSeen(told, known.standing, known.version, known.age_s), moment)
            self._step(WatchKept(told.gate), moment)
        else:
            for happened in told:
                self._step(happened, moment)
        if isinstance(message.event, TagPassed) and message.event.number:
            self._stored[message.gate] = message.event.number

    def _step(self, event: GateHappening, moment: Moment) -> None:
        self.state, effects = step(self.state, event, moment)
        for effect in effects:
            self._do(effect, moment)

    def _do(self, effect: GateEffect, moment: Moment) -> None:
        match effect:
            case Signal():
                self.parts.lights.show(effect, moment.utc)
            case Hush():
                self.parts.lights.hush(effect)
            case Journal():
                self._rows.append(effect)
            case TellAlarm(alarm):
                self._alarm_told(alarm, moment)
            case TellCount(counted):
                self._told.append((Channel.COUNT, encode_count(self.parts.station, counted, moment.utc)))
            case FieldChanged(gate, troubles):
                self.parts.field_told(gate, troubles)

    def _write(self, moment: Moment) -> None:
        """Hand over what has happened."""
        if self._rows or self._stored or self._told or self._titles:
            entry = Entry(moment, tuple(self._rows), dict(self._stored), tuple(self._told), tuple(self._titles))
            self.parts.scribe.write(entry)
            for kept in (self._rows, self._told, self._titles):
                kept.clear()
            self._stored.clear()

    def _alarm_told(self, alarm: Alarm, moment: Moment) -> None:
        state = AlarmTold(alarm.id, alarm.gate, alarm.state, alarm.items[0].kind, len(alarm.items), alarm.raised_at)
        self._told.append((Channel.ALARM, encode_alarm(self.parts.station, state, moment.utc)))
        self._ask_what(alarm)
        if alarm.state is AlarmState.RAISED and len(alarm.items) == 1 and not (alarm.late or alarm.lingers):
            self.parts.pictures.take(alarm.id, alarm.gate)

    def _heard(self, message: LineHeard, moment: Moment) -> None:
        everybody = all_stations(self.parts.station.site)
        try:
            if message.topic == everybody.topic(Channel.POLICY):
                self._announced_now(message.payload)
            elif message.topic == everybody.topic(Channel.LEDGER):
                self._changed(message.payload, moment)
            else:
                station, channel = parse_topic(message.topic)
                if channel is Channel.COMMAND:
                    raise MessageRefused("topic", "no command: this gate has no fleet", "one")
                if channel is Channel.FACTS and station.site == everybody.site:
                    keys = self.parts.station_keys
                    told = believed_facts(station, message.topic, message.payload, message.signature, keys)
                    self.parts.copy.facts(station.station, told, moment.utc)
        except MessageRefused as refused:
            self.refused += 1
            log.warning("refused a message on %s: %s", message.topic, refused)

    def _announced_now(self, payload: bytes) -> None:
        """Fetch what is newer than what is used; an older announcement is an old message."""
        told = decode_policy(self.parts.station.site, payload)
        ready = None if isinstance(told, SetAside) else next((one for one in told if one.name == LEDGER), None)
        as_of = self.parts.copy.as_of
        if ready is not None and self.parts.central_key is not None:
            ready.check(self.parts.station.site, self.parts.central_key)
        if ready is None or (self._announced is not None and ready.made_at < self._announced.made_at):
            return
        self._announced = ready
        if self.parts.fetcher is not None and (as_of is None or ready.made_at > as_of):
            self.parts.fetcher.want(ready)

    def _changed(self, payload: bytes, moment: Moment) -> None:
        told = decode_lent_changes(self.parts.station.site, payload, self.parts.central_key)
        try:
            if not isinstance(told, SetAside) and not self.parts.copy.changes(told, moment.utc):
                log.info("missed changes of the ledger before %d", told.after)
                self._catch_up()
        except Replayed:
            self._catch_up()  # if it was central, with another clock, it tells what is true when it is asked
            raise

    def _catch_up(self) -> None:
        if self.parts.fetcher is not None:
            self.parts.fetcher.catch_up(self.parts.copy.version)

    def _ask_what(self, alarm: Alarm) -> None:
        """Ask central for title and loan of what rang last."""
        rung = alarm.items[-1]
        if self.parts.fetcher is not None and alarm.by == "" and (rung.item or rung.uid):
            self.parts.fetcher.ask(rung.item, rung.uid)

    def _learned(self, shown: ItemShown) -> None:
        while len(self._shown) >= MOST_SHOWN:
            del self._shown[next(iter(self._shown))]
        self._shown[shown.name] = shown
        self._titles.append(Item(shown.item, shown.title, shown.author, shown.call_number))

    def _note_alive(self, moment: Moment) -> None:
        """Until when everything is on the disk: what is lost at a power cut happened after that."""
        if moment.mono_s - self._alive_s >= ALIVE_S:
            self._alive_s = moment.mono_s
            known_s = (self.parts.scribe.unwritten_since or moment.utc).timestamp()
            try:
                self.parts.alive_file.touch()
                os.utime(self.parts.alive_file, (known_s, known_s))
            except OSError as trouble:
                log.warning("cannot note that the gates are watched: %s", trouble)

    def _show(self, moment: Moment) -> None:
        self._shown_s = moment.mono_s
        parts = self.parts
        parts.board.show(
            sight(
                self.state,
                parts.copy.state(moment.utc),
                self._shown,
                self._pictured,
                self._link,
                parts.scribe.trouble,
                self.refused,
                moment.utc,
                time_zone=parts.time_zone,
            )
        )


def now() -> Moment:
    """This instant, by both clocks; the one that nobody sets goes on while the machine sleeps."""
    return Moment(time.clock_gettime(time.CLOCK_BOOTTIME), datetime.now(UTC))
