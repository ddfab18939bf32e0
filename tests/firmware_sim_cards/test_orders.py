"""What is said over the line into the namespaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.orders import Answer, Fault, Order, Verb


@given(st.sampled_from(Verb), st.binary(max_size=10), st.sampled_from(Fault))
def test_an_order_arrives_as_it_was_given(verb: Verb, uid: bytes, fault: Fault) -> None:
    order = Order(verb, uid, fault)
    line = order.line()
    assert line.count(b"\n") == 1
    assert Order.of(line) == order


@given(st.text())
def test_a_refusal_arrives_on_one_line(why: str) -> None:
    line = Answer(why).line()
    assert line.count(b"\n") == 1
    assert Answer.of(line) == Answer(why)


def test_a_line_without_an_order_is_refused() -> None:
    with pytest.raises(ValueError, match="not an object"):
        Order.of(b"[]\n")
