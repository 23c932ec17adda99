"""Forwards scrapes and asks for the text format 0.0.4, which a Prometheus that knows OpenMetrics never does.

python3 text_proxy.py PORT TARGET-URL
"""

import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, target = int(sys.argv[1]), sys.argv[2]


class Proxy(BaseHTTPRequestHandler):
    def do_GET(self):
        request = urllib.request.Request(target, headers={"Accept": "text/plain;version=0.0.4"})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()
