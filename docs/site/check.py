"""Checks a site as a reader without a network meets it: check.py SITE.

Each link and each anchor leads somewhere, nothing is loaded from elsewhere, and the search knows each page.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

LOADS = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("object", "data")}
ELSEWHERE = re.compile(r"^(?:[a-z]+:)?//")
IN_CSS = re.compile(r"url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//")


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.ids.add(value)
            elif (tag, name) in LOADS:
                self.loads.append(value or "")
            elif tag == "a" and name == "href":
                self.links.append(value or "")


def main(site):
    # The Javadoc tool checks its own links.
    files = [file for file in site.rglob("*.html") if file.relative_to(site).parts[0] != "java"]
    parsed = {file: Page(file.read_text(encoding="utf-8")) for file in files if file.name != "404.html"}
    faults = []

    def target(file, link):
        path, anchor = urldefrag(link)
        there = (file.parent / unquote(path)).resolve() if path else file
        return there, unquote(anchor)

    for file, page in parsed.items():
        name = file.relative_to(site)
        for link in page.loads:
            if ELSEWHERE.match(link):
                faults.append(f"{name} loads {link} from elsewhere")
            elif not link.startswith("data:") and not target(file, link)[0].is_file():
                faults.append(f"{name} loads {link}, which does not exist")
        for link in page.links:
            if re.match(r"https?://|mailto:", link):
                continue
            there, anchor = target(file, link)
            if not there.is_file() or site not in there.parents:
                faults.append(f"{name} links to {link}, which does not exist")
            elif anchor and there in parsed and anchor not in parsed[there].ids:
                faults.append(f"{name} links to {link}, which has no such anchor")
    for file in site.rglob("*.css"):
        if IN_CSS.search(file.read_text(encoding="utf-8", errors="replace")):
            faults.append(f"{file.relative_to(site)} loads something from elsewhere")

    index = "".join(file.read_text(encoding="utf-8") for file in site.glob("searchindex*.js"))
    for file in parsed:
        name = file.relative_to(site).as_posix()
        if name not in ("index.html", "toc.html") and f'"{name}#' not in index:
            faults.append(f"the search does not know {name}")

    links = sum(len(page.links) for page in parsed.values())
    if faults or links < 1000:
        sys.exit("\n".join(faults[:50] + [f"docs/site: {len(faults)} faults, {links} links"]))
    print(f"{len(parsed)} pages, {links} links, none of them dead")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
