#!/usr/bin/env python3
"""Draws the curves of docs/quality from the reports that `tables.sh curves` scanned; called by it, with nothing but Python.

curves.py WORK LABELS OUT: WORK holds the reports (names below), LABELS the judged pairs of Webis-ECIR-20, OUT gets
webis.svg, planted.svg, edits.svg, shingle.svg and passages.svg. Same reports, same bytes.
"""

import json
import sys
from collections import Counter
from pathlib import Path

ARCHIVES = ["reuters21578", "saudinewsnet", "livedoor"]
EDITS = [1, 2, 5, 10, 20, 30]
SHINGLES = [2, 3, 5, 8]
WORDS = [8, 12, 16, 24, 32, 48, 64]
# Okabe and Ito's colours: told apart by colour-blind readers, and by their order of brightness in grey.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
THRESHOLDS = [number / 100 for number in range(10, 101, 2)]


def rows(path):
    return map(json.loads, open(path, encoding="utf-8"))


def resemblances(report):
    """Resemblance of every pair that a report lists, by its two ids in order."""
    return {tuple(sorted((row["a"], row["b"]))): row["resemblance"] for row in rows(report / "matches.jsonl")}


def judged(labels):
    """Whether people called a pair near-duplicates, and its collection."""
    for line in open(labels, encoding="utf-8").read().splitlines()[1:]:
        a, b, grade, _ = line.split("\t")
        yield tuple(sorted((a, b))), int(grade) >= 1, a.split(":")[0]


def quality(found, truth):
    """Precision, recall and F1 of a set of pairs against judged ones."""
    right = sum(alike for pair, alike in truth if pair in found)
    named, alike = sum(pair in found for pair, _ in truth), sum(alike for _, alike in truth)
    return right / named if named else 1.0, right / alike, 2 * right / (named + alike)


def webis(work, labels):
    pairs, listed = resemblances(work / "curve-webis-5"), resemblances(work / "curve-webis-default")
    for name, parts in [("all 238 pairs", ("terabyte", "web")), ("terabyte", ("terabyte",)), ("web", ("web",))]:
        truth = [(pair, alike) for pair, alike, part in judged(labels) if part in parts]
        at = [quality({pair for pair, value in pairs.items() if value >= least}, truth) for least in THRESHOLDS]
        lines = [(measure, [(x, y[place]) for x, y in zip(THRESHOLDS, at)]) for place, measure in enumerate(["precision", "recall", "F1"])]
        yield name, lines + [("F1 by default", [(THRESHOLDS[0], quality(listed, truth)[2]), (1, quality(listed, truth)[2])])]


def shingle(work, labels):
    truth = [(pair, alike) for pair, alike, _ in judged(labels)]
    lines = []
    for width in SHINGLES:
        pairs = resemblances(work / f"curve-webis-{width}")
        lines.append((f"{width} tokens", [(least, quality({pair for pair, value in pairs.items() if value >= least}, truth)[2]) for least in THRESHOLDS]))
    yield "judged web pages, F1", lines
    for archive in ARCHIVES[:2]:
        lines = []
        for width in SHINGLES:
            at = copies(work, archive, f"curve-{archive}-{width}", "words-10")
            lines.append((f"{width} tokens", [(least, at(least)) for least in THRESHOLDS]))
        yield f"{archive}: 10 % of words", lines


def copies(work, archive, report, kind):
    """The share of planted copies of a kind that stand at a threshold to their source, as a function of it."""
    pairs = resemblances(work / report)
    made = [tuple(sorted((row["id"], row["parent"]))) for row in rows(work / f"planted-{archive}/truth.jsonl") if row["kind"] == kind]
    return lambda least: sum(pairs.get(pair, -1) >= least for pair in made) / len(made)


def planted(work, _):
    for archive in ARCHIVES:
        kinds = [(f"{share} %", f"words-{share:02}") for share in EDITS] + [("cut", "cut")]
        lines = []
        for name, kind in kinds:
            at = copies(work, archive, f"curve-{archive}-5", kind)
            lines.append((name, [(least, at(least)) for least in THRESHOLDS]))
        yield archive, lines


def edits(work, _):
    for archive in ARCHIVES:
        lines = []
        for name, report, least in [("0.8", "5", 0.8), ("0.5", "5", 0.5), ("0.34", "5", 0.34), ("by default", "default", 0)]:
            found = [copies(work, archive, f"curve-{archive}-{report}", f"words-{share:02}") for share in EDITS]
            lines.append((name, [(share, at(least)) for share, at in zip(EDITS, found)]))
        yield archive, lines


def passages(work, _):
    for name, kind in [("02 verbatim", "02-no-obfuscation"), ("all kinds, exact", None)]:
        found = []
        for words in WORDS:
            all_rows = json.load(open(work / f"curve-pan-{words}.json", encoding="utf-8"))["passages"]
            found.append(next(row for row in all_rows if row["kind"] == kind))
        yield name, [(measure, [(words, row[measure]) for words, row in zip(WORDS, found)]) for measure in ["precision", "recall", "plagdet"]]
    lines = []
    for archive in ARCHIVES[:2]:
        lines.append((archive, [(words, json.load(open(work / f"curve-quoted-{archive}-{words}.json", encoding="utf-8"))["passages"][0]["from_anywhere"]["value"]) for words in WORDS]))
    yield "planted copies: characters found", lines


def figure(title, across, panels, low, high, ticks, marks=None):
    """One SVG: panels side by side, y from 0 to 1, names of lines below."""
    wide, tall, left, top = 250, 200, 44, 52
    names = list(dict.fromkeys(name for _, lines in panels for name, _ in lines))
    colour = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    width, height = left + len(panels) * (wide + 30), top + tall + 62
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
           f'<title>{title}</title>', f'<rect width="{width}" height="{height}" fill="#fff"/>',
           f'<text x="{left}" y="18" font-size="14">{title}</text>']
    for place, (panel, lines) in enumerate(panels):
        x0 = left + place * (wide + 30)
        x = lambda value: x0 + wide * (value - low) / (high - low)
        y = lambda value: top + tall * (1 - value)
        out.append(f'<text x="{x0 + wide / 2:g}" y="{top - 10}" text-anchor="middle">{panel}</text>')
        for step in range(6):
            out.append(f'<path d="M{x0} {y(step / 5):g}h{wide}" stroke="#ddd"/>')
            if place == 0:
                out.append(f'<text x="{x0 - 6}" y="{y(step / 5) + 4:g}" text-anchor="end">{step / 5:g}</text>')
        for tick in ticks:
            out.append(f'<text x="{x(tick):g}" y="{top + tall + 16}" text-anchor="middle">{tick:g}</text>')
        for mark in marks or []:
            out.append(f'<path d="M{x(mark):g} {top}v{tall}" stroke="#999" stroke-dasharray="2 3"/>')
        for name, points in lines:
            path = "L".join(f"{x(a):.1f} {y(b):.1f}" for a, b in points)
            dashed = ' stroke-dasharray="6 3"' if "default" in name else ""
            out.append(f'<path d="M{path}" fill="none" stroke="{colour[name]}" stroke-width="1.8"{dashed}/>')
        out.append(f'<text x="{x0 + wide / 2:g}" y="{top + tall + 32}" text-anchor="middle">{across}</text>')
    at = left
    for name in names:
        out.append(f'<path d="M{at} {height - 14}h18" stroke="{colour[name]}" stroke-width="3"/><text x="{at + 23}" y="{height - 10}">{name}</text>')
        at += 45 + 7 * len(name)
    return "\n".join(out + ["</svg>", ""])


def main():
    work, labels, folder = map(Path, sys.argv[1:])
    scale = dict(low=0.1, high=1.0, ticks=[0.2, 0.4, 0.6, 0.8, 1.0])
    drawn = [("webis", "Judged web pages (Webis-ECIR-20) over the least resemblance", webis, "resemblance from", dict(scale, marks=[0.8])),
             ("planted", "Copies with so many words changed: share found over the least resemblance", planted, "resemblance from", dict(scale, marks=[0.8])),
             ("edits", "Copies with so many words changed: share found by several rules", edits, "words changed, %", dict(low=0, high=30, ticks=[1, 5, 10, 20, 30])),
             ("shingle", "Length of shingles", shingle, "resemblance from", dict(scale, marks=[0.8])),
             ("passages", "Shortest passage, in words", passages, "--min-passage-words", dict(low=8, high=64, ticks=WORDS, marks=[16]))]
    for name, title, panels, across, how in drawn:
        (folder / f"{name}.svg").write_text(figure(title, across, list(panels(work, labels)), **how), encoding="utf-8")
        print(f"- docs/quality/{name}.svg: {title}")


main()
