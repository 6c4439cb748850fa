"""Pages of words: help and about."""

from flask import Blueprint, render_template

from harvesters.limits import user_agent
from hub.config import Settings
from hub.setup.house import house
from hub.web import part, policy

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
    settings: Settings = part("settings")
    contact = house().contact
    agent = user_agent(contact or f"{settings.base_url}/about")
    return render_template("static_pages/about.html", hub_contact=contact, user_agent=agent)
