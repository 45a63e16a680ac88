"""Sending: the checks in the order in which the real server makes them, and what becomes of a message.

First the parameters are read (markup, buttons, reply), then the chat is looked for, then its topic,
then the message replied to; only then TDLib looks at rights and length, and Telegram at floods.
"""

from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Attachment, Chat, Message, Version
from tests.emulators.telegram.formatting import Formatted, finished, parsed
from tests.emulators.telegram.methods.markup import Buttons, buttons, check
from tests.emulators.telegram.refusals import bad_request
from tests.emulators.telegram.shown import show
from tests.emulators.telegram.world import Access


@dataclass(frozen=True, slots=True)
class Draft:
    """What a request wants to be read in a chat, as far as its parameters tell."""

    formatted: Formatted
    source: str
    buttons: Buttons
    preview: bool = True
    file: Attachment | None = None


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Which message a request replies to, where, and whether it may be sent without."""

    message: int = 0
    chat: str = ""
    not_needed: bool = False


async def send_message(call: Call) -> Any:
    """A text."""
    draft = text_draft(call)
    chat, message = sent(call, draft, "text messages")
    return show(call.world, chat, message)


async def copy_message(call: Call) -> Any:
    """The same text or file again, elsewhere, without saying where it is from."""
    if not call.text("from_chat_id"):
        raise bad_request('Parameter "from_chat_id" is required')
    caption = parsed(call.text("caption"), call.text("parse_mode"), call.json("caption_entities"))
    origin = call.chat(Access.READ, "from_chat_id")
    original = origin.find(call.number("message_id"))
    if original is None:
        raise bad_request("message to copy not found")
    if original.protected:
        raise bad_request("message can't be copied")
    now = original.now
    formatted, source = Formatted(now.text, now.entities), now.source
    if original.file and call.has("caption"):
        formatted, source = caption, call.text("caption")
    draft = Draft(formatted, source, buttons(call), now.preview, original.file)
    what = f"{original.file.kind}s" if original.file else "text messages"
    _, message = sent(call, draft, what)
    return {"message_id": message.id}


def text_draft(call: Call) -> Draft:
    """The text, its markup and its buttons, read but not yet judged as a message."""
    preview = call.json("link_preview_options", "link preview options")
    if preview is not None and not isinstance(preview, dict):
        raise bad_request("Object expected as link preview options")
    source = call.text("text")
    if not source:
        raise bad_request("message text is empty")
    formatted = parsed(source, call.text("parse_mode"), call.json("entities"))
    disabled = preview.get("is_disabled") if preview else call.flag("disable_web_page_preview")
    return Draft(formatted, source, buttons(call), preview=not disabled)


def version(call: Call, draft: Draft) -> Version:
    """The draft as it will be read, if Telegram takes it."""
    check(draft.buttons)
    formatted = finished(draft.formatted, caption=draft.file is not None)
    now = call.world.clock.now()
    return Version(formatted.text, draft.source, formatted.entities, draft.buttons, now, draft.preview)


def sent(call: Call, draft: Draft, what: str) -> tuple[Chat, Message]:
    """Put the draft into the chat meant by the request, if nothing speaks against it."""
    reply_to = _reply_parameters(call)
    chat = call.chat(Access.WRITE)
    thread = call.world.thread(chat, call.number("message_thread_id"))
    replied = _replied(call, chat, reply_to)
    if replied and thread is None and chat.forum and not reply_to.chat:
        thread = replied.thread
    call.world.may_send(chat, what, thread)
    made = version(call, draft)
    call.gate.let_pass(chat.id)
    message = Message(
        id=call.world.next_id(chat),
        sender=call.world.bot["id"],
        versions=[made],
        date=int(made.at),
        thread=thread,
        reply_to=replied.id if replied and not reply_to.chat else None,
        silent=call.flag("disable_notification"),
        protected=call.flag("protect_content"),
        file=draft.file,
    )
    return chat, call.world.add(chat, message)


def _reply_parameters(call: Call) -> ReplyTo:
    if not call.has("reply_parameters"):
        return ReplyTo(
            call.number("reply_to_message_id"), not_needed=call.flag("allow_sending_without_reply")
        )
    given = call.json("reply_parameters", "reply parameters")
    if not given and given is not False:
        return ReplyTo()
    if not isinstance(given, dict):
        raise bad_request("Object expected as reply parameters")
    if "message_id" not in given:
        raise bad_request('Can\'t find field "message_id"')
    chat = str(given.get("chat_id", ""))
    return ReplyTo(
        int(given["message_id"]),
        "" if chat == call.text("chat_id") else chat,
        given.get("allow_sending_without_reply") is True,
    )


def _replied(call: Call, chat: Chat, reply_to: ReplyTo) -> Message | None:
    """The message that is replied to; refused if it is not there, unless it may be missing."""
    if reply_to.message <= 0:
        return None
    if reply_to.chat:
        chat = call.world.find(reply_to.chat)
        call.world.check(chat, Access.READ)
    message = chat.find(reply_to.message)
    if message is None and not reply_to.not_needed:
        raise bad_request("message to be replied not found")
    return message
