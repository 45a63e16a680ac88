"""Says how an appeal is written: what may stand in it, in which languages, for when, with a picture."""

from bot.commands.command import code, paragraph, reply
from bot.commands.previews import DRAFTS
from bot.commands.request import Reply
from bot.render.message import Choice, Items, Paragraph, Span
from bot.speech import Speech, msgid

SAMPLE = (
    *("countries: KP CN", "to: the foreign ministry of China", "by: 2026-12-24"),
    "at: 2026-12-01T08:00 Asia/Seoul",
    *("url: https://example.org/appeal", "lang: en", "urgency: Immediate"),
)
"""The lines that may stand first."""
_AT_A_TERMINAL = msgid("Here at the terminal, a line that ends with \\ goes on in the next one.")


def how(speech: Speech, transport: str = "") -> Reply:
    """Return how an appeal is written, on this transport."""
    return reply(
        paragraph(
            speech.t(
                "An appeal goes to everybody whom it concerns, once others have approved it. Write it in one "
                "message: first what of these lines you need, then the headline on a line of its own, then "
                "the text."
            )
        ),
        Items(tuple((code(line),) for line in ("/appeal", *SAMPLE))),
        Paragraph(
            speech.line(
                "Immediate ones reach everybody who asked for what is urgent, Expected ones those who asked "
                "for campaigns. To change one: {change}",
                change=code("/appeal 7 by: 2026-12-24"),
            )
        ),
        Paragraph(
            speech.line(
                "Without a line “at:” it goes out as soon as it is approved. Its words in another language, "
                "for those who are spoken to in it: {language}, then headline and text; without them again: "
                "{drop}. Your drafts: {drafts}",
                language=code("/appeal 7 ko"),
                drop=code("/appeal 7 ko drop"),
                drafts=code(f"/appeals {DRAFTS}"),
            )
        ),
        Paragraph(
            speech.line(
                "A photo that you send with {number} below it is shown with the appeal, without its place, "
                "time and device; {none} takes it out again.",
                number=code("/appeal 7"),
                none=code("/appeal 7 picture:"),
            )
        ),
        *((Paragraph((Span(speech.t(_AT_A_TERMINAL)),)),) if transport == "console" else ()),
        choices=((Choice(speech.t("Appeals"), "/appeals"),),),
    )
