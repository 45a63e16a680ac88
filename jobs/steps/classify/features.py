"""Turns the cues and dates of a text into named features, each with the words that show it."""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date

from jobs.steps.classify.cues import HARMS, Cues
from jobs.steps.classify.dates import dates_in
from jobs.steps.classify.together import HALVES, pairs
from jobs.steps.lexicon.phrases import Hit

_NEARBY = 1
"""Sentences between a harm and the word that says when, at most."""


@dataclass(slots=True)
class Features:
    """What holds of a text (name -> the words that show it)."""

    shown: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, words: str) -> None:
        """Note that a feature holds; the first words that show it are kept."""
        self.shown.setdefault(name, words)


def features_of(cues: Cues, today: date, language: str) -> Features:
    """The features of one text in a language (ISO 639-1), judged on the day `today`.

    `execution` (a group has a cue), `title execution` (in the title), `execution near` (a cue and a
    word for "now" or a date ahead in the same or the next sentence), `execution feared` (a cue and
    a word of risk in one sentence), and the same for `harm`, which is any of them.
    """
    features = Features()
    _seen(features, cues)
    for name, run in pairs(cues, language):
        features.add(name, cues.words(run))
        if cues.tokens.starts[run.first] < cues.title_end:
            features.add(f"title {name}", cues.words(run))
    ago = {cues.sentence(hit) for hit in cues.of("past_years", "anniversary")}
    near = [(cues.sentence(hit), hit) for hit in cues.of("now", "hour", "ahead")]
    near = [(sentence, hit) for sentence, hit in near if sentence not in ago]  # "ten years ago tonight"
    dated, later = _dates(cues, today, features)
    near += dated
    if not dated and not cues.of("now", "hour", "forbear") and _old(features):
        features.add("long past", features.shown["date old"])
    feared = {cues.sentence(hit): hit for hit in cues.of("risk")}
    for harm in HARMS:
        for hit in cues.of(harm):
            _pair(features, cues, harm, hit, near, feared)
    _appointed(features, cues, dated)
    _ordered(features, cues, later)
    _signs(features, cues, near)
    _hearings(features, cues, near)
    _requests(features, cues, near)
    features.add(f"in {language}", "")
    return features


def _seen(features: Features, cues: Cues) -> None:
    """Which groups have a cue: anywhere, in the title, more than once, as the first word of title or text."""
    body = bisect_left(cues.tokens.starts, cues.title_end)
    for group, hits in cues.found.items():
        if group in HALVES:
            continue
        features.add(group, cues.words(hits[0]))
        if cues.in_title(group):
            features.add(f"title {group}", cues.words(hits[0]))
        if len({cues.tokens.words[hit.first] for hit in hits}) > 1:
            features.add(f"much {group}", cues.words(hits[1]))
    for group in ("follow_up", "closed"):
        for hit in cues.of(group):
            if hit.first == 0:
                features.add(f"opens {group}", cues.words(hit))
            elif hit.first == body:
                features.add(f"text opens {group}", cues.words(hit))


def _pair(  # one harm against all that says when
    features: Features,
    cues: Cues,
    harm: str,
    hit: Hit[str],
    near: list[tuple[int, Hit[str]]],
    feared: dict[int, Hit[str]],
) -> None:
    sentence = cues.sentence(hit)
    if harm != "custody":
        features.add("harm", cues.words(hit))
    for there, when in near:
        if abs(there - sentence) <= _NEARBY:
            for name in (harm, "harm") if harm != "custody" else (harm,):
                features.add(f"{name} near", cues.words(when))
            break
    risk = feared.get(sentence)
    if risk is not None:
        for name in (harm, "harm") if harm != "custody" else (harm,):
            features.add(f"{name} feared", cues.words(risk))


_Placed = list[tuple[int, Hit[str]]]
"""Dates with the sentences that they stand in."""


def _dates(cues: Cues, today: date, features: Features) -> tuple[_Placed, _Placed]:
    """Notes dates by how far they are; gives those within two weeks ahead, and those some weeks later."""
    ahead: _Placed = []
    later: _Placed = []
    for mention in dates_in(cues.tokens, today):
        days = (mention.day - today).days
        hit = Hit("date", mention.first, mention.last)
        name = _distance(days)
        if name == "date today" and not mention.exact:
            name = "date recent"
        features.add(name, cues.words(hit))
        if cues.tokens.starts[mention.first] < cues.title_end:
            features.add(f"title {name}", cues.words(hit))
        if name == "date soon":
            # "8 December" on 8 December is a dateline far more often than an hour to come.
            ahead.append((cues.sentence(hit), hit))
        elif 0 < days <= _WEEKS:
            later.append((cues.sentence(hit), hit))
    return ahead, later


_WEEKS = 45
"""Days within which what is asked for is expected (CAP)."""


def _old(features: Features) -> bool:
    """Whether it tells of long ago; a title that tells of a risk does so only of how it came about."""
    return "date old" in features.shown and "title risk" not in features.shown


def _distance(days: int) -> str:
    for name, low, high in _DISTANCES:
        if low <= days <= high:
            return name
    return "date far"


_DISTANCES = (
    ("date today", 0, 0),
    ("date soon", 1, 14),
    ("date later", 15, 90),
    ("date recent", -14, -1),
    ("date past", -400, -15),
    ("date old", -40_000, -401),
)
"""Names of distances in days from the day of judgement."""


def _appointed(features: Features, cues: Cues, dated: _Placed) -> None:
    """A harm that has its day, within two weeks, in the same sentence; and it is feared, not done."""
    days = dict(dated)
    done = {cues.sentence(hit) for hit in cues.of("done", "worst", "past")}
    feared = {cues.sentence(hit) for hit in cues.of("risk", "ahead", "court")}
    shown = {cues.sentence(hit) for hit in cues.of("art", "review", "past_years", "anniversary")}
    tried = {cues.sentence(hit) for hit in cues.of("court")}
    for harm in HARMS:
        for hit in cues.of(harm) if harm != "custody" else ():
            sentence = cues.sentence(hit)
            if sentence in shown or (harm in _TRIED and sentence in tried):
                continue  # a film or a trial about it has its day, not the harm
            if sentence in days and sentence not in done:
                features.add("harm dated", cues.words(days[sentence]))
                if sentence in feared:
                    features.add("harm dated, feared", cues.words(days[sentence]))


_TRIED = frozenset({"attack", "torture", "disappearance"})
"""Harms that courts look back upon; an execution or a return they may still order."""

_ORDERED = ("execution", "return", "eviction")
"""Harms for which an authority sets a day."""


def _ordered(features: Features, cues: Cues, later: _Placed) -> None:
    """A harm for which a day is set some weeks ahead, in the same sentence: people can still prevent it."""
    days = dict(later)
    done = {cues.sentence(hit) for hit in cues.of("done", "worst", "art", "review", "anniversary")}
    due = {cues.sentence(hit) for hit in cues.of("ahead", "gallows", "risk")} - done
    for harm in _ORDERED:
        for hit in cues.of(harm):
            sentence = cues.sentence(hit)
            if sentence in days and sentence in due:
                features.add("harm set", cues.words(days[sentence]))


_SIGNS = ("moved", "flight", "gallows", "silence", "fasting", "sickness")
"""Groups that show a harm on its way without its name: a bus to the border, a fortieth day without food."""


def _signs(features: Features, cues: Cues, near: list[tuple[int, Hit[str]]]) -> None:
    """Signs of a harm beside a word that says when."""
    soon = dict(near)
    for sign in _SIGNS:
        for hit in cues.of(sign):
            sentence = cues.sentence(hit)
            when = soon.get(sentence) or soon.get(sentence + 1) or soon.get(sentence - 1)
            if when is not None:
                features.add(f"{sign} near", cues.words(when))
                features.add("omen near", cues.words(when))


def _hearings(features: Features, cues: Cues, near: list[tuple[int, Hit[str]]]) -> None:
    """A court or an official who decides soon on a harm: all three in one sentence."""
    soon = dict(near)
    harms = {cues.sentence(hit) for harm in HARMS if harm != "custody" for hit in cues.of(harm)}
    for group in ("court", "officials", "moved", "plea"):
        for hit in cues.of(group):
            sentence = cues.sentence(hit)
            if sentence in harms:
                features.add(f"{group} against harm", cues.words(hit))
                if sentence in soon:
                    features.add(f"{group} against harm, soon", cues.words(soon[sentence]))


def _requests(features: Features, cues: Cues, near: list[tuple[int, Hit[str]]]) -> None:
    """Requests that stand beside a word for "now" or a harm."""
    soon = {sentence for sentence, _ in near}
    harms = {cues.sentence(hit) for harm in HARMS for hit in cues.of(harm)}
    for group in ("demand", "reader"):
        for hit in cues.of(group):
            if cues.sentence(hit) in soon:
                features.add(f"{group} now", cues.words(hit))
            if cues.sentence(hit) in harms:
                features.add(f"{group} against harm", cues.words(hit))
    for group in ("registration", "fundraising", "vacancy", "event"):
        for hit in cues.of(group):
            if cues.sentence(hit) in soon:
                features.add(f"{group} soon", cues.words(hit))
