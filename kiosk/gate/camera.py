"""Where pictures of alarms come from: a camera's own address, a program, or a test picture. JPEG, whole or nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

TEST_PICTURE = Path(__file__).with_name("test-picture.jpg")
TIMEOUT_S = 5.0
LARGEST_BYTES = 4 * 1024 * 1024
BEGINS, ENDS = b"\xff\xd8\xff", b"\xff\xd9"
"""ISO/IEC 10918-1, B.1.1.3: SOI and the next marker's first byte; EOI."""


class NoPicture(Exception):
    """A camera has given none; the text says why."""


class Camera(Protocol):
    def picture(self) -> bytes:
        """What it sees now, as JPEG. It may take seconds. Raises `NoPicture`."""
        ...


@dataclass(frozen=True, slots=True)
class TestCamera:
    """Always the same picture: colour bars."""

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    def picture(self) -> bytes:
        return TEST_PICTURE.read_bytes()


@dataclass(frozen=True, slots=True)
class AddressCamera:
    """A camera that gives a snapshot at an address, as network cameras do."""

    url: str

    def picture(self) -> bytes:
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
                client.stream("GET", self.url) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise NoPicture(f"the camera answers {answer.status_code}")
                got = bytearray()
                for piece in answer.iter_bytes(1 << 16):
                    got += piece
                    if len(got) > LARGEST_BYTES:
                        raise NoPicture(f"the camera sends more than {LARGEST_BYTES} bytes")
        except httpx.HTTPError as trouble:
            raise NoPicture(f"the camera does not answer: {type(trouble).__name__}") from None
        return checked(bytes(got))


@dataclass(frozen=True, slots=True)
class ProgramCamera:
    """A program that writes one JPEG to its standard output, such as `ffmpeg -i … -frames:v 1 -f mjpeg -`."""

    program: Sequence[str]

    def picture(self) -> bytes:
        try:
            made = subprocess.run(
                self.program, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as trouble:
            raise NoPicture(f"{self.program[0]}: {trouble}") from None
        if made.returncode != 0:
            raise NoPicture(f"{self.program[0]} ends with {made.returncode}")
        return checked(made.stdout)


def checked(picture: bytes) -> bytes:
    """The picture, if it is a whole JPEG of a reasonable size. Raises `NoPicture`."""
    if len(picture) > LARGEST_BYTES:
        raise NoPicture(f"expected at most {LARGEST_BYTES} bytes, found {len(picture)}")
    if not picture.startswith(BEGINS) or not picture.rstrip(b"\0").endswith(ENDS):
        raise NoPicture("expected a whole JPEG, found something else")
    return picture
