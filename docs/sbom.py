"""What the product is made of, as CycloneDX 1.5 JSON (`make sbom`): the packages that are installed, what needs which.

Only what runs at a library: the extras for tests and fuzzing are left out. Debian's own packages are in `.ci/setup`.
Source: CycloneDX 1.5 JSON reference; purl specification (package-url), type `pypi`.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

PRODUCT = "library-kiosk"
SPEC = "1.5"


def sbom() -> dict[str, object]:
    """The document. The same packages give the same one: it has no time, and its number is made of what it says."""
    found = dict(sorted(_closure(PRODUCT)))
    parts = [_component(one) for name, (one, _) in found.items() if name != PRODUCT]
    needs = [
        {"ref": _purl(one), "dependsOn": sorted(_purl(found[name][0]) for name in of if name in found)}
        for one, of in found.values()
    ]
    root = _component(found[PRODUCT][0]) | {"type": "application"}
    said = json.dumps([root, parts, needs], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, said)}",
        "version": 1,
        "metadata": {"component": root},
        "components": parts,
        "dependencies": needs,
    }


def _closure(start: str) -> Iterator[tuple[str, tuple[Distribution, set[str]]]]:
    """Each package that `start` needs, itself first, with the names of those that it needs by itself."""
    waiting, seen = [start], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            one = distribution(name)
        except PackageNotFoundError:  # a requirement for another system
            continue
        of = {_plain(need.name) for need in _needed(one)}
        waiting += sorted(of)
        yield name, (one, of)


def _needed(one: Distribution) -> Iterator[Requirement]:
    for text in one.requires or []:
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield need


def _component(one: Distribution) -> dict[str, object]:
    told: dict[str, object] = {
        "type": "library",
        "bom-ref": _purl(one),
        "name": one.metadata["Name"],
        "version": one.version,
        "purl": _purl(one),
    }
    licences = one.metadata.get_all("License-Expression")
    return told | ({"licenses": [{"expression": licences[0]}]} if licences else _named_licence(one))


def _named_licence(one: Distribution) -> dict[str, object]:
    """Older packages say it among their classifiers, or in a line of their own."""
    every = one.metadata.get_all("Classifier") or []
    marks = [mark.rpartition(" :: ")[2] for mark in every if mark.startswith("License ::")]
    said = marks or [text.split("\n")[0][:80] for text in one.metadata.get_all("License") or [] if text]
    return {"licenses": [{"license": {"name": name}} for name in sorted(set(said))]} if said else {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _purl(one: Distribution) -> str:
    return f"pkg:pypi/{_plain(one.metadata['Name'])}@{one.version}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(sbom(), indent=2, ensure_ascii=False) + "\n")
