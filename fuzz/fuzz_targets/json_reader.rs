//! The reader of JSON Lines says of any bytes what its definition says.
#![no_main]

#[path = "../../tests/it/agreement.rs"]
mod agreement;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agreement::json_reader(data));
