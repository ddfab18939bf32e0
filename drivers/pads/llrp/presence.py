"""Which tags lie on the pad: told by the reader's reports, with a grace that hides missed ones."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.llrp.marks import Marking, marking_of, uid_of, uii_forms

_TAGS_LIMIT = 256
"""More tags than a pad has room for are not kept."""
_NAMED_ANYWAY = 20
"""After so many reports without a PC a tag is named by its UII as it is."""


@dataclass(slots=True)
class Tag:
    """One tag that lies there."""

    uid: str
    uii: bytes
    """As it was reported last."""
    pc: int | None
    marking: Marking
    seen_s: float
    told: bool = False


@dataclass(slots=True)
class _Nameless:
    seen_s: float
    reports: int = 0


class Presence:
    """Tags in the order in which they came. Without its PC a tag has no name yet: a lent one reads otherwise."""

    def __init__(self, gone_after_s: float) -> None:
        self._gone_after_s = gone_after_s
        self._tags: dict[str, Tag] = {}
        self._uids: dict[bytes, str] = {}
        self._nameless: dict[bytes, _Nameless] = {}

    @property
    def wants_names(self) -> bool:
        """Somebody lies there whose PC is not known."""
        return bool(self._nameless)

    def tag(self, uid: str) -> Tag | None:
        """A tag that lies there."""
        return self._tags.get(uid)

    def clear(self) -> None:
        """Nothing is known of any tag."""
        self._tags.clear()
        self._uids.clear()
        self._nameless.clear()

    def forget(self) -> None:
        """Tell every tag anew when it shows; one that does not show is still told as gone."""
        for tag in self._tags.values():
            tag.told = False

    def refresh(self, now_s: float) -> None:
        """The reader did not look for a while: nobody is gone because of that."""
        for tag in self._tags.values():
            tag.seen_s = now_s

    def note(self, uii: bytes, pc: int | None, now_s: float) -> Tag | None:
        """A tag was reported; None where it has no name yet, or there are too many."""
        uid = self._uids.get(uii) or self._name(uii, pc, now_s)
        if uid is None:
            return None
        tag = self._tags[uid]
        tag.uii, tag.seen_s = uii, now_s
        if pc is not None:
            tag.pc = pc
        return tag

    def _name(self, uii: bytes, pc: int | None, now_s: float) -> str | None:
        if pc is None and not self._waited(uii, now_s):
            return None
        self._nameless.pop(uii, None)
        marking = Marking.NONE if pc is None else marking_of(pc, uii)
        uid = uid_of(uii, marking)
        if uid not in self._tags:
            if len(self._tags) >= _TAGS_LIMIT:
                return None
            self._tags[uid] = Tag(uid, uii, pc, marking, now_s)
        for form in uii_forms(uii, marking):
            self._uids[form] = uid
        return uid

    def _waited(self, uii: bytes, now_s: float) -> bool:
        """Whether a tag without a PC was waited for long enough."""
        if uii not in self._nameless and len(self._nameless) >= _TAGS_LIMIT:
            return False
        waits = self._nameless.setdefault(uii, _Nameless(now_s))
        waits.seen_s = now_s
        waits.reports += 1
        return waits.reports >= _NAMED_ANYWAY

    def take_gone(self, now_s: float) -> list[str]:
        """Tags that were not reported for too long."""
        self._nameless = {uii: each for uii, each in self._nameless.items() if not self._is_gone(each.seen_s, now_s)}
        gone = [uid for uid, tag in self._tags.items() if self._is_gone(tag.seen_s, now_s)]
        for uid in gone:
            del self._tags[uid]
        if gone:
            self._uids = {uii: uid for uii, uid in self._uids.items() if uid in self._tags}
        return gone

    def due_s(self) -> float | None:
        """When somebody may be gone."""
        seen_s = [tag.seen_s for tag in self._tags.values()] + [each.seen_s for each in self._nameless.values()]
        return min(seen_s) + self._gone_after_s if seen_s else None

    def _is_gone(self, seen_s: float, now_s: float) -> bool:
        return now_s >= seen_s + self._gone_after_s
