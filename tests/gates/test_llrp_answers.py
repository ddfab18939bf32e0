"""An answer belongs to the request of its message ID: a late one to an earlier request sets nothing up."""

from __future__ import annotations

from drivers.llrp.codes import MessageKind
from drivers.llrp.messages import pack
from drivers.llrp.requests import capabilities
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings

CONNECTED = bytes.fromhex("00F60016 0080000C0000000000000001 010000060000")
"""ReaderEventNotificationData with a UTC time stamp and ConnectionAttemptEvent 0, success."""
SUCCESS = bytes.fromhex("011F000800000000")
"""LLRPStatus 0."""


def test_an_answer_with_another_id_is_not_the_awaited_one() -> None:
    session = Session(LlrpSettings())
    session.port_opened(0.0)
    session.receive(pack(MessageKind.READER_EVENT_NOTIFICATION, 9, CONNECTED), 0.0)
    asked_id = int.from_bytes(session.take_outgoing()[6:10])
    late = pack(capabilities().answer_kind, asked_id + 1, SUCCESS)
    awaited = pack(capabilities().answer_kind, asked_id, SUCCESS)
    session.receive(late, 0.1)
    assert session.take_outgoing() == b""
    session.receive(awaited, 0.2)
    assert session.take_outgoing() != b""
