"""Planted bugs: each patch is a mistake that somebody could make, and names the tests that have to find it.

A patch file begins with a sentence that says what is wrong, and a line `Found by:` with tests as pytest names them; the
rest is a unified diff of the tree. Decision record 0193.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).with_name("patches")
COPIED = ("kiosk", "drivers", "firmware_sim", "config", "docs", "systemd", "tests", "pyproject.toml")
FOUND_BY = "Found by: "
LONGEST_S = 300
TESTS_FAILED = 1
"""Exit code of pytest where tests ran and some of them failed; others mean that nothing was looked at."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug."""

    name: str
    what: str
    """One sentence."""
    tests: tuple[str, ...]
    patch: Path


class Found(Enum):
    """What became of a mutant."""

    FOUND = "found"
    SURVIVED = "survived"
    """Its tests passed."""
    NOT_LOOKED_FOR = "not looked for"
    """Its tests could not be run, or took too long."""


def mutants() -> list[Mutant]:
    """All of them, by name. Raises `ValueError` for a file without its head."""
    return [_read(path) for path in sorted(PATCHES.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    head, mark, _ = path.read_text(encoding="utf-8").partition("\n--- a/")
    named = [line.removeprefix(FOUND_BY) for line in head.splitlines() if line.startswith(FOUND_BY)]
    if not mark or len(named) != 1:
        raise ValueError(f"{path.name}: expected a sentence, a line `{FOUND_BY}…` and a unified diff")
    return Mutant(path.stem, head.split("\n\n")[0].replace("\n", " "), tuple(named[0].split()), path)


def copied(to: Path) -> Path:
    """A copy of the tree, compiled modules included."""
    for name in COPIED:
        source = TREE / name
        if source.is_dir():
            shutil.copytree(source, to / name)
        else:
            shutil.copy2(source, to / name)
    return to


def applied(mutant: Mutant, tree: Path, *, only_try: bool = False) -> str:
    """Apply the patch; what is wrong where it does not fit."""
    words = ["git", "apply", *(["--check"] if only_try else []), str(mutant.patch)]
    # Inside another repository git would silently leave out what is not in it.
    alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}
    ended = subprocess.run(words, cwd=tree, env=alone, capture_output=True, text=True, check=False)
    return ended.stderr.strip()


def looked_for(mutant: Mutant, tree: Path) -> tuple[Found, str]:
    """Run the mutant's tests in a tree with the bug; and the last lines that they said."""
    try:
        code, said = run_tests(mutant.tests, tree)
    except subprocess.TimeoutExpired:
        return Found.NOT_LOOKED_FOR, f"not over after {LONGEST_S} s"
    match code:
        case 0:
            return Found.SURVIVED, said
        case code if code == TESTS_FAILED:
            return Found.FOUND, said
        case _:
            return Found.NOT_LOOKED_FOR, said


def run_tests(tests: Iterable[str], tree: Path) -> tuple[int, str]:
    """pytest's exit code and its last lines; the modules are those of `tree`, in child processes, too."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    surroundings = os.environ | {"PYTHONPATH": str(tree), "CI": "true"}
    ended = subprocess.run(
        words, cwd=tree, env=surroundings, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    return ended.returncode, "\n".join((ended.stdout + ended.stderr).splitlines()[-12:])
