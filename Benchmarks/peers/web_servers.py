"""Servers of the exporter's own scrape document: nginx from files, prometheus_client from its samples."""

import gzip
import os
import sys

from exporter import INDEX
from workshop import free_port, get

NGINX = """
{user}
worker_processes auto;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    keepalive_requests 100000000;
    open_file_cache max=10;
    default_type text/plain;
    tcp_nopush on;
    root {folder}/www;
    gzip_static on;
    server {{ listen 127.0.0.1:{sendfile}; sendfile on; {health} }}
    server {{ listen 127.0.0.1:{copying}; sendfile off; {health} }}
}}
"""


class Nginx:
    package, name = "nginx", "nginx"

    def __init__(self, workshop, exporter):
        """Serves what `exporter` answers now, identical and compressed."""
        folder = workshop.folder
        www = folder / "www"
        www.mkdir(exist_ok=True)
        self.document = get(f"{exporter.url}/metrics")
        compressed = get(f"{exporter.url}/metrics", {"Accept-Encoding": "gzip"})
        if INDEX.encode() not in gzip.decompress(compressed):
            raise SystemExit("the compressed scrape has no values of indices")
        (www / "metrics").write_bytes(self.document)
        (www / "metrics.gz").write_bytes(compressed)
        sendfile, copying = free_port(), free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(
            NGINX.format(
                # The workers of a root's server could not look into its folder.
                user="user root;" if os.getuid() == 0 else "",
                folder=folder,
                sendfile=sendfile,
                copying=copying,
                health='location = /health { return 200 "ok\\n"; }',
            )
        )
        self.process = workshop.start("nginx", "nginx", "-c", configuration)
        self.url, self.copying_url = f"http://127.0.0.1:{sendfile}", f"http://127.0.0.1:{copying}"
        for url in (self.url, self.copying_url):
            if (
                workshop.wait_for(f"{url}/metrics") != self.document
                or get(f"{url}/metrics", {"Accept-Encoding": "gzip"}) != compressed
            ):
                raise SystemExit("nginx serves another document than the exporter")

    def samples(self):
        return sum(not line.startswith(b"#") for line in self.document.splitlines())


def start_client(workshop):
    """Starts this file as a server of prometheus_client, with the document that nginx has."""
    port = free_port()
    process = workshop.start("prometheus-client", sys.executable, "-B", __file__, workshop.folder / "www/metrics", port)
    workshop.wait_for(f"http://127.0.0.1:{port}/metrics")
    return process, f"http://127.0.0.1:{port}"


def serve_client(document, port):
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.parser import text_string_to_metric_families
    import threading

    families = list(text_string_to_metric_families(open(document, encoding="utf-8").read()))

    class Samples:
        def collect(self):
            return families

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Samples())
    start_http_server(port, "127.0.0.1", registry)
    threading.Event().wait()


if __name__ == "__main__":
    serve_client(sys.argv[1], int(sys.argv[2]))
