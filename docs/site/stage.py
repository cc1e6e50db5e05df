"""Lays out the sources of the site: stage.py ROOT OPENAPI JAVADOC OUT.

ROOT is the repository, OPENAPI the document of a server, and JAVADOC a folder with one folder of Javadoc for each artifact. The navigation has to
name each Markdown page of the repository, and each page that it names has to be there.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path, PurePosixPath

import openapi

DECISIONS_INDEX = "docs/decisions/README.md"
SKIPPED = {"target", "node_modules", ".git", ".idea"}
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
NAMED = re.compile(r"^(\s*(?:- )?\[[^\]]*\]\()([^)]+)\)", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```[^\S\n]*$", re.MULTILINE | re.DOTALL)


def fail(sentence):
    sys.exit("docs/site: " + sentence)


def html_name(path):
    """Returns the name of a page on the site: a README is the index of its folder."""
    return path[: -len("README.md")] + "index.md" if path.endswith("README.md") else path


def markdown(root):
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        found += [Path(folder, name).relative_to(root).as_posix() for name in files if name.endswith(".md")]
    return sorted(found)


class Stage:
    def __init__(self, root, out):
        self.root = root
        self.out = out
        self.folders = set()

    def write(self, path, text):
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def page(self, path):
        """Writes a page of the repository with links to what the site has."""
        text = (self.root / path).read_text(encoding="utf-8")
        blocks = []

        def keep(block):
            blocks.append(block.group())
            return f"\0{len(blocks) - 1}\0"

        text = LINK.sub(lambda link: link[1] + self.link(path, link[2]) + link[3], FENCE.sub(keep, text))
        self.write(html_name(path), re.sub(r"\0(\d+)\0", lambda mark: blocks[int(mark[1])], text))

    def link(self, page, target):
        if re.match(r"[a-z]+:|#", target):
            return target
        path, mark, anchor = target.partition("#")
        there = os.path.normpath(PurePosixPath(page).parent / path)
        if not (self.root / there).exists():
            fail(f"{page} links to {target}, which does not exist.")
        if (self.root / there).is_dir():
            path = path.rstrip("/") + "/index.md"
            if not (self.root / there / "README.md").exists():
                self.folders.add(there)
        elif there.endswith(".md"):
            path = html_name(path)
        else:
            (self.out / there).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / there, self.out / there)
        return path + mark + anchor

    def folder(self, path):
        """Writes a page with the files of a folder that has no README."""
        lines = [f"# {path}", ""]
        for file in sorted((self.root / path).rglob("*")):
            name = file.relative_to(self.root / path).as_posix()
            if file.is_file() and not SKIPPED & set(file.parts):
                copy = self.out / path / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
                lines.append(f"- [{name}]({name})")
        self.write(path + "/index.md", "\n".join(lines) + "\n")


def title(text):
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1]


def main(root, document, javadoc, out):
    stage = Stage(root, out)
    pages = markdown(root)
    navigation = (root / "docs/site/navigation.txt").read_text(encoding="utf-8")
    named = [target for _, target in NAMED.findall(navigation)]
    decisions = [page for page in pages if page.startswith("docs/decisions/") and page != DECISIONS_INDEX]
    for page in named:
        if not page.startswith("@") and page not in pages:
            fail(f"navigation.txt names {page}, which does not exist.")
    for page in pages:
        if page not in named and page not in decisions and page != DECISIONS_INDEX:
            fail(f"navigation.txt lacks {page}. Add a line for it.")
        stage.page(page)

    children = {"@decisions": [], "@openapi": [], "@javadoc": []}
    for page in decisions:
        name = title((root / page).read_text(encoding="utf-8"))
        children["@decisions"].append(f"  - [{name}]({page})")

    index = ["# Calls and objects", "", "These pages are made from the OpenAPI document of the server, [openapi.json](openapi.json).", ""]
    for file, (name, text) in openapi.pages(json.loads(document.read_text(encoding="utf-8"))).items():
        stage.write("reference/http/" + file, text)
        index.append(f"- [{name}]({file})")
        children["@openapi"].append(f"  - [{name}](reference/http/{file})")
    stage.write("reference/http/index.md", "\n".join(index) + "\n")
    shutil.copyfile(document, out / "reference/http/openapi.json")

    index = ["# Java", "", "The Javadoc of each artifact of `dev.plinth`:", ""]
    artifacts = sorted(folder.name for folder in javadoc.iterdir())
    if "engine-core" not in artifacts:
        fail(f"{javadoc} has no Javadoc of engine-core.")
    index += [f"- [{name}](../java/{name}/index.html)" for name in artifacts]
    stage.write("reference/java.md", "\n".join(index) + "\n")

    files = []
    for folder in sorted(stage.folders):
        stage.folder(folder)
        files.append(f"- [{folder}]({folder}/index.md)")

    heads = {"@decisions": html_name(DECISIONS_INDEX), "@openapi": "reference/http/index.md", "@javadoc": "reference/java.md"}

    def line(found):
        path = heads.get(found[2], html_name(found[2]))
        return "\n".join([found[1] + path + ")"] + children.get(found[2], []))

    stage.write("SUMMARY.md", NAMED.sub(line, navigation) + "\n# Files\n\n" + "\n".join(files) + "\n")


if __name__ == "__main__":
    main(*(Path(argument).resolve() for argument in sys.argv[1:]))
