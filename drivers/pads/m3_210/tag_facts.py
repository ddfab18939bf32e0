"""What a tag says of itself, through a 3M reader: in one question where the reader and the tag can."""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.answers import Information, read_information
from drivers.pads.m3_210.codes import BLOCK_BYTES, UID_BYTES, Error, error_words
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.learned import Learned
from drivers.pads.m3_210.requests import Request
from drivers.pads.polling.dialect import NotYet
from drivers.pads.polling.memory_reading import TagFacts, Unknowable

_AWAY = frozenset({Error.NO_TRANSPONDER, Error.NOT_READ, Error.CANCELLED, Error.NO_MEMORY})
"""Errors after which the same question may be answered; any other says that it never will be."""


class _Step(Enum):
    INFORMATION = auto()
    AFI = auto()
    DSFID = auto()


class AskFacts:
    """Tag information (0D); then get AFI (0A) and get DSFID (0F) for what it left out: it tells what it got (7.18)."""

    holds = False

    def __init__(self, uid: str, dsfid: int | None, learned: Learned, *, insists: bool) -> None:
        """`insists`: a tag that does not answer is asked again; without, it is left at that."""
        self._uid = uid
        self._learned = learned
        self._insists = insists
        self._dsfid = dsfid
        self._afi: int | None = None
        self._size: tuple[int, int | None] = BLOCK_BYTES, None
        self._step = _Step.INFORMATION

    def request(self) -> Request:
        """The next question."""
        if self._step is _Step.INFORMATION and not self._learned.knows_tag_info:
            self._step = _Step.AFI
        match self._step:
            case _Step.INFORMATION:
                return requests.tag_info(self._uid)
            case _Step.AFI:
                return requests.get_afi(self._uid)
            case _Step.DSFID:
                return requests.get_dsfid(self._uid)

    def heard(self, answer: Answer) -> TagFacts | NotYet | Unknowable | None:
        """What is known when nothing more can be asked."""
        if answer.error in _AWAY:
            if not self._insists:
                return Unknowable.FACTS
            return NotYet(f"{self._step.name.lower()}: {error_words(answer.error)}")
        told = answer.data[UID_BYTES:] if answer.error == Error.NONE else b""
        match self._step:
            case _Step.INFORMATION:
                if answer.error == Error.NOT_IMPLEMENTED:
                    self._learned.knows_tag_info = False
                self._note(read_information(told))
                if self._afi is None:
                    self._step = _Step.AFI
                    return None
            case _Step.AFI:
                self._afi = told[0] if told else None
            case _Step.DSFID:
                self._dsfid = told[0] if told else None
                return self._facts()
        self._step = _Step.DSFID
        return None if self._dsfid is None else self._facts()

    def _note(self, information: Information | None) -> None:
        if information is None:
            return
        self._afi = information.afi
        if information.dsfid is not None:
            self._dsfid = information.dsfid
        if information.block_size is not None:
            self._size = information.block_size, information.blocks

    def _facts(self) -> TagFacts:
        block_size, blocks = self._size
        return TagFacts(self._afi, self._dsfid, block_size, blocks)
