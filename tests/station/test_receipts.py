"""What a receipt says, in the patron's language and by the library's clock, and what it never says."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.receipt import Receipt, ReceiptLine, Style
from kiosk.model.circulation import Language
from kiosk.model.questions import ReceiptEntry
from kiosk.screens.settings import ScreenSettings
from kiosk.session.effects import PrintReceipt
from kiosk.station.receipts import Letterhead, compose

HEAD = Letterhead(ScreenSettings("城市图书馆", "City Library"), "Asia/Shanghai")
NOW = datetime(2026, 11, 24, 16, 42, tzinfo=UTC)
"""It is a quarter to one in the next morning in Shanghai."""

BORROWED = (ReceiptEntry("三体", "2026-12-22"), ReceiptEntry("Le Zahir", "2027-01-05"))
RETURNED = (ReceiptEntry("Snow", ""),)


def order(
    language: Language = Language.ZH,
    borrowed: tuple[ReceiptEntry, ...] = (),
    returned: tuple[ReceiptEntry, ...] = (),
    ending: str = "",
) -> PrintReceipt:
    return PrintReceipt("job", language, borrowed, returned, ending)


def paper(receipt: Receipt) -> list[str]:
    lines = [part for part in receipt.parts if isinstance(part, ReceiptLine)]
    assert len(lines) == len(receipt.parts)
    return ["----" if line.style is Style.RULE else line.text for line in lines]


def test_a_receipt_in_chinese() -> None:
    assert paper(compose(order(Language.ZH, BORROWED, RETURNED, "2345"), HEAD, NOW)) == [
        "城市图书馆",
        "2026年11月25日 00:42",
        "读者证尾号 2345",
        "----",
        "借好了 2 本书",
        "1. 三体",
        "应还日期 12月22日",
        "2. Le Zahir",
        "应还日期 2027年1月5日",
        "----",
        "还好了 1 本书",
        "1. Snow",
        "----",
        "谢谢，祝您阅读愉快！",
    ]


def test_a_receipt_in_english() -> None:
    assert paper(compose(order(Language.EN, BORROWED, RETURNED, "2345"), HEAD, NOW)) == [
        "City Library",
        "25 November 2026, 00:42",
        "Card ending in 2345",
        "----",
        "2 books lent",
        "1. 三体",
        "Due 22 December",
        "2. Le Zahir",
        "Due 5 January 2027",
        "----",
        "1 book returned",
        "1. Snow",
        "----",
        "Thank you. Enjoy your reading!",
    ]


def test_a_return_without_a_card_names_no_card_and_no_loan() -> None:
    said = paper(compose(order(Language.EN, returned=RETURNED), HEAD, NOW))
    assert said[2:5] == ["----", "1 book returned", "1. Snow"]


def test_a_book_without_a_title_is_a_book() -> None:
    said = paper(compose(order(Language.EN, returned=(ReceiptEntry("", ""),)), HEAD, NOW))
    assert "1. A book" in said


def test_a_library_without_a_name_is_a_library() -> None:
    head = Letterhead(ScreenSettings("", ""), "Asia/Shanghai")
    assert paper(compose(order(Language.EN, returned=RETURNED), head, NOW))[0] == "Library"


titles = st.text(max_size=200)
entries = st.lists(st.builds(ReceiptEntry, titles, st.sampled_from(["", "2026-12-22", "soon"])), max_size=30).map(tuple)


@given(language=st.sampled_from(Language), borrowed=entries, returned=entries)
def test_every_title_is_on_the_receipt_whatever_it_holds(
    language: Language, borrowed: tuple[ReceiptEntry, ...], returned: tuple[ReceiptEntry, ...]
) -> None:
    said = "\n".join(paper(compose(order(language, borrowed, returned), HEAD, NOW)))
    assert all(entry.title in said for entry in (*borrowed, *returned))
