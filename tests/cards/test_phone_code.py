"""Rotating codes on phones (ADR 0125): good for one minute and a half, once a kiosk, and nobody else can make them."""

from __future__ import annotations

import base64
import hashlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.phone_code import (
    REMEMBERED,
    STEP_S,
    Accepted,
    PhoneCodes,
    Refusal,
    Refused,
    is_phone_code,
    make,
)
from drivers.cards.phone_keys import LibraryKey

KEY = LibraryKey("K7", bytes(range(32)))
NEXT_KEY = LibraryKey("K8", bytes(range(1, 33)))
NOW_S = 59_471_234 * STEP_S + 7.0
THE_CODE = "LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4"
ALPHANUMERIC = set(string.digits + string.ascii_uppercase + " $%*+-./:")

cards = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=16)


def a_kiosk(*keys: LibraryKey) -> PhoneCodes:
    return PhoneCodes({key.key_id: key for key in keys or (KEY,)})


def shown_at(at_s: float, card: str = "12345", key: LibraryKey = KEY) -> str:
    return make(key.for_card(card), at_s)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, by hand."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


def test_the_code_of_the_decision_record_comes_from_its_words() -> None:
    phone = hmac_sha256(bytes(range(32)), b"library-kiosk phone key 1\0" + b"12345")
    head = f"LKP1.K7.{base64.b32encode(b'12345').decode()}.59471234"
    mac = base64.b32encode(hmac_sha256(phone, head.encode())[:16]).decode().rstrip("=")
    assert f"{head}.{mac}" == THE_CODE == shown_at(NOW_S)


def test_a_code_is_taken_once_at_a_kiosk_and_then_at_another() -> None:
    kiosk = a_kiosk()
    assert kiosk.judge(THE_CODE, NOW_S) == Accepted("12345")
    assert kiosk.judge(THE_CODE, NOW_S + 5) == Refused(Refusal.USED_BEFORE)
    assert kiosk.judge(shown_at(NOW_S + STEP_S), NOW_S + STEP_S) == Accepted("12345")
    assert a_kiosk().judge(THE_CODE, NOW_S) == Accepted("12345")


@pytest.mark.parametrize(
    ("phone_ahead_s", "judged"),
    [
        (0, Accepted("12345")),
        (-STEP_S, Accepted("12345")),
        (STEP_S, Accepted("12345")),
        (-2 * STEP_S, Refused(Refusal.EXPIRED)),
        (2 * STEP_S, Refused(Refusal.FROM_THE_FUTURE)),
        (-NOW_S, Refused(Refusal.EXPIRED)),
        (10**9, Refused(Refusal.FROM_THE_FUTURE)),
    ],
)
def test_phone_and_kiosk_may_be_half_a_minute_apart(phone_ahead_s: float, judged: Accepted | Refused) -> None:
    assert a_kiosk().judge(shown_at(NOW_S + phone_ahead_s), NOW_S) == judged


def test_a_code_refused_for_its_time_is_not_used_up() -> None:
    kiosk = a_kiosk()
    early = shown_at(NOW_S + 2 * STEP_S)
    assert kiosk.judge(early, NOW_S) == Refused(Refusal.FROM_THE_FUTURE)
    assert kiosk.judge(early, NOW_S + STEP_S) == Accepted("12345")


def test_keys_are_changed_one_beside_the_other() -> None:
    old, new = shown_at(NOW_S), shown_at(NOW_S, key=NEXT_KEY)
    both, after = a_kiosk(KEY, NEXT_KEY), a_kiosk(NEXT_KEY)
    assert both.judge(old, NOW_S) == both.judge(new, NOW_S) == Accepted("12345")
    assert after.judge(old, NOW_S) == Refused(Refusal.UNKNOWN_KEY)
    assert after.judge(new, NOW_S) == Accepted("12345")


def test_another_librarys_key_of_the_same_id_makes_forgeries() -> None:
    assert a_kiosk().judge(shown_at(NOW_S, key=LibraryKey("K7", bytes(32))), NOW_S) == Refused(Refusal.FORGED)


def test_a_phone_cannot_make_the_code_of_another_card() -> None:
    """Whoever takes the key out of a phone has that patron's, and no other's."""
    mine = KEY.for_card("12345")
    head, _, _ = shown_at(NOW_S, card="12346").rpartition(".")
    mac = base64.b32encode(hmac_sha256(mine.secret, head.encode())[:16]).decode().rstrip("=")
    assert a_kiosk().judge(f"{head}.{mac}", NOW_S) == Refused(Refusal.FORGED)
    assert KEY.for_card("12346").secret != mine.secret


@pytest.mark.parametrize(
    "code",
    [
        "LKP1.",
        "LKP2.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP12.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.k7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZDGNBV.059471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZDGNBV.-1.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZDGNBV.٥٩٤٧١٢٣٤.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZDGNB.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC5",
        "LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC",
        "LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4 ",
        "LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4\n",
        "LKP1.K7.BI.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.GEZ.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7.74.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
        "LKP1.K7." + "G" * 1000 + ".59471234.RITSEI4YTTTWXSDAOGHTSO2YC4",
    ],
)
def test_what_has_the_prefix_and_is_no_code_is_malformed_and_no_barcode(code: str) -> None:
    assert is_phone_code(code)
    assert a_kiosk().judge(code, NOW_S) == Refused(Refusal.MALFORMED)


@pytest.mark.parametrize("barcode", ["35555000012345", "LKP0042", "LKP-1.2", "lkp1.K7", "xLKP1.", "", "LIB-0042"])
def test_barcodes_are_no_phone_codes(barcode: str) -> None:
    assert not is_phone_code(barcode)


@settings(max_examples=60, deadline=None)
@given(cards, st.floats(0, 4e9))
def test_every_card_has_a_code_that_every_scanner_reads(card: str, at_s: float) -> None:
    code = shown_at(at_s, card)
    assert is_phone_code(code)
    assert set(code) <= ALPHANUMERIC
    assert len(code) < 200
    assert a_kiosk().judge(code, at_s) == Accepted(card)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(THE_CODE) - 1), st.characters())
def test_no_character_can_be_another_one(at: int, letter: str) -> None:
    changed = THE_CODE[:at] + letter + THE_CODE[at + 1 :]
    judged = a_kiosk(KEY, NEXT_KEY).judge(changed, NOW_S)
    assert isinstance(judged, Accepted) == (changed == THE_CODE)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80) | st.from_regex(r"LKP1\.[A-Z0-9]{1,3}\.[A-Z2-7]{1,9}\.[0-9]{1,4}\.[A-Z2-7]{26}"))
def test_any_text_is_refused_without_an_exception(text: str) -> None:
    assert isinstance(a_kiosk().judge(text, NOW_S), Refused)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["A1", "B2"]), st.integers(-3, 3), st.integers(0, 40)), max_size=30))
def test_in_any_order_each_code_is_taken_once_and_in_its_time_only(scans: list[tuple[str, int, int]]) -> None:
    kiosk, now_s = a_kiosk(), NOW_S
    taken: set[str] = set()
    for card, steps, later_s in scans:
        now_s += later_s
        code = shown_at(now_s + steps * STEP_S, card)
        judged = kiosk.judge(code, now_s)
        assert isinstance(judged, Accepted) == (abs(steps) <= 1 and code not in taken)
        if isinstance(judged, Accepted):
            assert judged.card == card
            taken.add(code)


def test_what_a_kiosk_remembers_is_bounded() -> None:
    kiosk = a_kiosk()
    for number in range(REMEMBERED + 10):
        assert kiosk.judge(shown_at(NOW_S, f"C{number}"), NOW_S) == Accepted(f"C{number}")
    assert kiosk.judge(shown_at(NOW_S, "C100"), NOW_S) == Refused(Refusal.USED_BEFORE)
    assert kiosk.judge(shown_at(NOW_S, "C0"), NOW_S) == Accepted("C0"), "the oldest is forgotten first"
