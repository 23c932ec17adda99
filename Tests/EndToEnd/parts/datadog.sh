# Datadog's own OpenMetrics check collects /metrics with the configuration that is in deploy/.
source "$(dirname "$0")/../library.sh"
needs curl jq python3

echo "-- Datadog"
environment=$here/../../.build/datadog
fetch() {
    rm -rf "$environment"
    # The check alone: the whole package wants Kerberos, SNMP and more, which no check of this kind uses.
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install -q --disable-pip-version-check --no-deps datadog-checks-base==38.0.0 &&
        "$environment/bin/pip" install -q --disable-pip-version-check binary lazy_loader prometheus-client pydantic \
            python-dateutil pyyaml requests requests-unixsocket wrapt &&
        touch "$environment/ready"
}
[ -e "$environment/ready" ] || fetch || skip "Datadog's check could not be fetched from the Python package index"
start exporter serve --demo "--storage.path=$folder/history.db"
wait_for 120 state
"$environment/bin/python" "$here/tools/datadog_check.py" "$here/../../deploy/datadog/conf.d/openmetrics.d/conf.yaml" "$url/metrics" \
    >"$folder/datadog.txt" 2>"$folder/datadog.log" || fail "$(tail -n 3 "$folder/datadog.log")"
while read -r line; do pass "$line"; done <"$folder/datadog.txt"
