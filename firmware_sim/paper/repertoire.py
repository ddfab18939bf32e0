"""Which characters a receipt can hold.

Source: GB/T 2312-1980 and GBK by Python's codecs; ISO/IEC 8859-1; the tone marks of Pinyin.
"""

from __future__ import annotations

from functools import lru_cache

PRINTABLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))
LATIN_1 = "".join(map(chr, range(0xA1, 0x100))).replace("\xad", "")
OTHER_LATIN = "āēīōūǎěǐǒǔǖǘǚǜŒœŠšŽžŸ–—‘’“”„•…€™№→←"
CJK_MARKS = "、。〈〉《》「」『』【】〔〕〖〗・￥①②③④⑤⑥⑦⑧⑨⑩"
FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))

SMALL = "".join(dict.fromkeys(PRINTABLE_ASCII + LATIN_1 + OTHER_LATIN + CJK_MARKS + FULL_WIDTH))
"""Everything but Chinese characters. Where two look alike, the earlier one is meant."""

_LEVEL_1_AND_2 = (range(0xB0, 0xF8), range(0xA1, 0xFF))
"""First and second bytes of the 6,763 characters of GB 2312, rows 16 to 87."""
_GBK = (range(0x81, 0xFF), range(0x40, 0xFF))


@lru_cache
def common_hanzi() -> str:
    """The 6,763 characters of GB 2312."""
    return _characters("gb2312", *_LEVEL_1_AND_2)


@lru_cache
def rare_hanzi() -> str:
    """The characters of GBK that GB 2312 lacks, traditional ones among them: some 14,000."""
    common = set(common_hanzi())
    return "".join(
        character
        for character in _characters("gbk", *_GBK)
        if "\u4e00" <= character <= "\u9fff" and character not in common
    )


def _characters(codec: str, firsts: range, seconds: range) -> str:
    pairs = b"".join(bytes((first, second)) + b"\n" for first in firsts for second in seconds)
    return pairs.decode(codec, "ignore").replace("\n", "")
