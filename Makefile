# The verbs of this repository. `make help` lists them; each is one command of Go
# or one small program below common/cmd.

SHELL := /bin/bash
.DEFAULT_GOAL := help

CHAPTERS := $(sort $(notdir $(wildcard ch[0-9][0-9]-*)))

# CH, FROM and UPTO name a chapter as people do: 2, 02, ch02, ch02-resp-eventloop.
# $(call chapter,NAME,VARIABLE) is its directory, or an error that says which
# there are.
number    = $(patsubst ch%,%,$(firstword $(subst -, ,$(1))))
padded    = $(if $(filter 1 2 3 4 5 6 7 8 9,$(call number,$(1))),0)$(call number,$(1))
chapter   = $(or $(filter $(if $(findstring -,$(1)),$(1),ch$(call padded,$(1))-%),$(CHAPTERS)),$(call refuse,$(2)=$(1): there is no such chapter; there are $(call short,$(firstword $(CHAPTERS))) to $(call short,$(lastword $(CHAPTERS)))))
short     = $(patsubst ch%,%,$(firstword $(subst -, ,$(1))))

# A verb's own error is the last line that is read: make, which would add "*** [Makefile:60:
# check] Error 2", is ended by a signal that no shell tells of. In a make that another make
# has started the line stays.
quietly   = { code=$$?; [ "$${MAKELEVEL:-1}" -gt 1 ] || kill -PIPE $$PPID; exit $$code; }
refuse    = $(shell echo "$(1)" >&2; kill -PIPE $$PPID)$(error $(1))

STAGE    = $(if $(CH),$(call chapter,$(CH),CH),$(lastword $(CHAPTERS)))
SELECTED = $(if $(CH),$(call chapter,$(CH),CH),$(CHAPTERS))

# The linters' releases. They are fetched when `make lint` first needs them.
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

FUZZTIME ?= 30s
SOAKTIME ?= 1m
KILLS    ?= 200
PACKAGES  = $(patsubst %,./%/...,$(1))
# The suite builds the stages itself, so Go's cache of test results does not know
# what a result depends on. On a machine that has much else to do it takes its time.
GO_TEST  := go test -count=1 -timeout 20m
# One of common's programs. It is built first: `go run` hides exit codes.
tool      = go build -o bin/$(1) ./common/cmd/$(1) && bin/$(1)

##@ For students
.PHONY: run
run: ## [CH=02] [ARGS="--port 7000"] | build and start a stage, the newest one if CH is not given
	@CGO_ENABLED=0 go build -C $(STAGE) -o ../bin/$(STAGE) . || $(quietly); exec common/verbs/serve.sh bin/$(STAGE) $(ARGS)

# What is asked of one stage: its cases, its README, and what it does beside redis-server. The
# suite's own tests, and the oracle's, are for all.
OF_A_STAGE = ^Test(Alone|Stages|Readmes|Differential|Transactions|Collections|CommandTable|Persistence|Kills)$$
ORACLE     = /^redis$$|^TestReadmes$$/./^redis$$

.PHONY: test
test: ## [CH=02] [TAGS=poison] | unit tests and the shared suite: of one stage, or of all and redis-server
	@command -v redis-server >/dev/null || \
		echo "redis-server is not installed (make doctor): the oracle's part $(if $(filter 1,$(REQUIRE_REDIS)),fails,is skipped)"
ifdef CH
	@$(GO_TEST) $(if $(TAGS),-tags "$(TAGS)") $(call PACKAGES,$(SELECTED)) && \
		CH=$(CH) TAGS="$(TAGS)" $(GO_TEST) -run '$(OF_A_STAGE)' -skip '$(ORACLE)' ./common/conformance ./common/soak || $(quietly)
else
	@TAGS="$(TAGS)" $(GO_TEST) $(if $(TAGS),-tags "$(TAGS)") ./common/... $(call PACKAGES,$(SELECTED)) || $(quietly)
endif

.PHONY: diff
diff: ## CH=02 [FROM=01] [FILE=main.go] [TESTS=1] [ALL=1] [HTML=out.html] | what a chapter changes, in reading order
	@$(call tool,chapters) diff -ch "$(CH)" -from "$(FROM)" -file "$(FILE)" $(if $(TESTS),-tests) $(if $(ALL),-all) -html "$(HTML)" || $(quietly)

.PHONY: check
check: export CHECK_CMD = $(CMD)
check: export CHECK_FLAGS = $(FLAGS)
check: ## ADDR=127.0.0.1:6379 or CMD='my.py --port {port}' [UPTO=02] [V=1] | grade any server, in any language, stage by stage (FLAGS=: see README.md)
	@$(call tool,check) -addr "$(ADDR)" -cmd "$$CHECK_CMD" -flags "$$CHECK_FLAGS" -upto "$(UPTO)" $(if $(V),-v) || $(quietly)

.PHONY: duel
duel: export DUEL_CMD = $(CMD)
duel: export DUEL_FLAGS = $(FLAGS)
duel: ## ADDR=127.0.0.1:6379 or CMD='my.py --port {port}' [UPTO=03] [SEED=7] [TIME=30s] | any server and redis-server, asked the same at random: the shortest session after which they differ
	@$(call tool,duel) -addr "$(ADDR)" -cmd "$$DUEL_CMD" -flags "$$DUEL_FLAGS" -upto "$(UPTO)" $(if $(SEED),-seed $(SEED)) $(if $(TIME),-time $(TIME)) || $(quietly)

.PHONY: bugs
bugs: ## | the museum of bugs: what people do wrong, with marks for those played
	@$(call tool,bug) -list || $(quietly)

.PHONY: bug
bug: ## N=07 | play one: its story, the patch, a question, and what really happens
	@$(call tool,bug) -n "$(N)" || $(quietly)

.PHONY: matrix
matrix: ## | every case of the suite on every stage and on redis-server, as a table
	@$(call tool,matrix) || $(quietly)

.PHONY: clients
clients: ## [ONLY=redis-py] [ARGS=-verbose] | real clients and tools on the newest stage and on redis-server
	@$(call tool,clients) -ch "$(STAGE)" -only "$(ONLY)" $(ARGS) || $(quietly)

.PHONY: bench
bench: ## [CH=02] [ADDR=host:port] [ARGS="-rounds 9 -peer older-binary"] | a stage beside redis-server, as ratios
	@$(call tool,bench) $(if $(ADDR),-addr "$(ADDR)",-ch "$(STAGE)") $(ARGS) || $(quietly)

.PHONY: allocators
allocators: ## [CH=06] [ARGS="-rounds 5"] | one load on keys in Go's heap (chapter 5) and outside: memory, pauses
	@$(call tool,bench) -ch "$(STAGE)" -allocators 1000000 $(ARGS) || $(quietly)

.PHONY: doctor
doctor: ## | what this machine lacks: what for, and how to get it
	@common/verbs/doctor.sh || $(quietly)

##@ For maintainers
.PHONY: drift
drift: ## | differences between chapters that no README explains; arrows that point up; broken exhibits
	@$(call tool,chapters) drift || $(quietly)

.PHONY: carry
carry: ## FROM=02 [BASE=HEAD~1] [BYHAND=ch03-x/main.go] | take what changed in a chapter into the later ones
	@$(call tool,chapters) carry -from "$(FROM)" -base "$(BASE)" -byhand "$(BYHAND)" || $(quietly)

.PHONY: profile
profile: ## [CH=06] | record where a stage's time goes, in default.pgo: the compiler reads it
	@test -f $(STAGE)/internal/server/bench_test.go || { echo "profile: $(STAGE) has no BenchmarkServer to record; the chapters from 6 on have"; false; } && \
	go test -C $(STAGE) -trimpath -run '^$$' -bench '^BenchmarkServer$$' -benchtime 20s \
		-cpuprofile $(CURDIR)/$(STAGE)/default.pgo -o /dev/null ./internal/server || $(quietly)

.PHONY: lint
lint: ## | gofumpt, go vet and staticcheck
	@echo gofumpt; unformatted=$$(go run $(GOFUMPT) -l common $(CHAPTERS)) && \
	if [ -n "$$unformatted" ]; then echo "gofumpt would change:"; echo "$$unformatted"; false; fi || $(quietly)
	@echo go vet; go vet $(call PACKAGES,common $(CHAPTERS)) || $(quietly)
	@echo staticcheck; go run $(STATICCHECK) $(call PACKAGES,common $(CHAPTERS)) || $(quietly)
	@cd common/clients/sessions/go && export GOWORK=off && go vet ./... && go run $(STATICCHECK) ./... || $(quietly)

.PHONY: race
race: ## [CH=02] | the tests with the race detector, and the suite on the newest stage
	@$(GO_TEST) -race $(call PACKAGES,$(SELECTED)) $(filter-out %/conformance %/soak %/museum,$(shell go list ./common/...)) || $(quietly)
	@CH=$(STAGE) $(GO_TEST) -race -run '^Test(Run|Grade|Matrix|Alone|Stages)' -skip '$(ORACLE)' ./common/conformance || $(quietly)

.PHONY: fuzz
fuzz: ## [CH=02] [FUZZTIME=5m] | each fuzz test for a while
	@common/verbs/fuzz.sh $(FUZZTIME) $(SELECTED) || $(quietly)

.PHONY: soak
soak: ## [CH=06] [SOAKTIME=5m] [KILLS=200] [SEED=1] | hostile traffic, kill -9, and a million commands beside redis-server
	@CH=$(CH) SOAKTIME=$(SOAKTIME) KILLS=$(KILLS) SEED=$(SEED) $(GO_TEST) -timeout 0 -v -run '^Test(Soak|Kills)$$' ./common/soak || $(quietly)
	@CH=$(CH) $(GO_TEST) -timeout 0 -v -run '^TestCollections$$' ./common/conformance -rapid.checks=20000 || $(quietly)

.PHONY: help
help: ## | this list
	@awk -f common/verbs/help.awk $(MAKEFILE_LIST)
