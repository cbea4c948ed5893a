# Two commands matter: "make run" and "make test". The work is done by the scripts beside this file.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check format bench bench-peers lock clean

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name words; do printf '  make %-11s %s\n' "$$name" "$$words"; done

setup: ## Install the program into .venv (then: .venv/bin/tracker)
	@sh scripts/setup.sh run

setup-dev: ## The same, with all that tests and checks need
	@sh scripts/setup.sh dev

run: ## Serve the sample (PORT=5000, TODAY=2023-06-15; TODAY=real is the wall clock)
	@sh scripts/run.sh

test: ## Run every test (ARGS="-k feeds" goes to pytest)
	@sh scripts/test.sh

check: ## Format, lint, types, layers
	@sh scripts/check.sh

format: setup-dev ## Put the source into the one format, and mend what can be mended
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

bench: setup-dev ## Measure against floors taken in the same run, and write docs/BENCHMARKS.md (an hour; ARGS="polls pages" for some parts)
	@.venv/bin/python -m benchmarks.report $(ARGS)

bench-peers: setup-dev ## Measure other programs beside ours (fetched into .cache/peers), and write docs/BENCHMARKS-PEERS.md (15 minutes)
	@.venv/bin/python -m benchmarks.peers.report $(ARGS)

lock: ## Write the locked requirements anew from pyproject.toml (needs uv; ARGS=--upgrade)
	@sh scripts/lock.sh $(ARGS)

clean: ## Remove .venv and caches; instance/ (your data) stays
	@rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
