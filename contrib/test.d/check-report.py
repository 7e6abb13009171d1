# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a report as strict parsers do. Usage: check-report.py html|csv|text FILE"""
import csv
import html.parser
import sys
import unicodedata
import xml.parsers.expat

kind, path = sys.argv[1:]
raw = open(path, "rb").read()
text = raw.decode("utf-8")


def fail(words):
    sys.exit(f"{path}: {words}")


def check_html():
    # Well-formed XML: every element closed, every attribute quoted, no stray sign.
    expat = xml.parsers.expat.ParserCreate("utf-8")
    expat.Parse(raw, True)

    class Page(html.parser.HTMLParser):
        ids, names, svgs = [], [], 0

        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            if tag in ("script", "link", "img", "iframe", "object", "embed", "image", "use", "a", "form"):
                fail(f"an element that a report has no need of: {tag}")
            for name, value in attributes.items():
                if name.startswith("on") or name in ("src", "href", "xlink:href", "action", "style"):
                    fail(f"an attribute that may fetch or run something: {name}")
                if name == "id":
                    self.ids.append(value)
                if name == "aria-labelledby":
                    self.names += value.split()
            if tag == "svg":
                self.svgs += 1
                if attributes.get("role") != "img" or "aria-labelledby" not in attributes:
                    fail("a picture without a name for who cannot see it")
            if tag == "th" and "scope" not in attributes:
                fail("a heading of a table without its scope")

    page = Page()
    page.feed(text)
    page.close()
    if len(set(page.ids)) != len(page.ids):
        fail("an id that stands twice")
    if not set(page.names) <= set(page.ids):
        fail("a name that is not there")
    for word in ("http:", "https:", "url(", "@import", "javascript:", "<script"):
        if word in text.lower().replace("http-equiv", ""):
            fail(f"something from elsewhere: {word}")
    if 'lang="en"' not in text or "<title>" not in text or 'name="viewport"' not in text:
        fail("no language, title or viewport")
    print(f"{path}: {len(raw)} bytes, {page.svgs} pictures")


def check_csv():
    if "\n" in text.replace("\r\n", ""):
        fail("a line that does not end as RFC 4180 says")
    rows = list(csv.reader(text.splitlines(True), strict=True))
    if {len(row) for row in rows} != {13}:
        fail("rows of different lengths")
    for cell in (cell for row in rows for cell in row):
        if cell.lstrip()[:1] in tuple("=+-@") and cell.strip():
            fail(f"a formula: {cell}")
    print(f"{path}: {len(rows)} rows")


def check_text():
    def width(line):
        return sum(
            0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf"
            else 2 if unicodedata.east_asian_width(c) in "WF" and unicodedata.category(c) != "Cn"
            else 1
            for c in line)

    for line in text.split("\n"):
        if width(line) > 80:
            fail(f"a line wider than 80 columns: {line}")
        if any(unicodedata.category(c) == "Cc" for c in line):
            fail(f"a control character: {line!r}")
    print(f"{path}: {text.count(chr(10))} lines")


{"html": check_html, "csv": check_csv, "text": check_text}[kind]()
