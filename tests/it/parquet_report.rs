//! `--format parquet`: the tables say what the JSON Lines say, to the crate that reads them here and to the tools that
//! users have.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value, json};

use crate::support::{Scan, TABLES, article, skipped, testdata};

/// The rows of a table, as JSON.
fn rows(table: &Path) -> Vec<Value> {
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(table).unwrap()).unwrap();
    let batches = file.build().unwrap();
    batches
        .flat_map(|batch| {
            let batch: ArrayRef = std::sync::Arc::new(StructArray::from(batch.unwrap()));
            (0..batch.len()).map(|row| value(&batch, row)).collect::<Vec<_>>()
        })
        .collect()
}

fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => json!(column.as_string::<i32>().value(row)),
        DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            (0..items.len()).map(|item| value(&items, item)).collect()
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct().columns();
            let members = fields.iter().zip(columns);
            let members = members.map(|(field, member)| (field.name().clone(), value(member, row)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => panic!("a column of type {other}, which no reader was promised"),
    }
}

/// Scans twice, once for each format, and compares all tables. Returns how many rows each has.
fn check(scan: &Scan, args: &[&str], status: i32) -> Vec<(&'static str, usize)> {
    let run = |out, format| {
        let all = [&["scan", "-q", "--format", format, "-o", out], args].concat();
        scan.wirecopy(&all).ends_with(status);
        scan.report(out)
    };
    let lines = run("lines", "jsonl");
    run("columns", "parquet");
    let compared = TABLES.map(|table| {
        let expect = lines.table(table);
        let found = rows(&scan.path(&format!("columns/{table}.parquet")));
        assert_eq!(found.len(), expect.len(), "{table}");
        for (found, expect) in found.iter().zip(&expect) {
            assert_eq!(found, expect, "{table}");
        }
        (table, found.len())
    });
    compared.to_vec()
}

#[test]
fn every_table_of_the_sample_reads_back_as_its_json_lines() {
    let archive = testdata("sample/archive").display().to_string();
    let counts = check(&Scan::new(), &["--all-pairs", &archive], 0);
    for (table, rows) in counts {
        assert_eq!(rows == 0, table == "problems", "{table} has {rows} rows");
    }
}

#[test]
fn problems_and_empty_tables_read_back_too() {
    let broken = [&article("good", 1), "{\"text\":5}", "nonsense", "\0"].join("\n");
    let scan = Scan::of("a.jsonl", broken);
    let counts = check(&scan, &["--only", "duplicates", "a.jsonl"], 3);
    let filled: Vec<_> = counts.into_iter().filter(|(_, rows)| *rows > 0).collect();
    assert_eq!(filled, [("articles", 1), ("problems", 3)]);

    scan.write("none.jsonl", "");
    let counts = check(&scan, &["none.jsonl"], 0);
    assert!(counts.iter().all(|(_, rows)| *rows == 0), "{counts:?}");
}

#[test]
fn columns_have_the_types_that_are_documented() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    scan.scan_to("report", &["--format", "parquet", "a.jsonl"]);
    let columns = |table: &str| {
        let file = File::open(scan.path(&format!("report/{table}.parquet"))).unwrap();
        let file = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let name = |kind: &DataType| match kind {
            DataType::Utf8 => "string",
            DataType::Int64 => "integer",
            DataType::Float64 => "number",
            DataType::Boolean => "boolean",
            DataType::List(item) if *item.data_type() == DataType::Int64 => "span",
            DataType::List(_) => "list",
            DataType::Struct(_) => "object",
            _ => "?",
        };
        let fields = file.schema().fields().iter();
        fields.map(|field| (field.name().clone(), name(field.data_type()))).collect::<Vec<_>>()
    };
    // What docs/output.md says: each table is a heading and rows `| names | type | …`.
    let documented = include_str!("../../docs/output.md");
    for table in TABLES {
        let (_, section) = documented.split_once(&format!("\n## {table}: ")).unwrap();
        let section = section.split("\n\n|").nth(1).unwrap();
        let lines = section.lines().take_while(|line| !line.is_empty()).skip(2);
        let expect: Vec<(String, &str)> = lines
            .flat_map(|line| {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                let kind = cells[2];
                cells[1].split(", ").map(move |name| (name.to_owned(), kind)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(columns(table), expect, "{table}");
    }
}

#[test]
fn a_table_is_the_same_bytes_whatever_the_threads_and_an_earlier_report_gives_way() {
    let archive = testdata("sample/archive").display().to_string();
    let scan = Scan::new();
    let names = |ending: &str| -> BTreeSet<String> {
        TABLES.iter().map(|table| format!("{table}.{ending}")).collect()
    };
    let one = scan.scan_to("report", &["--format", "parquet", "--threads", "1", &archive]).files();
    assert_eq!(one.keys().cloned().collect::<BTreeSet<_>>(), names("parquet"));
    let four = scan.scan_to("report", &["--format", "parquet", "--threads", "4", &archive]).files();
    assert!(one == four, "other bytes with other threads");
    let lines = scan.scan_to("report", &[&archive]);
    assert_eq!(lines.files().into_keys().collect::<BTreeSet<_>>(), names("jsonl"));
    assert_eq!(lines.run()["settings"]["format"], "jsonl");
}

const READERS: &str = "
import json, sys
import duckdb, pandas
folder, table = sys.argv[1:]
path = f'{folder}/{table}'
lines = [json.loads(line) for line in open(path + '.jsonl')]
def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)) or hasattr(value, 'tolist') and getattr(value, 'ndim', 0):
        return [plain(inner) for inner in value]
    if hasattr(value, 'item'):
        value = value.item()
    return None if value is None or value is pandas.NA or value != value else value
found = duckdb.execute(f\"SELECT * FROM '{path}.parquet'\")
columns = [column[0] for column in found.description]
ducks = [dict(zip(columns, row)) for row in found.fetchall()]
assert ducks == lines, (table, 'duckdb')
pandas_rows = [plain(row) for row in pandas.read_parquet(path + '.parquet').to_dict('records')]
assert pandas_rows == lines, (table, 'pandas')
";

/// With `pip install duckdb pandas pyarrow`, and `WIRECOPY_PYTHON` if that is not in `python3`.
#[test]
fn duckdb_and_pandas_read_every_table() {
    let python = std::env::var("WIRECOPY_PYTHON").unwrap_or_else(|_| "python3".into());
    let there = Command::new(&python).args(["-c", "import duckdb, pandas, pyarrow"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return skipped("DuckDB and pandas reading Parquet: `pip install duckdb pandas pyarrow`");
    }
    let archive = testdata("sample/archive").display().to_string();
    let scan = Scan::new();
    scan.scan_to("both", &[&archive]);
    scan.scan_to("columns", &["--format", "parquet", &archive]);
    for table in TABLES {
        let name = format!("{table}.parquet");
        std::fs::copy(scan.path("columns").join(&name), scan.path("both").join(&name)).unwrap();
        let output = Command::new(&python)
            .args(["-c", READERS, &scan.path("both").display().to_string(), table])
            .output()
            .unwrap();
        assert!(output.status.success(), "{table}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
