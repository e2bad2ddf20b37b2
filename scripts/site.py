#!/usr/bin/env python3
"""Writes the pages of the site: `scripts/site.py FOLDER`. `scripts/site.sh` calls it.

The pages are the documents of the repository, at their paths. Links to other files of the repository need its address, which
GitHub's runners know. Without one, they become text.
"""

import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).parent.parent
PAGES = ["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "STYLE.md", "SECURITY.md"]
FOLDERS = ["docs", "examples", "tests"]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def pages():
    """The paths of the pages in the repository."""
    yield from PAGES
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.md")):
            parts = path.relative_to(ROOT).parts
            if "target" not in parts and parts[:2] != ("tests", "golden"):
                yield "/".join(parts)


def address():
    """The address of the repository's files, if it is known."""
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"{server}/{repository}/blob/HEAD/" if server and repository else None


def place(page):
    """The path of a page in the site. The README is the first page."""
    return "index.md" if page == "README.md" else page


def rewritten(page, text, known):
    """The text of a page, with links that work in the site."""
    folder = pathlib.PurePosixPath(page).parent

    def link(found):
        image, label, target = found.groups()
        path, mark, anchor = target.partition("#")
        if not path or "://" in target or target.startswith("mailto:"):
            return found.group()
        file = os.path.normpath(folder / path)
        if file in known:
            start = pathlib.PurePosixPath(place(page)).parent
            return f"{image}[{label}]({os.path.relpath(place(file), start)}{mark}{anchor})"
        if image:
            return found.group()
        return f"[{label}]({address()}{file}{mark}{anchor})" if address() else label

    lines, in_code = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
            # The site knows a language only.
            line = re.sub(r"^(\s*```\w+) .*", r"\1", line)
        lines.append(line if in_code else LINK.sub(link, line))
    return "\n".join(lines) + "\n"


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    known = set(pages())
    for page in sorted(known):
        target = folder / place(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rewritten(page, (ROOT / page).read_text(), known))
    for picture in ["docs/pictures", "tests/golden/pictures"]:
        for path in (ROOT / picture).rglob("*.svg"):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


main(pathlib.Path(sys.argv[1]))
