"""Passwords are hashed slowly on purpose; most tests are about something else."""

from flask import Flask


def hash_quickly(app: Flask) -> Flask:
    """Have this app hash with argon2 as ever, but in a thousandth of the time and the memory."""
    context = app.extensions["security"].pwd_context
    context.update(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    return app
