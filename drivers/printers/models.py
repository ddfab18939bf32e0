"""Receipt printers by name: what is different from model to model, as data.

A printer that is not here is one of the generic two, and keys of `[printer]` put right what differs. Sources: Epson
ESC/POS command reference for the generic ones; github Hypernova-Oy/lainuri hs_k33.py, in service, for the HS-K33.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from drivers.printers.escpos import AUTOMATIC_STATUS_ALL, Cut
from drivers.printers.raster import WIDTH_58_MM, WIDTH_80_MM


class Quirk(StrEnum):
    """Where a model departs from Epson's reference."""

    BIT_7_RECEIPT_IN_MOUTH = "bit-7-receipt-in-mouth"
    """Bit 7 of the answer to DLE EOT 1 is set while the last receipt hangs in the mouth."""
    COVER_BIT_INVERTED = "cover-bit-inverted"
    """Bit 2 of the answer to DLE EOT 2 is set while the cover is *closed*."""
    RECOVERS_WHEN_TOLD = "recovers-when-told"
    """Stays off line after paper was put in, until DLE ENQ 2."""
    BYTES_AFTER_RASTER = "bytes-after-raster"
    """Answers bytes of unknown meaning after a raster: they are let by before it is asked anything."""


class ModelName(StrEnum):
    """Models as `kiosk.toml` names them."""

    GENERIC_80 = "generic-80"
    GENERIC_58 = "generic-58"
    HS_K33 = "hs-k33"


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """One row of the table."""

    width_dots: int
    cut: Cut
    feed_lines: int
    """Lines fed before the cut: the knife sits above the head."""
    band_rows: int
    """Rows of one raster command at most. Between two of them the printer is asked how it is."""
    automatic_mask: int = AUTOMATIC_STATUS_ALL
    quirks: frozenset[Quirk] = frozenset()


MODELS = MappingProxyType(
    {
        ModelName.GENERIC_80: PrinterModel(WIDTH_80_MM, Cut.PARTIAL, feed_lines=6, band_rows=100),
        ModelName.GENERIC_58: PrinterModel(WIDTH_58_MM, Cut.PARTIAL, feed_lines=6, band_rows=100),
        ModelName.HS_K33: PrinterModel(
            WIDTH_80_MM,  # not in the source: measured on the paper at installation
            Cut.ONE_POINT_LEFT,
            feed_lines=7,
            band_rows=100,
            automatic_mask=0x0C,  # errors and paper, as in service
            quirks=frozenset(Quirk),
        ),
    }
)
