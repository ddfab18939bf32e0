"""What is said over the line into the namespaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.orders import Answer, Order, Verb


@given(st.sampled_from(Verb), st.lists(st.text(max_size=20), max_size=3))
def test_an_order_arrives_as_it_was_given(verb: Verb, readers: list[str]) -> None:
    order = Order(verb, tuple(readers))
    line = order.line()
    assert line.count(b"\n") == 1
    assert Order.of(line) == order


@given(st.text())
def test_a_refusal_arrives_on_one_line(why: str) -> None:
    line = Answer(why).line()
    assert line.count(b"\n") == 1
    assert Answer.of(line) == Answer(why)


@pytest.mark.parametrize(
    "line", [b"[]\n", b'{"do": "connect", "readers": "one"}\n', b'{"do": "sing", "readers": []}\n']
)
def test_a_line_without_an_order_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a|'sing'"):
        Order.of(line)
