"""The one exception of the commands: what a person typed cannot be understood, and how to say it right."""

import re
from collections.abc import Sequence

from bot.render.message import Line, Span, Style
from bot.speech import Speech, msgid


class Mistake(Exception):
    """Something in a line is wrong. `sentence` is a sentence of the catalogues, `values` fill its places."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def filled(self, speech: Speech) -> dict[str, object]:
        """Return what fills the places of the sentence, in the person's language."""
        del speech
        return self.values

    def line(self, speech: Speech) -> Line:
        """Return the sentence in the person's language, with what is to be typed set off.

        Of "/unsubscribe 1" left as running text, Telegram makes a link that sends "/unsubscribe" alone.
        """
        filled = {name: _set_off(str(value)) for name, value in self.filled(speech).items()}
        return speech.line(self.sentence, **filled)

    def told(self, speech: Speech) -> str:
        """Return the same as plain text."""
        return "".join(span.text for span in self.line(speech))


class Unknown(Mistake):
    """A word or two that are no country: `codes` are those that may have been meant, the likeliest first.

    `typed` is what stands in the line; `by`, with {code}, what has to stand there in its place.
    """

    def __init__(
        self, sentence: str, codes: Sequence[str], typed: str, by: str = "{code}", **values: object
    ) -> None:
        super().__init__(sentence, **values)
        self.codes = tuple(codes)
        self.typed = typed
        self.by = by

    def filled(self, speech: Speech) -> dict[str, object]:
        """Return the same with {nearest}: the countries that may have been meant."""
        named = speech.joined([speech.country(code) for code in self.codes], "or") if self.codes else ""
        return {**self.values, "nearest": named}

    def mended(self, line: str, code: str) -> str | None:
        """Return the line with this country in it; None where it is not sure what of it was meant."""
        words = r"\s+".join(map(re.escape, self.typed.split()))
        found = list(re.finditer(rf"(?<!\w){words}(?!\w)", line))
        if len(found) != 1:
            return None
        return f"{line[: found[0].start()]}{self.by.format(code=code)}{line[found[0].end() :]}"


class Several(Unknown):
    """A name that several countries go by: which one was meant, only the person knows."""

    def __init__(self, word: str, codes: Sequence[str]) -> None:
        super().__init__(_SEVERAL, codes, word, word=word)

    def filled(self, speech: Speech) -> dict[str, object]:
        """Return the countries in the person's language, each with its code."""
        known = [f"{speech.country(code)} ({code})" for code in self.codes]
        return {**self.values, "countries": speech.joined(known, "or")}


_SEVERAL = msgid("“{word}” may be {countries}. Write the one that you mean.")


def _set_off(value: str) -> str | Span:
    return Span(value, Style.CODE) if value.startswith("/") and " " in value else value
