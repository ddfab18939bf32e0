"""What a file is, by its own first bytes and not by its name; and what of an archive cannot be taken.

Sources: ISO 32000-1, 7.5.2 (PDF header); EPUB 3.3, OCF, 4.2 (the first entry is `mimetype`); ITU-T T.81, B.1.1.3
(JPEG); W3C PNG, 5.2; TIFF 6.0, section 2.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from enum import StrEnum

LARGEST_BYTES = 2_000_000_000
MOST_ENTRIES = 20_000
MOST_UNPACKED = 20
"""Times as large as the file: more is a bomb."""
UNPACKED_ANYWAY = 100_000_000


class Medium(StrEnum):
    PDF = "application/pdf"
    EPUB = "application/epub+zip"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"


_SUFFIXES = {
    Medium.PDF: (".pdf",),
    Medium.EPUB: (".epub",),
    Medium.JPEG: (".jpg", ".jpeg"),
    Medium.PNG: (".png",),
    Medium.TIFF: (".tif", ".tiff"),
}
_BEGINS = (
    (b"%PDF-", Medium.PDF),
    (b"\xff\xd8\xff", Medium.JPEG),
    (b"\x89PNG\r\n\x1a\n", Medium.PNG),
    (b"II*\0", Medium.TIFF),
    (b"MM\0*", Medium.TIFF),
)
_ZIP = b"PK\x03\x04"
_EPUB_MIMETYPE = b"application/epub+zip"


class BadObject(ValueError):
    """A file that is not taken: `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be taken."""

    name: str
    medium: Medium


def looked_at(name: str, content: bytes) -> File:
    """What it is. Raises `BadObject`: it is empty, too large, of another kind than its name says, or a trap."""
    name = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())[:200]
    if not content:
        raise BadObject("object.empty")
    if len(content) > LARGEST_BYTES:
        raise BadObject("object.too-large")
    medium = next((medium for begin, medium in _BEGINS if content.startswith(begin)), None)
    if medium is None and content.startswith(_ZIP):
        medium = _epub(content)
    if medium is None:
        raise BadObject("object.kind")
    if not name.lower().endswith(_SUFFIXES[medium]):
        raise BadObject("object.name")
    return File(name, medium)


def _epub(content: bytes) -> Medium:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if not entries or entries[0].filename != "mimetype" or len(entries) > MOST_ENTRIES:
                raise BadObject("object.kind")
            if any(_leads_out(entry) for entry in entries):
                raise BadObject("object.trap")
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > max(UNPACKED_ANYWAY, MOST_UNPACKED * len(content)):
                raise BadObject("object.trap")
            if entries[0].file_size > 100 or archive.read(entries[0]).strip() != _EPUB_MIMETYPE:
                raise BadObject("object.kind")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, UnicodeDecodeError):
        raise BadObject("object.broken") from None
    return Medium.EPUB


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    """A name that leaves the archive's folder, or a link (its Unix mode says so)."""
    parts = entry.filename.replace("\\", "/").split("/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]
