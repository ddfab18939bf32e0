"""Writes the fixed layout of ISO 28560-3: basic block, and extension blocks where an element needs one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from drivers.codecs import extension_blocks
from drivers.codecs.elements import (
    GS1,
    IDENTIFIER,
    ILL_BORROWER,
    MEDIA_FORMAT,
    OWNER,
    SET,
    USAGE,
    VERSION,
)
from drivers.codecs.extension_blocks import ALTERNATIVE_IDENTIFIER, ALTERNATIVE_OWNER, BLOCKS
from drivers.codecs.isil import REMEMBERED, is_isil
from drivers.codecs.iso28560_3 import (
    BASIC,
    BASIC_BYTES,
    IDENTIFIER_AT,
    IN_LIBRARY_BLOCK,
    OWNER_AT,
    SHORT_TAG_BYTES,
    VERSION_WRITTEN,
    crc_of,
    with_hyphen,
)
from drivers.codecs.reading import ElementValue, EncodedTag, EncodeRefused
from drivers.codecs.values import (
    USAGE_SUBCLASSES,
    code_to_write,
    gs1_to_write,
    no_such_element,
    number_to_write,
    required,
    set_to_write,
    text_to_write,
)

LARGEST_SET = 255
IDENTIFIER_BYTES = IDENTIFIER_AT.stop - IDENTIFIER_AT.start
OWNER_BYTES = OWNER_AT.stop - OWNER_AT.start
SHORT_OWNER_BYTES = SHORT_TAG_BYTES - OWNER_AT.start
SINGLE_ITEM: ElementValue = {"parts_in_set": 1, "part_number": 1}
EXTENSION_KEYS = frozenset(name for block in BLOCKS for name in block.fields)
WRITTEN_KEYS = EXTENSION_KEYS | {IDENTIFIER, OWNER, SET, USAGE, VERSION, MEDIA_FORMAT}


def encode(elements: Mapping[str, ElementValue], *, memory_size: int | None) -> EncodedTag:
    """Memory of a tag, zero-filled to `memory_size`; without it 32 bytes where that is enough.

    Identifiers over 16 bytes and owners that the basic block has no room for go to the library block.
    """
    if not elements.keys() <= WRITTEN_KEYS:
        stranger = next(key for key in elements if key not in WRITTEN_KEYS)
        raise no_such_element(stranger, "iso28560-3", WRITTEN_KEYS)
    left = dict(elements)
    number_to_write(VERSION, left.pop(VERSION, VERSION_WRITTEN), VERSION_WRITTEN, VERSION_WRITTEN)
    parts, part = set_to_write(left.pop(SET, SINGLE_ITEM), LARGEST_SET)
    usage = _usage(required(left, USAGE, "give 1 for circulation"))
    del left[USAGE]
    short = memory_size is not None and memory_size < BASIC_BYTES
    identifier = _identifier_field(left)
    owner = _owner_field(left, SHORT_OWNER_BYTES if short else OWNER_BYTES)
    blocks = _blocks(left) if left else b""
    head = VERSION_WRITTEN << 4 | usage
    without_crc = BASIC.pack(head, parts, part, identifier, 0, owner)
    basic = BASIC.pack(head, parts, part, identifier, crc_of(without_crc), owner)
    if blocks:
        return EncodedTag(_filled(basic + blocks, memory_size, end_block=1))
    return EncodedTag(_filled(basic[:SHORT_TAG_BYTES] if not any(basic[SHORT_TAG_BYTES:]) else basic, memory_size))


def _filled(written: bytes, memory_size: int | None, end_block: int = 0) -> bytes:
    """With the end block, where memory does not end there anyway, and zeros behind it."""
    size = len(written) + end_block if memory_size is None else memory_size
    if len(written) > size:
        remedy = "drop an element, shorten a text or use a larger tag"
        raise EncodeRefused("memory", f"{len(written)} bytes do not fit in {size}", remedy)
    return written.ljust(size, b"\0")


def _usage(value: ElementValue) -> int:
    usage = int(value, 16) if isinstance(value, str) and len(value) == 1 and value in "0123456789ABCDEF" else -1
    if usage not in USAGE_SUBCLASSES:
        raise EncodeRefused(USAGE, f"{value!r} is no class", "give one digit: 0-4, 6-9 (1 is for circulation)")
    return usage


def _identifier_field(left: dict[str, ElementValue]) -> bytes:
    text = text_to_write(IDENTIFIER, required(left, IDENTIFIER))
    del left[IDENTIFIER]
    if len(data := text.encode()) <= IDENTIFIER_BYTES:
        return data
    _move_to_library_block(IDENTIFIER, ALTERNATIVE_IDENTIFIER, text, left)
    return bytes([IN_LIBRARY_BLOCK])


def _owner_field(left: dict[str, ElementValue], room: int) -> bytes:
    if OWNER not in left:
        return b""
    text = text_to_write(OWNER, left.pop(OWNER))
    if not is_isil(text):
        remedy = "give prefix, hyphen and unit of letters, digits, - : /, at most 16 characters"
        raise EncodeRefused(OWNER, f"{text!r} is no ISIL", remedy)
    stored = _stored_owner(text)
    if stored is not None and len(stored) <= room:
        return stored
    _move_to_library_block(OWNER, ALTERNATIVE_OWNER, text, left)
    return bytes([IN_LIBRARY_BLOCK])


@lru_cache(maxsize=REMEMBERED)
def _stored_owner(isil: str) -> bytes | None:
    """The ISIL without its first hyphen; None where the hyphen would not come back in its place."""
    stored = isil.replace("-", "", 1)
    return stored.encode() if with_hyphen(stored) == (isil, ()) else None


def _move_to_library_block(key: str, place: str, text: str, left: dict[str, ElementValue]) -> None:
    if place in left:
        remedy = f"leave {place} out, or use another layout"
        raise EncodeRefused(key, f"{text!r} needs the field of {place} in the library block", remedy)
    left[place] = text


def _blocks(left: dict[str, ElementValue]) -> bytes:
    media_format = code_to_write(MEDIA_FORMAT, left.pop(MEDIA_FORMAT)) if MEDIA_FORMAT in left else None
    texts: dict[str, str] = {}
    for key, value in left.items():
        texts[key] = gs1_to_write(value) if key == GS1 else text_to_write(key, value)
        if key == ILL_BORROWER and not is_isil(texts[key]):
            raise EncodeRefused(key, f"{texts[key]!r} is no ISIL", "give prefix, hyphen and unit")
    try:
        return extension_blocks.write(texts, media_format)
    except ValueError as full:
        raise EncodeRefused(f"{full} block", "it passes 255 bytes", "shorten the texts in it") from None
