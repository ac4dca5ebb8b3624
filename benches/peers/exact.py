"""All pairs at a resemblance of THRESHOLD and more, by counting: slow, simple, exact.

python3 exact.py ARCHIVE PAIRS

For each article, what it shares with every earlier one is counted shingle by shingle. Shingles that stand in one article
alone are left out of the count, not of the sizes.
"""

import sys
from collections import Counter, defaultdict

from shingles import articles, shingles, write_pairs

THRESHOLD = 0.8


def main(archive, out):
    sets = [(name, {hash(shingle) for shingle in shingles(text)}) for name, text in articles(archive)]
    times = Counter()
    for _, own in sets:
        times.update(own)
    holders = defaultdict(list)
    pairs = []
    for number, (name, own) in enumerate(sets):
        common = Counter()
        for shingle in own:
            if times[shingle] > 1:
                common.update(holders[shingle])
                holders[shingle].append(number)
        for other, shared in common.items():
            if shared / (len(own) + len(sets[other][1]) - shared) >= THRESHOLD:
                pairs.append((sets[other][0], name))
    write_pairs(out, pairs)


if __name__ == "__main__":
    main(*sys.argv[1:])
