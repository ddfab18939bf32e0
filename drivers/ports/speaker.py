"""A speaker as an output of `Signals`: an order `Switch(on)` says one sentence, another one waits for nobody.

Sentences are made before they are needed, by a speech program or from files, so that none waits for a synthesizer. A
program plays them, on this thread.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.signals.protocol import SignalCommand, SignalEvent, Switch, Switched, SwitchRefused
from drivers.signals.speech import FULL, LONGEST_BYTES, at_volume, read_speech

MAKING_S = 20.0
MOST_WAITING = 8
LONGEST_S = 60.0
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one output says: words, which `making` speaks, or a WAV file."""

    output: str
    making: tuple[str, ...] = ()
    """A program with its arguments, which writes a WAV file to its standard output."""
    file: Path | None = None

    def recording(self) -> bytes:
        """Raises `BadSetting` where it cannot be had."""
        if self.file is not None:
            try:
                return read_speech(str(self.file), self.file.read_bytes()[:LONGEST_BYTES])
            except OSError as trouble:
                raise BadSetting(f"{self.file}: {trouble.strerror}") from None
        try:
            made = subprocess.run(self.making, capture_output=True, timeout=MAKING_S, check=True)
        except (OSError, subprocess.SubprocessError) as trouble:
            raise BadSetting(f"{self.making[0]} does not speak {self.output}: {trouble}") from None
        return read_speech(self.making[0], made.stdout)


class Speaker:
    """Begins with `start`; `deliver` is called on its thread."""

    def __init__(
        self, sentences: Sequence[Sentence], playing: Sequence[str], deliver: Callable[[SignalEvent], None]
    ) -> None:
        """`playing`: a program with its arguments, which plays the WAV file on its standard input."""
        self._sentences = sentences
        self._playing = tuple(playing)
        self._deliver = deliver
        self._recordings: dict[str, bytes] = {}
        self._orders: queue.Queue[SignalCommand | None] = queue.Queue(MOST_WAITING)
        self._player: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._silenced: set[str] = set()
        self._is_well = True
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End in the middle of a word."""
        self._silence({sentence.output for sentence in self._sentences})
        try:
            self._orders.put_nowait(None)
        except queue.Full:
            self._orders.get_nowait()
            self._orders.put_nowait(None)
        self._thread.join(STOP_S)

    def submit(self, command: SignalCommand) -> None:
        self._orders.put(command)

    def offer(self, command: SignalCommand) -> bool:
        """An order to be quiet is obeyed at once, whatever waits."""
        if not command.on:
            self._silence({command.output})
            return True
        with self._lock:
            self._silenced.discard(command.output)
        try:
            self._orders.put_nowait(command)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        for sentence in self._sentences:
            try:
                self._recordings[sentence.output] = sentence.recording()
            except BadSetting as bad:
                self._fault(FaultCode.DEVICE_ERROR, str(bad))
        while (order := self._orders.get()) is not None:
            self._obey(order)

    def _obey(self, order: Switch) -> None:
        recording = self._recordings.get(order.output)
        if recording is None:
            known = ", ".join(self._recordings) or "none"
            self._deliver(SwitchRefused(order.output, f"no sentence of this speaker; there are {known}"))
            return
        softer = at_volume(recording, FULL if order.volume_percent is None else order.volume_percent)
        if self._played(order.output, softer, order.for_s or LONGEST_S):
            self._deliver(Switched(order.output, True, False))

    def _played(self, output: str, recording: bytes, limit_s: float) -> bool:
        """Whether it was said to its end, or was cut short by whoever has the say."""
        with self._lock:
            if output in self._silenced:
                return False
            try:
                self._player = subprocess.Popen(
                    self._playing, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            except OSError as trouble:
                self._fault(FaultCode.PORT_GONE, f"{self._playing[0]}: {trouble.strerror}")
                return False
            player = self._player
        try:
            player.communicate(recording, limit_s)
        except subprocess.TimeoutExpired:
            player.kill()
            player.communicate()
        except BrokenPipeError:
            player.wait()
        with self._lock:
            self._player = None
            was_cut = output in self._silenced
        if player.returncode > 0 and not was_cut:
            self._fault(FaultCode.DEVICE_ERROR, f"{self._playing[0]} ends with {player.returncode}")
            return False
        if not self._is_well:
            self._is_well = True
            self._deliver(Recovered(self._playing[0]))
        return True

    def _silence(self, outputs: set[str]) -> None:
        with self._lock:
            self._silenced |= outputs
            if self._player is not None:
                self._player.kill()

    def _fault(self, code: FaultCode, detail: str) -> None:
        self._is_well = False
        self._deliver(Faulted(code, detail))


def spoken(program: Sequence[str], words: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """A program's arguments, with `{words}` and the other values put in place; each stays one argument."""
    known = {**values, "words": words}
    return tuple(_put(argument, known) for argument in program)


def _put(argument: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if argument == f"{{{name}}}":
            return value
    return argument
