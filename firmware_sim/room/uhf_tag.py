"""A UHF tag as a chip: four banks of words, a CRC that is made at power-up, and what an inventory hears.

Source: ISO/IEC 18000-63 (EPC Gen2) as in ISO/TS 28560-4: bank 01 is StoredCRC, StoredPC, UII; bank 10 the TID; bank 11
the user's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from fastcrc import crc16

from firmware_sim.room.tag import Tearing, Written, torn

WORD = 2
EPC_BANK_WORDS = 8
"""A bank 01 holds this many words of UII at least, used or not: 128 bits."""
MOST_UII_WORDS = 31
"""PC bits 15 to 11."""
UII_LENGTH_SHIFT = 11
ISO_BIT = 0x01
"""T of the PC's high byte: its low byte is an AFI."""
RESERVED_WORDS = 4
"""Kill and access password: zero, so that nobody needs them."""


class Bank(IntEnum):
    """Memory banks by their number on the air."""

    RESERVED = 0
    EPC = 1
    TID = 2
    USER = 3


class UhfError(Enum):
    """Why a tag does not do what it was asked."""

    OVERRUN = auto()
    LOCKED = auto()


class UhfRefused(Exception):
    """The tag answers with an error."""

    def __init__(self, error: UhfError) -> None:
        super().__init__(error.name)
        self.error = error


def word_bytes(word: int) -> bytes:
    """One word as it lies in memory."""
    return word.to_bytes(WORD, "big")


@dataclass(slots=True)
class UhfTag:
    """One tag. `uii` and `user` are whole words; what is stale behind the UII is in `behind`."""

    pc: int
    uii: bytes
    user: bytearray
    tid: bytes
    behind: bytes = b""
    locked: set[Bank] = field(default_factory=set)
    tearing: Tearing | None = field(default=None, compare=False, repr=False)
    """Asked before each word is written, which then raises `TagLeft`, done or not."""
    _epc: bytearray = field(init=False)
    _crc: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        for part in (self.uii, self.user, self.tid, self.behind):
            assert len(part) % WORD == 0, part.hex()
        assert len(self.uii) <= MOST_UII_WORDS * WORD, self.uii.hex()
        self._epc = bytearray(word_bytes(self.pc) + (self.uii + self.behind).ljust(EPC_BANK_WORDS * WORD, b"\0"))
        self.power_up()

    def power_up(self) -> None:
        """The field has come (again): the tag computes its StoredCRC over PC and the words that the PC counts."""
        self._crc = crc16.genibus(bytes(self._epc[: WORD + self._uii_length()]))

    @property
    def told(self) -> tuple[int, bytes]:
        """PC and UII as an inventory hears them: as long as the PC in memory says."""
        return int.from_bytes(self._epc[:WORD], "big"), bytes(self._epc[WORD : WORD + self._uii_length()])

    @property
    def crc(self) -> int:
        """StoredCRC as of the last power-up."""
        return self._crc

    def content(self, bank: Bank) -> bytes:
        """All words of a bank."""
        match bank:
            case Bank.RESERVED:
                return bytes(RESERVED_WORDS * WORD)
            case Bank.EPC:
                return word_bytes(self._crc) + bytes(self._epc)
            case Bank.TID:
                return self.tid
            case Bank.USER:
                return bytes(self.user)

    def mark(self, afi: int) -> None:
        """Prepare how the tag stands: the AFI in an ISO tag's PC; no other has one."""
        if self._epc[0] & ISO_BIT:
            self._epc[1] = afi
            self.power_up()

    def read(self, bank: Bank, first: int, count: int) -> bytes:
        """Words of a bank; with `count` 0 all to its end. Raises `UhfRefused`."""
        content = self.content(bank)
        words = count or len(content) // WORD - first
        if words < 1 or (first + words) * WORD > len(content):
            raise UhfRefused(UhfError.OVERRUN)
        return content[first * WORD : (first + words) * WORD]

    def write(self, bank: Bank, first: int, word: bytes) -> None:
        """Write one word; raises `UhfRefused`. The CRC of bank 01 stays as it was until the next power-up."""
        self.read(bank, first, 1)
        if bank in self.locked or bank in (Bank.TID, Bank.RESERVED) or (bank is Bank.EPC and first == 0):
            raise UhfRefused(UhfError.LOCKED)
        with torn(self.tearing, Written.BLOCK) as done:
            if done and bank is Bank.USER:
                self.user[first * WORD : (first + 1) * WORD] = word
            elif done:
                # Word 0 is the CRC, which is kept apart.
                self._epc[(first - 1) * WORD : first * WORD] = word

    def _uii_length(self) -> int:
        return min((self._epc[0] << 8) >> UII_LENGTH_SHIFT, len(self._epc) // WORD - 1) * WORD
