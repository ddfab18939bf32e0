"""Library systems as other makers build them: answers in bytes straight from the standard, with what is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.central.ils.connection import Address
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.port import IlsAway, IlsLoan
from kiosk.central.ils.profile import Detection, PinMessage, Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from kiosk.wire.sip2 import Message
from tests.central.ils.library_system import DATE, LibrarySystem

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
CARD, ITEM, PIN = "200123", "880002", "48151623"
DUE = "AH20261222    235900|"
Bytes = Callable[[bytes], bytes]


def asked(library: LibrarySystem, profile: Profile | None = None) -> Sip2Ils:
    wanted = profile or Profile("test")
    settings = IlsSettings(profile=Path("unused"), port=library.port, answer_s=0.3, patience_s=2.0)
    return Sip2Ils(Pool(Address(settings, wanted, "secret")), wanted, "MAIN", ZoneInfo("Asia/Shanghai"))


def summed(text: str, number: int | None, *, lower: bool = False, encoding: str = "utf-8") -> bytes:
    data = text.encode(encoding) + (b"AZ" if number is None else f"AY{number}AZ".encode())
    digits = f"{-sum(data) & 0xFFFF:04X}"
    return data + (digits.lower() if lower else digits).encode()


def lends(
    library: LibrarySystem, text: str, wrapped: Bytes = lambda data: data + b"\r", *, lower: bool = False
) -> IlsLoan:
    """What becomes of a loan that is answered so."""
    library.overrides["11"] = lambda request: wrapped(summed(text, request.sequence, lower=lower))
    return asked(library).lend(CARD, ITEM, told=None, at=NOW)


PLAIN = f"121NNY{DATE}AOMAIN|AA{CARD}|AB{ITEM}|AJt|{DUE}"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"121NUY{DATE}AFhello|ZZ?|XXy|{DUE}AJt|AB{ITEM}|AA{CARD}|AO",
        f"121NNY{DATE}|{DUE}",
        f"121NNY{DATE}AO MAIN |AA {CARD} |AB {ITEM} |AJ t |{DUE}BT01|BV0.00|",
        f"121NNU{DATE.replace('    ', '0000')}AO|AA{CARD}|AB{ITEM}|AJt|{DUE}CI|",
    ],
)
def test_what_others_leave_out_add_or_turn_round_is_a_loan(library: LibrarySystem, text: str) -> None:
    made = lends(library, text)
    assert (made.done, made.open_tag, made.fee_cents) == (True, True, 0)
    assert made.due == datetime(2026, 12, 22, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda data: data + b"\r\n",
        lambda data: data + b"\n",
        lambda data: b"\r\n \r" + data + b"\r",
        lambda data: b"17\r" + summed(f"18030001{DATE}AB9|AJx|", 1) + b"\r" + data + b"\r" + data + b"\r",
    ],
    ids=["crlf", "lf", "empty lines before", "late answers before and the same again behind"],
)
def test_every_end_and_what_stands_around_an_answer(library: LibrarySystem, wrapped: Bytes) -> None:
    assert lends(library, PLAIN, wrapped).done
    assert lends(library, PLAIN, wrapped, lower=True).done


@pytest.mark.parametrize(
    "text",
    [
        f"121NNY{DATE}AOMAIN|AA{CARD}|ABanother|AJt|{DUE}",
        f"121NNY{DATE}AOMAIN|AAanother|AB{ITEM}|AJt|{DUE}",
        "121NN",
        f"101NNN{DATE}AOMAIN|AB{ITEM}|AQx|",
    ],
)
def test_an_answer_about_something_else_is_none_and_is_asked_about(library: LibrarySystem, text: str) -> None:
    with pytest.raises(IlsAway, match="did not make the loan"):
        lends(library, text)
    assert library.asked[-1] == "17"


def test_a_refusal_without_a_date_is_a_refusal(library: LibrarySystem) -> None:
    refused = lends(library, f"120NNN{DATE}AOMAIN|AA{CARD}|AB{ITEM}|AJt|AFno|")
    assert (refused.done, refused.said) == (False, ("no",))


@pytest.mark.parametrize("detection", [Detection.LENIENT, Detection.OFF])
def test_a_system_without_trailers_or_with_its_own_numbers(library: LibrarySystem, detection: Detection) -> None:
    library.overrides["11"] = lambda _: summed(PLAIN, 4) + b"\r"
    profile = Profile("test", detection=detection)
    assert asked(library, profile).lend(CARD, ITEM, told=None, at=NOW).done
    library.overrides["11"] = lambda _: PLAIN.encode() + b"\r"
    assert asked(library, profile).lend(CARD, ITEM, told=None, at=NOW).done


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "cp850"])
def test_names_are_read_in_the_encoding_of_the_profile(library: LibrarySystem, encoding: str) -> None:
    title = "café" if encoding == "cp850" else "川菜入门"
    text = PLAIN.replace("AJt", f"AJ{title}")
    library.overrides["11"] = lambda request: summed(text, request.sequence, encoding=encoding) + b"\r"
    profile = Profile("test", encoding=encoding)
    assert asked(library, profile).lend(CARD, ITEM, told=None, at=NOW).title == title


def judges_pins(library: LibrarySystem, *, says: bool = True) -> list[Message]:
    """It knows one PIN, and tells whether it is right; what it was asked."""
    heard: list[Message] = []

    def judged(request: Message) -> Message:
        heard.append(request)
        about = library._patron(request.first("AA") or "")
        told = {"CQ": ["Y" if request.first("AD") == PIN else "N"]} if says else {}
        if request.code == "63":
            return about._replace(fields={**about.fields, **told})
        fixed = {name: about.fixed[name] for name in ("patron_status", "language", "transaction_date")}
        return Message("24", fixed, {name: about.fields[name] for name in ("AO", "AA", "AE", "BL")} | told)

    library.overrides |= {"23": judged, "63": judged}
    return heard


@pytest.mark.parametrize("by", list(PinMessage))
def test_it_says_which_pin_is_right_in_the_message_of_its_profile(library: LibrarySystem, by: PinMessage) -> None:
    heard = judges_pins(library)
    ils = asked(library, replace(Profile("test"), pin_by=by))
    assert (ils.proves(CARD, PIN), ils.proves(CARD, "0000"), ils.proves("nobody", PIN)) == (True, False, False)
    assert {request.code for request in heard} == {by.value}


def test_a_system_that_says_nothing_of_a_pin_has_not_proven_it(library: LibrarySystem) -> None:
    judges_pins(library, says=False)
    assert not asked(library).proves(CARD, PIN)


@pytest.mark.parametrize("trouble", ["unheard", "hangs up"])
def test_i6_a_dead_system_is_not_waited_for_and_no_pin_is_logged(
    library: LibrarySystem, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    if trouble == "unheard":
        library.unheard = {"63"}
    else:
        library.overrides["63"] = lambda _: library.hang_up()
    ils = asked(library)
    for _ in range(2):
        with pytest.raises(IlsAway) as away:
            ils.proves(CARD, PIN)
        assert PIN not in str(away.value)
    before = len(library.asked)
    with pytest.raises(IlsAway):
        ils.proves(CARD, PIN)
    assert len(library.asked) == before, "after two failures it counts as away, and is not even asked"
    assert PIN not in caplog.text
