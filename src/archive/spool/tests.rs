use proptest::prelude::*;

use super::*;

#[test]
fn what_was_written_is_read_back_and_dropped_room_is_used_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spools = Spools::new(folder.path());
    let mut extents = Vec::new();
    for (number, length) in [(1, 10), (2, 600_000), (3, 0), (4, 262_144), (5, 7)] {
        let mut writer = spools.writer().expect("a spool");
        writer.write(&vec![number; length / 2]).expect("written");
        writer.write(&vec![number; length - length / 2]).expect("written");
        writer.write(b"too much").expect("written");
        writer.cut(length as u64).expect("cut");
        assert_eq!(writer.len(), length as u64);
        extents.push((number, length, writer.finish().expect("finished")));
        let mut dropped = spools.writer().expect("a spool");
        dropped.write(b"given up").expect("written");
    }
    let mut taken = spools.writer().expect("a spool");
    let mut stream: &[u8] = &vec![9; 300_000];
    while taken.take(&mut stream).expect("written").expect("read") > 0 {}
    extents.push((9, 300_000, taken.finish().expect("finished")));
    // Blocks end where they do, whatever is appended.
    let mut appended = spools.writer().expect("a spool");
    let mut length = 0;
    for more in [262_143, 1, 100, 262_144, 0, 700_000, 65, 300_000] {
        appended.append(|buffer| buffer.resize(buffer.len() + more, 10)).expect("written");
        appended.write(&vec![10; more / 3]).expect("written");
        length += more + more / 3;
        assert_eq!(appended.len(), length as u64);
        let (at, written) = (appended.at, appended.written);
        assert!(written == 0 || (at + written).is_multiple_of(BLOCK_BYTES as u64), "{at} {written}");
    }
    extents.push((10, length, appended.finish().expect("finished")));
    for mapped in [false, true] {
        if mapped {
            spools.map();
        }
        for (number, length, extent) in &extents {
            let bytes = extent.fetch(0..*length as u64).expect("read");
            let range = 0..*length as u64;
            assert_eq!(extent.mapped(range.clone()), mapped.then_some(&*bytes));
            assert_eq!(extent.mapped(1..range.end + 1), None);
            assert!(bytes.len() == *length && bytes.iter().all(|byte| byte == number), "{number}");
            assert!(extent.fetch(1..*length as u64 + 1).is_err());
        }
    }
    assert_eq!(spools.all.lock().expect("no panic").len(), 1);
}

/// What is done to a writer, with a size.
#[derive(Clone, Debug)]
enum Done {
    Write(usize),
    Append(usize),
    /// All of a stream that fails at its end, or does not.
    Take(usize, bool),
    Cut(usize),
    Tail(usize),
    Finish,
    Drop,
}

fn done() -> impl Strategy<Value = Done> {
    let size = || prop_oneof![0..300_usize, BLOCK_BYTES - 2..BLOCK_BYTES + 3, 0..3 * BLOCK_BYTES];
    prop_oneof![
        size().prop_map(Done::Write),
        size().prop_map(Done::Append),
        (size(), any::<bool>()).prop_map(|(size, fails)| Done::Take(size, fails)),
        size().prop_map(Done::Cut),
        size().prop_map(Done::Tail),
        Just(Done::Finish),
        Just(Done::Drop),
    ]
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::InvalidData.into())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    /// The judge is a vector. No two stretches of bytes are alike.
    #[test]
    fn whatever_is_done_to_writers_gives_the_bytes_that_were_given(
        all in proptest::collection::vec((0..2_usize, done()), 1..25),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spools = Spools::new(folder.path());
        let mut number = 0_u32;
        let mut bytes = |size: usize| -> Vec<u8> {
            let numbers = (0..size.div_ceil(4)).flat_map(|_| {
                number += 1;
                number.to_le_bytes()
            });
            numbers.take(size).collect()
        };
        let mut open = [const { None }; 2];
        let mut extents = Vec::new();
        for (which, done) in all {
            let (mut writer, mut model) =
                open[which].take().unwrap_or_else(|| (spools.writer().expect("a spool"), Vec::new()));
            match done {
                Done::Write(size) => {
                    let more = bytes(size);
                    writer.write(&more).expect("written");
                    model.extend(more);
                }
                Done::Append(size) => {
                    let more = bytes(size);
                    writer.append(|buffer| buffer.extend_from_slice(&more)).expect("written");
                    model.extend(more);
                }
                Done::Take(size, fails) => {
                    let more = bytes(size);
                    let mut stream: Box<dyn Read> =
                        if fails { Box::new((&*more).chain(Failing)) } else { Box::new(&*more) };
                    let ended = loop {
                        match writer.take(&mut stream).expect("written") {
                            Ok(0) => break false,
                            Ok(_) => {}
                            Err(_) => break true,
                        }
                    };
                    prop_assert_eq!(ended, fails);
                    drop(stream);
                    model.extend(more);
                }
                Done::Cut(size) => {
                    writer.cut(size as u64).expect("cut");
                    model.truncate(size);
                }
                Done::Tail(size) => {
                    let tail = writer.tail(size as u64).expect("read");
                    prop_assert!(tail == model[model.len().saturating_sub(size)..]);
                }
                Done::Finish => {
                    extents.push((writer.finish().expect("finished"), model));
                    continue;
                }
                Done::Drop => continue,
            }
            prop_assert_eq!(writer.len(), model.len() as u64);
            prop_assert!(writer.buffer.len() < writer.block_left());
            open[which] = Some((writer, model));
        }
        for (writer, model) in open.into_iter().flatten() {
            extents.push((writer.finish().expect("finished"), model));
        }
        for (extent, model) in extents {
            prop_assert!(*extent.fetch(0..extent.bytes).expect("read") == *model);
        }
    }
}
