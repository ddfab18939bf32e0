"""A tag is taken up, asked, and let go of in every path; a look goes on where its write stayed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from drivers.pads.polling.dialect import NotSeen, ReadingGoesOn
from drivers.pads.polling.visit import After, Taken, Trouble, Visit


@dataclass(frozen=True)
class Asked:
    """A question by its name."""

    name: str
    patience_s: float = 1.0
    answer_bytes: int = 1
    rest_s: float = 0.0


@dataclass
class TwoSteps:
    """Something that takes two steps to take up."""

    taken: Taken = Taken.NO
    fails_at: str = ""

    def take_up(self) -> Asked:
        return Asked("start" if self.taken is Taken.NO else "choose")

    def trouble(self, answer: str) -> Trouble | None:
        return Trouble(answer, NotSeen.TAG_SILENT) if answer == "refused" else None

    def let_go(self) -> Asked:
        return Asked("end")

    def done(self, question: str) -> str:
        """What becomes of a question."""
        if question == self.fails_at:
            return "refused"
        self.taken = {"start": Taken.PARTLY, "choose": Taken.UP, "end": Taken.NO}.get(question, self.taken)
        return "done"


@dataclass
class Inside:
    """Tells its results one after the other, None for "ask once more"."""

    results: list[str | ReadingGoesOn | None]
    holds: bool = True
    asked: int = field(default=0)

    def request(self) -> Asked:
        return Asked("ask")

    def heard(self, answer: str) -> str | ReadingGoesOn | None:
        return self.results.pop(0)


def talk(hold: TwoSteps, *results: str | ReadingGoesOn | None, after: After = After.LET_GO) -> list[str]:
    """Questions, and what was told behind them, until something other than `ReadingGoesOn` was."""
    visit: Visit[Asked, str, str | ReadingGoesOn] = Visit(hold, Inside([*results]), lambda why: why.detail, after)
    said: list[str] = []
    while True:
        question = visit.request().name
        told = visit.heard(hold.done(question))
        said.append(question)
        if told is not None:
            said.append(str(told))
        if isinstance(told, str):
            return said


def test_a_tag_is_let_go_of_before_the_result_is_told() -> None:
    assert talk(TwoSteps(), "42") == ["start", "choose", "ask", "end", "42"]


def test_several_questions_are_asked_in_one_visit() -> None:
    told = talk(TwoSteps(), None, ReadingGoesOn.ON, "42")
    assert told == ["start", "choose", "ask", "ask", "ReadingGoesOn.ON", "ask", "end", "42"]


def test_a_write_stays_and_the_look_behind_it_asks_at_once() -> None:
    hold = TwoSteps()
    assert talk(hold, "perhaps", after=After.STAY) == ["start", "choose", "ask", "perhaps"]
    assert talk(hold, "held") == ["ask", "end", "held"]


@pytest.mark.parametrize(
    ("fails_at", "said"), [("start", ["start", "refused"]), ("choose", ["start", "choose", "end", "refused"])]
)
def test_what_was_taken_up_half_is_let_go_of(fails_at: str, said: list[str]) -> None:
    for after in After:
        assert talk(TwoSteps(fails_at=fails_at), after=after) == said


def test_it_holds_the_reader_while_the_tag_is_taken_up() -> None:
    hold = TwoSteps()
    visit: Visit[Asked, str, str | ReadingGoesOn] = Visit(hold, Inside(["42"]), lambda why: why.detail)
    held = [visit.holds]
    for _ in range(4):
        visit.heard(hold.done(visit.request().name))
        held.append(visit.holds)
    assert held == [False, True, True, True, False]
