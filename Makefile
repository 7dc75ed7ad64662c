# Everything that is done to this tree, by name. "make" alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The toolchain is the one of go.mod, whatever the environment says: go fetches
# it as a module where another is installed.
export GOTOOLCHAIN := $(shell sed -n 's/^toolchain[[:space:]]*//p' go.mod)
# No build here needs to ask git, which refuses in folders of another user.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)
# go keeps its cache below HOME.
ifeq ($(HOME),)
export HOME := $(shell mktemp -d)
endif

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help run test check bench services

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## run the example, examples/recordshop (ARGS="runserver --help" for another command)
	go run ./examples/recordshop $(or $(ARGS),runserver)

test: ## install what the tests need, run all of them with the race detector, then make check
	@scripts/need.sh
	@echo "== tests"
	@NUAGES_REQUIRE=1 CGO_ENABLED=1 go run ./scripts/services go run ./scripts/testsum -race -tags ormcheck -timeout 15m ./...
	@echo "== tests of memory and allocations, without the race detector"
	@NUAGES_REQUIRE=1 go run ./scripts/testsum -run 'Memory$$|Allocations$$' ./server ./template ./i18n
	@$(MAKE) check

check: ## gofmt, go vet, staticcheck, generated code, and the tests of layers, style and parity
	@echo "== gofmt"
	@files=$$(find . -name '*.go' -not -path '*/testdata/*' -not -path '*/node_modules/*' -not -path './.*' -print0 | \
		xargs -0r "$$(go env GOROOT)/bin/gofmt" -l); \
	if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi
	@echo "== go vet"
	@go vet ./...
	@if [ -f benchmarks/go.mod ]; then cd benchmarks && CGO_ENABLED=0 go vet ./...; fi
	@echo "== staticcheck"
	@go run $(STATICCHECK) ./...
	@echo "== generated code"
	@go run ./cmd/nuages generate --check ./...
	@echo "== layers, style, parity"
	@go test -count=1 ./internal/layers ./internal/lint ./internal/parity/...
	@echo "check: all good"

services: ## start throw-away database servers, print their variables, stop them on Ctrl-C
	@go run ./scripts/services

bench: ## run every benchmark of the packages, with allocations (BENCH=name for some)
	go run ./scripts/services go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...
