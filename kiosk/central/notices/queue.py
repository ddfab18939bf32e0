"""The queue of notices. What the mail server has taken is never handed to it again, whatever is killed when.

A batch is taken in a transaction that is flushed to the disk. Within it, each notice is marked before it is handed over
and after it was taken, in transactions that are not flushed one by one: they survive the end of this process, and a
power cut only by luck. So, at the next start: what was being handed over is unsure; what was taken and not begun is
queued again if the machine has been up since, and is unsure if it has not. What is unsure waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import BindParameter, Connection, Engine, Row, bindparam, case, or_, select, text, update

from kiosk.central.mail.line import Verdict
from kiosk.central.store import lazily, writing
from kiosk.central.store.notice_tables import notices

AT_ONCE = 200
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
BOOT = Path("/proc/sys/kernel/random/boot_id")
NoticeRow = Row[tuple[object, ...]]


class NoticeState(StrEnum):
    """Where a notice is."""

    QUEUED = "queued"
    TAKEN = "taken"
    """In the batch that is being sent."""
    HANDED = "handed"
    """The mail server is being told it now."""
    SENT = "sent"
    VOID = "void"
    """There was nothing to tell any more."""
    UNSURE = "unsure"
    """Whether the mail server took it is not known: a person decides."""
    GIVEN_UP = "given-up"


NOT_ARRIVED = (NoticeState.UNSURE.value, NoticeState.GIVEN_UP.value)
"""A person decides about these."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one notice."""

    notice: int
    tries: int
    """Before this one."""
    verdict: Verdict
    trouble: str = ""
    channel: str = ""
    """By which it went."""


_OF = notices.c.id == bindparam("of")
_MARKED: dict[str, BindParameter[object]] = {
    "state": bindparam("new_state"),
    "tries": bindparam("new_tries"),
    "due_at": bindparam("again_at", type_=notices.c.due_at.type),
    "sent_at": bindparam("at", type_=notices.c.sent_at.type),
    "trouble": bindparam("said"),
    "channel": bindparam("way"),
}
_MARK = update(notices).where(_OF).values(_MARKED)
_HAND = update(notices).where(_OF).values(state=NoticeState.HANDED.value)
_TURN = (
    update(notices)
    .where(or_(_OF, notices.c.id == bindparam("following")))
    .values(
        {
            name: case((_OF, value), else_=NoticeState.HANDED.value if name == "state" else notices.c[name])
            for name, value in _MARKED.items()
        }
    )
)
"""Both in one statement: what became of one, and the next is handed over."""


def boot_of(engine: Engine) -> str:
    """What changes when commits may have been lost: this machine's boot, and the database server's start."""
    here = BOOT.read_text(encoding="ascii").strip()
    if engine.dialect.name == "sqlite":
        return here
    with engine.connect() as connection:
        return f"{here}/{connection.scalar(text('SELECT pg_postmaster_start_time()'))}"


def recover(engine: Engine, boot: str) -> int:
    """After a start: nobody sends now. How many notices wait for a person to say whether they arrived."""
    taken = notices.c.state == NoticeState.TAKEN.value
    with writing(engine) as connection:
        again = update(notices).where(taken, notices.c.boot == boot).values(state=NoticeState.QUEUED.value)
        connection.execute(again)
        begun = taken | (notices.c.state == NoticeState.HANDED.value)
        unsure = update(notices).where(begun).values(state=NoticeState.UNSURE.value)
        return int(connection.execute(unsure).rowcount)


def take(engine: Engine, boot: str, now: datetime) -> Sequence[NoticeRow]:
    """The next batch, flushed to the disk as taken."""
    ready = (notices.c.state == NoticeState.QUEUED.value) & (notices.c.due_at <= now)
    query = select(notices).where(ready).order_by(notices.c.due_at, notices.c.id).limit(AT_ONCE)
    with writing(engine) as connection:
        rows = connection.execute(query).all()
        if rows:
            these = notices.c.id.in_([row.id for row in rows])
            connection.execute(update(notices).where(these).values(state=NoticeState.TAKEN.value, boot=boot))
    return rows


def put_back(engine: Engine, numbers: Sequence[int], due_at: datetime) -> None:
    """Notices that were taken and not begun: the mail server is away. It is no fault of theirs: no try is counted."""
    if numbers:
        with writing(engine) as connection:
            these = notices.c.id.in_(numbers) & (notices.c.state == NoticeState.TAKEN.value)
            values = {"state": NoticeState.QUEUED.value, "due_at": due_at}
            connection.execute(update(notices).where(these).values(values))


class Marks:
    """Marks of one batch, on a connection that is not flushed at each of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def turn(self, before: Outcome | None, following: int | None, now: datetime) -> None:
        """What became of one, and which is handed over next: one transaction."""
        if before is None and following is None:
            return
        with self._connection.begin():
            match before, following:
                case Outcome(), int():
                    self._connection.execute(_TURN, {**_marked(before, now), "following": following})
                case Outcome(), None:
                    self._connection.execute(_MARK, _marked(before, now))
                case _:
                    self._connection.execute(_HAND, {"of": following})


@contextmanager
def marking(engine: Engine) -> Iterator[Marks]:
    with lazily(engine) as connection:
        yield Marks(connection)


def _marked(outcome: Outcome, now: datetime) -> dict[str, object]:
    state, tries, due = NoticeState.SENT, outcome.tries, now
    match outcome.verdict:
        case Verdict.LATER if outcome.tries < len(BACK_OFF):
            state, tries, due = NoticeState.QUEUED, outcome.tries + 1, now + BACK_OFF[outcome.tries]
        case Verdict.LATER | Verdict.NEVER:
            state, tries = NoticeState.GIVEN_UP, outcome.tries + 1
        case Verdict.UNSURE:
            state = NoticeState.UNSURE
        case Verdict.NOTHING:
            state = NoticeState.VOID
        case Verdict.TAKEN:
            pass
    sent = now if state is NoticeState.SENT else None
    return {
        "of": outcome.notice,
        "new_state": state.value,
        "new_tries": tries,
        "again_at": due,
        "at": sent,
        "said": outcome.trouble[:200],
        "way": outcome.channel,
    }
