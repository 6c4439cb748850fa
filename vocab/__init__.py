"""The common vocabulary: SKOS in, labels, tagging, rules. Pure values; no network, no tables, no Flask."""
