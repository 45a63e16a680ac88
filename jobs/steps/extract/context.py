"""What a whole document tells about its requests: who speaks, to whom, and what sort of text it is."""

import re
from collections import Counter
from dataclasses import dataclass

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import words

_APPEAL = re.compile(
    r"urgent action|urgent appeal|recommended action|action requested|take action|"
    r"actions? (?:required|needed)|please (?:write|send|sign|act)|"
    r"send (?:your )?(?:appeals|letters|faxes)|sign (?:the|this|our) petition|"
    r"write (?:to(?! (?:them|him|her)\b)|"
    r"immediately)|appeals to\b|appel urgent|actions? requises?|écri(?:re|vez) (?:aux|à)\b|acción urgente|"
    r"acci(?:ón|ones) (?:solicitad|requerid)\w+|llamamiento urgente|escrib(?:ir|an|a) a las?\b|signez|"
    r"firma (?:la|esta)\b|"
    r"срочн\w+ (?:акци|обращени|действи|призыв)|(?:напи|пи)шите\b|подпишите|"
    r"긴급\s?(?:행동|호소|청원)|탄원|서명|"
    r"紧急(?:呼吁|行动|呼籲|关注|救援)|緊急(?:呼籲|行動|關注|救援|アピール|要請)|署名のお願い",
    re.IGNORECASE,
)
_APPEAL_STEMS = (
    "appel urgent",
    "requise",
    "écri",
    "acci",
    "llamamiento",
    "escrib",
    "signez",
    "firma",
    "срочн",
    "ишите",
    "action",
    "appeal",
    "please",
    "send",
    "sign",
    "write ",
    "긴급",
    "탄원",
    "서명",
    "紧急",
    "緊急",
    "署名",
)
_MAY_APPEAL = re.compile("|".join(_APPEAL_STEMS))
_OP_ED = re.compile(r"^By [A-Z][\w.’' -]{2,60}(?:,.{0,80})?$")
_TITLE_DOT = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Hon)\.")
_TARGET = re.compile(
    r"^(?:Target|Addressed to|Petition to|This petition is (?:addressed )?to|To be delivered to)\s*:\s*"
    r"(?P<name>[^;:]{4,110})",
    re.IGNORECASE,
)
_GREETING = re.compile(r"^(?P<dear>(?:Dear|To)\s+)?(?P<name>[^.:;!?]{2,110}?)\s*[,:]?$")
_RUSSIAN = re.compile(
    r"^(?:Глубоко|Много)?[Уу]важаем(?:ый|ая|ые)\s+(?:(?:господин|госпожа|г-н|"
    r"г-жа)\s+)?(?P<name>[^.:;!?]{2,90}?)\s*[!,]$"
)
_MAJESTY = re.compile(r"Your (?:Majesty|Royal Highness|Holiness),")
_GREETED = 5  # lines of a salutation
_BRIEF = 400  # characters
_HEAD = 14  # blocks
_HEAD_LINE = 200  # characters
_EAST_TO = re.compile(
    r"^(?:尊敬的|(?:致|收件人|受文者)\s?[:：]\s?|致|수신\s?[:：]\s?|존경하는\s)(?P<name>[^。.!?:：]{2,60}?)(?:께|님께)?\s?(?:[:：,，]?$|"
    r"[:：]\s?请|[:：]\s?請)"
)
_EAST_ADDRESS = re.compile(
    r"^(?P<name>[^。、:：]{2,60}?)\s?(?:様|さま|御中|殿|閣下|猊下|先生|宛|あて|"
    r"귀하|귀중|각하|님께|님 귀하|앞)$"
)
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff])\s(?=[\u4e00-\u9fff](?:\s|$))|(?<=^[\u4e00-\u9fff])\s")
"""Spaces by which a title is spread over the width of its line: "外 務 大 臣"."""
_LETTER_TO = re.compile(
    r"\b(?:(?:letter|appeal) to|carta abierta a|lettre ouverte à|lettre ouverte au|brief an)l?\s+"
    r"(?:the\s+|la\s+|den\s+)?(?P<to>[^:–—]{4,100})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Context:
    """The outside of a request."""

    letter_to: tuple[str, ...]
    """The salutation of a letter, or the addressees printed above it."""
    appeal: bool
    """It asks its readers to write, send or sign."""
    opinion: bool
    """One author's piece: "should" is an opinion there, not a request."""
    issuers: tuple[str, ...]
    title: str
    state: str
    """The country the text is mainly about, ISO alpha-2; "" if none."""
    brief: bool = False
    """An entry of a few sentences, which has no room to report what others ask."""
    head: str = ""
    """The lines at its head, where those who speak print their names."""
    minuted: str = ""
    """Of whom a text in the past tense tells what they urged: "The members of the Council"."""


def greeting(block: Block) -> str:
    """The name in a salutation line ("Dear Minister,", "President X,"), "" for any other line."""
    text = block.text
    if len(text) <= 110 and (russian := _RUSSIAN.match(text)):
        return russian["name"].strip()
    if len(text) > 110 or block.marker or not text.endswith((",", ":")):
        return ""
    match = _GREETING.match(_TITLE_DOT.sub(r"\1", text) if text.startswith("Dear ") else text)
    if match is None:
        return ""
    name = match["name"].strip()
    first = " ".join(parties.tokens_of(name)[:2])
    titled = first in words("parties.toml", "titles") or first.split(" ")[0] in words(
        "parties.toml", "titles"
    )
    if not (match["dear"] or titled) or (match["dear"] or "").startswith("To"):
        return ""
    return name


def salutation(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """To whom a letter is written; a greeting without a name takes it from the address above."""
    if named := _headed(title, blocks):
        return named
    for index, block in enumerate(blocks):
        if index < 8 and (majesty := _MAJESTY.match(block.text)):
            return (majesty.group().rstrip(","),)
        if not (name := greeting(block)):
            continue
        if not parties.vague(re.sub(r"^Dear\s+", "", name)) and not _OFFICE.match(name):
            return _greeted(blocks[index : index + _GREETED]) if not parties.reader(name) else ()
        above = _target(blocks[:index]) or _address(blocks[max(0, index - 12) : index])
        if above := above or _collective(blocks[:index]):
            return (above,)
        heading = _LETTER_TO.search(title)
        return (parties.clean(heading["to"]) if heading else name,)
    return _titled_letter(title, blocks)


def _titled_letter(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """Whom the title of a letter names, where the text speaks to somebody but a preview lost the greeting."""
    heading = _LETTER_TITLE.match(title)
    if heading is None or not any(_SPOKEN_TO.search(block.text) for block in blocks):
        return ()
    return tuple(parties.split(heading["to"]))


_LETTER_TITLE = re.compile(
    r"(?:\[[^\]]{2,14}\]\s*)?(?:(?:joint|open|public|urgent)\s+){0,2}(?:letter|appeal)\s+to\s+(?P<to>[A-Z“t][^:–—,]{3,100}?)"
    r"(?:\s+(?:on|about|regarding|concerning)\s.{2,200})?$",
    re.IGNORECASE,
)
"""The title of a letter whose greeting a preview has run into its text."""
_SPOKEN_TO = re.compile(
    r"\b(?:Your\s+Excellency|Excellency|(?:ask|urge|beg|implore|call\s+(?:up)?on|appeal\s+to)\s+you)\b"
)


def _in_heading(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """Whom a heading says that a Korean or Arabic letter is written to."""
    if len(blocks) < _LETTER:
        return ()
    lines = [title, *(block.text for block in blocks[:_GREETED])]
    found = (match for line in lines if len(line) < _HEAD_LINE and (match := _HEADED.match(line)))
    match = next(found, None)
    return ((match["name"] or match["arabic"]).strip(),) if match else ()


_LETTER = 2  # blocks of a letter, as against its title in a list
_HEADED = re.compile(
    r"(?:\[[^\]]{2,12}\]\s*)?(?P<name>[가-힣A-Za-z][가-힣A-Za-z·\s]{1,40}?)(?:님|여러분)?께\s?(?:드리는|보내는|올리는|띄우는|부치는)\s|"
    r"(?:رسالة(?:\s+مفتوحة)?|نداء|كتاب\s+مفتوح)\s+إلى\s+(?P<arabic>[^:،.]{3,80})$"
)


def _target(above: list[Block]) -> str:
    """Whom a petition page names as its target."""
    named = next((found["name"] for one in above if (found := _TARGET.match(one.text))), "")
    return parties.clean(named)


_OFFICE = re.compile(
    r"(?:Your\s+)?Excellenc|Sirs?\b|Madam\b|Señora?\b|Monsieur|Madame|"
    r"(?:(?:Mr|Madam|Ms|Mrs)\s+)?(?:Minister|President|Prime Minister|Ambassador)$",
    re.IGNORECASE,
)
"""A greeting that names no more than an office."""


def _headed(title: str, blocks: list[Block]) -> tuple[str, ...]:
    """Whom an East Asian or Arabic letter is written to; in full where the greeting has his office alone."""
    headed, called = _in_heading(title, blocks), _east_asian(blocks)
    in_full = headed and all(headed[0].endswith(one.removesuffix("님")) for one in called)
    return headed if in_full else called or headed


def _greeted(lines: list[Block]) -> tuple[str, ...]:
    """Everybody who is greeted in the lines of a salutation: "Dear A, / Dear B,"."""
    found: list[str] = []
    for line in lines:
        if not (name := greeting(line)):
            break
        found += [one for one in parties.split(name) if not parties.reader(one)]
    return tuple(found)


def _east_asian(blocks: list[Block]) -> tuple[str, ...]:
    """To whom a Japanese, Chinese or Korean letter is written: "... 様", "尊敬的...：", "수신: ..."."""
    head = blocks[:14]
    found = [_EAST_TO.match(block.text) or _EAST_ADDRESS.match(block.text) for block in head]
    named: list[str] = []
    for at, (block, match) in enumerate(zip(head, found, strict=True)):
        above = at > 0 and not block.gap and found[at - 1] is not None
        below = at + 1 < len(head) and not head[at + 1].gap and found[at + 1] is not None
        if match:
            named.append(_SPREAD.sub("", match["name"].strip()))
        elif (above or below) and _ORGAN.fullmatch(block.text):
            named.append(block.text)
    if not any(found):
        return ()
    parts = [part for name in named for part in re.split(r"、|，|(?<=\S),\s?", name) if part.strip()]
    return tuple(re.sub(r"\s?(?:様|殿|御中|귀하|귀중)$", "", part.strip()) for part in parts)[:6]


_ORGAN = re.compile(
    r"[\u3400-\u9fff가-힣·（）()]{2,30}(?:院|会|會|部|府|局|署|厅|廳|省|庁|館|馆|館|委|처|부|청|원|회|관)"
)
"""The name of a state organ alone in a line, beside one that says to whom the letter is."""


def _address(above: list[Block]) -> str:
    for index, block in enumerate(above):
        text = re.sub(r"^To:?\s+", "", block.text)
        if (holder := _HOLDER.match(text)) and parties.actor(holder["office"]):
            return parties.clean(holder["office"])
        if len(text) < 110 and re.match(
            r"(?:H\.?\s?E\.?|His|Her|The Honou?rable|Hon\b|Mr|Ms|Mrs|Dr|President|Prime Minister|Minister)\b",
            text,
        ):
            office = above[index + 1].text if index + 1 < len(above) and not above[index + 1].gap else ""
            named = re.search(r"\b(?:President|Minister|Premier|Chancellor|Secretary)\b", text)
            if office and parties.actor(office) and (parties.country(office) or not named):
                return parties.clean(office)
            return parties.clean(re.sub(r"^(?:H\.?\s?E\.?|His|Her)\s+(?:Excellency\s+)?", "", text))
    return ""


def _collective(above: list[Block]) -> str:
    """Those to whom a letter that greets "Excellencies" says at its head that it goes."""
    told = (
        match
        for block in above[:_HEAD]
        if len(block.text) < _HEAD_LINE and (match := _TO_MANY.match(block.text))
    )
    return next((parties.clean(match["name"]) for match in told if parties.actor(match["name"])), "")


_TO_MANY = re.compile(r"(?:To|TO|Attn|ATTN)\s?:?\s+(?P<name>(?:all\s+|the\s+)*[A-Z][^.;:!?]{6,150})$")
_HOLDER = re.compile(
    r"(?:(?:The\s+)?(?:Rt\.?|Right|Most)\s+Hon(?:ou?rable)?\.?|(?:The\s+)?Hon(?:ou?rable)?\.?|H\.?\s?E\.?|"
    r"(?:His|Her)\s+Excellency|Mr|Ms|Mrs|Dr|Dato['’]?|Tan\s+Sri|Datuk|Lt\.?\s+Gen|General|Gen|President|U|Daw)\.?\s+"
    r"(?:[A-Z][\w’'.-]*\s?){1,7},\s+(?P<office>(?:Prime\s+|Deputy\s+|Foreign\s+|Home\s+|Acting\s+)*"
    r"(?:Minister|Secretary|President|Chair|Director|Commissioner|Governor|Ambassador|High\s+Commissioner|Chief)\b"
    r"[^,;:]{0,90})"
)
"""Who holds an office, with the office behind: "The Rt Hon. N. N., Minister of Home Affairs of Malaysia"."""


def _appeals(text: str) -> bool:
    lowered = text.lower()
    return _MAY_APPEAL.search(lowered) is not None and _APPEAL.search(text) is not None


def _is_name(line: str) -> bool:
    """Whether a line at the head may name who speaks, rather than tell something."""
    return len(line) < _HEAD_LINE and line[-1] not in '.!?”"'


_MINUTED = re.compile(
    r"(?P<who>The\s+(?:members\s+of\s+the\s+)?(?:[A-Z][\w-]+\s+){0,3}(?:Council|Committee|Assembly|"
    r"Commission|Conference|Ministers|"
    r"participants|Participants|experts|Experts|Group|Board|Bureau))\s+(?:also\s+|further\s+|strongly\s+)?"
    r"(?:condemned|expressed|called|urged|demanded|reiterated|reaffirmed|stressed|underlined|welcomed|noted|"
    r"deplored|recalled|emphasi[sz]ed)\b"
)


def _minuted(blocks: list[Block]) -> str:
    """Who is the subject of most paragraphs of minutes or a press statement in the past tense; "" if none."""
    told = Counter(match["who"] for block in blocks if (match := _MINUTED.match(block.text)))
    who, often = told.most_common(1)[0] if told else ("", 0)
    alone = who.startswith("The members") and len(blocks) < _FEW
    return who if often > 1 or alone else ""


_FEW = 6  # blocks of a statement that is one paragraph


def read(title: str, blocks: list[Block], issuers: tuple[str, ...], countries: tuple[str, ...]) -> Context:
    """The context of a document's requests."""
    opinion = any(_OP_ED.match(block.text) for block in blocks)
    return Context(
        letter_to=salutation(title, blocks),
        appeal=_appeals(title) or any(_appeals(block.text) for block in blocks),
        opinion=opinion,
        issuers=issuers,
        title=title,
        state=countries[0] if countries else "",
        brief=sum(len(block.text) for block in blocks) < _BRIEF,
        head="\n".join(block.text for block in blocks[:_HEAD] if _is_name(block.text)),
        minuted=_minuted(blocks),
    )
