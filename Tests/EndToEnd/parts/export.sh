# The export becomes blocks of a real Prometheus.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3 prometheus promtool

now=$(date +%s)
echo "-- export: a real Prometheus serves the history"
database=$folder/history.db
"$binary" backfill --demo --awkward-names "--storage.path=$database" 2>"$folder/backfill.log"
"$binary" export "--storage.path=$database" --statistic=total_search_requests,max_qps,90p_processing_time \
    "--output=$folder/history.om"
promtool tsdb create-blocks-from openmetrics --max-block-duration=1440h "$folder/history.om" "$folder/tsdb" >"$folder/promtool.txt" 2>&1 ||
    fail "promtool: $(tail -n 3 "$folder/promtool.txt")"
echo "{}" >"$folder/prometheus.yml"
port=$(free_port)
start_prometheus "$folder/prometheus.yml" "$port" "$folder/tsdb"
# A second after an hour: no bucket ends at either end of the window.
at=$(((now - 86400) / 3600 * 3600 + 1))
window="unix_time + 3600 > $((at - 80 * 86400)) AND unix_time + 3600 <= $at"
check() { compare "$1" "$port" "$2" "$at" "$database" "$3"; }
check "sum of 80 days of search requests" 'sum_over_time(algolia_usage_total_search_requests_hourly[80d])' \
    "SELECT sum(value) FROM hourly_points WHERE statistic = 'total_search_requests' AND index_name = '' AND $window"
check "hours of every index" 'sum(count_over_time(algolia_index_usage_total_search_requests_hourly[80d]))' \
    "SELECT count(*) FROM hourly_points WHERE statistic = 'total_search_requests' AND index_name <> '' AND $window"
check "highest QPS of one server" 'max_over_time(algolia_usage_max_qps{server="c4-fr-1"}[80d])' \
    "SELECT max(value) FROM hourly_points WHERE statistic = 'max_qps' AND key = 'c4-fr-1' AND $window"
check "seconds of the 90th percentile" 'avg_over_time(algolia_usage_processing_time_p90_seconds[80d])' \
    "SELECT avg(value) / 1000 FROM hourly_points WHERE statistic = '90p_processing_time' AND index_name = '' AND $window"
check "requests of 80 days, by day" 'sum_over_time(algolia_usage_total_search_requests_daily[80d])' \
    "SELECT sum(value) FROM daily_points WHERE statistic = 'total_search_requests' AND index_name = ''
        AND unix_time + 86400 > $((at - 80 * 86400)) AND unix_time + 86400 <= $at"
refuses 'statistic: there is no statistic .{1,2}nope' "$binary" export "--storage.path=$database" --statistic=nope
refuses 'start.*soon.*not a time' "$binary" export "--storage.path=$database" --start=soon
