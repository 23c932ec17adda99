# A real Prometheus: it scrapes both formats, and looks back through remote read.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3 python3 prometheus promtool

echo "-- a real Prometheus scrapes both formats"
database=$folder/history.db
start exporter serve --demo --awkward-names "--storage.path=$database"
exporter=$pid
wait_for 120 state
text_port=$(free_port)
start_peer text-proxy python3 "$here/tools/text_proxy.py" "$text_port" "$url/metrics"
wait_for 20 curl -sf "http://127.0.0.1:$text_port/metrics"
curl -s -D - -o /dev/null "http://127.0.0.1:$text_port/metrics" | grep -qi '^content-type: text/plain; version=0.0.4' || fail "no text format"
port=$(free_port)
cat >"$folder/prometheus.yml" <<YAML
global: { scrape_interval: 2s, scrape_timeout: 2s }
scrape_configs:
  - { job_name: openmetrics, static_configs: [ { targets: [ "${url#http://}" ] } ] }
  - { job_name: text, static_configs: [ { targets: [ "127.0.0.1:$text_port" ] } ] }
  - { job_name: discovered, http_sd_configs: [ { url: "$url/sd" } ] }
remote_read:
  - url: $url/api/v1/read
    read_recent: true
YAML
begin=$SECONDS
start_prometheus "$folder/prometheus.yml" "$port" "$folder/data"
prometheus=$pid
scrapes() { [ "$(promql "$port" "min(count_over_time(up{job=\"$1\"}[1h]))" "$(date +%s)")" -ge 15 ]; }
wait_for 120 scrapes openmetrics
wait_for 120 scrapes text
wait_for 120 scrapes discovered
now=$(date +%s)
curl -sf "http://127.0.0.1:$port/api/v1/targets" >"$folder/targets.json"
jq -e '[.data.activeTargets[] | select(.health == "up" and .lastError == "")] | length == 3' "$folder/targets.json" >/dev/null ||
    fail "a target is not up: $(jq -c '.data.activeTargets[] | [.labels.job, .health, .lastError]' "$folder/targets.json")"
[ "$(promql "$port" 'min(min_over_time(up[1h]))' "$now")" = 1 ] || fail "a scrape failed"
refused=$(curl -sf "http://127.0.0.1:$port/metrics" |
    awk '/^prometheus_target_scrapes_(sample_|exceeded)/ && $2 > 0')
[ -z "$refused" ] || fail "Prometheus refused samples: $refused"
samples=$(promql "$port" 'min(scrape_samples_scraped{job!="discovered"})' "$now")
[ "$samples" -gt 3000 ] || fail "only $samples samples in a scrape"
pass "no scrape error in $((SECONDS - begin)) s, $samples samples each, slowest $(promql "$port" 'max(max_over_time(scrape_duration_seconds[1h]))' "$now") s"

[ "$(promql "$port" 'count(count by (application) ({job="discovered",__name__=~"algolia_.*"}))' "$now")" = 1 ] ||
    fail "the target of /sd has metrics of no application"
[ "$(promql "$port" 'count(algolia_usage_records{job="discovered"}) == count(algolia_usage_records{job="text"})' "$now")" = 1 ] ||
    fail "the target of /sd lacks metrics of its application"
pass "the target that /sd lists has the metrics of its application alone"

echo "-- PromQL over the time before it was installed, by remote read"
# A second after an hour: no bucket ends at either end of the window.
at=$(((now - 86400) / 3600 * 3600 + 1))
within() { echo "unix_time + $1 > $((at - $2 * 86400)) AND unix_time + $1 <= $at"; }
check() { compare "$1" "$port" "$2" "$at" "$database" "$3"; }
check "hours of 90 days" 'count_over_time(algolia_usage_total_search_requests_hourly[90d])' \
    "SELECT count(*) FROM hourly_points WHERE statistic = 'total_search_requests' AND index_name = '' AND $(within 3600 90)"
check "search requests of a day" 'sum_over_time(algolia_usage_total_search_requests_hourly[1d])' \
    "SELECT sum(value) FROM hourly_points WHERE statistic = 'total_search_requests' AND index_name = '' AND $(within 3600 1)"
check "search requests of each index over 90 days" 'sum(sum_over_time(algolia_index_usage_total_search_requests_hourly[90d]))' \
    "SELECT sum(value) FROM hourly_points WHERE statistic = 'total_search_requests' AND index_name <> '' AND $(within 3600 90)"
check "95 % quantile of the 99th percentile" 'quantile_over_time(0.95, algolia_usage_processing_time_p99_seconds[80d])' \
    "WITH ordered AS (SELECT value / 1000.0 AS value, row_number() OVER (ORDER BY value) - 1 AS i, count(*) OVER () AS n
        FROM hourly_points WHERE statistic = '99p_processing_time' AND index_name = '' AND $(within 3600 80)),
     rank AS (SELECT 0.95 * (max(n) - 1) AS r FROM ordered)
     SELECT (SELECT value FROM ordered, rank WHERE i = CAST(r AS INTEGER)) * (1 - (r - CAST(r AS INTEGER)))
         + (SELECT value FROM ordered, rank WHERE i = min(n - 1, CAST(r AS INTEGER) + 1)) * (r - CAST(r AS INTEGER)) FROM rank"
check "requests of 300 days, by day" 'sum_over_time(algolia_usage_total_search_requests_daily[300d])' \
    "SELECT sum(value) FROM daily_points WHERE statistic = 'total_search_requests' AND index_name = '' AND $(within 86400 300)"
check "two servers by a regular expression" 'sum(sum_over_time(algolia_usage_max_qps{server=~"c4-fr-[12]"}[30d]))' \
    "SELECT sum(value) FROM hourly_points WHERE statistic = 'max_qps' AND key IN ('c4-fr-1', 'c4-fr-2') AND $(within 3600 30)"
check "all indices but two" 'sum(count_over_time(algolia_index_usage_records{index!~"products|blog.*"}[10d]))' \
    "SELECT count(*) FROM hourly_points WHERE statistic = 'records' AND index_name NOT IN ('', 'products')
        AND index_name NOT LIKE 'blog%' AND $(within 3600 10)"

echo "-- both answers of remote read, beside a real Prometheus' own"
python3 "$here/tools/remote_read.py" "$url/api/v1/read" samples $((now - 30 * 86400)) $((now - 86400)) \
    '__name__=~algolia_index_usage_(records|total_search_requests_hourly)' >"$folder/samples.txt"
python3 "$here/tools/remote_read.py" "$url/api/v1/read" chunks $((now - 30 * 86400)) $((now - 86400)) \
    '__name__=~algolia_index_usage_(records|total_search_requests_hourly)' >"$folder/chunks.txt"
cmp "$folder/samples.txt" "$folder/chunks.txt" || fail "the two answers differ"
[ "$(wc -l <"$folder/samples.txt")" -gt 20000 ] || fail "only $(wc -l <"$folder/samples.txt") samples"
stop "$exporter"
kill -KILL "$prometheus" && { wait "$prometheus" || true; } 2>/dev/null
"$binary" export "--storage.path=$database" --statistic=records,total_search_requests --granularity=hourly --index='*' --output="$folder/history.om"
promtool tsdb create-blocks-from openmetrics --max-block-duration=1440h "$folder/history.om" "$folder/blocks" >"$folder/promtool.txt" 2>&1 ||
    fail "promtool: $(tail -n 3 "$folder/promtool.txt")"
echo "{}" >"$folder/blocks.yml"
start_prometheus "$folder/blocks.yml" "$port" "$folder/blocks"
for form in samples chunks; do
    python3 "$here/tools/remote_read.py" "http://127.0.0.1:$port/api/v1/read" $form $((now - 30 * 86400)) $((now - 86400)) \
        '__name__=~algolia_index_usage_(records|total_search_requests_hourly)' >"$folder/peer.txt"
    cmp "$folder/samples.txt" "$folder/peer.txt" || fail "Prometheus answers other $form"
done
pass "$(wc -l <"$folder/samples.txt") samples the same in both forms, and in both forms of Prometheus' own answer"
