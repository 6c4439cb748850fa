"""Measurements, as ratios against a baseline in one run: machines are noisy, ratios less so."""
