"""A host of the tests' own in front of any simulated pad, in virtual time: no clock, no wire, no driver."""

from __future__ import annotations

from firmware_sim.devices.device import Device
from firmware_sim.room.room import Book, Room
from firmware_sim.room.tag import Tag

QUIET_S = 0.11
"""More than any simulated reader waits for the rest of a request."""


def a_room(*books: Book) -> Room:
    """All of its books lie on the pad."""
    room = Room(books, [])
    room.put_on_pad([book.name for book in books])
    return room


def books_with(*tags: Tag) -> list[Book]:
    return [Book(f"B{place}", f"B{place}", f"Title of B{place}", (tag,)) for place, tag in enumerate(tags)]


class PadHost:
    """Asks, and waits in virtual time."""

    def __init__(self, room: Room, reader: Device, byte_s: float) -> None:
        self.room = room
        self.reader = reader
        self.byte_s = byte_s
        self.now_s = 0.0
        self.took_s = 0.0

    def send(self, frame: bytes) -> None:
        """Let the line be quiet, then send a frame; returns when its last byte has arrived."""
        self.now_s += QUIET_S + len(frame) * self.byte_s
        self.reader.receive(frame, self.now_s)

    def hear(self, until_s: float = float("inf")) -> bytes:
        """Let time pass while something is due; return what the reader has begun to send."""
        began_s = self.now_s
        while (due_s := self.reader.due_s()) is not None and due_s <= until_s:
            self.now_s = due_s
            self.reader.tick(due_s)
        self.took_s = self.now_s - began_s
        answer = self.reader.take_outgoing()
        self.now_s += len(answer) * self.byte_s
        return answer

    def ask(self, frame: bytes) -> bytes:
        self.send(frame)
        return self.hear()
