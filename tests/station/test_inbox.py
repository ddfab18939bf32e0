"""Everybody's way into the loop: nothing is lost while it runs, and nobody waits for it once it has ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from kiosk.station.inbox import Inbox
from tests.real_parts import PATIENCE_S


def send(inbox: Inbox[int], numbers: range) -> None:
    for number in numbers:
        inbox.put(number)


def test_messages_come_in_their_order_and_all_at_once() -> None:
    inbox: Inbox[int] = Inbox()
    send(inbox, range(5))
    assert inbox.take(0) == [0, 1, 2, 3, 4]
    assert inbox.take(0) == []


def test_the_loop_is_woken_by_a_message() -> None:
    inbox: Inbox[str] = Inbox()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(inbox.take, PATIENCE_S)
        inbox.put("card")
        assert waiting.result() == ["card"]


def test_a_full_inbox_makes_the_sender_wait_and_loses_nothing() -> None:
    inbox: Inbox[int] = Inbox(capacity=2)
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send, inbox, range(10))
        taken: list[int] = []
        while len(taken) < 10:
            batch = inbox.take(PATIENCE_S)
            assert 0 < len(batch) <= 2
            taken += batch
        sending.result()
    assert taken == list(range(10))


def test_when_the_loop_has_ended_nobody_waits_for_it() -> None:
    inbox: Inbox[int] = Inbox(capacity=1)
    inbox.put(1)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(inbox.put, 2)
        inbox.close()
        waiting.result(PATIENCE_S)
    inbox.put(3)
    assert inbox.take(0) == [1]
