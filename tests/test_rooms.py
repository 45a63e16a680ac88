"""The page of encrypted rooms shows what a human's client deciphers there; the homeserver sees no word."""

import asyncio
import json

from tests.conversations import LANGUAGES
from tests.rooms import PAGE, played, seen_by_the_homeserver, written
from tests.synapse import Synapse


def test_the_page_is_true(synapse: Synapse) -> None:
    """Written anew by `python -m tests.rooms`, it would be the same."""
    stages = [asyncio.run(played(synapse, language)) for language in LANGUAGES]
    assert PAGE.read_text(encoding="utf-8") == written(stages)
    for stage in stages:
        seen = seen_by_the_homeserver(stage)
        said = {one["type"] for one in seen if "state_key" not in one}
        assert said <= {"m.room.encrypted", "m.reaction", "m.room.redaction"}
        shown = json.dumps(seen, ensure_ascii=False)
        for word in ("URGENT", "긴급", "North Korea", "북한", "Northlight", "subscribe", "/statement"):
            assert word not in shown, word
        gone = {one["redacts"] for one in seen if one["type"] == "m.room.redaction"}
        assert all(not one["content"] for one in seen if one["event_id"] in gone)
