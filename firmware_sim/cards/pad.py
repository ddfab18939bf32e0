"""A pad that is a PC/SC reader: it shows one card, the tag of the book that was laid down first.

Source: docs/devices.md 10: this class of reader is a desk reader and presents one card.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from firmware_sim.cards.card import Laid, unheard
from firmware_sim.cards.service import CardService, ReaderFault
from firmware_sim.cards.vicinity import VicinityCard
from firmware_sim.faults.words import PcscPadFault
from firmware_sim.lines.wire_log import Direction
from firmware_sim.room.room import Room
from firmware_sim.room.tag import Tag


class PcscPad:
    """Lays the room's first tag on its reader, and lifts it with its book."""

    def __init__(
        self,
        room: Room,
        room_lock: threading.Lock,
        service: CardService,
        reader: str,
        heard: Callable[[Direction, bytes], object] = unheard,
        seed: int = 0,
    ) -> None:
        """`service` has been started and has a reader of this name; `room_lock` guards the room.

        `heard` is told every APDU, each way.
        """
        self._heard = heard
        self._room = room
        self._room_lock = room_lock
        self._service = service
        self._reader = reader
        self._luck = random.Random(seed)
        self._fault = PcscPadFault.NONE
        self._turn = threading.Lock()
        self._lies: tuple[Tag, VicinityCard] | None = None

    def look(self) -> None:
        """Something was laid down or taken away: show what lies there now. Raises `CardServiceUnavailable`."""
        with self._turn:
            with self._room_lock:
                first = next(iter(self._room.tags_on_pad()), None)
            if self._lies is not None and self._lies[0] is first:
                return
            if first is None:
                self._lies = None
                self._service.remove(self._reader)
                return
            chip = VicinityCard(first, self._luck)
            chip.set_fault(self._fault)
            self._lies = (first, chip)
            self._service.insert(self._reader, Laid(chip, self._room_lock, self._is_torn, self._was_torn, self._heard))

    def set_fault(self, fault: PcscPadFault) -> None:
        """Have this fault from now on, instead of any other. Raises `CardServiceUnavailable`."""
        with self._turn:
            self._fault = fault
            if self._lies is not None:
                self._lies[1].set_fault(fault)
            wanted = ReaderFault.UNPLUG if fault is PcscPadFault.UNPLUG else ReaderFault.NONE
            self._service.set_fault(self._reader, wanted.value)

    def _is_torn(self, command: bytes) -> bool:
        lies = self._lies
        return self._fault is PcscPadFault.TEAR_WRITE and lies is not None and lies[1].writes(command)

    def _was_torn(self) -> None:
        """Told by the cards' thread, which must not wait for our turn."""
        lies, self._lies = self._lies, None
        if lies is not None:
            with self._room_lock:
                self._room.take_tag_off_pad(lies[0])
