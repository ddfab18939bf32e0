"""The catalogue: the same sentences in every language, and a sentence for everything that can be said."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel import Locale

import kiosk.screens
from kiosk.model.circulation import Language
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.screens.paint import Fonts
from kiosk.words.accents import MARKED, marked
from kiosk.words.dates import clock, due_day, full_day, iso_day, today
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import (
    CatalogueBroken,
    locale_of,
    own_name,
    path_of,
    problems,
    read_catalogue,
    words,
)

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
        "access.",
        "speech.pace-",
        "form.",
        "help.",
        "reason.",
        "reason-with.",
        "reason-renew.",
        "reason-staff.",
        "reason-hold.",
        "reason-pay.",
        "pay.",
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


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language.ZH, ("11月24日周二", "2026年11月24日", "12月23日")),
        (Language.ZH_HANT, ("11月24日週二", "2026年11月24日", "12月23日")),
        (Language.DE, ("Di., 24. November", "24. November 2026", "23. Dezember")),
        (Language.JA, ("11月24日(火)", "2026年11月24日", "12月23日")),
        (Language.AR, ("الثلاثاء، 24 نوفمبر", "24 نوفمبر 2026", "23 ديسمبر")),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language: Language, expected: tuple[str, str, str]) -> None:
    said = words(language)
    late = datetime(2026, 12, 22, 23, 30, tzinfo=UTC)
    assert (today(NOW, ZONE, said), full_day(NOW, ZONE, said), due_day(late, NOW, ZONE, said)) == expected


ORDER = ("zero", "one", "two", "few", "many", "other")
"""Categories of CLDR as gettext numbers the forms of those that a language has."""


@pytest.mark.parametrize("language", list(Language))
def test_a_number_takes_the_plural_form_that_cldr_gives_it(language: Language) -> None:
    said, rule = words(language), Locale.parse(locale_of(language)).plural_form
    forms = [name for name in ORDER if name in {*rule.tags, "other"}]
    assert [forms[said.plural(number)] for number in range(400)] == [rule(number) for number in range(400)]
    for key, message in said.messages.items():
        assert len(message.forms) == (len(forms) if message.counts else 1), key


def test_arabic_counts_by_six_forms() -> None:
    said = [words(Language.AR).count("receipt.borrowed", number) for number in (0, 1, 2, 3, 11, 100)]
    assert len(set(said)) == 6
    assert "3" in said[3]
    assert not any(character.isdigit() for one in said[:3] for character in one)


def test_a_catalogue_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "screens.po"
    broken.write_text("button.help = Help", encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=r"screens\.po"):
        read_catalogue(broken, Language.EN)
    with pytest.raises(CatalogueBroken, match="expected a gettext catalogue"):
        read_catalogue(tmp_path / "absent.po", Language.EN)


def test_what_is_marked_fuzzy_counts_as_missing(tmp_path: Path) -> None:
    """A translation that was only guessed must not reach a patron."""
    path = tmp_path / "screens.po"
    plain = path_of(Language.DE).read_text(encoding="utf-8")
    path.write_text(plain.replace('msgid "button.help"', '#, fuzzy\nmsgid "button.help"'), encoding="utf-8")
    known = read_catalogue(path, Language.DE).messages
    assert known.keys() ^ words(Language.DE).messages.keys() == {"button.help"}


def test_every_language_has_a_name_of_its_own() -> None:
    assert len({own_name(language) for language in Language}) == len(Language)


def test_a_day_that_is_none_is_shown_as_it_is() -> None:
    assert iso_day("soon", NOW, ZONE, words(Language.EN)) == "soon"
    assert iso_day("2026-12-01T20:00:00+00:00", NOW, ZONE, words(Language.EN)) == "2 December"


def test_every_letter_with_a_mark_can_be_drawn(measure: Fonts) -> None:
    for plain in MARKED:
        for sign in (*marked(plain), *marked(plain.upper())):
            assert measure.has_glyph(sign), sign
