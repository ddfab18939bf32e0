"""What `make sbom` prints is CycloneDX, names every package that the product needs, and none of the tests' own."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_that_runs_is_listed_with_its_licence_and_the_same_each_time() -> None:
    said = [
        subprocess.run([sys.executable, "-m", "docs.sbom"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert said[0] == said[1]
    sbom = json.loads(said[0])
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.5")
    parts = {part["bom-ref"]: part for part in sbom["components"]}
    assert len(parts) == len(sbom["components"])
    assert all(part["licenses"] and part["purl"].startswith("pkg:pypi/") for part in parts.values())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {part["name"].lower().replace("_", "-") for part in parts.values()}
    assert {need.partition(">=")[0].partition("[")[0] for need in project["dependencies"]} <= names
    assert not names & {"pytest", "hypothesis", "mypy", "sllurp"}
    needs = {one["ref"]: one["dependsOn"] for one in sbom["dependencies"]}
    root = sbom["metadata"]["component"]["bom-ref"]
    assert {ref for refs in needs.values() for ref in refs} == set(parts)
    assert set(needs) == {root, *parts}
