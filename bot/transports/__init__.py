"""The ways in and out: a transport makes Requests of what people send, and its own markup of Messages.

    person -> transport -> Request -> answer (given by `bot.desk`) -> Reply -> transport -> person
    jobs.deliver -> bot.announce -> transport.send, edit, withdraw, overwrite -> jobs.outcome

What every transport promises stands in `bot.announce.Transport`; `tests/contracts` holds each to it.

A transport knows its platform and nothing of commands, storage or alerts. It never logs an address
or a text. `telegram` is one transport in several files: telegram_request (HTTP); telegram_polling
(updates fetched) or telegram_webhook (updates brought), behind both telegram_intake and
telegram_keeping (what is handed over for good is durable until it is answered);
telegram_incoming (updates read), telegram_answering (conversations), with `inbox`, which keeps one
chat's requests in order and everybody's pace, telegram_admins (who manages a chat),
telegram_buttons (what pressing means), telegram_pages (which message
it changes in place); telegram_sending (send, edit, withdraw), telegram_strays (topics that are lost),
telegram_outcome (errors translated), telegram_trouble (errors told), telegram_face (menus and descriptions).
"""
