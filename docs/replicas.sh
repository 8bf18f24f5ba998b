#!/usr/bin/env bash
# Two processes on one Redis with a back end beside them, all on this machine. They divide the chats, and one web chat goes on through
# whichever is there. One is told to stop, is started again, and the other one is killed; each time it prints how long it took until the
# one that is left had all chats.
#
#   bash docs/replicas.sh          # all of it, about half a minute
#   bash docs/replicas.sh quick    # without the kill, which takes a lease of ten seconds
#   bash docs/replicas.sh stay     # begins and stays until Ctrl-C
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
dir=$(mktemp -d)
declare -A pid
cleanup() {
	for p in "${pid[@]}"; do kill -9 "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap cleanup EXIT
free() { # four ports from this one on: does nobody listen there?
	local p
	for p in "$1" $(($1 + 1)) $(($1 + 2)) $(($1 + 3)); do
		! (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || return 1
	done
}
base=${LLAVE_REPLICAS_PORT:-18080}
until free "$base"; do base=$((base + 4)); done
redis=$((base)) backend=$((base + 1)) # the processes are on base + 2 and base + 3

for name in $(env | sed -n 's/^\(LLAVE_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
go build -o "$dir/llave" ./cmd/llave
export LLAVE_AUTOGESTION_KEY=replicas-replicas-replicas-32
redis-server --port "$redis" --bind 127.0.0.1 --dir "$dir" --save "" --appendonly yes --logfile redis.log &
pid[redis]=$!
LLAVE_ADDR=127.0.0.1:$backend LLAVE_DATA=$dir/backend "$dir/llave" autogestion >"$dir/backend.log" 2>&1 &
pid[backend]=$!
key=$(head -c 32 /dev/urandom | base64)

begin() { # 2 or 3
	LLAVE_ADDR=127.0.0.1:$((base + $1)) LLAVE_DATA=$dir/$1 LLAVE_STORE=redis://127.0.0.1:$redis LLAVE_KEY=$key \
		LLAVE_AUTOGESTION_URL=http://127.0.0.1:$backend/autogestion/ "$dir/llave" >>"$dir/$1.log" 2>&1 &
	pid[$1]=$!
}
ready() { # 2 or 3: is it ready?
	[ "$(curl -m 10 -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$((base + $1))/readyz")" = 200 ]
}
await() { # 2 or 3: waits until it is ready, half a minute at most
	for _ in $(seq 600); do
		ready "$1" && return
		sleep 0.05
	done
	cat "$dir"/*.log >&2
	echo "no process is ready" >&2
	exit 1
}
held() { # 2 or 3: how many of the 256 shards does it hold?
	curl -m 10 -s "http://127.0.0.1:$((base + $1))/metrics" | sed -n 's/^llave_shards_held //p'
}
has_all() { # 2 or 3: waits until it holds all
	for _ in $(seq 600); do
		[ "$(held "$1")" = 256 ] && return
		sleep 0.05
	done
	cat "$dir"/*.log >&2
	echo "it does not take the chats of the other one" >&2
	exit 1
}
divided() { # waits until each has some
	for _ in $(seq 600); do
		[ "$(held 2)" -gt 0 ] && [ "$(held 3)" -gt 0 ] && [ "$(($(held 2) + $(held 3)))" = 256 ] && return
		sleep 0.05
	done
	cat "$dir"/*.log >&2
	echo "they do not divide the chats" >&2
	exit 1
}
chat() { # 2 or 3, and 2 or 3: writes in the web chat at one process, and waits for the answer at the other one
	local n=$((++said)) page
	[ -e "$dir/cookies" ] || curl -m 10 -s -o /dev/null -c "$dir/cookies" "http://127.0.0.1:$((base + $1))/"
	curl -m 10 -sf -o /dev/null -b "$dir/cookies" -H 'Content-Type: application/json' -d "{\"id\":\"replicas-replicas-$n\",\"text\":\"hola\"}" \
		"http://127.0.0.1:$((base + $1))/chat/messages"
	for _ in $(seq 600); do
		page=$(curl -m 10 -s -b "$dir/cookies" "http://127.0.0.1:$((base + $2))/chat/poll")
		[ "$(grep -o '"who":"bot"' <<<"$page" | wc -l)" -ge "$n" ] && return
		sleep 0.05
	done
	cat "$dir"/*.log >&2
	echo "the web chat is not answered" >&2
	exit 1
}
said=0
since() { echo "$1: the other one had all chats after $((($(date +%s%N) - $2) / 1000000)) ms"; }

begin 2
await 2
begin 3
await 3
divided
echo "http://127.0.0.1:$((base + 2)) has $(held 2) of 256 shards, http://127.0.0.1:$((base + 3)) has $(held 3)"
chat 2 3
chat 3 2
if [ "$what" = stay ]; then
	wait "${pid[2]}"
	exit
fi
at=$(date +%s%N)
kill "${pid[2]}"
has_all 3
since "told to stop" "$at"
wait "${pid[2]}"
chat 3 3
[ "$what" = quick ] && exit
begin 2
await 2
divided
at=$(date +%s%N)
kill -9 "${pid[3]}"
has_all 2
since "killed" "$at"
chat 2 2
echo "one web chat went on through all of it"
