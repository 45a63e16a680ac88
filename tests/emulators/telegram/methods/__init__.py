"""The methods of the Bot API that are emulated: one function each, a module a noun, one table."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.methods import delivery, edits, files, menus, places, queries, sending

METHODS: dict[str, Callable[[Call], Awaitable[Any]]] = {
    "getme": places.get_me,
    "getchat": places.get_chat,
    "getchatmember": places.get_chat_member,
    "getchatadministrators": places.get_chat_administrators,
    "getchatmembercount": places.get_chat_member_count,
    "leavechat": places.leave_chat,
    "sendchataction": places.send_chat_action,
    "getupdates": delivery.get_updates,
    "setwebhook": delivery.set_webhook,
    "deletewebhook": delivery.delete_webhook,
    "getwebhookinfo": delivery.get_webhook_info,
    "sendmessage": sending.send_message,
    "copymessage": sending.copy_message,
    "senddocument": files.send_document,
    "sendphoto": files.send_photo,
    "getfile": files.get_file,
    "editmessagetext": edits.edit_message_text,
    "editmessagecaption": edits.edit_message_caption,
    "editmessagereplymarkup": edits.edit_message_reply_markup,
    "deletemessage": edits.delete_message,
    "deletemessages": edits.delete_messages,
    "answercallbackquery": queries.answer_callback_query,
    "answerinlinequery": queries.answer_inline_query,
    "setmycommands": menus.set_my_commands,
    "getmycommands": menus.get_my_commands,
    "deletemycommands": menus.delete_my_commands,
    "setmydescription": menus.set_my_description,
    "getmydescription": menus.get_my_description,
    "setmyshortdescription": menus.set_my_short_description,
    "getmyshortdescription": menus.get_my_short_description,
}
"""By name in lower case: the Bot API does not mind how a method is written."""
