"""Lamps and buzzers of the gates: which outputs follow which occasion, and at which hours."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from drivers.health import Faulted, Recovered
from drivers.ports.speaker import Sentence, Speaker, spoken
from drivers.signals.protocol import SignalCommand, SignalEvent, Switch
from kiosk.gate.effects import Hush, Occasion, Signal
from kiosk.gate.settings import AlarmMode, RingSettings, SignalKind, SpeakerSettings, VoiceSettings
from kiosk.hardware.running import Running
from kiosk.hardware.signals import SignalSettings, opened_signals

LAMPS_FIRST_S = 0.0005

log = logging.getLogger(__name__)


def followers(
    rings: Iterable[RingSettings], signal: Signal, mode: AlarmMode, local: datetime
) -> Iterator[RingSettings]:
    """What is switched on for this signal, at this time of the library's clock."""
    for ring in rings:
        of_it = ring.on is signal.occasion and (not ring.gates or signal.gate in ring.gates)
        is_quiet = ring.kind in (SignalKind.BUZZER, SignalKind.VOICE) and mode is AlarmMode.SILENT
        if of_it and not is_quiet and ring.hours.hold(local):
            yield ring


class Boards:
    """The boards of one controller. What they tell is for the technician: no judgement depends on a lamp."""

    def __init__(
        self,
        signals: Sequence[SignalSettings],
        voices: Sequence[VoiceSettings],
        speaker: SpeakerSettings,
        rings: Sequence[RingSettings],
        mode: AlarmMode,
        time_zone: str,
    ) -> None:
        """Not started. Raises `BadSetting`."""
        self._rings = rings
        self._mode = mode
        self._zone = ZoneInfo(time_zone)
        self._boards: list[Running[SignalCommand]] = []
        self._outputs: dict[str, Running[SignalCommand]] = {}
        for board in signals:
            where = board.port or board.topic
            running = opened_signals(board, lambda event, where=where: _note(where, event))  # type: ignore[misc]
            self._boards.append(running)
            self._outputs |= {output.name: running for output in board.outputs}
        if voices:
            sentences = [_sentence(voice, speaker.speak) for voice in voices]
            mouth = Speaker(sentences, speaker.play, partial(_note, "the speaker"))
            self._boards.append(mouth)
            self._outputs |= {voice.name: mouth for voice in voices}

    def start(self) -> None:
        for board in self._boards:
            board.start()

    def stop(self) -> None:
        for board in self._boards:
            board.stop()

    def show(self, signal: Signal, now: datetime) -> None:
        """Switch on what follows. It waits for no board, only long enough for its thread to have the interpreter first:
        what follows an alarm (a row, a page, a message) has time, and took the lamp's."""
        rings = list(followers(self._rings, signal, self._mode, now.astimezone(self._zone)))
        for ring in rings:
            volume = ring.volume if ring.kind is SignalKind.VOICE else None
            if not self._outputs[ring.output].offer(Switch(ring.output, True, ring.for_s, volume)):
                log.error("the board of %s takes no orders: it was not switched on", ring.output)
        if rings:
            time.sleep(LAMPS_FIRST_S)

    def hush(self, hush: Hush) -> None:
        """Switch off what an alarm at this gate has switched on."""
        for ring in self._rings:
            if ring.on is Occasion.ALARM and (not ring.gates or hush.gate in ring.gates):
                self._outputs[ring.output].offer(Switch(ring.output, False))


def _sentence(voice: VoiceSettings, speak: Sequence[str]) -> Sentence:
    making = spoken(speak, voice.words, {"language": voice.language}) if voice.words else ()
    return Sentence(voice.name, making, voice.file)


def _note(where: str, event: SignalEvent) -> None:
    match event:
        case Faulted():
            log.warning("signals at %s: %s: %s", where, event.code.value, event.detail)
        case Recovered():
            log.info("signals at %s are well: %s", where, event.detail)
        case _:
            pass
