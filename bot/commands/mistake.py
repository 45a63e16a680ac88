"""The one exception of the commands: what a person typed cannot be understood, and how to say it right."""

from collections.abc import Sequence

from bot.speech import Speech


class Mistake(Exception):
    """Something in a line is wrong. `sentence` is a sentence of the catalogues, `values` fill its places."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def told(self, speech: Speech) -> str:
        """Return the sentence in the person's language."""
        return speech.t(self.sentence, **self.values)


class Several(Mistake):
    """A name that several countries go by: which one was meant, only the person knows."""

    def __init__(self, word: str, codes: Sequence[str]) -> None:
        super().__init__("", word=word)
        self.codes = tuple(codes)

    def told(self, speech: Speech) -> str:
        """Return the sentence with the countries in the person's language, each with its code."""
        known = [f"{speech.country(code)} ({code})" for code in self.codes]
        return speech.t(
            "“{word}” may be {countries}. Write the one that you mean.",
            word=self.values["word"],
            countries=speech.joined(known, "or"),
        )
