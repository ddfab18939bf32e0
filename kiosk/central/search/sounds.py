"""Chinese as it sounds. A run is entered from each of its characters on, so that what is typed may begin anywhere.

深入浅出 becomes `shenruqianchu`, `ruqianchu`, `qianchu`, `chu` and `srqc`, `rqc`, `qc`, `c`: what is typed is the
beginning of a lexeme, and no syllables have to be told apart (`xian` is 先 and 西安).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LONGEST = 32
"""Letters of a lexeme; what is typed is cut alike."""
MOST_SYLLABLES = 40
"""Of a run."""
_LETTERS = re.compile("[a-z]+")
TYPED = re.compile("[a-z' ]*[a-z]")
"""What may be pinyin or initials."""
_SWAPS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("n", "l"))
"""What many speakers do not tell apart."""
_MOST_ALIKE = 40


def syllables(run: str) -> list[str]:
    """Pinyin of a run of characters, without tones; ü is v. A character without a known reading is left out."""
    from pypinyin import lazy_pinyin  # loads a dictionary of 0.3 s, which only an index of Chinese needs

    return [syllable for syllable in lazy_pinyin(run) if _LETTERS.fullmatch(syllable)]


def sound_lexemes(read: Sequence[str]) -> Iterator[str]:
    """Lexemes of syllables in their order."""
    heard = read[:MOST_SYLLABLES]
    for at in range(len(heard)):
        joined = "".join(heard[at : at + LONGEST])[:LONGEST]
        yield joined
        yield "".join(syllable[0] for syllable in heard[at : at + LONGEST])
        if "v" in joined:
            yield joined.replace("v", "u")  # as most people type ü


def typed_sound(folded: str) -> str | None:
    """What was typed, as the beginning of a lexeme; None where it is no Latin letters."""
    text = folded.strip()
    return "".join(_LETTERS.findall(text))[:LONGEST] if TYPED.fullmatch(text) else None


def sounding_alike(sound: str) -> list[str]:
    """The same with one sound changed for its neighbour: zh and z, ing and in, n and l."""
    alike: dict[str, None] = {}
    for full, flat in _SWAPS:
        for old, new in ((full, flat), (flat, full)):
            for match in re.finditer(old, sound):
                changed = sound[: match.start()] + new + sound[match.end() :]
                alike[changed[:LONGEST]] = None
    alike.pop(sound, None)
    return list(alike)[:_MOST_ALIKE]
