"""`python -m tests.faults [ROW…]`: runs the tests of each row of `docs/faults.md`, and tells what came of each row."""

from __future__ import annotations

import argparse
import subprocess
import sys

from docs.faults_page import Row, rows


def main() -> int:
    """0 where every row's tests passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="these alone, such as P03")
    wanted = parser.parse_args().rows
    chosen = [row for row in rows() if not wanted or row.id in wanted]
    if unknown := sorted(set(wanted) - {row.id for row in chosen}):
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(row.id for row in rows())}")
    failed = [row.id for row in chosen if not _holds(row)]
    sys.stdout.write(f"{len(chosen) - len(failed)} of {len(chosen)} rows hold\n")
    return 1 if failed else 0


def _holds(row: Row) -> bool:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *row.tests]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    holds = ended.returncode == 0
    sys.stdout.write(f"{'holds' if holds else 'FAILS':<6} {row.id:<8} {row.what} ({len(row.tests)} tests)\n")
    if not holds:
        sys.stdout.write("\n".join(ended.stdout.splitlines()[-20:]) + "\n")
    sys.stdout.flush()
    return holds


if __name__ == "__main__":
    sys.exit(main())
