//! Parquet and Arrow, whatever they hold, are read or told.
#![no_main]

#[allow(dead_code, reason = "each target calls one of the checks")]
#[path = "../../tests/it/agreement.rs"]
mod agreement;

libfuzzer_sys::fuzz_target!(
    init: {
        // Panics of the crates that are caught and told are no findings; the fuzzer's own hook ends the process.
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !wirecopy::archive::is_guarded() {
                end(panic);
            }
        }));
    },
    |data: &[u8]| agreement::columnar(data)
);
