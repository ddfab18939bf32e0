"""Power cuts on order: the process ends itself beside a commit, as if the plug had been pulled."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from kiosk.model.journal import RowKind


@dataclass(frozen=True, slots=True)
class PowerCut:
    """Cut at the `occurrence`th row of `kind` from now on: before its transaction commits, or right after it."""

    kind: RowKind
    before: bool
    occurrence: int = 1


class Rehearsal:
    """Waits for the row that a power cut was ordered at."""

    def __init__(self) -> None:
        self._cut: PowerCut | None = None
        self._left = 0
        self._pull: Callable[[], NoReturn] = pull_the_plug

    def order(self, cut: PowerCut, pull: Callable[[], NoReturn]) -> None:
        """Replaces an earlier order. `pull` ends everything, by a signal or by an exception."""
        self._cut, self._left, self._pull = cut, cut.occurrence, pull

    def before_commit(self, kinds: Iterable[RowKind]) -> None:
        if self._cut is not None and self._cut.before and self._reached(kinds, self._cut):
            self._pull()

    def after_commit(self, kinds: Iterable[RowKind]) -> None:
        cut = self._cut
        if cut is None:
            return
        if self._reached(kinds, cut) and not cut.before:
            self._pull()
        self._left -= sum(kind is cut.kind for kind in kinds)

    def _reached(self, kinds: Iterable[RowKind], cut: PowerCut) -> bool:
        return 0 < self._left <= sum(kind is cut.kind for kind in kinds)


def pull_the_plug() -> NoReturn:
    """SIGKILL to ourselves: no handler, no clean-up, no effect after this line."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nothing comes after SIGKILL")
