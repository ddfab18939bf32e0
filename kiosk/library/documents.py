"""The pattern of every paper: a literal table of states and actions, and who may take which step.

What the table does not have is refused with what is possible instead. Who wrote a paper may not approve it. A form that
was made before somebody else's step is stale: it changes nothing, whatever it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


class Guard(StrEnum):
    """What a step asks for beside its permission."""

    ANOTHER_PERSON = "another-person"
    """Not the one who wrote the paper."""
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """What an action leads to."""

    to: State
    permission: str
    """`thing.verb`, as `roles.toml` names it."""
    guards: frozenset[Guard] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind(Generic[State, Action]):
    """One kind of paper."""

    name: str
    prefix: str
    """Of its numbers: `DM-2026-0042`."""
    first: State
    permission: str
    """To write one."""
    table: Mapping[tuple[State, Action], Step[State]]
    implied: frozenset[Action] = frozenset()
    """Actions that follow from others: no button offers them, and no form may ask for them."""

    def possible(self, state: State) -> tuple[Action, ...]:
        """What can be asked for in a state, by anybody."""
        return tuple(action for (of, action) in self.table if of is state and action not in self.implied)

    def open_to(self, paper: Paper[State], who: str, may: Collection[str]) -> tuple[Action, ...]:
        """What somebody can do to a paper now."""
        return tuple(
            action
            for action in self.possible(paper.state)
            if (step := self.table[paper.state, action]).permission in may
            and not (Guard.ANOTHER_PERSON in step.guards and who == paper.made_by)
        )

    def action(self, name: str) -> Action | None:
        """The action of this name, if there is one that a form may ask for."""
        known = (action for (_, action) in self.table if action not in self.implied)
        return next((action for action in known if action == name), None)

    def number(self, year: int, of_the_year: int) -> str:
        """What people call the paper by."""
        return f"{self.prefix}-{year}-{of_the_year:04d}"


@dataclass(frozen=True, slots=True)
class Paper(Generic[State]):
    """One paper, as far as its steps go by it."""

    number: str
    state: State
    version: int
    """Grows with every step."""
    made_by: str


@dataclass(frozen=True, slots=True)
class Wish(Generic[Action]):
    """Somebody's wish for a step, as a form carries it."""

    action: Action
    who: str
    may: Collection[str]
    version: int
    """Of the paper that the form showed."""
    reason: str = ""


class Why(StrEnum):
    """Why a step is not taken."""

    PERMISSION = "permission"
    STALE = "stale"
    NOT_IN_THIS_STATE = "not-in-this-state"
    OWN = "own"
    NO_REASON = "no-reason"


@dataclass(frozen=True, slots=True)
class Refused(Generic[Action]):
    """Nothing is done."""

    why: Why
    possible: tuple[Action, ...] = ()
    """What could be done instead, in the state that the paper is in."""


def decide(kind: Kind[State, Action], paper: Paper[State], wish: Wish[Action]) -> Step[State] | Refused[Action]:
    """The step, or why not. Another's step is told before anything else that may follow from it."""
    known = [step.permission for (_, action), step in kind.table.items() if action is wish.action]
    if not any(permission in wish.may for permission in known):
        return Refused(Why.PERMISSION)
    if wish.version != paper.version:
        return Refused(Why.STALE, kind.possible(paper.state))
    step = kind.table.get((paper.state, wish.action))
    if step is None:
        return Refused(Why.NOT_IN_THIS_STATE, kind.possible(paper.state))
    if step.permission not in wish.may:
        return Refused(Why.PERMISSION)
    if Guard.ANOTHER_PERSON in step.guards and wish.who == paper.made_by:
        return Refused(Why.OWN)
    if Guard.REASON in step.guards and not wish.reason.strip():
        return Refused(Why.NO_REASON)
    return step
