"""Photographs of damage: read as pictures, written anew, kept under the hash of what was written.

What is kept is what we have drawn ourselves: a JPEG without the camera's data (where, when, whose), whatever the file
was that came.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 10_000_000
MOST_PIXELS = 60_000_000
"""What a good camera makes; more is a picture bomb, and is told by the head of the file, before it is unpacked."""
LONGEST_SIDE = 2_000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE = "image/jpeg"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_turns = threading.BoundedSemaphore(2)
"""An unpacked picture takes up to 240 MB."""


class BadPhoto(ValueError):
    """A file that is not kept: `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def drawn_anew(content: bytes) -> bytes:
    """The picture of a file as a plain JPEG, upright. Takes up to a second. Raises `BadPhoto`."""
    if len(content) > LARGEST_BYTES:
        raise BadPhoto("photo.too-large")
    try:
        with _turns, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPhoto("photo.not-a-picture") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):  # how Pillow says that a file is broken
        raise BadPhoto("photo.broken") from None


def _drawn(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)  # a new picture has no data but its pixels
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


class Photographs:
    """A folder of photographs by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, picture: bytes) -> str:
        """Keep what `drawn_anew` gave; its digest. It is whole under its name, or not there. Raises `OSError`."""
        digest = hashlib.sha256(picture).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            with fresh.open("wb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        return digest

    def read(self, digest: str) -> bytes | None:
        """The picture; None where there is none, or the file is not what was kept."""
        if _DIGEST.fullmatch(digest) is None:
            return None
        try:
            content = self._path(digest).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == digest else None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.jpg"
