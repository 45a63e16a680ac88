"""Guesses the list on a page: the titles that repeat in the same place and weigh most."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from jobs.steps.rows import HEADINGS, Element, Page, Row, link_of, own_link, stamp_of, text_of_row, title_of

_INLINE = frozenset({"b", "strong", "em", "i", "span", "font", "u", "small", "mark"})
_FLAT = HEADINGS | {"dt", "a", "p", "b", "strong", "span", "font", "em"}
"""Containers that hold no more than the title, so that what follows belongs to the item."""

_MOST_ROWS = 500
_MOST_CANDIDATES = 5000
_LEADING = 30


def guess_rows(root: Element, page: Page) -> list[Row]:
    """The rows of the page's main list in page order; [] where nothing repeats."""
    groups: dict[tuple[str, ...], list[Element]] = defaultdict(list)
    blocks: dict[Element, str] = {}
    for element in islice(root.iter("a", *HEADINGS), _MOST_CANDIDATES):
        names = element.tag in HEADINGS or _is_title_link(element, page, blocks)
        if names and _long_enough(title_of(element)):
            groups[_place(element, root)].append(element)
    best: list[Row] = []
    weight = 0.0
    for members in groups.values():
        rows = _rows(members[:_MOST_ROWS], root)
        rows, found = _weighed(rows, page)
        if found > weight:
            best, weight = rows, found
    return best


def with_buttons(root: Element, page: Page) -> Page:
    """`page` with the link texts on it that name no item: the same words, different targets."""
    targets: dict[str, set[str]] = defaultdict(set)
    for link in root.iter("a"):
        text = " ".join(link.text_content().split())
        if 0 < len(text) <= 40:
            targets[text].add(link.get("href") or "")
    return replace(page, buttons=frozenset(text for text, found in targets.items() if len(found) > 1))


def _long_enough(title: str) -> bool:
    letters = sum(character.isalpha() for character in title)
    wide = sum(ord(character) > 0x2E80 for character in title)
    return letters + 2 * wide >= 8


def _is_title_link(link: Element, page: Page, blocks: dict[Element, str]) -> bool:
    """A link that opens its block or nearly fills it; one inside a sentence is none.

    `blocks` remembers the texts of blocks: a thousand links may share one.
    """
    text = " ".join(link.text_content().split())
    if not text or text in page.buttons or not own_link(link, page):
        return False
    block = next((e for e in link.iterancestors() if e.tag not in _INLINE), link)
    if block not in blocks:
        blocks[block] = " ".join(block.text_content().split())
    whole = blocks[block]
    return whole.find(text) <= _LEADING or len(whole) <= 2 * len(text) + 40 or block.find("br") is not None


def _place(element: Element, root: Element) -> tuple[str, ...]:
    """Where an element stands, by tags alone: a pinned row has another class and is still a row."""
    path = [element.tag]
    for parent in element.iterancestors():
        if parent is root:
            break
        if parent.tag not in _INLINE:
            path.append(parent.tag)
    return tuple(path)


def _rows(members: Sequence[Element], root: Element) -> list[Row]:
    """A row for each title: the largest element around it that holds no other."""
    if len(members) == 1:
        box = next(
            (e for e in members[0].iterancestors() if e.tag in {"article", "li", "tr", "section"}), None
        )
        return [Row(members[0], [box])] if box is not None else []
    within: Counter[Element] = Counter()
    for member in members:
        within.update(parent for parent in (member, *member.iterancestors()))
    containers = []
    for member in members:
        box = member
        for parent in member.iterancestors():
            if within[parent] > 1 or parent is root:
                break
            box = parent
        containers.append(box)
    rows = [Row(member, [box]) for member, box in zip(members, containers, strict=True)]
    return _extended(rows) if all(box.tag in _FLAT for box in containers) else rows


def _extended(rows: list[Row]) -> list[Row]:
    """In a flat list what stands between two titles belongs to the first of them."""
    boxes = {row.parts[0] for row in rows}
    for row in rows:
        box = row.parts[0]
        row.before = _preceding(box, boxes)
        for sibling in box.itersiblings():
            if sibling in boxes:
                break
            row.parts.append(sibling)
    last = rows[-1].parts
    trailing = "".join([last[0].tail or "", *(_text(part) + (part.tail or "") for part in last[1:])])
    if trailing.strip() or not "".join(rows[0].before).strip():
        for row in rows:
            row.before = []
    return rows


def _preceding(box: Element, boxes: set[Element]) -> list[str]:
    pieces: list[str] = []
    for sibling in box.itersiblings(preceding=True):
        pieces.insert(0, sibling.tail or "")
        if sibling in boxes:
            return pieces
        pieces.insert(0, _text(sibling))
    parent = box.getparent()
    return [(parent.text or "") if parent is not None else "", *pieces]


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _weighed(rows: list[Row], page: Page) -> tuple[list[Row], float]:
    """The rows worth keeping and their weight; lists side by side count if they weigh alike."""
    lists: dict[Element | None, list[tuple[Row, float, bool]]] = defaultdict(list)
    for row in rows:
        title = title_of(row.heading)
        dated = stamp_of(row, title, page) is not None
        lists[row.parts[0].getparent()].append((row, _weight(row, title, page, dated=dated), dated))
    if not lists:
        return [], 0.0
    top = max(sum(w for _, w, _ in found) / len(found) for found in lists.values())
    any_dated = any(dated for found in lists.values() for _, _, dated in found)
    kept = [
        row
        for found in lists.values()
        if sum(w for _, w, _ in found) / len(found) >= 0.5 * top
        and (not any_dated or any(dated for _, _, dated in found))
        for row in found
    ]
    return [row for row, _, _ in kept], sum(w for _, w, _ in kept)


def _weight(row: Row, title: str, page: Page, *, dated: bool) -> float:
    linked = bool(link_of(row, page))
    headed = row.heading.tag in HEADINGS or any(e.tag in HEADINGS for e in row.heading.iterancestors())
    teaser = len(text_of_row(row, title, page)) > 80
    weight = min(len(title), 80) + 40 * headed + 40 * dated + 20 * teaser
    return weight if linked else 0.5 * weight
