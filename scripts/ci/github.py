#!/usr/bin/env python3
"""github.py ENVIRONMENT: finds the artifact with the reviewed plan of the checked-out Git tree.

Anyone who can push a branch or open a pull request from a fork can have a run store an artifact with any name. Such a
plan could not be applied (apply.sh explains why), but it was not reviewed. So an artifact counts only if it comes from
the workflow `plan` of this repository, in one of these runs:

- the run for the pull request that was merged as this commit, at the commit that was reviewed
- a run that was started by hand for this commit on this branch

The step's outputs `artifact` and `run` name the artifact. GH_TOKEN reads actions, contents and pull requests.
"""

import json
import os
import subprocess
import sys
import urllib.request

WORKFLOW = ".github/workflows/plan.yml"


def get(path):
    request = urllib.request.Request(
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GH_TOKEN']}",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def refusal(run, heads):
    """Returns why the artifacts of a run don't count, or None if they do."""
    repository, commit, branch = (os.environ[f"GITHUB_{name}"] for name in ("REPOSITORY", "SHA", "REF_NAME"))
    if (run.get("head_repository") or {}).get("full_name") != repository:
        return "is from a fork"
    if run["path"].split("@")[0] != WORKFLOW:
        return f"is from the workflow `{run['path']}`"
    if run["event"] == "pull_request":
        return None if run["head_sha"] in heads else f"is for {run['head_sha'][:12]}, which was not merged"
    if run["event"] == "workflow_dispatch":
        here = run["head_sha"] == commit and run["head_branch"] == branch
        return None if here else f"is for {run['head_sha'][:12]} on `{run['head_branch']}`"
    return f"was started by `{run['event']}`"


def main():
    environment = sys.argv[1]
    commit, branch = os.environ["GITHUB_SHA"], os.environ["GITHUB_REF_NAME"]
    tree = subprocess.run(
        ["git", "rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"], check=True, capture_output=True, text=True
    ).stdout.strip()
    name = f"plan-{environment}-{tree}"
    heads = [
        pull["head"]["sha"]
        for pull in get(f"commits/{commit}/pulls?per_page=100")
        if pull["merged_at"] and pull["merge_commit_sha"] == commit and pull["base"]["ref"] == branch
    ]
    refused = []
    artifacts = get(f"actions/artifacts?per_page=100&name={name}")["artifacts"]
    for artifact in sorted(artifacts, key=lambda artifact: artifact["created_at"], reverse=True):
        run = artifact["workflow_run"]["id"]
        reason = "has expired" if artifact["expired"] else refusal(get(f"actions/runs/{run}"), heads)
        if reason is None:
            print(f"The plan of `{environment}` is from run {run}", file=sys.stderr)
            with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
                file.write(f"artifact={artifact['id']}\nrun={run}\n")
            return
        refused.append(f"\n  the one from run {run} {reason}")
    sys.exit(
        f"error: missing reviewed plan of `{environment}` for the Git tree {tree[:12]}: the merged tree was not planned, "
        f"or its plan has expired{''.join(refused)}\n\n"
        f"help: run the workflow `plan` on `{branch}`, read its review, and re-run the newest run of `apply`"
    )


if __name__ == "__main__":
    main()
