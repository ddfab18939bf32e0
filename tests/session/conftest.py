"""A kiosk in service, with Wei and Li at hand and three books of ours."""

from __future__ import annotations

import pytest

from kiosk.session.events import Paper
from tests.session.playbook import Playbook, books, paper, patrons, seconds_pass


@pytest.fixture
def kiosk() -> Playbook:
    playbook = Playbook()
    playbook.given(paper(Paper.OK), patrons("Wei", "Li"), books("Le zahir", "Snow", "Deep river"), seconds_pass(10))
    return playbook
