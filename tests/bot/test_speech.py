"""The voice: every sentence exists in every language, and says the same things."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot
from bot.commands.mistake import Mistake
from bot.commands.table import COMMANDS
from bot.render.matrix import parts
from bot.render.message import Message, Paragraph, Span, Style
from bot.speech import (
    CERTAINTIES,
    DIGESTS,
    KINDS,
    SEVERITIES,
    SOURCE_STATES,
    URGENCIES,
    Speech,
    languages,
    nearest,
    own_name,
)
from storage.words import Certainty, Digest, Kind, Severity, SourceState, Urgency

BOT = Path(bot.__file__).parent
SAYING = frozenset({"Span", "Choice", "Field", "heading", "paragraph", "text_line", "field"})
"""Calls whose first argument, or `text` and `label`, is read by people."""
NO_SENTENCES = frozenset({"vigil"})
"""What is said so in every language: a program's name."""
WITHOUT_HANGUL = frozenset(
    {
        "{date}, {time} {zone}",
        "About {chat}:",
        "#{number} · {kind}",
        "{source} · {state}",
        "{moment} ({zone})",
        "{mark}, {moment}",
        "{width} × {height}, {size} kB",
        "a PDF",
        "[lang:… | discreet:on | drills:on]",
        "[suspend | invite | revoke | reinstate …]",
    }
)
"""Sentences whose Korean is made of signs, or of what is typed as it stands."""
KEYWORDS = {"t": None, "line": None, "msgid": None, "Mistake": None, "n": (1, 2)}
Sentence = tuple[str, ...]


def spoken() -> set[Sentence]:
    """Every sentence that the code can say, singular and plural together."""
    found = extract_from_dir(str(BOT), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {sentence(message) for _, _, message, _, _ in found if message}


def sentence(message: object) -> Sentence:
    """One sentence as a tuple of its forms."""
    return tuple(message) if isinstance(message, (tuple, list)) else (str(message),)


def catalogue(language: str) -> Catalog:
    """The catalogue as it stands in the tree."""
    with (BOT / "locales" / language / "LC_MESSAGES" / "vigil.po").open("rb") as file:
        return read_po(file, locale=language)


def translated(language: str) -> Iterator[tuple[Sentence, Sentence, bool]]:
    """(sentence, translation, fuzzy) of every message but the header."""
    for message in catalogue(language):
        if message.id:
            yield sentence(message.id), sentence(message.string), message.fuzzy


def places(text: str) -> set[str]:
    """The named places of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_every_sentence_is_in_every_catalogue_and_no_other(language: str) -> None:
    """A sentence added to the code is missed here until it is translated; one taken out is found stale."""
    known = {said for said, _, _ in translated(language)}
    assert spoken() - known == set(), "missing: see bot/locales/__init__.py"
    assert known - spoken() == set(), "stale: see bot/locales/__init__.py"


def test_no_sentence_hides_in_another() -> None:
    """Within an f-string no tool finds it: it would be in no catalogue, and stay English."""
    hidden = set()
    for file in BOT.rglob("*.py"):
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for call in ast.walk(part) if isinstance(part, ast.JoinedStr) else ():
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"t", "n", "line"}:
                    said = [one.value for one in call.args if isinstance(one, ast.Constant)]
                    hidden |= {tuple(map(str, said[:2]))} if said else set()
    assert hidden - spoken() == set()


def literal(source: str) -> set[str]:
    """What a module says by itself: words that no catalogue knows, told by their place in the code."""
    tree = ast.parse(source)
    named: dict[str, list[ast.expr]] = {}
    for part in ast.walk(tree):
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            named.setdefault(part.targets[0].id, []).append(part.value)
    found = set()
    for call in ast.walk(tree):
        name = getattr(call.func, "id", getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and name in SAYING:
            said = [*call.args[:1], *(one.value for one in call.keywords if one.arg in {"text", "label"})]
            found |= {text for one in said for text in constants(one, named)}
    return {text for text in found if is_a_sentence(text)}


def constants(part: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The pieces of text that an expression is made of, but for what it has other functions say."""
    match part:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=pieces) | ast.BoolOp(values=pieces):
            yield from (text for one in pieces for text in constants(one, named))
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from (*constants(one, named), *constants(other, named))
        case ast.Name(id=name):
            yield from (text for one in named.get(name, ()) for text in constants(one, {}))
        case _:
            pass


def is_a_sentence(text: str) -> bool:
    """Whether it holds a word; what is typed as it stands holds none."""
    typed = text.lstrip(" ·").startswith("/") or text in NO_SENTENCES
    return not typed and re.search(r"[^\W\d_]{2}", text) is not None


def test_nothing_is_said_past_the_catalogues() -> None:
    """A sentence put into a message as it stands would be English to everybody."""
    found = {(file.name, text) for file in BOT.rglob("*.py") for text in literal(file.read_text("utf-8"))}
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        'reply(paragraph("Nothing was found."))',
        'Choice("Latest", "/latest")',
        'Choice(label="Latest", command="/latest")',
        'Span(f"{count} persons", Style.BOLD)',
        'heading("Settings" if one else speech.t("Other"))',
        'Span(named or "somebody")',
        'word = "URGENT"\nSpan(word)',
        'Field("At risk", line)',
        'Span("위험")',
    ],
)
def test_who_looks_for_such_a_sentence_finds_it(code: str) -> None:
    """In whatever form it is written."""
    assert literal(code)
    assert not literal(
        'Span(speech.t("Settings")); Choice(name, "/settings"); Span("/settings"); Span(" · ")'
    )


def test_korean_is_written_in_hangul() -> None:
    """English that was copied into the catalogue is no translation."""
    copied = {
        said[0] for said, told, _ in translated("ko") if not all(re.search("[가-힣]", form) for form in told)
    }
    assert copied == WITHOUT_HANGUL


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_every_sentence_is_translated(language: str) -> None:
    """No translation is empty, or marked as a guess."""
    unfinished = [said for said, told, fuzzy in translated(language) if fuzzy or not all(told)]
    assert unfinished == []


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
def test_translations_name_the_same_places(language: str) -> None:
    """A translation that drops a number or a name would hide it from the reader."""
    for said, told, _ in translated(language):
        for form in told:
            assert places(form) == places(said[-1]), said


@pytest.mark.parametrize("language", languages())
def test_commands_stand_unchanged_in_translations(language: str) -> None:
    """What is to be typed is the same in every language."""
    for said, told, _ in translated(language):
        typed = {word.strip(".,;:()") for word in said[0].split() if word.startswith("/")}
        assert all(command in form for command in typed for form in told if form), said


@pytest.mark.parametrize("language", languages())
def test_commands_begin_as_they_are_typed_where_they_are_read(language: str) -> None:
    """All commands of all sentences, and no other sign: of what fills a place none is changed."""
    read, theirs = Speech(language, mark="!"), "“/latest”, see https://a.org/help or /srv/help"
    known = {command.name for command in COMMANDS} | {"", "quit"}
    for said, told, _ in translated(language):
        for form in filter(None, (*said, *told)):
            filled = dict.fromkeys(places(form), theirs)
            usual, shown = form.format(**filled), read._sentence(form).format(**filled)
            changed = [at for at, (one, other) in enumerate(zip(usual, shown, strict=True)) if one != other]
            assert all((usual[at], shown[at]) == ("/", "!") for at in changed)
            assert {re.split("[^a-z]", shown[at + 1 :])[0] for at in changed} <= known, form
            assert shown.replace(theirs, "").count("/") == form.count("“/”"), form


def test_an_example_is_typed_as_where_it_is_read() -> None:
    """It is ours; the word that somebody wrote stays as they wrote it, whatever it begins with."""
    read = Speech(mark="!")
    told = Mistake("“{word}” is no number. Write it so: {example}", word="/help", example="/stats 30").line(
        read
    )
    (part,) = parts(Message((Paragraph(told),)))
    assert part.body == "“/help” is no number. Write it so: !stats 30"
    assert (
        read.also("ko")
        .t("I read only what is written. What can be asked: {example}", example="/help")
        .endswith("!help")
    )


@pytest.mark.parametrize("language", languages())
def test_every_closed_word_has_a_name(language: str) -> None:
    """Kinds, states and CAP's words can all be said: a new one without a name fails here."""
    speech = Speech(language)
    tables = (
        (KINDS, Kind),
        (URGENCIES, Urgency),
        (SEVERITIES, Severity),
        (CERTAINTIES, Certainty),
        (SOURCE_STATES, SourceState),
        (DIGESTS, Digest),
    )
    for table, words in tables:
        assert set(table) == set(words)
    assert speech.kind(Kind.OPEN_LETTER)
    assert speech.source_state(SourceState.NOT_A_FEED)


@pytest.mark.parametrize(
    ("asked", "spoken_in"),
    [
        ("ko-KR", "ko"),
        ("ko_KR.UTF-8", "ko"),
        ("KO", "ko"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        ("C", "en"),
    ],
)
def test_the_nearest_language_is_spoken(asked: str, spoken_in: str) -> None:
    """Whatever a client asks for, somebody answers."""
    assert nearest(asked) == spoken_in


def test_names_and_dates_come_in_the_reader_s_language() -> None:
    """Countries, languages, dates and moments are CLDR's; a moment names its time zone."""
    english, korean = Speech("en"), Speech("ko")
    assert (english.country("KP"), korean.country("KP")) == ("North Korea", "북한")
    assert (english.language_name("ko"), korean.language_name("ko")) == ("Korean", "한국어")
    assert english.date(date(2015, 12, 8)) == "8 December 2015"
    assert korean.date(date(2015, 12, 8)) == "2015년 12월 8일"
    moment = datetime(2015, 12, 8, 6, 47, tzinfo=UTC)
    assert english.moment(moment) == "8 December 2015, 06:47 UTC"
    assert korean.moment(moment) == "2015년 12월 8일 06:47 UTC"
    assert own_name("ko") == "한국어"


def test_unknown_codes_stay_visible() -> None:
    """A code without a name is shown rather than dropped."""
    assert Speech("en").country("ZQ") == "ZQ"
    assert Speech("en").language_name("qqq") == "qqq"


def test_numbers_choose_their_form() -> None:
    """One person, two people; in Korean one form does for both."""
    english, korean = Speech("en"), Speech("ko")
    assert english.n("{count} person", "{count} people", 1) == "1 person"
    assert english.n("{count} person", "{count} people", 1200) == "1,200 people"
    assert korean.n("{count} person", "{count} people", 9) == "9명"


def test_a_styled_place_keeps_its_style() -> None:
    """A name can be bold inside a sentence, wherever the language puts it."""
    who = Span("China", Style.BOLD)
    assert Speech("en").line("Asked of {addressee}:", addressee=who) == (Span("Asked of "), who, Span(":"))
    assert Speech("ko").line("Asked of {addressee}:", addressee=who)[0] == who


def test_values_are_never_read_as_templates() -> None:
    """Braces in a value stay braces: a publisher cannot reach into our sentences."""
    assert Speech("en").t("written {date}", date="{date.__class__}") == "written {date.__class__}"


@pytest.mark.parametrize("language", languages())
def test_no_letter_follows_a_command(language: str) -> None:
    """Glued to a particle, "/latest에서", it is no link: Telegram reads one word."""
    glued = re.compile(r"(?<![\w/@.}])/[a-z]{2,20}[^\W\d_a-z]")
    said = {text for known, own, _ in translated(language) for text in (*known, *own)}
    assert {text for text in said if glued.search(text)} == set()


@pytest.mark.parametrize("language", languages())
def test_what_a_command_takes_is_set_off_with_it(language: str) -> None:
    """In running text "/stop {number}" would be a link that sends "/stop"."""
    cut = re.compile(r"(?<![\w/@.}`])/[a-z]{2,20} (?:\{|\w+:\S)")
    said = {text for known, own, _ in translated(language) for text in (*known, *own)}
    assert {text for text in said if cut.search(text)} == set()
