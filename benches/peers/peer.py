"""One peer on one archive, on one thread: which pairs it reports.

python3 peer.py NAME ARCHIVE PAIRS

Every peer gets 128 values a signature and 32 bands of 4 rows, which lets a pair at resemblance 0.8 meet with a chance of
0.99999995. Articles are queried and then inserted, one after the other, so that each pair is met once. NAME is one of the
functions below; `shingles` reports nothing: it is what reading and cutting cost in Python alone.
"""

import sys

from shingles import WIDTH, articles, shingles, write_pairs

THRESHOLD = 0.8
VALUES = 128
BANDS, ROWS = 32, 4


def shingles_alone(archive):
    for _, text in articles(archive):
        shingles(text)
    return []


def datasketch(archive):
    """What the LSH index returns, unverified."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=VALUES, params=(BANDS, ROWS))
    for name, text in articles(archive):
        sketch = MinHash(num_perm=VALUES, seed=1)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        yield from ((other, name) for other in index.query(sketch))
        index.insert(name, sketch)


def datasketch_estimated(archive):
    """The same, kept where the signatures' estimate reaches the threshold."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=VALUES, params=(BANDS, ROWS))
    sketches = {}
    for name, text in articles(archive):
        sketch = MinHash(num_perm=VALUES, seed=1)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        for other in index.query(sketch):
            if sketch.jaccard(sketches[other]) >= THRESHOLD:
                yield other, name
        index.insert(name, sketch)
        sketches[name] = sketch


def rensa(archive):
    """What the LSH index returns, unverified."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=VALUES, num_bands=BANDS)
    names = []
    for number, (name, text) in enumerate(articles(archive)):
        names.append(name)
        sketch = RMinHash(num_perm=VALUES, seed=1)
        sketch.update(list(shingles(text)))
        yield from ((names[other], name) for other in index.query(sketch))
        index.insert(number, sketch)


def rensa_estimated(archive):
    """The same, kept where the signatures' estimate reaches the threshold."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=VALUES, num_bands=BANDS)
    names, sketches = [], []
    for number, (name, text) in enumerate(articles(archive)):
        sketch = RMinHash(num_perm=VALUES, seed=1)
        sketch.update(list(shingles(text)))
        for other in index.query(sketch):
            if sketch.jaccard(sketches[other]) >= THRESHOLD:
                yield names[other], name
        index.insert(number, sketch)
        names.append(name)
        sketches.append(sketch)


def gaoya(archive):
    """Cuts texts itself, in Rust, at blanks and punctuation; its answers are those whose estimate is over the threshold.

    It has no call that keeps the signature between asking and inserting, so each text is sketched twice.
    """
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=BANDS,
        band_size=ROWS,
        analyzer="word",
        lowercase=True,
        ngram_range=(WIDTH, WIDTH),
        id_container="vec",
    )
    names = []
    for number, (name, text) in enumerate(articles(archive)):
        names.append(name)
        yield from ((names[other], name) for other in index.query(text))
        index.insert_document(number, text)


PEERS = {
    "shingles": shingles_alone,
    "datasketch": datasketch,
    "datasketch-estimated": datasketch_estimated,
    "rensa": rensa,
    "rensa-estimated": rensa_estimated,
    "gaoya": gaoya,
}

if __name__ == "__main__":
    peer, archive, out = sys.argv[1:]
    write_pairs(out, PEERS[peer](archive))
