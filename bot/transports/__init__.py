"""The ways in and out: a transport makes Requests of what people send, and its own markup of Messages.

    person -> transport -> Request -> answer (given by `bot.app`) -> Reply -> transport -> person
    jobs.deliver -> transport.send(address, message, key) -> jobs.outcome

A transport knows its platform and nothing of commands, storage or alerts. It never logs an address
or a text. `telegram` is one transport in several files: telegram_request (HTTP), telegram_incoming
(updates read), telegram_buttons (what pressing means), telegram_outcome (errors translated), with
`inbox`, which keeps one chat's requests in order.
"""
