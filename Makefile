# Each target is one call of portcullis. ENV names the environment: `local`, the emulated AWS of this machine, is the
# default; any other one goes to AWS.
ENV ?= local

# In a project of your own: PORTCULLIS = portcullis
# Cargo is quiet but for the first time, when it compiles for minutes.
QUIET := $(if $(wildcard target/release/portcullis),--quiet)
PORTCULLIS ?= cargo run $(QUIET) --release --locked --package portcullis --

.DEFAULT_GOAL := help
.PHONY: help apply watch plan destroy outputs build generate check invitation logs clean test test-fast bench

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	@echo
	@echo '  ENV=dev takes a command to AWS; YOUR_EMAIL=you@example.com names the first user.'

apply: ## build, generate and apply; locally also start everything
	@$(PORTCULLIS) apply --env $(ENV)

watch: ## apply, and again whenever a function or the spec is saved (local only)
	@$(PORTCULLIS) apply --watch --env $(ENV)

plan: ## show what apply would change
	@$(PORTCULLIS) plan --env $(ENV)

destroy: ## delete everything; locally also stop every process
	@$(PORTCULLIS) destroy --env $(ENV)

outputs: ## print addresses and ids as JSON
	@$(PORTCULLIS) outputs --env $(ENV)

build: ## build the functions and zip them
	@$(PORTCULLIS) build --env $(ENV)

generate: ## make terraform/ from portcullis.toml
	@$(PORTCULLIS) generate

check: ## check spec, generated tree and tools
	@$(PORTCULLIS) check

invitation: ## print the mail with the temporary password (local only)
	@$(PORTCULLIS) invitation --env $(ENV)

logs: ## print the functions' logs
	@$(PORTCULLIS) logs --env $(ENV)

clean: ## delete what was built
	@$(PORTCULLIS) clean

test: ## everything, end to end
	@scripts/test.sh

test-fast: ## what needs no Terraform and no network
	@scripts/test.sh --fast

bench: ## how much load the data plane bears; takes half an hour
	@scripts/bench.sh
