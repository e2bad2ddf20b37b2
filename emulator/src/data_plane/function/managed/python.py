"""Runs a handler as Lambda's Python runtimes do: loads it, and calls it for each invocation of the Runtime API.

`tests/runtimes/python.toml` has the cases, each with its source. The first argument is JSON: `layers` are the folders of the
layers, of the last one first, and `cache` is where compiled modules are kept.
"""

import importlib
import json
import logging
import math
import os
import re
import socket
import sys
import time
import traceback

SETTINGS = json.loads(sys.argv[1])
OPERATIONS = "/2018-06-01/runtime/"
# Modules that AWS's runtimes bring along, with what these need.
BROUGHT_ALONG = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3", "simplejson", "awslambdaric"}
request_id = None


class Fault(Exception):
    """An error of the runtime."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.report = report(f"Runtime.{kind}", message, list(trace))


def report(kind, message, trace):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id or "", "stackTrace": trace}


def report_of_current_exception():
    kind, value, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if frame.filename != __file__]
    # The frames of importlib between this file and the handler's tell nothing.
    while own and own[0].filename.startswith("<frozen importlib"):
        own.pop(0)
    return report(kind.__name__, str(value), traceback.format_list(own))


def log_error(error):
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}")
    print("Traceback (most recent call last):")
    for entry in error["stackTrace"]:
        for line in entry.splitlines():
            print(line)


# ---- The Runtime API

# One connection, which the data plane keeps open, and its answers have a length. `http.client` would double the time
# until the handler is loaded.
HOST, _, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
connection = socket.create_connection((HOST, int(PORT)))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
answers = connection.makefile("rb")


def call(method, operation, body=b""):
    """Returns the headers, by their names in lower case, and the body."""
    head = f"{method} {OPERATIONS}{operation} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    if not answers.readline():
        sys.exit("the Runtime API closed the connection")
    headers = {}
    while (line := answers.readline().decode("latin-1").strip()):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers, answers.read(int(headers.get("content-length", 0)))


# ---- JSON

# A number that the standard library's encoder can't write is put in place of this text.
NUMBER = os.urandom(16).hex()


def encodable(value):
    # A handler that has such a number has imported the module.
    decimal = sys.modules.get("decimal")
    if decimal and isinstance(value, decimal.Decimal):
        return math.nan if value.is_nan() else f"{NUMBER}{value}"
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def as_objects(value):
    """Named tuples become objects, as in the encoder that Lambda uses."""
    if isinstance(value, dict):
        return {key: as_objects(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_objects(value._asdict())
    if isinstance(value, (list, tuple)):
        return [as_objects(item) for item in value]
    return value


def version():
    """The version of the runtime that the function asks for, such as (3, 12)."""
    return tuple(int(part) for part in re.findall(r"\d+", os.environ["AWS_EXECUTION_ENV"]))


def encoded(result):
    if isinstance(result, bytes):
        return result
    try:
        text = json.dumps(as_objects(result), default=encodable, ensure_ascii=version() < (3, 12))
    except Exception as error:
        raise Fault("MarshalError", f"Unable to marshal response: {error}") from None
    return re.sub(f'"{NUMBER}([^"]*)"', r"\1", text).encode()


# ---- Logging


class WithRequestId(logging.Filter):
    def filter(self, record):
        record.aws_request_id = request_id or ""
        return True


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(WithRequestId())
    logger = logging.getLogger()
    logger.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
    if isinstance(logging.getLevelName(level), int):
        logger.setLevel(level)


# ---- Loading


def find_code_and_layers():
    numbers = ".".join(str(part) for part in version())
    paths = [os.environ["LAMBDA_TASK_ROOT"]]
    for layer in SETTINGS["layers"]:
        paths += [f"{layer}/python/lib/python{numbers}/site-packages", f"{layer}/python"]
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = paths + [path for path in sys.path if path != own]
    # The code may be a folder of the user's, and Lambda's is read-only.
    sys.pycache_prefix = SETTINGS["cache"]
    sys.argv = ["bootstrap.py", os.environ["_HANDLER"]]


def load_handler(name):
    module, dot, function = name.rpartition(".")
    if not dot:
        raise Fault("MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    if module.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", f"Cannot use built-in module {module} as a handler module")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", f"Unable to import module '{module}': {error}") from None
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", [place]) from None
    try:
        return getattr(loaded, function)
    except AttributeError:
        raise Fault("HandlerNotFound", f"Handler '{function}' missing on module '{module}'") from None


def name_modules_of_this_machine(known):
    """A module that only this machine's Python has would be missing on AWS."""
    found = set()
    for name, module in list(sys.modules.items()):
        place = getattr(module, "__file__", None) or ""
        top = name.partition(".")[0]
        is_foreign = f"{os.sep}site-packages{os.sep}" in place or f"{os.sep}dist-packages{os.sep}" in place
        is_own = any(place.startswith(folder + os.sep) for folder in [os.environ["LAMBDA_TASK_ROOT"], *SETTINGS["layers"]])
        if name not in known and is_foreign and not is_own and top not in BROUGHT_ALONG:
            found.add(top)
    for name in sorted(found):
        print(
            f"`{name}` comes from this machine's Python, not from the function's code or its layers: on AWS it is missing"
        )


# ---- Invocations


class Fields:
    """Named values, None if they are missing."""

    def __init__(self, names, values):
        for name in names:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return f"{type(self).__name__}({self.__dict__})"


class LambdaContext:
    def __init__(self, headers):
        client = json.loads(headers.get("lambda-runtime-client-context") or "null")
        identity = json.loads(headers.get("lambda-runtime-cognito-identity") or "{}")
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.tenant_id = None
        self.client_context = client and Fields(["custom", "env", "client"], client)
        if client and client.get("client"):
            names = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]
            self.client_context.client = Fields(names, client["client"])
        self.identity = Fields([], {})
        self.identity.cognito_identity_id = identity.get("cognitoIdentityId")
        self.identity.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        return f"LambdaContext([aws_request_id={self.aws_request_id}])"


def handle(handler, headers, body):
    try:
        try:
            event = json.loads(body)
        except ValueError as error:
            raise Fault("UnmarshalError", f"Unable to unmarshal input: {error}") from None
        result = encoded(handler(event, LambdaContext(headers)))
    except Fault as fault:
        error = {**fault.report, "requestId": request_id}
    except Exception:
        error = report_of_current_exception()
    else:
        call("POST", f"invocation/{request_id}/response", result)
        return
    log_error(error)
    call("POST", f"invocation/{request_id}/error", json.dumps(error).encode())


def main():
    global request_id
    known = set(sys.modules)
    try:
        set_up_logging()
        find_code_and_layers()
        handler = load_handler(os.environ["_HANDLER"])
    except Fault as fault:
        error = fault.report
    except Exception:
        error = report_of_current_exception()
    else:
        error = None
    if error is not None:
        log_error(error)
        call("POST", "init/error", json.dumps(error).encode())
        sys.exit(1)
    name_modules_of_this_machine(known)
    while True:
        headers, body = call("GET", "invocation/next")
        request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        handle(handler, headers, body)


main()
