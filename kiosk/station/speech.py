"""A voice for headphones: espeak-ng in a process of its own, heard at one named output and nowhere else.

The loop never waits for it: what is said is put into a queue, and a thread starts one process after the other.
"""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kiosk.model.circulation import Language
from kiosk.screens.guide import voice_language
from kiosk.station.settings import ALSA, FILES, SpeechSettings

ESPEAK = "espeak-ng"
VOICES: Mapping[Language, str] = {
    Language.ZH: "cmn",
    Language.ZH_HANT: "cmn",
    Language.EN: "en-gb",
    Language.AR: "ar",
    Language.DE: "de",
    Language.JA: "ja",
}
SLOWEST = 80
"""Words a minute below which espeak-ng does not go."""
LONGEST_S = 60
"""No sentence takes longer: a voice that hangs is ended."""


class Voice:
    """Says sentences one after the other. `say` and `hush` come back at once."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._waiting: queue.Queue[tuple[str, Language, int] | None] = queue.Queue(maxsize=200)
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._count = 0
        self._thread = threading.Thread(target=self._work, name="speech", daemon=True)
        self._thread.start()

    @property
    def for_one(self) -> bool:
        return self._settings.for_one

    def say(self, texts: Iterable[str], language: Language, pace: int = 100) -> None:
        """Add to what is said, at `pace` percent of the usual speed; where far too much waits it is left out."""
        for text in texts:
            if text.strip() and not self._waiting.full():
                self._waiting.put((text, language, pace))

    def hush(self) -> None:
        """Break off, and forget what waits."""
        while not self._waiting.empty():
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
        with self._lock:
            if self._running is not None:
                self._running.kill()

    def close(self, *, finish: bool = False) -> None:
        """End it; `finish` says first what waits."""
        if not finish:
            self.hush()
        self._waiting.put(None)
        self._thread.join(LONGEST_S)

    def _work(self) -> None:
        while (wanted := self._waiting.get()) is not None:
            self._count += 1
            text, screen, pace = wanted
            language = voice_language(text, screen)
            for command, stdin in _commands(self._settings, text, language, pace, self._count):
                self._run(command, stdin)

    def _run(self, command: Sequence[str], stdin: bytes) -> None:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            return
        with self._lock:
            self._running = process
        try:
            process.communicate(stdin, timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        with self._lock:
            self._running = None


def lacking(languages: Iterable[Language]) -> list[str]:
    """What of the voices is not there, in words for whoever looks after the kiosk. Nothing else fails without."""
    if shutil.which(ESPEAK) is None:
        return [f"no voice can speak: {ESPEAK} is not installed (Debian package {ESPEAK})"]
    told = []
    for language in languages:
        known = subprocess.run([ESPEAK, f"--voices={VOICES[language]}"], capture_output=True, text=True, check=False)
        if len(known.stdout.splitlines()) < 2:
            told.append(f"no voice for {language.value}: {ESPEAK} has none called {VOICES[language]}")
    return told


def _commands(
    settings: SpeechSettings, text: str, language: Language, pace: int, number: int
) -> list[tuple[list[str], bytes]]:
    """Processes that say one sentence, with what each reads. The text goes in by a pipe: no title is an option."""
    speed = max(SLOWEST, settings.words_a_minute * pace // 100)
    speak = [ESPEAK, "-v", VOICES[language], "-s", str(speed), "--stdin"]
    if settings.output.startswith(ALSA):
        return [([*speak, "-d", settings.output.removeprefix(ALSA)], text.encode())]
    folder = Path(settings.output.removeprefix(FILES))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "transcript.jsonl").open("a", encoding="utf-8") as transcript:
        transcript.write(
            json.dumps({"number": number, "language": language.value, "text": text}, ensure_ascii=False) + "\n"
        )
    return [([*speak, "-w", str(folder / f"{number:04d}.wav")], text.encode())]
