"""From a question's words to the terms that may answer it: forms, spellings, slips, other names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from storage.addressed import begins, told
from storage.calendar import Calendar
from storage.hangul import bare_words, cut
from storage.idle import is_idle, without_idle
from storage.known import Known
from storage.queries import Query
from storage.question import Group, Question, Way, rarest
from storage.roots import alike, apart, keys, script, slips
from storage.terms import compounds, is_unparted, pairs, plain, runs, terms
from storage.vocabulary import Term, Totals, Vocabulary

_MOST_WORDS = 40
_MOST_FORMS = 12
_MOST_SENSES = 24
_MOST_VOICES = 200
_EXACT, _ROOT, _SOUND, _OTHER, _SHARED = 1.0, 0.85, 0.8, 0.9, 0.65
_PLACE, _APART, _SLIP, _SLIPS = 0.7, 0.5, 0.6, 0.45
_LEAST_SLIP, _LEAST_SLIPS = 4, 7
_SPLIT = 6
_TOGETHER = 3


class Reader:
    """Reads questions by the vocabulary of one database."""

    def __init__(self, vocabulary: Vocabulary, calendar: Calendar) -> None:
        self._vocabulary = vocabulary
        self._calendar = calendar
        self._known = Known(vocabulary)
        self._statements = 0

    def read(self, query: Query, held: Totals) -> Question:
        """The question in terms that are held."""
        self._statements = held.statements
        words = query.words[:_MOST_WORDS]
        phrases, without = query.phrases[:_MOST_WORDS], query.without[:_MOST_WORDS]
        self._look_up(words, phrases, without, query)
        groups: list[Group] = []
        instead: list[tuple[str, str]] = []
        unknown = False
        many = len(words) > 1
        for at, word in enumerate(words):
            if not terms(word):
                continue
            if many and is_idle(word):
                idle = (self._weighed(group) for group in self._groups(word) if group.ways)
                groups += [replace(group, needed=False) for group in idle]
                continue
            groups += self._between(words, at)
            found = self._groups(word)
            more = [*self._joined(words, at), *self._meant(query, at)]
            if not any(group.ways for group in found) and not more:
                found, used = self._mended(word)
                instead += [(word, used)] if used else []
            found = [
                replace(g, ways=tuple(_ordered((*g.ways, *more)))) if g.needed else g
                for g in found or ([Group((), 0)] if more else [])
            ]
            kept = [self._weighed(group) for group in found if group.ways]
            unknown = unknown or not kept
            groups += kept
        for phrase in phrases:
            group = self._phrase(phrase)
            if group:
                unknown = unknown or not group.ways
                groups.append(self._weighed(group))
        if not any(group.needed for group in groups):
            groups = [replace(group, needed=True) for group in groups]
        left_out = tuple(way for word in without for way in self._excluded(word))
        return Question(
            tuple(groups), tuple(self._facts(query)), left_out, held, self._known.texts,
            tuple(instead), unknown,
        )  # fmt: skip

    # What is looked up of the vocabulary, in few questions.

    def _look_up(
        self, words: Sequence[str], phrases: Sequence[str], without: Sequence[str], query: Query
    ) -> None:
        wanted: set[str] = set()
        for text in (*words, *phrases, *without):
            wanted |= set(terms(text)) | set(compounds(text))
            for kind, run in runs(text):
                if kind in ("hangul", "han"):
                    wanted |= set(pairs(run)) | {pair for base in bare_words(run) for pair in pairs(base)}
        for sense in query.senses:
            for name in sense.also:
                wanted |= set(terms(name))
            wanted |= {f"country:{code}" for code in sense.countries} | {
                f"year:{year}" for year in sense.years
            }
        flat = [plain(word) for word in words]
        wanted |= {one[-1:] + other[:1] for one, other in pairwise(flat)}
        wanted |= {one + other for one, other in pairwise(flat) if one.isalpha() and other.isalpha()}
        wanted |= {f"kind:{kind}" for kind in query.kinds} | {f"lang:{code}" for code in query.languages}
        wanted |= {f"country:{code}" for code in query.countries} | {
            f"to:{code}" for code in (*query.to, *(code for code, _ in query.to_organs))
        }
        self._known.learn(wanted)
        asked = {term for text in (*words, *phrases) for term in terms(text)}
        under = {key for term in asked for key in keys(term)}
        self._known.look_under(under)

    # Words.

    def _groups(self, word: str) -> list[Group]:
        """What a word asks for; a long run of Korean, Chinese or Japanese asks for each of its pairs."""
        word = without_idle(word)
        found = list(runs(word))
        whole = terms(word)
        if len(found) == 1:
            kind, run = found[0]
            if kind in ("hangul", "han"):
                return self._pairs_of(kind, run)
            return [Group(tuple(self._forms(run)), 0)]
        if not found:
            return []
        if all(kind in ("word", "digits") for kind, _ in found) or any(kind == "digits" for kind, _ in found):
            return [Group(tuple(self._compound(word, whole)), 0)]
        return [group for kind, run in found for group in self._groups(run)]

    def _pairs_of(self, kind: str, run: str) -> list[Group]:
        if len(run) == 1:
            ids = self._starting(run)
            return [Group((Way((ids,)),) if ids else (), 0)]
        bare = next(iter(bare_words(run)), run) if kind == "hangul" else run
        if len(bare) <= 3:
            ways = [
                way
                for text, weight in ((run, _EXACT), (bare, 0.9))
                for way in self._sequence(pairs(text), weight)
            ]
            if len(bare) == 3:
                ways += [
                    replace(way, weight=_APART, apart=True) for way in self._sequence(pairs(bare), _APART)
                ]
            return [Group(tuple(dict.fromkeys(ways)), 0)]
        if kind == "hangul":
            return self._words_of(bare, run[len(bare) :])
        return [Group(tuple(self._sequence([pair], _EXACT)), 0) for pair in pairs(bare)]

    def _words_of(self, run: str, particle: str) -> list[Group]:
        """A Korean compound as its words would be read with spaces between them: 강제북송 is 강제 북송."""
        words = cut(run, self._known.held)
        found = self._pairs_of("hangul", words[0] if len(words) > 1 else words[0] + particle)
        for one, other in pairwise(words):
            is_last = other is words[-1]
            found += self._together(one, other)
            found += self._pairs_of("hangul", other + particle if is_last else other)
        return found

    def _between(self, words: Sequence[str], at: int) -> list[Group]:
        """What tells that a Korean word and the one before it stand side by side, as in a compound."""
        if not at or is_idle(words[at - 1]):
            return []
        one, other = plain(words[at - 1]), plain(words[at])
        both = script(one[-1:]) == script(other[:1]) == "hangul"
        return [self._weighed(group) for group in self._together(one, other)] if both else []

    def _together(self, one: str, other: str) -> list[Group]:
        ways = tuple(self._sequence([one[-1] + other[0]], _EXACT))
        return [Group(ways, 0, needed=False)] if ways else []

    def _sequence(self, found: Sequence[str], weight: float) -> Iterator[Way]:
        steps = tuple(self._known.id(term) for term in found)
        if steps and all(steps):
            yield Way(steps, weight)

    def _starting(self, char: str) -> tuple[int, ...]:
        return tuple(
            dict.fromkeys(
                (*self._known.id(char), *(one.id for one in self._known.begins(char) if len(one.text) <= 2))
            )
        )

    def _compound(self, word: str, whole: Sequence[str]) -> Iterator[Way]:
        """A/C.3/79/L.34, non-refoulement, 9명: written together, one after the other, or apart."""
        for joined in compounds(word):
            if self._known.id(joined):
                yield Way((self._known.id(joined),), _EXACT)
        steps = tuple(map(self._begun_by, whole))
        if steps and all(steps):
            yield Way(steps, 0.95)
        rooted = tuple(self._rooted(term) for term in whole)
        if rooted and all(rooted) and not any(term.isdigit() for term in whole):
            yield Way(rooted, 0.8)
            yield Way(rooted, _APART, apart=True)

    def _begun_by(self, term: str) -> tuple[int, ...]:
        """The term; of a Korean syllable all that begin so: 국 of 제3국 stands before a particle."""
        return self._starting(term) if len(term) == 1 and script(term) == "hangul" else self._known.id(term)

    def _rooted(self, term: str) -> tuple[int, ...]:
        others = [one for key in keys(term) if key[0] == "r" for one in self._known.filed.get(key, ())]
        ranked = sorted({one.id: one for one in others}.values(), key=lambda one: (-one.held, one.text))
        return tuple(dict.fromkeys((*self._known.id(term), *(one.id for one in ranked[:_MOST_FORMS]))))

    def _forms(self, term: str) -> Iterator[Way]:
        """A word as it is, in its other forms, and in other spellings of the same name."""
        if self._known.id(term):
            yield Way((self._known.id(term),), _EXACT)
        rooted = tuple(one for one in self._rooted(term) if one not in self._known.id(term))
        if rooted:
            yield Way((rooted,), _ROOT)
        others = (
            one.id
            for key in keys(term)
            if key[0] == "s"
            for one in self._known.filed.get(key, ())
            if one.text != term and one.id not in rooted and alike(term, one.text)
        )
        spelt = tuple(islice(others, _MOST_FORMS))  # to tell how much alike two are takes the longest of all
        if spelt:
            yield Way((spelt,), _SOUND)

    def _joined(self, words: Sequence[str], at: int) -> Iterator[Way]:
        """The word written together with its neighbour, or cut in two."""
        word = plain(words[at])
        for one, other in ((at - 1, at), (at, at + 1)):
            if one >= 0 and other < len(words):
                both = plain(words[one]) + plain(words[other])
                if self._known.is_held(both):
                    yield Way((self._known.id(both),), _OTHER)
        if script(word) == "latin" and len(word) >= _SPLIT and not self._known.id(word):
            cuts = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 2)]
            self._known.learn(part for cut in cuts for part in cut)
            whole = [cut for cut in cuts if all(self._known.id(part) for part in cut)]
            if whole:
                best = max(whole, key=lambda cut: min(self._known.held(part) for part in cut))
                yield Way(tuple(self._known.id(part) for part in best), _OTHER)

    def _meant(self, query: Query, at: int) -> Iterator[Way]:
        """Other names for what the word is a part of."""
        for sense in query.senses:
            if not sense.first <= at < sense.first + sense.words:
                continue
            named = query.words[sense.first : sense.first + sense.words]
            is_one = sense.words == 1 or all(map(is_unparted, named))  # a space there means nothing
            for name in sense.also[:_MOST_SENSES]:  # each of several words has it, and each counts it
                for way in self._sequence(terms(name), _OTHER if is_one else _SHARED):
                    yield replace(way, named=True)
            for fact, weight in (
                *((f"country:{code}", _PLACE) for code in sense.countries),
                *((f"year:{year}", _OTHER) for year in sense.years),
            ):
                yield from self._sequence([fact], weight)

    def _mended(self, word: str) -> tuple[list[Group], str]:
        """What was probably meant by a word that nothing holds, and how it is written."""
        whole = terms(word)
        if len(whole) == 1:
            near = self._near(whole[0])
            if near:
                ways = tuple(Way((tuple(one.id for one in part),), weight) for weight, part in near)
                return [Group(ways, 0)], near[0][1][0].text
            return [], ""
        steps = [
            self._rooted(term) or tuple(one.id for _, part in self._near(term) for one in part)
            for term in whole
        ]
        if not all(steps):
            return [], ""
        used = "".join(
            self._known.texts[step[0]] if at == 0 else self._known.texts[step[0]][-1:]
            for at, step in enumerate(steps)
        )
        if script(whole[0]) != "hangul":
            used = " ".join(self._known.texts[step[0]] for step in steps)
        return [Group((Way(tuple(steps), _SLIP),), 0)], used

    def _near(self, term: str) -> list[tuple[float, list[Term]]]:
        """Held terms that one slip or two lead to, the most frequent first."""
        kind = script(term)
        if kind is None or (kind != "hangul" and len(term) < _LEAST_SLIP):
            return []
        once = [one for one in self._vocabulary.known(slips(term)) if one.held > 0]
        if once:
            return [(_SLIP, self._remembered(once)[:3])]
        if kind == "hangul" or len(term) < _LEAST_SLIPS:
            return []
        others = [
            *self._vocabulary.beginning(term[:3], 3_000),
            *(one for key in keys(term) for one in self._known.filed.get(key, ())),
        ]
        twice = [
            one
            for one in {one.id: one for one in others}.values()
            if one.text.isalpha() and apart(term, one.text, 2) <= 2
        ]
        return [(_SLIPS, self._remembered(twice)[:3])] if twice else []

    def _remembered(self, found: list[Term]) -> list[Term]:
        self._known.met(found)
        return sorted(found, key=lambda one: (-one.held, one.text))

    # Phrases, words left out, filters.

    def _phrase(self, phrase: str) -> Group | None:
        whole = terms(phrase)
        if not whole:
            return None
        ways = list(self._sequence(whole, _EXACT))
        for steps, weight in ((map(self._begun_by, whole), 0.95), (map(self._rooted, whole), _ROOT)):
            row = tuple(steps)
            if all(row):
                ways.append(Way(row, weight))
        if len(whole) > 1:
            for joined in (*compounds(phrase), *self._written_together(whole)):
                ways += self._sequence([joined], _EXACT)
        return Group(tuple(dict.fromkeys(ways)), 0, strict=True)

    def _written_together(self, whole: Sequence[str]) -> Iterator[str]:
        """A phrase of a few words as one: "fact finding" is factfinding."""
        if len(whole) <= _TOGETHER and all(script(term) in ("latin", "cyrillic") for term in whole):
            yield "".join(whole)

    def _excluded(self, word: str) -> Iterator[Way]:
        whole = terms(word)
        steps = tuple(map(self._rooted, whole))
        if steps and all(steps):
            yield Way(steps)

    def _facts(self, query: Query) -> Iterator[Group]:
        for name, values in (("kind", query.kinds), ("lang", query.languages), ("country", query.countries)):
            if values:
                yield self._fact(
                    way for value in values for way in self._sequence([f"{name}:{value}"], _EXACT)
                )
        if query.sources:
            yield self._fact(way for name in query.sources for way in self._named("from", name))
        if query.to or query.to_names or query.to_organs:
            ways = [way for code in query.to for way in self._sequence([f"to:{code}"], _EXACT)]
            ways += [way for name in query.to_names for way in self._named("to", name)]
            ways += [way for code, name in query.to_organs for way in self._of_country(code, name)]
            yield self._fact(ways)
        if query.since or query.before:
            months = self._calendar.between(query.since, query.before)
            ids = self._calendar.spans(months)
            way = Way((ids,), held=sum(one.held for one in months))
            yield Group((way,) if ids else (), way.held, strict=True)

    def named(self, role: str, name: str) -> Group:
        """Who has this name in this role: "from" speaks, "to" is asked; without ways where nobody has."""
        return self._fact(self._named(role, name))

    def _fact(self, ways: Iterable[Way]) -> Group:
        return self._weighed(Group(tuple(ways), 0, strict=True))

    def _named(self, role: str, name: str) -> Iterator[Way]:
        """Who speaks, or is asked, by the words of the name, or what begins so (`storage.addressed`)."""
        steps = []
        for term in (term for _, run in told(name) for term in terms(run)):
            if begins(term):
                voices = self._vocabulary.beginning(f"{role}:{term}", _MOST_VOICES)
                self._known.met(voices)
                steps.append(tuple(one.id for one in voices))
            else:
                steps.append(self._known.id(f"{role}:{term}"))
        if steps and all(steps):
            yield Way(tuple(steps), apart=True)

    def _of_country(self, code: str, name: str) -> Iterator[Way]:
        """Somebody is asked by the words of the name, and so is somebody of the country."""
        country = self._known.id(f"to:{code}")
        for way in self._named("to", name) if country else ():
            yield Way((country, *way.steps), apart=True)

    def _weighed(self, group: Group) -> Group:
        """The group with how many statements hold it, and each way of it."""
        whole = max(self._statements, 1)

        def of(way: Way) -> Way:
            held = [sum(self._known.counts.get(number, 1) for number in step) for step in way.steps]
            return replace(
                way,
                held=min(max(min(held), 1), whole),
                asked=way.steps if group.strict else rarest(way, held),
            )

        ways = tuple(map(of, group.ways))
        good = [way.held for way in ways if way.weight >= _SOUND and way.weight != _PLACE]
        number = max(good) if good else max((way.held for way in ways), default=1)
        return replace(group, ways=ways, held=number)


def _ordered(ways: Iterable[Way]) -> list[Way]:
    return sorted(dict.fromkeys(ways), key=lambda way: -way.weight)
