"""A plugin of pytest: every `*.scenario.toml` is a test, in whatever folder it lies.

Played in virtual time; on processes where a file says `time = "real"` or needs this machine's own parts. Loaded by the
entry point `pytest11`, in every run of pytest beside which the project is installed: it imports the rest only when it
meets a scenario.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kiosk.demo.result import Result
    from kiosk.demo.scenario import Scenario

SUFFIX = ".scenario.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--scenario-time` and `--scenario-config`."""
    group = parser.getgroup("scenarios", "scenarios of a library kiosk")
    group.addoption(
        "--scenario-time",
        choices=("best", "virtual", "real"),
        default="best",
        help="best: in virtual time, on processes what needs them; real: all of them on processes",
    )
    group.addoption("--scenario-config", metavar="DIR", help="another configuration than the demo's")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    if not file_path.name.endswith(SUFFIX):
        return None
    found: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return found


class ScenarioFailed(Exception):
    """The scenario did not end as it should. The text is for people."""


class ScenarioFile(pytest.File):
    """One file, one test."""

    def collect(self) -> Iterable[pytest.Item]:
        yield ScenarioItem.from_parent(self, name=self.path.name.removesuffix(SUFFIX))


class ScenarioItem(pytest.Item):
    """Reads, plays and judges the file."""

    def runtest(self) -> None:
        from kiosk.demo.checking import read_checked
        from kiosk.demo.house import DEMO_CONFIG
        from kiosk.settings import SettingsRefused

        named = self.config.getoption("--scenario-config")
        config = DEMO_CONFIG if named is None else Path(named)
        try:
            scenario = read_checked(self.path, config)
        except SettingsRefused as refused:
            raise ScenarioFailed(str(refused)) from None
        folder = self._folder()
        result = self._played(scenario, config, folder)
        if result.passed:
            return
        told = [f"{self.path}: {scenario.story.strip() or scenario.name}", *result.lines()]
        if result.remains is not None:
            told += [f"kept: {path}" for path in result.remains.keep(folder)]
        raise ScenarioFailed("\n".join(told))

    def _played(self, scenario: Scenario, config: Path, folder: Path) -> Result:
        from kiosk.demo.children import NotReady
        from kiosk.demo.playing import play_on_processes
        from kiosk.world.house import NeedsRealTime
        from kiosk.world.playing import play_virtually

        logging.disable(logging.WARNING)  # a line that is down is no news in a scenario
        wanted = self.config.getoption("--scenario-time")
        try:
            if wanted != "real":
                return play_virtually(scenario, config, folder)
        except NeedsRealTime as needed:
            if wanted == "virtual":
                pytest.skip(str(needed))  # only where somebody asked for virtual time alone
        finally:
            logging.disable(logging.NOTSET)
        try:
            return play_on_processes(scenario, config, folder)
        except NotReady as trouble:
            raise ScenarioFailed(str(trouble)) from None

    def _folder(self) -> Path:
        """For what is written; pytest keeps the last three runs'. Short, as sockets lie in it."""
        # An item that is no function has no fixtures, and pytest has no public name for the factory behind `tmp_path`.
        factory: pytest.TempPathFactory = self.config._tmp_path_factory  # type: ignore[attr-defined]
        return factory.mktemp("scenario")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The story and what is left of it, without a traceback: the file is at fault, or the product."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"scenario {self.name}"
