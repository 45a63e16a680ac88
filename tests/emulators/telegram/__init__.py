r"""A Bot API server for tests: strict as Telegram is, wayward on demand, and with people in its chats.

It knows nothing of the bot it serves: anything that speaks the Bot API over HTTP can be pointed at it.

    async with TelegramEmulator() as telegram:
        bot = Bot(telegram.token, base_url=telegram.api_url)   # any library, any language
        await telegram.says(42, "/start", language="ko")       # a person writes ...
        await telegram.presses(42, "Everything urgent")        # ... presses a button ...
        await telegram.follows(7, "https://t.me/emulated_bot?start=KP")       # ... comes by a link ...
        await telegram.until(42, contains="You will hear")     # ... and reads the answer
        print(telegram.transcript(42))                         # how the chat reads now
        print(telegram.seen(42))                               # all that ever stood there, and how long

        telegram.fail("sendMessage", flood(7), chat=42)                       # 429, retry_after 7
        telegram.fail("sendMessage", dropped(accepted=True), text="Nine")     # sent, but nobody knows
        telegram.fail("editMessageText", refused(topic_closed()), nth=3)      # the third edit fails
        telegram.gate.rules = FloodRules()                                    # 30/s, 1/s, 20/min
        telegram.clock.move(timedelta(hours=49))                              # too late to delete

By hand: `python -m tests.emulators.telegram --port 8081`.

Methods (anything else: 404). All take a query string, a form, multipart or JSON.

    getMe getChat getChatMember getChatAdministrators getChatMemberCount leaveChat sendChatAction
    getUpdates setWebhook deleteWebhook getWebhookInfo
    sendMessage copyMessage sendDocument sendPhoto getFile
    editMessageText editMessageCaption editMessageReplyMarkup deleteMessage deleteMessages
    answerCallbackQuery answerInlineQuery setMyCommands getMyCommands deleteMyCommands
    setMyDescription getMyDescription setMyShortDescription getMyShortDescription

Rules, and where they come from: (D) the documentation, core.telegram.org/bots/api; (S) the source of
the server and of TDLib below it; (T) TDLib itself, which is run; (R) reported by users of other bots,
since Telegram's own servers are closed; (O) our own choice, where nobody knows.

    text        4096 UTF-16 units after parsing, 100 entities, 32 KiB before it         D S; units, 100: R
    caption     1024 UTF-16 units                                                       D S
    formatting  HTML, Markdown, MarkdownV2, `entities`: errors and what is seen         T
    HTML        b i u s code pre a tg-spoiler blockquote, not their synonyms            O
    deep links  a parameter of 1 to 64 characters of A-Za-z0-9_-                        D
    buttons     what each can do, 64 bytes of data, 100 buttons                         S; data, 100: R
    replies     message to be replied not found, allow_sending_without_reply            S
    topics      not found; General has no number; closed (TOPIC_CLOSED); passed over
                in a group that is no forum                                             S; closed: R
    editing     own messages, at any age; in channels also with can_edit_messages;
                the same again is refused                                               S
    deleting    within 48 hours; others' messages by admins; in channels by right       S
    files       50 MB a request (413), 10 MB a photo, which must look like one; 20 MB
                to be fetched, below /file                                              D R
    menus       scopes, languages, 100 commands of 32 and 256 characters; 7800 bytes    D S; bytes: R
    about       a description of 512 characters, a short one of 120, each language its own; words: O    D
    presses     200 characters, or a link to the bot itself                             D S
    inline      50 results, ids unique and of 64 bytes, next_offset 64 bytes            D S R
    updates     kinds on request only (reactions), kept 24 hours (a press 150 s, inline
                30 s), confirmed by a higher offset, one reader, none beside a webhook  D S
    webhook     https except on loopback, four ports, secret, order and repetition      S (`webhook.py`)
    floods      30/s, 1/s and bursts in a chat, 20/min in a group or channel            D O (`flood.py`)
    chats       who may read, edit, write: blocked, kicked, left, never started, moved,
                deleted, deactivated, restricted, not an admin                          S (`refusals.py`)

Faults, by method, chat, text contained and number of the request: `refusal` (any words), `refused`
(a named one), `flood`, `trouble` (500, 502, 504), `hang`, `dropped`, `garbage`, `slow`; the request
carried out or not, as you say. `goes_down` and `comes_back` are an outage of all of it; `revokes` is
BotFather's /revoke: another token, and 401 for the one before.

What is not as in the real thing: message ids count per chat; getUpdates is not slowed down when it is
asked too often, nor is a Conflict held back three seconds; setWebhook may come more than once a second;
a webhook's certificate is noted and not used; what is no loopback is never contacted; files on the web
are not fetched; a text that has a hundred and one entities is refused rather than cut.

The order, each knowing only what is to the right of it:

    emulator, people -> server (HTTP, faults) -> methods -> call -> webhook -> updates
                                                    \-> world -> chats, shown, formatting (TDLib), flood
"""

from tests.emulators.telegram.chats import Attachment, Button, Chat, Message, Sight, Standing, Version
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.emulator import TelegramEmulator
from tests.emulators.telegram.faults import (
    Fault,
    dropped,
    flood,
    garbage,
    hang,
    refusal,
    refused,
    slow,
    trouble,
)
from tests.emulators.telegram.flood import NO_FLOOD_RULES, FloodRules
from tests.emulators.telegram.refusals import (
    RefusedError,
    blocked,
    chat_not_found,
    deactivated,
    group_deactivated,
    group_deleted,
    kicked,
    migrated,
    never_started,
    no_right_to_post,
    no_right_to_send,
    not_a_member,
    peer_id_invalid,
    thread_not_found,
    topic_closed,
)
from tests.emulators.telegram.webhook import SECRET_HEADER

__all__ = [
    "NO_FLOOD_RULES",
    "SECRET_HEADER",
    "Attachment",
    "Button",
    "Chat",
    "Clock",
    "Fault",
    "FloodRules",
    "Message",
    "RefusedError",
    "Sight",
    "Standing",
    "TelegramEmulator",
    "Version",
    "blocked",
    "chat_not_found",
    "deactivated",
    "dropped",
    "flood",
    "garbage",
    "group_deactivated",
    "group_deleted",
    "hang",
    "kicked",
    "migrated",
    "never_started",
    "no_right_to_post",
    "no_right_to_send",
    "not_a_member",
    "peer_id_invalid",
    "refusal",
    "refused",
    "slow",
    "thread_not_found",
    "topic_closed",
    "trouble",
]
