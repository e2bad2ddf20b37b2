"""Policies of buckets without conditions, as moto can evaluate them.

- moto ignores conditions, so a statement that denies calls without TLS would deny every call. On loopback no call has TLS,
  and on AWS every call of Portcullis's functions has it. So statements with a condition don't count here.

Runs in moto's process, before `moto.py`.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def get_permission(self, action, resource):
    document = json.loads(self.policy) if self.policy else {}
    statements = document.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    unconditional = [statement for statement in statements if not statement.get("Condition")]
    if not unconditional:
        return PermissionResult.NEUTRAL
    policy = IAMPolicy(json.dumps({**document, "Statement": unconditional}))
    return policy.is_action_permitted(action, resource)


FakeBucket.get_permission = get_permission
