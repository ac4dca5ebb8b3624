use super::*;
use crate::archive::record::Outcome;
use crate::archive::source::{Format, Origin, Source};
use crate::archive::{Archive, FileCounts};
use crate::settings::Settings;
use crate::watch::Unwatched;

/// Number, place and text of each record, and the problems of the file.
type Given = (Vec<(u64, Option<u64>, Option<String>)>, Vec<FileProblem>);

/// What a reader gives, read back piece by piece.
fn read(reader: impl FnOnce(&mut Sink<'_>) -> Result<(), Stop>) -> Given {
    read_with(Settings::default().read, reader)
}

fn read_with(settings: ReadSettings, reader: impl FnOnce(&mut Sink<'_>) -> Result<(), Stop>) -> Given {
    let spools = Spools::new(&settings.temp_dir);
    let consumed = Consumed::new(None, &Unwatched);
    let allowance = Allowance::new(settings.max_unpacked, &consumed);
    let mut sink = Sink::new(&settings, &spools, &allowance).expect("a spool");
    sink.run(reader).expect("the disk is not full");
    let given = sink.finish().expect("the disk is not full");
    let problems = given.problems.clone();
    let source = Source::unpacked("made".into(), None, Format::Records, given, Origin::default());
    spools.map();
    let archive = Archive { sources: vec![source], settings, counts: FileCounts::default() };
    let (mut records, mut before) = (Vec::new(), 0);
    for piece in &archive.pieces().0 {
        before += archive
            .read_piece(piece, |met| {
                let text = match met.outcome {
                    Outcome::Article(record) => Some(record.text.into_owned()),
                    Outcome::Empty | Outcome::Rejected => None,
                };
                assert_eq!(archive.text_at(met.place), text.clone().unwrap_or_default());
                records.push((before + met.number + 1, met.byte, text));
            })
            .expect("spools can be read");
    }
    (records, problems)
}

fn text_of(ordinal: u64) -> String {
    format!("article {ordinal} ").repeat(200)
}

fn put(sink: &mut Sink<'_>, ordinal: u64) -> Result<(), Stop> {
    let text = text_of(ordinal);
    sink.row(
        At { ordinal, byte: Some(ordinal * 10) },
        &[("other", Value::Null), ("text", Value::Text(&text))],
    )
}

#[test]
fn parts_read_side_by_side_stand_in_their_order() {
    // Uneven parts, numbers left out between them, several pieces in one, and one with nothing in it.
    let parts = vec![1..3, 10..1500, 1500..1500, 1500..1501, 2000..3001];
    let expect: Vec<_> = parts
        .iter()
        .cloned()
        .flatten()
        .map(|ordinal| (ordinal, Some(ordinal * 10), Some(text_of(ordinal))))
        .collect();
    let (records, problems) =
        read(|sink| sink.parallel(&parts, |part, sink| part.clone().try_for_each(|n| put(sink, n))));
    assert!(records == expect && problems.is_empty(), "{} records, {problems:?}", records.len());
}

/// Whichever part is quick: of too much is read what stands first, and that is told once.
#[test]
fn parts_that_give_too_much_are_cut_where_one_after_the_other_would_be() {
    // Articles of about 2,250 bytes: between two parts, within one, in the first, and in the last.
    for most in [16_500, 17_000, 18_500, 20_500, 5_000, 27_000] {
        let settings = ReadSettings { max_unpacked: Some(most), ..Settings::default().read };
        let expect = read_with(settings.clone(), |sink| {
            [1, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52].into_iter().try_for_each(|n| put(sink, n))
        });
        assert!((2..13).contains(&expect.0.len()) && expect.1.len() == 1, "{most}: {expect:?}");
        for (threads, slow) in [(1, 0), (4, 2), (4, 3), (4, 4), (4, 5)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let given = read_with(settings.clone(), |sink| {
                put(sink, 1)?;
                let ran = pool.install(|| {
                    sink.parallel(&[2, 3, 4, 5], |&part, sink| {
                        if part == slow {
                            std::thread::sleep(std::time::Duration::from_millis(20));
                        }
                        (part * 10..part * 10 + 3).try_for_each(|n| put(sink, n))
                    })
                });
                assert!(matches!(ran, Err(Stop::TooMuch)), "{ran:?}");
                ran
            });
            let numbers: Vec<u64> = given.0.iter().map(|record| record.0).collect();
            assert!(given == expect, "{most} bytes, {threads} threads, {slow} is slow: {numbers:?}");
        }
    }
}

#[test]
fn what_a_reader_panics_over_is_a_problem_and_the_rest_stays() {
    let (records, problems) = read(|sink| {
        put(sink, 1)?;
        sink.parallel(&[2, 3, 4], |&n, sink| {
            put(sink, n)?;
            assert!(n != 3, "three");
            Ok(())
        })?;
        put(sink, 5)?;
        assert_eq!(Sink::catch(|| panic!("caught")), Err::<(), _>("caught".to_owned()));
        Err(Stop::Damaged("broken".into()))
    });
    assert_eq!(records.iter().map(|record| record.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(problems[0].message.contains("three") && problems[1].message.contains("broken"), "{problems:?}");
}

#[test]
fn the_names_that_users_give_hold_for_rows_and_not_for_pages() {
    let mut settings = Settings::default().read;
    settings.fields.text = Some("other".into());
    let (records, _) = read_with(settings, |sink| {
        let at = |ordinal| At { ordinal, byte: None };
        let both = [("text", Value::Text("a text")), ("other", Value::Text("another"))];
        sink.page(at(1), &both)?;
        sink.row(at(2), &both)?;
        sink.json(at(3), br#"{"text":"a text","other":"another"}"#)?;
        sink.rejected(at(7), ProblemKind::TextMissing, "nothing there".into())
    });
    let another = || Some("another".to_owned());
    let expect =
        [(1, None, Some("a text".into())), (2, None, another()), (3, None, another()), (7, None, None)];
    assert_eq!(records, expect);
}
