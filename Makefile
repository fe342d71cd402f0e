# Two commands do everything on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-archive

.DEFAULT_GOAL := help
.PHONY: help install demo room test test-room test-cluster torture flips lint docs docs-site release bench bench-cluster clean

help:  ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

# The stamp is newer than pyproject.toml once everything the suite and the linters need is installed.
$(VENV)/.installed: pyproject.toml tools/make_venv.sh
	@PYTHON="$(PYTHON)" sh tools/make_venv.sh "$(VENV)"
	@touch $@

install: $(VENV)/.installed  ## environment in .venv with reftel and all that developing needs

demo: install  ## index corpus_samples/ and answer the owner's query
	@rm -rf "$(DEMO)"
	@$(BIN)/reftel index corpus_samples --archive "$(DEMO)"
	@echo
	$(BIN)/reftel search '"Minsk Group" AND precedent' --archive "$(DEMO)"
	@echo
	@echo 'The same in a browser: make room'

room: install  ## open the reading room on the samples
	@[ -e "$(DEMO)/index" ] || $(BIN)/reftel index corpus_samples --archive "$(DEMO)"
	$(BIN)/reftel serve --archive "$(DEMO)" $(ROOM_ARGS)

test: install  ## the whole suite
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-room: install  ## the reading room in a real browser (needs Debian's chromium)
	@command -v chromium >/dev/null || { echo 'test-room: no chromium; on Debian: apt-get install chromium' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --group room
	REFTEL_BROWSER=1 $(BIN)/python -m pytest -q -n 0 tests/reftel/room/test_browser.py $(PYTEST_ARGS)

# A real OpenSearch from Maven Central, about 50 MB, for the tests of clusters.
CLUSTER := build/cluster
$(CLUSTER)/.ready: tools/cluster/pom.xml tools/cluster/OpenSearchNode.java
	@command -v mvn >/dev/null && command -v javac >/dev/null || { echo "make: no mvn or no javac; install maven and a JDK from 17 on" >&2; exit 1; }
	@rm -rf $(CLUSTER) && mkdir -p $(CLUSTER)/lib $(CLUSTER)/classes
	@mvn -q -B -f tools/cluster/pom.xml dependency:copy-dependencies -DoutputDirectory=$(abspath $(CLUSTER)/lib)
	@javac -cp '$(CLUSTER)/lib/*' -d $(CLUSTER)/classes tools/cluster/OpenSearchNode.java
	@touch $@

test-cluster: install $(CLUSTER)/.ready  ## the tests against a real OpenSearch, which is fetched
	$(BIN)/python -m pip install --quiet --group cluster
	REFTEL_TEST_CLUSTER=1 $(BIN)/python -m pytest -q tests/cluster $(PYTEST_ARGS)

torture: install  ## kill a run 200 times at random moments and look at what is left
	$(BIN)/python tools/torture.py --rounds $(or $(ROUNDS),200)

flips: install  ## turn 600 bits in an archive and look at what is answered
	$(BIN)/python tools/flips.py --rounds $(or $(ROUNDS),600)

lint: install  ## ruff, mypy, import rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy benchmarks
	$(BIN)/lint-imports

docs: install  ## rewrite the generated pages of docs/
	$(BIN)/python tools/generate_docs.py

docs-site: install  ## docs/ as a site, in build/site; a broken link is an error
	$(BIN)/python -m pip install --quiet --group site
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/site

release: install  ## sdist, wheel, man page and SBOM, in dist/; the wheel is tried on every Python that is here
	$(BIN)/python -m pip install --quiet --group release
	sh tools/release.sh $(VENV) dist

# Hours at the default sizes. Xapian takes part where the system's Python has it (python3-xapian).
bench: install  ## the reader; peers side by side, the price of packing, the pipeline, growth, into benchmarks/
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python benchmarks/reader.py
	$(BIN)/python benchmarks/peers.py $(BENCH_ARGS)
	$(BIN)/python benchmarks/cold.py
	$(BIN)/python benchmarks/page.py $(PAGE_ARGS)
	$(BIN)/python benchmarks/room.py
	$(BIN)/python benchmarks/streams.py
	$(BIN)/python benchmarks/packing.py
	$(BIN)/python benchmarks/pipeline.py
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/growth.py $(GROWTH_ARGS)

bench-cluster: install $(CLUSTER)/.ready  ## a page in a cluster of three nodes on this machine, into benchmarks/CLUSTER.md
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python benchmarks/in_cluster.py

clean:  ## remove what make made
	rm -rf $(VENV) "$(DEMO)" build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
