# HTTP/2 over TLS, as other people's clients speak it, and as one that breaks its rules does.
source "$(dirname "$0")/../library.sh"
needs curl openssl python3
curl --version | grep -qw HTTP2 || skip "curl knows no HTTP/2"

echo "-- HTTP/2"
environment=$here/../../.build/http2
fetch() {
    rm -rf "$environment"
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install -q --disable-pip-version-check h2==4.4.1 'httpx[http2]==0.28.1' && touch "$environment/ready"
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/server.key" -out "$folder/server.pem" 2>/dev/null
# configure HTTP2: writes the web configuration.
configure() {
    cat >"$folder/web.new" <<YAML
tls_server_config: { cert_file: server.pem, key_file: server.key }
http_server_config: { http2: $1 }
YAML
    mv "$folder/web.new" "$folder/web.yml"
}
configure true
start http2 serve --demo "--storage.path=$folder/history.db" "--web.config.file=$folder/web.yml" --log.level=info
server=$pid
address=${url#https://}
log=$folder/http2.log

# offered PROTOCOLS: what the server chooses of them.
offered() { openssl s_client -connect "$address" -alpn "$1" </dev/null 2>/dev/null | sed -n 's/^ALPN protocol: //p'; }
ask() { curl -s --cacert "$folder/server.pem" "$@"; }
version() { ask -o /dev/null -w '%{http_version} %{http_code}' "$@" "$url/metrics"; }
[ "$(offered http/1.1,h2)" = h2 ] && [ "$(offered http/1.1)" = http/1.1 ] || fail "offered: $(offered http/1.1,h2)"
[ "$(version --http2)" = "2 200" ] && [ "$(version --http1.1)" = "1.1 200" ] || fail "curl: $(version --http2), $(version --http1.1)"
for path in /openapi.json /nothing; do
    [ "$(ask --http2 "$url$path" | sha256sum)" = "$(ask --http1.1 "$url$path" | sha256sum)" ] || fail "$path differs"
done
ask --http2 -I "$url/openapi.json" | grep -qi '^content-length: [1-9]' || fail "no length in the answer to HEAD"
head -c 3000000 /dev/zero >"$folder/large"
[ "$(ask --http2 -o /dev/null -w '%{http_code}' --data-binary "@$folder/large" "$url/api/v1/read")" = 413 ] || fail "a large body"
pass "curl speaks HTTP/2, and gets the same over HTTP/1.1"

if command -v h2load >/dev/null; then
    h2load -n 2000 -c 8 -m 20 "$url/health" >"$folder/h2load.txt"
    grep -q '2000 succeeded, 0 failed, 0 errored' "$folder/h2load.txt" || fail "h2load: $(grep requests: "$folder/h2load.txt")"
    pass "h2load: $(grep finished "$folder/h2load.txt"), 8 connections of 20 streams"
fi

if [ -e "$environment/ready" ] || fetch; then
    "$environment/bin/python" - "$url" "$folder/server.pem" <<'PYTHON' || fail "httpx"
import asyncio, ssl, sys
import httpx

url, authority = sys.argv[1:]


async def main():
    context = ssl.create_default_context(cafile=authority)
    async with httpx.AsyncClient(http2=True, http1=False, verify=context, timeout=300) as client:
        answers = await asyncio.gather(*(client.get(url + "/metrics") for _ in range(20)))
    assert {(answer.http_version, answer.status_code) for answer in answers} == {("HTTP/2", 200)}, answers


asyncio.run(main())
PYTHON
    pass "httpx gets 20 pages at once over one connection"
    "$environment/bin/python" "$here/tools/http2_hostile.py" "${address%:*}" "${address#*:}" "$folder/server.pem" >"$folder/hostile.txt" ||
        fail "$(grep -v '^[a-z ]*: ' "$folder/hostile.txt" || tail -n 3 "$folder/hostile.txt")"
    [ "$(grep -c 'closed its connection' "$log")" -ge 1 ] || fail "the log says nothing about it"
    pass "a client that breaks the rules: $(tail -n 1 "$folder/hostile.txt"), and the server answers as before"
fi

if command -v prometheus >/dev/null; then
    port=$(free_port)
    cat >"$folder/prometheus.yml" <<YAML
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - { job_name: exporter, scheme: https, tls_config: { ca_file: $folder/server.pem }, static_configs: [ { targets: [ "$address" ] } ] }
YAML
    export GODEBUG=http2debug=1
    start_prometheus "$folder/prometheus.yml" "$port" "$folder/data"
    unset GODEBUG
    wait_for 120 curl -sf "http://127.0.0.1:$port/api/v1/targets"
    scrapes() { [ "$(promql "$port" 'min(count_over_time(up[1h]))' "$(date +%s)")" -ge 10 ]; }
    wait_for 120 scrapes
    [ "$(promql "$port" 'min(min_over_time(up[1h]))' "$(date +%s)")" = 1 ] || fail "a scrape over HTTP/2 failed"
    grep -q 'http2: Transport received HEADERS' "$folder/prometheus.log" || fail "Prometheus does not scrape over HTTP/2"
    pass "Prometheus scrapes over HTTP/2: 10 scrapes, none failed"
fi

if [ -e "$environment/ready" ]; then
    # Reads the head of an answer, and no more.
    cat >"$folder/reader.py" <<'PYTHON'
import ssl, sys, time
import httpx

url, authority = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
with httpx.Client(http2=True, http1=False, verify=context, timeout=300) as client:
    with client.stream("GET", url + "/metrics") as answer:
        print(answer.http_version, flush=True)
        time.sleep(300)
PYTHON
    start_peer reader "$environment/bin/python" "$folder/reader.py" "$url" "$folder/server.pem"
    wait_for 60 grep -qx HTTP/2 "$folder/reader.log"
fi
configure false
wait_for 30 grep -q 'loaded again' "$log"
[ "$(offered http/1.1,h2)" = http/1.1 ] && [ "$(version --http2)" = "1.1 200" ] || fail "http2: false: $(version --http2)"
pass "http2: false offers HTTP/1.1 alone, without a restart"

stop "$server"
pass "SIGTERM beside a client that does not read its answer"
