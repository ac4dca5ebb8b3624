//! Settings of a scan: what the user chose, checked, with defaults.

use std::str::FromStr;

use crate::archive::ReadSettings;
use crate::archive::fields::FieldOverrides;
use crate::kernel::Kernel;
use crate::verify::Rule;

/// Everything that decides what a scan finds. Same settings and input, same report.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "options are bools")]
pub struct Settings {
    /// How the archive is read.
    pub read: ReadSettings,
    /// Which searches are run.
    pub searches: Searches,
    /// Which pairs are near-duplicates.
    pub rule: Rule,
    /// Share of pairs at the least resemblance that bands must catch, from 0 to under 1.
    pub recall: f64,
    /// Tokens in a shingle, from 1 to 100.
    pub shingle_tokens: usize,
    /// The shortest passage, in words, from 4 to 10,000.
    pub min_passage_words: u32,
    /// Link only articles that were published so close to each other; `None`: any.
    pub within_days: Option<f64>,
    /// Look for rewritten passages too.
    pub loose: bool,
    /// List every matching pair and every passage pair.
    pub all_pairs: bool,
    /// How many of either may be listed.
    pub max_pairs: u64,
    /// Seed of all hashes.
    pub seed: u64,
    /// Keep the signatures among the findings, for whoever goes on with them ([`crate::clean`]).
    pub keep_signatures: bool,
    /// End at the first problem.
    pub strict: bool,
    /// Threads; 0 for one a core.
    pub threads: usize,
    /// What the hot loops run on. All kernels find the same.
    pub kernel: Kernel,
    /// Bytes of private memory that a run may have; `None`: half of what the machine, or the process's control group,
    /// allows. Never changes what is found.
    pub memory: Option<u64>,
    /// How the tables of the report are written.
    pub tables: TableFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            read: ReadSettings {
                fields: FieldOverrides::default(),
                mapped: true,
                max_record: 64 << 20,
                temp_dir: std::env::temp_dir(),
                max_unpacked: None,
                memory: None,
                keep_tables: false,
            },
            searches: Searches::default(),
            rule: Rule::Edited,
            recall: 0.999,
            shingle_tokens: 5,
            min_passage_words: 16,
            within_days: None,
            loose: false,
            all_pairs: false,
            max_pairs: 100_000_000,
            seed: 0,
            keep_signatures: false,
            strict: false,
            threads: 0,
            kernel: Kernel::best(),
            memory: None,
            tables: TableFormat::JsonLines,
        }
    }
}

/// How the tables of a report are written. Rows, columns and order are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableFormat {
    /// A JSON object a line.
    #[default]
    JsonLines,
    /// Parquet, with typed columns.
    Parquet,
}

impl TableFormat {
    /// All formats.
    pub const ALL: [TableFormat; 2] = [TableFormat::JsonLines, TableFormat::Parquet];

    /// The name, as `--format` takes it and as files end.
    pub fn name(self) -> &'static str {
        match self {
            TableFormat::JsonLines => "jsonl",
            TableFormat::Parquet => "parquet",
        }
    }
}

impl FromStr for TableFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let named = TableFormat::ALL.into_iter().find(|format| format.name() == name);
        named.ok_or_else(|| "jsonl and parquet are known".into())
    }
}

/// Which searches a scan runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searches {
    /// Repeats within articles.
    pub repeats: bool,
    /// Near-duplicates and stories.
    pub duplicates: bool,
    /// Passages between articles.
    pub passages: bool,
}

impl Default for Searches {
    fn default() -> Self {
        Searches { repeats: true, duplicates: true, passages: true }
    }
}

impl Searches {
    /// Whether credits are looked for. Near-duplicates alone are asked for where speed counts and nobody asks who wrote
    /// what; then paragraphs and credits would be an eighth of the time.
    pub fn credits(self) -> bool {
        self.repeats || self.passages
    }

    /// The names of the searches that are run, as `--only` takes them.
    pub fn names(self) -> Vec<&'static str> {
        [(self.repeats, "repeats"), (self.duplicates, "duplicates"), (self.passages, "passages")]
            .into_iter()
            .filter_map(|(chosen, name)| chosen.then_some(name))
            .collect()
    }
}

impl FromStr for Searches {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let mut searches = Searches { repeats: false, duplicates: false, passages: false };
        for name in list.split(',').map(str::trim) {
            match name {
                "repeats" => searches.repeats = true,
                "duplicates" => searches.duplicates = true,
                "passages" => searches.passages = true,
                _ => {
                    return Err(format!(
                        "unknown search '{name}': repeats, duplicates and passages are known"
                    ));
                }
            }
        }
        Ok(searches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_searches() {
        assert_eq!(
            "passages, repeats".parse::<Searches>().map(Searches::names),
            Ok(vec!["repeats", "passages"])
        );
        assert!("".parse::<Searches>().is_err());
        assert!("repeat".parse::<Searches>().is_err());
    }
}
