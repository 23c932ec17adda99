# More clients than the exporter can serve, of every kind, and those who watch it in between.
source "$(dirname "$0")/../library.sh"
needs curl jq python3

# INDICES, DAYS and LOAD (seconds) make it larger by hand.
indices=${INDICES:-120} days=${DAYS:-60} load=${LOAD:-15}
echo "-- pressure: 500 slow clients, eight long ranges, four remote reads and reports at once"
start vendor simulate "--indices=$indices" --requests-per-minute=1000000 "--hourly-retention=${days}d"
cat >"$folder/exporter.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, monitoring_api_key: demo-monitoring-key, search_api_key: demo-search-key }
endpoints: { usage: "$url", monitoring: "$url", search: "$url" }
polling: { requests_per_minute: 600000 }
backfill: { horizon: ${days}d }
YAML
start exporter serve "--config.file=$folder/exporter.yml" "--storage.path=$folder/history.db"
exporter=$pid
filled() {
    curl -sf "$url/api/v1/status" | jq -e ".applications | length > 0 and all(.state == \"current\" and .indices == $indices)"
}
wait_for 600 filled
series=$(curl -sf "$url/metrics" | grep -vc '^#')
stop "$exporter"
numbers() { jq -r "$1" "$folder/numbers.json"; }
# pressed SECONDS: the numbers of an exporter that has just started, under the load.
pressed() {
    start exporter serve "--config.file=$folder/exporter.yml" "--storage.path=$folder/history.db"
    exporter=$pid
    wait_for 60 filled
    # Until the memory of the start has been given back.
    sleep 10
    python3 -B "$here/tools/pressure.py" "$url" "$exporter" "$1" total_search_requests \
        "$binary" report "--storage.path=$folder/history.db" >"$folder/numbers.json" || fail "pressure.py"
    [ "$(numbers '.statuses | keys | join(" ")')" = 200 ] || fail "scrapes and health: $(numbers '.statuses | tostring')"
    pass "every scrape and every question for health was answered, $(numbers '.beside["/metrics"].count + .beside["/health"].count') of them"
}
# remembered BYTES: how much memory it took, at most BYTES, and that it gave it back.
remembered() {
    [ "$(numbers ".memory.peak < $1")" = true ] || fail "memory: $(numbers '.memory | tostring')"
    [ "$(numbers '.memory.after <= 1.2 * .memory.idle')" = true ] || fail "memory after: $(numbers '.memory | tostring')"
    pass "memory, in MB: $(numbers '.memory | "\(.idle / 1e6 | round) before, \(.peak / 1e6 | round) at most, \(.after / 1e6 | round) \(.seconds) s after"')"
}
pressed "$load"
[ -z "${NUMBERS:-}" ] || cp "$folder/numbers.json" "$NUMBERS"
# The slowest of them waited for a processor that the load, or another part, had: what the server does shows in the median.
within() { # PATH MILLISECONDS
    [ "$(numbers ".beside[\"$1\"][\"50\"] <= $2")" = true ] || fail "$1: $(numbers ".beside[\"$1\"] | tostring"), not $2 ms"
    pass "$1: $(numbers ".beside[\"$1\"] | \"median \(.[\"50\"]) ms, 99 % within \(.[\"99\"])\"") ms (idle: $(numbers ".idle[\"$1\"] | \"\(.[\"50\"]), \(.[\"99\"])\"")) with $series samples"
}
within /metrics 100
within /health 20
answered() { numbers '.answers | to_entries | map("\(.key): \(.value)") | join(", ")'; }
# of_kind STATUS: the ranges and remote reads that were answered with it.
of_kind() { numbers ".answers | to_entries | map(select(.key | test(\"^(range|remote read) $1\")).value) | add // 0"; }
[ "$(of_kind 200)" -gt 0 ] || fail "nobody else was answered: $(answered)"
pass "the others were answered, too: $(answered)"
remembered 512000000
stop "$exporter"

echo "-- the same with the least memory that can be configured"
echo 'limits: { memory: 96MB }' >>"$folder/exporter.yml"
pressed "$load"
[ "$(of_kind 503)" -gt 0 ] || fail "nothing was refused: $(answered)"
[ "$(of_kind 200)" -gt 0 ] || fail "nobody else was answered: $(answered)"
rejections=$(curl -sf "$url/metrics" | sed -nE 's/^algolia_exporter_http_rejections_total\{reason="memory"\} //p')
pass "for want of memory $rejections requests were refused: $(answered)"
remembered 96000000
stop "$exporter"
