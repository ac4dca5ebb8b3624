//! One scan over a date that is no ISO 8601: numbers and words, each given its place.
//!
//! Day, month, year, clock, half of the day and zone may stand in any order, each once. What has no place is refused, so
//! that nothing is read as a date which merely holds one.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

use super::{PublishedAt, Why, in_utc};

/// Takes a text apart into the parts of a date, in whatever order they stand.
pub(super) struct Scan<'a> {
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
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, year: None, month: None, day: None, time: None, half: None, zone: None }
    }

    pub(super) fn read(mut self) -> Result<PublishedAt, Why> {
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
