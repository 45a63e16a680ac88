"""Turns the cues and dates of a text into named features, each with the words that show it."""

from dataclasses import dataclass, field
from datetime import date

from jobs.steps.classify.cues import HARMS, Cues
from jobs.steps.classify.dates import dates_in
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


def features_of(cues: Cues, today: date) -> Features:
    """The features of one text, judged on the day `today`.

    `execution` (a group has a cue), `title execution` (in the title), `execution near` (a cue and a
    word for "now" or a date ahead in the same or the next sentence), `execution feared` (a cue and
    a word of risk in one sentence), and the same for `harm`, which is any of them.
    """
    features = Features()
    for group, hits in cues.found.items():
        features.add(group, cues.words(hits[0]))
        if cues.in_title(group):
            features.add(f"title {group}", cues.words(hits[0]))
        if len({cues.tokens.words[hit.first] for hit in hits}) > 1:
            features.add(f"much {group}", cues.words(hits[1]))
    near = [(cues.sentence(hit), hit) for hit in cues.of("now")]
    near += _dates(cues, today, features)
    feared = {cues.sentence(hit): hit for hit in cues.of("risk")}
    for harm in HARMS:
        for hit in cues.of(harm):
            _pair(features, cues, harm, hit, near, feared)
    _requests(features, cues, near)
    return features


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


def _dates(cues: Cues, today: date, features: Features) -> list[tuple[int, Hit[str]]]:
    """Notes dates by how far they are; gives those within two weeks ahead, with their sentences."""
    ahead: list[tuple[int, Hit[str]]] = []
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
    return ahead


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
