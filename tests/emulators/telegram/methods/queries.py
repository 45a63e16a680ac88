"""Answers to pressed buttons and to words typed after the bot's name."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.formatting import finished, parsed
from tests.emulators.telegram.methods import markup
from tests.emulators.telegram.refusals import RefusedError, bad_request

MOST_RESULTS = 50
LONGEST_OFFSET = 64
LONGEST_RESULT_ID = 64
LONGEST_CALLBACK_ANSWER = 200
START_PARAMETER = re.compile("[A-Za-z0-9_-]{1,64}")
_RESULTS = frozenset({
    "article", "photo", "gif", "mpeg4_gif", "video", "audio", "voice", "document", "location", "venue",
    "contact", "game", "sticker",
})  # fmt: skip


async def answer_callback_query(call: Call) -> Any:
    """A press is answered, once."""
    query = call.text("callback_query_id")
    if call.world.presses.get(query, "") is not None:
        raise _too_old()
    if len(call.text("text")) > LONGEST_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if url := call.text("url"):
        _check_url(call, url)
    call.world.presses[query] = url or call.text("text")
    return True


def _check_url(call: Call, url: str) -> None:
    """A bot without games may only lead to itself, with a parameter (answerCallbackQuery, `url`)."""
    parts = urlsplit(url)
    own = parts.hostname == "t.me" and parts.path.strip("/").lower() == call.world.bot["username"].lower()
    (parameter,) = parse_qs(parts.query).get("start", [""])
    if not own or not START_PARAMETER.fullmatch(parameter):
        raise bad_request("URL_INVALID")


async def answer_inline_query(call: Call) -> Any:
    """Up to 50 results; what they would send is judged as messages are."""
    given = call.json("results", "inline query results")
    results = [] if given is None else given
    if not isinstance(results, list):
        raise bad_request("Expected an Array of inline query results")
    if len(results) > MOST_RESULTS:
        raise bad_request("Too many inline query results specified")
    for one in results:
        _check_result(one)
    ids = [str(one["id"]) for one in results]
    if any(not 1 <= len(one.encode()) <= LONGEST_RESULT_ID for one in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(call.text("next_offset").encode()) > LONGEST_OFFSET:
        raise bad_request("NEXT_OFFSET_INVALID")
    query = call.world.inline.get(call.text("inline_query_id"))
    if query is None:
        raise _too_old()
    query.answer = dict(call.all) | {"results": results}
    return True


def _check_result(one: Any) -> None:
    if not isinstance(one, dict):
        raise _unreadable("Inline query result must be an object")
    for name in ("type", "id"):
        if name not in one:
            raise _unreadable(f'Can\'t find field "{name}"')
    if one["type"] not in _RESULTS:
        raise _unreadable(f'type "{one["type"]}" is unsupported for the inline query result')
    content = one.get("input_message_content") or {}
    try:
        if one["type"] == "article":
            _check_article(one, content)
        elif "message_text" in content:
            _check_text(content)
        caption = parsed(one.get("caption", ""), one.get("parse_mode", ""), one.get("caption_entities"))
        finished(caption, caption=True)
        keyboard = markup.read(one.get("reply_markup") or {})
    except RefusedError as error:
        words = error.description.removeprefix("Bad Request: ")
        raise _unreadable(f"{words[:1].upper()}{words[1:]}") from None
    markup.check(keyboard)


def _check_article(one: dict[str, Any], content: dict[str, Any]) -> None:
    known = {"message_text", "latitude", "title", "phone_number"}
    if content and not known & set(content):
        raise bad_request("Input message content is not specified")
    if not content or "message_text" in content:
        _check_text(content or one)
    if "title" not in one:
        raise bad_request('Can\'t find field "title"')


def _check_text(content: dict[str, Any]) -> None:
    if "message_text" not in content:
        raise bad_request('Can\'t find field "message_text"')
    text = content["message_text"]
    if not text:
        raise bad_request("Message text is empty")
    finished(parsed(text, content.get("parse_mode", ""), content.get("entities")))


def _too_old() -> RefusedError:
    return bad_request("query is too old and response timeout expired or query ID is invalid")


def _unreadable(words: str) -> RefusedError:
    return bad_request(f"can't parse inline query result: {words}")
