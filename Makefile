# Two commands are enough: `make run` and `make test`. Each installs what it
# needs and can be repeated at any time.

RELEASE := .build/release/algolia-exporter

.PHONY: run run-settings test sanitize fuzz bench bench-peers bench-growth e2e build dist docs protobuf format lint clean deps deps-run deps-test deps-browser help

help:
	@echo "make run     start the exporter: on Algolia when ALGOLIA_APPLICATION_ID and"
	@echo "             ALGOLIA_USAGE_API_KEY are set, otherwise on the built-in simulator"
	@echo "make test    run all tests"
	@echo "make sanitize  run all tests under the address and the thread sanitizer"
	@echo "make fuzz    look for inputs that break a parser; MINUTES=60 for all parsers together"
	@echo "make e2e     run the end-to-end test of the release binary"
	@echo "make bench   measure, and print a table; make bench-peers measures beside other"
	@echo "             programs, make bench-growth with 10 to 10,000 indices, and both write"
	@echo "             docs/benchmarks.md"
	@echo "make dist    write the files of a release to dist/: tar.gz, .deb, bill of materials"
	@echo "make docs    write docs/metrics.md from the statistics catalogue"
	@echo "make protobuf  generate the Swift code of the .proto files"
	@echo "make format  format the sources; make lint checks them, and what each module imports"

run: run-settings deps-run build
	@scripts/run

# Before the build, which takes some minutes the first time.
run-settings:
	@scripts/run --check

build: deps
	scripts/swift build -c release --product algolia-exporter

dist: build
	@scripts/install binutils python3
	scripts/dist $(RELEASE)

# What cannot be fetched stops no test: those that need it are skipped.
test: deps-test
	@scripts/forecast-data || echo "Skipped: the tests of forecasts on public series" >&2
	@scripts/test

sanitize: deps-test
	scripts/sanitize address
	scripts/sanitize thread

MINUTES := 60

fuzz: deps
	Tests/Fuzz/run $(MINUTES)

e2e: build deps-browser
	Tests/EndToEnd/run $(RELEASE)

bench: build
	scripts/swift build -c release --product benchmark
	.build/release/benchmark

# The exporter, then the decoder by itself.
bench-peers: build
	scripts/swift build -c release --product benchmark
	scripts/bench-peers

# With the number of indices.
bench-growth: build
	scripts/bench-growth

docs: deps
	UPDATE_DOCS=1 scripts/swift test --filter 'MetricsReferenceTests|FaultsReferenceTests'

protobuf: deps
	scripts/protobuf

format:
	swift format -i -p -r Package.swift Sources Tests Benchmarks migrations

lint:
	swift format lint --strict -p -r Package.swift Sources Tests Benchmarks migrations
	scripts/modules --check

deps:
	@scripts/install libsqlite3-dev zlib1g-dev libcrypt-dev libsnappy-dev

# What the commands need that `make run` prints, and those of the README.
deps-run: deps
	@scripts/install --optional "commands with curl, jq and sqlite3" curl jq sqlite3

deps-test: deps
	@scripts/install --optional "tests that need them" binutils curl debootstrap jq openssl python3 python3-venv sqlite3 \
		prometheus prometheus-alertmanager victoria-metrics

# What the browser tests of the pages need beside, and the test of the image.
deps-browser: deps-test
	@scripts/install --optional "the test of the image" buildah
	@scripts/install --optional "the tests of proxies" nginx tinyproxy-bin
	@scripts/install --optional "the test of HTTP/2" nghttp2-client
	@scripts/install --optional "tests that need them" chromium chromium-driver default-jre-headless poppler-utils \
		fonts-dejavu-core fonts-noto-color-emoji

clean:
	rm -rf .build
