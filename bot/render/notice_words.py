"""The sentences of notices to admins: a heading, a meaning and a remedy for each kind and state."""

from collections.abc import Callable

from bot.speech import Speech, msgid
from storage.words import EventKind, SourceState

HEADINGS = {
    EventKind.ILL: msgid("{source} · {state}"),
    EventKind.UNSTEADY: msgid("{source} comes and goes"),
    EventKind.WELL: msgid("{source} · well again"),
    EventKind.MOVED: msgid("{source} has a new address"),
    EventKind.SILENT: msgid("{source} · nothing new for unusually long"),
    EventKind.SPEAKS: msgid("{source} · something new again"),
    EventKind.VANISHED: msgid("{source} · many items are gone from its list at once"),
    EventKind.WITHHELD: msgid("{source} · an item was held back: it resembles what was taken down"),
    EventKind.OFFLINE: msgid("No source can be reached: is this machine online?"),
    EventKind.ONLINE: msgid("The sources can be reached again"),
    EventKind.CLOCK: msgid("The clock of {source} is wrong"),
    EventKind.CLOCK_RIGHT: msgid("The clock of {source} is right again"),
    EventKind.OUTAGE: msgid("Vigil was not at work, and is again"),
    EventKind.AWAY: msgid("{source} took no messages for a while, and takes them again"),
    EventKind.REJECTED: msgid("A message was refused as it was: {source}"),
    EventKind.EXPIRED: msgid("Alerts were over before they could be sent"),
    EventKind.REVIEW: msgid("A call waits until an admin has looked at it"),
    EventKind.REVIEW_WAITS: msgid("A call waits still, and nobody has looked at it"),
    EventKind.REVIEW_ASKED: msgid("An admin asks you to look at a call that waits"),
    EventKind.STAFF: msgid("{source} · a change at the admins' desk"),
    EventKind.VERIFYING: msgid("Somebody on Matrix compares the keys of the bot"),
    EventKind.HELD: msgid("Alerts are held until somebody has looked"),
    EventKind.CALLED_OFF: msgid("{source} · it called off a call"),
    EventKind.STORM: msgid("More has come than usual. What follows is looked at first."),
    EventKind.APPEAL_WAITS: msgid("Appeal {source} waits for your approval"),
    EventKind.APPEAL_SCHEDULED: msgid("Appeal {source} is approved, and goes out at a set time"),
    EventKind.APPEAL_COOLING: msgid("Appeal {source} is approved, and about to be sent"),
    EventKind.APPEAL_SENDING: msgid("Appeal {source} is being sent"),
    EventKind.APPEAL_STOPPED: msgid("Appeal {source} was stopped by an admin"),
    EventKind.APPEAL_RETURNED: msgid("Appeal {source} was not sent: it is a draft again"),
    EventKind.APPEAL_CORRECTED: msgid("Appeal {source} was taken back by an admin"),
    EventKind.CALL_CORRECTED: msgid("{source} · its call was taken back by an admin"),
    EventKind.REMOVED: msgid("Statement {source} was taken down: what became of its messages in the chats"),
    EventKind.APPEAL_REPORT: msgid("Appeal {source} has gone out"),
    EventKind.STOP_REPORT: msgid("Appeal {source} was halted: who has got it"),
    EventKind.CORRECTION_REPORT: msgid("Appeal {source} was taken back: who has been told"),
}
MANY: dict[EventKind, Callable[[Speech, int], str]] = {
    EventKind.ILL: lambda speech, count: speech.n(
        "{count} source is in trouble", "{count} sources are in trouble", count
    ),
    EventKind.UNSTEADY: lambda speech, count: speech.n(
        "{count} source comes and goes", "{count} sources come and go", count
    ),
    EventKind.WELL: lambda speech, count: speech.n(
        "{count} source is well again", "{count} sources are well again", count
    ),
    EventKind.MOVED: lambda speech, count: speech.n(
        "{count} source has a new address", "{count} sources have new addresses", count
    ),
    EventKind.SILENT: lambda speech, count: speech.n(
        "{count} source has shown nothing new for unusually long",
        "{count} sources have shown nothing new for unusually long",
        count,
    ),
    EventKind.VANISHED: lambda speech, count: speech.n(
        "{count} source lost many items from its list at once",
        "{count} sources lost many items from their lists at once",
        count,
    ),
    EventKind.CLOCK: lambda speech, count: speech.n(
        "{count} machine's clock is wrong", "The clocks of {count} machines are wrong", count
    ),
    EventKind.CLOCK_RIGHT: lambda speech, count: speech.n(
        "{count} machine's clock is right again", "The clocks of {count} machines are right again", count
    ),
    EventKind.WITHHELD: lambda speech, count: speech.n(
        "{count} item was held back: it resembles what was taken down",
        "{count} items were held back: they resemble what was taken down",
        count,
    ),
    EventKind.CALLED_OFF: lambda speech, count: speech.n(
        "{count} call was called off", "{count} calls were called off", count
    ),
    EventKind.SPEAKS: lambda speech, count: speech.n(
        "{count} source has something new again", "{count} sources have something new again", count
    ),
    EventKind.REJECTED: lambda speech, count: speech.n(
        "{count} message was refused as it was", "{count} messages were refused as they were", count
    ),
}
"""For several of a kind."""
CONSEQUENCES = {
    EventKind.ILL: msgid(
        "What is published there cannot ring until it answers well again; you will hear once more when "
        "it does."
    ),
    EventKind.UNSTEADY: msgid(
        "It was well and in trouble again within a day. You will hear no more of it until it has been "
        "one or the other for a whole day; /status shows it as it is."
    ),
    EventKind.WELL: msgid(
        "What was published meanwhile, and is still shown there, has been read now; what was too old to "
        "ring stands in /latest."
    ),
    EventKind.MOVED: msgid(
        "It has said so in every answer for days, or only changed to https. Nothing needs to be done; write "
        "the new address as its `url` when you next edit the configuration."
    ),
    EventKind.SILENT: msgid(
        "It answers as it should. Perhaps there is no news, perhaps the news now appears somewhere else."
    ),
    EventKind.VANISHED: msgid(
        "It took them out, or its site was made anew, moved or taken over. All of them are kept here. Their "
        "pages are asked for with the next polls, a few at a time, and what is not there any more is marked."
    ),
    EventKind.WITHHELD: msgid(
        "It has the address or long runs of the words of a statement that an admin took down. It was not "
        "stored, and nobody was told of it. You hear this once a week for each source and statement."
    ),
    EventKind.OFFLINE: msgid(
        "That is rather the network of this machine than all of them at once, so none of them is called "
        "dark. They are asked as often as ever, and you will hear when they can be reached again. "
        "Until then nothing can ring."
    ),
    EventKind.ONLINE: msgid(
        "They are being asked again. What was published meanwhile and is still shown will ring, unless it "
        "is too old by now."
    ),
    EventKind.CLOCK: msgid(
        "What is new and what is over is judged by this clock. While it is wrong, urgent calls may be taken "
        "for old ones, or for ones from the future, and ring for nobody."
    ),
    EventKind.CLOCK_RIGHT: msgid(
        "Calls that came meanwhile may have rung for nobody: look at them with /latest, and write an appeal "
        "where it is not too late."
    ),
    EventKind.OUTAGE: msgid(
        "What a source showed and took away again in that time cannot be known. Alerts that waited are "
        "sent now, unless they have expired."
    ),
    EventKind.AWAY: msgid(
        "Nobody there could be reached in that time. What waited is sent now, what is most pressing first; "
        "what is over by now is not."
    ),
    EventKind.REJECTED: msgid(
        "It was sent once more as plain text. The fault is in Vigil: please report it."
    ),
    EventKind.EXPIRED: msgid("Nobody is woken by what is over. What they were about stands in /latest."),
    EventKind.REVIEW: msgid("Nobody is told of it before. People may be in danger meanwhile: look soon."),
    EventKind.REVIEW_WAITS: msgid(
        "Nobody is told of it before. People may be in danger meanwhile: look now."
    ),
    EventKind.HELD: msgid(
        "What comes now from there is kept and not sent. Those for whom it would have rung are told so, once."
    ),
    EventKind.CALLED_OFF: msgid(
        "Whoever was told of it hears that it is over. If that is not so, pause the source with /sources, "
        "and tell everybody with /appeal."
    ),
    EventKind.STORM: msgid(
        "It comes when somebody has seen that it is real. You find everything with /latest."
    ),
    EventKind.VERIFYING: msgid(
        "Whoever does will ask one of you. Their client must show the very same, in this order: tell them, "
        "in a way other than Matrix. If it shows anything else, somebody stands between them and the bot, "
        "and they must not write to it."
    ),
    EventKind.STAFF: msgid("Not as you expect? Suspend them now: /admins"),
    EventKind.APPEAL_WAITS: msgid(
        "Another admin wrote it, and somebody else has to stand for it before anybody gets it. Read it as "
        "its recipients will, and approve it only if every word holds."
    ),
    EventKind.APPEAL_SCHEDULED: msgid(
        "You hear once more before it goes. If anything in it should not be told, stop it."
    ),
    EventKind.APPEAL_COOLING: msgid("Read it now. If anything in it should not be told, stop it."),
    EventKind.APPEAL_STOPPED: msgid(
        "Nothing more of it is sent. Whoever has got it keeps it, unless it is taken back with /correct."
    ),
    EventKind.APPEAL_RETURNED: msgid(
        "It would have reached nobody, its date has passed, or it was to go out more than an hour ago, while "
        "Vigil was not at work. If it still holds, let it be approved anew."
    ),
    EventKind.APPEAL_CORRECTED: msgid("Everybody who has got it is told so, ahead of everything else."),
    EventKind.CALL_CORRECTED: msgid(
        "Everybody who has got it is told so, ahead of everything else. If the source itself is in the wrong "
        "hands, pause it: /sources"
    ),
}
UNREACHED = {
    EventKind.OFFLINE: msgid(
        "See that this machine has a network, that names are resolved there (DNS), and that the `proxy` "
        "under [fetch], if there is one, is running. `vigil check` asks every source."
    ),
    EventKind.CLOCK: msgid(
        "Set it, with `timedatectl set-ntp true` for instance, and see why it was not kept right. "
        "`vigil check` compares it with every server."
    ),
    EventKind.VANISHED: msgid(
        "Look at the site in a browser, and ask the organisation whether it is its own doing. "
        "`/latest from:{name}` shows what is kept."
    ),
    EventKind.WITHHELD: msgid(
        "Look at the source in a browser. If its new item endangers nobody, `vigil admin alike` with the "
        "number of the statement lets in what only resembles it, from the next poll on."
    ),
    EventKind.SILENT: msgid(
        "Look at the site in a browser. If its news appears at another address, write that as its `url` "
        "and restart Vigil."
    ),
}
_LOOK = msgid(
    "Open its address in a browser. If the site has moved, write the new address as its `url` and "
    "restart Vigil. If it works there, `vigil check` says what is wrong on our side."
)
ADDED = msgid(
    "Open its address in a browser. It was added in a chat: if it has another address, add that there, and "
    "remove this one. `/sources {name} test` asks it at once."
)
REMEDIES = {
    SourceState.FAILING: _LOOK,
    SourceState.DARK: _LOOK,
    SourceState.THROTTLED: msgid(
        "Its server is overloaded, or wants to be asked less often; the pauses that it asks for are kept "
        "to. If this goes on, raise its `every` and restart Vigil."
    ),
    SourceState.GONE: msgid(
        "Its server says that it was removed for good (410), so it is not watched any more, only looked "
        "at once a week. If it has another address, write that as its `url`; if it has ended, take its "
        "[[sources]] table out of the configuration; then restart Vigil. If you think it a mistake, "
        "`vigil poll --source {name}` asks at once: after one good answer it is watched as before."
    ),
    SourceState.MOVED: msgid(
        "It sends us on to another site, or from https to http, where others on the way can change what "
        "is read. Neither is followed: that may be a move, or somebody else's doing. If the organisation "
        "itself says so, write the new address as its `url` and restart Vigil."
    ),
    SourceState.NOT_A_FEED: msgid(
        "Open its address in a browser: the feed may have another address, or visitors are stopped first "
        "by a login or a check for robots. `vigil source add` and the site's address finds its feeds. "
        'Mend its `url`, or set `kind = "page"`, and restart Vigil.'
    ),
}
