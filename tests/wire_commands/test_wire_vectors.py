"""Every exchange of the vector files is put in words as the file says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.described import Direction
from drivers.protocols import describer, known_protocols

HERE = tuple(name for name in known_protocols() if name != "feig")
"""FEIG's vectors are replayed beside its driver."""
VECTORS = Path(__file__).parent.parent / "vectors"


def exchanges() -> list[object]:
    return [
        pytest.param(asked_protocol(name, exchange), exchange, id=f"{name}-{exchange['name']}")
        for name in HERE
        if (path := VECTORS / f"{name}.toml").exists()
        for exchange in tomllib.loads(path.read_text())["exchange"]
    ]


def asked_protocol(name: str, exchange: dict[str, str]) -> str:
    """A status byte does not say which question it answers, so it is decoded under the question's own name."""
    message = exchange["message"]
    return f"escpos:{message[-1]}" if message[:-1] == "status-" else name


@pytest.mark.parametrize(("protocol", "exchange"), exchanges())
def test_a_frame_is_described_as_its_vector_says(protocol: str, exchange: dict[str, object]) -> None:
    described = describer(protocol)(bytes.fromhex(str(exchange["hex"])), Direction(exchange["direction"]))
    assert [(each.message, each.fields, each.findings) for each in described] == [
        (exchange["message"], exchange["fields"], exchange["findings"])
    ]


@pytest.mark.parametrize(("protocol", "exchange"), exchanges())
def test_most_frames_tell_their_direction_by_themselves(protocol: str, exchange: dict[str, object]) -> None:
    told = describer(protocol)(bytes.fromhex(str(exchange["hex"])), None)
    directed = describer(protocol)(bytes.fromhex(str(exchange["hex"])), Direction(exchange["direction"]))
    assert told == directed


@pytest.mark.parametrize("protocol", HERE)
@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=60), direction=st.sampled_from([*Direction, None]))
def test_any_bytes_are_described_and_never_raise(protocol: str, data: bytes, direction: Direction | None) -> None:
    assert describer(protocol)(data, direction)
