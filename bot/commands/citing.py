"""Gives a statement's citation, to be passed on: /cite."""

from bot.commands import drills
from bot.commands.command import arguments
from bot.commands.found import statement_or_reply, typed_words
from bot.commands.request import Reply, Request
from bot.render.citation import citation
from bot.render.message import Choice, Message
from bot.speech import Speech
from storage.database import Work

EXAMPLE = "/cite 12"


def cite(request: Request, work: Work, speech: Speech) -> Reply:
    """Show title, issuer, dates and link of the statement with the number that was typed."""
    found = statement_or_reply(typed_words(arguments(request)), EXAMPLE, work, speech)
    if isinstance(found, Reply):
        return found
    source = work.sources.by_name(found.source_name)
    rewritten = work.statements.versions.rewritten([found.id]).get(found.id, 0)
    taken_back = work.alerts.correction_of(found.id) is not None
    over = work.alerts.over_since([found.id]).get(found.id)
    set_ = citation(found, speech, source, rewritten, over, taken_back=taken_back)
    ways = ((Choice(speech.t("Full text"), f"/statement {found.id}"),),)
    return drills.read(found, Reply((Message(set_.blocks, ways),)), work, speech)
