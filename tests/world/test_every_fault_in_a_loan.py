"""Every fault of every pad, switched on in the middle of a borrow and of a return, and off again: nothing is lost."""

from __future__ import annotations

from itertools import product

import pytest

from firmware_sim.catalogue import CATALOGUE, DeviceName
from firmware_sim.faults.words import Fault, LineFault
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.result import Result
from kiosk.demo.scenario import (
    EndExpected,
    ItemExpected,
    LoanBefore,
    PadMake,
    Scenario,
    ScreenExpected,
    Setting,
    Step,
    Verb,
)
from kiosk.world.playing import play_virtually

BOOKS = ("35555000012346", "35555000012353")
LENT = tuple(LoanBefore("wei", book) for book in BOOKS)
MAKES = (PadMake.FEIG, PadMake.M3_210, PadMake.RL866)
LASTS_S, SETTLED_S = 5.0, 25.0
ON_LOAN = 0xC2
LAID_DOWN = Step(
    Verb.LAY_DOWN, books=BOOKS, expect=ScreenExpected(items=(ItemExpected(BOOKS[0], "working"),), within_s=20)
)


def pad_faults() -> list[Fault]:
    (feig,) = (kind for kind in CATALOGUE[DeviceName.PAD] if kind.protocol == "feig")
    return [fault for fault in feig.faults if fault is not LineFault.NONE]


SEED = {(fault.value, make.value): 1 + place for place, (fault, make) in enumerate(product(pad_faults(), MAKES))}


def in_trouble(fault: Fault) -> tuple[Step, ...]:
    """So long, and then all is well again; a book that slipped off is put back."""
    return (
        Step(Verb.FAULT, device="pad", fault=fault.value),
        Step(Verb.WAIT, seconds=LASTS_S),
        Step(Verb.FAULT, device="pad", fault="none"),
        Step(Verb.LAY_DOWN, books=BOOKS),
        Step(Verb.WAIT, seconds=SETTLED_S),
    )


def played(make: PadMake, fault: Fault, first: tuple[Step, ...], lent: tuple[LoanBefore, ...] = ()) -> Result:
    slow = Step(Verb.FAULT, device="pad", fault="slow", seconds=0.3, note="so that there is a middle")
    steps = (*first, slow, LAID_DOWN, *in_trouble(fault))
    setting = Setting(pad=make, lent=lent, seed=SEED[fault.value, make.value])
    return play_virtually(Scenario("fault", steps, setting=setting, expect=EndExpected(outbox=0)), DEMO_CONFIG)


def lent(result: Result) -> set[str]:
    """By central."""
    return {loan.item for loan in result.evidence.central_loans if not loan.ended}


def let_out(result: Result) -> set[str]:
    """By a gate that looks at the tags."""
    return {tag.item for tag in result.evidence.tags if tag.afi == ON_LOAN and tag.item in BOOKS}


@pytest.mark.parametrize("make", MAKES, ids=str)
@pytest.mark.parametrize("fault", pad_faults(), ids=str)
def test_while_books_are_borrowed(fault: Fault, make: PadMake) -> None:
    result = played(make, fault, (Step(Verb.TAP_CARD, card="wei", expect=ScreenExpected("home")),))
    assert result.failures == ()
    assert lent(result) == let_out(result)


@pytest.mark.parametrize("make", MAKES, ids=str)
@pytest.mark.parametrize("fault", pad_faults(), ids=str)
def test_while_books_are_returned(fault: Fault, make: PadMake) -> None:
    result = played(make, fault, (Step(Verb.TOUCH, id="attract.return", expect=ScreenExpected("return")),), LENT)
    assert result.failures == ()
    assert lent(result) == let_out(result)
