"""The same code read again at once is one scan."""

from __future__ import annotations


class RepeatFilter:
    """Lets a code through once for as long as it keeps coming back within `window_s` seconds."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._last: tuple[str, float] | None = None

    def is_new(self, code: str, now_s: float) -> bool:
        """Whether this scan is another one; remembers it either way."""
        last, self._last = self._last, (code, now_s)
        return last is None or last[0] != code or now_s - last[1] >= self._window_s
