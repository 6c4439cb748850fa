"""Screens composed of several slices: home, record, topic, organisation, help and about."""
