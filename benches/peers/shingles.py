"""What all peers are given: the articles of a JSON Lines file, and the word 5-shingles of a text."""

import json
import re

WIDTH = 5
WORD = re.compile(r"[^\W_]+")  # letters and digits, as wirecopy's tokens are in scripts with blanks


def articles(path):
    """(id, text) of every record."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["id"], record["text"]


def shingles(text):
    """The set of a text's shingles, as strings; a short text is one shingle."""
    words = WORD.findall(text.lower())
    if len(words) < WIDTH:
        return {" ".join(words)} if words else set()
    return {" ".join(words[at : at + WIDTH]) for at in range(len(words) - WIDTH + 1)}


def write_pairs(path, pairs):
    """One pair a line, the smaller id first, sorted."""
    ordered = sorted({(a, b) if a < b else (b, a) for a, b in pairs})
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(f"{a}\t{b}\n" for a, b in ordered)


def read_pairs(path):
    with open(path, encoding="utf-8") as lines:
        return {tuple(line.rstrip("\n").split("\t")) for line in lines}
