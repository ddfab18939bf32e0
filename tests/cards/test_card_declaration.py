"""What is declared of cards can be pasted, and its words are those of the settings."""

from __future__ import annotations

import re
import tomllib

from drivers.cards.apdu import KeyType
from drivers.cards.declaration import DECLARED
from drivers.cards.sources import KeyMemory
from drivers.cards.token_form import TokenForm
from drivers.declared import Kind


def test_the_settings_to_paste_have_words_that_there_are() -> None:
    for declared in DECLARED:
        assert declared.kind is Kind.CARDS
        (section,) = tomllib.loads(declared.settings).values()
        assert TokenForm(section.get("form", "ascii"))
        assert KeyType(section.get("key_type", "A"))
        assert KeyMemory(section.get("key_memory", "volatile"))


def test_usb_ids_are_written_as_udev_writes_them() -> None:
    ids = [usb for declared in DECLARED for usb in declared.usb]
    assert ids
    assert all(re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", usb) for usb in ids)
