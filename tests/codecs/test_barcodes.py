"""Printed numbers: their parts, their check digits, what is told of a wrong one (`tag-data.md`, section 8)."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codecs.barcodes import Reading, Scheme, isbn_10_of, isbn_13_of, readings, symbologies_for
from drivers.codecs.check_digits import CODE_39_CHARACTERS, ean_check, isbn_10_check, luhn_check, mod_43_check

if TYPE_CHECKING:
    from tests.codecs.conftest import KioskTag

DIGITS = st.text(alphabet=string.digits, min_size=13, max_size=13)


@pytest.mark.parametrize(
    ("number", "check"),
    [("3023400051786", "1"), ("3319100010586", "4"), ("2999999999999", "8"), ("0000000000000", "0")],
)
def test_the_check_digit_of_a_library_card_and_book(number: str, check: str) -> None:
    """From the left the first, third … digit is doubled; the published guides' own numbers."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(number)]
    by_hand = (10 - sum(value - 9 if value > 9 else value for value in doubled) % 10) % 10
    assert luhn_check(number) == check == str(by_hand)


@pytest.mark.parametrize(("digits", "check"), [("978013110362", "7"), ("400638133393", "1")])
def test_the_check_digit_of_an_ean(digits: str, check: str) -> None:
    assert ean_check(digits) == check


@pytest.mark.parametrize(("digits", "check"), [("013110362", "8"), ("080442957", "X"), ("030640615", "2")])
def test_the_check_digit_of_an_old_isbn(digits: str, check: str) -> None:
    assert isbn_10_check(digits) == check


@pytest.mark.parametrize(("text", "check"), [("0", "0"), ("12345ABCDE/", "T"), ("CODE 39", "R")])
def test_the_check_character_of_code_39(text: str, check: str) -> None:
    assert mod_43_check(text) == check


def only(text: str, symbology: str | None = None) -> Reading:
    (reading,) = readings(text, symbology)
    return reading


def test_the_number_of_a_book_is_taken_apart() -> None:
    book = only("30234000517861")
    assert (book.scheme, book.symbology, book.is_right) == (Scheme.LIBRARY_14, "codabar", True)
    assert book.parts == {"kind": "item", "institution": "0234", "number": "00051786"}
    assert only("21234567890128").parts["kind"] == "patron"


def test_a_wrong_check_digit_is_told_beside_the_right_one() -> None:
    book = only("30234000517865")
    assert (book.check, book.expected, book.is_right) == ("5", "1", False)
    assert book.parts["number"] == "00051786"


def test_norwegian_numbers_have_no_check_digit() -> None:
    for number in ("03010174511003", "03010174511004"):
        book = only(number)
        assert (book.scheme, book.check, book.is_right, dict(book.parts)) == (Scheme.DIGITS_14, None, True, {})


def test_a_kind_that_is_not_known_needs_a_right_check() -> None:
    check = luhn_check("7123456789012")
    assert only("7123456789012" + check).parts["kind"] == "other"
    assert only("7123456789012" + str((int(check) + 1) % 10)).scheme is Scheme.DIGITS_14


@pytest.mark.parametrize("text", ["9780131103627", "978-0-13-110362-7", "978 0 13 110362 7"])
def test_an_isbn_with_and_without_hyphens(text: str) -> None:
    assert (only(text).scheme, only(text).is_right) == (Scheme.ISBN_13, True)


def test_thirteen_digits_of_trade_are_an_ean() -> None:
    assert (only("4006381333931").scheme, only("4006381333931").is_right) == (Scheme.EAN_13, True)
    assert (only("4006381333932").check, only("4006381333932").expected) == ("2", "1")
    assert readings("4006-381333931") == ()


def test_ten_digits_are_an_isbn_only_where_something_says_so() -> None:
    """Item numbers of ten digits are common."""
    assert only("0131103628").scheme is Scheme.ISBN_10
    assert readings("0131103629") == ()
    assert (only("0-13-110362-9").check, only("0-13-110362-9").expected) == ("9", "8")
    assert only("0-8044-2957-x").is_right


def test_a_check_character_of_code_39_is_believed_where_it_is_right_or_the_scanner_says_code_39() -> None:
    assert only("CODE 39R").scheme is Scheme.CODE_39_MOD_43
    assert readings("CODE 39X") == ()
    assert (only("CODE 39X", "code-39").check, only("CODE 39X", "code-39").expected) == ("X", "R")
    assert readings("CODE 39X", "code-128") == ()
    assert readings("A", "code-39") == ()


def test_an_isbn_goes_both_ways() -> None:
    assert isbn_13_of("0-13-110362-8") == "9780131103627"
    assert isbn_10_of("978-0-13-110362-7") == "0131103628"
    assert isbn_13_of("080442957x") == "9780804429573"


@pytest.mark.parametrize("text", ["", "013110362", "0131103629", "X131103628", "013110362é"])
def test_what_is_no_old_isbn_is_not_converted(text: str) -> None:
    assert isbn_13_of(text) is None


@pytest.mark.parametrize("text", ["", "978013110362", "9780131103628", "9791090636071", "4006381333931"])
def test_what_has_no_old_isbn_is_not_converted(text: str) -> None:
    assert isbn_10_of(text) is None


@pytest.mark.parametrize(
    ("text", "symbologies"),
    [
        ("30234000517861", {"codabar", "code-39", "code-128", "interleaved-2-of-5"}),
        ("9780131103627", {"codabar", "code-39", "code-128", "ean-13"}),
        ("ABC-1", {"code-39", "code-128"}),
        ("abc", {"code-128"}),
        ("书", set()),
        ("", set()),
        ("1" * 200, set()),
    ],
)
def test_which_symbologies_can_carry_a_number(text: str, symbologies: set[str]) -> None:
    assert set(symbologies_for(text)) == symbologies


def test_a_text_that_is_longer_than_any_barcode_is_no_number() -> None:
    assert readings("1" * 129) == ()
    assert readings("A" * 129, "code-39") == ()


@given(DIGITS)
def test_one_wrong_digit_of_a_library_number_is_noticed(digits: str) -> None:
    number = "3" + digits[1:] + luhn_check("3" + digits[1:])
    assert readings(number)[0].is_right
    for place in range(1, 14):
        damaged = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        library_number = readings(damaged)[0]
        assert (library_number.scheme, library_number.is_right) == (Scheme.LIBRARY_14, False)


@given(st.text(alphabet=string.digits, min_size=9, max_size=9))
def test_every_old_isbn_comes_back(digits: str) -> None:
    isbn = digits + isbn_10_check(digits)
    converted = isbn_13_of(isbn)
    assert converted is not None
    assert isbn_10_of(converted) == isbn


@given(st.text(alphabet=CODE_39_CHARACTERS, min_size=1, max_size=30))
def test_every_text_of_code_39_is_right_with_its_check(text: str) -> None:
    assert any(each.scheme is Scheme.CODE_39_MOD_43 for each in readings(text + mod_43_check(text)))


@given(st.text(max_size=300), st.sampled_from([None, "code-39", "codabar", "nonsense"]))
def test_any_text_is_told_without_an_exception(text: str, symbology: str | None) -> None:
    for reading in readings(text, symbology):
        assert (reading.check is None) == (reading.expected is None)
        assert reading.symbology in {"codabar", "code-39", "ean-13"}
    if len(text) > 128:
        assert readings(text, symbology) == ()


def test_the_command_tells_parts_and_check(kiosk_tag: KioskTag) -> None:
    told = json.loads(kiosk_tag("barcode", "30234000517865", "--json").out)
    assert told["symbologies"][0] == "codabar"
    assert told["readings"] == [
        {
            "scheme": "library-14",
            "symbology": "codabar",
            "check": "5",
            "check_expected": "1",
            "check_right": False,
            "parts": {"kind": "item", "institution": "0234", "number": "00051786"},
        }
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "30234000517865",
            "library-14: check 5 is wrong, 1 would be right, kind item, institution 0234, number 00051786\n",
        ),
        ("03010174511003", "digits-14: no check digit\n"),
        ("9780131103627", "isbn-13: check 7 is right, same book: 0131103628\n"),
        ("0131103628", "isbn-10: check 8 is right, same book: 9780131103627\n"),
        ("书", "no scheme that is known here\ncan be printed as: no linear barcode\n"),
    ],
)
def test_the_command_says_it_in_words(kiosk_tag: KioskTag, text: str, lines: str) -> None:
    ran = kiosk_tag("barcode", text)
    assert ran.code == 0
    assert ran.out.startswith(lines)


def test_the_command_gives_the_other_isbn(kiosk_tag: KioskTag) -> None:
    told = json.loads(kiosk_tag("barcode", "0131103628", "--json").out)
    assert told["readings"][0]["same_book"] == "9780131103627"
