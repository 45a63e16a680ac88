"""The one exception of the commands: what a person typed cannot be understood, and how to say it right."""

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
