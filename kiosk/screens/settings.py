"""What the screens of one library show, whatever the state."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.circulation import Language
from kiosk.model.floor import Floor


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the screens of one library show."""

    library_zh: str
    library_en: str
    motion: bool = True
    floor: Floor | None = None
    """Where shelves are, as seen from this kiosk; without one, no map is shown."""

    def library(self, language: Language) -> str:
        """The library's name for readers of a language."""
        return self.library_zh if language in (Language.ZH, Language.ZH_HANT) else self.library_en
