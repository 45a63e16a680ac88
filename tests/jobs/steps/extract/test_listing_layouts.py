"""The same four items in the layouts in which pages list them: each is found, with its title and its date."""

from datetime import date

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import split

ENGLISH = (
    ("Four Rohingya face deportation from Chennai tomorrow", "They were told to pack.", date(2019, 5, 21)),
    (
        "We condemn the raid on the school in Hat Yai",
        "Forty officers entered it on Monday.",
        date(2019, 5, 9),
    ),
    ("Annual report 2018 is out", "It has figures for every camp.", date(2019, 4, 30)),
    ("Petition for the fishermen of Teknaf", "Sign it and share it with friends.", date(2019, 4, 10)),
)
KOREAN = (
    (
        "[긴급] 단둥에서 체포된 탈북민 3명 내일 북송",
        "3명이 내일 북송된다는 통보를 받았다.",
        date(2019, 5, 21),
    ),
    ("[성명] 정부의 방침을 규탄한다", "우리는 정부의 방침을 규탄한다.", date(2019, 5, 9)),
    ("2018년 인권 실태 보고서 발간", "보고서는 120명의 증언을 담았다.", date(2019, 4, 30)),
    ("국군포로 송환을 위한 서명운동", "서명에 참여해 주세요.", date(2019, 4, 10)),
)
LAYOUTS = {
    "number and cells between dots": ("{n} {title} · admin · {iso} · 1{n}\n", ""),
    "cells between dots": ("{title} · admin · {iso} · 1{n} views\n", ""),
    "number and cells between bars": ("{n} | {title} | admin | {iso} | 1{n}\n", ""),
    "date before the title, text beneath": ("{dotted}  {title}\n{text}\n", ""),
    "date behind the title, text beneath": ("{title} {dotted}\n{text}\n\n", ""),
    "date above the title, a byline that has one too": (
        "{iso}\n\n{title}\n\n{text}\n\nPosted by editor on {iso}\n\n",
        "",
    ),
    "date at the end": ("{title}\n{text}\n{iso}\n\n", ""),
    "sort above the title": ("NEWS\n{title}\n{iso}\n{text}\n\n", ""),
    "headings in Markdown": ("## {title}\n\n*{iso}*\n\n{text}\n\n", ""),
    "a line for each cell": ("{n}\n{title}\nadmin\n{iso}\n1{n}\n", ""),
    "sort and date above the title": ("{sort} | {iso}\n{title}\n{text}\n\n", ""),
    "sort and date above, nothing between": ("{sort} | {iso}\n{title}\n{text}\n", ""),
    "date, sort and title below each other": ("{iso}\n{sort}\n{title}\n\n", ""),
    "writer and date at the end": ("{title}\n{text}\n{iso} | {sort} | 0 Comments\n\n", ""),
    "title and its data in turn": ("{title}\nadmin {iso} 1{n}\n", ""),
    "date and title in turn": ("{iso}\n{title}\n", ""),
    "a column of sorts": (
        "{n}\t{sort}\t{title}\tadmin\t{iso}\t1{n}\n",
        "",
        "No\tCategory\tTitle\tWriter\tDate\tHit\n",
    ),
    "sorts in brackets": ("{n}\t[{sort}]\t{title}\tadmin\t{iso}\t1{n}\n", ""),
    "a table without numbers": ("{iso}\t{title}\t{sort}\n", "", "Date\tTitle\tType\n"),
    "cells without numbers or heads": ("{title}    admin    {iso}    1{n}\n", ""),
    "a table in Markdown": ("| {n} | {title} | {iso} |\n", "", "| No | Title | Date |\n|---|---|---|\n"),
    "links in Markdown": ("[{title}](https://x.example/{n})\n{iso}\n{text}\n\n", ""),
    "bold titles": ("**{title}**\n{iso}\n{text}\n\n", ""),
    "rules between": ("{title}\n{iso}\n\n{text}\n\n", "------------------\n\n"),
}


@pytest.mark.parametrize("items", [ENGLISH, KOREAN], ids=["en", "ko"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_each_item_of_a_page_is_found_in_every_layout(
    layout: tuple[str, ...], items: tuple[tuple[str, str, date], ...]
) -> None:
    """The page's name, its menu and the links to further pages are no items."""
    form, between, *head = layout
    rows = [
        form.format(
            n=204 - at,
            title=title,
            text=text,
            iso=f"{day:%Y-%m-%d}",
            dotted=f"{day:%Y.%m.%d}",
            sort=("News", "Letter", "Report", "Campaign")[at],
        )
        for at, (title, text, day) in enumerate(items)
    ]
    top = f"Delta Rights Group\n\nHome | About | News | Donate\n\nNews\n\n{''.join(head)}"
    page = f"{top}{between.join(rows)}\n1 2 3 4 >"
    found = split(Document("", page))
    assert [(one.title, one.posted) for one in found] == [(title, day) for title, _, day in items]


UNDATED = {
    "a link to the rest behind each preview": "{title}\n{text} [Read more]\n\n",
    "how long ago": "{title}\n{n} days ago\n{text}\n\n",
    "where it is filed": "{title}\n{text}\nFiled under: {sort}\n\n",
    "a day without its year": "{n}\t{title}\tadmin\t05-2{n}\t120{n}\n",
    "a line for each cell, a day without its year": "{n}\n{title}\nadmin\n05-2{n}\n120{n}\n",
}


@pytest.mark.parametrize("items", [ENGLISH, KOREAN], ids=["en", "ko"])
@pytest.mark.parametrize("form", UNDATED.values(), ids=UNDATED.keys())
def test_items_are_told_apart_where_no_whole_date_is_printed(
    form: str, items: tuple[tuple[str, str, date], ...]
) -> None:
    """Their dates stay unknown."""
    rows = (
        form.format(n=8 - at, title=title, text=text, sort="News")
        for at, (title, text, _) in enumerate(items)
    )
    page = f"Delta Rights Group\n\nHome | About | News | Donate\n\nNews\n\n{''.join(rows)}\n1 2 3 4 >"
    found = split(Document("", page))
    assert [(one.title, one.posted) for one in found] == [(title, None) for title, _, _ in items]


def test_titles_of_other_pages_below_a_text_are_no_listing() -> None:
    """They have their dates, too, and so has the text; but nothing else stands under them."""
    body = " ".join(f"Paragraph {n} tells of the sea, the boats and the families." for n in range(40))
    others = "".join(f"{title}\n{day:%d %b %Y}\n" for title, _, day in ENGLISH)
    page = f"Delta Rights Group\n\nSix fishermen are held\n23 May 2019\n\n{body}\n\nRelated\n\n{others}"
    assert len(split(Document("", page))) == 1


def test_a_chronology_is_no_listing() -> None:
    """Events of a case are told the oldest first."""
    events = "\n".join(
        f"{day}: {what}"
        for day, what in (
            ("2 May 2019", "The nine fishermen are arrested at sea"),
            ("6 May 2019", "A court extends their detention by a month"),
            ("3 June 2019", "Their lawyer is turned away at the gate"),
            ("9 June 2019", "One of them is taken to a hospital"),
        )
    )
    text = f"Nine fishermen of Teknaf\n\nWe ask India to free the nine.\n\nWhat happened\n\n{events}\n\n"
    text += "\n\n".join(f"Paragraph {n} tells of the sea, the boats and the families." for n in range(5))
    assert len(split(Document("", text))) == 1
