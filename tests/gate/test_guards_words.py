"""The guard's page in Chinese and English: every reason has words, and says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drivers.health import FaultCode
from kiosk.gate.judging import Ignored
from kiosk.gate.page.speaking import FILES, WORDS
from kiosk.gate.state import FieldTrouble
from kiosk.gate.translate import STILL_HEARD
from kiosk.gate.watching import CUTS
from kiosk.model.circulation import Language
from kiosk.model.gate_facts import AlarmKind, AlarmState, CheckResult, PassWhy
from kiosk.words.sentences import CONSOLE_LANGUAGES, problems, words
from tests.gate.test_page import TOKEN, Gate

OF_A_GATE = (FaultCode.PORT_GONE, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.SERVICE_GONE)
NEEDED = {
    *(f"{part}.{kind.value}" for kind in AlarmKind for part in ("why", "do")),
    *(f"state.{state.value}" for state in AlarmState),
    *(f"check.{result.value}" for result in CheckResult),
    *(f"passed.{why.value}" for why in PassWhy),
    *(f"ignored.{why.value}" for why in Ignored),
    *(f"cut.{code}" for code in (*CUTS.values(), *OF_A_GATE, *STILL_HEARD)),
    *(f"{part}.{trouble.value}" for trouble in FieldTrouble for part in ("gates", "gate-do")),
    "gate-do.not-watched",
}


def test_both_languages_say_the_same() -> None:
    assert problems(WORDS) == []


@pytest.mark.parametrize("language", CONSOLE_LANGUAGES)
def test_every_reason_of_a_gate_has_words(language: Language) -> None:
    assert NEEDED - words(language, WORDS).messages.keys() == set()


def test_the_page_says_nothing_that_no_catalogue_has() -> None:
    said = words(Language.EN, WORDS).messages.keys()
    for file in ("guard.html", "sign-in.html", "gate.js"):
        asked = set(re.findall(r"""\bt\(["']([a-z.-]+)["']""", (FILES / file).read_text(encoding="utf-8")))
        assert asked
        assert asked - said == set()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.mark.parametrize(
    ("asks_for", "title"), [("zh-CN,zh;q=0.9,en;q=0.8", "门禁"), ("en-GB,en", "Gate"), ("fr-FR", "门禁"), ("", "门禁")]
)
def test_a_phone_is_answered_in_its_language(gate: Gate, asks_for: str, title: str) -> None:
    answer = gate.phone().ask("GET", "/", headers={"accept-language": asks_for})
    assert f"<h1>{title}</h1>" in answer.text
    gate.close()


def test_a_language_that_was_chosen_stays(gate: Gate) -> None:
    phone = gate.phone(TOKEN)
    assert "本门禁的口令" in phone.ask("GET", "/sign-in").text
    assert "Token of this gate" in phone.ask("GET", "/sign-in?lang=en").text
    assert "This is not the token" in phone.ask("POST", "/sign-in", data={"token": "wrong"}).text
    assert "Token of this gate" in phone.ask("GET", "/sign-in?lang=xx").text
    gate.close()
