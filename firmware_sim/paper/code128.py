"""Code 128 as bars, from the data of GS k 73.

Source: ISO/IEC 15417, table 1; Epson ESC/POS command reference, GS k function B.
"""

from __future__ import annotations

_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)

WIDTHS = tuple(_TABLE[at : at + 6] for at in range(0, 106 * 7, 7)) + (_TABLE[106 * 7 :],)
"""Widths of bars and spaces in turn, by symbol value."""

MODULUS = 103
STOP = 106
STARTS = {"A": 103, "B": 104, "C": 105}
SHIFT = 98
SWITCHES = {("A", "B"): 100, ("A", "C"): 99, ("B", "A"): 101, ("B", "C"): 99, ("C", "A"): 101, ("C", "B"): 100}
FUNCTIONS = {"1": 102, "2": 97, "3": 96}
FUNCTION_4 = {"A": 101, "B": 100}
MARK = ord("{")
LARGEST_PAIR = 99
"""Code set C: a byte is a pair of digits, 0 to 99."""


class NotCode128(Exception):
    """The data has no code set, or a character that its code set lacks."""


def bars(data: bytes) -> str:
    """The symbol as modules, "1" black and "0" white, without quiet zones; raises NotCode128."""
    values = symbol_values(data)
    return "".join(str((place + 1) % 2) * int(width) for value in values for place, width in enumerate(WIDTHS[value]))


def symbol_values(data: bytes) -> list[int]:
    """Symbol values with start, check and stop; raises NotCode128."""
    if len(data) < 3 or data[0] != MARK or chr(data[1]) not in STARTS:
        raise NotCode128(f"{data!r} does not begin with a code set, {{A, {{B or {{C, and data")
    code = chr(data[1])
    values = [STARTS[code]]
    at, shifted = 2, False
    while at < len(data):
        if data[at] == MARK:
            word = chr(data[at + 1]) if at + 1 < len(data) else ""
            at += 2
            if word == "{":
                values.append(_value("B", MARK))
            elif (code, word) in SWITCHES:
                values.append(SWITCHES[code, word])
                code = word
            elif word == "S":
                values.append(SHIFT)
                shifted = True
            else:
                values.append(_function(code, word))
            continue
        values.append(_value({"A": "B", "B": "A"}.get(code, code) if shifted else code, data[at]))
        shifted = False
        at += 1
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % MODULUS
    return [*values, check, STOP]


def _function(code: str, word: str) -> int:
    if word in FUNCTIONS:
        return FUNCTIONS[word]
    if word == "4" and code in FUNCTION_4:
        return FUNCTION_4[code]
    raise NotCode128(f"{{{word} means nothing in code set {code}")


def _value(code: str, byte: int) -> int:
    if code == "C" and byte <= LARGEST_PAIR:
        return byte
    if code == "B" and 0x20 <= byte < 0x80:
        return byte - 0x20
    if code == "A" and byte < 0x60:
        return byte + 0x40 if byte < 0x20 else byte - 0x20
    raise NotCode128(f"code set {code} has no {byte:#04x}")
