"""Extension blocks behind the basic block of ISO 28560-3, from byte 34 on.

    length (of the whole block) | block ID low | block ID high | XOR | data fields, each ended by 00

XOR of all bytes of a block is 0. Sources: GOST R ISO 28560-3-2016, 7.4; the standard's example B.2; github
BibliothekTHWildau/ISO28560 for the order of fields. The table is data: editions correct it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.codecs.compaction import decode_utf8
from drivers.codecs.elements import GS1, ILL_BORROWER, MEDIA_FORMAT, TITLE
from drivers.codecs.findings import Finding, about
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


def read(memory: bytes, start: int, elements: Elements, findings: set[str], moved: dict[str, str]) -> None:
    """Put the fields of all blocks from `start` into `elements`.

    `moved` names the key that a field of the library block has on this tag (a long identifier or owner).
    """
    position, size = start, len(memory)
    while position < size:
        length = memory[position]
        if length == END_BLOCK:
            if any(memory[position + 1 :]):
                findings.add(Finding.DATA_AFTER_TERMINATOR)
            return
        if length == FILLER:
            position += 1
            continue
        if length < HEAD_BYTES or position + length > size:
            findings.add(Finding.EXTENSION_OVERRUN)
            return
        block = memory[position : position + length]
        position += length
        block_id = block[1] | block[2] << 8
        layout = BY_ID.get(block_id)
        if reduce(xor, block):
            findings.add(about(Finding.EXTENSION_CHECKSUM, block_id))
        elif layout is None:
            findings.add(about(Finding.EXTENSION_UNKNOWN, block_id))
        else:
            _read_block(layout, block[HEAD_BYTES:], elements, findings, moved)


def _read_block(
    layout: BlockLayout, data: bytes, elements: Elements, findings: set[str], moved: dict[str, str]
) -> None:
    if layout.code is not None and data:
        _put(layout.code, f"{data[0]:02X}", elements, findings)
        data = data[1:]
    fields = data.split(b"\0")
    if any(fields[len(layout.fields) :]):
        findings.add(about(Finding.EXTENSION_EXTRA_FIELD, layout.block_id))
    for name, field in zip(layout.fields, fields, strict=False):
        if not field:
            continue
        key = moved.get(name, name) if layout.block_id == LIBRARY_BLOCK else name
        text, flaw = decode_utf8(field)
        if flaw:
            findings.add(about(flaw, key))
        note_control_characters(text, key, findings)
        if key == ILL_BORROWER and not is_isil(text):
            findings.add(about(Finding.ISIL_SYNTAX, key))
        _put(key, gs1_of(text) if key == GS1 else text, elements, findings)


def _put(key: str, text: str, elements: Elements, findings: set[str]) -> None:
    if key in elements:
        findings.add(about(Finding.REPEATED_ELEMENT, key))
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
