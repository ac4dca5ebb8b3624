//! Writes the published test vectors: `cargo run --example make_vectors`; with `-- --check` compares and
//! changes nothing.
//!
//! Every number comes from the definitions (`text::reference`, `…_by_definition`), never from the fast
//! functions that are tested against them. What a file says is written in `testdata/vectors/README.md`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use wirecopy::shingle::shingle_by_definition;
use wirecopy::sketch::{Winnower, signature_by_definition, simhash_by_definition, winnow_by_definition};
use wirecopy::text::classes::{Class, class_of};
use wirecopy::text::reference;

/// Tokens in a shingle, and the shared run that fingerprints promise to find: the defaults of a scan.
const SHINGLE_TOKENS: usize = 5;
const RUN_TOKENS: usize = 16;

/// One vector before its numbers.
struct Case {
    /// The file's name.
    name: &'static str,
    /// What it is there for.
    about: &'static str,
    seed: u64,
    text: String,
    /// A case of other spelling and equal hashes.
    alike: Option<&'static str>,
}

impl Case {
    fn new(name: &'static str, about: &'static str, text: impl Into<String>) -> Case {
        Case { name, about, seed: 0, text: text.into(), alike: None }
    }

    fn alike(self, name: &'static str) -> Case {
        Case { alike: Some(name), ..self }
    }
}

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors");
    let files: BTreeMap<String, String> =
        cases().iter().map(|case| (format!("{}.toml", case.name), written(case))).collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(&folder, &files).map(|()| true),
        ["--check"] => check(&folder, &files),
        _ => {
            eprintln!("usage: make_vectors [--check]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

/// Rewrites all files, and removes those of cases that are no more.
fn write(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for name in standing(folder)?.iter().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
        println!("removed {name}");
    }
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    println!("{} vectors, {} bytes", files.len(), files.values().map(String::len).sum::<usize>());
    Ok(())
}

/// Names every file that is not what would be written.
fn check(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<bool> {
    let standing = standing(folder)?;
    let mut same = true;
    for name in standing.iter().chain(files.keys()).collect::<BTreeSet<_>>() {
        let difference = match files.get(name) {
            None => "belongs to no case",
            Some(_) if !standing.contains(name) => "is missing",
            Some(text) if fs::read_to_string(folder.join(name))? != *text => "differs",
            Some(_) => continue,
        };
        println!("{name} {difference}");
        same = false;
    }
    Ok(same)
}

fn standing(folder: &Path) -> io::Result<BTreeSet<String>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).collect())
}

/// The file of one case.
fn written(case: &Case) -> String {
    let tokens = reference::tokens(&case.text);
    let hashes: Vec<u64> = tokens.iter().map(|token| token.hash(case.seed)).collect();
    let shingles = shingle_by_definition(&hashes, SHINGLE_TOKENS);
    let winnower = Winnower::for_runs_of(RUN_TOKENS);
    let fingerprints = winnow_by_definition(&hashes, winnower.width(), winnower.window());
    let mut out = String::from("# Written by `cargo run --example make_vectors`; see README.md.\n");
    line(&mut out, "name", &quoted(case.name));
    line(&mut out, "about", &quoted(case.about));
    if let Some(other) = case.alike {
        line(&mut out, "alike", &quoted(other));
    }
    line(&mut out, "seed", &hex(case.seed));
    line(&mut out, "text", &quoted(&case.text));
    let chars = |byte: usize| case.text[..byte].chars().count();
    let tokens = tokens.iter().map(|token| {
        let (begin, end) = (token.bytes.start, token.bytes.end);
        format!(
            "{{ bytes = [{begin}, {end}], chars = [{}, {}], folded = {}, unspaced = {}, hash = {} }}",
            chars(begin),
            chars(end),
            quoted(&token.folded),
            token.unspaced,
            hex(token.hash(case.seed)),
        )
    });
    list(&mut out, "tokens", 1, tokens);
    list(&mut out, "shingles", 5, shingles.iter().map(|&shingle| hex(shingle)));
    let signature = signature_by_definition(&shingles, case.seed);
    let slots = signature.iter().flatten().map(|slot| format!("\"0x{slot:08x}\""));
    list(&mut out, "signature", 8, slots);
    line(&mut out, "simhash", &hex(simhash_by_definition(&shingles)));
    let fingerprints = fingerprints
        .iter()
        .map(|print| format!("{{ hash = {}, position = {} }}", hex(print.hash), print.position));
    list(&mut out, "fingerprints", 1, fingerprints);
    out
}

fn line(out: &mut String, key: &str, value: &str) {
    writeln!(out, "{key} = {value}").expect("a String takes everything");
}

fn list(out: &mut String, key: &str, to_a_line: usize, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    let lines: Vec<String> =
        items.chunks(to_a_line).map(|chunk| format!("  {},\n", chunk.join(", "))).collect();
    line(out, key, &if items.is_empty() { "[]".to_owned() } else { format!("[\n{}]", lines.concat()) });
}

fn hex(number: u64) -> String {
    format!("\"0x{number:016x}\"")
}

/// A TOML string; what an editor would hide, join or compose stands as an escape.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        let hidden = character.is_control()
            || (character.is_whitespace() && character != ' ')
            || class_of(character) == Class::Ignorable
            || matches!(character, '\u{300}'..='\u{36F}' | '\u{3099}' | '\u{309A}' | '\u{1100}'..='\u{11FF}');
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            _ if hidden && u32::from(character) < 0x1_0000 => {
                write!(out, "\\u{:04X}", u32::from(character)).expect("a String takes everything");
            }
            _ if hidden => {
                write!(out, "\\U{:08X}", u32::from(character)).expect("a String takes everything");
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

const HARBOUR: &str = "The harbour wall of Port Alder will be raised by two metres before the winter storms.";

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("empty", "A text without characters: no tokens, no signature.", ""),
        Case::new("no-tokens", "Blanks, punctuation, symbols and a mark that has no base: no tokens.", " … — “”\n\t€ + \u{301} \u{200B}"),
        Case::new("one-word", "Shorter than a shingle: one shingle, of all tokens.", "Harbour"),
        Case::new("four-words", "One token short of a shingle.", "The harbour is shut"),
        Case::new("five-words", "Exactly one shingle.", "The harbour is shut again"),
        Case::new("seven-words", "One token short of a fingerprint: none.", "The harbour is shut again this week"),
        Case::new("eight-words", "Fewer shingles than a window: the smallest is the fingerprint.", "The harbour is shut again this week too"),
        Case::new("ascii-words", "Words and punctuation; capitals fold.", HARBOUR),
        Case::new("ascii-capitals", "The same in capitals and with other punctuation.", HARBOUR.to_uppercase().replace(' ', "\r\n* ")).alike("ascii-words"),
        Case { seed: 0x9E37_79B9_7F4A_7C15, ..Case::new("ascii-words-seeded", "The same with another seed: all hashes differ.", HARBOUR) },
        Case::new("digits-and-hyphens", "Digits are tokens; hyphens, points, underlines and signs separate.", "A 3.5-metre well-known_wall cost $1,250,000 (2024–25); call 0800-HARBOUR, e-mail it's@x.org: 50% off, 10:30 a.m."),
        Case::new("long-word", "Words longer than the buffers that a fast tokenizer may have: 31, 32, 33, 64 and 241 letters.", [31, 32, 33, 64, 241].map(|length| "Abcdefghij".repeat(25)[..length].to_owned()).join(" ")),
        Case::new("quotes-plain", "Plain quotes and apostrophes.", "\"It isn't the council's wall\" - said O'Brien - \"and that's that\"..."),
        Case::new("quotes-typographic", "Typographic quotes, apostrophes, dashes and blanks separate as plain ones do.", "“It isn’t the council‘s wall”\u{A0}— said\u{202F}O’Brien – „and that’s\u{3000}that“…").alike("quotes-plain"),
        Case::new("words-visible", "Twin of `words-with-hidden-characters`.", "The cooperation of harbour masters continues as unchanged as ever"),
        Case::new("words-with-hidden-characters", "Soft hyphens, zero-width characters, a byte-order mark, variation selectors and direction marks vanish; at the edges of a word they lie outside of its span.", "\u{FEFF}The co\u{AD}oper\u{AD}ation of \u{200B}har\u{200B}bour\u{200B} mas\u{200D}ters\u{FE0F} \u{202A}con\u{2060}tin\u{200C}ues\u{202C} as \u{AD}un\u{AD}changed\u{AD} as \u{200E}ever\u{200F}").alike("words-visible"),
        Case::new("marks-composed", "Letters with marks as single characters (NFC).", "Café à la crème, señor Ångström: naïve Việt Nam Ōsaka 각하"),
        Case::new("marks-decomposed", "The same as letters and combining marks, Hangul as jamo (NFD), some marks in another order.", "Cafe\u{301} a\u{300} la cre\u{300}me, sen\u{303}or A\u{30A}ngstro\u{308}m: nai\u{308}ve Vie\u{302}\u{323}t Nam O\u{304}saka \u{1100}\u{1161}\u{11A8}\u{1112}\u{1161}").alike("marks-composed"),
        Case::new("compatible-plain", "Twin of `compatible`.", "NATO 2024 finance office x2 10 IV dž ffi"),
        Case::new("compatible", "Full-width letters and digits, ligatures, superscripts, circled and Roman numbers, digraphs.", "ＮＡＴＯ ２０２４ ﬁnance oﬃce x² ⑩ Ⅳ ǆ ﬃ").alike("compatible-plain"),
        Case::new("compatible-symbols", "Tokens are found before folding: ½ is one number (folded to three characters), squared units and ™ are symbols and separate.", "½ mile, 5㎞ of Acme™ at 20℃ №7 1⁄2"),
        Case::new("sharp-s", "German ß folds to ss; long s to s.", "Die Straße ist groß, heiß, weiß; Waſſer"),
        Case::new("sharp-s-capitals", "The same in capitals, ẞ among them.", "DIE STRASSE IST GROẞ, HEISS, WEIẞ; WASSER").alike("sharp-s"),
        Case::new("greek", "Final sigma folds like any other; marks stay.", "ο Σίσυφος και ο ΣΊΣΥΦΟΣ, ὀδυσσεύς ᾳ"),
        Case::new("turkish", "Full case folding without a language: İ becomes i and a dot above, ı stays, I becomes i.", "İstanbul ISPARTA ısparta ığdır Diyarbakır İİ"),
        Case::new("arabic", "Words between blanks; tatweel is a letter, Arabic-Indic digits are digits.", "قالت وكالة الأنباء إنّ الميناء مغلق، منذ ٢٠٢٤ والعـــودة قريبة؟"),
        Case::new("arabic-with-marks", "The same with vowel marks: they are part of the word, and the hashes differ.", "قَالَتْ وِكَالَةُ الأَنْبَاءِ إِنَّ المِينَاءَ مُغْلَقٌ، مُنْذُ ٢٠٢٤ وَالعَـــوْدَةُ قَرِيبَةٌ؟"),
        Case::new("hebrew", "Points are marks; maqaf, geresh and gershayim separate.", "בְּרֵאשִׁית בָּרָא אֱלֹהִים בית־ספר צה״ל ג׳ורג׳ שלום"),
        Case::new("cyrillic", "й and ё as single letters; capitals fold.", "Москва, ЁЛКА и ёлка: Київ — «Южный» порт № 7"),
        Case::new("devanagari", "Vowel signs and virama are marks; the danda separates.", "भारत की राजधानी नई दिल्ली है। क्षेत्र १२३"),
        Case::new("bengali-tamil", "Two more scripts with blanks.", "বাংলাদেশের রাজধানী ঢাকা। தமிழ்நாடு தலைநகரம் சென்னை"),
        Case::new("korean", "Hangul is written with blanks.", "부산항은 월요일 아침부터 다시 열렸다고 당국이 밝혔다. 3일째"),
        Case::new("chinese", "Each Han character is a token; full-width punctuation separates; one character lies outside the first plane.", "港口关闭了，原因是风暴。〇二四年々𠮷田"),
        Case::new("japanese", "Kanji, hiragana and katakana are a token each, Latin words and digits among them are words.", "東京で2024年のNATO会議、「ニュース」Xを見たサーバーAPIです。"),
        Case::new("katakana", "Twin of `katakana-half-width`.", "ガギグ パピプ ヴァイオリン データー"),
        Case::new("katakana-half-width", "Half-width katakana with its voicing marks, which are marks.", "ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟﾌﾟ ｳﾞｧｲｵﾘﾝ ﾃﾞｰﾀｰ").alike("katakana"),
        Case::new("kana-decomposed", "Full-width kana with combining voicing marks.", "カ\u{3099}キ\u{3099}ク\u{3099} ハ\u{309A}ヒ\u{309A}フ\u{309A} ウ\u{3099}ァイオリン テ\u{3099}ーター").alike("katakana"),
        Case::new("thai", "Each base character with its marks is a token; leading vowels are characters of their own.", "ท่าเรือปิดแล้ว กำลังใจ น้ำ ๒๕๖๗"),
        Case::new("lao", "As in Thai.", "ທ່າເຮືອປິດແລ້ວ ນ້ຳ"),
        Case::new("khmer", "Subscript consonants follow a sign that is a mark, and are tokens.", "កំពង់ផែត្រូវបានបិទ។ ២០២៤"),
        Case::new("myanmar", "Medials and vowel signs are marks.", "ဆိပ်ကမ်းပိတ်သည်။ မြန်မာ ၁၂၃"),
        Case::new("emoji", "Symbols separate, whatever joins them; a keycap leaves its digit with a mark, regional letters are symbols.", "storm👩‍👩‍👧‍👦warning 🌊🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ over 1️⃣ harbour🇫🇷s"),
        Case::new("mixed-scripts", "One run of letters is one word, whatever the scripts; unspaced characters end it.", "iPhoneがApple中文abcдеж한글漢 ไทยabc"),
        Case::new("one-word-repeated", "All shingles equal: a set of one; winnowing keeps few.", "no ".repeat(40)),
        Case::new("sentence-repeated", "The same shingles again and again: order and number do not matter to the signature.", format!("{HARBOUR} {HARBOUR} {HARBOUR}")),
        Case::new("sixteen-words", "The shortest passage: exactly one window.", "The harbour wall of Port Alder will be raised by two metres before the winter storms"),
        Case::new("paragraph", "Several windows.", "The harbour wall of Port Alder will be raised by two metres before the winter storms, the council decided on Monday evening after a debate of four hours. Eleven members voted for the plan, which the northern quay had asked for since the flood of 2019; five were against it, because nobody could say what it would cost."),
    ];
    cases.push(Case::new("long", "Words enough that the first round fills every slot of the signature.", made_up_words(600)));
    cases
}

/// So many different words of three letters.
fn made_up_words(count: u32) -> String {
    const CONSONANTS: [char; 16] =
        ['b', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'z'];
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    let word = |number: u32| {
        // 307 has no factor in common with 1280, so that neighbours look different and none comes twice.
        let mut rest = (number * 307 % 1280) as usize;
        let mut take = |letters: &[char]| {
            let letter = letters[rest % letters.len()];
            rest /= letters.len();
            letter
        };
        String::from_iter([take(&CONSONANTS), take(&VOWELS), take(&CONSONANTS)])
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}
