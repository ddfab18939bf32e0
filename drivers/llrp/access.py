"""AccessSpecs: what a reader does to the memory of the tags that fit, while it looks for tags.

Only the first enabled AccessSpec that fits a tag is done, in the order in which they were added; an operation that
fails ends it. Bits of bank 01 are counted from the StoredCRC: PC begins at 0x10, UII at 0x20.
Source: EPCglobal LLRP 1.0.1, 11.2.1, 15.2.1.3 and 16.2.5, as in `llrp-1x0-def.xml` (github wisp/impinj-reader-app);
the same layouts in `llrpkit` 0.3.0 `protocol/params.py` and `sllurp` 3.0.5 `llrp_proto.py`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.codes import Bank, MessageKind, TlvParameter
from drivers.llrp.parameters import tlv
from drivers.llrp.requests import Request
from drivers.llrp.settings import ALL_ANTENNAS

UII_BIT = 0x20
"""Where the UII begins in bank 01, in bits."""
PC_WORD = 1
"""Where the protocol control word stands in bank 01, in words."""
ENDLESS = 0
_GEN2 = 1
_ANY_ROSPEC = 0
_NO_PASSWORD = 0
_BANK_SHIFT = 6
_MATCH = 0x20
_COUNTED, _UNCOUNTED = 1, 0
_WITH_EACH_REPORT = b"\0"


@dataclass(frozen=True, slots=True)
class Target:
    """The tags that an AccessSpec is for: those whose UII ends in these bits. No bits: every tag."""

    bits: str = ""
    skipped_bits: int = 0
    """Bits of the UII before them, which may have any value."""

    def parameter(self) -> bytes:
        """C1G2TagSpec with one pattern."""
        count = len(self.bits)
        size = (count + 7) // 8
        data = int(self.bits.ljust(size * 8, "0") or "0", 2).to_bytes(size)
        mask = int(("1" * count).ljust(size * 8, "0") or "0", 2).to_bytes(size)
        pattern = (
            struct.pack(">BHH", Bank.UII << _BANK_SHIFT | _MATCH, UII_BIT + self.skipped_bits, count)
            + mask
            + struct.pack(">H", count)
            + data
        )
        return tlv(TlvParameter.C1G2_TAG_SPEC, tlv(TlvParameter.C1G2_TARGET_TAG, pattern))


EVERY_TAG = Target()


def target_of(uii: bytes, skipped_bits: int = 0) -> Target:
    """The tag with this UII; its first bits may have any value."""
    return Target("".join(f"{byte:08b}" for byte in uii)[skipped_bits:], skipped_bits)


def read(operation_id: int, bank: Bank, word: int, words: int) -> bytes:
    """Read memory; 0 words read to the end of the bank."""
    return tlv(
        TlvParameter.C1G2_READ,
        struct.pack(">HIBHH", operation_id, _NO_PASSWORD, bank << _BANK_SHIFT, word, words),
    )


def write(operation_id: int, bank: Bank, word: int, value: int) -> bytes:
    """Write one word."""
    return tlv(
        TlvParameter.C1G2_WRITE,
        struct.pack(">HIBHHH", operation_id, _NO_PASSWORD, bank << _BANK_SHIFT, word, 1, value),
    )


def add_access_spec(spec_id: int, target: Target, operations: tuple[bytes, ...], times: int) -> Request:
    """A new AccessSpec, not enabled yet. The reader deletes it when it was done `times`; never where that is 0."""
    stop = struct.pack(">BH", _COUNTED if times else _UNCOUNTED, times)
    content = struct.pack(">IHBBI", spec_id, ALL_ANTENNAS, _GEN2, 0, _ANY_ROSPEC)
    spec = tlv(
        TlvParameter.ACCESS_SPEC,
        content,
        tlv(TlvParameter.ACCESS_SPEC_STOP_TRIGGER, stop),
        tlv(TlvParameter.ACCESS_COMMAND, target.parameter(), *operations),
        tlv(TlvParameter.ACCESS_REPORT_SPEC, _WITH_EACH_REPORT),
    )
    return Request(MessageKind.ADD_ACCESSSPEC, spec)
