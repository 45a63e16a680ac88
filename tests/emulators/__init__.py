"""Stand-ins for the platforms we speak to, strict enough to be believed."""
