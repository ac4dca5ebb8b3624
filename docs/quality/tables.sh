#!/usr/bin/env bash
# Makes the tables of docs/quality.md again: from the archives in ../shared/data (or $WIRECOPY_DATA), with the release
# binary (or $WIRECOPY). Needs zstd, jq, python3; for the generated archive python3 with numpy. Prints Markdown; works in a
# temporary folder (or $WORK, which stays).
#   cargo build --release && docs/quality/tables.sh > tables.md
# One table alone: docs/quality/tables.sh planted
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
data=${WIRECOPY_DATA:-$here/../shared/data}
wirecopy=${WIRECOPY:-$here/target/release/wirecopy}
if [ -z "${WORK:-}" ]; then WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT; fi
mkdir -p "$WORK"
cd "$WORK"

# Webis-ECIR-20 gives its two collections as outlets, which they are not.
unpack() { [ -e "$1.jsonl" ] || zstd -q -d -c --long=24 "$data/$1/articles.jsonl.zst" | if [ "$1" = webis_ecir20 ]; then jq -c 'del(.outlet)'; else cat; fi > "$1.jsonl"; }
scan() { local out=$1; shift; "$wirecopy" scan -q -o "$out" "$@"; }
# The option of a resemblance; "default" for none.
by() { if [ "$1" != default ]; then echo "--threshold $1"; fi; }

# Judged pairs of web pages at several resemblances: all, and each of the two collections, which are no outlets (the field says so; edited
# copies are asked for outlets).
pairs() {
  unpack webis_ecir20
  echo "| webis_ecir20, resemblance from | pairs | precision | recall | F1 (95 %) | rank correlation with grades |"
  echo "|---|---|---|---|---|---|"
  for threshold in default 0.8 0.7 0.62 0.5 0.4; do
    scan "webis-$threshold" webis_ecir20.jsonl --only duplicates --all-pairs $(by "$threshold")
    for part in '' terabyte web; do
      { head -1 "$data/webis_ecir20/labels.tsv"; grep "^$part" "$data/webis_ecir20/labels.tsv" | grep -v '^a	b'; } > webis.tsv
      "$wirecopy" eval "webis-$threshold" webis.tsv --json | jq -r --arg at "$threshold ${part:-all}" '
        def r: if . == null then "–" else . * 1000 | round / 1000 end;
        .pairs | "| \($at) | \(.judged) | \(.precision.value | r) | \(.recall.value | r) | \(.f1.value | r) (\(.f1.low | r)–\(.f1.high | r)) | \(.score_correlation | r) |"'
    done
  done
}

# Answers by students, each an article of its own outlet, after the originals.
clough() {
  unpack clough_stevenson
  python3 - <<'PY'
import json
with open("clough.jsonl", "w") as out:
    for line in open("clough_stevenson.jsonl"):
        record = json.loads(line)
        original = record["id"].startswith("orig")
        record.update(outlet="first" if original else record["id"], date="2000-01-01" if original else "2009-01-01")
        print(json.dumps(record), file=out)
PY
}

# Rewriting by students: whether scores and coverage follow the degree of rewriting.
rewriting() {
  clough
  echo "| clough_stevenson | rank correlation of grades with scores | with coverage | mean coverage non, heavy, light = cut |"
  echo "|---|---|---|---|"
  for how in '--all-pairs' '--threshold 0.1 --all-pairs' '--threshold 0.1 --all-pairs --loose'; do
    scan clough clough.jsonl $how
    "$wirecopy" eval clough "$data/clough_stevenson/labels.tsv" --grades non,heavy,light=cut --json | jq -r --arg how "$how" '
      def r: . * 1000 | round / 1000;
      .pairs | "| \($how) | \(.score_correlation | r) | \(.coverage_correlation | r) | \([.grades[].mean_coverage | r] | join(", ")) |"'
  done
}

# 200 copies of each kind, planted in an archive.
plant() {
  unpack "$1"
  "$wirecopy" plant "$1.jsonl" -o "planted-$1" --each 200 --force > planted.log || [ $? -eq 3 ]
}

# Copies planted in news: the share that is found as near-duplicates, by kind and resemblance asked for.
planted() {
  for set in reuters21578 saudinewsnet livedoor; do
    plant "$set"
    first=1
    for threshold in default 0.8 0.6 0.5 0.4 0.34; do
      scan planted-report "planted-$set/archive.jsonl" --only duplicates --all-pairs $(by "$threshold") || [ $? -eq 3 ]
      "$wirecopy" eval planted-report "planted-$set/truth.jsonl" --resamples 0 --json > planted.json
      if [ $first = 1 ]; then
        jq -r --arg set "$set" '[.kinds[] | select(.copies > 0) | .kind] | "| \($set), resemblance from | \(join(" | ")) |\n|---|\(map("---") | join("|"))|"' planted.json
        first=0
      fi
      jq -r --arg at "$threshold" '[.kinds[] | select(.copies > 0) | .found.value * 1000 | round / 1000] | "| \($at) | \(join(" | ")) |"' planted.json
    done
    scan planted-report "planted-$set/archive.jsonl" || [ $? -eq 3 ]
    "$wirecopy" eval planted-report "planted-$set/truth.jsonl" --json > planted.json
    jq -r '[.kinds[] | select(.copies > 0) | .linked.value * 1000 | round / 1000] | "| linked by relations | \(join(" | ")) |"' planted.json
    jq -r 'def r: . * 1000 | round / 1000;
      "\nOrigins right \(.origins.accuracy.value | r) of \(.origins.in_a_story); planted repeats found \(.repeats.found.value | r), precision \(.repeats.precision.value | r) of characters; passages: plagdet \(.passages[0].plagdet | r), from any article \(.passages[0].from_anywhere.value | r) of their characters.\n"' planted.json
  done
}

# Generated news: what the relation of an article is, by how it was made; stories, origins, passages against the truth.
generated() {
  python3 "$data/../tools/gen_corpus.py" --bytes "${BYTES:-100000000}" --seed 7 --out g.jsonl --truth g.truth.jsonl > generated.log
  scan generated g.jsonl
  "$wirecopy" eval generated g.truth.jsonl --json > generated.json
  python3 - <<'PY'
import json
found = json.load(open("generated.json"))
relations = ["reprint", "abridged", "expanded", "excerpt", "quote", "composite", "revision", "template", "none"]
print("| made as |", " | ".join(relations), "|")
print("|---|" + "---|" * len(relations))
for row in found["kinds"]:
    print("|", row["kind"], "|", " | ".join(str(row["relations"].get(name, 0)) for name in relations), "|")
show = lambda estimate: f"{estimate['value']:.3f} ({estimate['low']:.3f}–{estimate['high']:.3f})"
print()
for name in ["pair_precision", "pair_recall", "adjusted_rand", "homogeneity", "completeness", "b_cubed_precision", "b_cubed_recall"]:
    print(f"{name.replace('_', ' ')} {show(found['stories'][name])};", end=" ")
print(f"origins right {show(found['origins']['accuracy'])} of {found['origins']['in_a_story']}; "
      f"quotations from any article {show(found['passages'][0]['from_anywhere'])} of their characters.")
PY
}

# Three outlets on each of a hundred events: nothing here is a near-duplicate.
independent() {
  unpack basil
  echo "| basil, resemblance from | pairs |"; echo "|---|---|"
  for threshold in default 0.8 0.5 0.34; do
    scan basil basil.jsonl $(by "$threshold") --all-pairs
    echo "| $threshold | $(jq .counts.matches basil/run.json) |"
  done
  scan basil basil.jsonl
  echo; echo "Relations: $(jq -r .relation basil/relations.jsonl | sort | uniq -c | awk '{print $1, $2}' | paste -sd ';'); \
largest share $(jq -s 'map(.coverage_of_target, .coverage_of_source) | max' basil/relations.jsonl), longest passage \
$(jq -s 'map(.evidence.longest) | max' basil/relations.jsonl) words."
}

# The text alignment corpus of PAN 2013: sources are earlier articles of one outlet.
pan() {
  unpack pan13
  python3 - <<'PY'
import json
with open("pan.jsonl", "w") as out:
    for line in open("pan13.jsonl"):
        record = json.loads(line)
        source = record["id"].startswith("source")
        row = {"id": record["id"], "text": record["text"], "outlet": "first" if source else "second",
               "date": "2010-01-01" if source else "2012-01-01"}
        print(json.dumps(row), file=out)
PY
}

# The same, by kind of case.
alignment() {
  pan
  echo "| options | kind | pairs | detections | plagdet (95 %) | precision | recall | granularity | macro plagdet |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for how in "" "--all-pairs" "--loose" "--loose --all-pairs"; do
    scan pan pan.jsonl --only passages $how
    "$wirecopy" eval pan "$data/pan13/labels.jsonl" --json | jq -r --arg how "${how:-none}" '
      def r: . * 10000 | round / 10000;
      .passages[] | "| \($how) | \(.kind // "all") | \(.pairs) | \(.detections) | \(.plagdet | r) (\(.plagdet_interval | map(r) | join("–"))) | \(.precision | r) | \(.recall | r) | \(.granularity | r) | \(.macro_plagdet | r) |"'
  done
}

# Pairs of articles of different outlets that share 16 words in a row, counted by definition: the later with the earliest
# holder of each run, and all pairs.
shared() {
  echo "| archive | pairs with an earliest holder | found | with --all-pairs | pairs | found with --all-pairs |"
  echo "|---|---|---|---|---|---|"
  for set in fnc1 basil saudinewsnet coaid provenance_scrapes; do
    unpack "$set"
    scan "shared-$set" "$set.jsonl" --only passages || [ $? -eq 3 ]
    scan "shared-all-$set" "$set.jsonl" --only passages --all-pairs || [ $? -eq 3 ]
    python3 - "$set" <<'PY'
import collections, json, re, sys, unicodedata

name, RUN = sys.argv[1], 16
rows = lambda report, table: map(json.loads, open(f"{report}-{name}/{table}.jsonl"))
# Marks stand inside words.
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f])+")
words = lambda text: WORD.findall(unicodedata.normalize("NFKC", text).lower())
texts = {f"{name}.jsonl:{n}": json.loads(line)["text"] for n, line in enumerate(open(f"{name}.jsonl"), 1)}
holders, earliest, pairs = collections.defaultdict(list), set(), set()
for article in rows("shared", "articles"):  # in canonical order
    named, own = article["id"], words(texts[article["ref"]])
    outlet = article["outlet"] or ("unknown", named)
    for at in range(len(own) - RUN + 1):
        held = holders[hash(tuple(own[at:at + RUN]))]
        others = [holder for holder, of in held if of != outlet]
        earliest.update((named, holder) for holder in others[:1])
        pairs.update((named, holder) for holder in others)
        if not held or held[-1][0] != named:
            held.append((named, outlet))
found, all_found = ({(row["target"], row["source"]) for row in rows(report, "passages")} for report in ("shared", "shared-all"))
share = lambda part, of: f"{len(part & of) / max(1, len(part)):.4f}"
print(f"| {name} | {len(earliest):,} | {share(earliest, found)} | {share(earliest, all_found)} | {len(pairs):,} | {share(pairs, all_found)} |")
PY
  done
}

# The curves beside this file, drawn by curves.py: quality over the least resemblance, the length of shingles and of passages.
curves() {
  unpack webis_ecir20
  for width in 2 3 5 8; do
    scan "curve-webis-$width" webis_ecir20.jsonl --only duplicates --all-pairs --threshold 0.1 --shingle "$width"
  done
  scan curve-webis-default webis_ecir20.jsonl --only duplicates --all-pairs
  for set in reuters21578 saudinewsnet livedoor; do
    plant "$set"
    # Only sources and copies, so that a low threshold does not list every form of the archive.
    python3 - "$set" <<'PY'
import json, sys
at = f"planted-{sys.argv[1]}"
named = {name for row in map(json.loads, open(f"{at}/truth.jsonl")) for name in (row["id"], row["parent"])}
with open(f"curve-{sys.argv[1]}.jsonl", "w") as out:
    out.writelines(line for line in open(f"{at}/archive.jsonl") if json.loads(line)["id"] in named)
PY
    for width in 2 3 5 8; do
      if [ "$width" != 5 ] && [ "$set" = livedoor ]; then continue; fi
      scan "curve-$set-$width" "curve-$set.jsonl" --only duplicates --all-pairs --threshold 0.1 --shingle "$width" || [ $? -eq 3 ]
    done
    scan "curve-$set-default" "curve-$set.jsonl" --only duplicates --all-pairs || [ $? -eq 3 ]
  done
  pan
  for words in 8 12 16 24 32 48 64; do
    scan curve-pan pan.jsonl --only passages --all-pairs --min-passage-words "$words"
    "$wirecopy" eval curve-pan "$data/pan13/labels.jsonl" --resamples 0 --json > "curve-pan-$words.json"
    for set in reuters21578 saudinewsnet; do
      scan curve-quoted "curve-$set.jsonl" --only passages --min-passage-words "$words" || [ $? -eq 3 ]
      "$wirecopy" eval curve-quoted "planted-$set/truth.jsonl" --resamples 0 --json > "curve-quoted-$set-$words.json"
    done
  done
  "$here/docs/quality/curves.py" . "$data/webis_ecir20/labels.tsv" "$here/docs/quality"
}

# The worst errors, which errors.md explains: a list, no table.
errors() {
  unpack webis_ecir20
  scan errors-webis webis_ecir20.jsonl --only duplicates --all-pairs
  scan errors-webis-all webis_ecir20.jsonl --only duplicates --all-pairs --threshold 0.1
  pan
  scan errors-pan pan.jsonl --only passages --loose --all-pairs
  clough
  scan errors-clough clough.jsonl --threshold 0.1 --all-pairs --loose
  for set in reuters21578 saudinewsnet livedoor; do
    plant "$set"
    scan "errors-$set" "planted-$set/archive.jsonl" || [ $? -eq 3 ]
  done
  unpack aeb
  rm -rf pages errors-pages
  mkdir pages
  zstd -q -d -c --long=24 "$data/aeb/html.tar.zst" | tar x -C pages
  "$wirecopy" clean -q --mark --compress none pages -o errors-pages --ledger errors.ledger --force
  "$here/docs/quality/errors.py" . "$data"
}

for table in ${*:-pairs rewriting planted generated independent shared alignment curves errors}; do
  printf '\n### %s\n\n' "$table"
  "$table"
done
