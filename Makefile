# The two commands: `make run` brings the platform up with demo data, `make test` runs all tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROOF ?= proof
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers
# Without stored bytecode, each of the many processes would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
# Pass values exactly as typed: make would expand a $ as one of its own variables.
$(foreach name,EMAIL FILE REASON DATA STUDENT TUTOR,$(if $(value $(name)),$(eval override export $(name) := $$(value $(name)))))

.DEFAULT_GOAL := help
.PHONY: help run test contract contract-cloud smoke smoke-test proof coverage bench bench-large check audit licences generate template deploy publish staff backup restore \
        openapi requirements clean

help:  ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/run.stamp  ## Run the platform with demo data; PORT= DATA= WORKERS= DEMO=0 TLS=1 FRONTEND= FRONTEND_HOST= FRONTEND2=
	@exec $(BIN)/python -m local

test: $(VENV)/dev.stamp  ## Run all tests
	@$(BIN)/python -m pytest

contract: $(VENV)/dev.stamp  ## Replay the recorded contract against the local server and compare
	@$(BIN)/python -m tests.contract

contract-cloud: $(VENV)/dev.stamp  ## The same against the emulated AWS
	@$(BIN)/python -m tests.contract --cloud

smoke-test: $(VENV)/dev.stamp  ## Run `make smoke` against a local server and an emulated AWS of its own
	@$(BIN)/python -m tests.smoke

proof: $(VENV)/dev.stamp coverage  ## Run races, faults and fuzzing at full counts; PROOF="proof and not long" skips the longest ones
	@$(BIN)/python -m pytest -m "$(PROOF)" --timeout=1800

# Does not measure the proofs themselves: that slows threads down, and a race needs them at full speed.
coverage: $(VENV)/dev.stamp  ## Measure test coverage of accounts, booking and the domain, with a floor for each
	@$(BIN)/python -m pytest -q --cov --cov-report= $(COVERING)
	@$(BIN)/coverage report --include="functions/accounts/*" --fail-under=98
	@$(BIN)/coverage report --include="functions/bookings/*" --fail-under=97
	@$(BIN)/coverage report --include="layers/shared/domain/*" --fail-under=96

COVERING := tests/layers/domain tests/layers/data tests/functions/chat/test_attachments.py \
	$(addprefix tests/functions/,accounts availability bookings notifications mail push reminders second_factors sign_in staff tokens)

bench: $(VENV)/dev.stamp  ## Measure speed, as ratios to bare limits of the same run; fails below the last release's
	@$(BIN)/python -m tests.benchmarks

bench-large: $(VENV)/dev.stamp  ## The same at a million tutors; takes half an hour and 8 GB of disk
	@$(BIN)/python -m tests.benchmarks.large

check: $(VENV)/dev.stamp audit licences  ## Format, lint, types, architecture, vulnerabilities and licences of packages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml docker-compose.production.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml

audit: $(VENV)/dev.stamp  ## Ask PyPI for known vulnerabilities of the pinned packages; AUDIT=strict fails if it cannot be asked
	@$(BIN)/python -m tools.dependencies audit

licences: $(VENV)/dev.stamp  ## List the licences of the packages in the functions' images
	@$(BIN)/python -m tools.dependencies licences

generate: $(VENV)/dev.stamp  ## Generate the routes and CloudFront functions in the AWS templates, and docs/tables.md
	@$(BIN)/python -m infra.generate
	@$(BIN)/python -m tools.tables

template: $(VENV)/dev.stamp .venv-sam/stamp .venv-checkov/stamp  ## Check the AWS templates with the SAM CLI, cfn-lint, cloudformation-validate, checkov and moto
	@$(SAM) validate
	@$(SAM) validate --lint
	@$(REGION) .venv-sam/bin/python -m infra.transform > .venv-sam/transformed/template.json
	@$(REGION) .venv-sam/bin/python -m infra.transform DeploymentPreference=Canary10Percent5Minutes > .venv-sam/gradual.json
	@$(BIN)/cfn-lint template.yaml infra/stacks/*.yaml .venv-sam/transformed/template.json .venv-sam/gradual.json
	@.venv-checkov/bin/checkov --config-file infra/checkov.yaml -d infra -d local -d .venv-sam/transformed
	@$(REGION) $(BIN)/python -m pytest -m template -n 0

REGION := AWS_DEFAULT_REGION=eu-central-1
SAM := $(REGION) SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam

deploy: $(VENV)/run.stamp  ## Build and deploy to AWS as a new release; STACK= PARAMETERS="LogLevel=DEBUG ...", others stay
	@sam build
	@images="$$($(BIN)/python -m infra.images)" && sam deploy --image-repository "$$images" $(if $(STACK),--stack-name $(STACK)) $(if $(CI),--no-confirm-changeset) --parameter-overrides "Release=$$(date +%s)" $(PARAMETERS)

publish: $(VENV)/run.stamp  ## Upload the API description, the staff desk, the default picture and FRONTEND= to STACK=
	@$(BIN)/python -m infra.publish

smoke: $(VENV)/run.stamp  ## Check what works at URL=; STUDENT=mail:password TUTOR=mail:password WITHIN=seconds per step
	@$(BIN)/python -m tools.smoke

staff: $(VENV)/run.stamp  ## List the staff; EMAIL= makes that account staff; DO=revoke, add, enrol, suspend, lift …; REASON=, DATA=
	@$(BIN)/python -m local.staff "$(or $(DO),$(if $(EMAIL),grant,list))" "$$EMAIL" $(if $(REASON),"$$REASON")

backup: $(VENV)/run.stamp  ## Back up database, pictures and keys into FILE=, while the server runs or not; DATA= as for run
	@$(BIN)/python -m local.backup make "$$FILE"

restore: $(VENV)/run.stamp  ## Restore a backup from FILE=; FORCE=1 replaces existing data; DATA= as for run
	@$(BIN)/python -m local.backup restore "$$FILE"

openapi: $(VENV)/run.stamp  ## Print the API description
	@$(BIN)/python -m local.openapi

requirements:  ## Compile requirements/ from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) -o requirements/functions.txt
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) --extra migrations -o requirements/migrations.txt
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) --extra push -o requirements/push.txt
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) --extra second_factors -o requirements/second_factors.txt
	@$(BIN)/uv pip compile -q --group pyproject.toml:bom $(COMPILE) -o requirements/bom.txt
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) --extra migrations --extra push --extra second_factors --extra local -o requirements/run.txt
	@$(BIN)/uv pip compile -q pyproject.toml $(COMPILE) --all-extras -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --group sam $(COMPILE) --no-strip-extras -o requirements/sam.txt
	@$(BIN)/uv pip compile -q --group checkov $(COMPILE) --no-strip-extras -o requirements/checkov.txt

COMPILE := --upgrade --universal --generate-hashes --no-annotate --no-header

clean:  ## Remove the environment
	rm -rf $(VENV) .venv-sam .venv-checkov

RECENT := import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 …")

ifndef INSTALLING
# Two terminals must not install into one environment at once: the second waits, then finds it done.
$(VENV)/%.stamp: requirements/%.txt
	@flock $(<D) $(MAKE) -s INSTALLING=1 $@

.venv-%/stamp: requirements/%.txt $(VENV)/dev.stamp
	@flock $(<D) $(MAKE) -s INSTALLING=1 $@
else
$(VENV)/%.stamp: requirements/%.txt
	@echo "Installing $< into $(VENV) …"
	@$(BIN)/python -c 'import pip; $(RECENT)' 2>/dev/null || { $(PYTHON) -c '$(RECENT)' && $(PYTHON) -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m compileall -q $(VENV)/lib functions layers local || true
	@touch $@

# The AWS tools pin versions that conflict with ours.
.venv-%/stamp: requirements/%.txt $(VENV)/dev.stamp
	@echo "Installing $< into .venv-$* …"
	@$(BIN)/uv venv -q --clear --python $(BIN)/python .venv-$*
	@$(BIN)/uv pip install -q --python .venv-$* --require-hashes -r $<
	@mkdir .venv-$*/transformed
	@touch $@
endif
