"""A receipt printer with a cutter, as it is on its wire and as it is in its case.

It prints 100 mm a second. Off line, bytes stay in its memory and real-time commands are answered all the same.
Source: Epson ESC/POS command reference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import TypeVar

from firmware_sim.devices.printer_commands import (
    AutomaticStatus,
    Code128,
    Command,
    Cut,
    FeedDots,
    FeedLines,
    Identify,
    Ignored,
    LineFeed,
    QrPrint,
    RasterRow,
    RasterStart,
    Recover,
    Recovery,
    StatusQuestion,
    Text,
)
from firmware_sim.devices.printer_parser import Parsed, Parser
from firmware_sim.devices.printer_status import Condition, automatic, identity, real_time, told_changes
from firmware_sim.devices.printer_typesetting import Line, Typesetter
from firmware_sim.paper.strip import HEAD_TO_KNIFE, Roll, Strip, row_bytes

DOTS_A_SECOND = 800
"""100 mm/s at 8 dots a millimetre."""
CUT_S = 0.3
STEP_S = 0.02
"""How often it looks whether rows are through: 16 rows at a time."""

MEMORY_BYTES = 4096
XOFF_AT, XON_AT = MEMORY_BYTES - 512, 1024
IN_TRANSIT_BYTES = 262_144
"""Taken beyond XOFF: what waits in the buffers of a pseudo-terminal or a socket, as a cable has none. More is lost."""
XON, XOFF = b"\x11", b"\x13"


class Paper(Enum):
    """What the paper sensors see."""

    OK = "ok"
    NEAR_END = "near-end"
    OUT = "out"


class Cover(Enum):
    """The lid over the paper."""

    CLOSED = "closed"
    OPEN = "open"


class Cutter(Enum):
    """Whether the knife can move."""

    OK = "ok"
    JAM = "jam"


class Fault(Enum):
    """What can be wrong with the printer's electronics."""

    NONE = "none"
    SILENT = "silent"
    """It prints, and says nothing."""
    STALL = "stall"
    """It takes nothing more, prints nothing and answers nothing."""


_Word = TypeVar("_Word", bound=Enum)


class Printer:
    """One printer. Times in seconds of any monotonic clock."""

    def __init__(self, width_dots: int, paper: str = "ok", *, answers: bool = True) -> None:
        """Print on paper of `width_dots`: 576 for 80 mm, 384 for 58 mm. `paper` as in `set_paper`. One that does not
        answer never says anything.
        """
        self._answers = answers
        self._width_dots = width_dots
        self._parser = Parser()
        self._typesetter = Typesetter(width_dots)
        self._roll = Roll(width_dots)
        self._row_bytes = row_bytes(width_dots)
        self._paper = _word(Paper, "paper", paper)
        self._cover = Cover.CLOSED
        self._cutter = Cutter.OK
        self._fault = Fault.NONE
        self._cutter_error = False
        self._told = self._condition()
        self._automatic_mask = 0
        self._memory: deque[Parsed] = deque()
        self._memory_bytes = 0
        self._unheard = bytearray()
        self._raster_refused = False
        self._interrupted = False
        self._stopped_host = False
        self._outgoing = bytearray()
        self._running = False
        self._free_s = float("-inf")
        self.printed: Callable[[], None] = lambda: None
        """Called when the paper may have changed."""
        self.lost_bytes = 0
        """Bytes that came although the printer had said XOFF, and found no room."""

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes; answer real-time commands at once, keep the rest for their turn."""
        room = max(0, IN_TRANSIT_BYTES - self._memory_bytes - self._parser.held - len(self._unheard))
        self.lost_bytes += max(0, len(data) - room)
        self._unheard += data[:room]
        self._hear()
        self._work(now_s)

    def tick(self, now_s: float) -> None:
        """Print what is through by now."""
        self._hear()
        self._work(now_s)

    def due_s(self) -> float | None:
        """When the next rows are through; None while there is nothing to print, or nothing that could be printed."""
        if self._fault is Fault.STALL or not (self._unheard or (self._memory and not self._condition().off_line)):
            return None
        return self._free_s + STEP_S if self._running else self._free_s

    def take_outgoing(self) -> bytes:
        """Status bytes, identity, XON and XOFF."""
        said = bytes(self._outgoing)
        self._outgoing.clear()
        return b"" if self._fault is Fault.SILENT or not self._answers else said

    def connected(self, now_s: float) -> None:
        """A printer does not notice: the rest of a raster that another host began is still expected."""

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: what was not printed yet never will be, and what was set is as usual."""
        self._parser = Parser()
        self._typesetter = Typesetter(self._width_dots)
        self._memory.clear()
        self._memory_bytes = 0
        self._unheard.clear()
        self._outgoing.clear()
        self._automatic_mask = 0
        self._raster_refused = self._interrupted = self._stopped_host = self._cutter_error = False
        self._told = self._condition()

    @property
    def takes_bytes(self) -> bool:
        """Whether it has room. A line without XON and XOFF, a socket or USB, holds bytes back while it has none."""
        return self._fault is not Fault.STALL and not self._stopped_host

    @property
    def strips(self) -> list[Strip]:
        """The paper, oldest first; the uncut strip is the last, if there is a dot on it."""
        return self._roll.strips

    def strip_png(self, index: int) -> bytes:
        """A picture of one of `strips`; raises IndexError."""
        return self._roll.strips[index].png()

    def set_paper(self, paper: str) -> None:
        """`ok`, `near-end` (a warning) or `out`; raises ValueError. After `out`, the paper is another roll."""
        before, self._paper = self._paper, _word(Paper, "paper", paper)
        if before is Paper.OUT and self._paper is not Paper.OUT:
            self._roll.renew()
        self._tell_changes()

    def set_cover(self, cover: str) -> None:
        """`closed` or `open`; raises ValueError."""
        self._cover = _word(Cover, "cover", cover)
        self._tell_changes()

    def set_cutter(self, cutter: str) -> None:
        """`ok` or `jam`, noticed at the next cut; raises ValueError. An error stays until the host recovers it."""
        self._cutter = _word(Cutter, "cutter", cutter)
        self._tell_changes()

    def set_fault(self, fault: str) -> None:
        """`silent`, `stall` or `none`; raises ValueError."""
        before, self._fault = self._fault, _word(Fault, "fault", fault)
        if before is not Fault.STALL and self._fault is Fault.STALL:
            self._outgoing += XOFF
        if before is Fault.STALL and self._fault is not Fault.STALL:
            self._stopped_host = False
            self._outgoing += XON
            self._running = False

    def _hear(self) -> None:
        if self._fault is Fault.STALL:
            return
        heard, self._unheard = bytes(self._unheard), bytearray()
        for parsed in self._parser.take(heard):
            match parsed.command:
                case StatusQuestion(number):
                    self._outgoing += real_time(number, self._condition())
                case Recover(how):
                    self._recover(how)
                case _:
                    self._memory.append(parsed)
                    self._memory_bytes += parsed.size

    def _work(self, now_s: float) -> None:
        if not self._running:
            # What was not printed while it stood still is not caught up.
            self._free_s = max(self._free_s, now_s)
        while self._can_print() and self._free_s <= now_s:
            parsed = self._memory.popleft()
            self._memory_bytes -= parsed.size
            self._free_s += self._carry_out(parsed.command)
            self.printed()
        self._running = self._can_print()
        self._tell_changes()
        self._mind_host()

    def _can_print(self) -> bool:
        return bool(self._memory) and not self._condition().off_line and self._fault is not Fault.STALL

    def _carry_out(self, command: Command) -> float:
        """Do it; returns how long it takes in seconds."""
        match command:
            case Text(data):
                return sum(
                    self._print_line(line, self._typesetter.modes.line_dots) for line in self._typesetter.set_text(data)
                )
            case LineFeed():
                return self._feed(self._typesetter.modes.line_dots)
            case FeedLines(lines):
                return self._feed(lines * self._typesetter.modes.line_dots)
            case FeedDots(dots):
                return self._feed(dots)
            case RasterStart():
                # Epson, GS v 0: "effective only when there is no data in the print buffer".
                self._raster_refused = self._typesetter.line_begun
                self._typesetter.begin_raster(command)
                return 0.0
            case RasterRow(data):
                return 0.0 if self._raster_refused else self._print_rows(self._typesetter.raster_row(data))
            case QrPrint():
                return self._print_rows(self._typesetter.qr_code())
            case Code128(data):
                return self._print_rows(self._typesetter.code_128(data))
            case Cut():
                return self._cut(command)
            case AutomaticStatus(mask):
                self._automatic_mask = mask
                if mask:
                    self._outgoing += automatic(self._condition())
                return 0.0
            case Identify(number):
                self._outgoing += identity(number)
                return 0.0
            case StatusQuestion() | Recover() | Ignored():
                return 0.0
            case _:
                self._typesetter.set_mode(command)
                return 0.0

    def _feed(self, dots: int) -> float:
        line = self._typesetter.end_line()
        if line is not None:
            return self._print_line(line, dots)
        self._roll.feed(dots)
        return dots / DOTS_A_SECOND

    def _print_line(self, line: Line, dots: int) -> float:
        """Print a line and move on to `dots` below its top, or below the line where it is higher."""
        self._roll.print_line(line.text, line.rows)
        height = len(line.rows) // self._row_bytes
        self._roll.feed(max(0, dots - height))
        return max(height, dots) / DOTS_A_SECOND

    def _print_rows(self, rows: list[bytes]) -> float:
        for row in rows:
            self._roll.print_row(row)
        return len(rows) / DOTS_A_SECOND

    def _cut(self, cut: Cut) -> float:
        duration_s = CUT_S
        if cut.feed is not None:
            duration_s += self._feed(HEAD_TO_KNIFE + cut.feed)
        if self._cutter is Cutter.JAM:
            self._cutter_error = True
            self._memory.appendleft(Parsed(replace(cut, feed=None), 0))
            return duration_s
        self._roll.cut()
        return duration_s

    def _recover(self, how: Recovery) -> None:
        """DLE ENQ: helps where something has stopped the printer, and is ignored otherwise."""
        if not (self._cutter_error or self._interrupted):
            return
        self._cutter_error = False
        if how is Recovery.CLEAR:
            self._memory.clear()
            self._memory_bytes = 0
            self._typesetter.clear()
        self._tell_changes()

    def _condition(self) -> Condition:
        return Condition(
            cover_open=self._cover is Cover.OPEN,
            paper_near_end=self._paper is not Paper.OK,
            paper_end=self._paper is Paper.OUT,
            cutter_error=self._cutter_error,
            waits_for_recovery=self._cutter_error and self._cutter is Cutter.OK,
        )

    def _tell_changes(self) -> None:
        if not self._memory:
            self._interrupted = False
        elif self._condition().off_line:
            self._running, self._interrupted = False, True
        before, self._told = self._told, self._condition()
        if self._automatic_mask & told_changes(before, self._told):
            self._outgoing += automatic(self._told)

    def _mind_host(self) -> None:
        if self._fault is Fault.STALL:
            return
        held = self._memory_bytes + self._parser.held
        if held >= XOFF_AT and not self._stopped_host:
            self._stopped_host = True
            self._outgoing += XOFF
        elif held <= XON_AT and self._stopped_host:
            self._stopped_host = False
            self._outgoing += XON


def _word(kind: type[_Word], part: str, word: str) -> _Word:
    words = [known.value for known in kind]
    if word not in words:
        raise ValueError(f"{part} {word!r} of the printer: must be one of {', '.join(words)}")
    return kind(word)
