"""Follows the links of Markdown files to other files of the project, and to their headings.

    markdown_links.py FILE…
"""

import os
import re
import sys


def anchors(path):
    """The anchors of a file's headings, as GitHub makes them."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", open(path, encoding="utf-8").read())
    seen = {}
    for title in re.findall(r"(?m)^#+ (.*)$", text):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).lower()
        anchor = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        count = seen[anchor] = seen.get(anchor, -1) + 1
        yield f"{anchor}-{count}" if count else anchor


def main(*paths):
    failed, followed = False, 0
    for path in paths:
        text = re.sub(r"(?ms)^ *```.*?^ *```$", "", open(path, encoding="utf-8").read())
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            followed += 1
            if not os.path.exists(target):
                problem = "no such file"
            elif anchor and anchor not in anchors(target):
                problem = "no such heading"
            else:
                continue
            failed = True
            print(f"FAIL  {path}: {link}: {problem}")
    if not failed:
        print(f"ok    {followed} links of {len(paths)} Markdown files lead to files and headings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
