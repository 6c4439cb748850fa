"""The reader listing: five servers write directory pages in five ways."""

import pytest

from harvesters.readers import Refusal, answers
from harvesters.readers.listing import read

URL = "https://d.example/docs/"

APACHE_TABLE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"><html><head>
<title>Index of /docs</title></head><body>
<h1>Index of /docs</h1><table><tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td>  - </td></tr>
<tr><td><a href="sub/">sub/</a></td><td align="right">2026-01-02 10:00  </td><td align="right">  - </td></tr>
<tr><td><a href="a%20b.pdf">a b.pdf</a></td><td align="right">2026-01-02 10:00  </td><td align="right">1.2K</td></tr>
</table><address>Apache/2.4.57</address></body></html>"""
APACHE_PRE = """<html><head><title>Index of /docs</title></head><body><h1>Index of /docs</h1>
<pre><img src="/icons/blank.gif"> <a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a><hr>
<img src="/b.gif"> <a href="/">Parent Directory</a>                             -
<img src="/f.gif"> <a href="sub/">sub/</a>        2026-01-02 10:00    -
<img src="/f.gif"> <a href="a%20b.pdf">a b.pdf</a>     2026-01-02 10:00  1.2K  the plan<hr></pre></body></html>"""
NGINX = """<html>\r\n<head><title>Index of /docs/</title></head>\r\n<body>\r\n
<h1>Index of /docs/</h1><hr><pre><a href="../">../</a>
<a href="sub/">sub/</a>                                    02-Jan-2026 10:00                   -
<a href="a%20b.pdf">a b.pdf</a>                            02-Jan-2026 10:00                1234
</pre><hr></body></html>"""
IIS = """<html><head><title>d.example - /docs/</title></head><body><H1>d.example - /docs/</H1><hr>
<pre><A HREF="/">[To Parent Directory]</A><br><br>
  1/2/2026 10:00 AM        &lt;dir&gt; <A HREF="/docs/sub/">sub</A><br>
  1/2/2026 10:00 AM         1234 <A HREF="/docs/a%20b.pdf">a b.pdf</A><br></pre><hr></body></html>"""
LIGHTTPD = """<!DOCTYPE html><html><head><title>Index of /docs/</title></head><body>
<h2>Index of /docs/</h2><div class="list"><table>
<thead><tr><th class="n">Name</th></tr></thead><tbody>
<tr class="d"><td class="n"><a href="../">..</a>/</td><td>&nbsp;</td></tr>
<tr class="d"><td class="n"><a href="sub/">sub</a>/</td><td class="m">2026-Jan-02 10:00:00</td>
<td class="s">- &nbsp;</td></tr>
<tr><td class="n"><a href="a%20b.pdf">a b.pdf</a></td><td class="m">2026-Jan-02 10:00:00</td><td class="s">1.2K</td>
<td class="t">application/pdf</td></tr></tbody></table></div><div class="foot">lighttpd/1.4.69</div></body></html>"""
PYTHON = """<!DOCTYPE HTML><html lang="en"><head><title>Directory listing for /docs/</title></head><body>
<h1>Directory listing for /docs/</h1><hr><ul><li><a href="sub/">sub/</a></li>
<li><a href="a%20b.pdf">a b.pdf</a></li></ul><hr>"""


@pytest.mark.parametrize(
    ("page", "size", "date"),
    [
        (APACHE_TABLE, "1.2K", "2026-01-02 10:00"),
        (APACHE_PRE, "1.2K", "2026-01-02 10:00"),
        (NGINX, "1234", "02-Jan-2026 10:00"),
        (IIS, "1234", "1/2/2026 10:00 AM"),
        (LIGHTTPD, "1.2K", "2026-Jan-02 10:00:00"),
        (PYTHON, "", ""),
    ],
    ids=["apache table", "apache pre", "nginx", "iis", "lighttpd", "python"],
)
def test_directory_pages(page: str, size: str, date: str) -> None:
    found = answers.listing(read(page.encode(), url=URL))
    assert found.files == ((f"{URL}a%20b.pdf", size, date),)
    assert found.folders == (f"{URL}sub/",)


def test_only_what_lies_directly_below_counts() -> None:
    links = [
        "../x.pdf",
        "/other/x.pdf",
        "https://evil.example/docs/x.pdf",
        "sub/x.pdf",
        "javascript:x",
        "?C=N",
        "#top",
        "ok.pdf",
    ]
    page = "<title>Index of /docs</title>" + "".join(f'<a href="{link}">x</a>' for link in links)
    assert read(page.encode(), url=URL)["files"] == [[f"{URL}ok.pdf", "", ""]]


def test_translated_listing_is_known_by_its_shape() -> None:
    files = '<a href="../">..</a><a href="a.pdf">a.pdf</a>'
    page = f"<html><head><title>Verzeichnis</title></head><body><h1>Inhalt</h1><pre>{files}</pre>"
    assert len(read(page.encode(), url=URL)["files"]) == 1


def test_ordinary_page_is_no_listing() -> None:
    page = '<html><title>News</title><main><p>Read <a href="a.html">this</a> and <a href="/b">that</a>.</p></main>'
    with pytest.raises(Refusal, match="not-a-list"):
        read(page.encode(), url=URL)


def test_empty_folder_is_an_empty_listing() -> None:
    assert read(b"<title>Index of /docs</title><h1>Index of /docs</h1>", url=URL)["files"] == []
