"""The kiosk's sounds, from files of ours: a soft tick, two rising notes for done, one low note for "look here"."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kiosk.screens.sound_files import CUES, RATE_HZ, path_of, samples
from kiosk.session.effects import Cue

BUFFER_SAMPLES = 512
"""12 ms: a tick is heard with the touch."""


class NoSound(Exception):
    """There is no sound card, or it is in use; the text says what was found."""


class Sounds:
    """Plays cues, without waiting for their end. Raises `NoSound`.

    `volume` tells how loud, 0 to 1, when a cue comes: it may depend on the time of day. `missing` are files that are
    not there or no WAV: the same notes are computed in their place.
    """

    def __init__(self, volume: Callable[[], float]) -> None:
        try:
            pygame.mixer.init(RATE_HZ, size=-16, channels=1, buffer=BUFFER_SAMPLES, allowedchanges=0)
        except pygame.error as trouble:
            raise NoSound(f"no sound can be played: {trouble}") from None
        self._volume = volume
        self.missing: list[str] = []
        self._sounds = {cue: self._read(cue) for cue in CUES}

    def play(self, cue: Cue) -> None:
        """Begin to play it; what sounds already goes on."""
        volume = self._volume()
        if volume > 0:
            self._sounds[cue].set_volume(volume)
            self._sounds[cue].play()

    def close(self) -> None:
        pygame.mixer.quit()

    def _read(self, cue: Cue) -> pygame.mixer.Sound:
        try:
            return pygame.mixer.Sound(str(path_of(cue)))
        except (OSError, pygame.error) as trouble:
            self.missing.append(f"{path_of(cue).name}: {trouble}")
            return pygame.mixer.Sound(buffer=samples(CUES[cue]))
