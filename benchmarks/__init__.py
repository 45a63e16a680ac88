"""Speed, each figure as a ratio to a named peer or limit measured in the same run. Never a test."""
