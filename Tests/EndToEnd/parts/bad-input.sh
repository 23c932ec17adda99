# Everything that is wrong gets one line that names it, and nothing is lost.
source "$(dirname "$0")/../library.sh"
needs curl jq sqlite3

echo "-- bad input: one line that names it, and nothing lost"
database=$folder/history.db
"$binary" backfill --demo "--storage.path=$database" 2>"$folder/backfill.log"
with_application=(env ALGOLIA_APPLICATION_ID=APP ALGOLIA_USAGE_API_KEY=key)
echo "not a database at all, whatever its name says" >"$folder/text.db"
cp "$database" "$folder/newer.db"
sqlite3 "$folder/newer.db" "INSERT INTO grdb_migrations VALUES ('9999_future')"
sqlite3 "$folder/other.db" "CREATE TABLE contacts (name)"
mkdir "$folder/folder.db"
sha256sum "$folder"/{text,newer,other}.db >"$folder/sums.txt"
refuses 'text\.db is not an SQLite database' "${with_application[@]}" "$binary" serve "--storage.path=$folder/text.db"
refuses 'newer\.db .*9999_future' "${with_application[@]}" "$binary" serve "--storage.path=$folder/newer.db"
refuses 'other\.db belongs to another program' "${with_application[@]}" "$binary" serve "--storage.path=$folder/other.db"
refuses 'folder\.db is a directory' "${with_application[@]}" "$binary" serve "--storage.path=$folder/folder.db"
refuses 'absent\.db does not exist' "$binary" db info "--storage.path=$folder/absent.db"
sha256sum --quiet -c "$folder/sums.txt" || fail "a refused file was changed"
pass "refused files are as they were"
printf 'polling: { interval: soon }\napplications: [ { id: A, usage_api_key: k } ]\n' >"$folder/duration.yml"
printf 'applications:\n  - id: A\n    usage_api_kye: k\n' >"$folder/key.yml"
refuses 'duration\.yml:1:.*interval.*soon' "$binary" serve "--config.file=$folder/duration.yml"
refuses 'key\.yml:3:.*usage_api_kye' "$binary" serve "--config.file=$folder/key.yml"
refuses 'absent\.yml' "$binary" serve "--config.file=$folder/absent.yml"
refuses 'ALGOLIA_APPLICATION_ID' "$binary" serve "--storage.path=$folder/none.db"
refuses "unknown command 'exprot'; did you mean 'export'" "$binary" exprot
refuses '--no-such-flag' "$binary" serve --no-such-flag
refuses 'nowhere.*listen-address.*expected host:port' "$binary" serve --demo --web.listen-address=nowhere
refuses 'loud.*log.level' "$binary" serve --demo --log.level=loud
start occupied serve --demo "--storage.path=$database"
refuses "cannot listen on ${url#http://}" "$binary" serve --demo "--storage.path=$folder/other-history.db" "--web.listen-address=${url#http://}"
for query in 'statistic=nope' 'statistic=records&start=soon' 'statistic=records&step=7m' 'statistic=records&top=0' 'statistics=records' \
    'statistic=records&index=nope' 'statistic=records&application=nope' 'statistic=records&format=xml'; do
    curl -s "$url/api/v1/range?$query" | jq -e '.status >= 400 and (.parameter | length > 0) and (.accepted | length > 0)' >/dev/null ||
        fail "range?$query: $(curl -s "$url/api/v1/range?$query")"
done
pass "wrong parameters get a problem document that names them"
stop "$pid"
