"""What stands in each message: one literal table.

Source: 3M Standard Interchange Protocol 2.00, definition of April 2006, section 3 (requests and responses); what other
systems add beyond it is no part of this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import itemgetter


class Direction(StrEnum):
    """Who sends it: the self-check (SC) asks, the library system (ACS) answers."""

    REQUEST = "sc-to-acs"
    RESPONSE = "acs-to-sc"


DATE_WIDTH = 18


@dataclass(frozen=True, eq=False)
class Layout:
    """One message. Fields are written in the order of `required`, then `optional`. There is one for each code."""

    code: str
    name: str
    direction: Direction
    fixed: tuple[tuple[str, int], ...] = ()
    """Name and width in characters, in order."""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    repeatable: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every field of the standard's list."""
        return frozenset(self.required) | frozenset(self.optional)

    @cached_property
    def once(self) -> frozenset[str]:
        """Fields of the standard's list that may come once."""
        return self.known - self.repeatable

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """Fixed fields that are date-times of 18 characters."""
        return tuple(name for name, width in self.fixed if width == DATE_WIDTH)

    @cached_property
    def slices(self) -> tuple[tuple[str, int, int], ...]:
        """Name, start and end of each fixed field, counted from the first character of the code."""
        found, start = [], len(self.code)
        for name, width in self.fixed:
            found.append((name, start, start + width))
            start += width
        return tuple(found)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the fixed fields."""
        return tuple(name for name, _ in self.fixed)

    @cached_property
    def cut(self) -> Callable[[str], tuple[str, ...]]:
        """The fixed fields of a text that is long enough, in the order of `names`."""
        pieces = [slice(start, stop) for _, start, stop in self.slices]
        if not pieces:
            return lambda text: ()
        if len(pieces) == 1:
            only = pieces[0]
            return lambda text: (text[only],)
        return itemgetter(*pieces)

    @cached_property
    def fields_at(self) -> int:
        """Where the fields begin."""
        return len(self.code) + sum(width for _, width in self.fixed)


_TABLE = """\
93 > Login
    uid_algorithm:1 pwd_algorithm:1
    CN CO / CP
99 > SC Status
    status_code:1 max_print_width:3 protocol_version:4
97 > Request ACS Resend
23 > Patron Status Request
    language:3 transaction_date:18
    AO AA AC AD /
63 > Patron Information
    language:3 transaction_date:18 summary:10
    AO AA / AC AD BP BQ
35 > End Patron Session
    transaction_date:18
    AO AA / AC AD
25 > Patron Enable
    transaction_date:18
    AO AA / AC AD
01 > Block Patron
    card_retained:1 transaction_date:18
    AO AL AA AC /
17 > Item Information
    transaction_date:18
    AO AB / AC
11 > Checkout
    sc_renewal_policy:1 no_block:1 transaction_date:18 nb_due_date:18
    AO AA AB AC / CH AD BO BI
09 > Checkin
    no_block:1 transaction_date:18 return_date:18
    AP AO AB AC / CH BI
29 > Renew
    third_party_allowed:1 no_block:1 transaction_date:18 nb_due_date:18
    AO AA / AD AB AJ AC CH BO
65 > Renew All
    transaction_date:18
    AO AA / AD AC BO
15 > Hold
    hold_mode:1 transaction_date:18
    AO AA / BW BS BY AD AB AJ AC BO
37 > Fee Paid
    transaction_date:18 fee_type:2 payment_type:2 currency_type:3
    BV AO AA / AC AD CG BK
19 > Item Status Update
    transaction_date:18
    AO AB CH / AC
94 < Login Response
    ok:1
98 < ACS Status
    online_status:1 checkin_ok:1 checkout_ok:1 acs_renewal_policy:1 status_update_ok:1 offline_ok:1
    timeout_period:3 retries_allowed:3 date_time_sync:18 protocol_version:4
    AO BX / AM AN AF* AG*
96 < Request SC Resend
24 < Patron Status Response
    patron_status:14 language:3 transaction_date:18
    AO AA AE / BL CQ BH BV AF* AG*
64 < Patron Information Response
    patron_status:14 language:3 transaction_date:18 hold_items_count:4 overdue_items_count:4
    charged_items_count:4 fine_items_count:4 recall_items_count:4 unavailable_holds_count:4
    AO AA AE / BZ CA CB BL CQ BH BV CC AS* AT* AU* AV* BU* CD* BD BE BF AF* AG*
36 < End Session Response
    end_session:1 transaction_date:18
    AO AA / AF* AG*
26 < Patron Enable Response
    patron_status:14 language:3 transaction_date:18
    AO AA AE / BL CQ AF* AG*
18 < Item Information Response
    circulation_status:2 security_marker:2 fee_type:2 transaction_date:18
    AB AJ / CF AH CJ CM BG BH BV CK AQ AP CH AF* AG*
12 < Checkout Response
    ok:1 renewal_ok:1 magnetic_media:1 desensitize:1 transaction_date:18
    AO AA AB AJ AH / BT CI BH BV CK CH BK AF* AG*
10 < Checkin Response
    ok:1 resensitize:1 magnetic_media:1 alert:1 transaction_date:18
    AO AB AQ / AJ CL AA CK CH AF* AG*
30 < Renew Response
    ok:1 renewal_ok:1 magnetic_media:1 desensitize:1 transaction_date:18
    AO AA AB AJ AH / BT CI BH BV CK CH BK AF* AG*
66 < Renew All Response
    ok:1 renewed_count:4 unrenewed_count:4 transaction_date:18
    AO / BM* BN* AF* AG*
16 < Hold Response
    ok:1 available:1 transaction_date:18
    AO AA / BW BR BS AB AJ AF* AG*
38 < Fee Paid Response
    payment_accepted:1 transaction_date:18
    AO AA / BK AF* AG*
20 < Item Status Update Response
    item_properties_ok:1 transaction_date:18
    AB / AJ CH AF* AG*
"""
"""Code, who sends it (`>` the SC, `<` the ACS) and name; the fixed part as `name:width`; required fields / optional
fields, with `*` behind those that may come more than once."""


def _read(block: str) -> Layout:
    head, *rest = block.splitlines()
    code, arrow, name = head.split(" ", 2)
    fixed = " ".join(line for line in rest if ":" in line).split()
    required, _, optional = " ".join(line for line in rest if ":" not in line).partition("/")
    return Layout(
        code,
        name,
        Direction.REQUEST if arrow == ">" else Direction.RESPONSE,
        tuple((word.partition(":")[0], int(word.partition(":")[2])) for word in fixed),
        tuple(required.split()),
        tuple(word.rstrip("*") for word in optional.split()),
        frozenset(word.rstrip("*") for word in optional.split() if word.endswith("*")),
    )


LAYOUTS: Mapping[str, Layout] = {
    layout.code: layout for layout in map(_read, re.split(r"\n(?=\d\d )", _TABLE.rstrip("\n")))
}
"""By code."""
