"""The copy by which a kiosk lends while central does not answer: rules, who is stopped, what items are. One file.

=========  ==========================================================================================================
bytes      content
=========  ==========================================================================================================
0–3        `LKC1`
4–7        length of the head in bytes, big-endian
head       JSON: `site`, `version`, `issued`, `salt` (hex), `time_zone`, `rules` (the table of `rules.toml`),
           `branches`, `categories`, `classes`, `marks`, and of each section its number of `records` and its `sha256`
64         Ed25519 signature over everything before it
sections   `patrons`, `items`, `kept`: records of one length, sorted by their first 8 bytes
=========  ==========================================================================================================

The first 8 bytes of a record are a name's HMAC-SHA-256 under the copy's own salt (messages, section 6): whoever finds
the file reads no card number in it. Behind them:

* patron (a card or a reference): category, age in years, last valid day, how many more items (`records.PATRON`);
* item: loan class, age mark, flags (`records.ITEM`);
* kept: nothing; an item and whom it is set aside for are one name.
"""

from kiosk.wire.offline_copy.reading import BadCopy, CopyFile
from kiosk.wire.offline_copy.records import MOST_WORDS, Names, Words, pack_item, pack_patron
from kiosk.wire.offline_copy.writing import CopyHead, Sections, write_copy

__all__ = [
    "MOST_WORDS",
    "BadCopy",
    "CopyFile",
    "CopyHead",
    "Names",
    "Sections",
    "Words",
    "pack_item",
    "pack_patron",
    "write_copy",
]
