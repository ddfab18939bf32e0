"""From the bytes of one scan to a code: prefix, AIM identifier, control bytes, text, Codabar letters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from drivers.scanners.aim import symbology_of, take_identifier

_CODABAR = re.compile(r"[ABCDabcd][0-9$:/.+-]+[ABCDabcd]")


class Finding(StrEnum):
    """What was not as it should be about one scan."""

    CONTROL_BYTES_REMOVED = "control-bytes-removed"
    BYTES_NOT_TEXT = "bytes-not-text"
    UNKNOWN_SYMBOLOGY = "unknown-symbology"
    """An AIM identifier came that this product has no name for."""
    EMPTY_CODE = "empty-code"
    NO_TERMINATOR = "no-terminator"
    TOO_LONG = "length-invalid"


class CodabarLetters(StrEnum):
    """What becomes of Codabar's start and stop letters A to D."""

    STRIP = "strip"
    """Taken off where the scanner says that the code is Codabar."""
    GUESS = "guess"
    """Taken off also where the scanner names no symbology and the code has such letters around Codabar's characters."""
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class ReadCode:
    """One code as text, without identifier, prefix and suffix."""

    code: str
    symbology: str | None
    """`code-39`, `ean-13` …; None where the scanner sent no AIM identifier, or an unknown one."""
    findings: tuple[Finding, ...]


def read_code(
    raw: bytes,
    prefix: bytes = b"",
    suffix: bytes = b"",
    codabar: CodabarLetters = CodabarLetters.STRIP,
    told: str | None = None,
) -> ReadCode:
    """Read one scan, its terminator already taken off.

    Prefix and suffix are taken off where they are there; the prefix stands before the AIM identifier or, on some
    scanners, behind it. `told` is the symbology that a scanner names beside the code.
    """
    bare = raw.removesuffix(suffix)
    identifier, body = take_identifier(bare.removeprefix(prefix))
    if identifier and not bare.startswith(prefix):
        body = body.removeprefix(prefix)
    symbology = symbology_of(identifier) if identifier else told
    text, findings = clean_text(body)
    if _is_codabar(text, symbology, codabar):
        text = _without_codabar_letters(text)
    if identifier and symbology is None:
        findings.append(Finding.UNKNOWN_SYMBOLOGY)
    if not text:
        findings.append(Finding.EMPTY_CODE)
    return ReadCode(text, symbology, tuple(findings))


def clean_text(body: bytes) -> tuple[str, list[Finding]]:
    """UTF-8 without control characters and without the bytes that are no UTF-8; findings say what was taken out."""
    findings: list[Finding] = []
    decoded = body.decode("utf-8", errors="ignore")
    text = "".join(letter for letter in decoded if unicodedata.category(letter) != "Cc")
    if text != decoded:
        findings.append(Finding.CONTROL_BYTES_REMOVED)
    if decoded.encode() != body:
        findings.append(Finding.BYTES_NOT_TEXT)
    return text, findings


def _is_codabar(text: str, symbology: str | None, letters: CodabarLetters) -> bool:
    """Whether start and stop letters are to be taken off."""
    match letters:
        case CodabarLetters.KEEP:
            return False
        case CodabarLetters.STRIP:
            return symbology == "codabar"
        case CodabarLetters.GUESS:
            unnamed = symbology is None and _CODABAR.fullmatch(text) is not None
            return unnamed or symbology == "codabar"


def _without_codabar_letters(text: str) -> str:
    """Codabar's own characters are digits and `-$:/.+`, so a letter at an end can only be a start or stop letter."""
    if text[:1] in tuple("ABCDabcd"):
        text = text[1:]
    if text[-1:] in tuple("ABCDabcd"):
        text = text[:-1]
    return text
