"""A look at the one place of a desk reader."""

from __future__ import annotations

from drivers.cards.apdu import Answer
from drivers.cards.uid import normalised_uid
from drivers.pads.pcsc import session
from drivers.pads.pcsc.hold import Session
from drivers.pads.pcsc.session import Request, Step
from drivers.pads.polling.dialect import Looked, RoundEnd, ShownTag
from drivers.pads.polling.visit import Taken
from drivers.pads.system_information import UID_BYTES, UID_FIRST_BYTE


class Inventory:
    """`polling.dialect.Inventory`: whose UID is it. A session that was left open is ended first."""

    holds = True
    fresh = True

    def __init__(self, at_reader: Session) -> None:
        self._session = at_reader
        self._asked = session.get_uid()

    def request(self) -> Request:
        """End the session, ask for the UID."""
        self._asked = session.get_uid() if self._session.taken is Taken.NO else session.end()
        return self._asked

    def heard(self, answer: Answer) -> Looked | None:
        """A UID may come least significant byte first; a card without `E0` in it is no library tag."""
        if self._asked.step is Step.END:
            return None
        if session.is_away(answer):
            return Looked((), end=RoundEnd.WHOLE)
        uid = normalised_uid(answer.data) if answer.ok and answer.data else b""
        if len(uid) != UID_BYTES or uid[0] != UID_FIRST_BYTE:
            return Looked((), others=1, end=RoundEnd.WHOLE)
        return Looked((ShownTag(uid.hex().upper(), None),), end=RoundEnd.WHOLE)
