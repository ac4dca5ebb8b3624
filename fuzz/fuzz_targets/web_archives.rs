//! Web archives of any bytes are read to an end, twice alike.
#![no_main]

#[allow(dead_code, reason = "each target calls one of the checks")]
#[path = "../../tests/it/agreement.rs"]
mod agreement;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agreement::web_archives(data));
