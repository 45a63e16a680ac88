"""Reads the tables of `continental.toml`: asking words, verb forms, and where one thing asked ends."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from jobs.steps.extract.conjugated import subjunctives
from jobs.steps.extract.data import table

_FILE = "continental.toml"
LANGUAGES = frozenset(table(_FILE))
_UNACCENTED = frozenset({"de", "este"})
"""Spanish words that are forms of a verb only with their accent: dé, esté."""
_STARTS = re.compile(r"(?:^|\s|(?<=[dD]’))")
_WORD = re.compile(r"[\w’-]+")
_RUSSIAN_INFINITIVE = re.compile(
    r"\w{2,}[аеиоуыэюяё]ть(?:ся)?$|\w*(?:нести|вести|везти|йти|йтись|расти|спасти|блюсти|рести|"
    r"сести)(?:сь)?$|"
    r"\w*(?:мочь|лечь|влечь|беречь|сечь|стичь|речься)(?:ся)?$"
)
_LATIN_INFINITIVE = {
    "fr": re.compile(r"\w{3,}(?:er|ir)$"),
    "es": re.compile(r"\w{3,}[aei]r$"),
}
_CLITIC = re.compile(
    r"(?<=r)(?:se|nos|les?|(?:se|nos)?l[oa]s?)$|(?<=[ae]n)(?:se|les?|l[oa]s?)$|(?<=[ae])(?:se|les?|l[oa]s?)$"
)
_THAT = re.compile(r"(?:que|qu’|чтобы)\s*$", re.IGNORECASE)
_PURPOSE = re.compile(r"(?:para|afin|pour|a fin|con el fin)\b", re.IGNORECASE)
_SUBJECT = 16  # words of a clause's subject
_START = 24  # characters in which a sentence may begin with its verb, so that it has a capital
_LONGEST = 60  # words of a quote
INFINITIVE, SUBJUNCTIVE, COMMAND, PAST = "infinitive", "subjunctive", "command", "past"


def plain(word: str) -> str:
    """A word in lower case without the accents that only mark stress."""
    return unicodedata.normalize("NFC", re.sub("\u0301", "", unicodedata.normalize("NFD", word.lower())))


@dataclass(frozen=True)
class Grammar:
    """How one language asks."""

    language: str
    ask: re.Pattern[str]
    must: re.Pattern[str]
    links: re.Pattern[str]
    joints: re.Pattern[str]
    before_verb: re.Pattern[str]
    to: re.Pattern[str]
    heading: re.Pattern[str]
    actors: re.Pattern[str]
    others: re.Pattern[str]
    gathering: re.Pattern[str]
    reported: re.Pattern[str]
    thing: re.Pattern[str]
    ordinal: re.Pattern[str]
    connective: re.Pattern[str]
    subject: re.Pattern[str]
    public: re.Pattern[str]
    opens: re.Pattern[str]
    you: frozenset[str]
    small: frozenset[str]
    verbs: frozenset[str]
    subjunctive: frozenset[str]
    not_verbs: frozenset[str]

    def form(self, word: str) -> str:
        """Which form of a verb a word is; "" for any other."""
        word = word.lower().strip("’-")
        if word in self.not_verbs or len(word) < 2:
            return ""
        if self.language == "ru":
            return self._russian(word)
        bare = plain(word) if self.language == "es" else word
        if bare in self.subjunctive and word not in _UNACCENTED:
            return SUBJUNCTIVE
        if self._infinitive(word, bare):
            return INFINITIVE
        if self.language == "fr":
            return COMMAND if len(word) > 4 and word.endswith("ez") else ""
        return COMMAND if _CLITIC.sub("", bare) in self.subjunctive and len(bare) > 5 else ""

    def known_infinitive(self, word: str) -> bool:
        """Whether a word is surely an infinitive: such may follow a party with nothing in between."""
        word = word.lower()
        if self.language == "ru":
            return self.form(word) == INFINITIVE
        bare = plain(word)
        return word not in self.not_verbs and any(
            one in self.verbs for one in (word, bare, _CLITIC.sub("", bare))
        )

    def _infinitive(self, word: str, bare: str) -> bool:
        if any(one in self.verbs for one in (word, bare, _CLITIC.sub("", bare))):
            return True
        return _LATIN_INFINITIVE[self.language].match(bare) is not None

    def _russian(self, word: str) -> str:
        if re.search(r"(?:[ийь]те)(?:сь)?$", word) and not word.endswith("ните ли"):
            return COMMAND
        if _RUSSIAN_INFINITIVE.match(word) and not re.search(r"(?:ость|асть|ерть|ечать)$", word):
            return INFINITIVE
        return PAST if re.search(r"[аеиоуыяё](?:л|ла|ло|ли)(?:сь|ся)?$", word) and len(word) > 3 else ""

    def verb_at(self, text: str, at: int) -> tuple[str, int]:
        """The form of the verb that begins at `at`, small words passed over, and its place; "" if none."""
        start = self.before_verb.match(text, at)
        place = start.end() if start else at
        word = _WORD.match(text, place)
        if word is None or (word.group()[:1].isupper() and place > _START):
            return "", at
        # French joins small words to the verb: l’autoriser, d’enquêter.
        head = word.group().rsplit("’", 1)[-1]
        form = self.form(head)
        return (form, word.end() - len(head)) if form else ("", at)

    def phrases(self, text: str, form: str) -> list[str]:
        """The things asked in a complement whose first verb has `form`: "release A, let B in and end C"."""
        found: list[str] = []
        held = 0
        for end, following in [*self._cuts(text, form), (len(text), len(text))]:
            said = self.closed(text[held:end])
            if end < len(text) and len(said.split()) < 2:
                continue  # a verb whose object comes with the next one
            if said:
                found.append(said)
            held = following
        return found

    def _cuts(self, text: str, form: str) -> Iterator[tuple[int, int]]:
        """Where one thing asked ends and where the next one begins."""
        last = 0
        for joint in self.joints.finditer(text):
            if joint.start() <= last:
                continue
            link = self.links.match(text, joint.end())
            if link and _PURPOSE.match(link.group().strip()):
                continue
            told, place = self.verb_at(text, link.end() if link else joint.end())
            that = link and _THAT.search(link.group())
            subject = False
            if that and not told and link and (clause := self.clause(text, link.end())):
                told, place, subject = SUBJUNCTIVE, clause, True
            elif that and not told and link and self._duty(text, link.end()):
                told, place = SUBJUNCTIVE, link.end()
            if not told or not (link or told == form or {told, form} == {COMMAND, SUBJUNCTIVE}):
                continue
            if not link and not re.match(r"[\w’-]+\s+[\w«“]", text[place:]):
                continue
            last = place
            begins = link.end() if subject and link else self._begins(text, joint.end(), link, place)
            yield joint.start(), begins

    def _duty(self, text: str, at: int) -> bool:
        """Whether a clause tells what must be done: "que la enferma debe recibir su tratamiento"."""
        end = re.compile(r"[,;.]").search(text, at)
        return self.must.search(text, at, end.start() if end else len(text)) is not None

    def _begins(self, text: str, at: int, link: re.Match[str] | None, place: int) -> int:
        """Where a thing asked begins: past the link, at the negation before its verb if there is one."""
        start = link.end() if link else at
        words = text[start:place].split()
        return start if len(words) <= 3 else place

    def clause(self, text: str, at: int) -> int:
        """The verb of a clause with its subject first: "que le gouvernement libère"; 0 if none."""
        for count, word in enumerate(_WORD.finditer(text, at)):
            between = text[at : word.start()]
            if count > _SUBJECT or re.search(r"[;:.]|\b(?:que|qui|чтобы|который)\b|qu’", between):
                return 0
            if count and self.form(word.group().rsplit("’", 1)[-1]) == (
                PAST if self.language == "ru" else SUBJUNCTIVE
            ):
                return word.start()
        return 0

    def closed(self, piece: str) -> str:
        """A thing asked without what joins it to others."""
        piece = " ".join(piece.split()[:_LONGEST])
        for _ in range(4):
            piece = self.links.sub("", piece, count=1) if self.links.match(piece) else piece
            piece = re.sub(rf"[\s,;:.!…»”\"«]+$|\s(?:{self.joints.pattern})$", "", piece.strip(" ,;:"))
            piece = re.sub(r"\s(?:et|y|e|и|а также|ainsi que|así como)$", "", piece)
            piece = re.sub(rf"\s(?:{self.links.pattern})$", "", f"{piece} ").strip()
        return piece.strip(' ,;:.!»”"—–')

    def thing_in(self, text: str, after: Callable[[str, "Grammar"], bool]) -> int | None:
        """Where the thing asked begins, a noun with its article, if it is of no name and `after` lets it."""
        for start in _STARTS.finditer(text):
            found = self.thing.match(text, start.end())
            if found is None:
                continue
            lead = text[start.end() : found.end("lead")]
            if (lead.islower() or (not start.end() and not lead.isupper())) and after(
                text[: start.end()], self
            ):
                return start.end()
        return None

    def things(self, text: str) -> list[str]:
        """A thing asked, and what clauses behind it ask: "the end of A, and that B be given back"."""
        cuts = [cut for cut in self._cuts(text, SUBJUNCTIVE) if self._that_before(text, *cut)]
        cuts = sorted({*cuts, *self._things_joined(text)})
        starts = [0, *(following for _, following in cuts)]
        ends = [*(end for end, _ in cuts), len(text)]
        return [
            said for start, end in zip(starts, ends, strict=True) if (said := self.closed(text[start:end]))
        ]

    def _things_joined(self, text: str) -> Iterator[tuple[int, int]]:
        """Where one thing asked is joined to another: "the end of A and the release of B"."""
        for joint in _JOINED_THING.finditer(text):
            if self.thing.match(text, joint.end("joint")):
                yield joint.start(), joint.end("joint")

    def _that_before(self, text: str, end: int, following: int) -> bool:
        return re.search(r"(?:\bque|qu’|чтобы)\s*$", text[end:following], re.IGNORECASE) is not None

    def names_actor(self, name: str) -> bool:
        """Whether a name has a word of those who can be asked."""
        return self.actors.search(name) is not None


_JOINED_THING = re.compile(
    r"(?P<joint>(?:,\s+(?:y\s+|et\s+|и\s+)?|\s(?:y|et|и|así como|ainsi que|а также)\s+))(?=(?:la\s|el\s|"
    r"le\s|l’|los\s|las\s|les\s|un[ae]?\s|à\s|al\s))"
)


@cache
def grammar(language: str) -> Grammar:
    """The grammar of one of `LANGUAGES`."""
    row = table(_FILE)[language]
    flags = re.IGNORECASE
    adverbs = rf"(?:[\s,]+(?:{row['adverbs']})(?!\w))*"
    verbs = frozenset(row["verbs"].split())
    adverb = rf"(?:(?:{row['adverb']}),?\s+)*"
    joint = rf"[,;]\s+(?:(?:{row['and']})\s+)?{adverb}|\s+(?:{row['and']})\s+{adverb}"
    irregular = dict(pair.split("=") for pair in row["irregular"].split())
    made = subjunctives(language, verbs, irregular) if verbs else frozenset()
    return Grammar(
        language=language,
        ask=re.compile(
            rf"(?<!\w)(?:(?P<pronoun>{row['pronouns']})\s*)?(?<![^\W_])(?:(?P<first>{row['first']})|"
            rf"(?P<third>{row['third']})|(?P<resolves>{row['resolves']}))(?!\w)(?:-(?P<after>leur|lui|"
            rf"vous))?{adverbs}(?:\s+(?P<behind>{row['pronouns']})"
            rf"(?=\s+(?:{row['links']}|\w+(?:ть|ти|чь))))?{adverbs}",
            flags,
        ),
        must=re.compile(rf"(?<!\w){row['must']}(?!\w){adverbs}\s*", flags),
        links=re.compile(rf"\s*(?:{_longest(row['links'])})(?:(?<=’)|(?!\w))\s*", flags),
        joints=re.compile(joint, flags),
        before_verb=re.compile(
            rf"\s*(?:(?:{row['adverb']}),?\s+)*{row['reflexive']}(?:(?:{row['adverb']}),?\s+)*", flags
        ),
        to=re.compile(rf"^(?:{_longest(row['to'])})(?:(?<=’)|\s+)", flags),
        heading=re.compile(rf"^(?:{row['headings']})(?:(?<=’)|\s+)(?=\S)", flags),
        actors=re.compile(rf"(?<!\w)(?:{row['actors']})", flags),
        others=re.compile(rf"(?<!\w)(?:{row['others']})", flags),
        gathering=re.compile(rf"(?<!\w)(?:{row['gathering']})", flags),
        reported=re.compile(row["reported"], flags),
        thing=re.compile(
            rf"(?P<lead>(?:(?:le|la|les|l’|el|los|las|une?|una|un|sus?|leurs?|ses)\s*)?"
            rf"(?:(?!(?:le|la|les|el|los|las|une?|una)\s)[\w-]+\s+){{0,2}}?"
            rf"(?<!\w)(?:{row['things']})\w*)",
            flags,
        ),
        ordinal=re.compile(rf"^(?:{row['ordinals']})\s*[,:.–—-]\s+", flags),
        connective=re.compile(rf"^(?:(?:{row['connectives']})(?!\w),?\s*)+", flags),
        subject=re.compile(rf"^(?:{row['subjects']})$", flags),
        public=re.compile(row["public"], flags),
        opens=re.compile(rf"^(?:{row['opens']})[^.]{{0,40}}:$", flags),
        you=frozenset(row["you"]),
        small=frozenset(row["small"].split()),
        verbs=verbs,
        subjunctive=frozenset(plain(one) for one in made) if language == "es" else made,
        not_verbs=frozenset(row["not_verbs"].split()),
    )


def _longest(alternatives: str) -> str:
    return (
        "|".join(sorted(alternatives.split("|"), key=len, reverse=True))
        if "(" not in alternatives
        else alternatives
    )
