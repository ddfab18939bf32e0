"""How a UHF tag says whether it is lent, and what its name is.

ISO/TS 28560-4: the AFI in the low byte of the PC. University tags (`gxlm`): bit 7 of the UII's first byte, 1 = lent.
Sources: `docs/tag-data.md`, sections 4 and 5 (github DigitalPlatform/dp2 `UhfUtility.cs`, `GaoxiaoUtility.cs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from drivers.codecs.bank01 import TOGGLE, UMI
from drivers.codecs.gxlm import ON_LOAN_BIT
from drivers.codecs.reading import Format
from drivers.codecs.tag_data import decode
from drivers.llrp.access import PC_WORD
from drivers.pads.llrp.settings import LlrpPadSettings

UII_WORD = PC_WORD + 1
"""Where the UII begins in bank 01, in words."""
_NO_CRC = b"\0\0"
_TOGGLE, _UMI = TOGGLE << 8, UMI << 8
_AFI_BITS = 0x00FF
_LENT = ON_LOAN_BIT << 8


class Marking(Enum):
    """Where a tag's security mark stands."""

    AFI = auto()
    BIT = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class WordToWrite:
    """One word of bank 01."""

    word: int
    value: int


def marking_of(pc: int, uii: bytes) -> Marking:
    """Where the mark of a tag with this PC and UII stands."""
    layout = decode(b"", uii=_NO_CRC + pc.to_bytes(2) + uii).format
    if layout is Format.GXLM:
        return Marking.BIT
    if layout is Format.ISO28560_4 and pc & _TOGGLE:
        return Marking.AFI
    return Marking.NONE


def uii_forms(uii: bytes, marking: Marking) -> tuple[bytes, ...]:
    """The UII as it reads in stock, and where that differs as it reads on loan."""
    if marking is not Marking.BIT:
        return (uii,)
    in_stock = bytes((uii[0] & ~ON_LOAN_BIT,)) + uii[1:]
    return in_stock, bytes((uii[0] | ON_LOAN_BIT,)) + uii[1:]


def uid_of(uii: bytes, marking: Marking) -> str:
    """The UII as it reads in stock, so that a tag keeps its name when it is lent."""
    return uii_forms(uii, marking)[0].hex().upper()


def afi_of(pc: int, uii: bytes, marking: Marking, settings: LlrpPadSettings) -> int | None:
    """The AFI that a tag has, or that its security bit stands for."""
    match marking:
        case Marking.AFI:
            return pc & _AFI_BITS
        case Marking.BIT:
            return settings.afi_on_loan if uii[0] & ON_LOAN_BIT else settings.afi_in_stock
        case Marking.NONE:
            return None
        case _:
            assert_never(marking)


def word_for(afi: int, pc: int, uii: bytes, marking: Marking, settings: LlrpPadSettings) -> WordToWrite | None:
    """What to write so that the tag has this AFI, all other bits as they are; None where it has no place for it."""
    match marking:
        case Marking.AFI:
            return WordToWrite(PC_WORD, pc & ~_AFI_BITS | afi)
        case Marking.BIT if afi == settings.afi_on_loan:
            return WordToWrite(UII_WORD, int.from_bytes(uii[:2]) | _LENT)
        case Marking.BIT if afi == settings.afi_in_stock:
            return WordToWrite(UII_WORD, int.from_bytes(uii[:2]) & ~_LENT)
        case Marking.BIT | Marking.NONE:
            return None
        case _:
            assert_never(marking)


def says_user_data(pc: int) -> bool:
    """Whether the PC says that bank 11 holds data (UMI)."""
    return bool(pc & _UMI)
