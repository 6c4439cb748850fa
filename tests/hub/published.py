"""What the members of a test's site have published: damp homes twice, food waste in two languages, visits of both."""

from dataclasses import replace
from datetime import date, timedelta

from federation.record import Licence, Record
from hub.db import now

TODAY = now().date()
HERE = "https://northford.example"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
MINUTES = 14
"""Short documents about nothing else, so that there is a second and a third page."""

HOMES_TEXT = (
    "In January our complaints about damp and mould doubled. Mould was reported in {} of 40 homes. Two people, one form"
)
JOINT = "Officers of both services visit together and fit smoke alarms, so that nobody has to open the door twice. " * 4
COLD = "Our home fire safety visits also look for damp and mould, and tell the council which homes are cold."
WELSH = (
    "Mae'r cyngor wedi dechrau casglu gwastraff bwyd o gartrefi yn y sir bob wythnos, ac mae trigolion yn cael cadis "
    "newydd i'w defnyddio. Bydd y gwasanaeth ar gael i bob cartref erbyn mis Mawrth."
)


def day(ago: int) -> date:
    """The day so many days ago; a negative number is a day to come."""
    return TODAY - timedelta(days=ago)


def minutes(number: int) -> Record:
    """One of the MINUTES, from the newest to the oldest."""
    title = f"Minutes of the board, week {number + 1}"
    return Record(native_id=title, url=f"{HERE}/minutes/{number}", title=title, issued=day(900 + number))


HOMES = Record(
    native_id="homes",
    url=f"{HERE}/homes",
    title="What we learned from forty damp homes",
    summary="Sending two people to each damp home cut repeat visits by a third.",
    text=HOMES_TEXT.format(31),
    language="en",
    type="case-study",
    contact="Mould desk",
    issued=day(40),
    modified=day(20),
    review_by=day(-100),
    licence=Licence(CC_BY, "", "record"),
    subjects=("damp and mould",),
)
HOMES_AGAIN = replace(HOMES, text=HOMES_TEXT.format(32))
FANS = Record(
    native_id="fans",
    url=f"{HERE}/fans",
    title="Fans & <script>alert('1')</script> against mould",
    summary="Whether <b>fans</b> help",
    text="A fan in every bathroom: a private word about <img src=x> and mould growth on cold walls. " * 5,
    language="en",
    type="report",
    issued=day(60),
)
FANS_AGAIN = replace(FANS, text=FANS.text.replace("a private word", "another private word"))
NORTHFORD = (
    HOMES,
    FANS,
    Record(
        native_id="bins",
        url=f"{HERE}/bins",
        title="Food waste rounds in winter",
        text="Collecting food waste weekly filled 40 lorries. Food waste collection in snow needs a second crew. " * 3,
        language="en",
        type="policy",
        issued=day(800),
        review_by=day(30),
        licence=Licence(OGL, "", "record"),
    ),
    Record(
        native_id="bwyd",
        url=f"{HERE}/bwyd",
        title="Casglu gwastraff bwyd",
        text=WELSH,
        language="cy",
        type="policy",
        issued=day(50),
        licence=Licence(OGL, "", "record"),
    ),
    Record(
        native_id="joint",
        url=f"{HERE}/joint",
        title="Joint home visits",
        text=JOINT,
        language="en",
        type="practice-note",
        issued=day(10),
        licence=Licence(CC_BY, "", "record"),
    ),
    Record(
        native_id="fair",
        url=f"{HERE}/fair",
        title="Careers fair",
        text="Come to the fair about damp and mould in homes.",
        language="en",
    ),
)
EASTMERE = (
    Record(
        native_id="alarms",
        url="https://eastmere.example/alarms",
        title="Joint home visits for smoke alarms",
        text=JOINT,
        language="en",
        type="practice-note",
        issued=day(5),
    ),
    Record(
        native_id="cold",
        url="https://eastmere.example/cold",
        title="Home fire safety visits and damp",
        summary=COLD,
        text=f"{COLD} " * 3,
        language="en",
        type="guidance",
        issued=day(15),
    ),
)
