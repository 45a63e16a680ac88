"""Drawing, pure: alerts and answers become a Message, a Message becomes one platform's markup.

    alert, digest, statement, results, route -> message.Message
    Message -> runs -> html (Telegram), terminal (console)

`clean` and `links` stand before every platform: what is shown is what it seems to be.
"""
