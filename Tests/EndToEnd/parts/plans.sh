# What each plan can ask for, and what the pages then say. The plan with a search key alone is the part search-key.
source "$(dirname "$0")/../library.sh"
needs curl jq

echo "-- plans: what is served is there, and what is not is nowhere"

# plan NAME "KEYS" SIMULATOR-ARGUMENTS…: starts a vendor and an exporter of 25 indices, until the backfill is complete.
plan() {
    local name=$1 keys=$2
    shift 2
    start "vendor-$name" simulate --requests-per-minute=100000 "$@"
    vendor=$pid
    cat >"$folder/$name.yml" <<YAML
applications:
  - { id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key$keys }
endpoints: { usage: "$url", monitoring: "$url", search: "$url" }
polling: { requests_per_minute: 60000 }
backfill: { horizon: 2d }
YAML
    start "$name" serve "--config.file=$folder/$name.yml" "--storage.path=$folder/$name.db"
    wait_for 120 state
}

# says PATTERN: the collector page has it. silent PATTERN: it has not.
says() { curl -sf "$url/collector" >"$folder/page.html" && grep -qE "$1" "$folder/page.html"; }
silent() { curl -sf "$url/collector" >"$folder/page.html" && ! grep -qE "$1" "$folder/page.html"; }

# lacks PATTERN: no sample of /metrics begins so.
lacks() { curl -sf "$url/metrics" >"$folder/samples.now" && ! grep -qE "^$1" "$folder/samples.now"; }

end() {
    stop "$pid"
    stop "$vendor"
}

monitoring=", monitoring_api_key: demo-monitoring-key"

plan premium "$monitoring" --usage-v2
wait_for 60 has_samples 'algolia_infrastructure_cpu_idle_ratio'
wait_for 60 has_samples 'algolia_cluster_status'
wait_for 60 has_samples 'algolia_billing_[a-z_]+_daily\{application="DEMOAPP"\}'
wait_for 60 says 'Usage API v2: 5.{1,2}billing metrics'
says 'servers?; clusters: c' || fail "the page has no servers"
silent 'Not included in the plan' || fail "the page says that something is not included"
pass "all keys and Usage API v2: usage, servers, clusters and billing metrics"
end

plan usage-alone ""
wait_for 60 has_samples 'algolia_cluster_status'
says 'Servers: not collected without a Monitoring API key; clusters: c' || fail "the page does not say why there are no servers"
lacks 'algolia_infrastructure_' || fail "there are servers without a key"
lacks 'algolia_billing_' || fail "there are billing metrics"
lacks 'algolia_exporter_up\{application="DEMOAPP",api="usage_v2"\}' || fail "Usage API v2 is up or down, though it is not served"
silent 'billing metric' || fail "the page has billing metrics"
pass "no monitoring key, no Usage API v2: clusters by their names, no servers, no billing metrics, nothing at zero"
end

plan names "" --refuse-wildcard --refuse-statistic=records
says 'Not included in the plan \(application level\):.*records' || fail "the page does not name what is refused"
lacks 'algolia_usage_records\{' || fail "a refused statistic has a value"
has_samples 'algolia_usage_total_search_requests_hourly\{application="DEMOAPP"\} [1-9]' || fail "no searches"
curl -sf "$url/api/v1/capacity" | jq -e '.applications[0].limits[] | select(.limit == "records") | .used == null' >/dev/null ||
    fail "records that nobody serves have a number"
pass "a plan that refuses * and records: every other statistic, and records nowhere, not zero"
end
