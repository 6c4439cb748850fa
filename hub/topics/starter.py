"""Loading the vocabulary that comes with Moothall, once, into a hub that has none."""

from importlib.resources import files

from sqlalchemy import func, select

from harvesters.base import Sandbox
from hub.db import Database
from hub.topics.models import Concept
from hub.topics.service import store_scheme
from vocab.values import scheme_from_json


def load_starter(database: Database, sandbox: Sandbox) -> int:
    """Store the starter vocabulary where there is none. Says how many topics the hub has."""
    with database.reading() as session:
        there = session.scalar(select(func.count()).select_from(Concept)) or 0
    if there:
        return there
    turtle = files("vocab.schemes").joinpath("common.ttl").read_bytes()
    scheme = scheme_from_json(sandbox.read("skos", turtle, format="turtle"))
    with database.writing() as session:
        store_scheme(session, scheme)
    return len(scheme)
