#!/usr/bin/env python3
"""environments.py plan|apply: makes a pipeline's list of jobs from the output of `portcullis environments --json`.

Each environment gets the ARN of its role from the variable AWS_PLAN_ROLE_ARN_DEV (for `dev`), or else from
AWS_PLAN_ROLE_ARN. For `apply`, the names start with AWS_APPLY. An environment is skipped with a notice if it has no
role, or if its state would be lost with the runner.

VARIABLES holds the variables as a JSON object. The default is the process's environment. PUBLIC is `true` in a public
repository. Anyone may read its stored plans, so nothing is planned unless the variable PUBLISH_PLANS is `true`.

The list, [{"name", "region", "role"}], goes to stdout, or to the step's output `environments` on GitHub.
"""

import json
import os
import sys


def notice(environment, reason):
    text = f"skipped `{environment}`: {reason}"
    # https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    print(f"::notice::{text}" if "GITHUB_OUTPUT" in os.environ else f"notice: {text}", file=sys.stderr)


def jobs(kind, environments, variables, public):
    for environment in environments:
        name = environment["name"]
        general = f"AWS_{kind}_ROLE_ARN"
        own = f"{general}_{name.upper().replace('-', '_')}"
        role = variables.get(own) or variables.get(general)
        if not role:
            notice(name, f"missing variable {own} or {general} with the ARN of a role")
        elif environment["state"] is None:
            notice(name, f"its state would be lost with this machine, so add `state` to `[environments.{name}]`")
        elif public and variables.get("PUBLISH_PLANS") != "true":
            notice(name, "anyone can read the plans of a public repository, so set the variable PUBLISH_PLANS to `true` to allow it")
        else:
            yield {"name": name, "region": environment["region"], "role": role}


def main():
    if sys.argv[1:] not in (["plan"], ["apply"]):
        sys.exit(__doc__)
    variables = json.loads(os.environ.get("VARIABLES") or "null") or dict(os.environ)
    public = os.environ.get("PUBLIC") == "true"
    found = json.dumps(list(jobs(sys.argv[1].upper(), json.load(sys.stdin), variables, public)))
    if output := os.environ.get("GITHUB_OUTPUT"):
        with open(output, "a", encoding="utf-8") as file:
            file.write(f"environments={found}\n")
    else:
        print(found)


if __name__ == "__main__":
    main()
