# The Monitoring API in trouble.
source "$(dirname "$0")/../library.sh"
needs curl jq

echo "-- the Monitoring API in trouble: usage and scrapes do not notice"
for fault in 401 403 500 hang; do
    start "vendor-$fault" simulate --requests-per-minute=100000 "--monitoring-fault=$fault"
    vendor=$pid
    cat >"$folder/$fault.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, monitoring_api_key: demo-monitoring-key, search_api_key: demo-search-key }
endpoints: { usage: "$url", monitoring: "$url", search: "$url" }
polling: { requests_per_minute: 60000, timeout: 5s }
YAML
    start "exporter-$fault" serve "--config.file=$folder/$fault.yml" "--storage.path=$folder/$fault.db"
    wait_for 60 state
    slowest=$(for _ in 1 2 3 4 5 6 7 8 9 10; do curl -sf -o /dev/null -w '%{time_total}\n' "$url/metrics"; done | sort -n | tail -n 1)
    # One that waited for the Monitoring API would take the timeout.
    [ "$(jq -n "$slowest < 5")" = true ] || fail "$fault: a scrape took $slowest s"
    wait_for 60 has_samples 'algolia_exporter_up\{application="DEMOAPP",api="monitoring"\} 0'
    has_samples 'algolia_exporter_up\{application="DEMOAPP",api="usage"\} 1' || fail "$fault: usage is not up"
    # The gauge is set before the log says so.
    wait_for 20 grep 'Monitoring API' "$folder/exporter-$fault.log"
    told=$(grep -c 'Monitoring API' "$folder/exporter-$fault.log")
    case $fault in 40?) [ "$told" = 1 ] || fail "$fault is told $told times" ;; esac
    stop "$pid"
    stop "$vendor"
    pass "$fault: the backfill is complete, the slowest of ten scrapes took $slowest s, told $told times"
done
