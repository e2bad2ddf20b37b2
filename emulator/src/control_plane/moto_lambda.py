"""Functions with a role that the emulated AWS doesn't have, and mappings to aliases.

moto 5.2.5 refuses a role of another account and one that isn't there. A function may have an existing role, which is in AWS
alone. What the role allows is unknown here, so the data plane refuses what the function calls.

A mapping invokes the alias that it names. moto puts the alias's version in its place.

Runs in moto's process, before `moto.py`.
"""

from moto.awslambda.models import LambdaBackend, LambdaStorage


def put_function(self, fn):
    self._functions.setdefault(fn.function_name, {"versions": []})["latest"] = fn
    self._arns[fn.function_arn] = fn


LambdaStorage.put_function = put_function

_create = LambdaBackend.create_event_source_mapping
_update = LambdaBackend.update_event_source_mapping


def with_its_alias(mapping, spec):
    name = spec.get("FunctionName", "")
    if mapping and name.startswith("arn:"):
        mapping.function_arn = name
    return mapping


def create_event_source_mapping(self, spec):
    return with_its_alias(_create(self, spec), spec)


def update_event_source_mapping(self, uuid, spec):
    return with_its_alias(_update(self, uuid, spec), spec)


LambdaBackend.create_event_source_mapping = create_event_source_mapping
LambdaBackend.update_event_source_mapping = update_event_source_mapping
