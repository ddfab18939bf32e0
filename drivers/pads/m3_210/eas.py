"""Looks at the EAS bit of one tag. Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, 7.13."""

from __future__ import annotations

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.codes import UID_BYTES, Error
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.requests import Request
from drivers.pads.polling.dialect import Held, NotSeen

NEVER = frozenset({Error.TAG_NOT_SUPPORTED, Error.NOT_FOR_THIS_TAG})
"""The tag has no such thing."""
_SILENCES = 2


class EasLook:
    """A bit that is off looks like a tag that is away: both are error 06.

    So after such an answer the tag is asked for its AFI, which it can only answer when it is there; and all of it
    twice, as a tag in a hand may be away for one answer and back for the next.
    """

    def __init__(self, uid: str) -> None:
        self._uid = uid
        self._silences = 0
        self._asks_afi = False

    @property
    def holds(self) -> bool:
        """Between its questions nobody else's: the tag shall have no time to leave and to come back."""
        return self._silences > 0

    def request(self) -> Request:
        """The bit, or whether the tag is there."""
        return requests.get_afi(self._uid) if self._asks_afi else requests.check_eas(self._uid)

    def heard(self, answer: Answer) -> Held[bool] | NotSeen | None:
        """The bit, when it is sure."""
        if self._asks_afi:
            self._asks_afi = False
            if answer.error != Error.NONE:
                return NotSeen.TAG_SILENT
            return Held(False) if self._silences >= _SILENCES else None
        if answer.error == Error.NO_TRANSPONDER:
            self._silences += 1
            self._asks_afi = True
            return None
        if answer.error in NEVER:
            return NotSeen.NEVER
        told = answer.data[UID_BYTES:]
        # A success without a value says nothing that the manual explains.
        return Held(bool(told[0])) if answer.error == Error.NONE and told else NotSeen.NO_SENSE
