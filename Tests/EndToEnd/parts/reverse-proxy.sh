# Behind nginx, with the configurations of docs/reverse-proxy.md.
source "$(dirname "$0")/../library.sh"
needs curl jq nginx python3

echo "-- behind nginx: every link of every page"
front_port=$(free_port)
# sample NUMBER: the n-th block of nginx's configuration in the documentation, for the exporter at $url.
sample() {
    awk -v wanted="$1" '/^```nginx$/ { number++; inside = 1; next } /^```$/ { inside = 0 } inside && number == wanted' \
        "$here/../../docs/reverse-proxy.md" | sed "s|http://127.0.0.1:9914|$url|"
}
# behind NAME NUMBER ARGUMENTS...: starts the exporter with these arguments behind the sample, and crawls it.
behind() {
    local name=$1 number=$2
    shift 2
    start "$name" serve --demo "--storage.path=$folder/demo.db" "--web.external-url=http://127.0.0.1:$front_port/algolia" "$@"
    local exporter=$pid
    start_nginx "
        listen 127.0.0.1:$front_port;
        $(sample "$number")"
    local nginx=$pid
    local front=http://127.0.0.1:$front_port/algolia
    current() { curl -sf "$front/api/v1/status" | jq -e '.applications | length > 0 and all(.state == "current")'; }
    wait_for 180 current
    python3 "$here/tools/crawl.py" "$front/" >"$folder/crawl.txt" 2>&1 || fail "$name: $(tail -n 5 "$folder/crawl.txt")"
    pass "$name: $(tail -n 1 "$folder/crawl.txt")"
    kill -TERM "$nginx" && { wait "$nginx" || true; } 2>/dev/null
    stop "$exporter"
}
behind "the path is passed on" 1
behind "the prefix is removed" 2 --web.route-prefix=/
