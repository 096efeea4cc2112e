# Everything that is done with this project; `make help` lists it. Each target does its own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

bin := .venv/bin
step = @printf '\n== %s\n'
pin = $(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(if $(newest),--upgrade)

.PHONY: help run test check screens fonts translations format pins clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

run: ## Set up what is missing, then serve the School with its demo world on http://127.0.0.1:5000
	@.ci/setup run
	@exec $(bin)/flask serve

test: ## Run every test: on SQLite, on PostgreSQL, in the browser
	@.ci/setup test
	$(step) 'Tests on SQLite'
	@$(bin)/pytest -n 2 -m 'not browser'
	@if $(bin)/python -m tests.postgres; then \
		printf '\n== Tests on PostgreSQL\n'; \
		$(bin)/pytest -n 2 -m 'not browser' --database postgresql; \
	fi
	@if $(bin)/python -m tests.chromium; then \
		printf '\n== Tests in the browser\n'; \
		$(bin)/pytest -n 2 -m browser; \
	fi

check: ## Run what CI runs: format, lint, types, templates, translations, migrations, then every test
	@.ci/setup test
	$(step) 'Format (make format repairs it)'
	@$(bin)/ruff format --check --output-format concise .
	$(step) 'Lint'
	@$(bin)/ruff check .
	$(step) 'Types'
	@$(bin)/mypy
	$(step) 'Templates'
	@$(bin)/djlint --quiet --lint templates
	$(step) 'Translations (make translations brings the catalogues up to date)'
	@$(bin)/python -m tests.translations
	$(step) 'Migrations in step with the models'
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	export INSTANCE="$$folder" DATABASE_URL="sqlite:///$$folder/check.sqlite" LOG_LEVEL=WARNING; \
	$(bin)/flask db upgrade; \
	$(bin)/flask db check
	@$(MAKE) test

screens: ## Write a PNG of every page, for each kind of person and language, to screens/
	@.ci/setup test
	@$(bin)/python -m tests.screens

fonts: ## Make the fonts in static/fonts/ again
	@.ci/setup run
	@$(bin)/python -P escuela/fonts.py

translations: ## Bring the catalogues in escuela/translations/ up to date with code and templates, and tell what is missing
	@.ci/setup run
	@$(bin)/python -m tests.translations --update
	@$(bin)/python -m tests.translations

format: ## Format the code and repair what the linter can
	@.ci/setup test
	@$(bin)/ruff check --fix --exit-zero --quiet .
	@$(bin)/ruff format .

pins: ## Pin the packages that pyproject.toml names, with hashes (newest=1: take the newest of each)
	@.ci/setup run
	@$(bin)/python -m pip install -qq --disable-pip-version-check uv==0.13.8
	@$(pin) pyproject.toml --output-file requirements.txt
	@$(pin) pyproject.toml --extra test --constraint requirements.txt --output-file tests/requirements.txt

clean: ## Remove everything that set-up and tools made; instance/, with the database and the uploads, stays
	@rm -rf .venv static/fonts screens .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name .git -prune -o -name '*.mo' -exec rm -f {} +
	@find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} +
