"""How long a reader is busy on the air, from the timing of ISO/IEC 15693.

One carrier cycle is 1/13.56 MHz. Both directions move a byte in 4,096 cycles: requests coded 1 out of 4, answers at the
high data rate with one subcarrier (ISO/IEC 15693-2, 7.1 and 8.2). With the reader's own 2 ms before an inventory, one,
five and ten tags, found and 9 blocks of 4 bytes read from each, take 33, 117 and 223 ms, which is what readers take.
"""

from __future__ import annotations

CARRIER_HZ = 13_560_000
BYTE_S = 4096 / CARRIER_HZ
REQUEST_EDGES_S = (1024 + 512) / CARRIER_HZ
"""SOF and EOF of a request (ISO/IEC 15693-2, 7.3)."""
EOF_S = 512 / CARRIER_HZ
ANSWER_EDGE_S = 2048 / CARRIER_HZ
"""SOF or EOF of an answer at the high data rate (ISO/IEC 15693-2, 8.5)."""
T1_S = 4352 / CARRIER_HZ
"""From a request to the tag's answer (ISO/IEC 15693-3, 9.1)."""
T2_S = 4192 / CARRIER_HZ
"""From an answer to the next request (ISO/IEC 15693-3, 9.2)."""
T3_S = 4384 / CARRIER_HZ + ANSWER_EDGE_S
"""How long an inventory slot stays open for an answer that does not come (ISO/IEC 15693-3, 9.3)."""
PROGRAMMING_S = 0.005
"""A chip writes a block, or its AFI, in a few milliseconds; the standard allows 20 (ISO/IEC 15693-3, 9.1)."""
FIRMWARE_S = 0.002
"""What the reader's processor adds to an inventory, so that the sum fits what was measured on pads."""

SLOTS = 16
INVENTORY_REQUEST = 5
"""Flags, command, mask length, CRC: bytes on the air."""
INVENTORY_ANSWER = 12
"""Flags, DSFID, UID, CRC."""
SHORT_ANSWER = 3
"""Flags and CRC."""
UID_AND_FRAME = 12
"""Flags, command, UID and CRC of an addressed request without parameters."""
SYSTEM_INFORMATION_ANSWER = 17
"""Flags, information flags, UID, DSFID, AFI, two bytes of memory size, IC reference, CRC."""


def exchange_s(request_bytes: int, answer_bytes: int) -> float:
    """Seconds of one request and one answer, counted in bytes on the air."""
    request_s = REQUEST_EDGES_S + request_bytes * BYTE_S
    return request_s + T1_S + 2 * ANSWER_EDGE_S + answer_bytes * BYTE_S + T2_S


def inventory_s(tags: int) -> float:
    """Seconds of an inventory in 16 slots that finds this many tags, one in a slot."""
    empty = max(0, SLOTS - tags)
    answered_s = T1_S + 2 * ANSWER_EDGE_S + INVENTORY_ANSWER * BYTE_S + T2_S + EOF_S
    return FIRMWARE_S + REQUEST_EDGES_S + INVENTORY_REQUEST * BYTE_S + empty * (T3_S + EOF_S) + tags * answered_s


def read_s(blocks: int, block_size: int, *, security: bool) -> float:
    """Seconds of reading blocks of one tag; a byte more for each block's security status where it is asked for."""
    return exchange_s(UID_AND_FRAME + 2, SHORT_ANSWER + blocks * (block_size + security))


def write_block_s(block_size: int) -> float:
    """Seconds of writing one block: readers write blocks one by one, as few tags take several at once."""
    return exchange_s(UID_AND_FRAME + 1 + block_size, SHORT_ANSWER) + PROGRAMMING_S


def write_byte_s() -> float:
    """Seconds of writing AFI or DSFID, or of locking something."""
    return exchange_s(UID_AND_FRAME + 1, SHORT_ANSWER) + PROGRAMMING_S


def short_exchange_s() -> float:
    """Seconds of a request without parameters and an answer without data (select, reset to ready)."""
    return exchange_s(UID_AND_FRAME, SHORT_ANSWER)


def unheard_s() -> float:
    """Seconds until the reader knows that nobody answers an addressed request."""
    return REQUEST_EDGES_S + UID_AND_FRAME * BYTE_S + T3_S


def system_information_s() -> float:
    """Seconds of asking one tag for its system information."""
    return exchange_s(UID_AND_FRAME, SYSTEM_INFORMATION_ANSWER)
