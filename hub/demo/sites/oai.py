"""Temporary."""
from hub.demo.sites.server import Site
class Trentside(Site):
    name = "trentside"
