"""Policies of buckets without conditions, as moto can evaluate them, and versions of buckets that keep no new ones.

- moto ignores conditions, so a statement that denies calls without TLS would deny every call. On loopback no call has TLS,
  and on AWS every call of Portcullis's functions has it. So statements with a condition don't count here.
- If versioning is suspended, moto deletes every version instead of the named one, and fails for a delete marker. Terraform
  suspends versioning before it empties a bucket.

Runs in moto's process, before `moto.py`.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend


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


def delete_object(self, bucket_name, key_name, version_id=None, bypass=False, motos_own=S3Backend.delete_object):
    bucket = self.get_bucket(bucket_name)
    status = bucket.versioning_status
    if version_id is None or status != "Suspended":
        return motos_own(self, bucket_name, key_name, version_id, bypass)
    # `is_versioned` is whether this is `Enabled`.
    bucket.versioning_status = "Enabled"
    try:
        return motos_own(self, bucket_name, key_name, version_id, bypass)
    finally:
        bucket.versioning_status = status


FakeBucket.get_permission = get_permission
S3Backend.delete_object = delete_object
