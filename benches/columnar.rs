//! Reading archives in columns, beside the bare crate. What a figure means: `README.md` beside this file.

mod support;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use criterion::{Criterion, Throughput};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use support::generator::Article;
use support::{CpuTime, Script, archive, one_thread, sized};
use wirecopy::Settings;
use wirecopy::archive::Archive;
use wirecopy::archive::record::Outcome;

fn main() {
    let mut criterion = support::criterion().with_measurement(CpuTime);
    columnar(&mut criterion);
    criterion.final_summary();
}

fn columnar(criterion: &mut Criterion<CpuTime>) {
    let articles = archive(Script::English, sized(30_000_000, 50_000));
    let table = table(&articles);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let codecs = [
        ("parquet_plain", Compression::UNCOMPRESSED),
        ("parquet_snappy", Compression::SNAPPY),
        ("parquet_zstd", Compression::ZSTD(ZstdLevel::default())),
    ];
    let bytes: usize = articles.iter().map(|article| article.text.len()).sum();
    let pool = one_thread();
    for (name, codec) in codecs {
        let path = folder.path().join(format!("{name}.parquet"));
        fs::write(&path, parquet(&table, codec)).expect("it can be written");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function("floor_crate", |bencher| bencher.iter(|| read_parquet(&path)));
        group.bench_function("unpack", |bencher| bencher.iter(|| pool.install(|| open(&path))));
        group.bench_function("unpack_and_read", |bencher| bencher.iter(|| pool.install(|| read_all(&path))));
        group.finish();
    }
    for (name, codec) in [("arrow_plain", None), ("arrow_lz4", Some(CompressionType::LZ4_FRAME))] {
        let path = folder.path().join(format!("{name}.arrow"));
        fs::write(&path, arrow(&table, codec)).expect("it can be written");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function("floor_crate", |bencher| bencher.iter(|| read_arrow(&path)));
        group.bench_function("unpack", |bencher| bencher.iter(|| pool.install(|| open(&path))));
        group.bench_function("unpack_and_read", |bencher| bencher.iter(|| pool.install(|| read_all(&path))));
        group.finish();
    }
}

/// What a program makes of a row that knows its archive.
struct Row {
    id: String,
    outlet: String,
    published_at: String,
    title: String,
    text: String,
}

fn read_parquet(path: &Path) -> usize {
    let file = fs::File::open(path).expect("it was written");
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet").build();
    batches.expect("it can be read").map(|batch| look(&batch.expect("it can be read"))).sum()
}

fn read_arrow(path: &Path) -> usize {
    let file = fs::File::open(path).expect("it was written");
    let batches = FileReader::try_new(file, None).expect("it is Arrow");
    batches.map(|batch| look(&batch.expect("it can be read"))).sum()
}

/// Each row, copied out of its columns, whose texts the crate has checked.
fn look(batch: &RecordBatch) -> usize {
    let columns: Vec<&StringArray> = batch.columns().iter().map(AsArray::as_string::<i32>).collect();
    let row = |row: usize| {
        let [id, outlet, published_at, title, text] =
            std::array::from_fn(|column| columns[column].value(row).to_owned());
        let row = black_box(Row { id, outlet, published_at, title, text });
        row.id.len() + row.outlet.len() + row.published_at.len() + row.title.len() + row.text.len()
    };
    (0..batch.num_rows()).map(row).sum()
}

fn open(path: &Path) -> Archive {
    let arguments = [path.display().to_string()];
    let (archive, problems) = Archive::open(&arguments, Settings::default().read).expect("it was written");
    assert!(problems.is_empty(), "{problems:?}");
    archive
}

/// As act 1 reads it, to the articles.
fn read_all(path: &Path) -> usize {
    let archive = open(path);
    let mut bytes = 0;
    for piece in archive.pieces().0 {
        let read = archive.read_piece(&piece, |met| {
            let Outcome::Article(record) = met.outcome else { panic!("the generator writes articles") };
            bytes += black_box(&*record.text).len();
        });
        read.expect("it can be read");
    }
    bytes
}

fn table(articles: &[Article]) -> RecordBatch {
    let column = |field: fn(&Article) -> &str| -> ArrayRef {
        Arc::new(articles.iter().map(|article| Some(field(article))).collect::<StringArray>())
    };
    let columns = [
        ("id", column(|article| &article.id)),
        ("outlet", column(|article| &article.outlet)),
        ("published_at", column(|article| &article.published_at)),
        ("title", column(|article| &article.title)),
        ("text", column(|article| &article.text)),
    ];
    RecordBatch::try_from_iter(columns).expect("all columns have as many rows")
}

fn parquet(table: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).expect("a schema");
    writer.write(table).expect("memory takes it");
    writer.into_inner().expect("memory takes it")
}

fn arrow(table: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("it is known");
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &table.schema(), options).expect("a schema");
    for begin in (0..table.num_rows()).step_by(4096) {
        writer.write(&table.slice(begin, 4096.min(table.num_rows() - begin))).expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}
