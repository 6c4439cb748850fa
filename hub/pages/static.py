"""Pages of words: help and about."""

from flask import Blueprint, render_template

from hub.web import policy

blueprint = Blueprint("static_pages", __name__)


@blueprint.get("/help")
@policy("read")
def help() -> str:
    """How to search, what the words mean, how a site gets in."""
    return render_template("static_pages/help.html")


@blueprint.get("/about")
@policy("read")
def about() -> str:
    """Who runs this hub, how it visits sites, and how to reach it."""
    return render_template("static_pages/about.html")
