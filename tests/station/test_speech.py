"""A voice for headphones: real sentences of a real visit, spoken by espeak-ng into files."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest

from kiosk.model.circulation import Language
from kiosk.settings import SettingsRefused, load
from kiosk.station.settings import SpeechSettings
from kiosk.station.speech import Voice, lacking


def spoken(folder: Path) -> list[dict[str, object]]:
    transcript = folder / "transcript.jsonl"
    if not transcript.exists():
        return []
    return [json.loads(line) for line in transcript.read_text(encoding="utf-8").splitlines()]


def test_sentences_are_spoken_one_after_the_other_each_in_its_language(tmp_path: Path) -> None:
    voice = Voice(SpeechSettings(f"files:{tmp_path}"))
    voice.say(("Two books lent.", "三体. Lent"), Language.EN)
    voice.say(("أُعير لك كتابان",), Language.AR)
    voice.close(finish=True)
    assert [(one["text"], one["language"]) for one in spoken(tmp_path)] == [
        ("Two books lent.", "en"),
        ("三体. Lent", "zh"),
        ("أُعير لك كتابان", "ar"),
    ]
    for number in (1, 2, 3):
        with wave.open(str(tmp_path / f"{number:04d}.wav")) as sound:
            assert sound.getnframes() / sound.getframerate() > 0.5


def test_a_title_is_never_an_option_of_the_voice(tmp_path: Path) -> None:
    voice = Voice(SpeechSettings(f"files:{tmp_path}"))
    voice.say((f"-w {tmp_path / 'elsewhere.wav'}",), Language.EN)
    voice.close(finish=True)
    assert not (tmp_path / "elsewhere.wav").exists()
    assert (tmp_path / "0001.wav").exists()


def test_saying_and_hushing_never_wait(tmp_path: Path) -> None:
    voice = Voice(SpeechSettings(f"files:{tmp_path}"))
    for _ in range(20):
        voice.say(["A sentence that takes its time, again and again. " * 20] * 20, Language.EN)
        voice.hush()
    voice.close()
    assert len(spoken(tmp_path)) < 40


def test_every_language_has_its_voice() -> None:
    assert lacking(Language) == []


def test_a_voice_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (told,) = lacking(Language)
    assert "espeak-ng" in told
    voice = Voice(SpeechSettings(f"files:{tmp_path}"))
    voice.say(("nobody hears it",), Language.EN)
    voice.close(finish=True)


def test_an_output_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "speech.toml"
    path.write_text('output = "default"\n', encoding="utf-8")
    with pytest.raises(SettingsRefused, match="alsa: and a device"):
        load(SpeechSettings, path)
