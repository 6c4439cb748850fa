"""The operator settles what the hub is called, how it looks and who may do what, and everybody sees it."""

import io
import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image
from sqlalchemy import delete, select

from hub.audit.models import Audit
from hub.errors import BadInput
from hub.setup.house import House, Settled, read_house
from hub.setup.look import contrast, draw_logo, look_of, wrong_colours
from hub.setup.models import Logo, Setting
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Page, Site, empty_site

HUB = "/manage/hub"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("setup") / "hub", run_by="The environment") as made:
        yield made


@pytest.fixture
def operator(hub: Site) -> Browser:
    return Browser(hub, hub.operator())


def saved(operator: Browser, **told: object) -> Page:
    fields: dict[str, object] = {
        one.get("name"): one.value or ""
        for one in operator.page(HUB).root.xpath("//form[@class='form']//*[@name]")
        if one.get("type") not in ("checkbox", "radio", "file") or one.get("checked") is not None
    }
    return operator.send(HUB, HUB, **{**fields, **told})  # type: ignore[arg-type]


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 100)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "#803020").save(out, kind)
    return io.BytesIO(out.getvalue())


def settled(hub: Site) -> House:
    with hub.database.reading() as session:
        return read_house(session, hub.settings)


def test_a_name_is_on_every_page_at_once_and_in_the_log(hub: Site, operator: Browser) -> None:
    page = saved(operator, name="Hub of the North", welcome="What the north has tried.", contact="hub@north.example")
    assert page.status == 303
    home = hub.page("/")
    assert home.title.endswith("Hub of the North")
    assert "What the north has tried." in home.words
    assert "mailto:hub@north.example" in hub.page("/about").links().values()
    with hub.database.reading() as session:
        row = session.scalars(select(Audit).where(Audit.action == "settle").order_by(Audit.id.desc())).first()
    assert row is not None
    assert row.detail["name"] == "Hub of the North"


def test_another_process_sees_it_when_two_seconds_are_over(hub: Site, operator: Browser) -> None:
    other = Settled(hub.database, hub.settings, look_every=0)
    saved(operator, name="Seen elsewhere")
    assert other.now.name == "Seen elsewhere"


def test_what_the_environment_says_holds_until_something_is_settled(hub: Site, operator: Browser) -> None:
    assert "MOOTHALL_RUN_BY" in operator.page(HUB).words
    assert "Run by The environment." in hub.page("/").all("//footer")[0]
    saved(operator, run_by="Northford")
    assert "Run by Northford." in hub.page("/").all("//footer")[0]
    assert "Empty this field to use that." in operator.page(HUB).words
    saved(operator, run_by="")
    assert settled(hub).run_by == "The environment"
    with hub.database.reading() as session:
        assert session.get(Setting, "run_by") is None


def test_a_logo_is_drawn_anew_and_served_as_a_picture(hub: Site, operator: Browser) -> None:
    secret = b"<script>alert(1)</script>"
    sent = picture().getvalue()
    hidden = struct.pack(">I", len(secret)) + b"tEXt" + secret + struct.pack(">I", zlib.crc32(b"tEXt" + secret))
    assert saved(operator, logo=(io.BytesIO(sent[:33] + hidden + sent[33:]), "x.svg")).status == 303
    house = settled(hub)
    assert (house.logo_width, house.logo_height) == (600, 75)
    answer = hub.get(f"/logo/{house.logo}.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert secret not in answer.data
    assert Image.open(io.BytesIO(answer.data)).size == (600, 75)
    assert hub.page("/").all("//header//img/@src") == [f"/logo/{house.logo}.png"]
    saved(operator, without_logo="yes")
    assert hub.page("/").all("//header//img/@src") == ["/static/mark.svg"]
    assert hub.get(f"/logo/{house.logo}.png").status_code == 404
    with hub.database.reading() as session:
        assert session.scalars(select(Logo)).all() == []


def test_logo_and_colours_are_also_for_whoever_still_needs_a_second_factor(hub: Site, operator: Browser) -> None:
    """And kept by the browser of whoever is signed in, as by any other."""
    saved(operator, logo=(picture(), "logo.png"), hall="#27407f", staff_second_factor="yes")
    try:
        assert hub.get("/", operator.client).status_code == 303
        for address in (f"/logo/{settled(hub).logo}.png", f"/look.css?{look_of(settled(hub))}"):
            answer = hub.get(address, operator.client)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert "Cookie" not in answer.vary
    finally:
        with hub.database.writing() as session:
            session.execute(delete(Setting))
        hub.app.extensions["moothall"]["house"].look_again()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG is not taken"),
        (picture("GIF").getvalue(), "no PNG, JPEG or WebP"),
        (picture().getvalue()[:200], "cannot be read"),
        (picture("PNG", (6000, 4000)).getvalue(), "cannot be read"),
    ],
    ids=["svg", "gif", "cut off", "24 million dots"],
)
def test_what_is_no_usable_picture_is_refused(operator: Browser, content: bytes, said: str) -> None:
    page = saved(operator, logo=(io.BytesIO(content), "logo.png"))
    assert page.status == 400
    assert said in errors(page)[0]


def test_a_picture_that_is_too_large_is_not_even_looked_at(hub: Site) -> None:
    with pytest.raises(BadInput, match="larger than 900 kB"):
        draw_logo(hub.app.extensions["moothall"]["tools"]().sandbox, b"x" * 900_001)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_other_formats_become_png(hub: Site, operator: Browser, kind: str) -> None:
    saved(operator, logo=(picture(kind, (60, 60)), "logo"))
    assert hub.get(f"/logo/{settled(hub).logo}.png").data.startswith(b"\x89PNG")


def test_colours_are_a_stylesheet_of_their_own(hub: Site, operator: Browser) -> None:
    assert hub.get("/look.css").text == ""
    saved(operator, hall="#27407F", accent="ffd9a0")
    (address,) = [one for one in hub.page("/").all("//link[@rel='stylesheet']/@href") if one.startswith("/look.css")]
    answer = hub.get(address)
    assert answer.mimetype == "text/css"
    assert "--hall: #27407f;" in answer.text
    assert "--focus: #ffd9a0;" in answer.text
    assert look_of(settled(hub)) in address
    saved(operator, hall="", accent="")
    assert "/look.css" not in hub.get("/").text


@pytest.mark.parametrize(
    ("hall", "accent", "fields"),
    [
        ("#0f4a3c", "#ffc533", []),
        ("#8fb8a8", "", ["hall"]),
        ("", "#4a3d70", ["accent"]),
        ("green", "#12345", ["hall", "accent"]),
        ("#000;}body{display:none", "", ["hall"]),
    ],
)
def test_a_colour_that_cannot_be_read_is_refused_with_its_contrast(hall: str, accent: str, fields: list[str]) -> None:
    wrong = wrong_colours(hall, accent)
    assert list(wrong) == fields
    if hall == "#8fb8a8":
        assert "2.1 to 1" in wrong["hall"]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_what_is_wrong_keeps_what_was_typed(operator: Browser) -> None:
    page = saved(operator, name="x" * 61, contact="nobody", hall="#ffffff", welcome="Kept")
    assert page.title.startswith("Error: ")
    assert len(errors(page)) == 3
    assert page.root.xpath("//textarea[@name='welcome']")[0].value == "Kept"


def test_each_line_of_what_is_not_accessible_is_one_and_none_is_lost_without_a_word(
    hub: Site, operator: Browser
) -> None:
    saved(operator, accessibility_gaps="The plot has no table.\r\n\r\nThe map cannot be zoomed.")
    gaps = hub.page("/accessibility").all("//h2[@id='gaps']/following-sibling::ul[1]/li")[1:]
    assert gaps == ["The plot has no table.", "The map cannot be zoomed."]
    page = saved(operator, accessibility_gaps="x" * 1001)
    assert page.status == 400
    assert "at most 1000 letters" in errors(page)[0]
    assert page.root.xpath("//textarea[@name='accessibility_gaps']")[0].value == "x" * 1001


def test_what_an_older_release_settled_in_another_way_is_left_out(hub: Site) -> None:
    with hub.database.writing() as session:
        session.merge(Setting(name="people_wait", value="often"))
        session.merge(Setting(name="no such thing", value=1))
    assert settled(hub).people_wait is False


def test_mails_and_feeds_have_the_settled_name(hub: Site, operator: Browser) -> None:
    saved(operator, name="Hub of Mails")
    Browser.at(hub).register("new@north.example")
    (mail,) = operator.mails("new@north.example")
    assert mail.subject == "Confirm your address for Hub of Mails"
    assert "Hub of Mails" in hub.get("/search.atom").text
    assert BASE in mail.text
