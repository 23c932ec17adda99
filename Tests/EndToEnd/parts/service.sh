# Start, scrape, query, stop, start again on the same file, compare.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3 promtool

echo "-- start, scrape, query, stop, start again"
database=$folder/history.db
start first serve --demo --awkward-names "--storage.path=$database"
wait_for 60 curl -sf "$url/ready"
pass "ready $(grep -c . "$folder/first.log") log lines after the start"
wait_for 120 state
pass "the backfill of 25 indices is complete"

curl -sf "$url/metrics" >"$folder/metrics.txt"
promtool check metrics <"$folder/metrics.txt" >"$folder/promtool.txt" 2>&1 || fail "promtool: $(cat "$folder/promtool.txt")"
[ ! -s "$folder/promtool.txt" ] || fail "promtool: $(cat "$folder/promtool.txt")"
pass "promtool has no complaint on $(grep -vc '^#' "$folder/metrics.txt") samples"
curl -sf --compressed -H 'Accept: application/openmetrics-text; version=1.0.0' "$url/metrics" | tail -n 1 | grep -qx '# EOF'
pass "OpenMetrics ends as it must"
wait_for 30 has_samples 'algolia_cluster_status.*operational'
wait_for 30 has_samples 'algolia_infrastructure_cpu_idle_ratio\{application="DEMOAPP",server="c4-fr-1"\} '
pass "$(curl -sf "$url/metrics" | grep -cE '^algolia_(infrastructure|cluster)_') samples of servers and clusters"

now=$(date +%s)
answer=$(curl -sf "$url/api/v1/range?statistic=total_search_requests&start=now-80d&step=1d")
days=$(jq '.series[0].points | length' <<<"$answer")
[ "$days" -ge 80 ] || fail "only $days days in the range"
[ "$(jq .coverage <<<"$answer")" = 1 ] || fail "coverage is $(jq .coverage <<<"$answer")"
sum=$(curl -sf "$url/api/v1/range?statistic=total_search_requests&start=$((now - 80 * 86400))&end=$((now - 86400))" |
    jq '[.series[0].points[][1]] | add')
sql=$(sqlite3 -readonly "$database" "SELECT sum(value) FROM hourly_points WHERE statistic = 'total_search_requests'
    AND index_name = '' AND unix_time >= $((now - 80 * 86400)) AND unix_time < $((now - 86400))")
[ "$sum" = "$sql" ] || fail "the API sums to $sum, SQL to $sql"
pass "the range agrees with SQL over the same file: $sum"
differing=$(sqlite3 -readonly "$database" "
    SELECT count(*) FROM hourly_points AS billed
    JOIN hourly_points AS total USING (application, index_name, key, unix_time)
    LEFT JOIN hourly_points AS free ON free.application = billed.application
        AND free.index_name = billed.index_name AND free.unix_time = billed.unix_time
        AND free.statistic = 'querysuggestions_total_search_requests'
    WHERE billed.statistic = 'billed_search_requests' AND total.statistic = 'total_search_requests'
        AND billed.index_name IN ('', 'products') AND billed.unix_time > $((now - 7 * 86400))
        AND billed.value IS NOT total.value - coalesce(free.value, 0)")
billed=$(sqlite3 -readonly "$database" "SELECT count(*) FROM hourly_points WHERE statistic = 'billed_search_requests'")
[ "$billed" -gt 50000 ] && [ "$differing" = 0 ] || fail "$differing of $billed hours of billed search requests are wrong"
pass "$billed hours of billed search requests, those looked at are search less suggestions"

dump "$database" $((now - 89 * 86400)) $((now - 86400)) >"$folder/before.txt"
stop "$pid"
pass "SIGTERM ends it with status 0"
start second serve --demo --awkward-names "--storage.path=$database"
curl -sf "$url/ready" >/dev/null
pass "ready at once after a restart"
wait_for 60 state
dump "$database" $((now - 89 * 86400)) $((now - 86400)) >"$folder/after.txt"
cmp "$folder/before.txt" "$folder/after.txt" || fail "the restart changed the past"
requests=$(curl -sf "$url/metrics" | sed -n 's/^algolia_exporter_api_requests_total{api="usage",code="200"} //p')
[ "${requests:-0}" -lt 60 ] || fail "$requests requests after a restart of a complete history"
pass "$(wc -l <"$folder/after.txt") points are the same after the restart, ${requests:-0} requests were made"
stop "$pid"
