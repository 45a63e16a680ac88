"""Says in the person's language why a source failed: the watch writes it down in one plain English."""

import re
from functools import cache
from string import Formatter

from bot.speech import Speech, msgid

_FORMS = (
    # What the fetcher says (jobs/fetch).
    msgid("its name is not known"),
    msgid("its certificate is not valid"),
    msgid("no secure connection could be made"),
    msgid("the proxy could not reach it"),
    msgid("no connection"),
    msgid("the connection broke off"),
    msgid("the answer cannot be read ({sort})"),
    msgid("no complete answer within {seconds} s"),
    msgid("{announced} bytes announced, {allowed} allowed"),
    msgid("more than {allowed} bytes"),
    msgid("more than {allowed} bytes when unpacked"),
    msgid("not asked: its server asked us to wait until {time} UTC"),
    msgid("it leads to another site, {host}"),
    msgid("it leads from https to http"),
    msgid("it redirects to {scheme}, not to http or https"),
    msgid("it redirects to what is not an address"),
    msgid("it redirects to what is not an address with a host"),
    msgid("more than {count} redirects"),
    msgid("only http and https are fetched, not {scheme}"),
    msgid("not a public address"),
    msgid("it resolves to {address}, not a public address"),
    msgid("this is not an address"),
    msgid("this is not an address with a host"),
    # What an answer's status says (jobs/look.py).
    msgid("HTTP {status}, asks us to wait {minutes} min"),
    msgid("HTTP {status}, asks us to wait {hours} h"),
    msgid("HTTP 410: removed for good"),
    # What an answer without items looks like (jobs/steps).
    msgid("an empty answer"),
    msgid("an HTML page"),
    msgid("an HTML page without text"),
    msgid("plain text"),
    msgid("plain text without text"),
    msgid("XML without text"),
    msgid("binary data"),
    msgid("a PDF"),
    msgid("a ZIP archive or office document"),
    msgid("an old office document"),
    msgid("an image"),
    msgid("compressed data"),
    msgid("an archive"),
    msgid("a recording"),
    msgid("JSON without items"),
    msgid("broken JSON: {what}"),
    msgid("no list of items on the page; it looks like {what}"),
    msgid("the selector {selector} finds nothing on the page"),
    msgid("cannot read the selector {selector}"),
    msgid("cannot read the selector {selector} at {place}"),
    msgid("cannot read the selector {selector}: a tag stands first"),
    msgid("the selector {selector} is not complete"),
    msgid("the characters are guessed to be {encoding}: what it declares does not fit them"),
    msgid("not well-formed: {what}"),
    msgid("{count} items are not objects"),
    # What a worker says (jobs/workers).
    msgid("reading it takes longer than {seconds} s"),
    msgid("reading it ended the reader"),
    msgid("reading it broke the reader"),
    msgid("no worker process could be started"),
    msgid("{size} bytes: {what}"),
    msgid("fault in Vigil: {what}"),
    # What became of a look at an address (jobs/looks.py).
    msgid("it took too long"),
    msgid("it could not be looked at"),
)
"""Every reason that is written down; a test finds the ones that were forgotten."""


def told(detail: str, speech: Speech) -> str:
    """`detail` as the watch wrote it, in the person's language; as it stands where it has no known form.

    A host or a sort of document before it ("example.org: no connection") stays.
    """
    for form, pattern in _patterns():
        found = pattern.fullmatch(detail)
        if found:
            values = {name: _part(name, value, speech) for name, value in found.groupdict().items()}
            return speech.t(form, **values)
    head, colon, rest = detail.partition(": ")
    if not colon:
        return detail
    if " " not in head:
        return f"{head}: {told(rest, speech)}"
    known = told(head, speech)
    return f"{known}: {rest}"


def _part(name: str, value: str, speech: Speech) -> str:
    return told(value, speech) if name == "what" else value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each form with the texts it stands for; those with most letters of their own first."""
    forms = sorted(_FORMS, key=lambda form: -sum(len(text) for text, *_ in Formatter().parse(form)))
    return tuple((form, _pattern(form)) for form in forms)


def _pattern(form: str) -> re.Pattern[str]:
    pieces = (
        re.escape(text) + (f"(?P<{name}>.+)" if name else "") for text, name, *_ in Formatter().parse(form)
    )
    return re.compile("".join(pieces), re.DOTALL)
