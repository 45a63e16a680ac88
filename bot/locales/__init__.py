"""What the bot says in each language: one gettext catalogue a language, read as it stands at run time.

Kept in step with the code by Babel's own tools (no compiled files are kept):

    pybabel extract -k t -k line -k msgid -k Mistake -k n:1,2 --no-location --omit-header -o vigil.pot bot
    pybabel update -D vigil -d bot/locales -i vigil.pot --no-fuzzy-matching --ignore-obsolete

A language is added as a folder beside these; `tests/bot/test_speech.py` says what is missing in it.
"""
