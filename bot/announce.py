"""The voice of one transport: draws alerts in the recipient's language and hands them over."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from bot.render.alert import alert_message
from bot.render.amended import amended_message
from bot.render.digest import digest_message
from bot.render.discreet import ping
from bot.render.html import plain_text
from bot.render.message import Message, Paragraph, Span
from bot.render.notice import notice_message
from bot.render.standing import taken_down_message
from bot.render.typed import typed_with
from bot.speech import Speech, mark_on
from jobs.amend import Changed
from jobs.manner import Manner
from jobs.outcome import Outcome, Sent
from jobs.own_time import is_quiet_for, wakes
from jobs.removals import Erased
from jobs.steps.clock import zone_of
from storage.notices import AT_ONCE
from storage.people import Notice, Recipient
from storage.records import Alert
from storage.words import Status, Urgency


class Transport(Protocol):
    """One account on one platform. `tests/contracts` holds every transport to what is said here.

    **Address**: where somebody reads, as text only the transport understands; secret, never logged.

    **Key**: names one act (this alert to this chat; its second edit; its withdrawal). Every
    repetition of the act bears the same key, any other act another one, also to send again what
    was withdrawn. While the program runs, no part that an act has sent is sent by its repetition,
    which ends the text as it was begun.

    **Reference**: what the platform knows a message by, with all its parts and versions; text only
    the transport understands. Every `Sent` brings the newest, which replaces the one before.

    **Outcomes** mean the same for all of these acts (`jobs.outcome`): RetryLater, the act may be
    repeated with the same key; Migrated, send at the new address, for no reference moves with a
    chat, where the same numbers name other messages; Gone, the reader cannot be reached; Rejected,
    the platform will not do this, in a word why; Uncertain, no answer came.
    An edit, a withdrawal or an overwriting may be repeated after Uncertain; only a part that an edit had
    to add can come twice. No method raises for what a platform does.
    """

    name: str
    """As recipients and deliveries know it."""
    remembers: timedelta
    """For how long `send` may be repeated, also after a restart: the key is recognised, or no harm is done.

    Zero where it never may.
    """

    changes: bool
    """Whether an edit changes what the reader sees where it stands."""

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """Say the message, whole and in order, in as many parts as the platform needs.

        A silent message makes no sound; of another one at most the first part does. Its choices
        stand at its end, and its picture below; one that is not to be had, or that the platform
        refuses, holds nothing up. It is shown as belonging to the message that the reference `under` names;
        one that is not there, or no reference at all, holds nothing up.
        """

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Show `message` in place of what `reference` names; it makes no sound.

        Parts too many are taken away, missing ones are sent. Showing what is shown already is Sent.
        Where the platform cannot change what it printed, the new is said as replacing the old. What
        the reader has deleted, or the platform changes no more, is Rejected: withdraw the rest of
        it, then send anew.
        """

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """Take the message away with every part and every version of it.

        What the platform does not let go any more says `instead`, and its choices go; the
        reference then names what is left, else it is empty. Gone already is Sent. What stays as it
        was all the same (an old picture) is told by `Sent.left`.
        """

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Let `message`, without a sound, stand for what `reference` names, which can be read no more.

        As `edit`, for what must not be found in any earlier version either: where the platform shows
        those, the message goes and comes anew, and where it cannot be edited, it goes as by `withdraw`.
        """

    async def ping(self) -> Outcome:
        """Ask the platform whether it is there, with what no reader sees and what costs no message.

        Sent where it answers, RetryLater where it cannot now, Uncertain where it does not answer.
        """


_PLAIN = 3_500
"""Characters that fit in one message everywhere."""
_REMEMBERED = 8
"""Messages that are not drawn anew: an alert or two, in the languages of those who are told."""


def bare(message: Message) -> Message:
    """The words alone, in one part: for a platform that refused the message as it was."""
    words = plain_text(message)
    shown = words if len(words) <= _PLAIN else words[:_PLAIN].rsplit(maxsplit=1)[0] + " …"
    return replace(message, blocks=(Paragraph((Span(shown),)),), choices=(), picture=None)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A message with all that it was drawn from."""

    alerts: tuple[Alert, ...]
    reader: tuple[str, str, date, Manner]
    """Language, clock, what day it is there, and how it is said."""
    message: Message


@dataclass(slots=True)
class Drawings:
    """The last few messages: an alert goes to many, who read the same words. The day is a part of them."""

    _last: deque[Drawing] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def of(self, alerts: tuple[Alert, ...], speech: Speech, now: datetime, manner: Manner) -> Message:
        """The message about these alerts, drawn anew only where something differs."""
        day = now.astimezone(speech.timezone).date()
        reader = (speech.language, str(speech.timezone), day, replace(manner, under=""))
        for one in self._last:
            if (one.reader, one.alerts) == (reader, alerts):
                return one.message
        message = _drawn(alerts, speech, now, manner)
        self._last.append(Drawing(alerts, reader, message))
        return message


def _about(alert: Alert) -> int | None:
    """The number of the statement that can be looked up, an appeal of the admins as well."""
    return alert.statement.id or None


def _drawn(alerts: tuple[Alert, ...], speech: Speech, now: datetime, manner: Manner) -> Message:
    if manner.digest:
        message = digest_message(alerts, speech, now)
    else:
        pressing = alerts[0].statement.alert.urgency is Urgency.IMMEDIATE
        message = replace(alert_message(alerts[0], speech, now), silent=manner.silent, pressing=pressing)
    message = replace(message, language=speech.language)
    return bare(typed_with(message, speech.mark)) if manner.plain else message


@dataclass(frozen=True, slots=True)
class Announcer:
    """What `jobs.deliver` calls a Voice, on any transport. `zone` is where admins are told their times."""

    transport: Transport
    zone: tzinfo = UTC
    drawings: Drawings = field(default_factory=Drawings)

    @property
    def name(self) -> str:
        """The transport's name."""
        return self.transport.name

    @property
    def remembers(self) -> timedelta:
        """For how long the platform recognises a repetition."""
        return self.transport.remembers

    @property
    def changes(self) -> bool:
        """Whether an edit is seen where the message stands."""
        return self.transport.changes

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """Sends one alert, or a digest of some."""
        speech = self._speech(recipient)
        asleep = is_quiet_for(recipient, now, self.zone) and not (recipient.wakes and wakes(alerts[0]))
        manner = replace(manner, silent=manner.silent or asleep)
        if recipient.discreet:
            # Not under what was told before: a reply quotes it.
            status = next((one.status for one in alerts if one.status is Status.ACTUAL), alerts[0].status)
            about = _about(alerts[0]) if len(alerts) == 1 else None
            message = ping(str(alerts[0].id), speech, silent=manner.silent, status=status, about=about)
            manner = replace(manner, under="")
            message = replace(message, language=speech.language)
        else:
            message = self.drawings.of(tuple(alerts), speech, now, manner)
        return await self.transport.send(recipient.address, message, key, manner.under)

    async def ping(self) -> Outcome:
        """Asks whether the platform is there."""
        return await self.transport.ping()

    async def amend(self, change: Changed, recipient: Recipient, now: datetime) -> Outcome:
        """Shows what a message has to say since its matter was called off or rewritten."""
        speech = self._speech(recipient)
        if recipient.discreet:
            # What was told before the chat became discreet is not to be read there any more.
            about = None if change.digest else _about(change.alert)
            message = ping(str(change.alert.id), speech, silent=True, status=change.alert.status, about=about)
        else:
            message = amended_message(change, speech, now)
        return await self.transport.edit(recipient.address, change.reference, message, change.key)

    async def erase(self, told: Erased, recipient: Recipient, now: datetime) -> Outcome:
        """Takes a message away, or what must not be read in it any more."""
        speech = self._speech(recipient)
        status = told.alert.status
        if recipient.discreet:
            # It may have been sent in words before the chat became discreet.
            message = ping(str(told.alert.id), speech, silent=True, status=status)
        elif told.shown is None:
            message = taken_down_message(status, speech)
        else:
            message = amended_message(told.shown, speech, now)
        message = replace(message, language=speech.language)
        act = self.transport.withdraw if told.shown is None else self.transport.overwrite
        return await act(recipient.address, told.reference, message, told.key)

    async def renew(self, notice: Notice, recipient: Recipient, reference: str, key: str) -> Outcome:
        """Shows an admin how far a sending is by now; to a discreet chat there is nothing new to say."""
        if recipient.discreet:
            return Sent(reference)
        speech = self._voice(recipient, self.zone)
        message = replace(notice_message(notice, speech), silent=True, language=speech.language)
        return await self.transport.edit(recipient.address, reference, message, key)

    async def notify(self, notice: Notice, recipient: Recipient, key: str, now: datetime) -> Outcome:
        """Sends an admin a notice, or everybody that there is a storm of calls.

        In quiet hours only what admins have to decide at once makes a sound.
        """
        speech = self._voice(recipient, self.zone)
        message = notice_message(notice, speech)
        can_wait = all(event.kind not in AT_ONCE for event in notice.events)
        silent = message.silent or (can_wait and is_quiet_for(recipient, now, self.zone))
        if recipient.discreet:
            message = ping(f"n{notice.id}", self._speech(recipient), silent=silent)
        message = replace(message, silent=silent, language=speech.language)
        return await self.transport.send(recipient.address, message, key)

    def _speech(self, recipient: Recipient) -> Speech:
        """Their language, and their clock."""
        return self._voice(recipient, zone_of(recipient.zone) or self.zone)

    def _voice(self, recipient: Recipient, zone: tzinfo) -> Speech:
        return Speech(recipient.language, zone, mark_on(recipient.transport))
