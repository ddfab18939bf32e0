"""What a FEIG reader can do to its pad that others cannot. What holds for all stands in test_polled_adversary.py."""

from __future__ import annotations

import sys

from drivers.health import Faulted
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import TagSeen
from tests.pads.feig_reader import Desk, Reader, Tag, a_book


def test_a_reader_that_invents_tags_fills_no_memory() -> None:
    desk = Desk(core := FeigPad(FeigSettings()), Reader())
    desk.open()
    for number in range(2_000):
        desk.reader.tags = {each.uid: each for each in (a_book(4 * number + at) for at in range(4))}
        desk.run(0.05)
    assert sum(isinstance(event, TagSeen) for event in desk.events) > 256
    assert sys.getsizeof(core._reads) + sys.getsizeof(core._presence._tags) < 100_000


def test_a_tag_type_that_is_not_kept_is_no_trouble() -> None:
    desk = Desk(FeigPad(FeigSettings()), Reader(Tag("E004015000000001")))
    desk.reader.foreign_records = [b"\x0f" * 9]
    desk.open()
    desk.run(5.0)
    assert not any(isinstance(event, Faulted) for event in desk.events)
