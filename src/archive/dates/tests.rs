//! Every form of date, good and bad.

use super::*;

/// `expect` is what is displayed, `none` for no date, or `bad` with the reason.
fn check(input: &str, expect: &str) {
    assert_eq!(told(parse_published(input)), expect, "of {input:?}");
}

fn check_number(input: f64, expect: &str) {
    assert_eq!(told(parse_epoch(input)), expect, "of {input}");
}

fn told(result: Result<Option<PublishedAt>, BadDate>) -> String {
    match result {
        Ok(None) => "none".to_owned(),
        Ok(Some(found)) => found.to_string(),
        Err(bad) => format!("bad {:?}", bad.why).to_lowercase(),
    }
}

#[test]
fn iso_8601_in_its_many_spellings() {
    check("2018-07-15T11:54:28Z", "2018-07-15T11:54:28Z");
    check("2018-07-15t11:54:28z", "2018-07-15T11:54:28Z");
    check("2018-07-15 11:54:28", "2018-07-15T11:54:28Z");
    check("2018-07-15T11:54", "2018-07-15T11:54:00Z");
    check(" 2018-07-15 11:54 \n", "2018-07-15T11:54:00Z");
    check("2018-07-15T11:54:28.999999Z", "2018-07-15T11:54:28Z");
    check("2018-07-15 11:54:28,999", "2018-07-15T11:54:28Z");
    check("2018-07-15T11:54:28+09:00", "2018-07-15T02:54:28Z");
    check("2010-05-22T14:30:00+0900", "2010-05-22T05:30:00Z");
    check("2018-07-15T11:54:28-05", "2018-07-15T16:54:28Z");
    check("2018-07-15T23:59:60Z", "2018-07-15T23:59:59Z");
    check("2018-07-15 11:54:28 +0900", "2018-07-15T02:54:28Z");
    check("2018-07-15 11:54:28.123456 +0900 JST", "2018-07-15T02:54:28Z");
    check("2018-07-15 11:54:28 UTC", "2018-07-15T11:54:28Z");
    check("2018-07-15T11:54:28 UTC", "2018-07-15T11:54:28Z");
    check("2018-07-15T11:54:28+09:00[Asia/Tokyo]", "2018-07-15T02:54:28Z");
    check("2018-07-15T11:54:28[Asia/Tokyo]", "bad zone");
    check("20200316T102030Z", "2020-03-16T10:20:30Z");
    check("20250102T030405Z", "2025-01-02T03:04:05Z");
    check("2018-07-15", "2018-07-15");
    check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z");
    check("1851-09-18", "1851-09-18");
}

#[test]
fn mail_dates_and_what_programs_print() {
    check("Sun, 15 Jul 2018 11:54:28 +0900", "2018-07-15T02:54:28Z");
    check("Sun, 15 Jul 2018 11:54:28 GMT", "2018-07-15T11:54:28Z");
    check("Sunday, 15-Jul-18 11:54:28 UT", "2018-07-15T11:54:28Z");
    check("15 Jul 2018 11:54 EST", "2018-07-15T16:54:00Z");
    check("15 Jul 18 11:54 -0000 (a remark)", "2018-07-15T11:54:00Z");
    check("Mon, 15 Jul 2018 11:54:28 +0000", "2018-07-15T11:54:28Z"); // it was a Sunday
    check("Tue Jan  1 18:44:00 2008", "2008-01-01T18:44:00Z");
    check("Tue Jan  1 18:44:00 EST 2008", "2008-01-01T23:44:00Z");
    check("Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24Z");
    check("Sun Aug 02 2020 15:53:51 GMT+0000 (UTC)", "2020-08-02T15:53:51Z");
    check("Sun Aug 02 2020 15:53:51 GMT+0900 (Japan Standard Time)", "2020-08-02T06:53:51Z");
    check("1/2/2020, 3:04:05\u{202f}PM", "2020-01-02T15:04:05Z");
}

#[test]
fn dates_as_newsrooms_write_them() {
    check("Tue Jan 1, 2008 6:44pm EST", "2008-01-01T23:44:00Z");
    check("Mon Sep 15, 2008 12:05am EDT", "2008-09-15T04:05:00Z");
    check("Mon Sep 15, 2008 12:05pm EDT", "2008-09-15T16:05:00Z");
    check("Mar 24, 2020 at 12:10pm PDT", "2020-03-24T19:10:00Z");
    check("April 17, 2020 At 5:47 pm", "2020-04-17T17:47:00Z");
    check("February 3rd, 2020, 5 p.m. ET", "2020-02-03T22:00:00Z");
    check("July 3, 2020 5:00 P.M. ET", "2020-07-03T21:00:00Z");
    check(
        "Friday, 06 March 2020 2:18 PM  [ Last Update: Friday, 06 March 2020 2:18 PM ]",
        "2020-03-06T14:18:00Z",
    );
    check("10:15 2-Jan-2006", "2006-01-02T10:15:00Z");
    check("10:15 IST, 2 January 2006", "2006-01-02T04:45:00Z");
    check("2 Jan 2006 | 10:15 BST", "2006-01-02T09:15:00Z");
    check("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z");
    check("   9-APR-1987  15:01:01.7", "1987-04-09T15:01:01Z");
    check("31-MAR-1987 15:01:01.79\u{5}\u{5}\u{5}E F", "1987-03-31T15:01:01Z");
    check("31-MAR-1987 15:01:01.79\u{5}\u{5}\u{5}V RM Y", "1987-03-31T15:01:01Z");
    check("31-MAR-1987 15:01:01.79E F", "bad zone");
}

#[test]
fn days_alone_stay_days() {
    check("2018/07/15", "2018-07-15");
    check("2018/7/5", "2018-07-05");
    check("20180715", "2018-07-15");
    check("2 Jan 2006", "2006-01-02");
    check("Jan 2, 2006", "2006-01-02");
    check("January 2, 2006", "2006-01-02");
    check("Sept. 2, 2006", "2006-09-02");
    check("2nd of January 2006", "2006-01-02");
    check("2006-Jan-02", "2006-01-02");
    check("1-Apr-20", "2020-04-01");
    check("1-Apr-69", "1969-04-01");
    assert_eq!(
        parse_published("2018-07-15").map(|day| day.map(PublishedAt::precision)),
        Ok(Some(Precision::Day))
    );
    assert_eq!(
        parse_published("2018-07-15").map(|day| day.map(PublishedAt::seconds)),
        Ok(Some(1_531_612_800))
    );
}

#[test]
fn slashes_put_the_month_first_unless_it_cannot_be_one() {
    check("2/11/20", "2020-02-11");
    check("2/11/2020", "2020-02-11");
    check("02/11/2020 14:05", "2020-02-11T14:05:00Z");
    check("13/2/2020", "2020-02-13");
    check("2/13/2020", "2020-02-13");
    check("2-11-2020", "2020-02-11");
    check("2.11.2020", "2020-11-02");
    check("2.13.2020", "2020-02-13");
    check("13/13/2020", "bad calendar");
}

#[test]
fn the_size_of_a_number_tells_its_unit() {
    check("1531655668", "2018-07-15T11:54:28Z");
    check("1531655668.9", "2018-07-15T11:54:28Z");
    check("1531655668123", "2018-07-15T11:54:28Z");
    check("1531655668123456", "2018-07-15T11:54:28Z");
    check("1531655668123456789", "2018-07-15T11:54:28Z");
    check("-3741206400", "1851-06-13T00:00:00Z");
    check("20180715115428", "2018-07-15T11:54:28Z");
    check("201807151154", "2018-07-15T11:54:00Z");
    check("20181332", "bad form");
    check("2018", "bad form");
    check("123456", "bad form");
    check("0", "none");
    check_number(1_531_655_668.0, "2018-07-15T11:54:28Z");
    check_number(1_531_655_668_999.0, "2018-07-15T11:54:28Z");
    check_number(-126_000_000.5, "1966-01-03T15:59:59Z");
    check_number(20_250_102.0, "2025-01-02");
    check_number(0.0, "none");
    check_number(-1.0, "bad form");
    check_number(f64::NAN, "bad form");
    check_number(f64::INFINITY, "bad absurd");
    check_number(f64::MIN, "bad absurd");
    check_number(9_999_999_999.0, "bad absurd");
}

#[test]
fn some_texts_say_that_there_is_no_date() {
    for text in [
        "",
        "  \t",
        "None",
        "NULL",
        "null",
        "N/A",
        "n/a",
        "nan",
        "NaT",
        "Unknown",
        "-",
        "0000-00-00 00:00:00",
    ] {
        check(text, "none");
    }
}

#[test]
fn what_would_be_a_guess_is_refused() {
    for (text, expect) in [
        ("3 months ago", "bad form"),
        ("15-May", "bad form"),
        ("Jan 2015", "bad form"),
        ("12/25", "bad form"),
        ("10:15", "bad form"),
        ("yesterday", "bad form"),
        ("2015-02-30", "bad calendar"),
        ("2015-02-20 25:00", "bad calendar"),
        ("2015-02-20 13:05am", "bad calendar"),
        ("27-MAR-1987 187:07:12.06", "bad form"),
        ("2 Jan 2006 10:15 XYZ", "bad zone"),
        ("2 Jan 2006 4 Feb 2007", "bad form"),
        ("2006-01-02 10:15 - 11:15", "bad form"),
        ("0001-01-01T00:00:00Z", "bad absurd"),
        ("1499-12-31", "bad absurd"),
        ("1500-01-01", "1500-01-01"),
        ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z"),
        ("2201-01-01", "bad absurd"),
        ("9999-12-31T23:59:59-23:00", "bad absurd"),
    ] {
        check(text, expect);
    }
}

#[test]
fn odd_input_is_bad_and_never_a_panic() {
    let words = [
        "٢٠١٥",
        "2015年7月21日",
        "💥",
        "\0",
        "é",
        "1",
        "12",
        "2015",
        "99999",
        ":",
        "-",
        "+",
        "/",
        ".",
        ",",
        " ",
        "T",
        "Jan",
        "pm",
        "a.",
        "(",
        "[",
        "GMT",
        "ET",
        "1st",
        "\u{202e}",
        "00:00:60",
        "31",
        "+99",
        "-14:99",
        "1.79",
        "''",
    ];
    let mut texts: Vec<String> = words.iter().map(ToString::to_string).collect();
    let mut state = 1_u32; // a linear congruence (Numerical Recipes), so that every run tries the same texts
    for words_in_text in [3, 5, 7] {
        for _ in 0..20_000 {
            let mut draw = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                words[(state >> 16) as usize % words.len()]
            };
            texts.push((0..words_in_text).map(|_| draw()).collect());
        }
    }
    texts.extend([
        " ".repeat(1 << 20),
        "9".repeat(1 << 20),
        "(".repeat(127),
        "é".repeat(64),
        "2015-".repeat(25),
    ]);
    for text in &texts {
        let read = parse_published(text);
        assert_eq!(read, parse_published(text));
        if let Ok(Some(found)) = read {
            check(&found.to_string(), &found.to_string());
        }
    }
    for text in ["٢٠١٥", "2015年7月21日", "💥", "\0", &"9".repeat(1 << 20)] {
        check(text, "bad form");
    }
}

#[test]
fn a_bad_date_shows_little_and_nothing_raw() {
    let bad = |text: &str| parse_published(text).expect_err("it is no date").to_string();
    assert!(bad("3 months ago").starts_with("date `3 months ago` cannot be read (accepted: "));
    assert_eq!(bad("1/1/0999"), "date `1/1/0999` is absurd (accepted: the years 1500 to 2200)");
    let shown = bad(&format!("\u{1b}[31m\u{202e}\n{}", "x".repeat(1_000)));
    assert!(shown.starts_with(r"date `\u{1b}[31m\u{202e}\nxxx"), "{shown}");
    assert!(shown.contains("x…` cannot be read"), "{shown}");
    for text in ["x".repeat(39), "x".repeat(40), "\u{1b}".repeat(50), "é\u{301}".repeat(50)] {
        let shown = excerpt(&text);
        assert!(shown.chars().count() <= 40 && !shown.contains('\u{1b}'), "{shown}");
    }
    assert_eq!(excerpt("it's \"x\""), "it's \"x\"");
}
