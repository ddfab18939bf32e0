"""`kiosk rules try FILE`: what the circulation rules say of cases, and why."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from kiosk.commands.json_text import json_text
from kiosk.model.circulation import Language
from kiosk.model.limits import TIME_ZONE
from kiosk.model.reasons import Reason
from kiosk.rules.cases import CasesFile
from kiosk.rules.policy import Policy, RulesFile
from kiosk.rules.trying import Tried, try_case
from kiosk.settings import load
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import words


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("rules", help="ask the circulation rules about cases, without a library around them")
    verbs = group.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    trying = verbs.add_parser(
        "try",
        help="decide the cases of a file and say why",
        description="Decides every `[[case]]` of FILE by its own rules and calendar, or by the library's rules where a "
        "case has none. What a case expects is compared; the exit code is 1 where something differs, 2 where the file "
        "cannot be used. The keys of a case: docs/circulation.md.",
    )
    trying.add_argument("file", type=Path, metavar="FILE", help="cases in TOML")
    trying.add_argument(
        "--rules", type=Path, metavar="RULES", help="the library's rules, for cases that bring none (rules.toml)"
    )
    trying.add_argument(
        "--zone", type=_zone, default="UTC", metavar="ZONE", help="time zone of rules that name none (UTC)"
    )
    trying.add_argument("--json", action="store_true", help="print a JSON array, one object a case")
    trying.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Try, and tell. Raises `SettingsRefused` with every fault of the files."""
    cases = load(CasesFile, arguments.file).case
    library = None if arguments.rules is None else Policy(load(RulesFile, arguments.rules), arguments.zone)
    tried = [try_case(case, library) for case in cases]
    if arguments.json:
        print(json_text([{"name": one.name, **one.said} for one in tried]))
    else:
        for one in tried:
            print("\n".join(_told(one)))
        differing = sum(1 for one in tried if one.differs)
        print(f"{len(tried)} cases, {differing} of them not as expected")
    return 1 if any(one.differs for one in tried) else 0


def _told(tried: Tried) -> list[str]:
    keys = (f"{key} {_plain(value)}" for key, value in tried.said.items() if key != "reasons" and value is not None)
    lines = [f"{tried.name}: {', '.join(keys)}"]
    lines += [
        f"  {reason.code.value}: {_sentence(reason, Language.EN)} / {_sentence(reason, Language.ZH)}"
        for reason in tried.why
    ]
    return lines + [f"  DIFFERS: {what}" for what in tried.differs]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(reason: Reason, language: Language) -> str:
    return reason_sentence(reason, words(language), datetime.now(UTC), "UTC")


def _zone(name: str) -> str:
    if not TIME_ZONE.holds(name):
        raise argparse.ArgumentTypeError(f"expected {TIME_ZONE.expected}, found '{name}'")
    return name
