"""Every part of the site that has pages, and what packages add to the pages and acts of communities."""

from typing import Final

from flask import Blueprint

from hub.accounts.addressing import blueprint as addressing
from hub.accounts.handover import blueprint as handover
from hub.accounts.manage import blueprint as manage
from hub.accounts.membership import blueprint as membership
from hub.accounts.organisation_sign_in import blueprint as organisation_sign_in
from hub.accounts.proving import blueprint as proving
from hub.accounts.second import blueprint as second
from hub.accounts.securing import blueprint as securing
from hub.accounts.sign_in_settings import blueprint as sign_in_settings
from hub.accounts.views import blueprint as accounts
from hub.alerts.following_views import blueprint as following
from hub.alerts.my_views import blueprint as my
from hub.alerts.notice_views import blueprint as notices
from hub.alerts.settings_views import blueprint as my_alerts
from hub.alerts.unsubscribe_views import blueprint as unsubscribing
from hub.audit.views import blueprint as audit
from hub.communities.belonging import blueprint as community_members
from hub.communities.joining import blueprint as community_joining
from hub.communities.now import NowPart
from hub.communities.pages import blueprint as community
from hub.communities.service import Inside
from hub.communities.settings import blueprint as community_settings
from hub.communities.views import blueprint as communities
from hub.events.calendar_views import blueprint as calendars
from hub.events.now import next_meetings
from hub.events.service import touch_all as touch_events
from hub.events.views import blueprint as events
from hub.facilitating.health_views import blueprint as community_health
from hub.facilitating.health_views import strip
from hub.facilitating.newsletter_views import blueprint as newsletter
from hub.facilitating.queue_views import blueprint as queue
from hub.facilitating.ruling_views import blueprint as rulings
from hub.governance.views import blueprint as personal
from hub.library.deciding import blueprint as library_desk
from hub.library.now import library_now
from hub.library.pinning import blueprint as library_pin
from hub.library.search_views import blueprint as library_searches
from hub.library.views import blueprint as library
from hub.moderation.answer_views import blueprint as answering
from hub.moderation.report_views import blueprint as reporting
from hub.moderation.takedown_views import blueprint as takedowns
from hub.pages.approvals import blueprint as approvals
from hub.pages.health import blueprint as health
from hub.pages.home import blueprint as home
from hub.pages.managing import blueprint as managing
from hub.pages.organisation import blueprint as organisation
from hub.pages.organising import blueprint as organising
from hub.pages.record import blueprint as record
from hub.pages.static import blueprint as static_pages
from hub.pages.topic import blueprint as topic
from hub.people.letter_views import blueprint as letters
from hub.people.own_views import blueprint as own_profile
from hub.people.views import blueprint as people
from hub.search.restricted import blueprint as restricted
from hub.search.views import blueprint as search
from hub.setup.views import blueprint as setup
from hub.sources.editing import blueprint as editing
from hub.sources.registering import blueprint as registering
from hub.sources.told_views import blueprint as told
from hub.sources.views import blueprint as sources
from hub.talk.list_views import blueprint as discussions
from hub.talk.now import waiting_and_newest
from hub.talk.post_views import blueprint as post
from hub.talk.service import touch_all as touch_threads
from hub.talk.thread_views import blueprint as thread
from hub.writing.note_acts import blueprint as note_acts
from hub.writing.note_views import blueprint as notes
from hub.writing.wiki import touch_all as touch_pages
from hub.writing.wiki_views import blueprint as wiki

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    home,
    library,
    library_desk,
    library_searches,
    library_pin,
    search,
    restricted,
    record,
    topic,
    communities,
    community,
    community_members,
    community_joining,
    community_settings,
    people,
    own_profile,
    letters,
    organisation,
    organising,
    registering,
    editing,
    told,
    sources,
    accounts,
    addressing,
    second,
    securing,
    manage,
    managing,
    setup,
    approvals,
    membership,
    handover,
    takedowns,
    audit,
    reporting,
    answering,
    personal,
    organisation_sign_in,
    proving,
    sign_in_settings,
    notes,
    note_acts,
    wiki,
    discussions,
    thread,
    post,
    events,
    calendars,
    queue,
    rulings,
    community_health,
    newsletter,
    static_pages,
    my,
    notices,
    following,
    my_alerts,
    unsubscribing,
    health,
)

NOW: Final[tuple[NowPart, ...]] = (strip, waiting_and_newest, library_now, next_meetings)
"""What the page *Now* of a community shows of each package, in this order (hub/communities/now.py)."""

INSIDE: Final[tuple[Inside, ...]] = (touch_pages, touch_threads, touch_events)
"""What announces everything in a community anew when others may see it (hub/communities/service.py)."""
