"""moto's server at a Unix socket, for as long as standard input stays open.

Started by `moto.rs` with `python -I -c` and the socket's path. The one line on standard output is JSON: moto's version.
"""

import json
import os
import signal
import socket
import sys
import threading

from moto import __version__
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class QuietRequestHandler(WSGIRequestHandler):
    """The proxy in front writes the log of requests; errors are still written."""

    def log_request(self, code="-", size="-"):
        pass


def exit_with_the_proxy():
    # Standard input is a pipe whose other end the proxy alone holds: its end is the proxy's, even by SIGKILL.
    sys.stdin.buffer.read()
    os._exit(0)


# Ctrl-C in a terminal reaches every process of the group: the proxy is the one that answers it.
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Thread(target=exit_with_the_proxy, daemon=True).start()

# A socket's path holds about a hundred bytes. From inside of the folder its name is enough, however deep that is.
folder, name = os.path.split(sys.argv[1])
os.chdir(folder)
listener = socket.socket(socket.AF_UNIX)
listener.bind(name)
os.chmod(name, 0o600)
listener.listen(128)

server = make_server(
    f"unix://{name}",
    0,
    DomainDispatcherApplication(create_backend_app),
    threaded=True,
    request_handler=QuietRequestHandler,
    fd=listener.fileno(),
)
print(json.dumps({"version": __version__}), flush=True)
# moto prints warnings: they belong into the log, and a pipe that nobody reads would fill.
sys.stdout = sys.stderr
server.serve_forever()
