#!/usr/bin/env python3
"""Lists the worst errors that docs/quality/errors.md explains, from the reports that `tables.sh errors` made; called by it.

errors.py WORK DATA: WORK holds the reports, DATA the archives with their labels. Prints ids and measures, no texts.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

WORST = 20


def rows(path):
    return map(json.loads, open(path, encoding="utf-8"))


def table(path):
    return [line.split("\t") for line in open(path, encoding="utf-8").read().splitlines()[1:]]


def webis(work, data):
    listed = {tuple(sorted((row["a"], row["b"]))): row for row in rows(work / "errors-webis/matches.jsonl")}
    near = {tuple(sorted((row["a"], row["b"]))): row["resemblance"] for row in rows(work / "errors-webis-all/matches.jsonl")}
    wrong = []
    for a, b, grade, _ in table(data / "webis_ecir20/labels.tsv"):
        pair = tuple(sorted((a, b)))
        if (pair in listed) != (int(grade) >= 1):
            wrong.append((pair not in listed, near.get(pair, 0), pair))
    print(f"webis_ecir20: {sum(not missed for missed, *_ in wrong)} too many, {sum(missed for missed, *_ in wrong)} missed")
    for missed, value, pair in sorted(wrong, key=lambda row: (row[0], row[1] if row[0] else -row[1]))[: 3 * WORST]:
        print(f"  {'missed' if missed else 'too many'} {pair[0]} {pair[1]} resemblance {value:.2f}")


def covered(spans):
    return {place for begin, end in spans for place in range(begin, end)}


def pan(work, data):
    found = defaultdict(list)
    for row in rows(work / "errors-pan/passages.jsonl"):
        if row["kind"] != "boilerplate":
            found[row["target"], row["source"]].append(row)
    kinds = defaultdict(list)
    for case in rows(data / "pan13/labels.jsonl"):
        missed = extra = 0
        detections = found[case["susp"], case["src"]]
        for place, side in [(0, "target_chars"), (2, "source_chars")]:
            truth = covered((span[place], span[place] + span[place + 1]) for span in case["spans"])
            named = covered(row[side] for row in detections)
            missed, extra = missed + len(truth - named), extra + len(named - truth)
        kinds[case["kind"]].append((missed + extra, missed, extra, len(detections), case["susp"], case["src"]))
    for kind, cases in sorted(kinds.items()):
        total = sum(case[0] for case in cases)
        missed, extra, empty = sum(case[1] for case in cases), sum(case[2] for case in cases), sum(not case[3] for case in cases)
        print(f"pan13 {kind}: characters missed {missed:,}, too many {extra:,}; pairs {len(cases)}, without a detection {empty}")
        if total:
            cases.sort(reverse=True)
            print(f"  the worst {WORST} hold {sum(case[0] for case in cases[:WORST]) / total:.2f} of them")
            for _, missed, extra, detections, susp, source in cases[:WORST]:
                print(f"  {susp} {source} missed {missed}, too many {extra}, detections {detections}")


def clough(work, data):
    share = defaultdict(float)
    for row in rows(work / "errors-clough/relations.jsonl"):
        share[row["target"], row["source"]] = max(row["coverage_of_target"], row["coverage_of_source"])
    grades = defaultdict(list)
    for answer, original, grade in table(data / "clough_stevenson/labels.tsv"):
        grades[grade].append((share[answer, original], answer))
    for grade in ["non", "heavy", "light", "cut"]:
        print(f"clough_stevenson {grade}, coverage, least first:", " ".join(f"{answer} {value:.2f}" for value, answer in sorted(grades[grade])[-1 if grade == "non" else 0 : None if grade == "non" else 7]))


def planted(work, archive):
    report, linked = work / f"errors-{archive}", defaultdict(set)
    for row in rows(report / "relations.jsonl"):
        linked[row["target"]].add(row["source"])
        linked[row["source"]].add(row["target"])
    families, copies = defaultdict(set), []
    for row in rows(work / f"planted-{archive}/truth.jsonl"):
        families[row["story"]].add(row["id"])
        if row["parent"] is not None and row["kind"] != "quoted":
            copies.append(row)
    print(f"{archive}, planted copies that relations do not link to their family")
    for kind in sorted({row["kind"] for row in copies}):
        of = [row["id"] for row in copies if row["kind"] == kind]
        away = [row["id"] for row in copies if row["kind"] == kind and not linked[row["id"]] & (families[row["story"]] - {row["id"]})]
        nowhere = [name for name in away if not linked[name]]
        print(f"  {kind}: {len(away) - len(nowhere)} of {len(of)} to another holder of the text, {len(nowhere)} not at all", *nowhere[:5])


def pages(work, data):
    truth = {Path(row["html"]).name.split(".")[0]: row for row in rows(work / "aeb.jsonl")}
    tokens = lambda text: Counter(token for token in re.split(r"\W+", text) if token)
    judged = []
    for path in sorted((work / "errors-pages").rglob("*.jsonl")):
        name = path.name.split(".")[0]
        text = json.loads(open(path, encoding="utf-8").readline())["text"]
        true, found = tokens(truth[name]["text"]), tokens(text)
        same = sum((true & found).values())
        judged.append((2 * same / (sum(true.values()) + sum(found.values())), same / sum(found.values()), same / sum(true.values()), name[:8], truth[name]["outlet"]))
    print("aeb, tokens of a page")
    for f1, precision, recall, name, outlet in sorted(judged)[:WORST]:
        print(f"  {name} {outlet} precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}")


def main():
    work, data = map(Path, sys.argv[1:])
    webis(work, data)
    pan(work, data)
    clough(work, data)
    for archive in ["reuters21578", "saudinewsnet", "livedoor"]:
        planted(work, archive)
    pages(work, data)


main()
