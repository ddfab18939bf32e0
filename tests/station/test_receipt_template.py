"""A library's own layout of receipts: what it can say, and how a wrong one is refused with all its faults at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.receipt import Align, Code128, QrCode, Receipt, ReceiptLine, Style
from kiosk.model.circulation import Language
from kiosk.model.questions import ReceiptEntry
from kiosk.screens.settings import ScreenSettings
from kiosk.session.effects import PrintReceipt
from kiosk.settings import SettingsRefused
from kiosk.station.receipt_template import (
    ENTRY_PLACES,
    PLACES,
    PUBLIC_PLACES,
    Books,
    Row,
    Template,
    load_templates,
    shipped_templates,
)
from kiosk.station.receipts import Letterhead, compose

NOW = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)
BORROWED = (ReceiptEntry("三体", "2026-12-22"), ReceiptEntry("Le {Zahir}", ""))
LANGUAGE_FILES = "zh.toml or zh-Hant.toml or en.toml or ar.toml or de.toml or ja.toml"
ORDER = PrintReceipt("job", Language.EN, BORROWED, (), "2345")


def written(folder: Path, text: str, name: str = "en.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def printed(folder: Path, text: str, order: PrintReceipt = ORDER) -> Receipt:
    head = Letterhead(ScreenSettings("馆", "City Library"), "Asia/Shanghai", load_templates(written(folder, text)))
    return compose(order, head, NOW)


def faults(folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsRefused) as refused:
        load_templates(folder)
    return [(Path(fault.file).name, fault.key, fault.expected) for fault in refused.value.faults]


def test_rows_are_printed_in_order_with_style_and_place(tmp_path: Path) -> None:
    text = """
    [[row]]
    text = "{library}, {{open}} at {time}"
    style = "title"
    align = "right"
    [[row]]
    style = "rule"
    [[row]]
    text = "https://library.example/{date}"
    code = "qr"
    align = "centre"
    [[row]]
    text = "BRANCH-1"
    code = "code-128"
    """
    assert printed(tmp_path, text) == Receipt(
        (
            ReceiptLine("City Library, {open} at 16:42", Style.TITLE, Align.RIGHT),
            ReceiptLine("", Style.RULE),
            QrCode("https://library.example/24 November 2026", Align.CENTRE),
            Code128("BRANCH-1", Align.LEFT),
        )
    )


def test_rows_of_a_book_stay_together_and_one_without_a_due_day_has_no_row_for_it(tmp_path: Path) -> None:
    text = """
    [[row]]
    text = "{number}: {title}"
    each = "borrowed"
    [[row]]
    text = "by {due}"
    each = "borrowed"
    [[row]]
    text = "{title}"
    each = "returned"
    """
    assert [part.text for part in printed(tmp_path, text).parts] == ["1: 三体", "by 22 December", "2: Le {Zahir}"]


@pytest.mark.parametrize(("borrowed", "said"), [((), []), (BORROWED[:1], ["one book"]), (BORROWED, ["2 books"])])
def test_a_number_of_books_is_said_as_the_language_wants_it(
    tmp_path: Path, borrowed: tuple[ReceiptEntry, ...], said: list[str]
) -> None:
    text = '[[row]]\ntext = "{borrowed} books"\none = "one book"\n'
    order = PrintReceipt("job", Language.EN, borrowed, (), "")
    assert [part.text for part in printed(tmp_path, text, order).parts] == said


def test_a_language_without_a_file_keeps_the_shipped_receipt(tmp_path: Path) -> None:
    templates = load_templates(written(tmp_path, '[[row]]\ntext = "x"\n'))
    assert templates[Language.ZH] == shipped_templates()[Language.ZH]
    assert templates[Language.EN] == Template((Row("x"),))
    assert load_templates(None) == shipped_templates()


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, '[[row]]\ntext = "{titel}"\neach = "borrowed"\n[[row]]\ntext = "{due}"\nalign = "middle"\n')
    written(tmp_path, '[[row]]\ntxt = "{title}"\n[[row]]\ntext = "{title}"\n', "zh.toml")
    assert faults(tmp_path) == [
        ("zh.toml", "row.1.txt", "a known key (did you mean `text`?)"),
        ("zh.toml", "row.2", "`{title}` only in a row with `each`"),
        ("en.toml", "row.1", "a known place in `{titel}` (did you mean `{title}`?)"),
        ("en.toml", "row.2.align", '"left" or "centre" or "right"'),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('text = "{patron}"', "a known place in `{patron}` (known: borrowed, card, date, library, returned, time)"),
        ('text = "{titel} {nummer}"\neach = "returned"', "did you mean `{number}`?"),
        ('text = "{title"\neach = "returned"', "`{` and `}` in pairs around nothing but a place's name"),
        ('text = "}"', "`{` and `}` in pairs"),
        ('text = "{}"', "a known place in `{}`"),
        ('text = "{library!r}"', "`{` and `}` in pairs"),
        ('text = "{library:>999999999}"', "`{` and `}` in pairs"),
        ('text = "{library.__class__}"', "a known place in `{library.__class__}`"),
        ('text = "x"\none = "y"', "`one` only beside a `text` with one of {borrowed} and {returned}"),
        ('text = "{borrowed} {returned}"\none = "y"', "`one` only beside"),
        ('text = "x"\nstyle = "rule"', "no `text`, `one` or `code` in a row that is a rule"),
        ('text = "{title}"\neach = "borrowed"\nwhen = "borrowed"', "`each` or `when`, not both"),
        ('text = "{card}"\ncode = "qr"', "nothing of the patron in a code, which every telephone reads"),
        ('text = "{title}"\neach = "borrowed"\ncode = "qr"', "nothing of the patron in a code"),
        ('code = "qr"', "1 to 500 bytes of `text` in a QR code"),
        ('text = "图书馆"\ncode = "code-128"', "1 to 14 ASCII letters, digits and signs in a Code 128, and no places"),
        ('text = "{time}"\ncode = "code-128"', "and no places"),
        ('text = "fifteen letters"\ncode = "code-128"', "1 to 14 ASCII letters"),
    ],
)
def test_a_row_that_cannot_be_printed_is_refused_with_what_to_do(tmp_path: Path, row: str, expected: str) -> None:
    ((_, key, told),) = faults(written(tmp_path, f'[[row]]\ntext = "well"\n[[row]]\n{row}\n'))
    assert key == "row.2"
    assert expected in told


@pytest.mark.parametrize("text", ["", "row = []", '[[row]]\ntext = "x"\n' * 101])
def test_a_receipt_of_no_rows_or_of_far_too_many_is_none(tmp_path: Path, text: str) -> None:
    ((_, key, expected),) = faults(written(tmp_path, text))
    assert key == "row"
    assert expected.startswith(("1 to 100 rows", "an array of a table, 1 to 100 rows"))


def test_a_folder_that_is_not_there_or_holds_nothing_or_a_misspelt_file_is_told(tmp_path: Path) -> None:
    wanted = f"a folder with {LANGUAGE_FILES}"
    assert faults(tmp_path / "nowhere") == [("nowhere", "", wanted)]
    assert faults(tmp_path) == [(tmp_path.name, "", wanted)]
    written(tmp_path, '[[row]]\ntext = "x"\n', "eng.toml")
    assert faults(tmp_path) == [("eng.toml", "", f"a file of a language: {LANGUAGE_FILES}")]


@given(st.text(max_size=30), st.sampled_from(list(Books) + [None]))
def test_a_text_is_refused_or_can_be_filled(text: str, each: Books | None) -> None:
    try:
        row = Row(text, each=each)
    except ValueError:
        return
    assert row.places() <= PLACES | ENTRY_PLACES
    row.text.format_map(dict.fromkeys(PLACES | ENTRY_PLACES, "x"))


def test_what_a_code_may_say_tells_nothing_of_the_patron() -> None:
    assert not PUBLIC_PLACES & (ENTRY_PLACES | {"card", "borrowed", "returned"})
