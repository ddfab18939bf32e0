"""What settings of either side may say of its dialect."""

from __future__ import annotations

import re

from kiosk.model.limits import matching

DELIMITER = matching(re.compile(r"[^A-Za-z0-9\s]"), "one character such as | or ^")
ENCODING = matching(
    re.compile(r"utf-8|cp850|iso8859-1|ascii|gb18030|gbk"), "utf-8, cp850, iso8859-1, ascii, gbk or gb18030"
)
CURRENCY = matching(re.compile(r"[A-Z]{3}"), "three letters of ISO 4217")
