"""Which addresses may be fetched: networks, ports, spelling."""

from ipaddress import ip_address

import pytest

from harvesters.addresses import BadAddress, is_public, may_connect, parse_allow, target_of, tidy, without_password

PUBLIC = ["8.8.8.8", "51.144.10.1", "2a00:1450:4009:81f::200e", "2606:4700::1111"]
PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1
    172.31.255.254 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1
    2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1
"""


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))
    assert may_connect(address, 443, ())


@pytest.mark.parametrize("address", PRIVATE.split())
def test_address_that_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not may_connect(address, 80, ())


def test_public_address_is_open_at_the_web_ports_only() -> None:
    assert [port for port in (22, 25, 80, 443, 6379, 8080, 9200) if may_connect("8.8.8.8", port, ())] == [80, 443]


def test_allowed_network_is_open_at_its_own_ports_only() -> None:
    allow = parse_allow(["10.1.2.0/24:8080,8443"])
    assert may_connect("10.1.2.3", 8080, allow)
    assert may_connect("10.1.2.3", 8443, allow)
    assert not may_connect("10.1.2.3", 80, allow)
    assert not may_connect("10.1.3.3", 8080, allow)
    assert not may_connect("8.8.8.8", 8080, allow)


def test_star_allows_every_port_and_leaves_other_networks_closed() -> None:
    allow = parse_allow(["127.0.0.0/8:*"])
    assert may_connect("127.0.0.1", 6379, allow)
    assert not may_connect("10.0.0.1", 80, allow)
    assert not may_connect("::1", 80, allow)
    assert not may_connect("::ffff:127.0.0.1", 80, allow)


@pytest.mark.parametrize(
    ("texts", "networks"),
    [
        ([], []),
        (["", " "], []),
        (["127.0.0.0/8:*"], ["127.0.0.0/8"]),
        (["127.0.0.0/8:*, ::1/128:*"], ["127.0.0.0/8", "::1/128"]),
        (["10.1.2.3:8080"], ["10.1.2.3/32"]),
        (["[::1]:8080"], ["::1/128"]),
        (["[fd00::/8]:443", "fd00::/8:80"], ["fd00::/8", "fd00::/8"]),
    ],
)
def test_list_of_allowed_networks_is_read(texts: list[str], networks: list[str]) -> None:
    assert [str(one.network) for one in parse_allow(texts)] == networks


def test_list_that_was_cut_at_its_commas_means_the_same() -> None:
    assert parse_allow(["10.1.2.0/24:8080", "8443", "10.9.0.0/16:*"]) == parse_allow(
        ["10.1.2.0/24:8080,8443,10.9.0.0/16:*"]
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("127.0.0.0/8", "a network and a port"),
        ("::1:80", "a network and a port"),
        ("8080", "a network and a port"),
        ("localhost:80", "is not a network"),
        ("10.1.2.3/24:80", "has host bits set"),
        ("10.0.0.0/33:80", "is not a network"),
        ("10.0.0.0/8:", "is not a port"),
        ("10.0.0.0/8:0", "is not a port"),
        ("10.0.0.0/8:65536", "is not a port"),
        ("10.0.0.0/8:http", "is not a port"),
        ("10.0.0.0/8:80,99999999999999999999", "is not a port"),
    ],
)
def test_bad_list_is_refused_in_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        parse_allow([text])
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://site.example/",
        "gopher://127.0.0.1:6379/_INFO",
        "javascript:alert(1)",
        "data:text/html,x",
        "//site.example/",
        "site.example",
        "http:",
        "http://",
        "http:///path",
        "http://:80/",
        "http://site.example:0/",
        "http://site.example:99999/",
        "http://site.example:http/",
        "http://[::1/",
        "http://[not-an-address]/",
        "http://site.example\\@127.0.0.1/",
        "http://site.example /",
        "http://site.example/\r\nHost: other",
        "http://site.example/\x00",
        "http://site.example/\ud800",
        "http://site.example/" + "x" * 5000,
        "",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        tidy(url)
    assert caught.value.code == "bad-address"


@pytest.mark.parametrize("url", ["https://anna:pw@site.example/", "https://anna@site.example/", "http://@127.0.0.1/"])
def test_address_with_a_user_name_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        tidy(url)
    assert caught.value.code == "password-in-address"


def test_fragment_and_spaces_around_are_dropped() -> None:
    assert tidy("  HTTPS://Site.Example/a b?q=1#part \n") == "https://Site.Example/a b?q=1"


def test_target_knows_its_site_and_its_robots() -> None:
    target = target_of("https://site.example/a?b")
    assert (target.site, target.robots) == ("site.example:443", "https://site.example:443/robots.txt")
    assert target_of("http://[2001:db8::1]:8080/").site == "[2001:db8::1]:8080"


def test_shown_address_has_no_password_and_no_control_characters() -> None:
    assert without_password("https://anna:p@ss@site.example/a@b") == "https://…@site.example/a@b"
    assert without_password("http://site.example/\r\nx") == "http://site.example/��x"
    assert len(without_password("http://site.example/" + "x" * 1000)) == 300
