"""Recorded speech, made softer: PCM of 16 bits in a WAV file (RIFF). Pure."""

from __future__ import annotations

import io
import sys
import wave
from array import array

from drivers.errors import BadSetting

SAMPLE_BYTES = 2
LONGEST_BYTES = 16 * 1024 * 1024
FULL = 100


def read_speech(name: str, recording: bytes) -> bytes:
    """The recording, whole and with true lengths: programs that write to a pipe do not know them. Raises
    `BadSetting`."""
    try:
        with wave.open(io.BytesIO(recording)) as told:
            if told.getsampwidth() != SAMPLE_BYTES or told.getnchannels() not in (1, 2):
                raise BadSetting(f"{name}: expected a WAV file of 16 bits, with one or two channels")
            frames = told.readframes(min(told.getnframes(), LONGEST_BYTES))
            return _written(told.getnchannels(), told.getframerate(), frames)
    except (wave.Error, EOFError) as trouble:
        raise BadSetting(f"{name}: expected a WAV file, found something else: {trouble}") from None


def at_volume(speech: bytes, percent: int) -> bytes:
    """The same at `percent` of its loudness."""
    with wave.open(io.BytesIO(speech)) as told:
        samples = array("h", told.readframes(told.getnframes()))
        channels, rate = told.getnchannels(), told.getframerate()
    if sys.byteorder == "big":
        samples.byteswap()
    softer = array("h", (sample * percent // FULL for sample in samples))
    if sys.byteorder == "big":
        softer.byteswap()
    return _written(channels, rate, softer.tobytes())


def _written(channels: int, rate: int, frames: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(rate)
        out.writeframes(frames)
    return file.getvalue()
