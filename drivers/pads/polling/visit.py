"""Errands to a tag that a reader must take up before it can be asked, and let go of behind it, in every path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Protocol

from drivers.pads.polling.dialect import NotSeen, ReadingGoesOn
from drivers.pads.polling.errand import Answer, Answer_contra, Errand, Request, Request_co, Result


class Taken(Enum):
    """How far a tag is taken up, for the visit that asks."""

    NO = auto()
    PARTLY = auto()
    """Begun: it must be let go of, and cannot be asked yet."""
    UP = auto()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a tag could not be taken up."""

    detail: str
    """For the technician."""
    seen: NotSeen
    """What that says of the tag."""


class Hold(Protocol[Request_co, Answer_contra]):
    """How one tag is taken up and let go of. The dialect keeps what is held, by the answers that it `takes`."""

    @property
    def taken(self) -> Taken:
        """By all answers so far."""
        ...

    def take_up(self) -> Request_co:
        """The next question on the way to `Taken.UP`; the first may let go of another tag that is still held."""
        ...

    def trouble(self, answer: Answer_contra) -> Trouble | None:
        """What the answer to `take_up` says where the way ends; None where it goes on."""
        ...

    def let_go(self) -> Request_co:
        """The question that lets go, whatever is held."""
        ...


class After(Enum):
    """What becomes of the tag at the end of a visit."""

    LET_GO = auto()
    STAY = auto()
    """The next visit to it asks at once: a look behind a write. Whoever comes for another tag lets go of it."""


class _Part(Enum):
    TAKING_UP = auto()
    ASKING = auto()
    LETTING_GO = auto()


class Visit(Generic[Request, Answer, Result]):
    """`polling.errand.Errand` around another one, which is asked while the tag is taken up.

    It can be used again after its result, as a reading is that goes on after a failure. `ReadingGoesOn` ends no visit.
    """

    def __init__(
        self,
        hold: Hold[Request, Answer],
        inside: Errand[Request, Answer, Result],
        refused: Callable[[Trouble], Result],
        after: After = After.LET_GO,
    ) -> None:
        """`refused` makes a result of the trouble where the tag could not be taken up."""
        self._hold = hold
        self._inside = inside
        self._refused = refused
        self._after = after
        self._part = _Part.TAKING_UP
        self._result: Result | None = None

    @property
    def holds(self) -> bool:
        """While the tag is taken up, were it by the visit before."""
        return self._hold.taken is not Taken.NO

    def request(self) -> Request:
        """The next step of taking up, of the errand, of letting go."""
        if self._result is not None:
            self._part = _Part.LETTING_GO
            return self._hold.let_go()
        if self._hold.taken is Taken.UP:
            self._part = _Part.ASKING
            return self._inside.request()
        self._part = _Part.TAKING_UP
        return self._hold.take_up()

    def heard(self, answer: Answer) -> Result | None:
        """The result, once the tag is let go of where it should be."""
        match self._part:
            case _Part.LETTING_GO:
                result, self._result = self._result, None
                return result
            case _Part.ASKING:
                return self._conclude(self._inside.heard(answer), self._after)
            case _Part.TAKING_UP:
                trouble = self._hold.trouble(answer)
                return None if trouble is None else self._conclude(self._refused(trouble), After.LET_GO)

    def unheard(self) -> None:
        """A knock follows, and lets go of the tag. A result that was there is told then."""

    def _conclude(self, result: Result | None, after: After) -> Result | None:
        goes_on = result is None or isinstance(result, ReadingGoesOn)
        if goes_on or self._hold.taken is Taken.NO or after is After.STAY:
            return result
        self._result = result
        return None
