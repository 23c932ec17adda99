# kill -9 at fifty random instants of a backfill under faults.
source "$(dirname "$0")/../library.sh"

now=$(date +%s)
echo "-- kill -9 at fifty random instants of a backfill under faults"
start simulator simulate --indices=80 --requests-per-minute=1000000 --fault=500:0.02 --fault=429:0.001 \
    --fault=truncated:0.01 --fault=garbage:0.01 --fault=cut:0.01
simulator=$pid
cat >"$folder/kill.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }
endpoints: { usage: "$url", search: "$url" }
polling: { requests_per_minute: 600000 }
YAML
backfill() { "$binary" backfill "--config.file=$folder/kill.yml" "--storage.path=$folder/$1.db" 2>"$folder/$1.log"; }

# The packed rows of whole days that are final, as text.
hours=$(printf ',h%02d' $(seq 0 23))
packed() {
    sqlite3 -readonly "$1" "
        SELECT application, index_name, statistic, key, day $hours FROM hourly JOIN series ON id = series_id
        WHERE day BETWEEN $((now / 86400 - 88)) AND $((now / 86400 - 2)) ORDER BY 1, 2, 3, 4, 5;
        SELECT application, index_name, statistic, key, day, value FROM daily JOIN series ON id = series_id
        WHERE day < $((now / 86400 - 2)) ORDER BY 1, 2, 3, 4, 5;"
}

kills=0
while [ $kills -lt 50 ]; do
    "$binary" backfill "--config.file=$folder/kill.yml" "--storage.path=$folder/killed.db" 2>"$folder/killed.log" &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 350 + 20)))"
    kill -KILL "$pid" 2>/dev/null || fail "the backfill ended before its fiftieth kill: $kills"
    kills=$((kills + 1))
    wait "$pid" 2>/dev/null || true
done
unfinished=$(sqlite3 -readonly "$folder/killed.db" 'SELECT count(*) FROM coverage')
backfill killed || fail "the backfill does not end: $(tail -n 1 "$folder/killed.log")"
backfill whole || fail "the undisturbed backfill does not end: $(tail -n 1 "$folder/whole.log")"
packed "$folder/killed.db" >"$folder/killed.txt"
packed "$folder/whole.db" >"$folder/whole.txt"
cmp "$folder/killed.txt" "$folder/whole.txt" || fail "after $kills kills the history differs"
[ "$(sqlite3 -readonly "$folder/killed.db" 'SELECT count(*) FROM coverage')" = 162 ] || fail "coverage has gaps"
[ "$(sqlite3 -readonly "$folder/killed.db" 'SELECT count(*) FROM counter WHERE total <> 0')" = 0 ] || fail "a counter counted the past"
"$binary" db verify "--storage.path=$folder/killed.db" >/dev/null
pass "after $kills kills ($unfinished of 162 coverages by then) $(wc -l <"$folder/whole.txt") rows are those of an undisturbed run"
stop "$simulator"
