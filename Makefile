# Everything a developer needs; `make help` lists it.
SHELL := /bin/bash
GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOTESTSUM := gotest.tools/gotestsum@v1.13.0
ROOT := $(shell test "$$(id -u)" = 0 && test "$$(uname -s)" = Linux && echo yes)

.PHONY: help build test lint unit tools pictures engine cgroup2 bench bench-soak bench-verdict demo man faults dist cross licences clean
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./leakcheck, static
	CGO_ENABLED=0 $(GO) build -trimpath -o leakcheck .

test: engine lint unit ## set up what is missing, then vet, lint and run all tests with the race detector

lint: ## vet, format and static analysis
	$(GO) vet ./...
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt wants changes in these files"; exit 1; }
	$(GO) run $(STATICCHECK) ./...

# A test with a real engine may meet a machine that stands still for seconds:
# one that fails is run a second time, alone, and named. A data race is not.
unit:
	@command -v gcc >/dev/null || test -z "$(ROOT)" || { apt-get -qq update && apt-get -qq install -y gcc libc6-dev; }
	@[ -z "$(ROOT)" ] || eval "$$(.ci/engine env)"; \
	[ -n "$$LEAKCHECK_TEST_DOCKER_HOST" ] || echo "No Docker engine for tests: those with real containers are left out." >&2; \
	$(GO) run $(GOTESTSUM) --format standard-quiet --hide-summary skipped --rerun-fails=1 --rerun-fails-max-failures 5 --rerun-fails-abort-on-data-race \
		--packages ./... -- -race -timeout 20m

tools: ## install what some tests need and say NOT TESTED without: chromium, prometheus, xmllint, shells (needs root)
	@test -z "$(ROOT)" || { command -v chromium prometheus xmllint fish zsh | wc -l | grep -qx 5; } || \
	{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium prometheus libxml2-utils bash-completion fish zsh >/dev/null; }

pictures: ## take the README's pictures anew
	$(GO) test ./report -run Pictures -update

engine: ## start a private Docker engine for the tests (needs root; touches no other engine)
	@if [ -n "$$LEAKCHECK_TEST_DOCKER_HOST" ]; then echo "using $$LEAKCHECK_TEST_DOCKER_HOST"; \
	elif [ -n "$(ROOT)" ]; then .ci/engine start; \
	elif [ -n "$$LEAKCHECK_REQUIRE_DOCKER" ]; then echo "LEAKCHECK_REQUIRE_DOCKER is set, but a private engine needs root on Linux"; exit 1; fi

cgroup2: ## tests with real containers on a kernel with cgroup v2, in a virtual machine (needs root; ten minutes)
	.ci/cgroup2

demo: ## watch leakcheck find a leak, then clear the fix (two minutes)
	$(GO) run . demo

bench: engine ## speed, as ratios against peers in the same run (hey, wrk, grep, docker stats)
	@command -v hey wrk >/dev/null || test -z "$(ROOT)" || { apt-get -qq update && apt-get -qq install -y hey wrk; }
	@[ -z "$(ROOT)" ] || eval "$$(.ci/engine env)"; export LEAKCHECK_BENCH=1; \
	$(GO) test -run 'TestAgainstHeyAndWrk|TestMemoryIsFlat|TestOpenLoopOnLoopback' -v ./soak/load && \
	$(GO) test -run TestTapLatency -bench 'Sample' -v ./probe && \
	$(GO) test -run '^$$' -bench AgainstGrep ./soak/logscan && \
	$(GO) test -run 'TestWeight|TestManyContainersInOneSoak/^(20|100)$$' -v ./cmd && \
	$(GO) test -run TestWeightOfAWeek -v ./soak/record && \
	$(GO) test -run '^$$' -bench . -benchtime 1x ./soak/curve ./soak/record/... ./report

bench-soak: engine ## forty real soaks of three minutes: leaks found at their true rate, fixes not accused (a quarter of an hour)
	@eval "$$(.ci/engine env)"; LEAKCHECK_LONG=1 $(GO) test ./cmd -run TestTwentySoaks -v -timeout 40m

bench-verdict: ## error rates of the classifier, beside the rules people use today (2,000 draws a family: half an hour)
	$(GO) test ./soak/curve -run 'TestBenchVerdict|TestBenchWatch' -v -timeout 180m -args -bench.verdict=$(or $(DRAWS),2000) -bench.seed=$(or $(SEED),20241208)

man: ## write man pages into ./man
	$(GO) run . man man

faults: engine ## inject faults into runs of the real program and print the table (ROUNDS=10)
	@eval "$$(.ci/engine env)"; LEAKCHECK_FAULT_ROUNDS=$(or $(ROUNDS),10) $(GO) test -v -parallel 10 -timeout 60m -run TestFaults ./cmd

dist: ## static binaries for four platforms; building twice must give the same
	for p in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -trimpath -o dist/leakcheck-$${p%/*}-$${p#*/} . || exit 1; done
	CGO_ENABLED=0 $(GO) build -a -trimpath -o dist/again . && cmp dist/again dist/leakcheck-$$($(GO) env GOOS)-$$($(GO) env GOARCH) && rm dist/again

cross: ## does it build for the other systems and processors? (unoptimised, kept nowhere)
	for p in linux/arm64 darwin/arm64; do \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -gcflags='all=-N -l' -o /dev/null . || exit 1; done

licences: ## the modules in the binary and their licence files
	@$(GO) list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' . | sort -u | while read -r m v d; do \
		echo "$$m $$v $$(ls $$d | grep -iE '^(licen[cs]e|copying|unlicense)' | head -1 | grep . || echo NONE)"; done | column -t

clean: ## stop the private engine and remove what was built
	.ci/engine stop
	rm -rf leakcheck dist man
