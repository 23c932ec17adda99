# kill -9 at fifty random instants of a backfill under faults.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3

now=$(date +%s)
echo "-- kill -9 at fifty random instants of a backfill under faults"
start simulator simulate --awkward-names --indices=80 --requests-per-minute=1000000 --fault=500:0.02 --fault=429:0.001 \
    --fault=truncated:0.01 --fault=garbage:0.01 --fault=cut:0.01
simulator=$pid
cat >"$folder/kill.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }
endpoints: { usage: "$url", search: "$url" }
polling: { requests_per_minute: 600000 }
YAML
backfill() { exec "$binary" backfill "--config.file=$folder/kill.yml" "--storage.path=$folder/$1.db" 2>"$folder/$1.log"; }

# The packed rows of whole days that are final, as text.
hours=$(printf ',h%02d' $(seq 0 23))
packed() {
    sqlite3 -readonly "$1" "
        SELECT application, index_name, statistic, key, day $hours FROM hourly JOIN series ON id = series_id
        WHERE day BETWEEN $((now / 86400 - 88)) AND $((now / 86400 - 2)) ORDER BY 1, 2, 3, 4, 5;
        SELECT application, index_name, statistic, key, day, value FROM daily JOIN series ON id = series_id
        WHERE day < $((now / 86400 - 2)) ORDER BY 1, 2, 3, 4, 5;"
}

(backfill whole) || fail "the undisturbed backfill does not end: $(tail -n 1 "$folder/whole.log")"
packed "$folder/whole.db" >"$folder/whole.txt"

# expect_whole NAME: the history is complete and the same as that of the undisturbed run.
expect_whole() {
    packed "$folder/$1.db" >"$folder/$1.txt"
    cmp "$folder/$1.txt" "$folder/whole.txt" || fail "$1: after $kills kills the history differs"
    [ "$(sqlite3 -readonly "$folder/$1.db" 'SELECT count(*) FROM coverage')" = 162 ] || fail "$1: coverage has gaps"
    [ "$(sqlite3 -readonly "$folder/$1.db" 'SELECT count(*) FROM counter WHERE total <> 0')" = 0 ] ||
        fail "$1: a counter counted the past"
    "$binary" db verify "--storage.path=$folder/$1.db" >/dev/null
}

kills=0
number=1
while [ $kills -lt 50 ]; do
    (backfill "killed-$number") &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 350 + 20)))"
    kill -KILL "$pid" 2>/dev/null || true
    status=0
    wait "$pid" 2>/dev/null || status=$?
    case $status in
        137) kills=$((kills + 1)) ;;
        # It came to its end before: a new history has more to do.
        0) expect_whole "killed-$number"
            number=$((number + 1)) ;;
        *) fail "the backfill ended with $status: $(tail -n 1 "$folder/killed-$number.log")" ;;
    esac
done
unfinished=$(sqlite3 -readonly "$folder/killed-$number.db" 'SELECT count(*) FROM coverage' 2>/dev/null || echo 0)
(backfill "killed-$number") || fail "the backfill does not end: $(tail -n 1 "$folder/killed-$number.log")"
expect_whole "killed-$number"
pass "after $kills kills ($unfinished of 162 coverages by then) $(wc -l <"$folder/whole.txt") rows are those of an undisturbed run"
stop "$simulator"
