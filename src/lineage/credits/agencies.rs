//! Agencies and the words around their names, read once from `agencies.toml`.
//!
//! In: a few words as printed. Out: the agency they name, if they are one of its forms and the place where they stand
//! is strong enough for that form ([`Strength`]). Names are compared by their letters and digits alone, in lower case,
//! without a leading "The"; codes by their letters as printed, for "PA" and "pa" are not one.
//!
//! It guarantees: the same words give the same agency; a look-up costs a binary search in some four hundred forms, and
//! words that are no form mostly not even that ([`Shapes`]). It does not search: who calls it has cut the words out.

use std::sync::LazyLock;

use serde::Deserialize;

/// A news agency, or another service whose text outlets print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Agency(u16);

/// How sure a form is by itself, the surest first. A place names the weakest that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Means the agency wherever a name may stand.
    Name,
    /// A short form that means little else.
    Code,
    /// A short form that means other things too, or an agency that is not told ("agencies").
    Ambiguous,
}

/// What a form stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// `None` for "agencies".
    pub(super) agency: Option<Agency>,
    pub(super) strength: Strength,
}

/// Longer than any form, in bytes: what is longer is not folded.
const MAX_FORM_BYTES: usize = 80;

impl Agency {
    /// The canonical name.
    pub fn name(self) -> &'static str {
        &TABLE.agencies[usize::from(self.0)].name
    }

    /// The agency of which `name` is a form, codes among them: `Associated Press`, `The AP`, `رويترز`.
    pub fn of(name: &str) -> Option<Self> {
        look_up(name, Strength::Ambiguous)?.agency
    }

    /// The agency that publishes at `domain`, given in lower case without `www.`.
    pub(super) fn at(domain: &str) -> Option<Self> {
        let at = TABLE.domains.binary_search_by(|(known, _)| known.as_str().cmp(domain)).ok()?;
        Some(TABLE.domains[at].1)
    }

    /// The number by which it is stored.
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// The agency stored by this number.
    pub(crate) fn numbered(number: u16) -> Option<Self> {
        (usize::from(number) < TABLE.agencies.len()).then_some(Agency(number))
    }
}

/// What `said` is a form of, if the form is at least as sure as `weakest`.
pub(super) fn look_up(said: &str, weakest: Strength) -> Option<Named> {
    if said.len() > MAX_FORM_BYTES {
        return None;
    }
    let said = without_the(said.trim());
    let table = &*TABLE;
    if !table.whole.holds(shape(said)?) {
        return None;
    }
    let mut key = String::with_capacity(said.len());
    key.extend(letters(said));
    let code = find(&table.codes, &key);
    let named = code.or_else(|| find(&table.names, &key.to_lowercase()))?;
    (named.strength <= weakest).then_some(named)
}

/// Whether a form may stand at the begin of `said`. Cheap: its first two letters tell.
pub(super) fn may_begin(said: &str) -> bool {
    let (first, second) = first_two(without_the(said));
    TABLE.begins.holds([first, second, '\0'])
}

/// The letters and digits of `said` in lower case, without a leading "The": by these, names are compared.
pub(super) fn folded(said: &str) -> String {
    letters(without_the(said.trim())).flat_map(char::to_lowercase).collect()
}

fn letters(said: &str) -> impl Iterator<Item = char> {
    said.chars().filter(|&c| is_letter(c))
}

fn is_letter(c: char) -> bool {
    // A tatweel only stretches a word.
    c.is_alphanumeric() && c != 'ـ'
}

fn without_the(said: &str) -> &str {
    match said.split_at_checked(4) {
        Some((the, rest)) if the.eq_ignore_ascii_case("the ") => rest,
        _ => said,
    }
}

/// What tells most words from forms without folding them: the first two letters and the last, in lower case.
type Shape = [char; 3];

fn shape(said: &str) -> Option<Shape> {
    let (first, second) = first_two(said);
    let last = said.chars().rev().find(|&c| is_letter(c))?;
    Some([first, second, lower(last)])
}

/// The first two letters in lower case; `\0` for one that is not there.
fn first_two(said: &str) -> (char, char) {
    let mut letters = letters(said);
    let first = letters.next().map_or('\0', lower);
    (first, letters.next().map_or('\0', lower))
}

fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c.to_lowercase().next() {
        // At the end of a word a sigma has another form.
        Some('ς') => 'σ',
        folded => folded.unwrap_or(c),
    }
}

/// A set of shapes that may say that it holds one that it does not, but never the other way round.
struct Shapes([u64; Shapes::WORDS]);

impl Shapes {
    /// 8,192 bits: some four hundred shapes make few of them one.
    const WORDS: usize = 128;

    fn of(shapes: impl Iterator<Item = Shape>) -> Shapes {
        let mut set = Shapes([0; Shapes::WORDS]);
        for shape in shapes {
            let (word, bit) = Shapes::place(shape);
            set.0[word] |= bit;
        }
        set
    }

    fn holds(&self, shape: Shape) -> bool {
        let (word, bit) = Shapes::place(shape);
        self.0[word] & bit != 0
    }

    fn place([first, second, last]: Shape) -> (usize, u64) {
        let mixed = (u32::from(first) ^ (u32::from(second) << 10) ^ (u32::from(last) << 20))
            .wrapping_mul(0x9E37_79B1);
        ((mixed >> 25) as usize, 1 << ((mixed >> 19) & 63))
    }
}

fn find(forms: &[(String, Named)], key: &str) -> Option<Named> {
    let at = forms.binary_search_by(|(form, _)| form.as_str().cmp(key)).ok()?;
    Some(forms[at].1)
}

/// Words that stand around names, in lower case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) source: Vec<String>,
    pub(super) via: Vec<String>,
    pub(super) material: Vec<String>,
    pub(super) by: Vec<String>,
    pub(super) joined: Vec<String>,
    pub(super) writer: Vec<String>,
    pub(super) original: Vec<String>,
    pub(super) agency: Vec<String>,
    generic: Vec<String>,
}

/// The words of the data file.
pub(super) fn words() -> &'static Words {
    &TABLE.words
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    ambiguous: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agency: Vec<Row>,
    words: Words,
}

struct Table {
    agencies: Vec<Row>,
    words: Words,
    /// By their letters in lower case, sorted.
    names: Vec<(String, Named)>,
    /// By their letters as printed, sorted.
    codes: Vec<(String, Named)>,
    domains: Vec<(String, Agency)>,
    /// The shapes of all names and codes.
    whole: Shapes,
    /// The same without the last letter.
    begins: Shapes,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("agencies.toml")));

impl Table {
    fn read(data: &str) -> Table {
        let File { agency: agencies, words } =
            toml::from_str(data).expect("the embedded data file is read by every test");
        let (mut names, mut codes, mut domains) = (Vec::new(), Vec::new(), Vec::new());
        for (row, number) in agencies.iter().zip(0..) {
            let agency = Agency(number);
            let stands_for = |strength| Named { agency: Some(agency), strength };
            // A canonical name that is also listed as a code is no sure name: "PA".
            let is_code = row.codes.iter().chain(&row.ambiguous).any(|code| *code == row.name);
            let canonical = (!is_code).then_some(&row.name);
            names.extend(
                canonical
                    .into_iter()
                    .chain(&row.names)
                    .map(|form| (folded(form), stands_for(Strength::Name))),
            );
            for (forms, strength) in [(&row.codes, Strength::Code), (&row.ambiguous, Strength::Ambiguous)] {
                codes.extend(forms.iter().map(|form| (letters(form).collect(), stands_for(strength))));
            }
            domains.extend(row.domains.iter().map(|domain| (domain.clone(), agency)));
        }
        let nobody = Named { agency: None, strength: Strength::Ambiguous };
        names.extend(words.generic.iter().map(|form| (folded(form), nobody)));
        for forms in [&mut names, &mut codes] {
            forms.sort_by(|one, other| one.0.cmp(&other.0));
            forms.dedup_by(|one, other| one == other);
        }
        domains.sort();
        let shapes = || names.iter().chain(&codes).filter_map(|(form, _)| shape(form));
        let whole = Shapes::of(shapes());
        let begins = Shapes::of(shapes().map(|[first, second, _]| [first, second, '\0']));
        Table { agencies, words, names, codes, domains, whole, begins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, weakest: Strength, expect: Option<&str>) {
        assert_eq!(
            look_up(said, weakest).and_then(|named| named.agency).map(Agency::name),
            expect,
            "{said:?}"
        );
    }

    #[test]
    fn forms_count_where_they_are_sure_enough() {
        check("The Associated Press", Strength::Name, Some("AP"));
        check("ASSOCIATED PRESS", Strength::Name, Some("AP"));
        check("A.P.", Strength::Code, Some("AP"));
        check("AP", Strength::Name, None);
        check("ap", Strength::Ambiguous, None);
        check("PA", Strength::Code, None);
        check("PA", Strength::Ambiguous, Some("PA"));
        check("أ. ف. ب", Strength::Code, Some("AFP"));
        check("شین‌هوا", Strength::Name, Some("Xinhua"));
        check("", Strength::Ambiguous, None);
        check(&"AP".repeat(100), Strength::Ambiguous, None);
    }

    #[test]
    fn no_form_names_two_agencies() {
        for forms in [&TABLE.names, &TABLE.codes] {
            for pair in forms.windows(2) {
                assert_ne!(pair[0].0, pair[1].0, "{:?} {:?}", pair[0], pair[1]);
            }
            assert!(forms.iter().all(|(form, _)| !form.is_empty()));
        }
        for pair in TABLE.domains.windows(2) {
            assert_ne!(pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn every_agency_is_stored_by_its_number() {
        for number in 0..u16::try_from(TABLE.agencies.len()).expect("few") {
            assert_eq!(Agency::numbered(number).map(Agency::number), Some(number));
        }
        assert_eq!(Agency::numbered(u16::MAX), None);
    }
}
