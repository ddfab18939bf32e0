"""The kiosk's sounds: a soft tick, two rising notes for done, one low note for "look here". Made here, not recorded."""

from __future__ import annotations

import math
import os
from array import array
from dataclasses import dataclass

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kiosk.session.effects import Cue

RATE_HZ = 44_100
BUFFER_SAMPLES = 512
"""12 ms: a tick is heard with the touch."""
LOUDEST = 2**15 - 1
EDGE_S = 0.008
"""A note that begins and ends softly does not click."""


@dataclass(frozen=True, slots=True)
class Note:
    hertz: float
    length_s: float


CUES: dict[Cue, tuple[Note, ...]] = {
    Cue.TICK: (Note(1_320, 0.025),),
    Cue.DONE: (Note(660, 0.11), Note(880, 0.18)),
    Cue.LOOK: (Note(262, 0.28),),
}


class NoSound(Exception):
    """There is no sound card, or it is in use; the text says what was found."""


class Sounds:
    """Plays cues at a volume of 0 to 1, without waiting for their end. Raises `NoSound`."""

    def __init__(self, volume: float) -> None:
        try:
            pygame.mixer.init(RATE_HZ, size=-16, channels=1, buffer=BUFFER_SAMPLES, allowedchanges=0)
        except pygame.error as trouble:
            raise NoSound(f"no sound can be played: {trouble}") from None
        self._sounds = {cue: pygame.mixer.Sound(buffer=samples(notes)) for cue, notes in CUES.items()}
        for sound in self._sounds.values():
            sound.set_volume(volume)

    def play(self, cue: Cue) -> None:
        """Begin to play it; what sounds already goes on."""
        self._sounds[cue].play()

    def close(self) -> None:
        pygame.mixer.quit()


def samples(notes: tuple[Note, ...]) -> bytes:
    """16-bit samples of one channel, at `RATE_HZ`."""
    made = array("h")
    for note in notes:
        count = round(note.length_s * RATE_HZ)
        for at in range(count):
            edge = min(1.0, at / (EDGE_S * RATE_HZ), (count - 1 - at) / (EDGE_S * RATE_HZ))
            made.append(round(LOUDEST * edge * math.sin(2 * math.pi * note.hertz * at / RATE_HZ)))
    return made.tobytes()
