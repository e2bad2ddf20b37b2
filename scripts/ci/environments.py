#!/usr/bin/env python3
"""environments.py plan|apply: makes a pipeline's list of jobs out of what `portcullis environments --json` prints.

An environment is in it with the ARN of its role, from the variable AWS_PLAN_ROLE_ARN_DEV (of `dev`), else from
AWS_PLAN_ROLE_ARN, or AWS_APPLY_… of these. One without a role, or without a state that outlives the runner, is left
out, and that is said.

VARIABLES holds the variables as a JSON object; without it they are those of the environment. PUBLIC is `true` in a
public repository: everybody may read the plans that its pipeline keeps, so there is none unless the variable
PUBLISH_PLANS says `true`. The list, [{"name", "region", "role"}], goes to stdout, or in GitHub's runners to the step's
output `environments`.
"""

import json
import os
import sys


def notice(environment, reason):
    text = f"`{environment}` is left out: {reason}"
    # https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    print(f"::notice::{text}" if "GITHUB_OUTPUT" in os.environ else f"notice: {text}", file=sys.stderr)


def jobs(kind, environments, variables, public):
    for environment in environments:
        name = environment["name"]
        general = f"AWS_{kind}_ROLE_ARN"
        own = f"{general}_{name.upper().replace('-', '_')}"
        role = variables.get(own) or variables.get(general)
        if not role:
            notice(name, f"neither the variable {own} nor {general} names a role")
        elif environment["state"] is None:
            notice(name, f"its state would go with this machine; add `state` to `[environments.{name}]`")
        elif public and variables.get("PUBLISH_PLANS") != "true":
            notice(name, "everybody could read the plans of a public repository; the variable PUBLISH_PLANS allows it")
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
