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
        """The library's name for readers of a language."""
        return self.library_zh if language in (Language.ZH, Language.ZH_HANT) else self.library_en
