"""What every implementation of one thing promises: one suite for all; the run ends with a table."""
