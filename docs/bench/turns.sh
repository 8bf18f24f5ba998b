#!/bin/bash
# Compares a turn of this program with one of another commit. Run it at the root of the repository:
#
#	docs/bench/turns.sh 5c6da74
#
# Both programs run at once on one core, so that neighbours slow both alike: the processor time of a turn in memory, without the
# program's start. Then in turns: the best of several runs in memory on one core, and on a file with 64 chats.
set -eu
other=$1 rounds=${ROUNDS:-4} turns=${TURNS:-20000}
work=$(mktemp -d)
trap 'git worktree remove --force "$work/src"; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/src" "$other"
go test -c -o "$work/this" ./cmd/llave
(cd "$work/src" && go test -c -o "$work/$other" ./cmd/llave)
cd cmd/llave

bench() { # program, benchmark, turns, flags
	"$work/$1" -test.run '^$' -test.bench "$2" -test.benchtime "$3x" -test.benchmem "${@:4}" 2>/dev/null
}
processor() { # program, turns: seconds
	TIMEFORMAT='%U %S'
	{ time bench "$1" TurnMemory "$2" -test.cpu 1 >/dev/null; } 2>&1 | awk '{print $1 + $2}'
}
for _ in $(seq "$rounds"); do
	for n in 1 "$turns"; do
		for p in "$other" this; do
			(echo "$p $n $(taskset -c 0 bash -c "$(declare -f bench processor); work=$work; processor $p $n")" >>"$work/processor") &
		done
		wait
	done
	for p in "$other" this; do
		bench "$p" TurnMemory 3000 -test.cpu 1 -test.count 3 | awk -v p="$p" '/ns\/op/ {print p, $3 / 1000, $7}' >>"$work/memory"
		bench "$p" TurnSQLite64 8000 | awk -v p="$p" '{for (i = 2; i <= NF; i++) if ($i == "turns/s") print p, $(i - 1)}' >>"$work/file"
	done
done
awk -v r="$rounds" -v n="$turns" '{s[$1] += ($2 == n ? 1 : -1) * $3} END {for (p in s) printf "%s: %.1f µs of processor a turn\n", p, s[p] / r / n * 1e6}' "$work/processor"
awk '!($1 in m) || $2 < m[$1] {m[$1] = $2} {a[$1] = $3} END {for (p in m) printf "%s: best %.1f µs in memory, %d allocations\n", p, m[p], a[p]}' "$work/memory"
awk '$2 > m[$1] {m[$1] = $2} END {for (p in m) printf "%s: best %.0f turns/s on a file, 64 chats\n", p, m[p]}' "$work/file"
