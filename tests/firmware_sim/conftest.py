"""A simulator with the small room of `room.toml`, as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.firmware_sim.served import ROOM, Served


class Serve(Protocol):
    """Starts a simulator with more words on its command line, or another configuration."""

    def __call__(self, *words: str, config: Path = ROOM) -> Served: ...


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Whatever is started by it and not ended by the test is killed."""
    started: list[Served] = []

    def start(*words: str, config: Path = ROOM) -> Served:
        started.append(Served.start(tmp_path, *words, config=config))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served.start(tmp_path)
    yield served
    code, said, complained = served.end()
    assert (code, said, complained) == (0, "", "")


@pytest.fixture(scope="session")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One simulator for all tests that change nothing in it."""
    served = Served.start(tmp_path_factory.mktemp("unmoved"))
    yield served
    assert served.end() == (0, "", "")
