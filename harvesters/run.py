"""Temporary: until the real one is here (its author overwrites this file)."""
from dataclasses import replace
from federation.record import cleaned, meta_hash, text_hash


def harvest(kind, address, cursor, known, tools):
    for page in kind.pages(address, cursor, known, tools):
        held = known([c.native_id for c in page.changes])
        changes = [replace(c, record=cleaned(c.record)) for c in page.changes]
        fresh = [c for c in changes if held.get(c.native_id, ("", ""))[:2] != (meta_hash(c.record), text_hash(c.record))]
        same = [c.native_id for c in changes if c not in fresh]
        yield replace(page, changes=tuple(fresh), unchanged=tuple(same))


def discover(address, tools):
    return []
