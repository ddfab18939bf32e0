"""Every polled pad with a reader of the tests' own, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.conversation import Conversation
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.frames import Answer as FeigAnswer
from drivers.pads.feig.frames import AnswerStream as FeigStream
from drivers.pads.feig.programmer import FeigProgrammer
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.frames import Answer as M3Answer
from drivers.pads.m3_210.frames import AnswerStream as M3Stream
from drivers.pads.m3_210.programmer import M3Programmer
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.polling.dialect import Stream
from drivers.pads.polling.stream import FrameStream
from drivers.pads.programming import ProgrammerCommand, ProgrammerEvent
from drivers.pads.protocol import PadCommand, PadEvent
from drivers.pads.rl866 import frames as rl866_frames
from drivers.pads.rl866.pad import Rl866Pad, Rl866Programmer
from drivers.pads.rl866.settings import Rl866Settings
from tests.pads.desk import Tag, WireReader
from tests.pads.feig_reader import Reader as FeigReader
from tests.pads.feig_reader import answered
from tests.pads.m3_reader import M3Reader, framed
from tests.pads.rl866_reader import Rl866Reader
from tests.pads.rl866_reader import framed as rl866_framed


@dataclass(frozen=True)
class Bench:
    """One maker's driver and reader."""

    name: str
    pad: Callable[[], Conversation[PadEvent, PadCommand]]
    programmer: Callable[[], Conversation[ProgrammerEvent, ProgrammerCommand]]
    reader: Callable[[tuple[Tag, ...]], WireReader]
    frame: Callable[[bytes], bytes]
    """A sound frame around any bytes, that could be an answer about a tag."""
    stream: Callable[[], Stream[FeigAnswer] | Stream[M3Answer] | Stream[rl866_frames.Block]]
    writes_eas: bool = False


BENCHES = (
    Bench(
        "feig",
        lambda: FeigPad(FeigSettings()),
        lambda: FeigProgrammer(FeigSettings()),
        lambda tags: FeigReader(*tags),
        lambda body: answered(b"\xb0" + body),
        FeigStream,
    ),
    Bench(
        "m3_210",
        lambda: M3Pad(M3Settings()),
        lambda: M3Programmer(M3Settings()),
        lambda tags: M3Reader(*tags),
        framed,
        M3Stream,
        writes_eas=True,
    ),
    Bench(
        "rl866",
        lambda: Rl866Pad(Rl866Settings()),
        lambda: Rl866Programmer(Rl866Settings()),
        lambda tags: Rl866Reader(*tags),
        lambda body: rl866_framed(b"\x34\0\0" + body),
        lambda: FrameStream(2, rl866_frames.frame_length, rl866_frames.parse),
        writes_eas=True,
    ),
)

every_polled_pad = pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
