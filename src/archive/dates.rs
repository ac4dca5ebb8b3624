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

mod scan;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;
use scan::Scan;
pub(crate) use scan::{MONTHS, WEEKDAYS};

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
