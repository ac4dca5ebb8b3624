"""wirecopy beside its peers, on one archive, in one session.

python3 benches/peers/compare.py ARCHIVE [--rounds N] [--wirecopy PATH] [--exact PAIRS]

ARCHIVE is JSON Lines with `id` and `text`. The packages of requirements.txt are put into target/peers (network needed the
first time). Every peer is a process of its own; rounds alternate between all of them, and the median is told.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "target" / "peers"
ONE_THREAD = {
    name: "1"
    for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
}


def python_with_peers():
    """The interpreter of a virtual environment that has the peers."""
    python = WORK / "venv" / "bin" / "python"
    done = WORK / "venv" / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not done.exists() or done.read_text() != wanted:
        venv.create(WORK / "venv", with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"]
        subprocess.run(command, check=True)
        done.write_text(wanted)
    return python


def cost(command):
    """Runs a command; its CPU seconds and its largest resident memory in MB, from the kernel's books of the child."""
    child = subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def quality(found, exact):
    """Precision and recall of pairs."""
    right = len(found & exact)
    return right / max(len(found), 1), right / max(len(exact), 1)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("archive", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--wirecopy", type=Path, default=HERE.parent.parent / "target" / "release" / "wirecopy")
    options.add_argument("--exact", type=Path, help="pairs that exact.py wrote before")
    args = options.parse_args()
    python = python_with_peers()
    sys.path.insert(0, str(HERE))
    from peer import PEERS
    from shingles import read_pairs

    exact_pairs = args.exact
    if exact_pairs is None:
        exact_pairs = WORK / "exact.tsv"
        subprocess.run([python, HERE / "exact.py", args.archive, exact_pairs], check=True)
    exact = read_pairs(exact_pairs)

    report = WORK / "report"
    scan = [args.wirecopy, "scan", args.archive, "--only", "duplicates", "--threshold", "0.8", "--threads", "1"]
    scan += ["--quiet", "--force", "--out", report]
    commands = {"wirecopy": scan, "wirecopy --all-pairs": [*scan, "--all-pairs"]}
    commands |= {name: [python, HERE / "peer.py", name, args.archive, WORK / f"{name}.tsv"] for name in PEERS}
    costs = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            costs[name].append(cost(command))
            if name == "wirecopy --all-pairs":
                with open(report / "matches.jsonl", encoding="utf-8") as rows:
                    matches = [json.loads(row) for row in rows]
                all_pairs = {tuple(sorted((match["a"], match["b"]))) for match in matches}

    megabytes = args.archive.stat().st_size / 1e6
    print(f"{megabytes:.1f} MB, {len(exact)} exact pairs at resemblance 0.8 and more, {args.rounds} rounds\n")
    print("| what | CPU s | MB per CPU s | resident MB | pairs | precision | recall |")
    print("|---|---|---|---|---|---|---|")
    for name in commands:
        seconds = statistics.median(seconds for seconds, _ in costs[name])
        resident = max(resident for _, resident in costs[name])
        found = all_pairs if name == "wirecopy --all-pairs" else set()
        if name in PEERS and name != "shingles":
            found = read_pairs(WORK / f"{name}.tsv")
        measured = f"{len(found)} | {quality(found, exact)[0]:.4f} | {quality(found, exact)[1]:.4f}" if found else "– | – | –"
        print(f"| {name} | {seconds:.2f} | {megabytes / seconds:.1f} | {resident:.0f} | {measured} |")


if __name__ == "__main__":
    main()
