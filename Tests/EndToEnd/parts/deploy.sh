# What is in deploy/ is accepted by the programs it is for, and names only metrics that exist.
source "$(dirname "$0")/../library.sh"
needs curl jq python3 victoria-metrics

echo "-- deploy/"
deploy=$here/../../deploy
# helm and others are in no Debian package; without them deploy/check says what it skips.
if tools=$("$here/../../scripts/deploy-tools" 2>"$folder/tools.log"); then PATH=$tools:$PATH; fi
"$deploy/check" >"$folder/deploy-check.log" 2>&1 || fail "deploy/check: $(tail -n 5 "$folder/deploy-check.log")"
while read -r line; do pass "${line#ok }"; done < <(grep -v '^$' "$folder/deploy-check.log")

# A receiver, so that the metrics of remote write exist as well.
receiver_port=$(free_port)
start_peer victoria-metrics victoria-metrics "-storageDataPath=$folder/vm" "-httpListenAddr=127.0.0.1:$receiver_port" -retentionPeriod=5y -loggerLevel=ERROR
start vendor simulate --requests-per-minute=100000
cat >"$folder/exporter.yml" <<YAML
applications:
  - id: DEMOAPP
    usage_api_key: demo-usage-key
    monitoring_api_key: demo-monitoring-key
    search_api_key: demo-search-key
    contract: { search_requests_per_month: 1000000, records: 1000000, max_qps: 100, currency: USD, price_per_1000_records: 0.4 }
endpoints: { usage: "$url", monitoring: "$url", search: "$url" }
polling: { requests_per_minute: 60000 }
remote_write: [ { url: "http://127.0.0.1:$receiver_port/api/v1/write", name: receiver } ]
YAML
start exporter serve "--config.file=$folder/exporter.yml" "--storage.path=$folder/history.db"
wait_for 120 state
"$deploy/metric-names" | sort -u >"$folder/used.txt"
[ "$(wc -l <"$folder/used.txt")" -gt 30 ] || fail "only $(wc -l <"$folder/used.txt") metric names in deploy/"
# Servers, clusters and capacity come with later passes than the backfill. What the newest hour did not report, at
# most eight, does not come.
served() {
    # A histogram's samples are called otherwise than itself.
    curl -sf "$url/metrics" | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p; s/^\([a-z_0-9A-Z]*\)[{ ].*/\1/p' | sort -u >"$folder/served.txt"
    absent=$(comm -23 "$folder/used.txt" "$folder/served.txt" | wc -l)
    [ "$absent" -le 8 ]
}
for _ in $(seq 120); do
    served && break
    sleep 1
done
# What the newest hour did not report is left out of it; the catalogue says what it would be called.
curl -sf "$url/api/v1/statistics" | jq -r '.statistics[].metrics[]?' | sort -u - "$folder/served.txt" >"$folder/known.txt"
unknown=$(comm -23 "$folder/used.txt" "$folder/known.txt")
[ -z "$unknown" ] || fail "deploy/ uses metrics that /metrics does not have: $(tr '\n' ' ' <<<"$unknown")"
[ "$absent" -le 8 ] || fail "$absent of the metrics that deploy/ uses are not on /metrics now: $(comm -23 "$folder/used.txt" "$folder/served.txt" | tr '\n' ' ')"
pass "$(wc -l <"$folder/used.txt") metric names in dashboards, rules and configurations exist, all but $absent on /metrics now"

python3 "$here/tools/dashboard_requests.py" "$url" "$deploy"/grafana/dashboards/json/*.json >"$folder/requests.txt" ||
    fail "the JSON dashboards: $(tail -n 5 "$folder/requests.txt")"
pass "the exporter answers the $(tail -n 1 "$folder/requests.txt")"
