"""Meetings of a community: when and where, who comes, calendars that follow them, and what is written down after."""
