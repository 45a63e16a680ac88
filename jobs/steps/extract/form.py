"""Tells the kind of a whole document, and its stage, by its headings, salutations, codes and widgets.

What a document does to its reader shows in its form: an appeal has a code, actions and addresses; a
resolution recitals and operative paragraphs; a letter a salutation and a closing; a petition a place to sign.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jobs.steps.extract.blocks import Block, blocks
from jobs.steps.extract.context import greeting
from jobs.steps.extract.data import table
from jobs.steps.extract.operative import is_operative
from jobs.steps.extract.sections import page
from storage.words import Kind, MsgType

_FILE = "forms.toml"
_HEAD = 14
"""Blocks in which a page says what it shows."""
_APPEAL_CODE = re.compile(
    r"\bUA:?\s?\d{1,3}[/.]\d{2,4}\b|\bAI Index\b|/\s?OBS\s?\d{3}|^CASE (?:CODE:? )?[A-Z]{3}\b|\bCase code\b|"
    r"\bIndex(?: number)?:\s*[A-Z]{3}\s?\d\d/"
)
_APPEAL_HEAD = re.compile(
    r"^(?:urgent (?:action|appeal|intervention)|recommended action|actions? (?:requested|required)|"
    r"take action|"
    r"what you can do|appeals to|please send appeals|acción urgente|action urgente|appel urgent|"
    r"llamamiento urgente|"
    r"긴급\s?행동|緊急行動|紧急行动)\b|^.{0,6}[\[【〖(（]?\s?(?:긴급\s?(?:행동|호소|구명)|緊急(?:行動|呼籲|關注)|紧急(?:行动|呼吁|关注))|"
    r"^نداء\s+عاجل|requests your urgent intervention|\bURGENT (?:ACTION|APPEAL)\b",
    re.IGNORECASE,
)
_APPEAL_ASK = re.compile(
    r"\bplease (?:write|send|fax|telephone|phone|call|email|e-mail)\b|^send (?:your )?(?:appeals|"
    r"letters|faxes)|"
    r"\bappeals? to\s*:|\bsend (?:appeals|letters)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\b(?:case (?:is )?(?:now )?closed|appeal is (?:now )?closed|stop action|no further (?:action|"
    r"appeals|letters)|"
    r"closing (?:this|the) (?:action|case|appeal)|CLOSURE|this action is (?:now )?closed)\b|"
    r"结案|結案|호소\s?종료|사건\s?종결|行動(?:を)?終了|停止寄信|انتهاء\s+النداء|إغلاق\s+(?:الحالة|القضية)|"
    r"\bcaso cerrado\b|\baffaire close\b|\bno m[aá]s cartas\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\b(?:further information|new information|follow[- ]?up (?:to|on|of)|update (?:to|on) (?:UA|urgent|"
    r"our|the)|"
    r"updates? UA|second update|nueva información|nouvelles informations|suite de l.appel|"
    r"información adicional sobre)\b|"
    r"OBS\s?\d{3}\.\d|추가 정보|후속|제\s?[2-9]\s?보|続報|"
    r"第\s?[2-9２-９二三四五]\s?報|后续|後續|[·・]\s?更新|新的情况|"
    r"^(?:تحديث|متابعة)",
    re.IGNORECASE,
)
_RECITAL = re.compile(
    r"^[–—-]?\s*(?:[A-Z]\.\s+)?(?:having regard to|whereas|recalling|reaffirming|bearing in mind|noting with|"
    r"deeply (?:concerned|troubled|alarmed)|guided by|expressing (?:grave|deep|serious)|alarmed|gravely)\b",
    re.IGNORECASE,
)
_SIGN_HERE = re.compile(
    r"\b(?:have signed|sign (?:this|the|our) petition|sign before|petition to|started (?:by|this)|"
    r"recent signatures|"
    r"signatures? (?:so far|of \d)|next goal|let.s get to|firma(?:s|r) (?:esta|la) petición|ya firmaron|"
    r"han firmado|firma antes|lanzó esta petición|petición iniciada|"
    r"iniciar una petición|petición dirigida|ont signé|cette pétition|"
    r"signez (?:la|cette) pétition)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:yours|respectfully|sincerely|with (?:deep )?respect|atentamente|respetuosamente|cordialement|"
    r"с уважением|مع فائق|此致|敬具)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:dear|your (?:majesty|excellenc\w+|highness)|(?:mr|madam)\.? (?:president|secretary)|"
    r"excelent[ií]sim\w+|"
    r"de (?:nuestra|mi) (?:mayor |m[aá]s alta )?consideraci[oó]n|señora?e?s? |estimad[oa]s? |monsieur|madame|"
    r"уважаем\w+|尊敬的|拝啓|존경하는)\b[^.]{0,110}[,:，：]?$|"
    r"^your (?:majesty|excellency),",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:participants?|took part|attended|gathered|marched|walked|held|organi[sz]ers?|crowd|"
    r"people came|lit candles|"
    r"speakers?|handed (?:over|in)|opening the conference|minute of silence|was read out|were read out)\b",
    re.IGNORECASE,
)
_MEETING = (
    r"conference|congress|forum|seminar|symposium|summit|workshop|consultation|assembly|meeting|vigil|rally|"
    r"march|walk|service|ceremony|festival|concert|protest|demonstration|event|talk|session|training|school|"
    r"hearing|exhibition|screening|round ?table|mass|prayers?"
)
_HEADLINE = re.compile(
    rf"\b(?:{_MEETING})s?\b[^.:]{{0,60}}?\bheld\b|"
    rf"\bheld (?:an?|its|their|the) (?:[\w-]+ ){{0,4}}?(?:{_MEETING})s?\b|"
    r"\b(?:took part|marche[ds]|walk(?:ed|s)?|gather(?:ed)?|drew|vigil|rally|"
    r"hit with protests)\b|"
    r"\b(?:conference|congress|forum|seminar|symposium|summit|workshop|consultation|assembly)\b[^.:]{0,50}?\b"
    r"(?:ends?|ended|closes?|closed|concludes?|concluded|opens|opened|wraps up|convenes?)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|my|me)\b")
_BYLINE = re.compile(r"^By\s+[A-Z][^.!?]{2,90}$")
_ADOPTED = re.compile(
    r"\bresolutions? (?:was|were|has been|have been) (?:\w+ )?(?:adopted|passed|approved)|"
    r"\b(?:adopted|adopts|passed|passes|approved) (?:a|the|\w+) (?:\w+ ){0,3}resolutions?\b",
    re.IGNORECASE,
)
_ORDER = ("open_letter", "other", "urgent_appeal", "resolution", "campaign", "event", "report", "statement")


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of a document says of it; None where it says nothing. `shown` are the words."""

    kind: Kind | None = None
    msg_type: MsgType = MsgType.ALERT
    shown: str = ""
    over: bool = False
    """It reports on an event that is over."""


def form_of(title: str, text: str) -> Form:
    """The form of a document, by the first of its marks that is found."""
    read = [Block(title), *(block for block in page(blocks(text)) if block.text != title)]
    for reading in (
        _category,
        _appeal,
        _resolution,
        _petition,
        _letter,
        _report_of_event,
        _opinion,
        _by_title,
    ):
        if (found := reading(read)) is not None:
            return found
    return Form()


def forms_of(items: Sequence[tuple[str, str, Kind]]) -> list[Form]:
    """The forms of the items of one page, (title, text, kind by its cues) each.

    Where authors sign some, the page is a blog. Of previews there is too little to go by words that stand
    anywhere: marks decide, and where cues saw nothing, words do.
    """
    found = [form_of(title, text) for title, text, _ in items]
    signed = sum(form.kind is Kind.OTHER and _BY_AUTHOR.match(form.shown) is not None for form in found)
    if len(found) > 2 and signed >= 2:
        return [form if form.kind else Form(Kind.OTHER, shown="a page of signed pieces") for form in found]
    if len(found) < 2:
        return found
    return [
        _of_preview(title, text, kind, form) if len(text) < _PREVIEW else form
        for (title, text, kind), form in zip(items, found, strict=True)
    ]


_PREVIEW = 700  # characters: what is longer is shown whole


def _of_preview(title: str, text: str, kind: Kind, form: Form) -> Form:
    """The form of an item of which a page shows the beginning; `form`, by all that is read in a document."""
    if form.kind is None or form.kind is kind or kind is Kind.OTHER:
        return form
    read = [Block(title), *(block for block in page(blocks(text)) if block.text != title)]
    if form.kind is Kind.STATEMENT and kind is Kind.URGENT_APPEAL and _category(read):
        return Form()  # those who call all their texts so say little
    for reading in (_category, _appeal, _resolution, _letter, _by_mark):
        if (found := reading(read)) is not None:
            return found
    return Form()


def _by_mark(read: list[Block]) -> Form | None:
    """What stands in brackets or before a colon in front of a title: "[Statement] ...", "Appeal: ..."."""
    mark = _MARK.match(read[0].text)
    if mark is None:
        return None
    head = Block(mark.group())
    named = ((kind, _titled(kind, head)) for kind in _ORDER)
    return next((Form(Kind(kind), shown=shown) for kind, shown in named if shown), None)


_MARK = re.compile(
    r"(?:Re:\s*)?(?:[\[【〔〈《<(（「][^\]】〕〉》>)）」]{1,24}[\]】〕〉》>)）」]|[^:：|]{2,28}(?:[:：|]|\s[–—-]\s))"
)
_BY_AUTHOR = re.compile(r"By |I$")
"""What shows that an item is an author's own: a byline, a first person."""


def _category(read: list[Block]) -> Form | None:
    """The section that a listing prints under an item's title: "Letters · Bhutan"."""
    data = read[1].text if len(read) > 1 and len(read[1].text) < 60 and read[1].text[-1] not in ".!?" else ""
    words = re.findall(r"[^\W\d_]+", data.lower())
    for word in words if len(words) <= 4 and "|" not in data else ():
        if kind := _categories().get(word):
            if kind == Kind.URGENT_APPEAL and (appeal := _appeal(read)):
                return appeal  # its own words tell its stage, too
            return Form(Kind(kind), shown=word, over=kind == "event" and bool(_HEADLINE.search(read[0].text)))
    return None


@cache
def _categories() -> dict[str, str]:
    return {word: kind for kind, named in table(_FILE)["categories"].items() for word in named.split()}


def _appeal(read: list[Block]) -> Form | None:
    head = read[:_HEAD]
    code = _first(_APPEAL_CODE, [*head, *read[-6:]])
    closed = _first(_CLOSED, [*head, *read[-6:]]) if code or _first(_APPEAL_HEAD, head) else ""
    if closed:
        return Form(Kind.URGENT_APPEAL, MsgType.CANCEL, closed)
    shown = _first(_APPEAL_HEAD, read)
    asked = _first(_APPEAL_ASK, read)
    if not ((code and (shown or asked)) or (shown and asked) or (shown and _first(_APPEAL_HEAD, head))):
        return None
    follows = _first(_FOLLOWS, head)
    return Form(Kind.URGENT_APPEAL, MsgType.UPDATE if follows else MsgType.ALERT, follows or shown or code)


def _resolution(read: list[Block]) -> Form | None:
    recitals = [block.text for block in read if _RECITAL.match(f"{block.marker} {block.text}".strip())]
    numbered = [block.text for block in read if re.match(r"\d{1,3}\.", block.marker)]
    operative = [text for text in numbered if is_operative(text)]
    if (len(recitals) >= 3 and len(numbered) >= 2) or (recitals and len(operative) >= 3):
        return Form(Kind.RESOLUTION, shown=(recitals or operative)[0][:60])
    return None


def _petition(read: list[Block]) -> Form | None:
    found = {match.group().lower() for block in read[:80] for match in _SIGN_HERE.finditer(block.text)}
    return (
        Form(Kind.CAMPAIGN, shown=min(found))
        if len(found) >= 2 or (found and _titled("campaign", read[0]))
        else None
    )


def _letter(read: list[Block]) -> Form | None:
    opens = next((block.text for block in read[:20] if greeting(block) or _GREETING.match(block.text)), "")
    closes = any(_CLOSING.match(block.text) for block in read)
    if opens and closes:
        return Form(Kind.OPEN_LETTER, shown=opens[:60])
    if opens and not _titled("statement", read[0]) and len(" ".join(block.text for block in read)) < 900:
        return Form(Kind.OPEN_LETTER, shown=opens[:60])
    return None


def _report_of_event(read: list[Block]) -> Form | None:
    """News of a meeting or march: its title says that it was held, or it tells what people did there."""
    told = [
        match.group() for block in read[1:40] if len(block.text) > 80 for match in _TOLD.finditer(block.text)
    ]
    headline = _HEADLINE.search(read[0].text)
    if headline and len(told) >= 1 and not _named_otherwise(read[0]):
        return Form(Kind.EVENT, shown=headline.group(), over=True)
    return (
        Form(Kind.EVENT, shown=told[0], over=True)
        if len(told) >= 6 and not _named_otherwise(read[0])
        else None
    )


def _named_otherwise(title: Block) -> bool:
    return any(_titled(kind, title) for kind in ("open_letter", "campaign", "report", "statement"))


def _opinion(read: list[Block]) -> Form | None:
    """One author's piece: a byline, or a first person that speaks of itself."""
    whole = " ".join(block.text for block in read)
    byline = next((block.text for block in (*read[:6], *read[-6:]) if _BYLINE.match(block.text)), "")
    if byline and not _named_otherwise(read[0]):
        return Form(Kind.OTHER, shown=byline[:60])
    first = len(_FIRST_PERSON.findall(re.sub(r"“[^”]{0,600}”|\"[^\"]{0,600}\"", "", whole)))
    if len(whole) > 1500 and first >= 6 and not _named_otherwise(read[0]):
        return Form(Kind.OTHER, shown="I")
    return None


def _by_title(read: list[Block]) -> Form | None:
    """What the title calls the document, else the lines around it, or its first sentence."""
    for lines in ([read[0]], read[1:_HEAD]):
        short = [block for block in lines if len(block.text) < 260 and (lines == [read[0]] or _heads(block))]
        for kind in _ORDER if lines == [read[0]] else ("open_letter", "resolution", "report", "statement"):
            shown = next((word for block in short if (word := _titled(kind, block))), "")
            if shown and kind == "event" and (said := _read_out(read)):
                return Form(Kind.STATEMENT, shown=said)
            if shown:
                return Form(Kind(kind), shown=shown)
        if lines == [read[0]] and (match := _ADOPTED.search(_lead(read))):
            return Form(Kind.RESOLUTION, shown=match.group())
    return None


def _read_out(read: list[Block]) -> str:
    """The heading of a statement that news of a meeting gives in full: "[성명서] ..."."""
    return next((found.group() for block in read[1:] if (found := _IN_FULL.match(block.text))), "")


_IN_FULL = re.compile(
    r"[\[【<〈《■▣◎]?\s?(?:공동\s?)?(?:성명서?|기자회견문|규탄문|결의문|声明文?|決議文)(?:\s?전문)?\s?(?:[\]】>〉》:]|$)"
)


def _heads(block: Block) -> bool:
    """Whether a line may be a heading rather than a sentence or an item of the text."""
    return not block.marker and not (len(block.text) > 60 and block.text[-1] in ".。;")


def _lead(read: list[Block]) -> str:
    lead = next((block for block in read[1:] if len(block.text) > 60), None)
    return lead.sentences[0] if lead and lead.sentences else ""


def _titled(kind: str, block: Block) -> str:
    match = _names(kind).search(block.lowered)
    return match.group() if match else ""


@cache
def _names(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(table(_FILE)["titled"][kind]))


def _first(expression: re.Pattern[str], read: list[Block]) -> str:
    return next(_shown(expression, read), "")


def _shown(expression: re.Pattern[str], read: list[Block]) -> Iterator[str]:
    for block in read:
        if match := expression.search(block.text):
            yield match.group()
