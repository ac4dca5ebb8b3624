//! JSON of any shape gives the values that `serde_json` finds.
#![no_main]

#[allow(dead_code, reason = "each target calls one of the checks")]
#[path = "../../tests/it/agreement.rs"]
mod agreement;
mod hook;

libfuzzer_sys::fuzz_target!(init: hook::set(), |data: &[u8]| agreement::json_values(data));
