"""A second factor: an app's codes and recovery codes, at sign-in and on the pages where they are set up."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import select, update

from hub.accounts.app_codes import picture_of, step_of
from hub.accounts.factors import second_factor_required
from hub.accounts.keys import Keys
from hub.accounts.models import Attempt, CodeApp, Person, RecoveryCode, WebSession
from hub.accounts.service import make_link, open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.app import FOREIGN_POLICIES, SAME_FOR_ALL, UNSECURED
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.policy import COMMAND_LINE, OPERATOR, SITE_MODERATOR, Actor
from hub.setup.house import House
from hub.setup.models import Setting
from hub.web import declared
from tests.hub.accounts.authenticator import SECOND, code, half_signed_in, later, set_up
from tests.hub.accounts.people import PASSWORD, Browser, above, errors
from tests.hub.site import BASE, Site

NUMBERS = count()
HERE = "/account/second-factor"


@pytest.fixture(autouse=True)
def fresh(site: Site) -> None:
    with site.database.writing() as session:
        session.query(Attempt).delete()


@pytest.fixture
def email() -> str:
    return f"jo{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site, email: str) -> Browser:
    return Browser.at(site).known(email)


def acts(site: Site, email: str) -> list[str]:
    with site.database.reading() as session:
        assert first_break(session) is None
        person = session.scalars(select(Person).where(Person.email == email)).one()
        wanted = select(Audit.action).where(Audit.thing == f"person {person.id}").order_by(Audit.id)
        return [one for one in session.scalars(wanted) if one not in ("sign in", "wrong second factor")]


def test_an_app_is_set_up_and_asked_for_from_then_on(site: Site, browser: Browser, email: str) -> None:
    elsewhere = Browser.at(site)
    elsewhere.sign_in(email)
    page = browser.page(f"{HERE}/app")
    (secret,) = page.all("//code[@class='spelled']")
    (sealed,) = page.root.xpath("//input[@name='sealed']/@value")
    assert page.root.xpath("//*[@class='qr']//*[name()='path']/@d")[0].startswith("M4 4h1v1h-1z")
    assert not page.root.xpath("//@style")
    assert secret.replace(" ", "") not in sealed
    wrong = browser.send(f"{HERE}/app", code="000000", sealed=sealed)
    assert "not the code that the app shows now" in errors(wrong)[0]
    assert wrong.all("//code[@class='spelled']") == [secret], "a slip does not cost the picture that was read"
    assert browser.page(HERE).links()["Set up an app"], "nothing is on yet"
    before = browser.secret
    done = browser.send(f"{HERE}/app", code=code(secret), sealed=sealed)
    codes = done.all("//ul[contains(@class, 'recovery')]//code")
    assert len(set(codes)) == 10
    assert done.answer.headers["Cache-Control"] == "private, no-store"
    assert browser.signed_in
    assert browser.secret != before
    assert not elsewhere.signed_in, "who is signed in elsewhere has shown no second factor"
    assert "You have 10 unused ones" in browser.page(HERE).words
    assert acts(site, email) == ["switch on app codes"]
    assert "code of your app" in browser.mails(email)[-1].text
    with site.database.reading() as session:
        row = session.scalars(select(CodeApp).join(Person, Person.id == CodeApp.person_id)).all()[-1]
        assert secret.replace(" ", "") not in row.sealed
        kept = session.scalars(select(RecoveryCode.hashed)).all()
        assert not set(kept) & {one.replace("-", "") for one in codes}
    later(site)
    phone = half_signed_in(site, email, "/topics")
    page = phone.page(f"{SECOND}?next=/topics")
    assert page.heading == "One more step"
    bad = phone.send(f"{SECOND}?next=/topics", code="000000")
    assert errors(bad) == ["This code is not right, is too old, or was used before."]
    assert above(bad)
    assert phone.send(f"{SECOND}?next=/topics", code=f" {code(secret)} ").answer.location == "/topics"
    assert phone.signed_in


def test_a_code_is_taken_once(site: Site, browser: Browser, email: str) -> None:
    secret, _ = set_up(browser)
    shown = code(secret)
    first, second = half_signed_in(site, email), half_signed_in(site, email)
    assert first.send(SECOND, code=shown).answer.location == "/account"
    assert "used before" in errors(second.send(SECOND, code=shown))[0]
    assert not second.signed_in
    later(site)
    browsers = [half_signed_in(site, email) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda one: one.send(SECOND, code=shown).status, browsers))
    assert sorted(answers) == [303, 400, 400], "of those who send it at once, one has it"


def test_the_second_step_must_follow_the_first_soon(
    site: Site, browser: Browser, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = set_up(browser)
    stranger = Browser.at(site)
    assert stranger.page(SECOND).answer.location == "/sign-in"
    late = half_signed_in(site, email)
    monkeypatch.setattr("hub.accounts.second.GOOD_FOR", -1)
    assert late.posted(SECOND, "/sign-in", code=code(secret)).location == "/sign-in"
    assert "too much time" in late.page("/sign-in").words
    assert not late.signed_in
    monkeypatch.undo()
    changed = half_signed_in(site, email)
    with site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(active=False))
    assert changed.posted(SECOND, "/sign-in", code=code(secret)).location == "/sign-in"


@pytest.mark.parametrize("there", ["//evil.example", "/\\evil.example", "https://evil.example", "/%09/evil.example"])
def test_the_second_step_leads_to_no_other_site(site: Site, browser: Browser, email: str, there: str) -> None:
    _, codes = set_up(browser)
    half = half_signed_in(site, email)
    assert half.send(f"{SECOND}?next={there}", code=codes[0]).answer.location == "/account"


def test_staying_signed_in_outlasts_the_second_step(site: Site, browser: Browser, email: str) -> None:
    secret, _ = set_up(browser)
    half = Browser.at(site)
    half.send("/sign-in", email=email, password=PASSWORD, remember="y")
    half.send(SECOND, code=code(secret))
    cookie = half.client.get_cookie(SESSION_COOKIE, domain="127.0.0.1")
    assert cookie
    assert cookie.max_age == 30 * 86400


def test_a_recovery_code_works_once_and_its_owner_hears_of_it(site: Site, browser: Browser, email: str) -> None:
    _, codes = set_up(browser)
    first, again = half_signed_in(site, email), half_signed_in(site, email)
    assert first.send(SECOND, code=codes[3].upper().replace("-", " ")).answer.location == "/account"
    assert errors(again.send(SECOND, code=codes[3]))
    assert "Unused ones: 9" in browser.mails(email)[-1].text
    assert "You have 9 unused ones" in first.page(HERE).words
    new = first.send(f"{HERE}/codes", HERE).all("//ul[contains(@class, 'recovery')]//code")
    assert len(new) == 10
    assert "new recovery codes" in browser.mails(email)[-1].text
    assert errors(again.send(SECOND, code=codes[4])), "new ones end the old ones"
    assert again.send(SECOND, code=new[4]).answer.location == "/account"
    assert acts(site, email)[1:] == ["use recovery code", "make recovery codes", "use recovery code"]


def test_recovery_codes_are_downloaded_from_the_page_that_shows_them(browser: Browser) -> None:
    _, codes = set_up(browser)
    given = {"recovery": [*codes, "<script>alert(1)</script>", "aaaa-bbbb-cccc"]}
    answer = browser.posted(f"{HERE}/codes/text", HERE, **given)  # type: ignore[arg-type]
    assert answer.headers["Content-Disposition"] == "attachment; filename=recovery-codes.txt"
    assert answer.mimetype == "text/plain"
    assert [line for line in answer.text.splitlines() if "-" in line and "http" not in line] == codes
    assert "script" not in answer.text, "nothing is sent back but codes that are this person's"
    assert browser.posted(f"{HERE}/codes/text", HERE, recovery="aaaa-bbbb-cccc").status_code == 404


def test_codes_are_switched_off_by_who_has_just_proved_themselves(site: Site, browser: Browser, email: str) -> None:
    set_up(browser)
    with site.database.writing() as session:
        session.execute(update(WebSession).values(state={"fs_paa": 0, "_fresh": True}))
    for address in ("/app/off", "/codes"):
        assert browser.posted(HERE + address, HERE).location == f"/account/verify?next={HERE}"
    assert browser.page(f"{HERE}/app").answer.location == f"/account/verify?next={HERE}/app"
    again = browser.page(f"/account/verify?next={HERE}")
    assert again.root.xpath("//input[@type='password']")
    assert "no password" not in again.words
    browser.send(f"/account/verify?next={HERE}", password=PASSWORD)
    assert browser.posted(f"{HERE}/app/off", HERE).location == HERE
    assert "No code of your app is asked for" in browser.mails(email)[-1].text
    assert Browser.at(site).sign_in(email).answer.location == "/account"
    with site.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        assert not session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person.id)).all()
    assert browser.posted(f"{HERE}/codes", HERE + "/app").status_code == 403
    assert acts(site, email)[-1] == "switch off app codes"


def test_a_secret_of_another_persons_form_is_not_taken(site: Site, browser: Browser, email: str) -> None:
    page = browser.page(f"{HERE}/app")
    (secret,) = page.all("//code[@class='spelled']")
    (sealed,) = page.root.xpath("//input[@name='sealed']/@value")
    other = Browser.at(site).known(f"other-{email}")
    for foreign in (sealed, "", "gAAAAA", sealed[:-4]):
        assert other.posted(f"{HERE}/app", f"{HERE}/app", code=code(secret), sealed=foreign).location == f"{HERE}/app"
    assert "Set up an app" in other.page(HERE).links()


def test_setting_up_on_another_phone_ends_the_one_before(site: Site, browser: Browser, email: str) -> None:
    first, _ = set_up(browser)
    page = browser.page(f"{HERE}/app")
    assert "stops working" in page.words
    (second,) = page.all("//code[@class='spelled']")
    (sealed,) = page.root.xpath("//input[@name='sealed']/@value")
    assert browser.send(f"{HERE}/app", code=code(second), sealed=sealed).answer.location == HERE
    later(site)
    half = half_signed_in(site, email)
    assert errors(half.send(SECOND, code=code(first)))
    assert half.send(SECOND, code=code(second)).answer.location == "/account"


@pytest.fixture
def strict(site: Site) -> Iterator[None]:
    """A hub whose staff needs a second factor."""

    def settle(value: bool) -> None:
        with site.database.writing() as session:
            session.merge(Setting(name="staff_second_factor", value=value))
        site.app.extensions["moothall"]["house"].look_again()

    settle(True)
    yield
    settle(False)


def test_whom_the_rule_is_for() -> None:
    house = House(staff_second_factor=True)
    for role, wanted in ((OPERATOR, True), (SITE_MODERATOR, True), ("person", False)):
        assert second_factor_required(Actor("Jo", "1", frozenset({role})), house) is wanted
        assert not second_factor_required(Actor("Jo", "1", frozenset({role})), House())
    assert not second_factor_required(COMMAND_LINE, house), "commands are no browser"


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("role", [OPERATOR, SITE_MODERATOR])
def test_who_must_have_one_can_do_nothing_before(site: Site, email: str, role: str) -> None:
    browser = Browser.at(site).known(email, role)
    open_, closed = [], []
    token = re.search(r'name="csrf_token" value="([^"]+)"', site.get(HERE, browser.client).text)
    assert token
    for rule in site.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            action = FOREIGN_POLICIES.get(rule.endpoint) or declared(site.app.view_functions[rule.endpoint])
            address = re.sub(r"<[^>]+>", "none", rule.rule)
            if action in UNSECURED or rule.endpoint in SAME_FOR_ALL:
                open_.append(f"{method} {rule.rule}")
                continue
            given = {"data": {"csrf_token": token[1]}, "headers": {"Referer": BASE}} if method == "POST" else {}
            answer = browser.client.open(address, method=method, base_url=BASE, **given)  # type: ignore[arg-type]
            if action in ("manage people", "read metrics") and role != OPERATOR and answer.status_code == 403:
                continue
            if (answer.status_code, answer.location) != (303, HERE):
                closed.append((method, rule.rule, action, answer.status_code, answer.location))
    assert not [one for one in closed if one[3] != 403], closed
    assert "POST /sign-out" in open_
    assert len(open_) < 20
    assert "needs more than a password" in browser.page(HERE).words
    set_up(browser)
    assert browser.page("/").status == 200
    refused = browser.posted(f"{HERE}/app/off", HERE)
    assert refused.status_code == 403
    assert "You need a second factor" in refused.text
    assert Browser.at(site).known(f"plain-{email}").page("/").status == 200, "the rule is for staff alone"


def test_an_operator_resets_the_factors_of_who_has_lost_them(site: Site, browser: Browser, email: str) -> None:
    set_up(browser)
    operator = Browser.at(site).known(f"op-{email}", OPERATOR)
    with site.database.reading() as session:
        ids = dict(session.execute(select(Person.email, Person.id)).all())
    page = operator.page(f"/manage/people?q={email}")
    assert [one for one in page.all("//details/summary") if one.startswith("Reset the second factor")]
    address = f"/manage/people/{ids[email]}/second-factor"
    assert browser.posted(address, HERE).status_code == 403
    assert operator.posted(address, "/manage/people").status_code == 303
    assert "is reset" in operator.page("/manage/people").words
    assert not browser.signed_in
    assert "has reset your second factor" in browser.mails(email)[-1].text
    assert acts(site, email)[-1] == "reset second factor"
    assert Browser.at(site).sign_in(email).answer.location == "/account"
    assert operator.posted(address, "/manage/people").status_code == 404, "there is nothing more to reset"
    own = f"/manage/people/{ids[f'op-{email}']}/second-factor"
    assert operator.posted(own, "/manage/people").status_code == 403


@pytest.mark.usefixtures("strict")
def test_the_link_of_the_command_line_is_the_way_in_for_an_operator_who_lost_everything(site: Site) -> None:
    with site.database.writing() as session:
        session.query(CodeApp).delete()
        link = make_link(session, seconds=60)
    browser = Browser.at(site)
    assert browser.send(f"/sign-in/{link}").answer.location
    assert browser.page("/sources").answer.location == HERE
    set_up(browser)
    assert browser.page("/sources").status == 200
    with site.database.writing() as session:
        link = make_link(session, seconds=60)
    again = Browser.at(site)
    again.send(f"/sign-in/{link}")
    assert again.page("/sources").status == 200


def test_who_has_no_password_is_told_how_to_prove_themselves(site: Site, email: str) -> None:
    with site.database.writing() as session:
        person = Person(name="Jo", email=email)
        session.add(person)
        session.flush()
        opened = open_stamped(session, person.fs_uniquifier, {}, 600)
    browser = Browser.at(site)
    browser.client.set_cookie(SESSION_COOKIE, opened, domain="127.0.0.1")
    asked = browser.page(f"{HERE}/app").answer.location
    page = browser.page(asked)
    assert "no password" in page.words
    assert not page.root.xpath("//input[@type='password']")


def test_a_key_of_the_hub_is_one_for_each_purpose_and_opens_nothing_of_another_hub() -> None:
    ours, theirs = Keys.of("a" * 40), Keys.of("b" * 40)
    sealed = ours.seal("secret")
    assert ours.unseal(sealed) == "secret"
    assert Keys.of("a" * 40).unseal(sealed) == "secret", "after a restart, too"
    assert theirs.unseal(sealed) is None
    assert ours.hashed("x") != theirs.hashed("x")
    token = ours.sign("challenge", "prove")
    assert ours.signed(token, "prove", 60) == "challenge"
    for keys, given, purpose, seconds in ((ours, token, "make", 60), (theirs, token, "prove", 60), (ours, "", "x", 60)):
        assert keys.signed(given, purpose, seconds) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34 5x", "\0", "٣٤٥٦٧٨", "-00001"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert step_of("JBSWY3DPEHPK3PXP", typed) is None


def test_a_picture_is_square_and_has_a_border() -> None:
    picture = picture_of("otpauth://totp/Moothall:jo@northford.example?secret=JBSWY3DPEHPK3PXP&issuer=Moothall")
    corners = re.findall(r"M(\d+) (\d+)h1v1h-1z", picture.path)
    assert {int(x) for x, _ in corners} <= set(range(4, picture.size - 4))
    assert {int(y) for _, y in corners} <= set(range(4, picture.size - 4))
