# What every part of the end-to-end test uses. BINARY is the program under test.
set -euo pipefail

binary=$BINARY
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
folder=$(mktemp -d)
pids=()

finish() {
    status=$?
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    { wait || true; } 2>/dev/null
    if [ $status -ne 0 ]; then
        echo "FAILED; the newest logs:" >&2
        tail -n 15 "$folder"/*.log >&2 || true
    fi
    rm -rf "$folder"
    exit $status
}
trap finish EXIT

fail() { echo "FAIL  $1" >&2; exit 1; }
pass() { echo "ok    $1"; }

# skip REASON: ends the part, which is then counted as skipped.
skip() { echo "skip  $1"; exit 0; }

# needs PROGRAM…: skips the part unless each is installed.
needs() {
    local program
    for program in "$@"; do command -v "$program" >/dev/null || skip "$program is not installed"; done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || fail "waited too long for: $*"
        sleep 0.05
    done
}

# start NAME ARGUMENTS...: starts the binary on any free port; sets url and pid.
start() {
    local name=$1
    shift
    : >"$folder/$name.log"
    "$binary" "$@" --web.listen-address=127.0.0.1:0 2>"$folder/$name.log" &
    pid=$!
    pids+=("$pid")
    wait_for 60 grep -qE 'msg="(listening|simulating)' "$folder/$name.log"
    url=$(grep -E 'msg="(listening|simulating)' "$folder/$name.log" | grep -oE 'https?://127\.0\.0\.1:[0-9]+' | head -n 1)
}

stop() {
    local begin=$SECONDS
    kill -TERM "$1"
    wait "$1" || fail "SIGTERM: exit status $?"
    [ $((SECONDS - begin)) -le 10 ] || fail "SIGTERM took $((SECONDS - begin)) s"
}

state() {
    curl -sf "$url/api/v1/status" | jq -e '.applications | length > 0 and all(.state == "current" and .indices == 25
        and ([.usage_v2.backfill_remaining_seconds // {} | .[]] | add // 0) == 0)'
}

# Requests that the Usage API answered.
counted() { curl -sf "$url/metrics" | sed -n 's/^algolia_exporter_api_requests_total{api="usage",code="200"} //p'; }

# has_samples PATTERN: /metrics has a sample that begins so. What a check asks for is waited for with this.
has_samples() { curl -sf "$url/metrics" >"$folder/samples.now" && grep -qE "^$1" "$folder/samples.now"; }

# Every settled hour of a day ago and more, and every finished day, as text.
dump() {
    sqlite3 -readonly "$1" "
        SELECT * FROM hourly_points WHERE unix_time BETWEEN $2 AND $3 ORDER BY 1, 2, 3, 4, 6;
        SELECT * FROM daily_points WHERE unix_time BETWEEN $2 AND $3 ORDER BY 1, 2, 3, 4, 6;"
}

# refuses PATTERN COMMAND...: fails, and says PATTERN in one line of error output.
refuses() {
    local pattern=$1
    shift
    local status=0
    env -u ALGOLIA_APPLICATION_ID "$@" >"$folder/out.txt" 2>"$folder/err.txt" </dev/null || status=$?
    [ $status -ne 0 ] || fail "accepted: $*"
    grep -qE -- "$pattern" "$folder/err.txt" || fail "$*: expected /$pattern/, got: $(cat "$folder/err.txt")"
    [ "$(grep -cE -- "$pattern" "$folder/err.txt")" = 1 ] || fail "$*: said more than once: $(cat "$folder/err.txt")"
    pass "$(grep -E -m 1 -- "$pattern" "$folder/err.txt" | cut -c 1-150)"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_peer NAME COMMAND...: starts another program in the background; sets pid.
start_peer() {
    local name=$1
    shift
    "$@" >>"$folder/$name.log" 2>&1 &
    pid=$!
    pids+=("$pid")
}

# start_prometheus CONFIGURATION PORT DATA ARGUMENTS...: and waits for it; sets pid.
start_prometheus() {
    local configuration=$1 port=$2 data=$3
    shift 3
    start_peer prometheus prometheus "--config.file=$configuration" "--storage.tsdb.path=$data" \
        --storage.tsdb.retention.time=10y "--web.listen-address=127.0.0.1:$port" "$@"
    wait_for 60 curl -sf "http://127.0.0.1:$port/-/ready"
}

# start_nginx LINES: starts nginx with one server of these lines, and all its files in the folder; sets pid.
start_nginx() {
    cat >"$folder/nginx.conf" <<NGINX
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events {}
http {
    access_log off;
    client_body_temp_path $folder;
    proxy_temp_path $folder;
    fastcgi_temp_path $folder;
    uwsgi_temp_path $folder;
    scgi_temp_path $folder;
    server {
$1
    }
}
NGINX
    start_peer nginx nginx -c "$folder/nginx.conf"
}

# promql PORT QUERY TIME: the value of every series of an instant query.
promql() {
    curl -sf "http://127.0.0.1:$1/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$3" |
        jq -r '.data.result[].value[1]'
}

# compare WHAT PORT PROMQL TIME DATABASE SQL: both give one number, or are summed up to one.
compare() {
    local prom sql
    prom=$(promql "$2" "$3" "$4" | jq -s add)
    sql=$(sqlite3 -readonly "$5" "$6")
    [ "$(jq -n "($prom - $sql) | fabs < 1e-9 * (1 + ($sql | fabs))")" = true ] || fail "$1: Prometheus $prom, SQL $sql"
    pass "$1: $prom in Prometheus as in SQL"
}
