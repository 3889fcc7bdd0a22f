# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# The front door. The build itself is meson's; this file only knows which build directory is for
# what, so that one command each is enough to run, test, measure and check.

MESON ?= meson
PYTHON ?= $(shell tools/python.sh)
DATA ?= ./var
ARGS ?=

.PHONY: all run test bench lint format tsan fuzz nightly clean help

all: build/build.ninja
	@$(MESON) compile -C build

# Each directory is set up once; meson sets itself up again when its files change.
build/build.ninja:
	@$(MESON) setup build -Dtests=false -Dbench=false || { \
	  echo "Something is missing? tools/install-deps.sh run installs what the build needs." >&2; exit 1; }

run:
	@tools/install-deps.sh run
	@$(MAKE) --no-print-directory all
	build/cordboard serve --demo --data $(DATA) $(ARGS)

# make test ONLY=wire ARGS="-k golden" runs a part.
test:
	@tools/install-deps.sh test
	@$(PYTHON) tools/run-tests.py --build build-test $(if $(ONLY),--only $(ONLY)) -- $(ARGS)

bench:
	@tools/install-deps.sh bench
	@test -f build-bench/build.ninja || $(MESON) setup build-bench -Dbuildtype=release -Dtests=false -Dbench=true
	@$(MESON) compile -C build-bench
	bench/run.sh build-bench $(ARGS)

lint:
	@tools/lint.sh

format:
	@tools/lint.sh --fix

# The rooms with threads, and all wire tests, under the thread sanitizer.
tsan:
	@tools/install-deps.sh test
	@$(PYTHON) tools/run-tests.py --build build-tsan --sanitize thread --unit web,line,engine,media,store,auth,base -- $(ARGS)

# make fuzz SECONDS=600 runs each fuzzer for ten minutes; the default is short.
fuzz:
	@tools/install-deps.sh test
	@tools/run-fuzz.sh $(or $(SECONDS),20)

# What is too long for each change: a million random inputs for the core, and the fuzzers.
nightly:
	@tools/install-deps.sh test
	@$(PYTHON) tools/run-tests.py --build build-test --only unit
	CORDBOARD_STEPS=$(or $(STEPS),1000000) CORDBOARD_SEED=$(or $(SEED),$(shell date +%Y%m%d)) \
	  build-test/test/unit/core/test_core_random
	@tools/run-fuzz.sh $(or $(SECONDS),600)

clean:
	rm -rf build build-test build-bench build-tsan build-fuzz build-lint desktop/node_modules

help:
	@echo "make            build the server in build/"
	@echo "make run        install what is missing, build, and start the demo on http://127.0.0.1:8080"
	@echo "make test       all tests, with sanitizers; the last line says N passed, N failed"
	@echo "make bench      speed and memory"
	@echo "make lint       format and lint checks;  make format rewrites the formatting"
	@echo "make tsan       unit tests of the rooms with threads, and the wire tests, for data races"
	@echo "make fuzz       a short run of each fuzzer"
	@echo "make nightly    the unit tests, a million random inputs for the core, and ten minutes a fuzzer"
	@echo "make clean      remove the build directories, and what the page is built with (not ./var)"
