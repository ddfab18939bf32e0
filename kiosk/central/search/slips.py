"""Words that were typed wrongly: one letter too many, too few, another or two exchanged; in long words two such slips.

A word with one slip shares its first or its second half with what was meant, so its neighbours lie together in one of
two indexes: by their beginning, or by their end.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from kiosk.central.store.search_tables import search_words

SHORTEST, LONGEST = 4, 32
"""Letters of a word whose neighbours are looked for."""
LONG = 8
"""From so many letters on, two slips in one half are forgiven."""
LAST = "\U0010ffff"
MOST_LOOKED_AT = 3_000
MOST = 8


def neighbours(connection: Connection, word: str) -> list[str]:
    """Words of the index that may have been meant, the nearest first."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return []
    forgiven = 2 if len(word) >= LONG else 1
    judged = sorted(
        (distance, one)
        for one in _candidates(connection, word, forgiven)
        if 0 < (distance := slips(word, one)) <= forgiven
    )
    least = judged[0][0] if judged else 0
    return [one for distance, one in judged if distance == least][:MOST]


def slips(typed: str, meant: str) -> int:
    """How many letters were left out, added, changed or exchanged with their neighbour (Damerau and Levenshtein)."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for at, letter in enumerate(typed, 1):
        before, last, row = row, before, [at]
        for place, wanted in enumerate(meant, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != wanted))
            if at > 1 and place > 1 and letter == meant[place - 2] and typed[at - 2] == wanted:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
    return row[-1]


def _candidates(connection: Connection, word: str, forgiven: int) -> set[str]:
    half = len(word) // 2
    lengths = range(max(1, len(word) - forgiven), len(word) + forgiven + 1)
    column, backwards = search_words.c.word, search_words.c.backwards
    head, tail = word[:half], word[: half - 1 : -1]
    exchanged = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    asked = [select(column).where(column == exchanged)]
    for length in lengths:
        alike = search_words.c.length == length
        asked.append(select(column).where(alike, column >= head, column < head + LAST).limit(MOST_LOOKED_AT))
        asked.append(select(column).where(alike, backwards >= tail, backwards < tail + LAST).limit(MOST_LOOKED_AT))
    return {one for query in asked for one in connection.scalars(query)}
