"""The kinds of code that an engine reads, and how it names them to a host."""

from __future__ import annotations

from enum import StrEnum


class Symbology(StrEnum):
    """By the names that the test vectors use."""

    CODE_39 = "code-39"
    CODABAR = "codabar"
    CODE_128 = "code-128"
    INTERLEAVED_2_OF_5 = "interleaved-2-of-5"
    EAN_8 = "ean-8"
    EAN_13 = "ean-13"
    GS1_128 = "gs1-128"
    DATA_MATRIX = "data-matrix"
    GS1_DATA_MATRIX = "gs1-data-matrix"
    QR = "qr"
    AZTEC = "aztec"


AIM = {
    Symbology.CODE_39: "]A0",
    Symbology.CODE_128: "]C0",
    Symbology.GS1_128: "]C1",
    Symbology.EAN_13: "]E0",
    Symbology.EAN_8: "]E4",
    Symbology.CODABAR: "]F0",
    Symbology.INTERLEAVED_2_OF_5: "]I0",
    Symbology.QR: "]Q1",
    Symbology.DATA_MATRIX: "]d1",
    Symbology.GS1_DATA_MATRIX: "]d2",
    Symbology.AZTEC: "]z0",
}
"""The identifier that stands before a code. Source: ISO/IEC 15424."""
SSI_CODE_TYPE = {
    Symbology.CODE_39: 0x01,
    Symbology.CODABAR: 0x02,
    Symbology.CODE_128: 0x03,
    Symbology.INTERLEAVED_2_OF_5: 0x06,
    Symbology.EAN_8: 0x0A,
    Symbology.EAN_13: 0x0B,
    Symbology.GS1_128: 0x0F,
    Symbology.DATA_MATRIX: 0x1B,
    Symbology.GS1_DATA_MATRIX: 0x1B,
    Symbology.QR: 0x1C,
    Symbology.AZTEC: 0x2D,
}
"""First byte of SSI's decode data. Source: the lists `ST_CODE_39 …` of Zebra's scanner SDK in many public programs; 01,
03, 06 and 0B also in github enioka-Haute-Couture/enioka_scan, `SsiSymbologyTranslator.java`. None of them has a number
for GS1 DataMatrix: it is sent as DataMatrix."""


def symbology_of(aim: str) -> Symbology | None:
    """What an AIM identifier says; None for the empty one. Raises ValueError for one that no engine here sends."""
    if not aim:
        return None
    for symbology, identifier in AIM.items():
        if identifier == aim:
            return symbology
    raise ValueError(f"an engine knows no AIM identifier '{aim}'; it knows {', '.join(sorted(AIM.values()))}")
