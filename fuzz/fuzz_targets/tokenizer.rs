//! Every kernel cuts and hashes any text as the reference does.
#![no_main]

#[allow(dead_code, reason = "each target calls one of the checks")]
#[path = "../../tests/it/agreement.rs"]
mod agreement;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agreement::tokenizer(data));
