"""What cannot be done: exit status 1, nothing on the output, one line on the error stream that says what to do."""

import shlex
import shutil

import pytest
from sqlalchemy import text

from hub.cli.mail import AGAIN
from hub.organisations.service import organisations
from tests.hub.cli.typed import Terminal, leaves
from tests.servers.loopback import Site

REFUSED = {
    "a command that there is not": ("nonsense", "No such command"),
    "a command of a group": ("source nonsense", "No such command"),
    "an option": ("harvest --nonsense", "No such option"),
    "no sector": ("organisation add Eastmere", "Missing option '--sector'"),
    "an unknown sector": ("organisation add Eastmere --sector army", "Use one of: council, police, fire,"),
    "a second time": (
        "organisation add 'Northford City' --sector council",
        "There is already an organisation",
    ),
    "no name": ("organisation add ' ' --sector council", "Give the organisation's name"),
    "half a website": ("organisation add Eastmere --sector fire --website eastmere", "beginning with https://"),
    "an unknown organisation": ("source add nobody {site}/other", "`moothall organisation list` shows"),
    "a source twice": ("source add northford-city {site}/feed", "is registered already, as “Northford news”"),
    "a web page": ("source add northford-city {site}/news", "We found no feed, sitemap, repository or folder"),
    "an empty address": ("source add northford-city {site}/none", "There is nothing at"),
    "too often": ("source add northford-city {site}/other --every 5", "The shortest time between two checks"),
    "no number": ("source add northford-city {site}/other --every hourly", "not a valid integer"),
    "an unknown kind of document": (
        "source add northford-city {site}/other --type gossip",
        "'gossip' is not one of",
    ),
    "an unknown kind of source": ("source add northford-city {site}/other --kind fax", "'fax' is not one of"),
    "no address, kind given": ("source add northford-city feed --kind feed", "is not a web address"),
    "a preview of no address": ("source preview feed", "is not a web address"),
    "another protocol": ("source preview ftp://127.0.0.1/feed", "is not a web address"),
    "a password in the address": ("source preview http://me:secret@127.0.0.1/feed", "user name or a password"),
    "a preview of a web page": ("source preview {site}/news", "We found no feed"),
    "a web page said to be a feed": ("source preview {site}/news --kind feed", "is a web page, not a feed"),
    "a feed said to be a sitemap": ("source preview {site}/feed --kind sitemap", "is not a sitemap"),
    "no record": ("source preview {site}/feed --size 0", "x>=1"),
    "an unknown source": ("source pause nowhere", "`moothall source list` shows"),
    "no choice": ("harvest", "Say which: a source, or --due, or --all."),
    "two choices": ("harvest --due --all", "Say which"),
    "a source and all": ("harvest 'Northford news' --all", "Say which"),
    "a check of an unknown source": ("harvest nowhere", "There is no source “nowhere”"),
    "no date": ("search --from yesterday", "Write it as"),
    "an unknown order": ("search food --sort price", "'price' is not one of"),
    "a page before the first": ("search food --page 0", "x>=1"),
    "counts of a demo that goes on": ("demo --json", "give both"),
}
"""What the case is: the words typed, and what the answer says."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_said_in_one_line(terminal: Terminal, site: Site, case: str) -> None:
    words, said = REFUSED[case]
    assert said in terminal.type(*shlex.split(words.format(site=site.base_url))).complaint()


@pytest.mark.parametrize(
    "words", sorted(set(leaves()) - {("init",), ("demo",), ("doctor",), ("upgrade",), ("restore",)}), ids=" ".join
)
def test_without_a_hub_every_command_names_init(no_hub: Terminal, words: tuple[str, ...]) -> None:
    given = {"add": ["a", "b"], "preview": ["http://127.0.0.1/"], "pause": ["a"], "backup": ["a"]}.get(words[-1], [])
    given = {
        ("organisation", "add"): ["a", "--sector", "fire"],
        ("organisation", "domains"): ["a"],
        ("organisation", "sign-in"): ["a"],
        ("harvest",): ["--all"],
        ("record", "lift"): ["a"],
        ("record", "take-down"): ["a", "--reason", "copyright", "--why", "It is another one's."],
        ("mail", "test"): ["aisha@northford.example"],
        ("move",): ["--to", "sqlite:///a", "--search", "embedded:"],
    }.get(words, given)
    # A mail server tries again later: the hub may be on its way.
    status = AGAIN if words == ("mail", "receive") else 1
    assert "Run `moothall init`" in no_hub.type(*words, *given).complaint(status).replace("run `", "Run `")
    assert not no_hub.settings.data.exists(), "nothing is made by the way"


def test_upgrade_makes_no_hub_where_there_is_none(no_hub: Terminal) -> None:
    assert "Run `moothall init` for a new one." in no_hub.type("upgrade").complaint()


def test_init_says_why_the_folder_cannot_be_made(no_hub: Terminal) -> None:
    no_hub.settings.data.write_text("a file is in the way")
    assert "cannot be made: File exists." in no_hub.type("init").complaint()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1/feed", "127.0.0.1 is an address inside a private network"),
        ("http://10.1.2.3/feed", "10.1.2.3 is an address inside a private network"),
        ("http://[::1]/feed", "inside a private network"),
        ("{site}/feed", "An operator can allow another port in MOOTHALL_FETCH_ALLOW."),
    ],
)
@pytest.mark.parametrize("command", ["source preview", "source add northford-city"])
def test_private_addresses_are_refused_unless_allowed(
    terminal: Terminal, site: Site, command: str, address: str, said: str
) -> None:
    terminal.set(fetch_allow="")
    before = len(site.seen)
    assert said in terminal.type(*command.split(), address.format(site=site.base_url)).complaint()
    assert len(site.seen) == before, "it was not even asked"


@pytest.mark.parametrize(
    ("setting", "value", "words", "said"),
    [
        ("fetch_allow", "everywhere", "harvest --all", "MOOTHALL_FETCH_ALLOW cannot be used: “everywhere” must be"),
        ("search_url", "solr://x", "index status", "MOOTHALL_SEARCH_URL begins with “solr”"),
        ("mail_url", "pop://u:hunter2@x", "mail status", "MOOTHALL_MAIL_URL cannot be used: it begins with neither"),
        ("database_url", "nonsense", "search food", "The database cannot be used"),
        ("database_url", "foxpro://x", "source list", "The database cannot be used"),
        ("database_url", "postgresql://u:p@127.0.0.1:1/x", "source list", "Does its server run"),
        ("database_url", "sqlite:////proc/none/x.sqlite", "source list", "Is MOOTHALL_DATA right?"),
    ],
)
def test_a_broken_setting_is_named(terminal: Terminal, setting: str, value: str, words: str, said: str) -> None:
    terminal.set(**{setting: value})
    assert said in terminal.type(*words.split()).complaint()


@pytest.mark.parametrize("words", ["search food", "init", "upgrade", "run", "organisation list"])
def test_a_file_that_is_no_database_is_said_so(terminal: Terminal, words: str) -> None:
    (terminal.settings.data / "moothall.sqlite").write_text("It was a database once. " * 99)
    assert "The database cannot be used: file is not a database." in terminal.type(*words.split()).complaint()


@pytest.mark.parametrize("words", ["search food", "check", "index status"])
def test_a_missing_index_is_said_with_its_remedy(terminal: Terminal, words: str) -> None:
    shutil.rmtree(terminal.settings.index_folder)
    assert "`moothall index rebuild` makes it." in terminal.type(*words.split()).complaint()


def test_a_database_in_use_is_waited_for_and_then_said(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        assert "database is locked" in terminal.type("organisation", "add", "Eastmere", "--sector", "fire").complaint()
    with database.reading() as session:
        assert [one.name for one in organisations(session)] == ["Northford City"]
    database.close()


def test_a_demo_leaves_folders_of_others_alone(no_hub: Terminal) -> None:
    no_hub.settings.data.mkdir()
    (no_hub.settings.data / "letter.txt").write_text("Dear Sir")
    for more in ([], ["--reset"]):
        said = no_hub.type("demo", "--folder", str(no_hub.settings.data), "--once", *more).complaint()
        assert "was not made by `moothall demo`" in said
    assert [one.name for one in no_hub.settings.data.iterdir()] == ["letter.txt"]
