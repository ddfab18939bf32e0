"""A relay board or plug with Tasmota firmware behind an MQTT broker, as a conversation in messages.

Orders go out as `cmnd/NAME/POWERn`, the board says `stat/NAME/POWERn` (`POWER` where it has one relay), and its broker
says `tele/NAME/LWT`. For an output that goes off by itself the board's own timer (`PulseTime`) is set as well: it ends
what our timer cannot, when the network goes while a buzzer sounds.

Source: tasmota.github.io/docs (github tasmota/docs): MQTT.md "Command flow", Commands.md `Power<x>`, `PulseTime<x>`,
`SetOption26`; LWT: DeepSleep.md, Home-Assistant.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from drivers.condition import Condition
from drivers.errors import BadSetting
from drivers.health import FaultCode
from drivers.messages import Message
from drivers.signals.outputs import Output, Wishes, check_outputs
from drivers.signals.protocol import SignalCommand, SignalEvent, Switched, SwitchRefused

LAST_CHANNEL = 8
"""`Power<x>` takes 1 to 8; relays from 9 on share the timers of the first eight (Commands.md, PulseTime)."""
TRIES = 3
_ON, _OFF = b"ON", b"OFF"
_ONLINE, _OFFLINE = b"Online", b"Offline"
_LAST_TENTHS = 111
"""PulseTime up to here is in tenths of a second, beyond in seconds plus 100 (Commands.md)."""
_SECONDS_OFFSET = 100
_LONGEST_PULSE_S = 64_800
_REFUSALS_KEPT = 64


@dataclass(frozen=True, slots=True)
class TasmotaSettings:
    """How the board was set up at installation. Raises `BadSetting`."""

    topic: str
    """Its `Topic`."""
    outputs: tuple[Output, ...]
    full_topic: str = "%prefix%/%topic%/"
    """Its `FullTopic`; this is the firmware's own."""
    answer_s: float = 2.0
    """An order that is not answered in this time is sent again."""
    beat_s: float = 10.0
    """Pause between tries while the board does not answer."""

    def __post_init__(self) -> None:
        check_outputs(self.outputs, LAST_CHANNEL)
        if not self.topic or any(sign in self.topic + self.full_topic for sign in "+#\0"):
            raise BadSetting(f"topic of the board is {self.topic!r}: give its `Topic`, without + and #")
        if "%prefix%" not in self.full_topic or "%topic%" not in self.full_topic:
            raise BadSetting(f"full_topic is {self.full_topic!r}: it must hold %prefix% and %topic%")

    def named(self, prefix: str, word: str) -> str:
        """A topic of this board."""
        folder = self.full_topic.replace("%prefix%", prefix).replace("%topic%", self.topic)
        return f"{folder.rstrip('/')}/{word}"


def pulse_time(for_s: float | None) -> int:
    """The board's own timer for a time in seconds, rounded up; 0, which is no timer, where there is none so long."""
    if for_s is None or not for_s <= _LONGEST_PULSE_S:
        return 0
    tenths = max(1, math.ceil(for_s * 10 - 1e-6))
    return tenths if tenths <= _LAST_TENTHS else math.ceil(for_s - 1e-6) + _SECONDS_OFFSET


@dataclass(slots=True)
class _Asked:
    """An order on its way."""

    on: bool
    tries: int
    again_s: float


class Tasmota:
    """`MessageConversation[SignalEvent, SignalCommand]`."""

    def __init__(self, settings: TasmotaSettings) -> None:
        self._settings = settings
        self._wishes = Wishes(settings.outputs)
        self._condition = Condition()
        self._refused: list[SwitchRefused] = []
        self._open = False
        self._asked: dict[str, _Asked] = {}
        self._known: dict[str, bool] = {}
        """What the board said last of each output, since it came."""
        self._pulses = dict.fromkeys((output.name for output in settings.outputs), 0)
        self._board_pulses: dict[str, int] = {}
        """`PulseTime` as it was set since the board came: it keeps one from earlier, whoever set it."""
        self._outgoing: list[Message] = []
        self._states = {settings.named("stat", f"POWER{output.channel}"): output.name for output in settings.outputs}
        first = next((output.name for output in settings.outputs if output.channel == 1), None)
        if first is not None:
            self._states[settings.named("stat", "POWER")] = first

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """States of the outputs, and whether the board is there."""
        return (*self._states, self._settings.named("tele", "LWT"))

    def line_opened(self, now_s: float) -> list[SignalEvent]:
        """Tell every output its state: the board may have been on all the while."""
        self._open = True
        self._wishes.expire(now_s)
        self._tell_all(now_s)
        return []

    def line_lost(self, reason: str, now_s: float) -> list[SignalEvent]:
        """Wishes stay, and their time runs on. What was on its way is not sent later."""
        self._open = False
        self._asked.clear()
        self._outgoing.clear()
        return [*self._condition.is_(FaultCode.PORT_GONE, reason)]

    def submit(self, command: SignalCommand, now_s: float) -> None:
        """Take an order; one for an output that is not there is refused with the next `tick`."""
        refused = self._wishes.take(command, now_s)
        if refused is None:
            self._pulses[command.output] = pulse_time(command.for_s) if command.on else 0
            self._tell(command.output, now_s)
        elif len(self._refused) < _REFUSALS_KEPT:
            self._refused.append(refused)

    def receive(self, message: Message, now_s: float) -> list[SignalEvent]:
        """Take what the board, or its broker, says. A state that the broker kept from earlier proves nothing."""
        if not self._open:
            return []
        name = self._states.get(message.topic)
        if name is not None and message.payload in (_ON, _OFF) and not message.retained:
            return self._state_heard(name, message.payload == _ON)
        if message.topic != self._settings.named("tele", "LWT"):
            return []
        if message.payload == _OFFLINE:
            return self._away(f"the broker says that {self._settings.topic!r} is off line")
        if message.payload == _ONLINE and not message.retained:  # it has just come: perhaps it was without power
            self._tell_all(now_s)
        return []

    def tick(self, now_s: float) -> list[SignalEvent]:
        """Put off what is over, and send again what was not answered."""
        events: list[SignalEvent] = [*self._refused]
        self._refused.clear()
        for name in self._wishes.expire(now_s):
            self._tell(name, now_s)
        unanswered = [name for name, asked in self._asked.items() if asked.again_s <= now_s]
        for name in unanswered:
            tries = self._asked[name].tries
            self._tell(name, now_s, tries + 1)
            if tries >= TRIES:
                topic = self._settings.topic
                events += self._away(f"no answer of {topic!r} to {tries} orders: is it on, and is its topic right?")
        return events

    def due_s(self) -> float | None:
        """The next output whose time is over, or the next order to send again."""
        if self._refused:
            return 0.0
        dues = [asked.again_s for asked in self._asked.values()]
        expires_s = self._wishes.due_s()
        return min(dues if expires_s is None else [*dues, expires_s], default=None)

    def take_outgoing(self) -> list[Message]:
        """Orders to publish."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def _tell_all(self, now_s: float) -> None:
        self._known.clear()
        self._board_pulses.clear()
        for name in self._wishes:
            self._tell(name, now_s)

    def _tell(self, name: str, now_s: float, tries: int = 1) -> None:
        if not self._open:
            return
        settings = self._settings
        on, channel = self._wishes.is_on(name), self._wishes.channel(name)
        pulse = self._pulses[name]
        power, timer = settings.named("cmnd", f"POWER{channel}"), settings.named("cmnd", f"PulseTime{channel}")
        if any(message.topic == timer for message in self._outgoing):
            del self._board_pulses[name]
        self._outgoing = [message for message in self._outgoing if message.topic not in (power, timer)]
        if on and self._board_pulses.get(name) != pulse:
            self._outgoing.append(Message(timer, str(pulse).encode()))
            self._board_pulses[name] = pulse
        self._outgoing.append(Message(power, _ON if on else _OFF))
        wait_s = settings.answer_s if tries <= TRIES else settings.beat_s
        self._asked[name] = _Asked(on, min(tries, TRIES + 1), now_s + wait_s)

    def _state_heard(self, name: str, on: bool) -> list[SignalEvent]:
        events: list[SignalEvent] = [*self._condition.well(f"Tasmota board {self._settings.topic!r}")]
        asked = self._asked.get(name)
        is_answer = asked is not None and asked.on is on
        if is_answer:
            del self._asked[name]
        if is_answer or self._known.get(name) is not on:
            events.append(Switched(name, on, confirmed=True))
        self._known[name] = on
        return events

    def _away(self, detail: str) -> list[SignalEvent]:
        self._known.clear()
        return [*self._condition.is_(FaultCode.NO_ANSWER, detail)]
