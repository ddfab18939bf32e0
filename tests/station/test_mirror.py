"""The mirror shows what is on the screen, hands touches to the loop, and answers nonsense with words."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.station.inbox import Inbox
from kiosk.station.json_lines import Reply
from kiosk.station.mirror import ActOrder, Mirror, MirrorOrder, PowerCutOrder, RepaintOrder, TouchOrder


@pytest.fixture
def inbox() -> Inbox[MirrorOrder]:
    return Inbox()


@pytest.fixture
def mirror(inbox: Inbox[MirrorOrder]) -> Iterator[Mirror]:
    mirror = Mirror(0, inbox.put)
    yield mirror
    mirror.close()


def asked(mirror: Mirror, *lines: bytes) -> list[Reply]:
    with socket.create_connection(("127.0.0.1", mirror.port), 5) as connection, connection.makefile("rwb") as stream:
        answers = []
        for line in lines:
            stream.write(line + b"\n")
            stream.flush()
            answers.append(json.loads(stream.readline()))
        return answers


def test_the_tree_is_told_as_soon_as_it_changes(mirror: Mirror) -> None:
    mirror.publish({"screen": "attract"}, None)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(mirror.answer, b'{"op": "tree", "after": 1, "wait_s": 20}')
        mirror.publish({"screen": "borrow"}, None)
        assert waiting.result() == {"ok": True, "number": 2, "screen": "borrow"}


def test_pictures_are_made_only_while_somebody_watches(mirror: Mirror, inbox: Inbox[MirrorOrder]) -> None:
    wanted_before = mirror.frames_wanted
    mirror.answer(b'{"op": "frame"}')
    assert (wanted_before, mirror.frames_wanted) == (False, True)
    assert [message.order for message in inbox.take(1)] == [RepaintOrder()]
    mirror.publish({"screen": "attract"}, b"JPEG")
    assert mirror.answer(b'{"op": "frame"}') == {"ok": True, "number": 1, "jpeg": "SlBFRw==", "screen": "attract"}


@pytest.mark.parametrize(
    ("line", "order"),
    [
        (b'{"op": "touch", "x": 10, "y": 20.6, "screen": "home"}', TouchOrder(10, 20, "home")),
        (b'{"op": "act", "id": "home.borrow"}', ActOrder("home.borrow")),
        (b'{"op": "power-cut", "row": "loan.made", "when": "before", "nth": 2}', PowerCutOrder("loan.made", True, 2)),
    ],
)
def test_an_order_reaches_the_loop_and_its_answer_comes_back(
    mirror: Mirror, inbox: Inbox[MirrorOrder], line: bytes, order: object
) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(asked, mirror, line)
        (message,) = inbox.take(5)
        assert message.order == order
        message.reply.put({"ok": True})
        assert answer.result() == [{"ok": True}]


def test_nonsense_is_answered_with_words_and_the_connection_goes_on(mirror: Mirror) -> None:
    answers = asked(mirror, b"nonsense", b"[]", b'{"op": "dance"}', b'{"op": "touch", "x": "left"}', b'{"op": "tree"}')
    assert ["error" in answer for answer in answers] == [True, True, True, True, False]
    assert "`x`" in str(answers[3]["error"])


@pytest.fixture(scope="module")
def answering_mirror() -> Iterator[Mirror]:
    mirror = Mirror(0, lambda order: order.reply.put({"ok": True}))
    yield mirror
    mirror.close()


@given(line=st.binary(max_size=200))
def test_any_line_is_answered(answering_mirror: Mirror, line: bytes) -> None:
    assert answering_mirror.answer(line)
