"""The kiosk's line to central: facts out, acknowledgements and answers in. Never gives up, never blocks the station.

One thread owns the conversation; paho has another, which only hands over; a third exists while connecting.
"""

from __future__ import annotations

import logging
import queue
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ledger import Outbox, StorageFailure, boot_id
from kiosk.model.ids import AskId
from kiosk.model.limits import is_loopback
from kiosk.model.questions import Question
from kiosk.session.events import Moment
from kiosk.station.uplink_conversation import Conversation, Heartbeat, Order, Publish
from kiosk.station.uplink_events import BrokerUp, CommandHeard, CopiesPublished, UplinkEvent
from kiosk.station.uplink_line import Address, Heard, Line, LineEvent, LineLost, LineUp
from kiosk.wire import (
    AnswerMessage,
    Channel,
    HealthReport,
    MessageRefused,
    SetAside,
    Station,
    StationState,
    StationStatus,
    Sync,
    all_stations,
    decode_ack,
    decode_answer,
    decode_policy,
    encode_health,
    encode_status,
)
from kiosk.wire.signing import BadKey, own_key

ASK_S = 2.0
"""An online question's deadline (messages, section 5)."""
MOST_WAITING = 1_000
MOST_HEARD = 500
"""Messages that may wait; more are dropped, and told again by central or missed by the deadline."""
FIRST_DELAY_S = 30.0
FIRST_DELAY_LOOPBACK_S = 1.0
"""A broker on this machine serves one station: there is no storm to spread."""
LONGEST_DELAY_S = 120.0
STEADY_S = 20.0
"""A connection that lasted this long begins the back-off anew."""
SHORT_LIVES = 3
"""So many lines lost soon after they were up, and the operator is told. mosquitto 2.0.11 and iotcore 0.4.0 just close
a client whose name another one takes (measured); brokers that give the reason are believed at once."""
UNSTEADY = (
    f"the broker ended {SHORT_LIVES} connections soon after they were made: another client may use this station's "
    "name, or the network is unsteady"
)
STOP_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """Whose uplink this is and where to."""

    station: Station
    address: Address
    software: str
    ledger_folder: Path
    """Whose free space the heartbeat tells."""
    first_delay_s: float
    """Upper bound of the first wait after a loss; doubles to 120 s. Each wait is drawn between a tenth of it and it."""
    hears_commands: bool = False
    key: Ed25519PrivateKey | None = None
    """By which the station's facts are its own (`signed_facts`)."""

    @classmethod
    def of(
        cls, station: Station, address: Address, software: str, ledger_folder: Path, *, hears_commands: bool = False
    ) -> UplinkSettings:
        """Settings with the delay that fits the address, and the key that lies in the folder of the ledger; it is made
        at the first start."""
        delay_s = FIRST_DELAY_LOOPBACK_S if _is_loopback(address.host) else FIRST_DELAY_S
        return cls(station, address, software, ledger_folder, delay_s, hears_commands, _key_in(ledger_folder))


@dataclass(frozen=True, slots=True)
class StationHealth:
    """What the station knows of itself, for the heartbeat."""

    devices: tuple[tuple[str, str], ...] = ()
    """(device, `ok` | `degraded` | `gone` | `unknown`)"""
    paper: str | None = None
    copy: str | None = None
    """Version of the copy to lend by."""
    copy_issued: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    ask: AskId
    question: Question
    at_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class _FactsAdded:
    pass


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


@dataclass(frozen=True, slots=True)
class _OnLine:
    line: Line
    event: LineEvent


@dataclass(frozen=True, slots=True)
class _Told:
    channel: Channel
    payload: bytes


_Message = _Asked | _FactsAdded | _Stop | _OnLine | StationHealth | _Told


@dataclass(slots=True)
class _Retry:
    """When to connect next."""

    chance: random.Random
    first_s: float
    bound_s: float = field(init=False)
    at_s: float | None = 0.0
    """None while a line is open."""
    up_s: float | None = None
    short_lives: int = 0
    """Lines that were lost soon after they were up, in a row."""

    def __post_init__(self) -> None:
        self.bound_s = self.first_s

    def lost(self, now_s: float) -> None:
        if self.up_s is not None:
            steady = now_s - self.up_s >= STEADY_S
            self.short_lives = 0 if steady else self.short_lives + 1
            self.bound_s = self.first_s if steady else self.bound_s
        self.at_s = now_s + self.chance.uniform(self.bound_s / 10, self.bound_s)
        self.bound_s = min(self.bound_s * 2, LONGEST_DELAY_S)
        self.up_s = None


class Uplink:
    """Starts at once. `deliver` is called on the uplink's thread with each `UplinkEvent`; it may wait, not raise.

    The caller owns `outbox` and closes it after `stop()`.
    """

    def __init__(
        self,
        settings: UplinkSettings,
        outbox: Outbox,
        deliver: Callable[[UplinkEvent], None],
        completed: Callable[[HealthReport], HealthReport] = lambda report: report,
    ) -> None:
        """`completed` adds what else the station knows to a heartbeat; it is called on the uplink's thread."""
        self._settings = settings
        self._completed = completed
        self._outbox = outbox
        self._deliver = deliver
        self._boot = boot_id()
        self._inbox: queue.Queue[_Message] = queue.Queue(MOST_WAITING)
        self._talk = Conversation(settings.station, outbox)
        seed = f"{settings.station.source} {self._boot}"
        self._retry = _Retry(random.Random(seed), settings.first_delay_s)
        self._line: Line | None = None
        self._birth: StationStatus | None = None
        self._lives = 0
        self._refused = 0
        self._facts_noted = threading.Event()
        self._health = StationHealth()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Facts were committed."""
        if not self._facts_noted.is_set():
            self._facts_noted.set()
            self._offer(_FactsAdded())

    def ask(self, ask: AskId, question: Question, deadline_s: float = ASK_S) -> bool:
        """Put a question without waiting; whether it was taken. `AnswerArrived` or `AskDeadline` then follows for
        certain, from the uplink's thread; of a question that was not taken nothing is heard."""
        try:
            self._inbox.put_nowait(_Asked(ask, question, time.monotonic(), deadline_s))
        except queue.Full:
            return False
        return True

    def note_health(self, health: StationHealth) -> None:
        """What the next heartbeats tell."""
        self._offer(health)

    def tell(self, channel: Channel, payload: bytes) -> None:
        """Publish where the line is up; does not wait. What must arrive is told again by whoever tells it."""
        self._offer(_Told(channel, payload))

    def stop(self) -> None:
        """Leave in order: the station's status says so, and every thread has ended."""
        self._inbox.put(_Stop())
        self._thread.join(STOP_S)

    def _offer(self, message: _Message) -> None:
        try:
            self._inbox.put_nowait(message)
        except queue.Full:
            log.warning("the uplink is busy; a note to it is dropped")
            self._facts_noted.clear()

    def _from_line(self, line: Line, event: LineEvent) -> None:
        if isinstance(event, Heard) and self._inbox.qsize() >= MOST_HEARD:
            return
        self._inbox.put(_OnLine(line, event))

    def _run(self) -> None:
        while True:
            now = _now()
            if self._retry.at_s is not None and self._retry.at_s <= now.mono_s:
                self._connect(now)
            self._carry_out(self._talk.tick(now))
            try:
                message = self._inbox.get(timeout=self._sleep_s())
            except queue.Empty:
                continue
            if isinstance(message, _Stop):
                break
            self._carry_out(self._orders(message, _now()))
        self._hang_up(clean=True)
        self._carry_out(self._talk.disconnected("the station stops"))

    def _orders(self, message: _Message, now: Moment) -> list[Order]:
        match message:
            case _Asked():
                left_s = message.at_s + message.deadline_s - now.mono_s
                return self._talk.ask(message.ask, message.question, left_s, now)
            case _FactsAdded():
                self._facts_noted.clear()
                return self._talk.facts_added(now)
            case StationHealth():
                self._health = message
                return []
            case _Told(channel, payload):
                return [Publish(channel, payload)]
            case _OnLine(line, event) if line is self._line:
                return self._on_line(event, now)
            case _:
                return []

    def _on_line(self, event: LineEvent, now: Moment) -> list[Order]:
        match event:
            case LineUp():
                log.info("connected to the broker")
                self._retry.up_s = now.mono_s
                if self._line is not None and self._birth is not None:
                    self._line.publish(Channel.STATUS, encode_status(self._settings.station, self._birth))
                orders = self._talk.connected(now)
                return [BrokerUp(), *orders] if self._settings.hears_commands else orders
            case LineLost():
                log.warning("%s", event.reason)
                self._hang_up(clean=False)
                self._retry.lost(now.mono_s)
                orders = self._talk.disconnected(event.reason)
                if event.operator:
                    orders += self._talk.sidelined(event.reason, now)
                elif self._retry.short_lives >= SHORT_LIVES:
                    orders += self._talk.sidelined(UNSTEADY, now)
                return orders
            case Heard():
                return self._heard(event, now)

    def _heard(self, heard: Heard, now: Moment) -> list[Order]:
        if heard.topic == self._settings.station.topic(Channel.COMMAND):
            return [CommandHeard(heard.payload)]
        try:
            if heard.topic == self._settings.station.topic(Channel.ANSWER):
                answer = decode_answer(heard.payload)
                if isinstance(answer, AnswerMessage):
                    return self._talk.answered(answer.ask, answer.answer, now)
                strange = answer
            elif heard.topic == all_stations(self._settings.station.site).topic(Channel.POLICY):
                copies = decode_policy(self._settings.station.site, heard.payload)
                if not isinstance(copies, SetAside):
                    return [CopiesPublished(copies)]
                strange = copies
            else:
                ack = decode_ack(heard.payload)
                if not isinstance(ack, SetAside):
                    return self._talk.acknowledged(ack, now)
                strange = ack
        except MessageRefused as refused:
            self._refused += 1
            log.warning("refused a message on %s: %s", heard.topic, refused)
            return []
        self._refused += 1
        log.warning("set aside a message on %s: %s", heard.topic, strange.reason)
        return []

    def _carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Publish():
                    if self._line is not None:
                        self._line.publish(order.channel, order.payload, order.ask)
                case Heartbeat():
                    if self._line is not None:
                        self._line.publish(Channel.HEALTH, self._heartbeat())
                case _:
                    self._deliver(order)

    def _connect(self, now: Moment) -> None:
        self._retry.at_s = None
        self._lives += 1
        settings = self._settings
        self._birth = StationStatus(
            StationState.ALIVE, self._boot, self._lives, settings.software, now.utc, clean=False
        )
        will = encode_status(settings.station, replace(self._birth, state=StationState.GONE))
        self._line = Line(
            settings.station,
            settings.address,
            will,
            self._from_line,
            hears_commands=settings.hears_commands,
            key=settings.key,
        )
        self._line.open()

    def _hang_up(self, *, clean: bool) -> None:
        line, self._line = self._line, None
        if line is None or self._birth is None:
            return
        farewell = None
        if clean:
            gone = replace(self._birth, state=StationState.GONE, clean=True)
            farewell = encode_status(self._settings.station, gone)
        line.close(farewell)

    def _heartbeat(self) -> bytes:
        now = _now()
        sync = self._sync()
        try:
            free_kb = shutil.disk_usage(self._settings.ledger_folder).free // 1024
        except OSError:
            free_kb = None
        report = HealthReport(
            boot=self._boot,
            mono_ms=int(now.mono_s * 1000),
            devices=self._health.devices,
            paper=self._health.paper,
            outbox=0 if sync is None else max(0, sync.last - sync.acked),
            refused=self._refused,
            disk_free_kb=free_kb,
            clock_offset_ms=None,
            temperature_c=None,
            copy=self._health.copy,
            copy_issued=self._health.copy_issued,
            software=self._settings.software,
            sync=sync,
        )
        return encode_health(self._settings.station, self._completed(report), now.utc)

    def _sync(self) -> Sync | None:
        try:
            last, acked = self._outbox.last_seq(), self._outbox.acked_seq()
            waiting = self._outbox.facts_after(acked, 1) if acked < last else []
        except StorageFailure:
            return None
        return Sync(self._outbox.epoch, last, acked, waiting[0].at if waiting else None)

    def _sleep_s(self) -> float | None:
        dues = [due for due in (self._talk.due_s(), self._retry.at_s) if due is not None]
        return max(0.0, min(dues) - time.monotonic()) if dues else None


def _now() -> Moment:
    return Moment(time.monotonic(), datetime.now(UTC))


def _key_in(folder: Path) -> Ed25519PrivateKey | None:
    """Without a key facts go unsigned: central takes them, and gates that know this station's key wait for central."""
    try:
        return own_key(folder)
    except (BadKey, OSError) as bad:
        log.error("facts go unsigned: %s", bad)
        return None


def _is_loopback(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:
        return False
