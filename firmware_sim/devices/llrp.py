"""A UHF reader that speaks LLRP, on a socket: a pad of one antenna, or a portal of two.

Source: EPCglobal LLRP 1.0.1 (version field 1). What it leaves to the reader is decided in
`docs/adr/0131-what-simulated-gates-do-beyond-sources.md`.
"""

from __future__ import annotations

import struct
from collections import deque
from datetime import datetime
from functools import partial

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.llrp_access import accessspec_of
from firmware_sim.devices.llrp_frames import (
    VERSION,
    WHOLE_MESSAGE,
    Message,
    MessageReader,
    OutOfStep,
    Refused,
    message,
    parameters_of,
    split,
    status,
    the_only,
    tlv,
)
from firmware_sim.devices.llrp_inventories import Happened, Inventories, Report
from firmware_sim.devices.llrp_specs import rospec_of
from firmware_sim.devices.llrp_told import (
    Configuration,
    capabilities,
    configuration_parameters,
    configured,
    event_data,
)
from firmware_sim.devices.llrp_words import ANSWER, Code, Connection, Event, Is, Say
from firmware_sim.devices.uhf_field import UhfField
from firmware_sim.faults.pad_trouble import PadTrouble

PROCESSING_S = 0.002
MOST_HELD = 200
"""Messages that are kept for a client who is not there, or has not asked for them yet."""
EPOCH = datetime(1970, 1, 1)
NUMBER = struct.Struct(">I")
WANTED = struct.Struct(">B")
CONFIG_WANTED = struct.Struct(">HBHH")
RESET_BIT = 0x80
UNANSWERED = (Say.KEEPALIVE_ACK, Say.ENABLE_EVENTS_AND_REPORTS, Say.GET_REPORT)


class LlrpReader:
    """One reader and its one connection. Times in seconds of any monotonic clock; `utc` is its own idea of UTC."""

    def __init__(self, field: UhfField, utc: DeviceClock, *, seed: int = 0) -> None:
        self._field = field
        self._antennas = field.antennas
        self._utc = utc
        self._inventories = Inventories(field, self._utc_us)
        self._configuration = Configuration()
        self._requests = MessageReader()
        self._connected = False
        self._held: deque[bytes] | None = None
        """What waits for a client; None where it is told at once."""
        self._lost = False
        self._room = MOST_HELD
        self._waiting: deque[tuple[float, bytes]] = deque()
        """What is said, and when."""
        self._outgoing = b""
        self._number = 0
        self._keepalive_s: float | None = None
        self._hang_up = False
        self.trouble = PadTrouble(seed)

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment, and with it every spec, setting and report."""
        self._configuration = Configuration()
        self._inventories = Inventories(self._field, self._utc_us)
        self._requests.reset()
        self._held, self._lost = None, False
        self._waiting.clear()
        self._outgoing = b""
        self._keepalive_s = None

    def set_report_room(self, messages: int | None) -> None:
        """How many reports it keeps, or loses at once with 0; None: the usual number."""
        self._room = MOST_HELD if messages is None else messages

    def lose_antenna(self, number: int, now_s: float) -> None:
        """An antenna's cable comes off."""
        self._antenna_event(number, b"\0", now_s)
        self._inventories.connected_antennas.discard(number)

    def regain_antenna(self, number: int, now_s: float) -> None:
        """It is on again."""
        self._antenna_event(number, b"\1", now_s)
        self._inventories.connected_antennas.add(number)

    def connected(self, now_s: float) -> None:
        """A client has connected, and is told so before anything else."""
        self._requests.reset()
        self._waiting.clear()
        self._connected = True
        self._hang_up = False
        self._say_event(tlv(Is.CONNECTION_ATTEMPT_EVENT, Connection.SUCCESS.to_bytes(2, "big")), now_s)
        if not self._configuration.hold:
            self._release(now_s)
        self._keep_alive_from(now_s)

    def disconnected(self, now_s: float) -> None:
        """The client has gone; what runs goes on. Reports are kept if it was asked for, or lost."""
        self._connected = False
        self._waiting.clear()
        self._keepalive_s = None
        self._held = deque() if self._configuration.hold else None

    def turn_away(self, now_s: float) -> bytes:
        """Another client tries: the one who is there is told, and this is what the other hears before it is left."""
        if self._connected:
            parameter = tlv(Is.CONNECTION_ATTEMPT_EVENT, Connection.ANOTHER_ATTEMPTED.to_bytes(2, "big"))
            self._say_event(parameter, now_s)
        if self.trouble.silent:
            return b""
        refused = tlv(Is.CONNECTION_ATTEMPT_EVENT, Connection.CLIENT_EXISTS.to_bytes(2, "big"))
        return message(Say.READER_EVENT_NOTIFICATION, 0, event_data(self._utc_us(now_s), refused))

    def hangs_up(self) -> bool:
        """After CLOSE_CONNECTION, or where the stream was out of step."""
        hang_up = self._hang_up and not self._waiting and not self._outgoing
        if hang_up:
            self._hang_up = False
        return hang_up

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes; each message is answered in its turn."""
        if self._hang_up:
            return
        self.tick(now_s)
        self._requests.hear(data)
        try:
            while (one := self._requests.take()) is not None and not self._hang_up:
                self._answer(one, now_s)
        except OutOfStep:
            self._requests.reset()
            self._hang_up = True
        self.tick(now_s)

    def tick(self, now_s: float) -> None:
        """Let the inventory go on, and tell what it found."""
        self._inventories.advance(now_s)
        for told in self._inventories.take_told():
            match told:
                case Report():
                    self._report(told, now_s)
                case Happened():
                    if told.event in self._configuration.events:
                        self._tell_event(told.parameter, now_s)
        while self._keepalive_s is not None and self._keepalive_s <= now_s:
            self._say(Say.KEEPALIVE, self._next_number(), b"", self._keepalive_s)
            self._keepalive_s += self._configuration.keepalive_s
        while self._waiting and self._waiting[0][0] <= now_s:
            self._outgoing += self._waiting.popleft()[1]

    def due_s(self) -> float | None:
        """When the next step is due, or something is said."""
        times = [self._inventories.due_s(), self._keepalive_s, self._waiting[0][0] if self._waiting else None]
        return min((time_s for time_s in times if time_s is not None), default=None)

    def take_outgoing(self) -> bytes:
        """What is due to be said, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _answer(self, one: Message, now_s: float) -> None:
        if one.version != VERSION:
            self._say_error(one.number, Code.UNSUPPORTED_VERSION, "version 1 only", now_s)
            return
        if one.kind in UNANSWERED:
            self._obey(Say(one.kind), now_s)
            return
        try:
            done = self._done(Say(one.kind), one.body, now_s)
        except ValueError:
            self._say_error(one.number, Code.UNSUPPORTED_MESSAGE, f"no message {one.kind}", now_s)
            return
        except Refused as refused:
            done = status(refused.code, refused.text, refused.wrong)
        if done is None:
            self._say_error(one.number, Code.UNSUPPORTED_MESSAGE, f"no message {one.kind} from a client", now_s)
            return
        kind = Say.CLOSE_CONNECTION_RESPONSE if one.kind == Say.CLOSE_CONNECTION else one.kind + ANSWER
        self._say(kind, one.number, done, now_s)

    def _obey(self, kind: Say, now_s: float) -> None:
        match kind:
            case Say.ENABLE_EVENTS_AND_REPORTS:
                self._release(now_s)
            case Say.GET_REPORT:
                self._release(now_s)
                self._inventories.report_now()
            case _:
                return

    def _done(self, kind: Say, body: bytes, now_s: float) -> bytes | None:
        """The body of the answer; None for a message that is no client's. Raises `Refused`."""
        match kind:
            case Say.GET_READER_CAPABILITIES:
                (wanted,), _ = split(WANTED, WHOLE_MESSAGE, body)
                return status() + capabilities(wanted, self._antennas)
            case Say.GET_READER_CONFIG:
                (_, wanted, _, _), _ = split(CONFIG_WANTED, WHOLE_MESSAGE, body)
                there = self._inventories.connected_antennas
                return status() + configuration_parameters(wanted, self._antennas, there, self._configuration)
            case Say.SET_READER_CONFIG:
                (flags,), rest = split(WANTED, WHOLE_MESSAGE, body)
                before = Configuration() if flags & RESET_BIT else self._configuration
                self._configuration = configured(before, rest)
                self._inventories.usual_report = self._configuration.report
                self._keep_alive_from(now_s)
            case Say.CLOSE_CONNECTION:
                self._hang_up = True
            case Say.ADD_ROSPEC:
                self._inventories.add(
                    rospec_of(the_only(Is.ROSPEC, parameters_of(body, WHOLE_MESSAGE), WHOLE_MESSAGE), self._antennas)
                )
            case Say.GET_ROSPECS:
                return status() + self._inventories.rospecs()
            case Say.ADD_ACCESSSPEC:
                self._inventories.add_access(
                    accessspec_of(the_only(Is.ACCESSSPEC, parameters_of(body, WHOLE_MESSAGE), WHOLE_MESSAGE))
                )
            case Say.GET_ACCESSSPECS:
                return status() + self._inventories.accessspecs()
            case _:
                return self._with_spec(kind, body, now_s)
        return status()

    def _with_spec(self, kind: Say, body: bytes, now_s: float) -> bytes | None:
        """What is done with a spec of this number, or with all. Raises `Refused`."""
        inventories = self._inventories
        (number,) = NUMBER.unpack(body[: NUMBER.size]) if len(body) >= NUMBER.size else (0,)
        match kind:
            case Say.DELETE_ROSPEC:
                inventories.delete(number)
            case Say.ENABLE_ROSPEC:
                inventories.enable(number, now_s)
            case Say.DISABLE_ROSPEC:
                inventories.disable(number)
            case Say.START_ROSPEC:
                inventories.start(number, now_s)
            case Say.STOP_ROSPEC:
                inventories.stop(number)
            case Say.DELETE_ACCESSSPEC:
                inventories.delete_access(number)
            case Say.ENABLE_ACCESSSPEC:
                inventories.enable_access(number)
            case Say.DISABLE_ACCESSSPEC:
                inventories.disable_access(number)
            case _:
                return None
        return status()

    def _report(self, report: Report, now_s: float) -> None:
        framed = partial(message, Say.RO_ACCESS_REPORT, self._next_number())
        self._tell(self.trouble.answer(b"".join(report.tags), framed, wrote=report.wrote), now_s)

    def _antenna_event(self, number: int, state: bytes, now_s: float) -> None:
        if Event.ANTENNA in self._configuration.events:
            self._tell_event(tlv(Is.ANTENNA_EVENT, state, number.to_bytes(2, "big")), now_s)

    def _tell_event(self, parameter: bytes, now_s: float) -> None:
        number, content = self._next_number(), event_data(self._utc_us(now_s), parameter)
        framed = partial(message, Say.READER_EVENT_NOTIFICATION, number)
        self._tell(self.trouble.answer(content, framed, wrote=False), now_s)

    def _tell(self, frame: bytes, now_s: float) -> None:
        """Something nobody asked for: held, sent, or lost where there is no room for it."""
        if self._held is None and not self._connected:
            return
        if self._room == 0 or (self._held is not None and len(self._held) >= self._room):
            self._overflowed(now_s)
        elif self._held is not None:
            self._held.append(frame)
        else:
            self._send(frame, now_s)

    def _overflowed(self, now_s: float) -> None:
        """Tell of the loss: at once, or where reports are held, when they are told."""
        if self._held is not None:
            self._lost = True
        else:
            self._say_event(tlv(Is.REPORT_BUFFER_OVERFLOW_ERROR_EVENT), now_s)

    def _release(self, now_s: float) -> None:
        held, self._held = self._held, None
        for frame in held or ():
            self._send(frame, now_s)
        if self._lost:
            self._lost = False
            self._say_event(tlv(Is.REPORT_BUFFER_OVERFLOW_ERROR_EVENT), now_s)

    def _say_event(self, parameter: bytes, now_s: float) -> None:
        content = event_data(self._utc_us(now_s), parameter)
        self._say(Say.READER_EVENT_NOTIFICATION, self._next_number(), content, now_s)

    def _say_error(self, number: int, code: Code, text: str, now_s: float) -> None:
        self._say(Say.ERROR_MESSAGE, number, status(code, text), now_s)

    def _say(self, kind: int, number: int, body: bytes, now_s: float) -> None:
        self._send(self.trouble.answer(body, partial(message, kind, number), wrote=False), now_s)

    def _send(self, frame: bytes, now_s: float) -> None:
        """In the order in which it was said, after the time that the reader takes."""
        due_s = now_s + PROCESSING_S
        if self._waiting:
            due_s = max(due_s, self._waiting[-1][0])
        if frame:
            self._waiting.append((due_s, frame))

    def _keep_alive_from(self, now_s: float) -> None:
        period_s = self._configuration.keepalive_s
        self._keepalive_s = now_s + period_s if self._connected and period_s else None

    def _next_number(self) -> int:
        self._number = (self._number + 1) % 0x1_0000_0000
        return self._number

    def _utc_us(self, now_s: float) -> int:
        since = self._utc.shows(now_s) - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
