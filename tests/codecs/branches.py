"""How many branches of `drivers/codecs` its own tests take: `python -m tests.codecs.branches`.

Prints what is missing; exit code 1 below 99 %. Takes about twice the time of `pytest tests/codecs`, so the suite does
not run it by itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import coverage
import pytest

LEAST_PERCENT = 99.0
TESTS = Path(__file__).parent
CODECS = TESTS.parents[1] / "drivers" / "codecs"
NEVER_REACHED = r"case _:\s*\n\s*assert_never\(.*\)"


def main() -> int:
    """Run the tests of the codecs and nothing else, and weigh what they reached."""
    measured = coverage.Coverage(branch=True, source=[str(CODECS)], config_file=False, data_file=None)
    measured.exclude(NEVER_REACHED)
    with measured.collect():
        failed = pytest.main([str(TESTS), "-q", "-p", "no:cacheprovider"])
    percent = measured.report(show_missing=True, skip_covered=True, precision=2)
    return 1 if failed or percent < LEAST_PERCENT else 0


if __name__ == "__main__":
    sys.exit(main())
