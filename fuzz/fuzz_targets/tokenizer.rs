//! Every kernel cuts and hashes any text as the reference does.
#![no_main]

#[path = "../../tests/it/agreement.rs"]
mod agreement;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agreement::tokenizer(data));
