#!/usr/bin/env bash
# Instructions per byte of text of each step of the hot loop, counted by callgrind: the same in every run, however busy the
# machine, so that a change of one in a hundred shows.
#
#   benches/instructions.sh                                  prints the table; instructions.txt beside this file is such a table
#   benches/instructions.sh --check benches/instructions.txt   fails if a step takes over 3 % more than there
#
# Needs valgrind. Valgrind knows no AVX-512, so the kernels counted are avx2 and portable; what is written for one vector
# length is compiled for all, so a slip shows in these as well.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --check ] && [ ! -f "${2:-}" ]; then echo "no table at '${2:-}'" >&2; exit 2; fi
command -v valgrind > /dev/null || { echo "valgrind is not installed" >&2; exit 2; }
target="${CARGO_TARGET_DIR:-target}"
cargo build --locked --quiet --release --example hot_loop

# Instructions of a whole process, and the bytes of text it looked at.
count() { # STEP PASSES KERNEL
  local log; log="$(mktemp)"
  local said; said="$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$target/release/examples/hot_loop" "$@" 2> "$log")"
  local instructions; instructions="$(sed -nE 's/.*Collected : ([0-9]+).*/\1/p' "$log")"
  local bytes; bytes="$(sed -nE 's/.*: ([0-9]+) bytes.*/\1/p' <<< "$said")"
  rm -f "$log"
  echo "${instructions:?callgrind counted nothing} ${bytes:?the loop said nothing}"
}

table() {
  printf '%-18s %-9s %s\n' step kernel 'instructions/byte'
  local kernel step first more bytes
  for kernel in portable avx2; do
    for step in split_whitespace tokens tokens_shingles signature simhash winnow; do
      # Two passes less one: making the text and the tables of characters falls out.
      read -r first bytes <<< "$(count "$step" 1 "$kernel")"
      read -r more _ <<< "$(count "$step" 2 "$kernel")"
      awk -v step="$step" -v kernel="$kernel" -v difference="$((more - first))" -v bytes="$bytes" \
        'BEGIN { printf "%-18s %-9s %.3f\n", step, kernel, difference / bytes }'
    done
  done
}

if [ "${1:-}" = --check ]; then
  table | tee /dev/stderr | awk -v old="$2" '
    BEGIN { while ((getline line < old) > 0) { split(line, part, " +"); before[part[1] " " part[2]] = part[3] } }
    FNR > 1 && before[$1 " " $2] > 0 { compared++ }
    FNR > 1 && before[$1 " " $2] > 0 && $3 > 1.03 * before[$1 " " $2] { print $1, "on", $2 ":", $3, "after", before[$1 " " $2]; worse = 1 }
    END { if (compared < FNR - 1) { print "only", compared + 0, "of", FNR - 1, "steps stand in", old; worse = 1 } exit worse }'
else
  table
fi
