"""What happens to a person, kept for them: notices; and what happens in a place that people follow: happenings."""
