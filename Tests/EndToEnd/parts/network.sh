# Requests to Algolia and to receivers through tinyproxy, over TLS that a test authority has signed.
source "$(dirname "$0")/../library.sh"
needs curl jq nginx openssl prometheus python3 sqlite3 tinyproxy

echo "-- HTTPS_PROXY, HTTP_PROXY, NO_PROXY and certificate authorities"
# 127.1 is 127.0.0.1 to the system. To the rules of NO_PROXY it is a name, so it has a proxy, as loopback never has.
host=127.1
start vendor simulate --indices=6 --requests-per-minute=1000000
vendor_url=$url
receiver_port=$(free_port)
printf 'storage: { tsdb: { out_of_order_time_window: 400d } }\n' >"$folder/prometheus.yml"
start_prometheus "$folder/prometheus.yml" "$receiver_port" "$folder/prometheus" --web.enable-remote-write-receiver

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Authority" \
    -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host" -addext basicConstraints=critical,CA:FALSE -CA "$folder/ca.pem" \
    -CAkey "$folder/ca.key" -keyout "$folder/cert.key" -out "$folder/cert.pem" 2>/dev/null
tls_port=$(free_port)
start_nginx "
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $folder/cert.pem;
        ssl_certificate_key $folder/cert.key;
        location / { proxy_pass $vendor_url; }
        location /api/v1/write { proxy_pass http://127.0.0.1:$receiver_port; }"
wait_for 60 curl -sk -o "$folder/null" "https://127.0.0.1:$tls_port/"

proxy_port=$(free_port)
cat >"$folder/tinyproxy.conf" <<PROXY
Port $proxy_port
Listen 127.0.0.1
Timeout 600
MaxClients 100
BasicAuth e2e s3cret-word
LogFile "$folder/tinyproxy.requests"
LogLevel Connect
PROXY
start_peer tinyproxy tinyproxy -d -c "$folder/tinyproxy.conf"
proxy=$pid
wait_for 60 curl -s -o "$folder/null" "http://127.0.0.1:$proxy_port/"
with_password=http://e2e:s3cret-word@127.0.0.1:$proxy_port
# tunnels PORT [HOST]: the connections to this port that the proxy was asked for.
tunnels() { grep -c "CONNECT ${2:-$host}:$1 " "$folder/tinyproxy.requests" || true; }

# configure NAME VENDOR RECEIVER [MORE]: writes NAME.yml; MORE are keys of the receiver.
configure() {
    cat >"$folder/$1.yml" <<YAML
applications: [{ id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }]
endpoints: { usage: "$2", search: "$2", ca_file: $folder/ca.pem }
polling: { requests_per_minute: 600000 }
backfill: { horizon: 7d }
remote_write: [{ url: "$3/api/v1/write", name: receiver, tls_config: { ca_file: $folder/ca.pem }${4:-} }]
YAML
}
configure secure "https://$host:$tls_port" "https://$host:$tls_port"
configure plain "http://$host:${vendor_url##*:}" "http://$host:$receiver_port"

HTTPS_PROXY=$with_password "$binary" check "--config.file=$folder/secure.yml" "--storage.path=$folder/none.db" >"$folder/check.txt" ||
    fail "check: $(cat "$folder/check.txt")"
pass "check: $(grep -c '^ok ' "$folder/check.txt") lines are ok through the proxy"

before=$(tunnels "$tls_port")
HTTPS_PROXY=$with_password "$binary" backfill "--config.file=$folder/secure.yml" "--storage.path=$folder/secure.db" 2>"$folder/backfill.log"
after=$(tunnels "$tls_port")
points=$(sqlite3 -readonly "$folder/secure.db" "SELECT count(*) FROM hourly_points")
[ "$points" -gt 10000 ] && [ "$after" -gt "$before" ] || fail "$points points, $((after - before)) tunnels"
pass "backfill with HTTPS_PROXY: $points points in $((after - before)) tunnels of the proxy's log"

sent() { curl -sf "$url/metrics" | grep -qE '^algolia_exporter_remote_write_lag_seconds\{.*\} 0$' && has_samples 'algolia_exporter_remote_write_samples_total\{[^}]*\} [1-9]'; }
# serves NAME: serves NAME.db until all is sent. The environment is the caller's.
serves() {
    start "serve-$1" serve "--config.file=$folder/$1.yml" "--storage.path=$folder/$1.db"
    wait_for 120 sent
    for page in metrics api/v1/status collector; do curl -sf "$url/$page"; done >"$folder/pages-$1.log"
    stop "$pid"
}
HTTPS_PROXY=$with_password serves secure
# The receiver shows what it accepted some seconds later.
has_received() {
    received=$(promql "$receiver_port" 'count(last_over_time({__name__=~"algolia_.*"}[7d]))' "$(date +%s)") &&
        [ "${received:-0}" -gt 100 ]
}
wait_for 60 has_received
grep -q "through proxy 127.0.0.1:$proxy_port" "$folder/serve-secure.log" || fail "the log does not name the proxy"
pass "remote write with HTTPS_PROXY: $received series received"

HTTP_PROXY=$with_password serves plain
[ "$(tunnels "${vendor_url##*:}")" -gt 0 ] && [ "$(tunnels "$receiver_port")" -gt 0 ] || fail "no tunnels with HTTP_PROXY"
pass "backfill and remote write with HTTP_PROXY: $(tunnels "${vendor_url##*:}") and $(tunnels "$receiver_port") tunnels"

lines=$(wc -l <"$folder/tinyproxy.requests")
rm "$folder"/{secure,plain}.db*
HTTPS_PROXY=$with_password NO_PROXY=example.com,$host serves secure
ALL_PROXY=$with_password no_proxy='*' serves plain
[ "$(wc -l <"$folder/tinyproxy.requests")" = "$lines" ] || fail "the proxy was asked in spite of NO_PROXY"
pass "NO_PROXY: the same twice, and no new line in the proxy's log"

# A receiver's own proxy, on loopback and without a variable.
before=$(tunnels "$receiver_port" 127.0.0.1)
rm "$folder"/plain.db*
configure plain "$vendor_url" "http://127.0.0.1:$receiver_port" ", proxy_url: \"$with_password\""
serves plain
[ "$(tunnels "$receiver_port" 127.0.0.1)" -gt "$before" ] || fail "no tunnels with proxy_url"
pass "remote write with proxy_url: $(($(tunnels "$receiver_port" 127.0.0.1) - before)) tunnels"

# The same proxy behind TLS, whose certificate is that of $host.
tls_proxy_port=$(free_port)
start_peer tls python3 "$here/tools/tls_front.py" "$folder/cert.pem" "$folder/cert.key" "$tls_proxy_port" "$proxy_port"
wait_for 60 curl -sk -o "$folder/null" "https://127.0.0.1:$tls_proxy_port/"
before=$(tunnels "$tls_port")
rm "$folder"/secure.db*
HTTPS_PROXY=https://e2e:s3cret-word@$host:$tls_proxy_port serves secure
[ "$(tunnels "$tls_port")" -gt "$before" ] || fail "no tunnels with a proxy over TLS"
pass "backfill and remote write through a proxy over TLS: $(($(tunnels "$tls_port") - before)) tunnels"

# says PATTERN VARIABLE: a check with this variable fails, and says PATTERN.
says() {
    if env "$2" "$binary" check "--config.file=$folder/secure.yml" "--storage.path=$folder/none.db" >"$folder/said.txt" 2>&1; then
        fail "check succeeds with $2"
    fi
    cat "$folder/said.txt" >>"$folder/said.log"
    grep -qE "$1" "$folder/said.txt" || fail "check with $2: expected /$1/, got: $(cat "$folder/said.txt")"
    pass "$(grep -E -m 1 "$1" "$folder/said.txt" | cut -c 1-150)"
}
# tinyproxy answers a wrong password with 401, and not as RFC 9110 has it, with 407.
says "proxy 127.0.0.1:$proxy_port rejected CONNECT; check .* its user and password" "HTTPS_PROXY=http://e2e:wrong-s3cret@127.0.0.1:$proxy_port"
says "proxy 127.0.0.1:$proxy_port requires a user and password" "HTTPS_PROXY=127.0.0.1:$proxy_port"
says "proxy $host:$tls_proxy_port requires a user and password" "HTTPS_PROXY=https://$host:$tls_proxy_port"
kill -TERM "$proxy" && { wait "$proxy" || true; } 2>/dev/null
says "cannot connect to proxy 127.0.0.1:$proxy_port: connection refused" "HTTPS_PROXY=$with_password"
printf 'no certificate\n' >"$folder/ca.pem"
refuses 'secure\.yml:2:.*ca_file.*not a readable PEM certificate' "$binary" check "--config.file=$folder/secure.yml"
! grep -l s3cret "$folder"/{check.txt,err.txt,backfill.log,said.log,serve-*.log,pages-*.log} || fail "a password was shown"
pass "no log, page or error shows the proxy's password"
