"""Other projects' collections of odd documents, fetched when the tests run, through the real program."""
