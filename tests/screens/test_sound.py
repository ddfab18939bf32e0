"""The kiosk's sounds, heard by a sound card that writes a file."""

from __future__ import annotations

import subprocess
import sys
from array import array
from datetime import time
from pathlib import Path

import pytest

from kiosk.model.opening import Spell
from kiosk.screens.sound_files import CUES, LOUDEST, RATE_HZ, path_of, samples, wav
from kiosk.session.effects import Cue

PLAY = """
import sys, time
from kiosk.screens.sound import Sounds
from kiosk.session.effects import Cue

sounds = Sounds(lambda: 0.5)
sounds.play(Cue.DONE)
end_s = time.monotonic() + 20
from pathlib import Path
while time.monotonic() < end_s and not any(Path(sys.argv[1]).read_bytes()):
    time.sleep(0.01)
sounds.close()
"""

TRY = """
from kiosk.screens.sound import NoSound, Sounds

try:
    Sounds(lambda: 0.5)
except NoSound as said:
    print(said)
"""


def test_a_sound_reaches_the_sound_card(tmp_path: Path) -> None:
    heard = tmp_path / "heard.raw"
    environment = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(heard), "SDL_VIDEODRIVER": "dummy"}
    subprocess.run([sys.executable, "-c", PLAY, heard], env=environment, timeout=30, check=True)
    loudest = max(array("h", heard.read_bytes()[: heard.stat().st_size // 2 * 2]))
    assert 0 < loudest <= LOUDEST * 0.55


def test_without_a_sound_card_there_is_no_sound_and_a_reason() -> None:
    told = subprocess.run(
        [sys.executable, "-c", TRY],
        env={"SDL_AUDIODRIVER": "none-such"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no sound can be played" in told.stdout


@pytest.mark.parametrize("cue", list(Cue))
def test_every_cue_is_short_and_begins_and_ends_softly(cue: Cue) -> None:
    made = array("h", samples(CUES[cue]))
    assert 0.01 < len(made) / RATE_HZ < 0.5
    assert abs(made[0]) < 500
    assert abs(made[-1]) < 500


@pytest.mark.parametrize("cue", list(Cue))
def test_the_files_are_those_that_the_script_makes(cue: Cue) -> None:
    assert path_of(cue).read_bytes() == wav(CUES[cue])


def test_a_quiet_spell_may_go_over_midnight() -> None:
    night = Spell("21:00", "08:00", 0.1)
    assert [night.holds(time(*at)) for at in ((20, 59), (21, 0), (0, 0), (7, 59), (8, 0))] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_done_rises_and_look_here_is_low() -> None:
    low, high = CUES[Cue.DONE]
    (look,) = CUES[Cue.LOOK]
    assert look.hertz < low.hertz < high.hertz
