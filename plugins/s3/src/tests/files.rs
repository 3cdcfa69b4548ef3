//! Formats that need unpacking, files that differ, and files without columns. The ORC files are real ones that Apache Arrow's
//! writer made, one for each compression.

use std::io::Write;

use super::{COURSES, EVENTS, Memory, container, extension, lines, paths, table, whole, with};

#[test]
fn orc_is_read_from_its_tail_however_it_is_packed() {
    let zlib = include_bytes!("../../fixtures/orc/zlib.orc");
    for body in [
        &zlib[..],
        include_bytes!("../../fixtures/orc/uncompressed.orc"),
        include_bytes!("../../fixtures/orc/snappy.orc"),
        include_bytes!("../../fixtures/orc/lz4.orc"),
        include_bytes!("../../fixtures/orc/zstd.orc"),
    ] {
        let out = whole(&Memory::default().lake("t/1.orc", body));
        assert_eq!(out.skipped, Vec::<String>::new());
        let fields = &table(&out, "t").fields;
        assert_eq!(
            lines(fields),
            [
                "/id BIGINT",
                "/small SMALLINT",
                "/name STRING",
                "/amount DECIMAL",
                "/day DATE",
                "/at TIMESTAMP",
                "/zoned TIMESTAMPZ",
                "/who STRUCT",
                "who/age INT",
                "who/tags ARRAY",
                "/items ARRAY",
                "items/sku STRING",
                "/facts MAP",
                "facts/key STRING",
                "facts/value DOUBLE",
                "/raw VARBINARY",
                "/ok BOOLEAN"
            ]
        );
        assert_eq!((fields[3].precision, fields[3].scale), (Some(12), Some(2)));
        assert_eq!(fields[9].element_type.as_deref(), Some("STRING"));
    }
    for cut in [1, 20, 200, 1_000] {
        let out = whole(&Memory::default().lake("t/1.orc", &zlib[..cut]));
        assert!(out.skipped[0].contains("no ORC file"), "{:?}", out.skipped);
        let out = whole(&Memory::default().lake("t/1.orc", &zlib[zlib.len() - cut.min(100)..]));
        assert!(!out.skipped.is_empty(), "{cut}");
    }
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn bz2(text: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn only_the_beginning_of_packed_text_is_unpacked() {
    // Lines that hardly shrink: the files are longer than what is read of them.
    let mut seed = 1_u64;
    let mut line = |_| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{},{seed}\n", seed >> 20)
    };
    let csv = format!("id,note\n{}", (0..60_000).map(&mut line).collect::<String>()).into_bytes();
    let store =
        Memory::default().lake("g/1.csv.gz", gz(&csv)).lake("z/1.csv.zst", zstd(&csv)).lake("b/1.csv.bz2", bz2(&csv));
    let sizes: u64 = store.buckets["lake"].values().map(|body| body.len() as u64).sum();
    let out = whole(&store);
    assert_eq!(out.skipped, Vec::<String>::new());
    for root in ["g", "z", "b"] {
        assert_eq!(lines(&table(&out, root).fields)[0], "/id BIGINT", "{root}");
    }
    let read = *store.read.borrow();
    assert!(sizes > 1 << 20 && read <= 3 * (256 << 10), "{read} of {sizes} bytes were read");
    assert_eq!(table(&out, "g").formats, ["csv", "gz"]);
    let json = whole(&Memory::default().lake("j/1.jsonl.gz", gz(b"{\"a\": {\"b\": 1}}\n{\"a\": {\"c\": true}}\n")));
    assert_eq!(lines(&table(&json, "j").fields), ["/a STRUCT", "a/b BIGINT", "a/c BOOLEAN"]);
    assert_eq!(table(&json, "j").formats, ["gz", "json"]);
}

#[test]
fn what_differs_is_told_column_by_column() {
    let store = Memory::default().lake("t/1.parquet", COURSES).lake("t/2.parquet", EVENTS);
    let out = whole(&store);
    let found = table(&out, "t");
    let note = found.common.description.as_deref().unwrap();
    assert!(note.contains("is missing in t/2.parquet") && note.contains("came with t/2.parquet"), "{note}");
    let both =
        [COURSES, EVENTS].map(|body| table(&whole(&Memory::default().lake("t/1.parquet", body)), "t").fields.len());
    assert!(found.fields.len() > both[0] && found.fields.len() <= both[0] + both[1]);
    let nested = Memory::default()
        .lake("t/1.jsonl", "{\"who\": {\"age\": 1, \"name\": \"x\"}}\n")
        .lake("t/2.jsonl", "{\"who\": {\"age\": true, \"mail\": \"y\"}}\n");
    let out = whole(&nested);
    let note = table(&out, "t").common.description.as_deref().unwrap();
    for words in ["`who.age` is BIGINT and, in t/2.jsonl, BOOLEAN", "`who.name` is missing in", "`who.mail` came with"]
    {
        assert!(note.contains(words), "{note}");
    }
    assert_eq!(
        lines(&table(&out, "t").fields),
        ["/who STRUCT", "who/age BIGINT", "who/name STRING", "who/mail STRING"]
    );
}

#[test]
fn many_differences_are_not_all_told() {
    let names = |letter: &str| (0..30).map(|n| format!("{letter}{n}")).collect::<Vec<_>>().join(",");
    let store = Memory::default().lake("t/1.csv", names("a")).lake("t/2.csv", names("b"));
    let out = whole(&store);
    let note = table(&out, "t").common.description.clone().unwrap();
    assert!(note.ends_with("40 more."), "{note}");
    assert_eq!(table(&out, "t").fields.len(), 60);
}

#[test]
fn values_of_partitions_have_types() {
    let store = Memory::default()
        .lake("t/year=2025/month=01/dt=2026-11-22/who=7/a.csv", "id\n1\n")
        .lake("t/year=2026/month=02/dt=2026-11-23/who=ann/a.csv", "id\n1\n")
        .lake("t/year=__HIVE_DEFAULT_PARTITION__/month=03/dt=2026-11-24/who=1/a.csv", "id\n1\n");
    let out = whole(&store);
    assert_eq!(
        lines(&table(&out, "t").fields),
        ["/id BIGINT", "/year BIGINT", "/month BIGINT", "/dt DATE", "/who STRING"]
    );
}

#[test]
fn files_without_columns_are_containers_where_asked_for() {
    let store = || {
        Memory::default()
            .lake("docs/a.pdf", "%PDF")
            .lake("docs/2026/b.PNG", "png")
            .lake("docs/t.csv", "a\n1\n")
            .lake("docs/notes.txt", "x")
            .lake("ice/metadata/1.metadata.json", "{}")
            .lake("ice/data/x.bin", "..")
    };
    assert_eq!(paths(&whole(&store())), ["lake", "lake|docs", "lake|ice"]);
    let out = with(&store(), r#", "unstructured": ["pdf", ".png"]"#);
    assert_eq!(
        paths(&out),
        ["lake", "lake|docs", "lake|ice", "lake|docs|2026", "lake|docs|2026|b.PNG", "lake|docs|a.pdf"]
    );
    let file = container(&out, &["lake", "docs", "a.pdf"]);
    assert_eq!((file.size_bytes, file.objects, file.prefix.as_str()), (Some(4), Some(1), "/docs/a.pdf"));
    assert_eq!(out.complete, [("lake".to_owned(), "container".to_owned(), Some(5))]);
    let out = with(&store(), r#", "unstructured": ["*"], "unstructured-limit": 2"#);
    assert!(
        out.skipped.iter().any(|it| it.contains("2 more files without columns were left out")),
        "{:?}",
        out.skipped
    );
    assert!(out.complete.is_empty(), "what was left out must not be deleted");
}

#[test]
fn a_file_has_its_folder_above_it_even_where_that_is_a_table() {
    let store =
        Memory::default().lake("a/b/1.csv", "x\n").lake("a/b/c.pdf", "x").lake("t/1.csv", "x\n").lake("t/c.pdf", "x");
    let out = with(&store, r#", "unstructured": ["pdf"]"#);
    let all = paths(&out);
    assert_eq!(all, ["lake", "lake|a/b", "lake|t", "lake|a", "lake|a|b", "lake|a|b|c.pdf", "lake|t|c.pdf"]);
}

#[test]
fn times_classes_and_addresses_are_told() {
    let store = Memory::default()
        .lake("t/1.csv", "a\n")
        .lake("t/2.csv", "a\n1\n")
        .more("t/1.csv", "<LastModified>2026-11-23T05:19:31.000Z</LastModified><StorageClass>STANDARD</StorageClass>")
        .more("t/2.csv", "<LastModified>2026-11-20T05:19:31.000Z</LastModified><StorageClass>GLACIER</StorageClass>");
    let out = with(&store, r#", "console-url": "https://console.example.com/""#);
    for found in [container(&out, &["lake"]), table(&out, "t")] {
        assert_eq!(extension(found, "lastModified"), Some("\"2026-11-23T05:19:31Z\""));
        let classes = extension(found, "storageClasses").unwrap();
        assert_eq!(classes, r#"{"GLACIER":{"bytes":4,"objects":1},"STANDARD":{"bytes":2,"objects":1}}"#);
    }
    let url = table(&out, "t").common.source_url.as_deref();
    assert_eq!(url, Some("https://console.example.com/s3/buckets/lake?region=us-east-1&prefix=t"));
}

#[test]
fn odd_names_are_kept_and_long_ones_fit() {
    let long = "ü".repeat(300);
    let store = Memory::default()
        .lake("a.b/\"q\"::x/1.csv", "a\n")
        .lake("emoji 🦀/1.csv", "a\n")
        .lake("/top/1.csv", "a\n")
        .lake("/1.csv", "a\n")
        .lake(&format!("{long}/1.csv"), "a\n")
        .lake(&format!("{long}2/1.csv"), "a\n");
    let out = whole(&store);
    let names: Vec<_> = out.containers().iter().filter_map(|it| it.common.path.get(1).cloned()).collect();
    for name in ["a.b/\"q\"::x", "emoji 🦀", "/top", "/"] {
        assert!(names.iter().any(|it| it == name), "{name} is not in {names:?}");
    }
    let cut: std::collections::BTreeSet<_> = names.iter().filter(|it| it.starts_with('ü')).collect();
    assert_eq!(cut.len(), 2, "they stay apart");
    assert!(cut.iter().all(|name| name.chars().count() <= 256));
    let prefix = format!("/{long}");
    assert!(out.containers().iter().any(|it| it.prefix == prefix), "the whole prefix is kept");
}

/// An archive with these files in it.
fn zip(files: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, body) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
        archive.write_all(body).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const DEFLATED: zip::CompressionMethod = zip::CompressionMethod::Deflated;
const STORED: zip::CompressionMethod = zip::CompressionMethod::Stored;

#[test]
fn an_archive_is_read_by_its_directory_and_the_beginning_of_one_file() {
    let mut seed = 7_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[0]
    })
    .take(3 << 20)
    .collect();
    let files: [(&str, &[u8]); 4] = [
        ("picture.bin", &noise),
        ("data/_SUCCESS", b""),
        ("data/1.csv", b"id,name\n1,ada\n2,bob\n"),
        ("more.bin", &noise),
    ];
    let store = Memory::default().lake("t/1.csv.zip", zip(&files, DEFLATED));
    let out = whole(&store);
    assert_eq!(out.skipped, Vec::<String>::new());
    assert_eq!(lines(&table(&out, "t").fields), ["/id BIGINT", "/name STRING"]);
    assert_eq!(table(&out, "t").formats, ["csv", "zip"]);
    let (size, read) = (store.buckets["lake"]["t/1.csv.zip"].len(), *store.read.borrow());
    assert!(size > 6 << 20 && read <= 512 << 10, "{read} of {size} bytes were read");
    let json = zip(&[("anything", b"{\"a\": {\"b\": 1}}\n")], DEFLATED);
    let out = whole(&Memory::default().lake("j/1.jsonl.zip", json));
    assert_eq!(lines(&table(&out, "j").fields), ["/a STRUCT", "a/b BIGINT"], "the only file needs no ending");
}

#[test]
fn parquet_in_an_archive_is_read_from_its_footer_if_it_is_stored() {
    let archive = |method| zip(&[("note.txt", b"of the courses"), ("courses.parquet", COURSES)], method);
    let out = whole(&Memory::default().lake("t/1.parquet.zip", archive(STORED)));
    let alone = whole(&Memory::default().lake("t/1.parquet", COURSES));
    assert_eq!(lines(&table(&out, "t").fields), lines(&table(&alone, "t").fields));
    let out = whole(&Memory::default().lake("t/1.parquet.zip", archive(DEFLATED)));
    assert!(out.skipped[0].contains("its footer can't be read by itself"), "{:?}", out.skipped);
    assert!(table(&out, "t").fields.is_empty());
}

#[test]
fn an_archive_that_cannot_be_read_is_told_and_its_table_stays() {
    let csv = zip(&[("a.csv", b"id\n1\n"), ("b.csv", b"id\n1\n")], DEFLATED);
    let said = |body: Vec<u8>| {
        let out = whole(&Memory::default().lake("t/1.csv.zip", body));
        assert_eq!((out.skipped.len(), table(&out, "t").common.path.len()), (1, 2));
        out.skipped[0].clone()
    };
    assert!(said(b"PK no archive".to_vec()).contains("zip archive can't be read"));
    assert!(said(csv[..csv.len() - 30].to_vec()).contains("zip archive can't be read"));
    assert!(said(zip(&[("a.pdf", b"x"), ("b.pdf", b"x")], DEFLATED)).contains("no csv file in it"));
    let many: Vec<String> = (0..200_000).map(|at| format!("a/long/name/of/a/file/{at:>08}.bin")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(said(zip(&many, STORED)).contains("more than 8 MiB of it would have to be read"));
    let mut store = Memory::default().lake("t/1.csv.zip", csv);
    store.denied.insert("t/1.csv.zip");
    assert!(whole(&store).skipped[0].contains("t/1.csv.zip"), "{:?}", whole(&store).skipped);
}
