"""A reader's side of the air: whom it reaches, and what it makes of several answers at once.

A tag has heard a request and answered it if it was there from its beginning to its end, so a book taken off in the
middle of a write leaves a half-written tag.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

from firmware_sim.devices import air
from firmware_sim.room.tag import Listening, Tag, TagError, TagLeft, TagRefused


class Field(Protocol):
    """What lies on the pad."""

    def tags_on_pad(self) -> list[Tag]:
        """The tags within reach."""
        ...


class NoAnswer(Exception):
    """No tag answers: none with this UID is there."""


class Left(NoAnswer):
    """A tag was there when the exchange began, and is not any more."""


class Collision(Exception):
    """Several tags with one UID said different things at once."""


class Radio:
    """Exchanges with the tags in a field. Each is a generator that yields the seconds which it takes on the air."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def found(self) -> Generator[float, None, list[Tag]]:
        """One inventory in 16 slots: the tags that are not quiet, in the order of their slots."""
        answering = [tag for tag in self._field.tags_on_pad() if tag.listening is not Listening.QUIET]
        yield air.inventory_s(len(answering))
        # Slots are counted from the UID's end (ISO/IEC 15693-3, 8.2), so that is the order of the answers.
        return sorted(self._still_there(answering), key=lambda tag: tag.uid[::-1])

    def asked(self, uid: bytes, air_s: float, do: Callable[[Tag], bytes]) -> Generator[float, None, bytes]:
        """An addressed request that takes `air_s`: what the tag answers. `do` is what the request does to the tag.

        Raises `NoAnswer` (or `Left`), `Collision`, and `TagRefused` where the tag answers with an error.
        """
        meant = self.named(uid)
        yield air_s if meant else air.unheard_s()
        heard = self._still_there(meant)
        if not heard:
            raise Left if meant else NoAnswer
        try:
            answers = {_said(tag, do) for tag in heard}
        except TagLeft:
            raise Left from None
        if len(answers) > 1:
            raise Collision
        answer = answers.pop()
        if isinstance(answer, TagError):
            raise TagRefused(answer)
        return answer

    def named(self, uid: bytes) -> list[Tag]:
        """The tags with this UID that are there: more than one only where somebody cloned it."""
        return [tag for tag in self._field.tags_on_pad() if tag.uid == uid]

    def uids(self) -> list[bytes]:
        """Of the tags in the field."""
        return [tag.uid for tag in self._field.tags_on_pad()]

    def lose_power(self) -> None:
        """The field is gone for a moment: tags forget that they were quiet or selected."""
        for tag in self._field.tags_on_pad():
            tag.lose_power()

    def _still_there(self, tags: list[Tag]) -> list[Tag]:
        there = self._field.tags_on_pad()
        return [tag for tag in tags if any(tag is other for other in there)]


def _said(tag: Tag, do: Callable[[Tag], bytes]) -> bytes | TagError:
    try:
        return do(tag)
    except TagRefused as refused:
        return refused.error
