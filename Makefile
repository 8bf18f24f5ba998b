# `make check` is what CI runs. Go is all it needs; -race needs a C compiler besides. Without -race, in steps of their own, run
# WhatsApp's sessions (the races that it finds there are the library's own), the engine's random histories in full (with it there
# are a few) and what days pass in, and of the transcripts those through SQLite, Redis and the channels: with it they run in memory,
# and each store and channel has it in tests of its own.

FUZZTIME ?= 60s
CONVERSATIONS ?= 500
BENCHTIME ?= 1s
BIN ?= llave

# What -race does not look into: SQLite, which is C made into Go and has its own locks (the lock is taken in modernc.org/libc, which
# is looked into), and the inner loops of hashes, pictures, codes and compression, which work on what one goroutine has. With them
# instrumented the tests take twice as long and find nothing of ours. Nor does it check pointer arithmetic: there is none of ours.
UNWATCHED = modernc.org/sqlite/lib modernc.org/memory golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b \
	crypto/internal/fips140/sha256 crypto/internal/fips140/hmac crypto/internal/fips140/edwards25519/... compress/flate hash/adler32 \
	hash/crc32 image image/color image/draw image/png image/jpeg golang.org/x/image/... codeberg.org/go-pdf/fpdf/... rsc.io/qr/... \
	github.com/makiuchi-d/gozxing/... github.com/google/go-cmp/cmp/...
RACE ?= -race -gcflags=all=-d=checkptr=0 $(foreach p,$(UNWATCHED),'-gcflags=$(p)=-race=false -d=checkptr=0')

# The engine's random histories, and what days pass in: each second of them is a tick of 256 shards.
HISTORIES = TheSentencesOfTheCase|ItDiesAtEveryPoint|TheJudge
DAYS = TestASessionThatCannotBeReadIsNotForgotten|TestALinkIsEndedBefore|TestChatsOfAnEarlierVersion|TestAnAgentsMessageComes|TestTheLastQuestionOf|TestAlarmsOfChatsThat|TestADeadBackEndIs|TestATokenDoesNotWait|TestATokenBringsForward

# The transcripts that run without -race.
OUTSIDE = TestTranscripts/.*/(sqlite|redis)|TestChannels

.PHONY: check dates build fuzz chaos bench docs screenshots vuln

check:
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "gofmt -l:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	go test $(RACE) -shuffle=on -timeout 30m -skip '$(OUTSIDE)|$(DAYS)' ./... # a package may take its time beside others
	go vet -tags nowhatsapp ./cmd/llave
	go test -shuffle=on ./adapters/whatsapp/...
	go test -shuffle=on -run '$(HISTORIES)|$(DAYS)' ./bot/engine
	go test -run 'WhatsApp|$(OUTSIDE)' ./cmd/llave

# The whole-program tests on the days that differ from others. A day is in Buenos Aires. Left out is what has no day of its own:
# transcripts begin on theirs, pages in a browser, builds, faults of a network and what is about processes, addresses and devices are
# long and go by no date, and of the chaos there are the terminal's and the desk's, in short. -count=1: the chaos tests build the program themselves, so that the cache of go test does not
# see that it has changed.
DATES ?= 2026-12-01T00:01 2026-11-25T10:00 2027-02-28T12:00 2028-02-29T09:00 2027-01-31T23:58 2026-12-31T21:00
dates:
	@printf '%s\n' $(DATES) | xargs -I{} sh -c ' \
		out="$$(LLAVE_TEST_CLOCK={} go test -count=1 -short -skip "Transcripts|TestChannels|TestNoGPL|TestTheArrow|TestNoSecrets|TestWords|BackEndOutside|BackendCheck|TestDead|WhatsApp|InABrowser|ByKeyboard|ConversationGoesOn|ClearsThePage|TelegramWeather|OnTelegram|OnRedis|Replicas|Process|DeskMoves|StoreCopy|AdminAddress|InUse|Misdirected" ./cmd/llave ./cmd/chaos 2>&1)"; rc=$$?; \
		printf "== {}\n%s\n" "$$out"; exit $$rc'

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(BIN) ./cmd/llave

# Every Fuzz function there is, one after the other, FUZZTIME each.
fuzz:
	@set -e; \
	targets="$$(grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's|/[^/]*:func |:|' | sort -u)"; \
	test -n "$$targets" || { echo "no fuzz targets found"; exit 1; }; \
	for t in $$targets; do \
		echo "== $${t#*:} in $${t%%:*}, $(FUZZTIME)"; \
		go test -run '^$$' -fuzz "^$${t#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x "$${t%%:*}"; \
	done

# Kills the real program at random moments and counts what it owes.
chaos:
	go run ./cmd/chaos -conversations $(CONVERSATIONS)
	go run ./cmd/chaos -conversations $(CONVERSATIONS) -through poll
	go run ./cmd/chaos -conversations $(CONVERSATIONS) -through webhook

# The benchmark that fills a million chats takes minutes, and runs alone: see docs/testing.md.
bench:
	go test -run '^$$' -bench . -skip Million -benchmem -benchtime $(BENCHTIME) ./...

# Known vulnerabilities that the program reaches. For machines that reach vuln.go.dev, or with its data beside:
# make vuln VULNDB=file:///srv/vulndb
GOVULNCHECK ?= golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNDB ?= https://vuln.go.dev
vuln:
	go run $(GOVULNCHECK) -db $(VULNDB) ./...
	go run $(GOVULNCHECK) -db $(VULNDB) -tags nowhatsapp ./cmd/llave

# The pictures of the README, taken of the real program. Needs chromium.
screenshots:
	go run ./cmd/screenshots

# What is made of tables: the diagrams of docs/flows.md, and the variables in README.md and README.en.md.
docs:
	go test ./flows -run Diagrams -update
	go test ./cmd/llave -run Readmes -update
