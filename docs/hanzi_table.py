"""Makes `kiosk/words/hanzi.txt`: which characters and words a syllable of pinyin stands for, the commonest first.

`python -m docs.hanzi_table DICT.TXT`, where DICT.TXT is the word list of the package jieba 0.42.1 (`jieba/dict.txt`,
MIT): word, count and kind a line. Readings are pypinyin's (MIT). Only the characters of GB 2312-80 are taken.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

from pypinyin import Style, lazy_pinyin, pinyin

from kiosk.words.pinyin import PATH

MOST_READINGS = 2
MOST_WORDS = 6_000
WORD = 2
SURNAMES = (
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 轩辕 长孙 宇文 司空 独孤 南宫 端木 百里 东郭 呼延"
)
"""Of two characters: rare among words, and asked for first."""
HEAD = """# Pinyin -> characters and words, the commonest first. Made by docs/hanzi_table.py: readings by pypinyin 0.55
# (MIT), counts of jieba 0.42.1 (MIT), the characters of GB 2312-80 (standard, section 4 and 5).
"""


def main() -> None:
    """Write the table."""
    counts: Counter[str] = Counter()
    words: Counter[str] = Counter()
    known = set(_gb2312())
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ", 2)
        for sign in word:
            counts[sign] += int(count)
        if len(word) == WORD and known.issuperset(word):
            words[word] = int(count)
    table: dict[str, list[str]] = defaultdict(list)
    readings = {
        sign: list(dict.fromkeys(pinyin(sign, style=Style.NORMAL, heteronym=True, v_to_u=False)[0])) for sign in known
    }
    for place in range(MOST_READINGS):  # whose second reading it is comes after all whose first it is
        for sign in sorted(known, key=lambda sign: (-counts[sign], sign)):
            for reading in readings[sign][place : place + 1]:
                table[reading].append(sign)
    table = dict(sorted(table.items()))
    for word, _ in words.most_common(MOST_WORDS):  # readings in the order of their commonest words
        table.setdefault(" ".join(lazy_pinyin(word)), []).append(word)
    for surname in SURNAMES.split():
        said = table.setdefault(" ".join(lazy_pinyin(surname)), [])
        said += [surname] if surname not in said else []
    lines = (f"{reading}\t{' '.join(signs)}\n" for reading, signs in table.items() if reading.isascii())
    PATH.write_text(HEAD + "".join(lines), encoding="utf-8")


def _gb2312() -> list[str]:
    """Rows 16 to 87."""
    signs = []
    for row in range(16, 88):
        for cell in range(1, 95):
            try:
                signs.append(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return signs


if __name__ == "__main__":
    main()
