//! A project of a thousand models: size, not content.

use std::fmt::Write as _;
use std::fs;

use super::Records;

/// Models, each with 50 columns and some macros beside it: about 20 MB.
const MODELS: usize = 1_000;

fn manifest() -> String {
    let mut text = String::from(r#"{"metadata":{"adapter_type":"trino"},"macros":{"#);
    let filler = "x".repeat(9_000);
    for index in 0..MODELS {
        let comma = if index == 0 { "" } else { "," };
        write!(text, r#"{comma}"macro.a.m{index}":{{"macro_sql":"{filler}","meta":{{}}}}"#).unwrap();
    }
    text.push_str(r#"},"sources":{},"nodes":{"#);
    for index in 0..MODELS {
        let comma = if index == 0 { "" } else { "," };
        let reads = index.checked_sub(1).map(|before| format!("\"model.a.m{before}\"")).unwrap_or_default();
        write!(
            text,
            r#"{comma}"model.a.m{index}":{{"resource_type":"model","database":"d","schema":"s","name":"m{index}",
            "compiled_code":"select '{}'","depends_on":{{"nodes":[{reads}]}},"columns":{{"#,
            "y".repeat(2_000)
        )
        .unwrap();
        for column in 0..50 {
            let comma = if column == 0 { "" } else { "," };
            write!(
                text,
                r#"{comma}"c{column}":{{"name":"c{column}","description":"Column {column} of model {index}","meta":{{}},
                "data_type":"varchar","constraints":[],"quote":null,"config":{{"meta":{{}},"tags":[]}},"tags":["a"]}}"#
            )
            .unwrap();
        }
        text.push_str("}}");
    }
    text.push_str("}}");
    text
}

#[test]
fn nothing_is_cut_off_in_a_large_project() {
    let text = manifest();
    assert!(text.len() > 18_000_000, "{} bytes", text.len());
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("manifest.json"), text).unwrap();
    let records = Records::read(root.path().to_str().unwrap(), "{}").unwrap();
    assert_eq!(records.annotations.len(), MODELS);
    assert!(records.annotations.iter().all(|annotation| annotation.columns.len() == 50));
    assert_eq!((records.edges.len(), records.queries.len()), (MODELS - 1, MODELS));
}
