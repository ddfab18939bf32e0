"""Patron cards that are ISO 15693 tags with library data on them.

Such data can be copied to another tag by anybody: it identifies as a barcode does, and proves nothing.
Sources: PC/SC part 3, 3.2.2.1.8 (read binary); ISO/IEC 15693-3, 4.1; ISO 28560-1 (type of usage: class 8, patron card).
"""

from __future__ import annotations

import re
from contextlib import suppress

from drivers.cards.apdu import GET_UID, read_binary
from drivers.cards.exchange import Card, NoToken, Unreadable, ask, exchange, refused
from drivers.cards.uid import is_iso_15693, token_of_uid
from drivers.codecs.findings import Finding
from drivers.codecs.reading import TagData
from drivers.codecs.recognise import HARMLESS, ILLEGIBLE, read_hf

BLOCK_BYTES = 4
_LOOK_AT = frozenset({32, 36, 64})
"""After so many bytes it is seen whether the number is there already: the smallest tags have 32."""
_PATRON_CARD = "8"
_GONE = 0x6401
_USAGE = "type_of_usage"
_IS_USAGE = re.compile(r"[0-9A-F]{1,2}")
"""One hex digit in ISO 28560-3, two in the other parts; anything longer is no usage but other data."""


def read_patron_tag(card: Card, most_blocks: int) -> str:
    """The number of a patron's tag; the UID of any other card. Raises `NoToken`, also for the tag of an item.

    A tag that answers badly in the middle gives no token at all: the UID instead would make two patrons of one.
    """
    uid = ask(card, GET_UID)
    token = token_of_uid(uid)
    if not is_iso_15693(uid):
        return token
    data = _read_data(card, uid, most_blocks)
    return token if data is None else _number_on(data) or token


def _number_on(data: TagData) -> str | None:
    """A patron's number; None where the tag says nothing of patrons. Raises `NoToken` for items and damaged cards."""
    usage = data.elements.get(_USAGE)
    if not isinstance(usage, str) or not _IS_USAGE.fullmatch(usage):
        return None
    if not usage.startswith(_PATRON_CARD):
        if _is_complete(data):
            raise NoToken(Unreadable.NOT_KNOWN, f"the tag of an item (type of usage {usage}), not of a patron")
        return None
    if data.item_id is None or Finding.CRC_MISMATCH in data.findings or not ILLEGIBLE.isdisjoint(data.findings):
        raise NoToken(Unreadable.GARBLED, "the data of this patron card are damaged: " + ", ".join(data.findings))
    return data.item_id


def _read_data(card: Card, uid: bytes, most_blocks: int) -> TagData | None:
    """What stands on the tag; None where the reader does not read blocks or the tag holds nothing of a library."""
    memory, block_size = bytearray(), 0
    for number in range(most_blocks):
        block = _read_block(card, uid, number)
        if not block:
            break
        if block_size not in (0, len(block)):
            raise NoToken(Unreadable.GARBLED, f"blocks of {block_size} and of {len(block)} bytes on one card")
        block_size = len(block)
        memory += block
        if len(memory) in _LOOK_AT and _is_complete(data := _decode(memory, block_size)):
            return data
    return _decode(memory, block_size) if memory else None


def _decode(memory: bytearray, block_size: int) -> TagData:
    return read_hf(bytes(memory), block_size, afi=None, dsfid=None)


def _is_complete(data: TagData) -> bool:
    return data.item_id is not None and _USAGE in data.elements and HARMLESS.issuperset(data.findings)


def _read_block(card: Card, uid: bytes, number: int) -> bytes:
    """One block; empty behind the last one, and where the reader does not read blocks.

    A refusal counts when it comes twice and the card still tells the same UID: else it was a card on its way.
    """
    command = read_binary(number, BLOCK_BYTES)
    with suppress(NoToken):
        return ask(card, command)
    answer = exchange(card, command.encode())
    if answer.ok:
        return answer.data
    if answer.sw == _GONE or exchange(card, GET_UID.encode()).data != uid:
        raise refused(command.encode(), _GONE)
    return b""
