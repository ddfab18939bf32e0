"""The catalogue: the same sentences in every language, and a sentence for everything that can be said."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kiosk.screens
from kiosk.model.circulation import Language
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.words.dates import clock, due_day, iso_day, today
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import problems, words

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
ZONE = "Asia/Shanghai"
SCREENS = Path(kiosk.screens.__file__).parent
FILES = [
    *sorted(SCREENS.rglob("*.py")),
    *sorted((SCREENS.parent / "words").glob("*.py")),
    SCREENS.parent / "station" / "receipts.py",
]


def test_the_languages_have_the_same_sentences_with_the_same_placeholders() -> None:
    assert problems() == []


def keys_said() -> set[str]:
    """First arguments of `say(…)` and `count(…)` anywhere in the screens and on receipts."""
    calls = [
        node
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args
    ]
    named = [call for call in calls if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("say", "count")]
    firsts = [
        part
        for call in named
        if not isinstance(call.args[0], ast.JoinedStr)
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant)
    ]
    return {part.value for part in firsts if isinstance(part.value, str)}


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    assert len(keys_said()) > 60
    assert keys_said() <= words(Language.ZH).messages.keys()


def test_every_sentence_is_used() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in FILES)
    made_up = (
        "help.",
        "reason.",
        "reason-with.",
        "reason-renew.",
        "reason-staff.",
        "out.",
        "borrow.",
        "return.",
        "staff.",
        "journal.",
        "receipt.mail-",
    )
    unused = [key for key in words(Language.ZH).messages if f'"{key}"' not in sources and not key.startswith(made_up)]
    assert unused == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_has_a_plain_sentence(code: ReasonCode, language: Language) -> None:
    said = reason_sentence(Reason(code), words(language), NOW, ZONE)
    assert said
    assert "{" not in said
    assert code.value not in said


def test_a_reason_uses_its_values_where_it_has_them() -> None:
    reason = Reason(ReasonCode.TOO_MANY_LOANS, (("limit", "5"), ("count", "5")))
    assert reason_sentence(reason, words(Language.ZH), NOW, ZONE) == "您最多可借 5 本，现在已借 5 本，请先还几本"
    expired = Reason(ReasonCode.CARD_EXPIRED, (("until", "2026-10-01"),))
    assert "1 October" in reason_sentence(expired, words(Language.EN), NOW, ZONE)


def test_one_book_is_not_one_books() -> None:
    assert words(Language.EN).count("receipt.borrowed", 1) == "1 book lent"
    assert words(Language.EN).count("receipt.borrowed", 3) == "3 books lent"


def test_days_are_those_of_the_library() -> None:
    late = datetime(2026, 12, 22, 23, 30, tzinfo=UTC)
    assert due_day(late, NOW, ZONE, words(Language.ZH)) == "12月23日"
    assert due_day(late, NOW, "Europe/Lisbon", words(Language.EN)) == "22 December"
    assert due_day(late.replace(year=2027), NOW, ZONE, words(Language.ZH)) == "2027年12月23日"
    assert clock(NOW, ZONE) == "10:42"
    assert today(NOW, ZONE, words(Language.EN)) == "Tue 24 November"


def test_a_day_that_is_none_is_shown_as_it_is() -> None:
    assert iso_day("soon", NOW, ZONE, words(Language.EN)) == "soon"
    assert iso_day("2026-12-01T20:00:00+00:00", NOW, ZONE, words(Language.EN)) == "2 December"
