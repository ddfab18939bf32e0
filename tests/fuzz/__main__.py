"""`python -m tests.fuzz [--seconds T] [TARGET…]`: throws bytes at every parser that meets bytes from outside.

A finding is an exception, a second of work, or more memory than 1 GB. Its bytes are kept in `tests/fuzz/findings`, and
the suite plays them again from then on.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fuzz.corpus import FINDINGS, LARGEST, seeds
from tests.fuzz.targets import TARGETS

HANG_S, MOST_MB = 1, 1_024
DONE = re.compile(r"Done (\d+) runs in (\d+) second")
LAST_RUN = re.compile(r"^#(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How a target bore it."""

    name: str
    runs: int
    said: str
    """Empty where nothing was found."""


def main() -> int:
    """0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=10, metavar="T", help="for each target (10)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many at once (2)")
    wanted = parser.parse_args()
    if unknown := sorted(set(wanted.targets) - set(TARGETS)):
        parser.error(f"no such target: {', '.join(unknown)}")
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed; `make fuzz` installs it")
    found = 0
    with ThreadPoolExecutor(wanted.jobs) as pool:
        for fuzzed in pool.map(partial(_fuzzed, wanted.seconds), wanted.targets or TARGETS):
            found += bool(fuzzed.said)
            told = f"FOUND\n{fuzzed.said}" if fuzzed.said else "nothing found"
            sys.stdout.write(f"{fuzzed.name:<20} {fuzzed.runs:>10,} runs: {told}\n")
            sys.stdout.flush()
    return 1 if found else 0


def _fuzzed(seconds: int, name: str) -> Fuzzed:
    with tempfile.TemporaryDirectory(prefix="kiosk-fuzz-") as folder:
        for number, seed in enumerate(seeds(name)):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        kept = FINDINGS / name
        kept.mkdir(parents=True, exist_ok=True)
        limits = (f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MOST_MB}", f"-max_len={LARGEST}")
        words = [sys.executable, "-m", "tests.fuzz.one", name, folder, *limits, f"-artifact_prefix={kept}/"]
        ended = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        if not any(kept.iterdir()):
            kept.rmdir()
    done, numbers = DONE.search(ended.stderr), LAST_RUN.findall(ended.stderr)
    runs = int(done[1]) if done else int(numbers[-1]) if numbers else 0
    return Fuzzed(
        name, runs, "" if ended.returncode == 0 else "\n".join((ended.stdout + ended.stderr).splitlines()[-40:])
    )


if __name__ == "__main__":
    sys.exit(main())
