"""A virtual card on a TCP connection, with the test in vpcd's place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.cards.apdu import is_uid_question
from firmware_sim.cards.card import Heard, Laid, VirtualCard
from firmware_sim.cards.chip import Chip
from firmware_sim.cards.plain import UidCard
from firmware_sim.cards.vicinity import VicinityCard
from firmware_sim.room.tag import Tag
from tests.real_parts import PATIENCE_S

UID = bytes.fromhex("04A23B9C")
GET_UID = bytes.fromhex("FFCA000000")
WRITE = bytes.fromhex("FFD600000401020304")


def framed(*messages: bytes) -> bytes:
    return b"".join(len(message).to_bytes(2, "big") + message for message in messages)


@contextmanager
def a_card(
    chip: Chip, tears: Callable[[bytes], bool] = lambda command: False
) -> Iterator[tuple[socket.socket, VirtualCard]]:
    """The reader's end of the connection, and the card."""
    with socket.create_server(("127.0.0.1", 0)) as vpcd:
        line = socket.create_connection(vpcd.getsockname())
        reader, _ = vpcd.accept()
    reader.settimeout(PATIENCE_S)
    card = VirtualCard(line, Laid(chip, threading.Lock(), tears))
    with reader:
        yield reader, card
        card.lift()


def heard(card: VirtualCard, count: int, now_s: float = 0.0) -> list[Heard]:
    """What came of it, until as many answers as expected could be given."""
    found: list[Heard] = []
    while len(found) < count:
        told = card.hear(now_s)
        if told is not Heard.NOTHING:
            found.append(told)
    return found


def read(reader: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        piece = reader.recv(length - len(received))
        assert piece, "closed"
        received += piece
    return received


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_orders_are_answered_however_they_are_cut(data: st.DataObject) -> None:
    sent = framed(b"\x01", b"\x04", b"\x00", GET_UID)
    expected = framed(UidCard(UID).atr, UID + b"\x90\x00")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1), max_size=4)))
    with a_card(UidCard(UID)) as (reader, card):
        told = []
        for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
            reader.sendall(sent[begin:end])
            told.append(card.hear(0.0))
        while Heard.UID_TOLD not in told:
            told.append(card.hear(0.0))
        assert read(reader, len(expected)) == expected


def test_a_torn_card_says_one_byte_of_its_answer() -> None:
    with a_card(UidCard(UID), is_uid_question) as (reader, card):
        reader.sendall(framed(GET_UID))
        assert heard(card, 1) == [Heard.TORN]
        assert read(reader, 3) == b"\x00\x06\x04"


def test_what_is_under_way_when_a_card_is_lifted_has_not_happened() -> None:
    tag = Tag(bytes.fromhex("E004015012345678"), 0, 0, 4, 28, bytearray(112))
    with a_card(VicinityCard(tag)) as (reader, card):
        reader.sendall(framed(WRITE))
        while card.due_s() is None:
            assert card.hear(0.0) is Heard.NOTHING
        due_s = card.due_s()
        assert due_s is not None
        assert due_s > 0.005
        assert card.tick(due_s - 0.001) is Heard.NOTHING
        assert tag.block(0) == bytes(4)
        card.tick(due_s)
        assert tag.block(0) == b"\x01\x02\x03\x04"
        assert read(reader, 4) == framed(b"\x90\x00")


def test_a_reader_that_closes_its_end_is_gone() -> None:
    with a_card(UidCard(UID)) as (reader, card):
        reader.close()
        assert heard(card, 1) == [Heard.GONE]
