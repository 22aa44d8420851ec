# A façade: each target is the few commands that one would type. `make help` lists them; the presets are in
# CMakePresets.json, and cmake, ctest and the scripts work without make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
export CTEST_PARALLEL_LEVEL ?= $(shell nproc)

code_files = $(shell find . '(' -path './.*' -o -path ./build ')' -prune -o '(' -name '*.h' -o -name '*.c' -o -name '*.cpp' ')' -print)

.PHONY: help
help: ## Print this list
	@echo 'make TARGET, where TARGET is one of'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages
packages: ## Install the Debian packages that are missing (every target below that needs them does)
	@scripts/install-packages

.PHONY: build
build: packages ## Build the programs and the tests: build/bin/echo_server, build/bin/echo_client
	cmake --preset release
	cmake --build --preset release

.PHONY: demo
demo: packages ## Start echo_server, run scenarios/multi.json against it, print a verdict
	cmake --preset release
	cmake --build --preset release --target echo_server echo_client
	@scripts/demo

.PHONY: test
test: build ## Run all tests on the release build (under ten minutes on two cores)
	ctest --preset release

.PHONY: check
check: check-format check-asan check-tsan check-simulation check-oracle mutations fuzz tidy ## Run what takes longer: sanitizers, many seeds, bugs that are put in, fuzzing, static analysis

.PHONY: check-format
check-format: packages
	clang-format-19 --dry-run -Werror $(code_files)

.PHONY: check-asan check-tsan
check-asan check-tsan: check-%: packages
	cmake --preset $*
	cmake --build --preset $*
	ctest --preset $*

.PHONY: check-simulation
check-simulation: build
	GOTBACK_SEEDS=10000 build/tests/simulation_test

.PHONY: check-oracle
check-oracle: build
	GOTBACK_ORACLE_CASES=200000 build/tests/oracle_test

.PHONY: mutations
mutations: packages ## See whether the tests notice the bugs of tests/mutations/ (a quarter of an hour on two cores, once it is built)
	scripts/mutations

.PHONY: fuzz
fuzz: packages ## Let each fuzz target look for inputs that break it, FUZZ_SECONDS (60) each
	cmake --preset fuzz
	cmake --build --preset fuzz --target fuzz_targets
	scripts/fuzz

.PHONY: tidy
tidy: packages ## Run clang-tidy over all sources (a quarter of an hour; then only what changed)
	cmake --preset dev
	scripts/tidy

.PHONY: bench
bench: packages ## Measure echo_server beside raw loops and its peers (minutes; FULL=1: half an hour)
	cmake --preset release
	cmake --build --preset release --target gotback_bench
	build/bin/gotback_benchmark
	bench/run $(if $(FULL),--full)

.PHONY: coverage
coverage: packages ## Run all tests with coverage counted; print it for each file
	rm -rf build/coverage/profiles
	cmake --preset coverage
	cmake --build --preset coverage
	ctest --preset coverage
	scripts/coverage

.PHONY: format
format: packages ## Format all sources in place
	clang-format-19 -i $(code_files)

.PHONY: install
install: build ## Install to PREFIX (/usr/local), below DESTDIR if that is set
	cmake --install build --prefix '$(PREFIX)'

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf build
