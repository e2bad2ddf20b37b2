#!/usr/bin/env python3
"""gitlab.py pipeline | note | plan ENVIRONMENT: calls GitLab's API for the pipeline.

pipeline          reads the list of environments.py on stdin and prints a child pipeline with one job for each
note              writes plans/review.md into the merge request, and replaces an earlier note
plan ENVIRONMENT  fetches the plan of the checked-out Git tree into plans/: from the last pipeline of the merged merge
                  request, or else from a pipeline that was started by hand for this branch

A job's own token can't write notes, and reads artifacts only in some tiers. GITLAB_TOKEN can do both. It is a project
access token with the scope `api` and the role Developer. Without it, `note` writes nothing, and `plan` tries the job's
token.
"""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile

MARKER = "<!-- portcullis review -->"
JOB = "review"


class WithoutToken(urllib.request.HTTPRedirectHandler):
    """Artifacts are stored on another server, which must not get the token."""

    def redirect_request(self, request, file, code, message, headers, address):
        return urllib.request.Request(address)


OPENER = urllib.request.build_opener(WithoutToken)


def call(path, method="GET", body=None):
    token = os.environ.get("GITLAB_TOKEN")
    header = ("PRIVATE-TOKEN", token) if token else ("JOB-TOKEN", os.environ["CI_JOB_TOKEN"])
    request = urllib.request.Request(
        f"{os.environ['CI_API_V4_URL']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", header[0]: header[1]},
    )
    with OPENER.open(request, timeout=60) as answer:
        return answer.read()


def project(path):
    return f"projects/{os.environ['CI_PROJECT_ID']}/{path}"


def pipeline():
    environments = json.load(sys.stdin)
    child = {
        f"apply: {environment['name']}": {
            "extends": ".apply",
            "environment": {"name": environment["name"]},
            "resource_group": f"apply-{environment['name']}",
            "variables": {
                "BASE": os.environ["CI_COMMIT_BEFORE_SHA"],
                "ENVIRONMENT": environment["name"],
                "AWS_REGION": environment["region"],
                "AWS_ROLE_ARN": environment["role"],
            },
        }
        for environment in environments
    }
    # GitLab refuses a pipeline without jobs.
    print(json.dumps(child or {"nothing to apply": {"script": "true", "variables": {"GIT_STRATEGY": "none"}}}))


def note():
    if not os.environ.get("GITLAB_TOKEN"):
        print("notice: no note in the merge request, because the variable GITLAB_TOKEN is missing")
        return
    me = json.loads(call("user"))["id"]
    notes = project(f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes")
    with open("plans/review.md", encoding="utf-8") as file:
        text = file.read()
    body = f"{MARKER}\n{text}\nCommit {os.environ['CI_COMMIT_SHA']}, [log]({os.environ['CI_JOB_URL']})"
    page = 1
    while found := json.loads(call(f"{notes}?per_page=100&page={page}&sort=asc&order_by=created_at")):
        for old in found:
            if old["author"]["id"] == me and old["body"].startswith(MARKER):
                call(f"{notes}/{old['id']}", "PUT", {"body": body})
                return
        page += 1
    call(notes, "POST", {"body": body})


def plan(environment):
    commit, branch = os.environ["CI_COMMIT_SHA"], os.environ["CI_DEFAULT_BRANCH"]
    tree = subprocess.run(
        ["git", "rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"], check=True, capture_output=True, text=True
    ).stdout
    merged = [
        request["iid"]
        for request in json.loads(call(project(f"repository/commits/{commit}/merge_requests")))
        if request["state"] == "merged"
        and request["target_branch"] == branch
        and commit in (request["merge_commit_sha"], request["squash_commit_sha"], request["sha"])
    ]
    # Only the last pipeline that succeeded counts, so a failed review supplies no plan.
    refs = [f"refs/merge-requests/{iid}/{kind}" for iid in merged for kind in ("merge", "head")] + [branch]
    for ref in refs:
        address = project(f"jobs/artifacts/{urllib.parse.quote(ref, safe='')}/download?job={JOB}")
        try:
            archive = zipfile.ZipFile(io.BytesIO(call(address)))
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            continue
        names = [f"plans/{environment}.tree", f"plans/{environment}.json"]
        if set(names) <= set(archive.namelist()) and archive.read(names[0]).decode() == tree:
            for name in names:
                archive.extract(name)
            print(f"The plan of `{environment}` is from {ref}", file=sys.stderr)
            return
    sys.exit(
        f"error: missing reviewed plan of `{environment}` for the Git tree {tree[:12]}: the merged tree was not planned, "
        "or its plan has expired\n\n"
        f"help: run a pipeline for `{branch}` by hand, read its review, and retry this job"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["pipeline"]:
            pipeline()
        case ["note"]:
            note()
        case ["plan", environment]:
            plan(environment)
        case _:
            sys.exit(__doc__)
