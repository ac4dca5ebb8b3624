//! What `Cargo.lock` names: versions that known advisories do not touch, and those that the fuzz targets are built from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Packages of which versions had holes, and of each line of versions the first without (a line has one major version, of 0.x one minor
/// version). Newer lines than the last named are good, others are not. As far as could be found by 29 November 2026: the list is
/// a guard against going back, and no substitute for `cargo audit`, which needs the network.
///
/// A package that is not in the tree today (`quick-xml`) may come with another.
const GOOD_FROM: [(&str, &[&str], &str); 24] = [
    ("anyhow", &["1.0.103"], "RUSTSEC-2026-0190"),
    ("brotli-decompressor", &["5.0.3"], "the first that was looked at"),
    ("bytes", &["1.11.1"], "RUSTSEC-2026-0007"),
    ("bzip2", &["0.4.4"], "RUSTSEC-2023-0004"),
    ("chrono", &["0.4.20"], "RUSTSEC-2020-0159"),
    ("crossbeam-deque", &["0.8.1"], "RUSTSEC-2021-0093"),
    ("crossbeam-epoch", &["0.9.20"], "RUSTSEC-2026-0204"),
    ("crossbeam-utils", &["0.8.7"], "RUSTSEC-2022-0041"),
    ("flatbuffers", &["22.9.29"], "RUSTSEC-2021-0122"),
    ("idna", &["1.0.0"], "RUSTSEC-2024-0421"),
    ("liblzma-sys", &["0.4.9"], "CVE-2026-34743, GHSA-5qpq-xqfv-j9pg: xz before 5.8.4"),
    ("lock_api", &["0.4.2"], "RUSTSEC-2020-0070"),
    ("lz4_flex", &["0.11.6", "0.12.1"], "RUSTSEC-2026-0041"),
    ("memmap2", &["0.9.11"], "RUSTSEC-2026-0186"),
    ("quick-xml", &["0.41.0"], "asked for"),
    ("regex", &["1.5.5"], "RUSTSEC-2022-0013"),
    ("rustix", &["0.37.25", "0.38.19"], "GHSA-c827-hfw6-qwvm"),
    ("smallvec", &["1.6.1"], "RUSTSEC-2021-0003"),
    ("time", &["0.3.47"], "RUSTSEC-2026-0009"),
    ("zerocopy", &["0.7.31"], "RUSTSEC-2023-0074"),
    ("zerovec", &["0.9.7", "0.10.4"], "RUSTSEC-2024-0347"),
    ("zlib-rs", &["0.4.0"], "RUSTSEC-2024-0401"),
    // The older lines have the repairs of the newer ones since 0.13.5 and 7.4.1, as read in their source; Parquet and Arrow use them.
    ("zstd", &["0.13.5", "0.14.3"], "RUSTSEC-2026-0391 and others up to 0410"),
    ("zstd-safe", &["7.4.1", "8.2.0"], "RUSTSEC-2026-0398 to 0403"),
];

/// The versions that a lock file names, by package.
fn locked(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let lock: toml::Table = text.parse().unwrap();
    let mut versions = BTreeMap::<_, BTreeSet<_>>::new();
    for package in lock["package"].as_array().unwrap() {
        let of = |key: &str| package[key].as_str().unwrap().to_owned();
        versions.entry(of("name")).or_default().insert(of("version"));
    }
    versions
}

/// Major, minor and patch.
fn numbers(version: &str) -> [u64; 3] {
    let plain = version.split(['+', '-']).next().unwrap();
    let numbers: Vec<u64> = plain.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// What two versions of one line have in common.
fn line([major, minor, _]: [u64; 3]) -> (u64, u64) {
    (major, if major == 0 { minor } else { 0 })
}

fn is_good(version: &str, good_from: &[&str]) -> bool {
    let version = numbers(version);
    let good_from: Vec<_> = good_from.iter().map(|good| numbers(good)).collect();
    match good_from.iter().find(|good| line(**good) == line(version)) {
        Some(good) => version >= *good,
        None => good_from.iter().all(|good| line(version) > line(*good)),
    }
}

#[test]
fn no_version_is_locked_that_an_advisory_is_known_of() {
    for (version, expect) in [
        ("7.4.0", false),
        ("7.4.1", true),
        ("7.5.0+x.1", true),
        ("8.1.9", false),
        ("8.2.0", true),
        ("6.9.9", false),
        ("9.0.0", true),
    ] {
        assert_eq!(is_good(version, &["7.4.1", "8.2.0"]), expect, "{version}");
    }
    assert!(
        !is_good("0.13.9", &["0.14.3"]) && is_good("0.14.3", &["0.14.3"]) && is_good("1.0.0", &["0.14.3"])
    );
    for file in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let locked = locked(file);
        assert!(locked.contains_key("memmap2"), "{file}");
        for (package, good_from, advisory) in GOOD_FROM {
            for version in locked.get(package).into_iter().flatten() {
                let asked = good_from.join(" or ");
                assert!(is_good(version, good_from), "{file}: {package} {version}, not {asked} ({advisory})");
            }
        }
    }
}

#[test]
fn the_targets_are_built_from_the_versions_that_the_program_is_built_from() {
    let (ours, theirs) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    let both = theirs.iter().filter_map(|(name, versions)| Some((name, versions, ours.get(name)?)));
    let both: Vec<_> = both.collect();
    assert!(both.len() > 100, "{} packages", both.len());
    // The program's tests may need a version more.
    for (name, theirs, ours) in both {
        assert!(theirs.is_subset(ours), "{name}: {theirs:?} in fuzz/Cargo.lock, {ours:?} in Cargo.lock");
    }
}
