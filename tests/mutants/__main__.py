"""`python -m tests.mutants [NAME…]`: plants each bug in a copy of the tree and demands that its tests fail."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.planting import Found, Mutant, applied, copied, looked_for, mutants, run_tests


def main() -> int:
    """0 where every bug was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone, as the files in tests/mutants/patches")
    parser.add_argument("--list", action="store_true", help="say what each bug is, and plant none")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many at once (2)")
    wanted = parser.parse_args()
    every = {mutant.name: mutant for mutant in mutants()}
    unknown = sorted(set(wanted.names) - set(every))
    if unknown:
        parser.error(f"no such bug: {', '.join(unknown)}; `--list` names all of them")
    chosen = [every[name] for name in wanted.names or every]
    if wanted.list:
        sys.stdout.writelines(f"{mutant.name}: {mutant.what}\n" for mutant in chosen)
        return 0
    return _all(chosen, wanted.jobs)


def _all(chosen: Sequence[Mutant], jobs: int) -> int:
    with tempfile.TemporaryDirectory(prefix="kiosk-mutants-") as folder:
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        code, said = run_tests(tests, copied(Path(folder) / "sound"))
        if code:
            sys.stdout.write(f"without any planted bug these tests fail already:\n{said}\n")
            return 1
    missed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, (found, said, took_s) in zip(chosen, pool.map(_one, chosen), strict=True):
            sys.stdout.write(f"{found.value:>14}  {mutant.name} ({took_s:.0f} s)\n")
            if found is not Found.FOUND:
                missed += 1
                sys.stdout.write(f"{mutant.what}\n{said}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - missed} of {len(chosen)} planted bugs found\n")
    return 1 if missed else 0


def _one(mutant: Mutant) -> tuple[Found, str, float]:
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kiosk-mutant-") as folder:
        tree = copied(Path(folder) / "tree")
        trouble = applied(mutant, tree)
        found, said = (Found.NOT_LOOKED_FOR, trouble) if trouble else looked_for(mutant, tree)
    return found, said, time.monotonic() - began_s


if __name__ == "__main__":
    sys.exit(main())
