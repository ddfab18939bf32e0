"""Extension blocks behind the basic block of ISO 28560-3, from byte 34 on.

    length (of the whole block) | block ID low | block ID high | XOR | data fields, each ended by 00

XOR of all bytes of a block is 0. Sources: GOST R ISO 28560-3-2016, 7.4; the standard's example B.2; github
BibliothekTHWildau/ISO28560 for the order of fields. The table is data: editions correct it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.codecs.compaction import decode_utf8, first_broken_utf8
from drivers.codecs.elements import GS1, ILL_BORROWER, MEDIA_FORMAT, OWNER, TITLE
from drivers.codecs.findings import Finding, Noted, Notes, about, first_stray
from drivers.codecs.isil import is_isil
from drivers.codecs.reading import Elements
from drivers.codecs.values import gs1_of, note_control_characters

HEAD_BYTES = 4
LONGEST_BLOCK = 255
END_BLOCK = 0
FILLER = 1


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """One kind of extension block. `code`: a field of one byte, without an end, before all others."""

    block_id: int
    name: str
    fields: tuple[str, ...]
    code: str | None = None


LIBRARY_BLOCK = 1
ALTERNATIVE_IDENTIFIER = "alternative_item_identifier"
ALTERNATIVE_OWNER = "alternative_owner_institution"

BLOCKS = (
    BlockLayout(LIBRARY_BLOCK, "library", (ALTERNATIVE_IDENTIFIER, ALTERNATIVE_OWNER), code=MEDIA_FORMAT),
    BlockLayout(
        2,
        "acquisition",
        (
            "supplier_identifier",
            "product_identifier_local",
            "order_number",
            "supplier_invoice_number",
            GS1,
            "supply_chain_stage",
        ),
    ),
    BlockLayout(
        3,
        "library supplement",
        ("shelf_location", "marc_media_format", "onix_media_format", "subsidiary_of_an_owner_institution"),
    ),
    BlockLayout(4, "title", (TITLE,)),
    BlockLayout(5, "ILL", (ILL_BORROWER, "ill_borrowing_transaction_number", "alternative_ill_borrowing_institution")),
)
BY_ID = {block.block_id: block for block in BLOCKS}


ISIL_KEYS = frozenset({ILL_BORROWER, OWNER})


def read(memory: bytes, start: int, elements: Elements, notes: Notes, moved: dict[str, str]) -> None:
    """Put the fields of all blocks from `start` into `elements`.

    `moved` names the key that a field of the library block has on this tag (a long identifier or owner).
    """
    position, size = start, len(memory)
    while position < size:
        length = memory[position]
        if length == END_BLOCK:
            if (stray := first_stray(memory, position + 1)) is not None:
                notes.append(Noted(Finding.DATA_AFTER_TERMINATOR, stray))
            return
        if length == FILLER:
            position += 1
            continue
        if length < HEAD_BYTES or position + length > size:
            notes.append(Noted(Finding.EXTENSION_OVERRUN, position))
            return
        block = memory[position : position + length]
        block_id = block[1] | block[2] << 8
        layout = BY_ID.get(block_id)
        if reduce(xor, block):
            notes.append(Noted(about(Finding.EXTENSION_CHECKSUM, block_id), position + 3))
        elif layout is None:
            notes.append(Noted(about(Finding.EXTENSION_UNKNOWN, block_id), position + 1))
        else:
            _read_block(layout, block[HEAD_BYTES:], position + HEAD_BYTES, elements, notes, moved)
        position += length


def _read_block(
    layout: BlockLayout, data: bytes, at: int, elements: Elements, notes: Notes, moved: dict[str, str]
) -> None:
    if layout.code is not None and data:
        _put(layout.code, f"{data[0]:02X}", elements, notes, at)
        data, at = data[1:], at + 1
    fields = data.split(b"\0")
    extra_at = at + sum(len(field) + 1 for field in fields[: len(layout.fields)])
    if any(fields[len(layout.fields) :]):
        notes.append(Noted(about(Finding.EXTENSION_EXTRA_FIELD, layout.block_id), extra_at))
    for name, field in zip(layout.fields, fields, strict=False):
        if field:
            key = moved.get(name, name) if layout.block_id == LIBRARY_BLOCK else name
            _read_field(key, field, at, elements, notes)
        at += len(field) + 1


def _read_field(key: str, field: bytes, at: int, elements: Elements, notes: Notes) -> None:
    text, flaw = decode_utf8(field)
    if flaw:
        notes.append(Noted(about(flaw, key), at + first_broken_utf8(field)))
    note_control_characters(text, key, notes, at)
    if key in ISIL_KEYS and not is_isil(text):
        notes.append(Noted(about(Finding.ISIL_SYNTAX, key), at))
    _put(key, gs1_of(text) if key == GS1 else text, elements, notes, at)


def _put(key: str, text: str, elements: Elements, notes: Notes, at: int) -> None:
    if key in elements:
        notes.append(Noted(about(Finding.REPEATED_ELEMENT, key), at))
    else:
        elements[key] = text


def write(texts: dict[str, str], media_format: int | None) -> bytes:
    """All blocks that hold something, without the end block. `texts` by the names of the table; raises ValueError
    with the block's name where one passes 255 bytes."""
    written = b""
    for layout in BLOCKS:
        fields = [texts.get(name, "").encode() for name in layout.fields]
        while fields and not fields[-1]:
            fields.pop()
        data = b"\0".join(fields)
        if layout.code is not None and (fields or media_format is not None):
            data = bytes([media_format or 0]) + data
        if not data:
            continue
        if HEAD_BYTES + len(data) > LONGEST_BLOCK:
            raise ValueError(layout.name)
        head = bytes([HEAD_BYTES + len(data), layout.block_id, 0])
        written += head + bytes([reduce(xor, head + data)]) + data
    return written
