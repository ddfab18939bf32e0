"""Photographs of damage: read as pictures, written anew, kept under the hash of what was written.

What is kept is what we have drawn ourselves: a JPEG without the camera's data (where, when, whose), whatever the file
was that came.
"""

from __future__ import annotations

import io
import threading
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from kiosk.central.by_digest import ByDigest

LARGEST_BYTES = 10_000_000
MOST_PIXELS = 60_000_000
"""What a good camera makes; more is a picture bomb, and is told by the head of the file, before it is unpacked."""
LONGEST_SIDE = 2_000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE = "image/jpeg"
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


class Photographs(ByDigest):
    """A folder of what `drawn_anew` gave."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ".jpg")
