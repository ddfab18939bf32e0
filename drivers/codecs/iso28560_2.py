"""ISO 28560-2 (= GB/T 35660.2): HF tags whose elements stand one after another."""

from __future__ import annotations

from drivers.codecs import object_stream
from drivers.codecs.afi import LIBRARY_AFIS
from drivers.codecs.findings import Finding
from drivers.codecs.reading import Elements, Format, TagData

DSFID = 0x06
"""Access method 0, data format 6 (lainuri `iso28560/__init__.py`, dp2 `UhfUtility.EncodeUserBank`)."""


def decode(memory: bytes, *, afi: int | None = None, dsfid: int | None = None) -> TagData:
    """Elements and findings of user memory from byte 0."""
    findings: set[str] = set()
    elements: Elements = {}
    raw = object_stream.split(memory, 0, findings)
    object_stream.read(raw, elements, findings)
    object_stream.check_order(raw, elements, findings)
    note_registers(afi, dsfid, DSFID, findings)
    return TagData(Format.ISO28560_2, elements, tuple(sorted(findings)))


def note_registers(afi: int | None, dsfid: int | None, expected_dsfid: int, findings: set[str]) -> None:
    """Compare the tag's registers, where known, with what the layout wants."""
    if afi is not None and afi not in LIBRARY_AFIS:
        findings.add(Finding.AFI_UNEXPECTED)
    if dsfid is not None and dsfid != expected_dsfid:
        findings.add(Finding.DSFID_UNEXPECTED)
