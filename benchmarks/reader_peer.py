"""lemon24/reader as a peer: run with the python of its own environment, told what to do line by line.

"add ADDRESS" adds a feed; "update" updates all feeds that are there, as its documentation shows, and
answers with the seconds that it took and the number of entries then held; "new PATH" begins anew.
"""

import logging
import sys
import time

from reader import Reader, make_reader


def main() -> None:
    """Until there are no more lines."""
    logging.getLogger("reader").setLevel(logging.CRITICAL)
    reader: Reader | None = None
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "new":
            if reader is not None:
                reader.close()
            reader = make_reader(rest)
        assert reader is not None
        if word == "add":
            reader.add_feed(rest)
        if word == "update":
            start = time.perf_counter()
            reader.update_feeds(workers=20, scheduled=False)
            seconds = time.perf_counter() - start
            print(seconds, reader.get_entry_counts().total, flush=True)


if __name__ == "__main__":
    main()
