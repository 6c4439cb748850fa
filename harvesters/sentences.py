"""Numbers and days as they stand in a sentence for people."""

from datetime import date


def counted(number: int, one: str) -> str:
    """`1 page`, `1,234 pages`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def on(day: date) -> str:
    """`19 November 2026`."""
    return f"{day.day} {day:%B %Y}"
