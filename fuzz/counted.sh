#!/bin/sh
# Stands before `rustc` (RUSTC_WRAPPER) and compiles our crate, the targets and the parsers of others for a fuzzer: with
# counters, and debug assertions. All other crates stay as they are: the fuzzer walks through all counters after each input,
# and the 800,000 of all crates together cost more than to read it.
counted=' wirecopy csv_core fastwarc parquet arrow_ipc arrow_data '
counted="$counted columnar json_reader json_values pages tables tokenizer unpacking web_archives "
last=
for word; do
    [ "$last" = --crate-name ] && break
    last=$word
done
case "$counted" in
*" $word "*)
    llvm=-Cllvm-args=
    set -- "$@" --cfg fuzzing -Cdebug-assertions -Coverflow-checks -Cpasses=sancov-module \
        ${llvm}-sanitizer-coverage-level=4 ${llvm}-sanitizer-coverage-inline-8bit-counters \
        ${llvm}-sanitizer-coverage-pc-table ${llvm}-simplifycfg-branch-fold-threshold=0
    ;;
esac
exec "$@"
