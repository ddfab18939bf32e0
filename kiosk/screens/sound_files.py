"""Makes the kiosk's sounds: `python -m kiosk.screens.sound_files` writes `kiosk/screens/sounds/*.wav` anew.

Each note is a sine with two soft overtones that dies away like a struck bar: pleasant, and ours.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.session.effects import Cue

FOLDER = Path(__file__).with_name("sounds")
RATE_HZ = 44_100
LOUDEST = 2**15 - 1
EDGE_S = 0.008
"""A note that begins and ends softly does not click."""
OVERTONES = ((1, 0.8), (2, 0.14), (3, 0.06))
DECAY = 3.5
"""How far a note dies away: to e^-DECAY at its end."""


@dataclass(frozen=True, slots=True)
class Note:
    hertz: float
    length_s: float


CUES: Mapping[Cue, tuple[Note, ...]] = {
    Cue.TICK: (Note(1_320, 0.03),),
    Cue.DONE: (Note(660, 0.12), Note(880, 0.3)),
    Cue.LOOK: (Note(262, 0.35),),
}


def samples(notes: tuple[Note, ...]) -> bytes:
    """16-bit samples of one channel, at `RATE_HZ`."""
    made = array("h")
    for note in notes:
        count = round(note.length_s * RATE_HZ)
        for at in range(count):
            edge = min(1.0, at / (EDGE_S * RATE_HZ), (count - 1 - at) / (EDGE_S * RATE_HZ))
            turn = 2 * math.pi * note.hertz * at / RATE_HZ
            tone = sum(share * math.sin(number * turn) for number, share in OVERTONES)
            made.append(round(LOUDEST * edge * math.exp(-DECAY * at / count) * tone))
    return made.tobytes()


def wav(notes: tuple[Note, ...]) -> bytes:
    """A whole WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples(notes))
    return held.getvalue()


def path_of(cue: Cue) -> Path:
    return FOLDER / f"{cue.value}.wav"


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for cue, notes in CUES.items():
        path_of(cue).write_bytes(wav(notes))


if __name__ == "__main__":
    main()
