"""What kind of chip each tag is, as the inventory told it: a connect has to say it.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/state.py, supported_tag_types.
"""

from __future__ import annotations

from drivers.pads.rl866.codes import EAS_TAG_TYPES, ICODE_SLI

_TAGS_LIMIT = 512
"""The oldest is forgotten; a pad has room for half as many."""
_FUJITSU = 4
_FUJITSU_BLOCK_SIZE = 8
_USUAL_BLOCK_SIZE = 4


class TagTypes:
    """By UID. A tag that was never shown counts as an ICODE SLI, the usual one in libraries."""

    def __init__(self) -> None:
        self._types: dict[str, int] = {}

    def clear(self) -> None:
        """Nothing was shown yet."""
        self._types.clear()

    def note(self, uid: str, tag_type: int) -> None:
        """An inventory showed a tag."""
        self._types.pop(uid, None)
        self._types[uid] = tag_type
        if len(self._types) > _TAGS_LIMIT:
            del self._types[next(iter(self._types))]

    def of(self, uid: str) -> int:
        """The number that the reader gives the chip."""
        return self._types.get(uid, ICODE_SLI)

    def has_eas(self, uid: str) -> bool:
        """Whether the chip has an EAS bit that the reader can write."""
        return self.of(uid) in EAS_TAG_TYPES

    def likely_block_size(self, uid: str) -> int:
        """Bytes, until the tag says it itself: a first read must not ask for more than an answer carries."""
        return _FUJITSU_BLOCK_SIZE if self.of(uid) == _FUJITSU else _USUAL_BLOCK_SIZE
