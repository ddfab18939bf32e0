"""Photographs: whatever comes, what is kept is a plain JPEG of our own, or nothing."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.central.photographs import LARGEST_BYTES, LONGEST_SIDE, BadPhoto, Photographs, drawn_anew

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
PLACE = "48.8584N"


def camera_picture(kind: str = "JPEG", size: tuple[int, int] = (400, 300)) -> bytes:
    """With what a phone writes beside the picture: turned by 90 degrees, who made it, where."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Phone of Wei"
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 30.0), 18: PLACE}
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, exif=exif, comment=b"Wei's own")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_upright_and_without_the_cameras_data(kind: str) -> None:
    came = camera_picture(kind)
    assert b"Phone of Wei" in came
    kept = drawn_anew(came)
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == "JPEG"
    assert picture.size == (300, 400)
    assert not picture.getexif()
    for told in (b"Wei", PLACE.encode(), b"Exif"):
        assert told not in kept


def test_a_large_picture_is_made_smaller() -> None:
    assert max(Image.open(io.BytesIO(drawn_anew(camera_picture(size=(3_000, 200))))).size) == LONGEST_SIDE


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 million points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "photo.not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo.not-a-picture"),
        (b"<html><script>alert(1)</script></html>", "photo.not-a-picture"),
        (b"%PDF-1.7\n", "photo.not-a-picture"),
        (b"GIF89a" + b"\0" * 40, "photo.not-a-picture"),
        (camera_picture()[:2_000], "photo.broken"),
        (bomb(), "photo.not-a-picture"),
        (camera_picture() + b"\0" * LARGEST_BYTES, "photo.too-large"),
    ],
)
def test_what_is_no_picture_is_named(content: bytes, key: str) -> None:
    with pytest.raises(BadPhoto) as refused:
        drawn_anew(content)
    assert refused.value.key == key


def test_a_page_hidden_behind_a_picture_does_not_come_through() -> None:
    hidden = b"<script>alert(1)</script>"
    assert hidden not in drawn_anew(camera_picture() + hidden)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broken_bytes_are_refused_and_never_worse(data: st.DataObject) -> None:
    content = bytearray(camera_picture(size=(40, 30)))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=20)):
        content[at] = data.draw(st.integers(0, 255))
    try:
        kept = drawn_anew(bytes(content))
    except BadPhoto:
        return
    assert Image.open(io.BytesIO(kept)).format == "JPEG"


def test_the_folder_goes_by_content_and_gives_nothing_else(tmp_path: Path) -> None:
    photos = Photographs(tmp_path / "photos")
    picture = drawn_anew(camera_picture())
    digest = photos.keep(picture)
    assert photos.keep(picture) == digest
    assert photos.read(digest) == picture
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{digest}.jpg"]
    for strange in ("", "../../etc/passwd", digest.upper(), digest[:-1], "0" * 64):
        assert photos.read(strange) is None
    next(tmp_path.rglob("*.jpg")).write_bytes(b"<script>alert(1)</script>")
    assert photos.read(digest) is None
