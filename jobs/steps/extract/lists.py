"""Gives the items of a list their bullets where a page has lost them: lines of one form under an opening."""

import re
from dataclasses import replace

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.namelists import heads_list
from jobs.steps.extract.verbs import base_verb

_FORMS = {
    "es": re.compile(r"(?:que|a|no)?\s*\w+(?:ar|er|ir)(?:l[oae]s?|se)?\b|que\s", re.IGNORECASE),
    "fr": re.compile(
        r"(?:que|qu['’]|de|d['’]|à|ne (?:pas|plus))?\s*\w*(?:er|ir|re|oir)\b|(?:que|de|d['’])\s?",
        re.IGNORECASE,
    ),
    "pt": re.compile(r"(?:que|a|não)?\s*\w+(?:ar|er|ir)\b", re.IGNORECASE),
    "ru": re.compile(r"(?:не )?(?:немедленно |незамедлительно )?\w+(?:ть|ться|ти|тись)\b", re.IGNORECASE),
    "ar": re.compile(r"و?(?:ب?أن|ب(?=\w{4})|(?:ال)?[إات]\w{3,})"),
}
_TO = re.compile(
    r"(?:(?:and|also|please)\s+)?(?:not\s+)?(?:to\s+)?(?:not\s+)?(?P<adverb>\w+ly\s+)?(?P<verb>[\w-]+)",
    re.IGNORECASE,
)
_ITEM = 600  # characters
_OPENING = 400  # characters


def listed(blocks: list[Block], language: str) -> list[Block]:
    """The blocks with a bullet before every line that is an item by its form, where its list has none."""
    found = list(blocks)
    at = 1
    while at < len(found):
        if not _opens(found[at - 1], found[at]):
            at += 1
            continue
        end = at
        asking = _ASKING.search(found[at - 1].text) is not None
        while end < len(found) and (_item(found[end], language) or (asking and _party_item(found[end]))):
            end += 1
        if end - at >= (1 if found[at - 1].text[-1] in ":：" else 2):
            found[at:end] = [replace(block, marker="•") for block in found[at:end]]
        at = max(end, at) + 1
    return found


def _opens(head: Block, following: Block) -> bool:
    """Whether a list may begin under a line: it ends with a colon, or is a short heading."""
    if following.marker or len(head.text) > _OPENING or heads_list(head):
        return False
    heading = len(head.text.split()) <= 14 and head.text[-1] not in ".,;!?。" and not head.marker
    return head.text[-1] in ":：" or heading


def _party_item(block: Block) -> bool:
    """An item that names whom it asks: "the Ministry of Justice to have him treated"."""
    return not block.marker and len(block.text) <= _ITEM and _NAMED_TO.match(block.text) is not None


_ASKING = re.compile(r"\b(?:call|urge|ask|demand|appeal|request|recommend)\w*\b[^.]{0,120}:$", re.IGNORECASE)
_NAMED_TO = re.compile(r"(?:[Tt]he\s+)?[A-Z][^.;:]{2,160}?\sto\s+(?:not\s+)?[a-z]{2,}\b")
_ANEW = re.compile(
    r"(?:Call(?:s)? (?:up)?on|Urges?|Requests?|Express(?:es)?|Appeals? to|Asks?|Demands?|Invites?|Welcomes?|"
    r"Thanks?|Condemns?|Resolves?|Recommends?|Encourages?)\s+(?:the\s+|that\s+|our\s+|to\s+)?(?=\S)"
)


_THING = re.compile(
    r"(?:an?|the|no|all|any|immediate|unconditional|full|prompt)\s+(?:\w+\s+){0,4}?(?:end|halt|stop|release|return|pardon|"
    r"\w{3,}(?:tion|sion|ment|ance|ence|al|ure|ing|ity|ship|dom)|access|procedure|inquiry|law|ban|mandate|visit|"
    r"report|list|guarantee|review|reform|support|response|answer|apology|say|seat|place|moratorium|freeze)\b"
)
"""What is asked as a thing, in a line that goes on where the one above ended with a colon or semicolon."""


def _item(block: Block, language: str) -> bool:
    if block.marker or len(block.text) > _ITEM or block.text[-1] in ":：" or _ANEW.match(block.text):
        return False
    if form := _FORMS.get(language):
        return form.match(block.text) is not None and len(block.text.split()) > 2
    if language in {"ko", "ja", "zh"}:
        return language == "ja" and block.text.rstrip("。；;、").endswith("こと")
    if not block.gap and _THING.match(block.text):
        return True
    match = _TO.match(block.text)
    return match is not None and base_verb(match["verb"]) and len(block.text.split()) > 2
