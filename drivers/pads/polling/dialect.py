"""What a maker's dialect provides for the polled pad. The package's docstring says how to write one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Protocol, TypeVar

from drivers.pads.polling.errand import Answer, Answer_contra, Errand, Request, Request_co
from drivers.pads.protocol import TagRead

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Line:
    """The line to a reader: how it is named for the technician, and its times in seconds."""

    words: str
    """Speed and character, as in `38400 baud 8E1`."""
    frame: str
    """What should come on it, as in `FEIG frame`."""
    byte_s: float
    """Time that one byte takes."""
    pause_s: float
    """Least time between the end of an answer and the next request."""
    silence_s: float
    """Silence after which an unfinished frame will not be finished any more."""
    quiet_s: float
    """After a time-out, and after the line was opened, it is left alone this long, and longer while bytes come."""
    shortest_answer: int
    """Bytes of the shortest frame: fewer bytes of noise can be no damaged answer."""
    patience_with_noise_s: float = 0.5
    """A line that is never silent holds a request or a time-out up no longer than this."""


class Stream(Protocol[Answer]):
    """Finds answers in bytes. `polling.stream.FrameStream` does it for frames that tell their length at their head."""

    def __len__(self) -> int:
        """Bytes of an unfinished frame. Bounded."""
        ...

    def feed(self, data: bytes) -> list[Answer]:
        """Answers that are complete with `data`."""
        ...

    def silence(self) -> list[Answer]:
        """The line has been silent longer than within a frame: answers that an unfinished one hid."""
        ...

    def take_dropped(self) -> int:
        """Bytes dropped as noise since the last call."""
        ...

    def clear(self) -> None:
        """Drop what is unfinished, as noise."""
        ...


@dataclass(frozen=True, slots=True)
class ShownTag:
    """A tag in an inventory. UID as `drivers.pads.protocol` writes it."""

    uid: str
    dsfid: int | None
    """None where the inventory does not tell it."""


class RoundEnd(Enum):
    """How a look at everything on the pad ended."""

    WHOLE = auto()
    """Every tag that answered was shown: one that was not was missed or is away."""
    PARTLY = auto()
    """Good as far as it goes; the reader, or the answer, left something out."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The reader would not look. `detail` for the technician, as in `status 82 (not available)`."""

    detail: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one answer of an inventory showed."""

    tags: tuple[ShownTag, ...]
    """A UID may come twice."""
    others: int = 0
    """Tags of other kinds: counted, and passed over."""
    end: RoundEnd | Refused | None = None
    """None when the reader holds more: another request follows."""


class Inventory(Errand[Request_co, Answer_contra, Looked], Protocol[Request_co, Answer_contra]):
    """One look at everything on the pad. Nothing else is sent until it has ended."""

    @property
    def fresh(self) -> bool:
        """Every tag in the field was able to answer, also one that was shown before (an RF reset came first).

        Only a fresh look can tell that a tag is gone. A reader that always asks all its tags is always fresh.
        """
        ...


class Greeting(Errand[Request_co, Answer_contra, str], Protocol[Request_co, Answer_contra]):
    """Who is there; ends with the reader's name, as in `FEIG CPR.M02, firmware 1.07`."""

    def unheard(self) -> str | None:
        """A question was not answered: the name when it is known all the same, None to ask (again)."""
        ...


class Knocked(Enum):
    """The end of a knock."""

    IN_STEP = auto()
    """Whatever answers from now on, answers what is asked from now on; no tag is held by the reader."""


class ReadingGoesOn(Enum):
    """A step of a reading that neither ended nor failed."""

    ON = auto()


@dataclass(frozen=True, slots=True)
class NotYet:
    """A step of a reading failed; it is tried again a number of times. `detail` for the technician."""

    detail: str


class Reading(Errand[Request_co, Answer_contra, TagRead | NotYet | ReadingGoesOn], Protocol[Request_co, Answer_contra]):
    """Reads one tag. What was read is kept when a step fails: the next request goes on from there."""

    def unheard(self) -> None:
        """The step's answer did not come. A knock follows before the next request."""
        ...


class WriteReply(Enum):
    """What the answer to a write says. Whether it was done, only a look tells."""

    PERHAPS = auto()
    """Done, or refused for now."""
    NEVER = auto()
    """The tag refuses for good (locked, or knows no such thing): it is not written again."""


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """What a look saw on the tag."""

    value: Value


class NotSeen(Enum):
    """A look that saw nothing."""

    TAG_SILENT = auto()
    """The tag does not answer, or not well."""
    NO_SENSE = auto()
    """The reader answered with something that says nothing of the tag."""
    NEVER = auto()
    """The tag has no such thing and never will."""


@dataclass(frozen=True, slots=True)
class Change(Generic[Request, Answer, Value]):
    """Something on one tag that is written, then looked at, as often as it takes: each time with a new errand."""

    wanted: Value
    write: Callable[[], Errand[Request, Answer, WriteReply]]
    look: Callable[[], Errand[Request, Answer, Held[Value] | NotSeen]]


class Dialect(Protocol[Request, Answer]):
    """One reader in its maker's words; keeps what was learned of it (address, sequence, longest frame)."""

    @property
    def line(self) -> Line:
        """As it was set up at installation."""
        ...

    def start(self) -> None:
        """Forget everything learned: the line was just opened, or the reader was away."""
        ...

    def stream(self) -> Stream[Answer]:
        """A new one, with nothing in it."""
        ...

    def frame(self, request: Request) -> bytes:
        """The bytes of a request, right before they are sent; each call is one request on the wire."""
        ...

    def takes(self, answer: Answer, request: Request) -> bool:
        """Whether this is the answer to the request under way; others are dropped. May learn from one that is."""
        ...

    def greeting(self) -> Greeting[Request, Answer]:
        """Asked first, and again until it ends."""
        ...

    def knock(self) -> Errand[Request, Answer, Knocked]:
        """Asked after each time-out: a question whose answer cannot be mistaken, so that late ones are behind us."""
        ...

    def inventory(self) -> Inventory[Request, Answer]:
        """A look in as few exchanges as the reader allows."""
        ...

    def fresh_inventory(self) -> Inventory[Request, Answer]:
        """A look that tells of every tag, whatever was told of it before. May be the same."""
        ...

    def reading(self, uid: str, dsfid: int | None) -> Reading[Request, Answer]:
        """A tag's memory; `dsfid` as the inventory told it. The UID is one of ISO/IEC 15693."""
        ...

    def afi(self, uid: str, afi: int) -> Change[Request, Answer, int]:
        """Write an AFI."""
        ...

    def eas(self, uid: str, eas: bool) -> Change[Request, Answer, bool] | None:
        """Write the EAS bit; None for a reader that has no (public) way to do it and read it back."""
        ...

    def blocks_at_once(self, block_size: int) -> int:
        """Most blocks of this size that one write and the look after it carry; 0 for a size that it cannot write."""
        ...

    def memory(self, uid: str, first_block: int, data: bytes, block_size: int) -> Change[Request, Answer, bytes]:
        """Write whole blocks, at most `blocks_at_once`, in the order of the tag's own bytes."""
        ...
