"""The process of one kiosk: what is opened in which order, until SIGTERM, and closed in the other."""

from __future__ import annotations

import gc
import json
import logging
import resource
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from zoneinfo import ZoneInfo

from drivers.errors import BadSetting
from kiosk import logs
from kiosk.ledger import Ledger, LedgerRefused, Outbox, StorageFailure
from kiosk.model.ids import IdSource
from kiosk.screens import fonts
from kiosk.screens.frame import Size
from kiosk.screens.paint import missing_pictures
from kiosk.screens.screen import Screen
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.sound import NoSound, Sounds
from kiosk.screens.window import Mode, NoDisplay
from kiosk.session.effects import Ending
from kiosk.session.events import CopyChanged, Event
from kiosk.settings import SettingsRefused
from kiosk.station import signals
from kiosk.station.broker import address_of
from kiosk.station.copies import COPY, CannotKeep, Copies, CopySource
from kiosk.station.crash import EXIT_FAILED, end_on_errors
from kiosk.station.deciding import Decider
from kiosk.station.devices import Devices
from kiosk.station.display import MirroredScreen
from kiosk.station.effects import StationHands
from kiosk.station.first_state import first_state
from kiosk.station.inbox import Inbox
from kiosk.station.keypad import keypad
from kiosk.station.loop import Loop, Message, now
from kiosk.station.mirror import Mirror, MirrorOrder, RepaintOrder
from kiosk.station.notify import Notifier
from kiosk.station.orders.kiosk_side import KioskHooks, KioskSide, kiosk_side
from kiosk.station.orders.logs import LogKept
from kiosk.station.orders.trial import TriedFile
from kiosk.station.overheard import Listening, Overheard, Plays
from kiosk.station.receipt_template import load_templates
from kiosk.station.receipts import Letterhead
from kiosk.station.settings import KioskSettings
from kiosk.station.shown import shown_by
from kiosk.station.speech import Voice, lacking
from kiosk.station.staff_cards import read_staff_cards
from kiosk.station.translate import uplink_event
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import BrokerUp, CommandHeard, CopiesPublished, UplinkEvent
from kiosk.wire import Station

SEED_BYTES = 32
SOFTWARE = version("library-kiosk")
EXIT_CODES = {Ending.RESTART: 75, Ending.SWITCH_OFF: 76}
"""What the service manager goes by: 75 is started again, after 76 the machine is switched off (kiosk.service)."""

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Something that the kiosk needs is not there; the text says what, where and what to do."""


def run(settings: KioskSettings, file: TriedFile | None = None) -> int:
    """Run one kiosk until SIGTERM or until staff or the fleet end it. Returns 0, a code of `EXIT_CODES`, or 1 where it
    could not start; says why on standard error. Settings of `file` that are on trial are taken back then."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold patrons' data
    logs.begin()
    kept = LogKept()
    logging.getLogger().addHandler(kept)
    end_on_errors()
    signals.block()
    try:
        with ExitStack() as parts:
            ending = _serve(settings, file, kept, parts)
    except (CannotStart, LedgerRefused, StorageFailure, NoDisplay, BadSetting) as refused:
        sys.stderr.write(f"kiosk run: {refused}\n")
        taken_back = None if file is None else file.take_back(str(refused))
        return EXIT_FAILED if taken_back is None else EXIT_CODES[Ending.RESTART]
    return 0 if ending is None else EXIT_CODES[ending]


def _serve(settings: KioskSettings, file: TriedFile | None, kept: LogKept, parts: ExitStack) -> Ending | None:
    """Open everything, run the loop. `parts` closes in the other order: who puts into the inbox goes first."""
    station = Station(settings.site, settings.station)
    try:
        library = shown_by(settings)
    except SettingsRefused as refused:
        raise CannotStart(f"what the screens are to show cannot be used:\n{refused}") from None
    letterhead = _letterhead(settings, library)
    fonts_folder = fonts.folder(settings.screen.fonts)
    inbox: Inbox[Message] = Inbox()
    notifier = Notifier()

    ledger = Ledger.open(settings.ledger.path, station)
    parts.callback(ledger.close)
    copies = _copies(settings, station, inbox)
    copy = None if copies is None else copies.at_start()
    staff = read_staff_cards(settings.staff_file)
    policy = replace(settings.policy(), staff=staff.names())
    state = first_state(policy, ledger, IdSource(secrets.token_bytes(SEED_BYTES)), now(), copy)
    fleet = _fleet(settings, file, kept, inbox)
    devices = Devices.of(
        settings, fonts_folder, fleet.watching(inbox.put), lambda device: fleet.side.telemetry.wire(device).tap
    )
    screen = Screen(
        Size(settings.screen.width, settings.screen.height),
        Mode(settings.screen.mode.value),
        library,
        fonts_folder,
        _voice(settings, parts),
    )
    parts.callback(screen.close)
    for path in missing_pictures():
        log.error("%s is missing: a ring is drawn in its place; install the package anew", path)
    overheard = _overheard(settings, ledger)
    mirror = _mirror(settings, inbox, overheard, parts)
    outbox = ledger.outbox()
    parts.callback(outbox.close)

    display = _display(settings, screen, mirror, overheard, ledger, fleet)
    display.show(state, now().mono_s)
    _ready(notifier)
    _announce(station, mirror)

    uplink = _uplink(settings, outbox, lambda event: _from_uplink(event, inbox, copies, fleet), fleet)
    parts.callback(uplink.stop)
    fleet.start()
    parts.callback(fleet.side.stop)
    if copies is not None:
        copies.start()
        parts.callback(copies.stop)
    _start_devices(devices, settings, inbox, parts)
    parts.callback(inbox.close)
    parts.callback(notifier.stopping)
    signals.follow(inbox, None if file is None else file.path)
    sounds: Plays | None = _sounds(settings, parts)
    if overheard is not None:
        sounds = Listening(sounds, overheard)
    hands = StationHands(devices, uplink, ledger, letterhead, sounds, now, staff, fleet)
    log.info("%s is ready, software %s", station.source, SOFTWARE)
    decider = Decider(state, ledger, hands, now, fleet.side.telemetry.kept)
    Loop(decider, display, inbox, notifier.alive).run()
    log.info("%s stops%s", station.source, "" if decider.ending is None else f": ordered was {decider.ending}")
    return decider.ending


def _fleet(settings: KioskSettings, file: TriedFile | None, kept: LogKept, inbox: Inbox[Message]) -> KioskSide:
    hooks = KioskHooks(inbox.put, lambda: inbox.put(MirrorOrder(RepaintOrder())), now)
    try:
        return kiosk_side(settings, None if file is None else file.path, kept, hooks)
    except SettingsRefused as refused:
        raise CannotStart(f"the fleet's keys cannot be used:\n{refused}") from None


def _uplink(
    settings: KioskSettings, outbox: Outbox, deliver: Callable[[UplinkEvent], None], fleet: KioskSide
) -> Uplink:
    station, folder = Station(settings.site, settings.station), settings.ledger.path.parent
    hears = fleet.side.hears_commands
    uplink_settings = UplinkSettings.of(station, address_of(settings.broker), SOFTWARE, folder, hears_commands=hears)
    uplink = Uplink(uplink_settings, outbox, deliver, fleet.side.completed)
    fleet.side.postbox.line = uplink.tell
    return uplink


def _letterhead(settings: KioskSettings, library: ScreenSettings) -> Letterhead:
    try:
        templates = load_templates(settings.printer.templates if settings.printer is not None else None)
    except SettingsRefused as refused:
        raise CannotStart(f"the layout of receipts cannot be used:\n{refused}") from None
    return Letterhead(library, settings.time_zone, templates)


def _overheard(settings: KioskSettings, ledger: Ledger) -> Overheard | None:
    """Beside a mirror alone."""
    if settings.mirror is None:
        return None
    return Overheard(settings.ledger.path, lambda: ledger.last_row, show_private=settings.mirror.show_private)


def _mirror(
    settings: KioskSettings, inbox: Inbox[Message], overheard: Overheard | None, parts: ExitStack
) -> Mirror | None:
    if settings.mirror is None:
        return None
    try:
        mirror = Mirror(settings.mirror.port, inbox.put, overheard)
    except OSError as trouble:
        raise CannotStart(
            f"the mirror cannot listen on 127.0.0.1:{settings.mirror.port}: {trouble.strerror}; give [mirror] port "
            "in kiosk.toml another number, or 0 for any that is free"
        ) from None
    parts.callback(mirror.close)
    return mirror


def _display(
    settings: KioskSettings,
    screen: Screen,
    mirror: Mirror | None,
    overheard: Overheard | None,
    ledger: Ledger,
    fleet: KioskSide,
) -> MirroredScreen:
    if settings.mirror is None:
        return MirroredScreen(screen, mirror, None, show_private=False, watched=fleet.shown)
    rehearse = ledger.rehearse if settings.mirror.rehearse else None
    return MirroredScreen(
        screen,
        mirror,
        rehearse,
        show_private=settings.mirror.show_private,
        overheard=overheard,
        watched=fleet.shown,
    )


def _voice(settings: KioskSettings, parts: ExitStack) -> Voice | None:
    """What of the voices is not there is named, and nothing else fails."""
    if settings.speech is None:
        return None
    for trouble in lacking(settings.languages):
        log.warning("%s", trouble)
    voice = Voice(settings.speech)
    parts.callback(voice.close)
    return voice


def _sounds(settings: KioskSettings, parts: ExitStack) -> Sounds | None:
    """Nothing is told by sound alone, so a kiosk without a sound card goes on in silence."""
    sound, zone = settings.sound, ZoneInfo(settings.time_zone)
    if sound is None:
        return None
    try:
        sounds = Sounds(lambda: sound.volume_at(now().utc.astimezone(zone).time()))
    except NoSound as trouble:
        log.warning("%s", trouble)
        return None
    for told in sounds.missing:
        log.warning("sound %s; it is computed instead", told)
    parts.callback(sounds.close)
    return sounds


def _ready(notifier: Notifier) -> None:
    gc.collect()
    gc.freeze()  # what lives as long as the process is not looked through again in the middle of a touch: 70 ms
    notifier.ready()


def _announce(station: Station, mirror: Mirror | None) -> None:
    """One line on standard output for whoever started us."""
    ready = {"mirror": None if mirror is None else mirror.port, "station": station.source}
    sys.stdout.write(json.dumps({"ready": ready}) + "\n")
    sys.stdout.flush()


def _copies(settings: KioskSettings, station: Station, inbox: Inbox[Message]) -> Copies | None:
    """What to lend by while central does not answer, where central hands it out."""
    central = settings.central
    if central is None:
        return None
    try:
        source = CopySource.of(central.url, central.key_file, central.public_key_file)
    except CannotKeep as cannot:
        raise CannotStart(str(cannot)) from None
    path = settings.ledger.path.with_name(COPY)
    return Copies(source, station, path, lambda copy: inbox.put(CopyChanged(copy)))


def _from_uplink(event: UplinkEvent, inbox: Inbox[Message], copies: Copies | None, fleet: KioskSide) -> None:
    match event:
        case CopiesPublished() if copies is not None:
            copies.published(event.copies)
        case CommandHeard():
            fleet.side.heard(event.payload)
        case BrokerUp():
            fleet.side.line_up()
        case _:
            pass
    told: Event | None = uplink_event(event)
    if told is not None:
        inbox.put(told)


def _start_devices(devices: Devices, settings: KioskSettings, inbox: Inbox[Message], parts: ExitStack) -> None:
    devices.start()
    parts.callback(devices.stop)
    if settings.keypad is not None:
        keys = keypad(settings.keypad, inbox.put)
        keys.start()
        parts.callback(keys.stop)
