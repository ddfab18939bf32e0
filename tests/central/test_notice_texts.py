"""Texts of notices: what is shipped says everything, and what staff type is text, whatever they type."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.central.notices.texts import (
    LANGUAGES,
    BadTemplate,
    Book,
    NoticeKind,
    Text,
    check,
    example,
    nearest,
    shipped,
    told,
)
from kiosk.model.circulation import Language
from kiosk.model.mail_address import is_address

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_the_shipped_texts_say_who_what_and_when(kind: NoticeKind, language: Language) -> None:
    facts = example(language, "Stadtbücherei", TODAY)
    said = check(kind, shipped(language)[kind], facts)
    assert "Stadtbücherei" in said.subject
    assert facts.name in said.body
    assert "\n\n\n" not in said.body
    assert "{" not in said.subject + said.body
    day = {NoticeKind.OVERDUE: "2026-11-20", NoticeKind.DUE_SOON: "2026-11-30", NoticeKind.HOLD_READY: "2026-12-04"}
    assert day[kind] in said.body
    if kind is NoticeKind.OVERDUE:
        assert "7" in said.body
        assert facts.soon[0].title in said.body


def test_a_title_is_text_in_a_template_whatever_it_is_called() -> None:
    facts = example(Language.EN, "Library", TODAY)
    hostile = "{{ 7 * 7 }} {% for %}\r\nBcc: everybody@example.org"
    late = [Book(hostile, TODAY, 1)]
    said = told(
        Text("{{ late | length }} {{ name }}", "{% for b in late %}{{ b.title }}{% endfor %}"),
        facts.__class__("Wei\r\nBcc: x@example.org", "Library", late),
    )
    assert "\n" not in said.subject
    assert hostile.replace("\r\n", " ") in said.body.replace("\r\n", " ")


@pytest.mark.parametrize(
    "body",
    [
        "{{ name * 100000000 }}",
        "{{ 'a' ~ 'a' }}",
        "{% set a = name %}{{ a }}",
        "{{ name.ljust(1000000000) }}",
        "{{ name.__class__.__mro__ }}",
        "{{ range(10) }}",
        "{% include '/etc/passwd' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ name | pprint }}",
        "{% for a in late %}{% for b in late %}{% for c in late %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ nobody }}",
        "{{ late.title }}",
        "{% for %}",
        "{{ name",
        "{{ 1 / 0 }}",
        "Dear {{ name }}, please come.",
        "x" * 8_001,
    ],
)
def test_a_text_that_is_a_program_or_says_nothing_is_refused_with_what_is_wrong(body: str) -> None:
    with pytest.raises(BadTemplate) as refused:
        check(NoticeKind.OVERDUE, Text("Overdue", body), example(Language.EN, "Library", TODAY))
    assert str(refused.value)


@pytest.mark.parametrize("text", ["wei@example.org", "a.b+c@mail.example.co.uk", f"{'a' * 64}@example.org"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wei",
        "wei@localhost",
        "wei@example.org\r\nRCPT TO:<x@example.org>",
        "<wei@example.org>",
        "wei zhang@example.org",
        "wei@example.org,amy@example.org",
        ".wei@example.org",
        "wei..x@example.org",
        "伟@example.org",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_whoever_reads_another_language_gets_the_nearest_one() -> None:
    assert {language: nearest(language) for language in Language if language not in LANGUAGES} == {
        Language(name): Language.ZH if name.startswith("zh") else Language.EN for name in set(Language) - set(LANGUAGES)
    }
    assert nearest(Language("zh-Hant")) is Language.ZH
