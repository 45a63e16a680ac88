"""A page of several titled items becomes one document for each; everything else stays whole."""

from datetime import date

from jobs.steps.document import Document
from jobs.steps.extract import split

BODY = (
    "The hearing lasted all day, and the families waited outside in the rain until the doors "
    "were opened again. " * 3
)


def titles(text: str) -> list[str]:
    """The titles of the parts."""
    return [part.title for part in split(Document(title="page", text=text))]


def test_board_rows_keep_prefixes_and_lose_counters() -> None:
    """Row number, notice mark and reply counter go; [prefixes] stay; 16-11-24 is a date, 09:12 is none."""
    rows = (
        "번호  제목  글쓴이  날짜\n"
        "공지  [긴급] 서명 부탁  사무국  16-11-24\n7  두 번째 글 (12)  사무국  09:12\n"
    )
    first, second = split(Document(title="board", text=rows))
    assert (first.title, first.posted) == ("[긴급] 서명 부탁", date(2016, 11, 24))
    assert (second.title, second.posted) == ("두 번째 글", None)


def test_previews_give_the_longest_form_of_a_title() -> None:
    """A shortened title becomes the full one of the text; where there is none it keeps its ellipsis."""
    text = (
        "• Vigil at the embassy on Friday eve… Vigil at the embassy on Friday evening 3 May 2012 "
        "Come at six. See details\n"
        "• Meeting with the families of the … The Circle met the families in June. See details\n"
    )
    assert titles(text) == ["Vigil at the embassy on Friday evening", "Meeting with the families of the…"]


def test_posts_end_with_read_more_or_a_byline() -> None:
    """Subheadings inside a post are no titles; what follows "Read More" or a closing byline is one."""
    text = (
        f"First Post About Courts\n\n{BODY}\n\nA Subheading Inside\n\n{BODY}\n\nBy Ann Lee\n\n"
        f"Second Post: Hope\n\n{BODY}\n\nRead More\n\nThird One\n\n{BODY}\n\nRead More"
    )
    assert titles(text) == ["First Post About Courts", "Second Post: Hope", "Third One"]


def test_pasted_news_is_cut_at_its_headlines() -> None:
    """On a page with a name of its own, headlines in title case begin items."""
    text = (
        f"Daily Notes\n\nDaily Notes\n\nThis website collects news.\n\n"
        f"Minister Promises New Law On Camps\n\n{BODY}\n\nCourt Frees Two Fishermen After Appeal\n\n{BODY}"
    )
    assert titles(text) == ["Minister Promises New Law On Camps", "Court Frees Two Fishermen After Appeal"]


def test_one_text_with_subheadings_stays_whole() -> None:
    """A report with headings, and a letter, are one document each."""
    text = f"A Report on Prisons\n\n{BODY}\n\nMethod and Sources\n\n{BODY}\n\nRecommendations\n\n{BODY}"
    assert titles(text) == ["page"]
    assert titles(
        "Dear Minister,\n\nWe ask you to free him.\n\nSincerely,\n\n1. One Group\n2. Another Group"
    ) == ["page"]


BOARD = """지원회

412  [긴급] 붙잡힌 여성 5명, 오늘 밤 추방될 …  구출연대  16-03-21  882
411  [성명] 결의안 채택을 환영한다  관리자  16-03-18  240
410  3월 21일 촛불기도회에 함께해 주세요  관리자  16-03-15  401

[412] [긴급] 붙잡힌 여성 5명, 오늘 밤 추방될 위기
라오스 정부는 추방을 멈추고 다섯 사람을 한국 대사관에 넘겨 주십시오. 다섯 명 가운데 한 명은 열여섯 살입니다.
"""


def test_texts_beneath_a_board_belong_to_the_row_whose_title_they_repeat() -> None:
    """A post opened beneath its board is no text of the last row; its title there is the whole one."""
    found = split(Document("", BOARD))
    assert found[0].title == "[긴급] 붙잡힌 여성 5명, 오늘 밤 추방될 위기"
    assert "라오스 정부" in found[0].text
    assert "라오스 정부" not in found[-1].text


def test_of_rows_that_begin_alike_each_has_its_own_text() -> None:
    """What one statement tells is not read under the title of another."""
    board = (
        "지원회\n\n412  [성명] 중국 정부는 강제북송을 멈추라  사무국  16-03-21  882\n"
        "411  [성명] 중국 정부는 구금자 명단을 밝히라  사무국  16-03-18  240\n\n"
        "[412] [성명] 중국 정부는 강제북송을 멈추라\n"
        "다섯 사람이 오늘 밤 국경 너머로 넘겨질 위기에 있습니다. 지금 바로 대사관에 전화해 주십시오.\n"
        "[411] [성명] 중국 정부는 구금자 명단을 밝히라\n"
        "우리는 삼 년 전 구금된 이들의 이름과 머무는 곳을 밝힐 것을 중국 정부에 다시 한 번 요구합니다.\n"
    )
    first, second = split(Document("", board))
    assert "오늘 밤" in first.text
    assert "삼 년 전" not in first.text
    assert "삼 년 전" in second.text
