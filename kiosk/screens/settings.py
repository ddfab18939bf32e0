"""What the screens of one library show, whatever the state."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.circulation import Language


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the screens of one library show."""

    library_zh: str
    library_en: str
    motion: bool = True

    def library(self, language: Language) -> str:
        return self.library_zh if language is Language.ZH else self.library_en
