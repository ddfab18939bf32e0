"""What of a device's events is a patron's: collected while a recording runs, so that it can be masked in the end."""

from __future__ import annotations

from drivers.cards.events import CardPresented
from drivers.codecs.tag_data import TagData
from drivers.gates.protocol import TagPassed
from drivers.pads.protocol import TagRead, TagSeen
from drivers.scanners.events import CodeScanned
from kiosk.hardware.tag_data import decoded, decoded_passage, is_for_items
from kiosk.technician import masking
from kiosk.technician.seen import DeviceEvent

HEX = frozenset("0123456789ABCDEF")


class SecretsSeen:
    """UIDs are replaced for every tag, so that nobody's books can be told; memory of every tag that is no item's."""

    def __init__(self) -> None:
        self._secrets: list[masking.Secret] = []
        self._uids: list[str] = []

    def note(self, event: DeviceEvent) -> None:
        """Learn what an event tells."""
        match event:
            case TagSeen():
                self._hide_uid(event.uid)
            case TagRead():
                self._hide_uid(event.uid)
                if not is_an_items(decoded(event)):
                    self._secrets += masking.of_memory(event.data, event.block_size)
            case TagPassed():
                if event.uid is not None:
                    self._hide_uid(event.uid)
                if not is_an_items(decoded_passage(event)):
                    self._secrets += masking.of_memory(event.data, event.block_size)
            case CodeScanned():
                self._secrets += masking.of_text(event.code)
            case CardPresented() if set(event.token) <= HEX and len(event.token) % 2 == 0:
                self._hide_uid(event.token)
                self._secrets += masking.of_text(event.token)
            case CardPresented():
                self._secrets += masking.of_text(event.token)
            case _:
                pass

    def all(self) -> list[masking.Secret]:
        """Everything learned."""
        return list(dict.fromkeys(self._secrets))

    def _hide_uid(self, uid: str) -> None:
        if uid not in self._uids:
            self._uids.append(uid)
            self._secrets += masking.of_uid(uid, len(self._uids))


def is_an_items(data: TagData) -> bool:
    """Whether a tag is a library item's by its data. Patrons' cards, and what is no library's, may tell of a person."""
    return data.item_id is not None and is_for_items(data)
