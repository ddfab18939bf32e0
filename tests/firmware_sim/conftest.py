"""A simulator with the small room of `room.toml`, as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware_sim.served import Served


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
