//! AVX2 and AVX-512: the lanes, and the calls into code that is compiled for them.
//!
//! The `unsafe` of this file is of one kind: calling a function that needs instructions the target does not always
//! have. It is sound because a value of [`Avx2`] or [`Avx512`] is made only after the processor was asked
//! ([`Avx2::detected`], [`Avx512::detected`]), and all such calls need one. Bytes pass between arrays and vectors through
//! `bytemuck`, without pointers.
#![allow(
    unsafe_code,
    reason = "calls into code for instruction sets that were detected; see the module's text"
)]

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi8, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_test_epi8_mask, _mm512_add_epi8,
    _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi32,
    _mm512_extracti32x4_epi32, _mm512_maskz_compress_epi8, _mm512_movepi8_mask, _mm512_or_si512,
    _mm512_set1_epi8, _mm512_set1_epi32,
};

use bytemuck::must_cast;

use super::Task;
use super::lanes::{Bytes, Lanes, positions_one_by_one};

/// Proof that AVX2, and the bit counting that came with it, may be used: the processor was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Avx2(());

impl Avx2 {
    /// The proof, if the processor has it.
    #[inline]
    pub(super) fn detected() -> Option<Self> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has.then_some(Avx2(()))
    }

    /// Runs a task as compiled for AVX2.
    #[inline]
    pub(super) fn run<T: Task>(self, task: T) -> T::Output {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        fn run<T: Task>(lanes: Avx2, task: T) -> T::Output {
            task.run(lanes)
        }
        // SAFETY: `self` proves that the processor has these features.
        unsafe { run(self, task) }
    }
}

/// Proof that AVX-512 may be used, with what the loops use of it: bytes and 64-bit products in vectors of any length, and
/// compressing bytes (Ice Lake, Zen 4 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Avx512(());

impl Avx512 {
    /// The proof, if the processor has it.
    #[inline]
    pub(super) fn detected() -> Option<Self> {
        let has = Avx2::detected().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2");
        has.then_some(Avx512(()))
    }

    /// Runs a task as compiled for AVX-512.
    #[inline]
    pub(super) fn run<T: Task>(self, task: T) -> T::Output {
        #[target_feature(
            enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
        )]
        fn run<T: Task>(lanes: Avx512, task: T) -> T::Output {
            task.run(lanes)
        }
        // SAFETY: `self` proves that the processor has these features.
        unsafe { run(self, task) }
    }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn bytes(self, block: &[u8; 64]) -> Bytes {
        let halves: [__m256i; 2] = must_cast(*block);
        let [(a, b), (c, d)] = halves.map(|half| {
            // SAFETY: `self` proves that the processor has AVX2.
            unsafe {
                // Bytes are compared as signed numbers: what is in range becomes the least of them.
                let in_range = |bytes: __m256i, from: u8, count: u8| {
                    let moved =
                        _mm256_add_epi8(bytes, _mm256_set1_epi8(0x80_u8.wrapping_sub(from).cast_signed()));
                    _mm256_cmpgt_epi8(_mm256_set1_epi8((0x80 + count).cast_signed()), moved)
                };
                let letters = in_range(_mm256_or_si256(half, _mm256_set1_epi8(0x20)), b'a', 26);
                let digits = in_range(half, b'0', 10);
                let alphanumeric = _mm256_movemask_epi8(_mm256_or_si256(letters, digits));
                (alphanumeric.cast_unsigned(), _mm256_movemask_epi8(half).cast_unsigned())
            }
        });
        Bytes {
            alphanumeric: u64::from(c) << 32 | u64::from(a),
            beyond_ascii: u64::from(d) << 32 | u64::from(b),
        }
    }

    #[inline(always)]
    fn positions(self, bits: u64, base: u32, positions: &mut [u32; 32]) {
        positions_one_by_one(bits, base, positions);
    }

    #[inline(always)]
    fn not_zero(self, bytes: &[u8; 32]) -> u32 {
        let bytes: __m256i = must_cast(*bytes);
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { !_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())).cast_unsigned() }
    }
}

/// 0, 1, 2, …
const LANE_NUMBERS: [u8; 64] = {
    let mut numbers = [0; 64];
    let mut number = 0;
    while number < 64 {
        numbers[number as usize] = number;
        number += 1;
    }
    numbers
};

impl Lanes for Avx512 {
    #[inline(always)]
    fn bytes(self, block: &[u8; 64]) -> Bytes {
        let block: __m512i = must_cast(*block);
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe {
            let in_range = |bytes: __m512i, from: u8, count: u8| {
                let moved = _mm512_add_epi8(bytes, _mm512_set1_epi8(0_u8.wrapping_sub(from).cast_signed()));
                _mm512_cmplt_epu8_mask(moved, _mm512_set1_epi8(count.cast_signed()))
            };
            let letters = in_range(_mm512_or_si512(block, _mm512_set1_epi8(0x20)), b'a', 26);
            let digits = in_range(block, b'0', 10);
            Bytes { alphanumeric: letters | digits, beyond_ascii: _mm512_movepi8_mask(block) }
        }
    }

    #[inline(always)]
    fn positions(self, bits: u64, base: u32, positions: &mut [u32; 32]) {
        let (low, high) = positions.split_at_mut(16);
        // SAFETY: `self` proves that the processor has AVX-512 with VBMI2.
        unsafe {
            let places = _mm512_maskz_compress_epi8(bits, must_cast(LANE_NUMBERS));
            let base = _mm512_set1_epi32(base.cast_signed());
            let sixteen = _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(places)), base);
            low.copy_from_slice(&must_cast::<__m512i, [u32; 16]>(sixteen));
            if bits.count_ones() > 16 {
                let next = _mm512_extracti32x4_epi32::<1>(places);
                let sixteen = _mm512_add_epi32(_mm512_cvtepu8_epi32(next), base);
                high.copy_from_slice(&must_cast::<__m512i, [u32; 16]>(sixteen));
            }
        }
    }

    #[inline(always)]
    fn not_zero(self, bytes: &[u8; 32]) -> u32 {
        let bytes: __m256i = must_cast(*bytes);
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { _mm256_test_epi8_mask(bytes, bytes) }
    }
}
