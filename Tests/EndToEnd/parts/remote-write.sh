# Remote write into a real Prometheus and a real VictoriaMetrics, while everything is killed.
source "$(dirname "$0")/../library.sh"
needs curl jq python3 prometheus victoria-metrics

echo "-- remote write, with receivers and exporter killed at random"
start vendor simulate --awkward-names --indices=6 --requests-per-minute=1000000
prometheus_port=$(free_port)
victoria_port=$(free_port)
cat >"$folder/prometheus.yml" <<'YAML'
storage: { tsdb: { out_of_order_time_window: 400d } }
YAML
receive_prometheus() {
    start_prometheus "$folder/prometheus.yml" "$prometheus_port" "$folder/prometheus" --web.enable-remote-write-receiver \
        --query.max-samples=500000000
    prometheus=$pid
}
receive_victoria() {
    start_peer victoria-metrics victoria-metrics "-storageDataPath=$folder/victoria" -retentionPeriod=2y \
        -dedup.minScrapeInterval=1ms "-httpListenAddr=127.0.0.1:$victoria_port" -loggerLevel=WARN
    victoria=$pid
    wait_for 60 curl -sf "http://127.0.0.1:$victoria_port/health"
}
receive_prometheus
receive_victoria
cat >"$folder/exporter.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }
endpoints: { usage: "$url", search: "$url" }
polling: { requests_per_minute: 600000 }
backfill: { horizon: 30d }
remote_write:
  - { url: "http://127.0.0.1:$prometheus_port/api/v1/write", name: prometheus }
  - { url: "http://127.0.0.1:$victoria_port/api/v1/write", name: victoria }
YAML
database=$folder/history.db
exporter_up() {
    start exporter serve "--config.file=$folder/exporter.yml" "--storage.path=$database"
    exporter=$pid
}
kills=0
for round in $(seq 10); do
    exporter_up
    sleep "$((RANDOM % 2)).$(printf '%03d' $((RANDOM % 1000)))"
    case $((round % 4)) in
        # What Prometheus has acknowledged is in its log, so it may die at once.
        1) kill -KILL "$prometheus" && { wait "$prometheus" || true; } 2>/dev/null
            sleep "0.$((RANDOM % 9 + 1))"
            receive_prometheus ;;
        # VictoriaMetrics acknowledges what it will write within a second: it is asked to stop.
        3) kill -TERM "$victoria" && { wait "$victoria" || true; } 2>/dev/null
            sleep "0.$((RANDOM % 9 + 1))"
            receive_victoria ;;
    esac
    kill -KILL "$exporter" && { wait "$exporter" || true; } 2>/dev/null
    kills=$((kills + 1))
done
exporter_up
all_sent() {
    curl -sf "$url/api/v1/status" | jq -e '.applications | length > 0 and all(.state == "current" and .indices == 6)' &&
        [ "$(curl -sf "$url/metrics" | grep -cE '^algolia_exporter_remote_write_lag_seconds\{.*\} 0$')" = 2 ]
}
wait_for 300 all_sent
dropped=$(curl -sf "$url/metrics" | awk '/^algolia_exporter_remote_write_samples_dropped_total/ && $2 > 0')
[ -z "$dropped" ] || fail "samples were dropped: $dropped"
stop "$exporter"

# Everything that ended six hours ago has been settled for long.
until=$(($(date +%s) - 6 * 3600))
"$binary" export "--storage.path=$database" --granularity=hourly --granularity=daily --output="$folder/history.om"
curl -sfG "http://127.0.0.1:$victoria_port/api/v1/export" --data-urlencode 'match[]={__name__=~"algolia_.*"}' \
    --data-urlencode "start=0" --data-urlencode "end=$until" --data-urlencode reduce_mem_usage=1 >"$folder/victoria.jsonl"
curl -sfG "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode 'query={__name__=~"algolia_.*"}[420d]' \
    --data-urlencode "time=$until" >"$folder/prometheus.json"
for peer in victoria.jsonl prometheus.json; do
    python3 "$here/tools/compare_samples.py" "$folder/history.om" "$folder/$peer" "$until" >"$folder/compared.txt" ||
        fail "$peer: $(tail -n 3 "$folder/compared.txt")"
    pass "${peer%.*}: $(cat "$folder/compared.txt") after $kills kills of the exporter and five of receivers"
done
