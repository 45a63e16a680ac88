"""Cuts a plain text into blocks (paragraphs, list items, headings) and blocks into sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from jobs.steps.extract.columns import unfolded

_MARKER = re.compile(
    r"""(?:
        [•·・ㆍ‣∙※〇*\u2190-\u21ff\u25a0-\u27bf\u2b00-\u2bff\uf0a7-\uf0d8]+ (?=\s|\w|[“"'\[(「『（]) |
        \+ (?=\s+[^\W\d_]) |
        [－⁃] (?=\s?[\u0600-\u06ff\u3040-\u9fff\uac00-\ud7af]) |
        [-–—]{1,2} (?=\s) |
        \d{1,2}(?:\.\d{1,2}){1,3}[.)]? (?=\s+[^\W\d_]) |
        \d{1,3}\.[-–] (?=\s) |
        [—―]{2} (?=[\u3040-\u9fff\uac00-\ud7af]) |
        [（(\[]?\d{1,3}(?:[.)．）、\]]|(?=\s*\.\s)) (?=\s|[A-Z“]|[\u0600-\u06ff\u3040-\u9fff\uac00-\ud7af]) |
        [（(]\d{1,2}[)）] (?=\d) |
        \d{1,2}\s (?=[\u3040-\u30ff\u3400-\u9fff]) (?!\d{1,2}\s[年月日人名件回時时分つ]) |
        \d{1,2}[°º][.)]? (?=\s) |
        [①-⑳] |
        \d{1,2}\s?[-–](?=\s?[^\d\s]) |
        (?:أول|ثاني|ثالث|رابع|خامس|سادس|سابع)(?:اً?|ًا)\s?[:،.-] |
        ال(?:أول|ثاني|ثالث|رابع|خامس|سادس|سابع)ة?\s?: (?=\s) |
        [（(]?[أبجدهوزحط][.)\-–] (?=\s) |
        [абвгдежз]\) (?=\s) |
        (?:Primero|Segundo|Tercero|Cuarto|Quinto|Sexto|Premièrement|Deuxièmement|Troisièmement)[.:)] (?=\s) |
        (?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)[.:)] (?=\s+[A-Z]) |
        (?:First|Second|Third|Fourth|Fifth)[.:)] (?=\s+[A-Z]) |
        \(?[a-hj-z][.)] (?=\s) |
        \(?[ivx]{1,5}[.)] (?=\s) |
        [IVX]{1,5}[.)] (?=\s+(?:\w{1,2}['’\s])?[^\W\d_a-zà-ÿа-яё]{4}) |
        [IVX]{1,5}[.)] (?=\s+To\s) |
        ~ (?=\s) |
        \([A-Za-z]\) (?=\s) |
        [（(]?[가나다라마바사아자차카타파하][.)）] (?=\s) |
        [（(]?[ㄱ-ㅎ][.)）] (?=\s) |
        [㉠-㉿㊀-㊉] |
        [（(]?[ア-ホロ](?:[)）．.]|(?=\s)) (?=\s?[\d\u3040-\u9fff]) |
        第[一二三四五六七八九十]に?[、，,：:] | [一二三四五六七八九]つ(?:目に)?[、，：:] |
        [（(]?[甲乙丙丁戊己庚][、.．)）] |
        [일이삼사오육칠팔구십]{1,2}[.,] (?=\s) |
        [（(]?[一二三四五六七八九十]{1,3}(?:[、.．]|[)）])
    )\s*""",
    re.VERBOSE,
)
_WORDY_END = re.compile(
    r"(?:^|\s)(?:and|or|of|the|to|for|in|with|by|on|a|an|that|from|at|as|its|their|de|la|le|les|"
    r"des|du|et|el|los|y|del|und|der|die|das)$"
)
_INLINE_MARKER = re.compile(r"(?<=[\s:;,])\(?(?:[a-h]|[ivx]{1,4}|\d{1,2}|[а-ж])\)\s+")
_STOP = re.compile(r"[.!?…]+[”\"’'»)\]]*(?:\s+|$)|[。！？]+[」』”）)]*\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Art|Arts|para|paras|Gen|Col|Lt|Sgt|Capt|Sen|Rep|"
    r"Hon|Rev|Fr|Sr|Jr|vs|"
    r"e\.g|i\.e|cf|al|etc|Inc|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Tel|approx|ca|"
    r"Sra?|Dra?|Mme|Mlle|M|[A-Z]|"
    r"(?:[A-Z]\.){1,4}[A-Z])\.$"
)
_COUNTED = re.compile(r"[:：;；]\s?\d{1,2}\.$")
"""The number of an item within a sentence."""
_SENTENCE_WORD = re.compile(r"(?:We|They|He|She|It|This|These|In|On|If|As|But|At|I|There|Since|After)\b")


_DIGIT = re.compile(r"\d")
_LONGEST = 4000  # characters of a sentence


@dataclass(frozen=True)
class Block:
    """A paragraph, list item or heading; `text` has its white space collapsed."""

    text: str
    marker: str = ""
    """The bullet or number before it, "" for none: "•", "3.", "(a)"."""
    gap: bool = True
    """Whether a blank line (or the beginning) stands before it."""

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences, cut when they are first asked for: many readers go through them."""
        return tuple(sentences(self.text))

    @cached_property
    def lowered(self) -> str:
        """Its text in lower case."""
        return self.text.lower()

    @cached_property
    def counts(self) -> bool:
        """Whether it has a digit or a Chinese year: no date and no code is without one."""
        return _DIGIT.search(self.text) is not None or "年" in self.text


def collapse(text: str) -> str:
    """The text with every run of white space as one space, as quotes are compared."""
    return " ".join(text.split())


def blocks(text: str) -> list[Block]:
    """The blocks of a text in order; lines that one paragraph was wrapped into are joined again."""
    found: list[Block] = []
    text = unhung(_bulleted(unfolded(text)))
    torn_words = len(_TORN.findall(text)) >= _TORN_LEAST
    width, column = _width(text, narrowest=_NARROW if torn_words else _USUAL), _column(text)
    text = _TORN.sub("", text) if torn_words else text
    gap, before = True, 0
    for line, torn in _without_furniture([collapse(raw) for raw in text.splitlines()]):
        if not line:
            gap = True
            continue
        goes_on = torn and bool(found) and found[-1].text[-1] not in _ENDS and line[0].islower()
        marker = _MARKER.match(line)
        body = line[marker.end() :] if marker else line
        if not body:
            # A bullet or number that stands alone on its line belongs to the next one.
            body, marker = line, None
        if (
            found
            and not gap
            and not marker
            and column
            and before >= column
            and found[-1].text[-1] not in _ENDS
        ):
            found[-1] = Block(f"{found[-1].text}{body}", found[-1].marker, found[-1].gap)
        elif (
            found
            and not marker
            and (goes_on or (not gap and _continues(found[-1].text, body, width, before)))
        ):
            found[-1] = Block(f"{found[-1].text} {body}", found[-1].marker, found[-1].gap)
        else:
            found.append(Block(body, marker.group().strip() if marker else "", gap))
        gap, before = False, len(line)
    return [part for block in found for part in _inline_items(block)]


def unhung(text: str) -> str:
    """The text with the lines that hang below an item joined to it, in scripts without capitals.

    There a line below shows that it goes on by its indent, or by the comma before it, alone.
    """
    if not _HANGS.search(text):
        return text
    found: list[str] = []
    column = -1  # of the marker of the item that is open
    for raw in text.splitlines():
        line = raw.strip()
        indent = len(raw) - len(raw.lstrip())
        before = found[-1].rstrip()[-1:] if found else ""
        goes_on = before in _COMMAS or (indent > column and before not in _ENDS)
        if line and before and column >= 0 and goes_on and _CASELESS.match(line) and not _MARKER.match(line):
            found[-1] = f"{found[-1].rstrip()}{'' if _WIDE.match(line) else ' '}{line}"
            continue
        column = indent if line and _MARKER.match(line) else -1
        found.append(raw)
    return "\n".join(found)


_CASELESS = re.compile(r"[\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff]")
_COMMAS = "،，、"
_HANGS = re.compile(rf"(?:\n[^\S\n]{{1,40}}|[{_COMMAS}][^\S\n]{{0,8}}\n){_CASELESS.pattern}")


def _without_furniture(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """The lines without what stands at the edge of printed pages; and whether a page ends before each.

    Numbers of print jobs and of pages, footnotes under a rule, and a document's symbol where it comes again.
    """
    seen: set[str] = set()
    note = torn = False
    for at, line in enumerate(lines):
        again = line[1:2] in "/CAE" and _SYMBOL.match(line) is not None and line.split(maxsplit=1)[0] in seen
        if note or again or (at > _TOP and _FURNITURE.match(line)):
            torn = True
            note = bool(line) and (note or (_RULE.match(line) is not None and _notes(lines, at + 1)))
            continue
        seen.update(line.split()[-1:] if at <= _TOP else ())
        seen.update(line.split()[:1] if at <= _TOP else ())
        yield line, torn
        torn = torn and not line


def _notes(lines: list[str], at: int) -> bool:
    return at < len(lines) and _NOTE.match(lines[at]) is not None


_TOP = 8  # lines in which a document tells what it is
_FURNITURE = re.compile(
    r"(?:GE\.\d{2}-\d{4,6}.{0,40}|\d{2}-\d{5}(?:\s?\*)?(?:\s\([A-Z]\))?.{0,30}|\*\d{6,8}\*.{0,30}|\d{1,3}/\d{1,3}(?:\s\d{2}-\d{5})?|"
    r"Page\s\d{1,3}(?:\s(?:of|/)\s\d{1,3})?|[-–—]\s?\d{1,3}\s?[-–—]|Please recycle.{0,4}|_{5,}(?=$))$",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{5,}$")
_NOTE = re.compile(r"(?:\d{1,2}|\*{1,3})\s?[A-Z]")
_SYMBOL = re.compile(r"(?:A|E|S|CCPR|CAT|CRC|CERD|CEDAW)/[\w./()-]{3,40}(?:\s.{3,90})?$")


def _bulleted(text: str) -> str:
    """The text with bullets for the letters that stand for them in a font of signs: "n   Urging"."""
    for sign in _SIGNS:
        if text.count(f"\n{sign}") + text.count(f" {sign} ") < _FEW:
            continue
        before = (
            r"(?P<gap>\n[^\S\n]{0,80})"
            if not sign.isascii()
            else r"(?P<gap>(?<=[.:;,!?])[^\S\n]{0,80}\n\s{0,80}|\n[^\S\n]{0,80}\n\s{0,80})"
        )
        expression = re.compile(rf"{before}{sign}(?=\s{{1,20}}[A-Z“])")
        if len(expression.findall(text)) >= _FEW:
            text = expression.sub(lambda match: f"{match['gap']}•", text)
    return text


_SIGNS = ("n", "o", "v", "q", "u", "Ø", "§", "ü", "þ")
"""How Wingdings and Symbol write their bullets; "n" is the square of Amnesty's appeals."""
_FEW = 2  # lines that begin so

_ENDS = ".:;!?。！？：；」』）)؛؟"
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def _column(text: str) -> int:
    """The least length of a full line where an unspaced script was broken at a width; 0 where not."""
    lines = [line.strip() for line in text.splitlines()[:4000] if line.strip()]
    if len(lines) < 8 or len(_WIDE.findall(text[:20_000])) < 0.4 * len(text[:20_000]):
        return 0
    lengths = sorted(len(line) for line in lines)
    widest = lengths[-max(1, len(lines) // 20)]
    full = [line for line in lines if len(line) >= 0.85 * widest]
    cut = sum(line[-1] not in _ENDS for line in full)
    return int(0.85 * widest) if 20 <= widest <= 64 and len(full) >= 4 and cut >= 0.6 * len(full) else 0


def _width(text: str, *, narrowest: int) -> int:
    """The width at which the lines were broken, as in mail or PDF text; 0 where they were not."""
    lengths = [len(line) for line in text.splitlines()[:4000] if line.strip()]
    if len(lengths) < 8:
        return 0
    widest = sorted(lengths)[-max(1, len(lengths) // 20)]
    near = sum(0.75 * widest <= length <= widest * 1.1 for length in lengths)
    if narrowest <= widest <= 120 and near >= 0.4 * len(lengths):
        return widest
    return widest if 50 <= widest <= _WIDEST and _broken(text, 0.75 * widest) else 0


_TORN = re.compile(r"(?<=[^\W\d_]{2})[-\u2010][^\S\n]{0,8}\n[^\S\n]{0,40}(?=[a-zß-ÿа-яё]{2})")
"""A word torn at the end of a line, as in print and scans: "Govern-/ment"."""
_TORN_LEAST = 2  # such words of a text that was printed in a column
_NARROW, _USUAL = 28, 50  # characters of a line of such a text, and of mail
_WIDEST = 160  # characters of a line in a wide PDF


def _broken(text: str, full: float) -> bool:
    """Whether most full lines end within a sentence, and many go on in lower case."""
    lines = text.splitlines()[:4000]
    pairs = [
        (one.rstrip(), other.strip()) for one, other in pairwise(lines) if len(one) >= full and other.strip()
    ]
    within = sum(one[-1] not in _ENDS for one, _ in pairs)
    lower = sum(other[0].islower() for _, other in pairs)
    return len(pairs) >= _PAIRS and within >= 0.6 * len(pairs) and lower >= 0.4 * len(pairs)


_PAIRS = 4  # full lines with another right below


def _continues(before: str, line: str, width: int, last: int) -> bool:
    """Whether `line` goes on with the sentence that the line before it, `last` characters long, left open."""
    if before[-1] in ".:;!?。！？":
        return width > 0 and line[0].islower() and before[-1] not in ":;"
    if line[0].islower() and len(before) > (min(_LOWER, _FULL * width) if width else _LOWER):
        return True
    if _WORDY_END.search(before[-12:]) and len(before) > 30:
        return True
    tail = before[-60:]
    full = last + 1 + len(line.split(maxsplit=1)[0]) >= _FULL * width
    return width > 0 and full and len(before) >= min(45, _FULL * width) and not re.search(r"\d{4}$", tail)


_LOWER = 40  # characters behind which a line in lower case goes on with a sentence
_FULL = 0.7
"""Share of the width that a line has at least, with the next word, where its sentence goes on."""


def _inline_items(block: Block) -> Iterator[Block]:
    """Items enumerated inside a paragraph, (a) ... (b) ..., as blocks of their own."""
    cuts = list(_INLINE_MARKER.finditer(block.text))
    numbered = [figures for cut in cuts if (figures := _figures(cut))]
    if numbered != list(range(1, len(numbered) + 1)):
        cuts = [cut for cut in cuts if not _figures(cut)]  # the others are ages, or years
    if len(cuts) < 2:
        yield block
        return
    start, marker, gap = 0, block.marker, block.gap
    for cut in cuts:
        if head := block.text[start : cut.start()].strip():
            yield Block(head, marker, gap)
        start, marker, gap = cut.end(), cut.group().strip(), False
    if tail := block.text[start:].strip():
        yield Block(tail, marker, gap)


def _figures(cut: re.Match[str]) -> int:
    """The number of an item, 0 for a letter."""
    digits = cut.group().strip(" ()")
    return int(digits) if digits.isdecimal() else 0


def sentences(text: str) -> list[str]:
    """The sentences of a block, in order; abbreviations do not end one."""
    found: list[str] = []
    start = 0
    for stop in _STOP.finditer(text):
        rest = text[stop.end() : stop.end() + 12]
        head = text[max(start, stop.start() - 16) : stop.start() + 1]
        if rest and stop.group()[0] in ".…":
            if rest[0].islower() or _COUNTED.search(head):
                continue
            if _ABBREVIATION.search(head) and not _SENTENCE_WORD.match(rest):
                continue
        found.extend(_bounded(text[start : stop.end()].strip()))
        start = stop.end()
    found.extend(_bounded(text[start:].strip()))
    return found


def _bounded(sentence: str) -> Iterator[str]:
    """The sentence, in parts where it is longer than any that people write: readers look back within it."""
    while len(sentence) > _LONGEST:
        cut = sentence.rfind(" ", _LONGEST // 2, _LONGEST)
        cut = cut if cut > 0 else _LONGEST
        yield sentence[:cut]
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
