"""What a gate says aloud: sentences made beforehand, softer in the evening, silent when it shall be."""

from __future__ import annotations

import io
import sys
import wave
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import Faulted
from drivers.ports.speaker import Sentence, Speaker, spoken
from drivers.signals.protocol import SignalEvent, Switch, Switched, SwitchRefused
from drivers.signals.speech import at_volume, read_speech
from kiosk.gate.effects import Hush, Occasion, Signal
from kiosk.gate.hands import Boards
from kiosk.gate.policy import Hours
from kiosk.gate.settings import AlarmMode, RingSettings, SignalKind, SpeakerSettings, VoiceSettings
from tests.real_parts import wait_until

WORDS = "请到服务台; $(reboot)"
MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""Ten in the morning, and eight in the evening, in Shanghai."""


def a_recording(samples: list[int]) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(array("h", samples).tobytes())
    return file.getvalue()


def samples_of(recording: bytes) -> list[int]:
    with wave.open(io.BytesIO(recording)) as told:
        return list(array("h", told.readframes(told.getnframes())))


@given(st.lists(st.integers(-32_768, 32_767), max_size=50), st.integers(0, 100))
def test_softer_is_the_same_but_softer(samples: list[int], percent: int) -> None:
    softer = samples_of(at_volume(read_speech("x", a_recording(samples)), percent))
    assert softer == [sample * percent // 100 for sample in samples]


def test_a_program_that_does_not_know_how_long_it_will_speak_is_understood() -> None:
    whole = a_recording([1, -2, 3])
    endless = whole[:4] + b"\xff\xff\xff\x7f" + whole[8:40] + b"\xff\xff\xff\x7f" + whole[44:]
    assert samples_of(read_speech("espeak-ng", endless)) == [1, -2, 3]


@pytest.mark.parametrize("broken", [b"", b"RIFF", b"\x00" * 100, b"ID3" + bytes(50)])
def test_what_is_no_recording_is_said(broken: bytes) -> None:
    with pytest.raises(BadSetting, match="expected a WAV file"):
        read_speech("evening.wav", broken)


def test_words_stay_one_argument_whatever_is_in_them() -> None:
    program = ("espeak-ng", "--stdout", "-v", "{language}", "--", "{words}")
    assert spoken(program, "{language} -x; rm", {"language": "cmn"}) == (*program[:3], "cmn", "--", "{language} -x; rm")


def test_the_speech_program_that_debian_has_speaks() -> None:
    program = SpeakerSettings().speak
    made = Sentence("stop", spoken(program, "请到服务台", {"language": "cmn"})).recording()
    assert max(samples_of(made)) > 3_000


@dataclass
class Room:
    """Boards whose player writes down what it is given."""

    folder: Path
    mode: AlarmMode = AlarmMode.RING
    boards: Boards = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "stop.wav").write_bytes(a_recording([10_000] * 100))
        play = self.folder / "play.py"
        play.write_text(f"import sys; open({str(self.folder / 'heard')!r}, 'ab').write(sys.stdin.buffer.read())")
        rings = (
            RingSettings("stop", kind=SignalKind.VOICE, hours=Hours(begins="08:00", ends="18:00")),
            RingSettings("stop", kind=SignalKind.VOICE, hours=Hours(begins="18:00", ends="21:00"), volume=30),
        )
        voices = (VoiceSettings("stop", file=self.folder / "stop.wav"),)
        speaker = SpeakerSettings(play=(sys.executable, str(play)))
        self.boards = Boards((), voices, speaker, rings, self.mode, "Asia/Shanghai")
        self.boards.start()

    def heard(self) -> list[int]:
        path = self.folder / "heard"
        wait_until(path.exists, "nothing was played")
        wait_until(lambda: path.stat().st_size == 244, "not to its end")
        return samples_of(path.read_bytes())


@pytest.mark.parametrize(("at", "loudness"), [(MORNING, 10_000), (EVENING, 3_000)])
def test_an_alarm_speaks_and_is_softer_in_the_evening(tmp_path: Path, at: datetime, loudness: int) -> None:
    room = Room(tmp_path)
    room.boards.show(Signal(Occasion.ALARM, "exit"), at)
    assert set(room.heard()) == {loudness}
    room.boards.stop()


def test_a_silent_alarm_says_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path, AlarmMode.SILENT)
    room.boards.show(Signal(Occasion.ALARM, "exit"), MORNING)
    room.boards.stop()
    assert not (tmp_path / "heard").exists()


def a_speaker(tmp_path: Path, playing: tuple[str, ...]) -> tuple[Speaker, list[SignalEvent]]:
    (tmp_path / "stop.wav").write_bytes(a_recording([1]))
    told: list[SignalEvent] = []
    speaker = Speaker([Sentence("stop", file=tmp_path / "stop.wav")], playing, told.append)
    speaker.start()
    return speaker, told


def test_whoever_is_there_cuts_it_short(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    speaker, told = a_speaker(tmp_path, ("sh", "-c", f"touch {begun}; exec sleep 600"))
    assert speaker.offer(Switch("stop", True))
    wait_until(begun.exists, "it does not speak")
    assert speaker.offer(Switch("stop", False))
    wait_until(lambda: told, "it goes on")
    assert told == [Switched("stop", True, False)]
    speaker.stop()


def test_a_speaker_that_is_not_there_is_said_and_nothing_waits_for_it(tmp_path: Path) -> None:
    speaker, told = a_speaker(tmp_path, ("no-such-player",))
    speaker.offer(Switch("stop", True))
    speaker.offer(Switch("sotp", True))
    wait_until(lambda: len(told) == 2, "nothing was said")
    assert isinstance(told[0], Faulted)
    assert told[1] == SwitchRefused("sotp", "no sentence of this speaker; there are stop")
    speaker.stop()


def test_hushed_it_may_speak_again_at_the_next_alarm(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.boards.hush(Hush("exit"))
    room.boards.show(Signal(Occasion.ALARM, "exit"), MORNING)
    assert room.heard()
    room.boards.stop()
