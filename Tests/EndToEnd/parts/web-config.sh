# The file of --web.config.file: TLS, client certificates, passwords and headers, changed while the server runs.
source "$(dirname "$0")/../library.sh"
needs curl openssl

echo "-- web configuration"
# issue NAME ARGUMENTS…: a key and a certificate.
issue() {
    local name=$1
    shift
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
        -keyout "$folder/$name.key" -out "$folder/$name.pem" "$@" 2>/dev/null
}
issued() { issue "$1" -CA "$folder/$2.pem" -CAkey "$folder/$2.key" -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$3"; }
issue ca
issue stranger
issued server ca IP:127.0.0.1
issued prometheus ca DNS:prometheus.example
issued other ca DNS:other.example
issued false stranger DNS:prometheus.example

# configure TLS-LINES USER: writes the web configuration. The password is s3cret.
configure() {
    cat >"$folder/web.new" <<YAML
tls_server_config:
  cert_file: server.pem
  key_file: server.key
$1
http_server_config: { headers: { X-Frame-Options: deny, Strict-Transport-Security: max-age=60 } }
basic_auth_users: { $2: \$2b\$04\$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q }
YAML
    mv "$folder/web.new" "$folder/web.yml"
}
log=$folder/web.log
loads() { grep -c 'certificate and key loaded again' "$log" || true; }
# loaded NUMBER: whether so many changes were put into force.
loaded() { [ "$(loads)" -ge "$1" ]; }
# code ARGUMENTS…: the status of /metrics; 000 without an answer.
code() { curl -s -o /dev/null -w '%{http_code}' --cacert "$folder/ca.pem" -u alice:s3cret "$@" "$url/metrics" || true; }
# as NAME ARGUMENTS…: the same with a client certificate.
as() { code --cert "$folder/$1.pem" --key "$folder/$1.key" "${@:2}"; }

configure "" alice
start web serve --demo "--storage.path=$folder/web.db" "--web.config.file=$folder/web.yml" --log.level=info
[ "$(code)" = 200 ] && [ "$(code -u alice:wrong)" = 401 ] || fail "user and password: $(code), $(code -u alice:wrong)"
for path in /metrics /nothing; do
    curl -s -D "$folder/head.txt" -o /dev/null --cacert "$folder/ca.pem" -u alice:s3cret "$url$path"
    tr -d '\r' <"$folder/head.txt" | grep -qix 'x-frame-options: deny' || fail "$path has no X-Frame-Options"
    tr -d '\r' <"$folder/head.txt" | grep -qix 'strict-transport-security: max-age=60' || fail "$path has no HSTS"
done
pass "HTTPS with a password and the configured headers"

mv "$folder/server.key" "$folder/right.key"
cp "$folder/other.key" "$folder/server.key"
wait_for 30 grep -q 'do not match; continuing with the previous one' "$log"
[ "$(code)" = 200 ] || fail "a key of another certificate took the server down"
mv "$folder/right.key" "$folder/server.key"
wait_for 30 loaded 1
issued server ca IP:127.0.0.1
wait_for 30 loaded 2
served() { openssl s_client -connect "${url#https://}" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
[ "$(served)" = "$(openssl x509 -in "$folder/server.pem" -noout -serial)" ] || fail "the old certificate is served"
[ "$(code)" = 200 ] || fail "the new certificate: $(code)"
[ "$(grep -c 'continuing with the previous one' "$log")" = 1 ] || fail "a mismatch is logged more than once"
pass "a mismatch of key and certificate changes nothing, a new pair is served without a restart"

configure "  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [prometheus.example]" bob
wait_for 30 loaded 3
[ "$(code -u bob:s3cret)" = 000 ] || fail "a client without a certificate is served"
[ "$(as other -u bob:s3cret)" = 000 ] || fail "a certificate of another name is served"
[ "$(as false -u bob:s3cret)" = 000 ] || fail "a certificate of another authority is served"
[ "$(as prometheus)" = 401 ] && [ "$(as prometheus -u bob:s3cret)" = 200 ] || fail "users: $(as prometheus)"
"$binary" health "--cert-file=$folder/prometheus.pem" "--key-file=$folder/prometheus.key" "$url" >/dev/null ||
    fail "health with a client certificate"
! "$binary" health "$url" >/dev/null 2>&1 || fail "health without a client certificate"
pass "client certificates and another user, required from the next connection on"

printf 'tls_server_config: { cert_file: server.pem' >"$folder/web.yml"
wait_for 30 grep -q 'web configuration not loaded: .*web.yml:' "$log"
: >"$folder/web.yml"
wait_for 30 grep -q 'tls_server_config was removed; restart the exporter' "$log"
[ "$(as prometheus -u bob:s3cret)" = 200 ] && [ "$(code -u bob:s3cret)" = 000 ] || fail "a broken file opened the server"
stop "$pid"
pass "a broken or empty file leaves everything as it was"
