"""Every layout: what is written is read back; no bytes whatever make the reader fail."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.codecs import gxlm, iso28560_2, iso28560_3, iso28560_4, rfid501
from drivers.codecs.elements import ELEMENTS, Kind
from drivers.codecs.isil import is_isil
from drivers.codecs.tag_data import ElementValue, EncodeRefused, TagData, decode, encode, with_index
from drivers.codecs.values import USAGE_SUBCLASSES

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789ABC abc-./é书"),
        st.characters(min_codepoint=0x20, exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=24,
)
ASCII = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=14)
ISILS = st.from_regex(r"\A[A-Z]{2}-[A-Za-z0-9:/-]{1,12}\Z") | st.from_regex(r"\A[A-Za-z0-9]{1,4}-[A-Za-z0-9]{1,8}\Z")
USAGES = st.sampled_from([f"{main:X}{sub:X}" for main, subs in USAGE_SUBCLASSES.items() for sub in sorted(subs)])
HEX_BYTES = st.integers(0, 255).map(lambda value: f"{value:02X}")


def sets(largest: int) -> st.SearchStrategy[dict[str, int]]:
    return st.integers(1, largest).flatmap(
        lambda parts: st.integers(1, parts).map(lambda part: {"parts_in_set": parts, "part_number": part})
    )


def _values_of(key: str, kind: Kind) -> st.SearchStrategy[ElementValue]:
    match kind:
        case Kind.ISIL:
            return ISILS
        case Kind.SET:
            return sets(999)
        case Kind.GS1:
            return st.integers(0, 10**13 - 1).map(lambda number: f"{number:013}")
        case Kind.CODE:
            return USAGES if key == "type_of_usage" else HEX_BYTES
        case _:
            return TEXTS


CHAINED = {element.key: _values_of(element.key, element.kind) for element in ELEMENTS if element.kind is not Kind.INDEX}
CHAINED_TAGS = st.fixed_dictionaries(
    {"primary_item_identifier": TEXTS},
    optional={key: values for key, values in CHAINED.items() if key != "primary_item_identifier"},
)


@given(CHAINED_TAGS, st.sampled_from([1, 4, 8, 32]), st.data())
def test_elements_of_28560_2_come_back_whatever_is_locked(
    elements: dict[str, ElementValue], block_size: int, data: st.DataObject
) -> None:
    lock = data.draw(st.sets(st.sampled_from(sorted(elements))))
    written = with_index(elements)
    tag = encode("iso28560-2", written, block_size=block_size, lock=lock)
    read = iso28560_2.decode(tag.memory)
    assert (read.elements, read.findings) == (written, ())
    assert encode("iso28560-2", read.elements, block_size=block_size, lock=lock) == tag
    assert iso28560_2.decode(tag.memory + bytes(9)).elements == written


@given(CHAINED_TAGS, st.sampled_from([4, 8]))
def test_locked_elements_share_no_block_with_others(elements: dict[str, ElementValue], block_size: int) -> None:
    lock = {"primary_item_identifier"}
    alone = encode(
        "iso28560-2", {"primary_item_identifier": elements["primary_item_identifier"]}, lock=lock, block_size=block_size
    ).memory
    assert len(alone) % block_size == 0
    assert encode("iso28560-2", elements, lock=lock, block_size=block_size).memory.startswith(alone)


FIXED_TAGS = st.fixed_dictionaries(
    {"primary_item_identifier": TEXTS, "type_of_usage": st.sampled_from("01234679"), "set_information": sets(255)},
    optional={
        "owner_institution": ISILS,
        "title": TEXTS,
        "shelf_location": TEXTS,
        "supplier_invoice_number": TEXTS,
        "supply_chain_stage": TEXTS,
        "gs1_product_identifier": st.integers(0, 10**13 - 1).map(lambda number: f"{number:013}"),
        "ill_borrowing_institution": ISILS,
        "alternative_ill_borrowing_institution": TEXTS,
    },
)


@given(FIXED_TAGS)
def test_elements_of_28560_3_come_back(elements: dict[str, ElementValue]) -> None:
    try:
        tag = encode("iso28560-3", elements)
    except EncodeRefused as refused:
        assume("256" in str(refused) or "255" in str(refused))
        return
    read = decode(tag.memory, afi=0x07, dsfid=0x3E)
    undefined_medium = {"media_format": "00"} if "media_format" in read.elements else {}
    assert read.elements == elements | {"data_model_version": 1} | undefined_medium
    assert read.findings == ()
    assert encode("iso28560-3", read.elements) == tag


@given(
    st.text(alphabet=st.sampled_from("0123456789ABCabc-: é书"), min_size=1, max_size=14),
    st.none() | ISILS,
    st.none() | sets(999),
    st.fixed_dictionaries({}, optional={"title": TEXTS, "shelf_location": TEXTS, "local_data_a": TEXTS}),
)
def test_elements_of_28560_4_come_back(
    identifier: str, owner: str | None, in_set: dict[str, int] | None, user: dict[str, ElementValue]
) -> None:
    elements: dict[str, ElementValue] = {"primary_item_identifier": identifier}
    elements |= {} if owner is None else {"owner_institution": owner}
    elements |= {} if in_set is None else {"set_information": in_set}
    tag = encode("iso28560-4", elements | user, afi=0x07)
    read = decode(tag.memory, uii=tag.uii)
    assert {**read.elements} | elements | user == {**read.elements}
    assert read.findings == ()
    assert encode("iso28560-4", read.elements, afi=0x07) == tag


@given(
    ASCII,
    st.booleans(),
    st.integers(0, 31),
    st.fixed_dictionaries(
        {},
        optional={
            "owner_institution": st.integers(0, 59999).map(lambda code: f"{code:05}") | st.just("90001"),
            "set_information": sets(65535),
            "type_of_usage": st.sampled_from(["0.0", "0.1", "4.255"]),
            "shelf_location": TEXTS,
            "alternative_item_identifier": TEXTS,
            "isbn_issn": TEXTS,
        },
    ),
)
def test_elements_of_gxlm_come_back(
    identifier: str, on_loan: bool, sorting: int, user: dict[str, ElementValue]
) -> None:
    own: dict[str, ElementValue] = {"primary_item_identifier": identifier, "on_loan": on_loan, "sorting": sorting}
    elements = own | user
    tag = encode("gxlm", elements)
    assert tag.uii is not None
    read = gxlm.decode(tag.uii, tag.memory)
    assert {**read.elements} | elements == {**read.elements}
    assert read.findings == ()
    assert encode("gxlm", read.elements) == tag


@given(
    st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=16),
    sets(15),
    st.sampled_from(sorted(rfid501.ITEM_TYPES)),
    st.integers(0, 4095),
    st.integers(0, 0xFFFFF),
    st.integers(-(1 << 31), (1 << 31) - 1),
)
def test_elements_of_rfid501_come_back(
    identifier: str, in_set: dict[str, int], item_type: int, branch: int, library: int, custom: int
) -> None:
    elements: dict[str, ElementValue] = {
        "primary_item_identifier": identifier,
        "set_information": in_set,
        "item_type": item_type,
        "branch": branch,
        "library": library,
        "custom": custom,
    }
    tag = encode("rfid501", elements)
    read = rfid501.decode(tag.memory)
    assert (read.elements, read.findings) == (elements, ())
    assert encode("rfid501", read.elements) == tag


def _is_sound(data: TagData) -> None:
    assert list(data.findings) == sorted(set(data.findings))
    assert data.item_id is None or data.elements["primary_item_identifier"] == data.item_id
    owner = data.elements.get("owner_institution")
    if data.format.startswith("iso") and isinstance(owner, str) and not is_isil(owner):
        assert "isil-syntax:owner_institution" in data.findings


@given(st.binary(max_size=160), st.integers(1, 40), st.none() | st.integers(0, 255), st.none() | st.integers(0, 255))
def test_any_memory_is_read_without_an_exception(
    memory: bytes, block_size: int, afi: int | None, dsfid: int | None
) -> None:
    _is_sound(decode(memory, block_size=block_size, afi=afi, dsfid=dsfid))
    _is_sound(iso28560_2.decode(memory, afi=afi, dsfid=dsfid))
    _is_sound(iso28560_3.decode(memory, block_size=block_size, afi=afi, dsfid=dsfid))
    _is_sound(rfid501.decode(memory))


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_any_uhf_banks_are_read_without_an_exception(uii: bytes, memory: bytes) -> None:
    _is_sound(decode(memory, uii=uii))
    _is_sound(iso28560_4.decode(uii, memory))
    _is_sound(gxlm.decode(uii, memory))


@given(CHAINED_TAGS, st.data())
def test_a_tag_torn_away_while_read_keeps_what_came_before(
    elements: dict[str, ElementValue], data: st.DataObject
) -> None:
    memory = encode("iso28560-2", elements).memory
    cut = data.draw(st.integers(0, len(memory)))
    read = iso28560_2.decode(memory[:cut])
    assert all(elements[key] == value for key, value in read.elements.items())
    if cut < len(memory) and read.elements != elements:
        assert len(read.elements) < len(elements)


@given(FIXED_TAGS, st.integers(0, 15), st.integers(1, 255))
def test_one_damaged_byte_of_a_fixed_identifier_is_noticed(
    elements: dict[str, ElementValue], place: int, damage: int
) -> None:
    elements = {"primary_item_identifier": "10000001", "type_of_usage": "1"}
    memory = bytearray(encode("iso28560-3", elements).memory)
    memory[3 + place] ^= damage
    assert iso28560_3.decode(bytes(memory)).findings != ()
