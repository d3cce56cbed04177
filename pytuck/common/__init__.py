"""What every other layer stands on: exceptions and option dataclasses. Start with `exceptions`."""
