//! When an article was published: from the text or the number an archive holds to a moment in UTC.
//!
//! In goes one value as found, out comes a [`PublishedAt`], "no date", or a [`BadDate`] that says why.
//! The idea:
//! 1. texts that say "no date" (`None`, `N/A`, …) are no date;
//! 2. most archives write ISO 8601, so that is tried first, with jiff;
//! 3. bare digits are a compact calendar date or an epoch, told apart by their size;
//! 4. everything else goes through one scan that takes the text apart into numbers and words, gives each a
//!    place (day, month, year, clock, half of the day, zone), and refuses what has no place, what comes
//!    twice, and what leaves the day incomplete.
//!
//! What is assumed where the text does not say: a time without a zone is UTC; in `2/11/2020` the month
//! comes first, as dateutil, pandas and `DuckDB` read it, unless that number is over 12; in `2.11.2020` the
//! day comes first, as everywhere where dots are written; a year of two digits lies in 1969–2068 (POSIX).
//! The weekday is not checked against the date. Month and zone names are English. What
//! stands in brackets, and what follows a control character behind the time, is a remark.
//!
//! It guarantees: no panic, no clock, no locale, no time zone database of the machine, so the same text
//! gives the same moment everywhere; texts over 128 bytes are refused unread. It does not read relative
//! dates (`3 months ago`), dates without a year, or a month or year alone, for each would invent a moment.
//!
//! References: ISO 8601 as RFC 3339 and RFC 9557 have it; RFC 5322, sections 3.3 and 4.3 (e-mail dates and
//! their obsolete zones); POSIX `strptime` (`%y`).

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone};

/// The longest text that is read, in bytes: four times the longest common form.
const MAX_TEXT: usize = 128;

/// 1500-01-01T00:00:00Z in seconds since 1970. Before it there were no newspapers.
const FIRST_SECOND: i64 = -14_831_769_600;

/// 2200-12-31T23:59:59Z in seconds since 1970. After it only mistakes of unit are left.
const LAST_SECOND: i64 = 7_289_654_399;

/// When an article was published, in UTC, to the second or to the day.
///
/// In order of time; a day stands at its midnight, before that second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishedAt {
    seconds: i64,
    precision: Precision,
}

/// How exactly a [`PublishedAt`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// The archive gave a day and no time.
    Day,
    /// The archive gave a time. One without seconds stands at the full minute.
    Second,
}

impl PublishedAt {
    /// Seconds since 1970-01-01T00:00:00Z, negative before; midnight UTC for a day.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The second by which it is known to have been published: the last of a day, for a day alone. Articles are ordered
    /// by it, so that a date without a time claims no priority over a time on that day.
    pub fn known_by(self) -> i64 {
        match self.precision {
            Precision::Day => self.seconds + 86_399,
            Precision::Second => self.seconds,
        }
    }

    /// Whether the time of day is known.
    pub fn precision(self) -> Precision {
        self.precision
    }

    fn new(seconds: i64, precision: Precision) -> Result<Self, Why> {
        if (FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
            Ok(Self { seconds, precision })
        } else {
            Err(Why::Absurd)
        }
    }

    fn on(date: Date) -> Result<Self, Why> {
        let midnight =
            Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).map_err(|_| Why::Absurd)?;
        Self::new(midnight.as_second(), Precision::Day)
    }

    /// Cuts fractions of a second.
    fn at(moment: Timestamp) -> Result<Self, Why> {
        let rounded_up = moment.subsec_nanosecond() < 0; // jiff rounds towards 1970
        Self::new(moment.as_second() - i64::from(rounded_up), Precision::Second)
    }
}

/// `2018-07-15T11:54:28Z`, or `2018-07-15` for a day.
impl fmt::Display for PublishedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::from_second(self.seconds).map_err(|_| fmt::Error)?;
        match self.precision {
            Precision::Day => Offset::UTC.to_datetime(moment).date().fmt(f),
            Precision::Second => moment.fmt(f),
        }
    }
}

/// A date that could not be read, and why.
///
/// It displays as one line and shows at most 40 characters of the text, escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDate {
    excerpt: String,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// No form that is known.
    Form,
    /// A form that is known with a day or a time that does not exist.
    Calendar,
    /// A time zone that is not in the table.
    Zone,
    /// Out of the years 1500 to 2200.
    Absurd,
}

impl BadDate {
    fn new(text: &str, why: Why) -> Self {
        Self { excerpt: excerpt(text), why }
    }

    /// For a value that is neither text nor number, such as a JSON object.
    pub(super) fn of_type(json_type: &str) -> Self {
        Self::new(json_type, Why::Form)
    }
}

impl fmt::Display for BadDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.excerpt;
        match self.why {
            Why::Form => write!(
                f,
                "date `{shown}` cannot be read (accepted: ISO 8601, e-mail dates, epoch seconds, \
                 `Jan 2, 2006 3:04pm EST`, `1/2/2006` and the like)"
            ),
            Why::Calendar => write!(f, "date `{shown}` is on no calendar or no clock"),
            Why::Zone => {
                write!(f, "date `{shown}` has an unknown time zone (accepted: an offset such as +09:00)")
            }
            Why::Absurd => write!(f, "date `{shown}` is absurd (accepted: the years 1500 to 2200)"),
        }
    }
}

impl std::error::Error for BadDate {}

/// The beginning of a hostile text, at most 40 characters once escaped.
fn excerpt(text: &str) -> String {
    const MAX_SHOWN: usize = 40;
    let mut shown = String::new();
    let mut room = MAX_SHOWN;
    for character in text.chars() {
        let escaped = character.escape_debug();
        let keep_quote = matches!(character, '\'' | '"');
        let needed = if keep_quote { 1 } else { escaped.len() };
        if needed >= room {
            shown.push('…');
            break;
        }
        room -= needed;
        if keep_quote {
            shown.push(character);
        } else {
            shown.extend(escaped);
        }
    }
    shown
}

/// Whether a trimmed text only says that there is nothing, in any case: what Python, pandas, SQL and
/// JavaScript write for a missing value when they are asked for text.
pub(super) fn says_nothing(trimmed: &str) -> bool {
    const NOTHING: [&str; 12] = [
        "",
        "none",
        "null",
        "n/a",
        "nan",
        "nat",
        "unknown",
        "undefined",
        "-",
        "--",
        "0000-00-00",
        "0000-00-00 00:00:00",
    ];
    NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(trimmed))
}

/// Reads the text of a date field.
///
/// Blanks around it do not count. `Ok(None)` for what says "no date": an empty text, `None`, `null`,
/// `N/A`, `nan`, `NaT`, `unknown`, `undefined`, `-`, `--` (any case), and `0000-00-00` with or without a
/// time.
///
/// Accepted, with and without a time of day: ISO 8601 (extended and basic, `T` or a blank, with or without
/// seconds, fractions and offset), e-mail dates (RFC 5322 with its obsolete forms), `ctime` and
/// `Date.toString` of JavaScript, `2 Jan 2006`, `Jan 2, 2006 at 3:04pm PST`, `Tue Jan 1, 2008 6:44pm EST`,
/// `26-FEB-1987 15:01:01.79`, `1-Apr-20`, `2006/1/2`, `1/2/06`, `2.1.2006`, and digits alone: eight are
/// `YYYYMMDD`, twelve and fourteen go on with the time if that gives a date, and nine or more are an
/// epoch as [`parse_epoch`] takes it. What is assumed where a text does not say stands in the module's head.
///
/// # Errors
/// [`BadDate`] for a form that is not known, a day that does not exist, an unknown time zone, and years
/// out of 1500 to 2200.
///
/// Cost: about 0.2 µs for ISO 8601, 0.4 µs for the other forms; nothing is allocated but the error.
pub fn parse_published(text: &str) -> Result<Option<PublishedAt>, BadDate> {
    let trimmed = text.trim();
    if says_nothing(trimmed) {
        return Ok(None);
    }
    read(trimmed).map_err(|why| BadDate::new(trimmed, why))
}

/// Reads a date that stands as a number in JSON.
///
/// Zero is no date. A whole number of 8, 12 or 14 digits that spells a calendar date in the years 1500 to
/// 2200 is that (`20250102`). Any other is time since 1970, and its size tells the unit: below 10¹⁰ seconds,
/// below 10¹³ milliseconds, below 10¹⁶ microseconds, below 10¹⁹ nanoseconds. So each unit reaches from April
/// 1970 to the year 2286, and fractions are cut. Negative numbers lie before 1970.
///
/// # Errors
/// [`BadDate`] for numbers nearer to zero than 10⁸, since years and days of the year (`2015`) look like that
/// and no epoch after March 1973 does; and for what is out of the years 1500 to 2200.
///
/// Cost: a few nanoseconds.
pub fn parse_epoch(number: f64) -> Result<Option<PublishedAt>, BadDate> {
    read_number(number).map_err(|why| BadDate::new(&number.to_string(), why))
}

fn read(text: &str) -> Result<Option<PublishedAt>, Why> {
    if text.len() > MAX_TEXT {
        return Err(Why::Form);
    }
    if let Some(found) = read_iso(text) {
        return found.map(Some);
    }
    if let Some(number) = as_number(text) {
        return read_number(number);
    }
    Scan::new(text).read().map(Some)
}

/// `None` if the text is not ISO 8601.
fn read_iso(text: &str) -> Option<Result<PublishedAt, Why>> {
    const ISO: DateTimeParser = DateTimeParser::new();
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None; // the commonest reason, found for less than jiff's error costs
    }
    let pieces = ISO.parse_pieces(text).ok()?;
    let Some(time) = pieces.time() else {
        return Some(PublishedAt::on(pieces.date()));
    };
    let offset = match (pieces.to_numeric_offset(), pieces.time_zone_annotation()) {
        (Some(offset), _) => offset,
        (None, None) => Offset::UTC,
        (None, Some(_)) => return Some(Err(Why::Zone)), // `[Asia/Tokyo]` alone needs a database
    };
    Some(in_utc(pieces.date().to_datetime(time), offset))
}

fn in_utc(local: DateTime, offset: Offset) -> Result<PublishedAt, Why> {
    offset.to_timestamp(local).map_err(|_| Why::Absurd).and_then(PublishedAt::at)
}

/// Digits alone, perhaps with a sign and a fraction.
fn as_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits(whole) && all_digits(fraction) { text.parse().ok() } else { None }
}

fn read_number(number: f64) -> Result<Option<PublishedAt>, Why> {
    /// The least magnitude of an epoch, in seconds: 3 March 1973.
    const LEAST: f64 = 1e8;
    /// Each unit ends where its dates reach the year 2286; the next one begins there in April 1970.
    const UNITS: [(f64, f64); 4] = [(1e10, 1.0), (1e13, 1e3), (1e16, 1e6), (1e19, 1e9)];
    if number == 0.0 {
        return Ok(None);
    }
    if number.fract() == 0.0
        && let Some(found) = read_calendar_number(number)
    {
        return found.map(Some);
    }
    if number.is_nan() || number.abs() < LEAST {
        return Err(Why::Form);
    }
    let &(_, per_second) = UNITS.iter().find(|(end, _)| number.abs() < *end).ok_or(Why::Absurd)?;
    PublishedAt::new(floor_to_i64(number / per_second), Precision::Second).map(Some)
}

/// `YYYYMMDD`, `YYYYMMDDhhmm` (1974 to 1976 when taken for milliseconds) and `YYYYMMDDhhmmss` (1970 when
/// taken for microseconds): `None` if the number is none of these.
fn read_calendar_number(number: f64) -> Option<Result<PublishedAt, Why>> {
    if !(1e7..1e14).contains(&number) {
        return None;
    }
    let number = floor_to_i64(number);
    let (day, clock) = match number.ilog10() + 1 {
        8 => (number, None),
        12 => (number / 10_000, Some(number % 10_000 * 100)),
        14 => (number / 1_000_000, Some(number % 1_000_000)),
        _ => return None,
    };
    let year = i16::try_from(day / 10_000).ok().filter(|year| (1500..=2200).contains(year))?;
    let date = Date::new(year, two_digits(day, 100)?, two_digits(day, 1)?).ok()?;
    let Some(clock) = clock else {
        return Some(PublishedAt::on(date));
    };
    let time =
        Time::new(two_digits(clock, 10_000)?, two_digits(clock, 100)?, two_digits(clock, 1)?, 0).ok()?;
    Some(in_utc(date.to_datetime(time), Offset::UTC))
}

fn two_digits(number: i64, place: i64) -> Option<i8> {
    i8::try_from(number / place % 100).ok()
}

#[expect(clippy::cast_possible_truncation, reason = "callers keep to 15 digits, and `as` saturates")]
fn floor_to_i64(number: f64) -> i64 {
    number.floor() as i64
}

/// Takes a text apart into the parts of a date, in whatever order they stand.
struct Scan<'a> {
    rest: &'a str,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    half: Option<Half>,
    zone: Option<Zone>,
}

/// Halves of a day on a clock of twelve hours.
#[derive(Clone, Copy)]
enum Half {
    Am,
    Pm,
}

#[derive(Clone, Copy)]
enum Zone {
    /// A numeric offset; a name beside it is only a remark (`+0900 JST`).
    Offset(Offset),
    /// A name with one offset; a numeric offset beside it wins (`GMT+0900`).
    Named(Offset),
    /// A POSIX rule for names that leave open whether daylight saving is meant.
    Rule(&'static str),
}

/// English names, in lower case, from Monday on.
pub(crate) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// English names, in lower case, from January on.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Zone names in use on news pages, with hours and minutes east of UTC. Where a name is used in several
/// countries, the one that writes English dates wins: BST is British, IST Indian, CST and AST American.
#[rustfmt::skip]
const ZONES: [(&str, i8, i8); 51] = [
    ("UTC", 0, 0), ("GMT", 0, 0), ("UT", 0, 0), ("Z", 0, 0), ("WET", 0, 0),
    // North America
    ("EST", -5, 0), ("EDT", -4, 0), ("CST", -6, 0), ("CDT", -5, 0), ("MST", -7, 0), ("MDT", -6, 0),
    ("PST", -8, 0), ("PDT", -7, 0), ("AKST", -9, 0), ("AKDT", -8, 0), ("HST", -10, 0),
    ("AST", -4, 0), ("ADT", -3, 0), ("NST", -3, -30), ("NDT", -2, -30),
    // South America
    ("BRT", -3, 0), ("ART", -3, 0),
    // Europe
    ("BST", 1, 0), ("WEST", 1, 0), ("CET", 1, 0), ("CEST", 2, 0), ("MEZ", 1, 0), ("MESZ", 2, 0),
    ("EET", 2, 0), ("EEST", 3, 0), ("MSK", 3, 0), ("TRT", 3, 0),
    // Africa
    ("WAT", 1, 0), ("CAT", 2, 0), ("SAST", 2, 0), ("EAT", 3, 0),
    // Asia
    ("GST", 4, 0), ("PKT", 5, 0), ("IST", 5, 30), ("ICT", 7, 0), ("WIB", 7, 0), ("HKT", 8, 0),
    ("SGT", 8, 0), ("JST", 9, 0), ("KST", 9, 0),
    // Australia and New Zealand
    ("AWST", 8, 0), ("ACST", 9, 30), ("AEST", 10, 0), ("AEDT", 11, 0), ("NZST", 12, 0), ("NZDT", 13, 0),
];

/// American names for "whatever the clocks show", with the rule in force since 2007. In the few weeks a year
/// when the rule was another one before, they are an hour off.
const ZONES_BY_RULE: [(&str, &str); 4] = [
    ("ET", "EST5EDT,M3.2.0,M11.1.0"),
    ("CT", "CST6CDT,M3.2.0,M11.1.0"),
    ("MT", "MST7MDT,M3.2.0,M11.1.0"),
    ("PT", "PST8PDT,M3.2.0,M11.1.0"),
];

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, year: None, month: None, day: None, time: None, half: None, zone: None }
    }

    fn read(mut self) -> Result<PublishedAt, Why> {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '0'..='9' => self.number()?,
                'a'..='z' | 'A'..='Z' => self.word()?,
                '+' | '-' if self.offset()? => {}
                ',' | '-' | '/' | '.' | '|' => self.rest = &self.rest[1..],
                '(' => self.remark(')'),
                '[' => self.remark(']'),
                blank if blank.is_whitespace() => self.rest = self.rest.trim_start(),
                // Wires put routing letters there: `26-MAR-1987 09:01:06.17␅␅␅E F`.
                control if control.is_control() && self.time.is_some() => break,
                _ => return Err(Why::Form),
            }
        }
        self.finish()
    }

    /// Skips a comment such as `(UTC)` or `[Last Update: …]`.
    fn remark(&mut self, close: char) {
        self.rest = self.rest.split_once(close).map_or("", |(_, after)| after);
    }

    /// A clock, a date in numbers, a day, or a year.
    fn number(&mut self) -> Result<(), Why> {
        let (digits, after) = split_digits(self.rest);
        let value: i16 = digits.parse().map_err(|_| Why::Form)?;
        self.rest = after;
        let is_short = digits.len() <= 2;
        if is_short
            && self.time.is_none()
            && (after.starts_with(':') || read_half(after.trim_start()).is_some())
        {
            return self.clock(value);
        }
        if self.year.is_none() && self.month.is_none() && self.day.is_none() && self.numeric_date(digits)? {
            return Ok(());
        }
        if digits.len() == 4 {
            set(&mut self.year, value)
        } else if is_short && self.day.is_none() {
            self.rest = after_ordinal(after);
            set(&mut self.day, to_i8(value)?)
        } else if digits.len() == 2 && self.month.is_some() {
            set(&mut self.year, full_year(value))
        } else {
            Err(Why::Form)
        }
    }

    /// What follows the hour: `:04`, `:04:05`, `:04:05.6`, or nothing before `am` and `pm`.
    fn clock(&mut self, hour: i16) -> Result<(), Why> {
        let minute = self.after_colon()?.unwrap_or(0);
        let mut second = 0;
        if let Some(found) = self.after_colon()? {
            second = found.min(59); // a leap second
            if let Some(after) = self.rest.strip_prefix(['.', ',']) {
                let (fraction, after) = split_digits(after);
                if !fraction.is_empty() {
                    self.rest = after;
                }
            }
        }
        if self.rest.starts_with(':') {
            return Err(Why::Form);
        }
        let time = Time::new(to_i8(hour)?, minute, second, 0).map_err(|_| Why::Calendar)?;
        set(&mut self.time, time)
    }

    fn after_colon(&mut self) -> Result<Option<i8>, Why> {
        let Some(after) = self.rest.strip_prefix(':') else {
            return Ok(None);
        };
        let (digits, after) = split_digits(after);
        if digits.len() != 2 {
            return Err(Why::Form);
        }
        let value: i8 = digits.parse().map_err(|_| Why::Form)?;
        self.rest = after;
        if value <= 60 { Ok(Some(value)) } else { Err(Why::Calendar) }
    }

    /// `2006/1/2`, `1/2/2006`, `1-2-06`, `2.1.2006`, whose first number is `first`; false, and nothing read,
    /// if none stands here.
    fn numeric_date(&mut self, first: &str) -> Result<bool, Why> {
        let Some(mark) = self.rest.chars().next().filter(|mark| matches!(mark, '/' | '-' | '.')) else {
            return Ok(false);
        };
        let (second, after) = split_digits(&self.rest[1..]);
        let Some(after) = after.strip_prefix(mark).filter(|_| matches!(second.len(), 1 | 2)) else {
            return Ok(false);
        };
        let (third, after) = split_digits(after);
        let number = |digits: &str| digits.parse::<i16>().map_err(|_| Why::Form);
        let (year, mut month, mut day) = match (first.len(), third.len()) {
            (4, 1 | 2) => (number(first)?, number(second)?, number(third)?),
            (1 | 2, 2 | 4) => {
                let year = number(third)?;
                let year = if third.len() == 2 { full_year(year) } else { year };
                if mark == '.' {
                    (year, number(second)?, number(first)?)
                } else {
                    (year, number(first)?, number(second)?)
                }
            }
            _ => return Err(Why::Form),
        };
        if month > 12 && day <= 12 && first.len() < 4 {
            (month, day) = (day, month);
        }
        self.rest = after;
        (self.year, self.month, self.day) = (Some(year), Some(to_i8(month)?), Some(to_i8(day)?));
        Ok(true)
    }

    /// `+09:00`, `-0500`, `+9` after a time; false, and nothing read, if the sign is a mere dash. Hours over
    /// 14 are none: `10:15 2-Jan-2006`.
    fn offset(&mut self) -> Result<bool, Why> {
        let (hours, after) = split_digits(&self.rest[1..]);
        let (hours, minutes, after) = match (hours.len(), after.strip_prefix(':')) {
            _ if self.time.is_none() => return Ok(false),
            (1 | 2, None) => (hours, "0", after),
            (1 | 2, Some(after)) => {
                let (minutes, after) = split_digits(after);
                (hours, minutes, after)
            }
            (4, _) => (&hours[..2], &hours[2..], after),
            _ => return Ok(false),
        };
        let (Ok(hours), Ok(minutes)) = (hours.parse::<i8>(), minutes.parse::<i8>()) else {
            return Err(Why::Form);
        };
        if hours > 14 {
            return Ok(false);
        }
        if minutes > 59 || matches!(self.zone, Some(Zone::Offset(_))) {
            return Err(Why::Form);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.zone = Some(Zone::Offset(offset_of(sign * hours, sign * minutes)));
        self.rest = after;
        Ok(true)
    }

    /// A month, a weekday, a half of the day, a zone, or a word that only joins.
    fn word(&mut self) -> Result<(), Why> {
        if self.time.is_some()
            && let Some((half, after)) = read_half(self.rest)
        {
            self.rest = after;
            return set(&mut self.half, half);
        }
        let end = self.rest.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(end);
        self.rest = after;
        if let Some(month) =
            (1..).zip(MONTHS).find_map(|(month, name)| is_short_for(word, name).then_some(month))
        {
            return set(&mut self.month, month);
        }
        let joins = ["at", "on", "of"].iter().any(|join| join.eq_ignore_ascii_case(word));
        let begins_time = word.eq_ignore_ascii_case("t") && self.day.is_some() && self.time.is_none();
        if joins || begins_time || WEEKDAYS.iter().any(|name| is_short_for(word, name)) {
            return Ok(());
        }
        self.zone_name(word)
    }

    fn zone_name(&mut self, word: &str) -> Result<(), Why> {
        let is_capital = word.bytes().all(|byte| byte.is_ascii_uppercase());
        if matches!(self.zone, Some(Zone::Offset(_))) && is_capital && word.len() <= 5 {
            return Ok(());
        }
        if let Some(&(_, hours, minutes)) = ZONES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word)) {
            return set(&mut self.zone, Zone::Named(offset_of(hours, minutes)));
        }
        if let Some(&(_, rule)) = ZONES_BY_RULE.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            return set(&mut self.zone, Zone::Rule(rule));
        }
        Err(if self.time.is_some() && self.day.is_some() { Why::Zone } else { Why::Form })
    }

    fn finish(self) -> Result<PublishedAt, Why> {
        let (Some(year), Some(month), Some(day)) = (self.year, self.month, self.day) else {
            return Err(Why::Form);
        };
        let date = Date::new(year, month, day).map_err(|_| Why::Calendar)?;
        let Some(time) = self.time else {
            return PublishedAt::on(date);
        };
        let hour = match (self.half, time.hour()) {
            (Some(Half::Am), 12) => 0,
            (Some(Half::Am), 13..) => return Err(Why::Calendar),
            (Some(Half::Pm), hour @ 0..12) => hour + 12,
            (_, hour) => hour, // `18:44pm` says what it means
        };
        let local = date.at(hour, time.minute(), time.second(), 0);
        match self.zone {
            None => in_utc(local, Offset::UTC),
            Some(Zone::Offset(offset) | Zone::Named(offset)) => in_utc(local, offset),
            Some(Zone::Rule(rule)) => {
                let zone = TimeZone::posix(rule).map_err(|_| Why::Zone)?;
                zone.to_timestamp(local).map_err(|_| Why::Absurd).and_then(PublishedAt::at)
            }
        }
    }
}

/// Each part of a date may stand once.
fn set<T>(place: &mut Option<T>, value: T) -> Result<(), Why> {
    if place.is_some() {
        return Err(Why::Form);
    }
    *place = Some(value);
    Ok(())
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn to_i8(value: i16) -> Result<i8, Why> {
    i8::try_from(value).map_err(|_| Why::Calendar)
}

fn offset_of(hours: i8, minutes: i8) -> Offset {
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    Offset::from_seconds(seconds).unwrap_or(Offset::UTC) // at most 14:59, far inside what jiff takes
}

/// Years of two digits as POSIX `%y` has them.
fn full_year(two_digits: i16) -> i16 {
    if two_digits < 69 { two_digits + 2000 } else { two_digits + 1900 }
}

/// Whether a word is a name or its first three letters or more: `Jan`, `Sept`, `thurs`.
fn is_short_for(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// `am`, `PM`, `a.m.`, `p.m` at the beginning of a text and no longer word, and what follows.
fn read_half(text: &str) -> Option<(Half, &str)> {
    let mut rest = text.strip_prefix(['a', 'A', 'p', 'P'])?;
    rest = rest.strip_prefix('.').unwrap_or(rest);
    rest = rest.strip_prefix(['m', 'M'])?;
    rest = rest.strip_prefix('.').unwrap_or(rest);
    if rest.starts_with(|next: char| next.is_alphanumeric()) {
        return None;
    }
    let half = if text.starts_with(['a', 'A']) { Half::Am } else { Half::Pm };
    Some((half, rest))
}

/// Skips the ending of `1st`, `2nd`, `3rd`, `4th`.
fn after_ordinal(text: &str) -> &str {
    let ending = text
        .get(..2)
        .filter(|ending| ["st", "nd", "rd", "th"].iter().any(|ordinal| ordinal.eq_ignore_ascii_case(ending)));
    match ending {
        Some(_) if !text[2..].starts_with(|next: char| next.is_alphanumeric()) => &text[2..],
        _ => text,
    }
}

#[cfg(test)]
mod tests;
