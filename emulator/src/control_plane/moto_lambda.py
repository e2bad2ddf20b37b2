"""Functions with a role that the emulated AWS doesn't have.

moto 5.2.5 refuses a role of another account and one that isn't there. A function may have an existing role, which is in AWS
alone. What the role allows is unknown here, so the data plane refuses what the function calls.

Runs in moto's process, before `moto.py`.
"""

from moto.awslambda.models import LambdaStorage


def put_function(self, fn):
    self._functions.setdefault(fn.function_name, {"versions": []})["latest"] = fn
    self._arns[fn.function_arn] = fn


LambdaStorage.put_function = put_function
