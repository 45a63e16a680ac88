"""Finds the codes that designate a document: urgent action numbers, indexes, UN symbols, references."""

import re

from jobs.steps.extract.blocks import Block, collapse

_CODES = (
    re.compile(r"\b(?P<code>UA:?\s?\d{1,3}[/.]\d{2,4})\b"),
    re.compile(r"\bIndex(?: number)?\s*:\s*(?P<code>[A-Z]{3}\s?\d{2}/\d{3,5}/\d{4})"),
    re.compile(r"\bAI Index\s*:?\s*(?P<code>[A-Z]{3}\s?\d{2}/\d{1,5}/\d{2,4})"),
    re.compile(
        r"(?<![\w/])(?P<code>(?:AFR|AMR|ASA|EUR|MDE|ACT|POL|IOR|ORG|NWS|"
        r"DOC)\s?\d{2}/\d{3,5}/\d{2,4})(?![\d/])"
    ),
    re.compile(r"\b(?P<code>[A-Z]{3}\s?\d{3}\s?/\s?\d{4}\s?/\s?OBS\s?\d{3}(?:\.\d{1,2})?)"),
    re.compile(r"\bCase\s+(?P<code>[A-Z]{3}\s?\d{6}(?:\.\d{1,2})?(?:\.[A-Z]{2,5})?)"),
    re.compile(r"(?<![\w/])(?P<code>[A-Z]{3}\s?\d{6}(?:\.\d{1,2})?(?:\.[A-Z]{2,5})?)(?![\w/])"),
    re.compile(r"(?<![\w/])(?P<code>(?:AL|UA|JUA|JAL|OL)\s[A-Z]{3}\s\d{1,3}/\d{4})"),
    re.compile(
        r"(?<![\w/])(?P<code>(?:A|S|E)/(?:HRC/|C\.\d{1,2}/|CN\.\d{1,2}/)?(?:RES/|S-\d{1,2}/|DEC/|"
        r"\d{1,3}/)?(?:L\.)?\d{1,4}(?:/\d{1,4})?(?:/(?:L\.\d{1,3}|Add\.\d|Rev\.\d|"
        r"Corr\.\d))*(?:\s?\(\d{4}\))?)(?![\w/])"
    ),
    re.compile(r"(?<![\w/])(?P<code>\d{4}/\d{4}\((?:RSP|INI|COD|DEC|BUD|NLE|INL|CNS)\))"),
    re.compile(r"(?<![\w/])(?P<code>P\d{1,2}_TA(?:-PROV)?\(\d{4}\)\d{4})"),
    re.compile(r"(?<![\w/])(?P<code>(?:RC-)?B\d{1,2}-?\d{4}/\d{4}(?:/REV\d?)?)"),
    re.compile(r"(?<![\w/])(?P<code>RC-B\d{1,2}-\d{4}/\d{4})"),
    re.compile(
        r"\b(?:Ref(?:erence)?|Our ref|Case (?:no|number|code)|Code|Document (?:no|number|code)|"
        r"Doc)\.?\s*(?:no\.?|code)?\s*:\s*(?P<code>[A-Z][A-Z0-9]{0,9}(?:[-/. ]?[A-Z0-9]{1,8}){0,6}\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w-])(?P<code>[A-Z]{2,8}-(?:[A-Z]{2,8}-)?\d{1,4}[-/]\d{1,4}(?:[-/]\d{1,4})?)(?![\w-])"),
)
_CITING = re.compile(
    r"(?:\b(?:resolutions?|recalling|recalls|report|reports|see|document|decision|in|contained in|"
    r"having regard to|pursuant to|under|and|to its|of)\b[^.;:]{0,50})$",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:UA|urgent action|index|further information|case|previous|earlier)\b", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:tel|phone|fax|account|iban|print|job|isbn|issn|agenda|item)\b[^.]{0,20}$", re.IGNORECASE
)


def identifiers(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """The document's own codes as printed, colons left out, in order; cited ones are not among them."""
    found: list[str] = []
    head = 12
    for index, block in enumerate([Block(title), *blocks]):
        text = block.text
        own = len(text) < 160 and (index < head or index > len(blocks) - 6)
        if not block.counts or not (own or _EARLIER.search(text)):
            continue
        for code in _CODES:
            for match in code.finditer(text):
                before = text[max(0, match.start("code") - 70) : match.start("code")]
                if _NOT.search(before) or re.search(r"(?:://|www\.)\S*$", before):
                    continue
                if not own and not _EARLIER.search(before + match.group()):
                    continue
                if (
                    index
                    and _CITING.search(before)
                    and not _EARLIER.search(before + match.group())
                    and len(before) > 8
                ):
                    continue
                value = collapse(match["code"]).replace(":", "").strip()
                if not any(value in known or known in value for known in found):
                    found.append(value)
    return tuple(found)
