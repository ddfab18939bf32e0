"""The lines of one run: opened when they are first needed, and left alone once they are away."""

from __future__ import annotations

import logging
from datetime import datetime

from kiosk.central.mail.line import Away, Mailer, Message, Said, Verdict
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.channels import Channel
from kiosk.central.notices.gateways import Gateway, Short, gateway
from kiosk.central.notices.queue import Outcome
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.notices.telling import Letter

log = logging.getLogger(__name__)


class Lines:
    """One a channel."""

    def __init__(self, mail: MailSettings, settings: NoticeSettings) -> None:
        self._mail = mail
        self._gateways = {one.channel: one for one in settings.gateway}
        self._open: dict[Channel, Mailer | Gateway] = {}
        self._away: set[Channel] = set()

    def has(self, channel: Channel) -> bool:
        """Whether it can be used now."""
        if channel in self._away:
            return False
        if channel not in self._open:
            try:
                mail = channel is Channel.EMAIL
                self._open[channel] = Mailer(self._mail) if mail else gateway(self._gateways[channel])
            except Away as away:
                self._leave(channel, away)
                return False
        return True

    def hand_over(self, notice: int, tries: int, letter: Letter | None, now: datetime) -> Outcome:
        """One notice, on a line that `has` just said is there."""
        if letter is None:
            return Outcome(notice, tries, Verdict.NOTHING)
        try:
            said = self._said(self._open[letter.channel], f"notice-{notice}", letter, now)
        except Away as away:
            self._leave(letter.channel, away)
            said = Said(Verdict.LATER, str(away))
        if said.verdict is Verdict.UNSURE:  # nobody knows what the line is at
            self._leave(letter.channel, Away(said.trouble))
        return Outcome(notice, tries, said.verdict, said.trouble, letter.channel.value)

    def _said(self, line: Mailer | Gateway, name: str, letter: Letter, now: datetime) -> Said:
        text = letter.text
        if isinstance(line, Mailer):
            return line.send(Message(name, letter.to, text.subject, text.body), now)
        return line.send(Short(name, letter.to, text.subject, text.body))

    def _leave(self, channel: Channel, away: Away) -> None:
        log.warning("notices by %s wait: %s", channel.value, away)
        self._away.add(channel)
        line = self._open.pop(channel, None)
        if line is not None:
            line.close()

    def close(self) -> None:
        """End of the run."""
        for line in self._open.values():
            line.close()
        self._open.clear()
