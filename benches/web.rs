//! From pages and web archives to records with their text. What a figure means: `README.md` beside this file.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::{Read, Write as _};
use std::path::Path;

use criterion::{BenchmarkGroup, Criterion, Throughput};
use fastwarc::warc::iter::ArchiveIterator;
use fastwarc::warc::record::{AutoDecode, WarcRecordType};
use flate2::Compression;
use flate2::write::GzEncoder;
use support::generator::Article;
use support::{CpuTime, Script, archive, one_thread, sized};
use wirecopy::Settings;
use wirecopy::archive::Archive;
use wirecopy::archive::html::read_page;
use wirecopy::archive::record::Outcome;

fn main() {
    let mut criterion = support::criterion().with_measurement(CpuTime);
    let articles = archive(Script::English, sized(400_000, 20_000));
    html(&mut criterion, &articles);
    warc(&mut criterion, &articles);
    wet(&mut criterion, &archive(Script::English, sized(8_000_000, 20_000)));
    criterion.final_summary();
}

/// A page as sites have them: more scripts, styles and menus than text.
fn page(article: &Article) -> String {
    let paragraphs = format!("<p>{}</p>", article.text.replace('\n', "</p>\n<p>"));
    let mut menu = String::new();
    for number in 0..60 {
        let _ =
            write!(menu, "<li class=\"menu-item\"><a href=\"/section/{number}\">Section {number}</a></li>");
    }
    let script =
        "window.dataLayer = window.dataLayer || []; function track(event) { dataLayer.push(event); }\n"
            .repeat(400);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | {outlet}</title>\
         <link rel=\"canonical\" href=\"https://{outlet}/{id}\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"article:published_time\" content=\"{date}\"><style>{style}</style><script>{script}</script></head>\
         <body><header><nav><ul>{menu}</ul></nav></header><main><article><h1>{title}</h1>{paragraphs}</article>\
         <aside><ul>{menu}</ul></aside></main><footer><ul>{menu}</ul><p>All rights reserved</p></footer></body></html>",
        title = article.title,
        outlet = article.outlet,
        id = article.id,
        date = article.published_at,
        style = ".menu-item { display: inline-block; margin: 0 1em }\n".repeat(200),
    )
}

fn html(criterion: &mut Criterion<CpuTime>, articles: &[Article]) {
    let pages: Vec<String> = articles.iter().map(page).collect();
    let mut group = criterion.benchmark_group("html");
    group.throughput(Throughput::Bytes(pages.iter().map(|page| page.len() as u64).sum()));
    // The floor: the crate alone, on a page that is text already.
    group.bench_function("floor_trafilatura", |bencher| {
        bencher.iter(|| pages.iter().map(|page| bare(page)).sum::<usize>());
    });
    group.bench_function("read_page", |bencher| {
        let text = |page: &String| read_page(page.as_bytes(), None, None).map_or(0, |page| page.text.len());
        bencher.iter(|| pages.iter().map(text).sum::<usize>());
    });
    group.finish();
}

fn bare(page: &str) -> usize {
    let options = trafilatura::Options::default().with_exclude_comments(true);
    trafilatura::extract(page, &options).map_or(0, |found| found.content_html.len())
}

fn record(article: &Article, kind: &str, media: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2025-05-06T07:08:09Z\r\nWARC-Record-ID: <urn:uuid:{id}>\r\n\
         WARC-Target-URI: https://www.{outlet}/{id}\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        content.len(),
        id = article.id,
        outlet = article.outlet,
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

/// Records, each packed by itself, as crawlers write them.
fn packed(records: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let member = |record: Vec<u8>| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(&record).expect("to memory");
        packer.finish().expect("to memory")
    };
    records.flat_map(member).collect()
}

fn warc(criterion: &mut Criterion<CpuTime>, articles: &[Article]) {
    let records = || {
        articles.iter().map(|article| {
            let content = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page(article));
            record(article, "response", "application/http; msgtype=response", content.as_bytes())
        })
    };
    let bytes: u64 = records().map(|record| record.len() as u64).sum();
    let mut group = criterion.benchmark_group("warc");
    group.throughput(Throughput::Bytes(bytes));
    reading(&mut group, "a.warc.gz", &packed(records()), bare);
    group.finish();
}

fn wet(criterion: &mut Criterion<CpuTime>, articles: &[Article]) {
    let records = || {
        articles.iter().map(|article| record(article, "conversion", "text/plain", article.text.as_bytes()))
    };
    let plain: Vec<u8> = records().flatten().collect();
    let mut group = criterion.benchmark_group("wet");
    group.throughput(Throughput::Bytes(plain.len() as u64));
    reading(&mut group, "a.warc.wet.gz", &packed(records()), str::len);
    reading(&mut group, "a.warc.wet", &plain, str::len);
    group.finish();
}

/// The crate alone against a file opened, unpacked and read.
fn reading(group: &mut BenchmarkGroup<'_, CpuTime>, name: &str, bytes: &[u8], text: fn(&str) -> usize) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a temporary file can be written");
    group.bench_function(format!("floor_fastwarc/{name}"), |bencher| bencher.iter(|| by_crate(&path, text)));
    let pool = one_thread();
    group.bench_function(format!("read/{name}"), |bencher| bencher.iter(|| pool.install(|| by_us(&path))));
}

/// What a program makes of a record that knows which records it wants.
struct Captured {
    id: String,
    url: String,
    date: String,
    content: String,
}

fn by_crate(path: &Path, text: fn(&str) -> usize) -> usize {
    let mut all = 0;
    let records = ArchiveIterator::from_path(path).expect("a file that is there");
    for record in records.with_decode_http_payload(AutoDecode::All) {
        let record = record.expect("a record that was made here");
        let mut record = record.borrow_mut();
        if matches!(record.record_type(), WarcRecordType::Response | WarcRecordType::Conversion) {
            let said = |name: &str| record.headers().get(name).expect("it was said").into_owned();
            let (id, url, date) = (said("WARC-Record-ID"), said("WARC-Target-URI"), said("WARC-Date"));
            let length = usize::try_from(record.content_length()).expect("short");
            let mut content = String::with_capacity(length);
            let reader = record.reader_mut().expect("a record that is being read");
            reader.read_to_string(&mut content).expect("UTF-8");
            let captured = black_box(Captured { id, url, date, content });
            all += captured.id.len() + captured.url.len() + captured.date.len() + text(&captured.content);
        }
    }
    all
}

fn by_us(path: &Path) -> usize {
    let name = path.to_str().expect("UTF-8").to_owned();
    let (archive, _) = Archive::open(&[name], Settings::default().read).expect("a file that is there");
    let mut all = 0;
    for piece in archive.pieces().0 {
        let read = archive.read_piece(&piece, |met| {
            if let Outcome::Article(record) = &met.outcome {
                all += black_box(&record.text).len();
            }
        });
        read.expect("a spool that can be read");
    }
    all
}
