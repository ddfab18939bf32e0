"""Letters with a mark, by the plain letter under them: for names, on a keyboard that has none of them.

Those that the fonts of the screens can draw; the more usual ones of European names first.
"""

from __future__ import annotations

MARKED = {
    "a": "áàäâãåæāăǎ",
    "c": "ç",
    "d": "đð",
    "e": "éèêëēě",
    "i": "íìîïīĩǐ",
    "n": "ñńň",
    "o": "óòöôõøœōǒ",
    "s": "ß",
    "t": "þ",
    "u": "úùüûūũǔ",
    "y": "ý",
}
_PLAIN = {sign: plain for plain, signs in MARKED.items() for sign in signs}


def marked(letter: str) -> tuple[str, ...]:
    """What may stand in the place of `letter`, as large or small as that: the marked ones, and the plain one where it
    has a mark; empty where there is none.
    """
    small = letter.lower()
    plain = _PLAIN.get(small, small)
    others = (*MARKED.get(plain, ""), *(plain if small in _PLAIN else ""))
    large = letter != small
    return tuple(one.upper() if large else one for one in others if one != small and (not large or one != "ß"))
