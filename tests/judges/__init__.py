"""Other people's programs that judge ours; run by hand, since they want more than Python."""
