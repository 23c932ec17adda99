# Three shards write into one VictoriaMetrics while two of them move to other folders and the store is away.
source "$(dirname "$0")/../library.sh"
needs curl jq prometheus python3 sqlite3 victoria-metrics

# docs/scaling.md has figures of SHARD_INDICES=450, and of the filling of SHARD_INDICES=3000 SHARD_HORIZON=7d SHARD_PATIENCE=3600.
indices=${SHARD_INDICES:-24}
horizon=${SHARD_HORIZON:-14d}
patience=${SHARD_PATIENCE:-300}
# A scrape of thousands of indices takes seconds of both cores.
scrape_seconds=$((indices > 100 ? 30 : 2))
scrape_interval=${scrape_seconds}s

echo "-- three shards of $indices indices, and one store"
start vendor simulate "--indices=$indices" --requests-per-minute=1000000
vendor=$url
cat >"$folder/scrape.yml" <<YAML
global: { scrape_interval: $scrape_interval, scrape_timeout: $scrape_interval }
scrape_configs: [ { job_name: algolia, file_sd_configs: [ { files: [ "$folder/targets.json" ] } ] } ]
YAML
echo '[]' >"$folder/targets.json"
store_port=$(free_port)
store_url=http://127.0.0.1:$store_port
# The store's log of new points is written each second: it is asked to stop, and not killed.
store_up() {
    start_peer store victoria-metrics "-storageDataPath=$folder/store" -retentionPeriod=2y -dedup.minScrapeInterval=1ms \
        "-httpListenAddr=127.0.0.1:$store_port" -loggerLevel=WARN \
        "-promscrape.config=$folder/scrape.yml" -promscrape.fileSDCheckInterval=1s -promscrape.maxScrapeSize=200MB \
        -search.maxQueryDuration=10m -search.maxUniqueTimeseries=2000000
    store=$pid
    wait_for 60 curl -sf "$store_url/health"
}
store_up
cat >"$folder/exporter.yml" <<YAML
applications:
  - id: DEMOAPP
    usage_api_key: demo-usage-key
    monitoring_api_key: demo-monitoring-key
    search_api_key: demo-search-key
    contract: { search_requests_per_month: 1000000, records: 1000000, max_qps: 100 }
endpoints: { usage: "$vendor", monitoring: "$vendor", search: "$vendor" }
polling: { requests_per_minute: 600000 }
backfill: { horizon: $horizon }
metrics: { max_series: 10000000 }
YAML
cp "$folder/exporter.yml" "$folder/shard.yml"
echo "remote_write: [ { url: \"$store_url/api/v1/write\", name: store } ]" >>"$folder/shard.yml"

declare -A shard_pid shard_url shard_database
# shard_up NUMBER PLACE: starts a shard in another folder each time, as on another machine.
shard_up() {
    mkdir -p "$folder/$2"
    shard_database[$1]=$folder/$2/history.db
    start "shard-$1-$2" serve "--config.file=$folder/shard.yml" "--shard=$1/3" "--storage.path=${shard_database[$1]}"
    shard_pid[$1]=$pid
    shard_url[$1]=$url
    jq -n '[{ targets: $ARGS.positional }]' --args "${shard_url[@]#http://}" >"$folder/targets.new"
    mv "$folder/targets.new" "$folder/targets.json"
}
shard_killed() { kill -KILL "${shard_pid[$1]}" && { wait "${shard_pid[$1]}" || true; } 2>/dev/null; }
shard_metrics() { curl -sf "${shard_url[$1]}/metrics"; }
# sum_of NUMBER METRIC: the sum of the samples of one metric of a shard.
sum_of() { shard_metrics "$1" | awk -v name="$2" 'index($0, name) == 1 { sum += $2 } END { printf "%.0f\n", sum }'; }
requests() { sum_of "$1" algolia_exporter_api_requests_total; }
has_sent() { [ "$(sum_of "$1" algolia_exporter_remote_write_samples_total)" -gt 0 ]; }
waits() { [ "$(sum_of "$1" algolia_exporter_remote_write_lag_seconds)" -gt 0 ]; }
memory() { awk '/^VmRSS/ { printf "%.0f MB", $2 / 1e3 }' "/proc/$1/status"; }

# A history begins so long before the hour in which it is begun, and what is scraped is of the newest hour and day: two databases
# have the same only if they saw the same hours. None may begin meanwhile.
until [ $(($(date +%s) % 3600)) -lt $((3600 - 300)) ]; do sleep 1; done
begin=$SECONDS
for number in 1 2 3; do shard_up $number "first-$number"; done
for number in 1 2 3; do wait_for "$patience" has_sent $number; done
"$binary" db backup "$folder/backup.db" "--storage.path=${shard_database[1]}" 2>/dev/null >"$folder/backup.log"
points_backed_up=$("$binary" db info "--storage.path=$folder/backup.db" | awk '$3 == "points" { sum += $2 } END { print sum }')
asked=$(($(requests 1) + $(requests 2)))
stop "$store"
shard_killed 1
shard_killed 2
mkdir -p "$folder/restored"
mv "$folder/backup.db" "$folder/restored/history.db"
shard_up 1 restored
shard_up 2 empty
for number in 1 2; do wait_for "$patience" waits $number; done
store_up

# everything_sent: every index is collected by one shard, and nothing waits for the store.
everything_sent() {
    local number collected=0
    for number in 1 2 3; do
        curl -sf "${shard_url[$number]}/api/v1/status" >"$folder/status.json" || return 1
        jq -e '.applications | length > 0 and all(.state == "current")' "$folder/status.json" || return 1
        collected=$((collected + $(jq '.applications[0].indices' "$folder/status.json")))
        [ "$(shard_metrics $number | grep -cE '^algolia_exporter_remote_write_lag_seconds\{.*\} 0$')" = 1 ] || return 1
    done
    [ "$collected" = "$indices" ]
}
wait_for "$patience" everything_sent
seconds=$((SECONDS - begin))
for number in 1 2 3; do
    asked=$((asked + $(requests $number)))
    dropped=$(sum_of $number algolia_exporter_remote_write_samples_dropped_total)
    [ "$dropped" = 0 ] || fail "shard $number: $dropped samples were dropped"
done
pass "filled and sent in $seconds s with $asked requests, though two shards were killed and moved with the store away (one with a backup of $points_backed_up points, one without)"

# Everything that ended six hours ago has been settled for long.
until=$((($(date +%s) - 6 * 3600) / 3600 * 3600))
curl -sf "$store_url/internal/force_flush" >/dev/null
for number in 1 2 3; do
    sqlite3 -readonly "${shard_database[$number]}" 'SELECT application, index_name, api, statistic, key FROM series' >"$folder/series-$number.txt"
    "$binary" export "--storage.path=${shard_database[$number]}" --granularity=hourly --granularity=daily --output="$folder/shard-$number.om"
done
twice=$(sort "$folder"/series-*.txt | uniq -d | head -n 3)
[ -z "$twice" ] || fail "two shards have a series: $twice"
# A contract is that of every shard's configuration, and each knows how new its own data are.
twice=$(for number in 1 2 3; do shard_metrics $number; done |
    sed -nE '/newest_bucket_timestamp/d; s/^(algolia_(usage|index_usage|index|infrastructure|cluster|capacity)_.*) [^ ]*$/\1/p' | sort | uniq -d | head -n 3)
[ -z "$twice" ] || fail "two shards expose a series: $twice"
pass "$(cat "$folder"/series-*.txt | wc -l) series, each of one shard, in the histories and on /metrics"
python3 "$here/tools/store_totals.py" "$store_url" "$until" exports "$folder"/shard-{1,2,3}.om >"$folder/totals.txt" ||
    fail "the store and the shards' histories differ: $(tail -n 3 "$folder/totals.txt")"
pass "the store has what the shards have: $(tail -n 1 "$folder/totals.txt")"
python3 "$here/tools/store_totals.py" "$store_url" "$until" vendor "$vendor" "${horizon%d}" >"$folder/totals.txt" ||
    fail "the store and the simulator differ: $(tail -n 3 "$folder/totals.txt")"
pass "and what the simulator has: $(tail -n 1 "$folder/totals.txt")"
if [ "$indices" -le 100 ]; then
    grep -hv '^#' "$folder"/shard-{1,2,3}.om >"$folder/shards.om"
    curl -sfG "$store_url/api/v1/export" --data-urlencode 'match[]={job="",__name__=~"algolia_.*",__name__!~"algolia_(infrastructure|cluster)_.*"}' \
        --data-urlencode "start=0" --data-urlencode "end=$until" >"$folder/store.jsonl"
    python3 "$here/tools/compare_samples.py" "$folder/shards.om" "$folder/store.jsonl" "$until" >"$folder/compared.txt" ||
        fail "the store: $(tail -n 3 "$folder/compared.txt")"
    pass "sample by sample: $(cat "$folder/compared.txt")"
fi
rm -f "$folder"/*.om "$folder/store.jsonl"

echo "-- dashboards and rules: the store alone, beside Prometheus that reads the history of a single exporter"
begin=$SECONDS
start single serve "--config.file=$folder/exporter.yml" "--storage.path=$folder/single.db"
single=$pid
single_is_current() {
    curl -sf "$url/api/v1/status" | jq -e ".applications | length > 0 and all(.state == \"current\" and .indices == $indices)"
}
wait_for "$patience" single_is_current
single_seconds=$((SECONDS - begin))
# Rules name no source: the store has scrapes and history, and so must Prometheus.
cat >"$folder/prometheus.yml" <<YAML
global: { scrape_interval: $scrape_interval, scrape_timeout: $scrape_interval }
scrape_configs: [ { job_name: algolia, static_configs: [ { targets: [ "${url#http://}" ] } ] } ]
remote_read:
  - { url: "$url/api/v1/read", read_recent: true, remote_timeout: 10m }
YAML
port=$(free_port)
start_prometheus "$folder/prometheus.yml" "$port" "$folder/prometheus" --query.timeout=10m --query.max-samples=500000000
# What is scraped is the same once both have been scraped after the newest change.
same_answers() {
    python3 "$here/tools/store_queries.py" "$store_url" "http://127.0.0.1:$port" "$until" "$((4 * scrape_seconds))s" "$here/../../deploy" >"$folder/queries.txt"
}
deadline=$((SECONDS + patience))
until same_answers; do
    [ $SECONDS -lt $deadline ] || fail "the store answers otherwise: $(tail -n 8 "$folder/queries.txt")"
    sleep 1
done
pass "$(tail -n 1 "$folder/queries.txt")"
pass "memory: shards $(memory "${shard_pid[1]}"), $(memory "${shard_pid[2]}"), $(memory "${shard_pid[3]}"), a single exporter $(memory "$single") after $single_seconds s of its own fill, the store $(memory "$store"); on the disk: shards $(($(cat "${shard_database[@]}" | wc -c) / 1000000)) MB, the store $(du -sm "$folder/store" | cut -f 1) MB"
