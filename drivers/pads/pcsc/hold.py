"""Whether a session is open, and for which tag: all that one exchange leaves for the next."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.cards.apdu import Answer
from drivers.pads.pcsc import session
from drivers.pads.pcsc.session import Request, Step
from drivers.pads.polling.visit import Taken, Trouble


@dataclass(slots=True)
class Session:
    """One reader's session, as far as its answers tell."""

    uid: str | None = None
    """The tag that it was started for."""
    taken: Taken = Taken.NO

    def shut(self) -> None:
        """None is open: it was ended, or the card that it was with is away."""
        self.uid, self.taken = None, Taken.NO

    def note(self, request: Request, answer: Answer) -> None:
        """What an answer does to the session. One that was refused may have been open before: it is ended."""
        match request.step:
            case Step.UID:
                return
            case Step.END:
                self.shut()
            case _ if session.is_away(answer):
                self.shut()
            case Step.START:
                self.uid, self.taken = request.uid, Taken.PARTLY
            case Step.CHOOSE if session.trouble(answer) is None:
                self.taken = Taken.UP
            case _:
                pass


class TagSession:
    """`polling.visit.Hold` of one tag."""

    def __init__(self, at_reader: Session, uid: str) -> None:
        self._session = at_reader
        self._uid = uid
        self._ends_another = False

    @property
    def taken(self) -> Taken:
        return self._session.taken if self._session.uid == self._uid else Taken.NO

    def take_up(self) -> Request:
        """Start, then choose the protocol; another tag's session is ended first."""
        self._ends_another = self._session.uid not in (None, self._uid)
        if self._ends_another:
            return session.end()
        return session.start(self._uid) if self.taken is Taken.NO else session.choose_iso_15693()

    def trouble(self, answer: Answer) -> Trouble | None:
        """Why the reader opens no session."""
        failed = None if self._ends_another else session.trouble(answer)
        return None if failed is None else Trouble(f"transparent session: {failed.detail}", failed.seen)

    def let_go(self) -> Request:
        """End it."""
        return session.end()
