//! Every connector over a source that answers badly: it is told clearly, what can be read lands, and nothing that was not read
//! counts as gone. README.md holds the matrix.

use anyhow::{Result, ensure};
use metahost_e2e::answers::Asked;
use metahost_e2e::hurt::{Answer, Read, TOKEN, read};

const ALL: [&str; 8] = ["trino", "dbt", "dagster", "superset", "airbyte", "s3", "iceberg", "redash"];
const SIZE: usize = 30;

/// The slot of the credential, as a message must name it.
fn slot(source: &str) -> String {
    if source == "dbt" { "`artifacts`".to_owned() } else { format!("credentials.{source}") }
}

/// How each source refuses a credential.
fn refusal(source: &str) -> Answer {
    let xml = "<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist</Message></Error>";
    let redash = r#"{"message": "Couldn't find resource. Please login and try again."}"#;
    match source {
        "redash" => (404, redash.to_owned()),
        "s3" => (403, xml.to_owned()),
        _ => (401, "Unauthorized".to_owned()),
    }
}

fn is_nothing_gone(read: &Read) -> Result<()> {
    ensure!(read.complete().is_empty(), "{}: {:?} counts as complete", read.source, read.complete());
    Ok(())
}

#[test]
fn wrong_credentials_are_told_with_their_slot_by_every_connector() -> Result<()> {
    for source in ALL {
        let read = read(source, SIZE, move |_, _, _| refusal(source))?;
        is_nothing_gone(read.expect(5, &[&slot(source)])?)?;
        ensure!(!read.finished.all().contains(TOKEN), "{}", read.finished.all());
    }
    Ok(())
}

#[test]
fn a_page_of_html_is_told_as_one_by_every_connector() -> Result<()> {
    for source in ALL {
        let page = "<html><body>Please sign in</body></html>";
        let read = read(source, SIZE, move |_, _, _| (200, page.to_owned()))?;
        let word = match source {
            "dbt" => "it looks like HTML",
            "s3" => "is `endpoint` an S3 store?",
            _ => "<html>",
        };
        is_nothing_gone(read.expect(5, &[word])?)?;
    }
    Ok(())
}

#[test]
fn answers_that_break_off_are_no_short_ones_for_any_connector() -> Result<()> {
    for source in ALL {
        let read = read(source, SIZE, |_, _, (status, body)| (status, body[..body.len() / 2].to_owned()))?;
        is_nothing_gone(read.expect(5, &[])?)?;
        let said = read.finished.all();
        ensure!(["JSON", "XML", "listing", "EOF"].iter().any(|word| said.contains(word)), "{source}: {said}");
    }
    Ok(())
}

#[test]
fn a_storm_that_does_not_end_is_told_by_every_connector() -> Result<()> {
    for source in ALL {
        let read = read(source, SIZE, |_, _, _| (429, "Too Many Requests".to_owned()))?;
        is_nothing_gone(read.expect(5, &["429"])?)?;
    }
    Ok(())
}

/// A request for a later page, or for a later part of what has no pages.
fn is_later(source: &str, asked: &Asked) -> bool {
    let has = |text: &str| asked.body.contains(text);
    match source {
        "trino" => has("information_schema.tables") && has("n7"),
        "dagster" => has("metahostAssets") && has("g7"),
        "superset" => asked.path == "/api/v1/chart/" && asked.value("q").contains("page%3A1"),
        "airbyte" => asked.path.ends_with("/connections") && asked.number("offset", 0) == 600,
        "s3" => !asked.value("continuation-token").is_empty(),
        "iceberg" => asked.path.ends_with("/n7/tables"),
        "redash" => asked.path == "/api/queries" && asked.number("page", 1) == 2,
        _ => false,
    }
}

#[test]
fn a_500_on_page_7_costs_what_is_on_it_and_nothing_counts_as_gone() -> Result<()> {
    for (source, size, kind, landed) in [
        ("trino", SIZE, "table", 27),
        ("dagster", SIZE, "pipeline", 0),
        ("superset", 660, "chart", 0),
        ("airbyte", 660, "pipeline", 0),
        ("s3", 1_100, "container", 0),
        ("iceberg", SIZE, "table", 27),
        ("redash", 660, "chart", 0),
    ] {
        let read =
            read(
                source,
                size,
                move |asked, _, good| {
                    if is_later(source, asked) { (500, "Internal Server Error".to_owned()) } else { good }
                },
            )?;
        read.expect(5, &["500"])?;
        ensure!(read.created(kind) >= landed, "{source}: {} landed", read.created(kind));
        let hurt: Vec<String> = read
            .complete()
            .into_iter()
            .filter(|mark| mark.ends_with(kind) && (landed == 0 || mark.contains("n7")))
            .collect();
        ensure!(hurt.is_empty(), "{source}: {hurt:?} counts as complete");
    }
    Ok(())
}

#[test]
fn a_token_that_ends_in_the_middle_ends_the_read_and_nothing_counts_as_gone() -> Result<()> {
    // dbt reads one file, and so has no middle here: its own tests end a listing of many.
    for (source, from) in
        [("trino", 12), ("dagster", 8), ("superset", 8), ("airbyte", 3), ("s3", 20), ("iceberg", 20), ("redash", 8)]
    {
        let read = read(source, SIZE, move |_, number, good| if number < from { good } else { refusal(source) })?;
        read.expect(5, &[&slot(source)])?;
        let all = ["pipeline", "chart", "dashboard", "dashboardDataModel", "container"];
        let hurt: Vec<String> =
            read.complete().into_iter().filter(|mark| all.iter().any(|kind| mark.ends_with(kind))).collect();
        ensure!(hurt.is_empty(), "{source}: {hurt:?} counts as complete");
    }
    Ok(())
}

/// What is answered for the one object that the user may not see; none for all others.
fn forbidden(source: &str, asked: &Asked) -> Option<Answer> {
    let path = asked.path.as_str();
    let is = match source {
        "superset" => path == "/api/v1/dataset/3",
        "airbyte" => path.ends_with("/sources/00000000-0000-4000-8000-000000000001"),
        "s3" => path.ends_with("t000003/a.csv"),
        "iceberg" => path.ends_with("/n3/tables/t1"),
        "redash" => path == "/api/queries/3",
        "dbt" => path == "/catalog.json",
        "dagster" => {
            return (asked.body.contains("metahostAssets") && asked.body.contains(r#"["g3","1"]"#))
                .then(|| (200, r#"{"data": null, "errors": [{"message": "no permission for g3/1"}]}"#.to_owned()));
        }
        "trino" => {
            let error = r#"{"id": "q", "stats": {}, "error": {"message": "Access Denied: Cannot show columns of t000001",
                "errorName": "PERMISSION_DENIED", "errorType": "USER_ERROR", "errorCode": 4}}"#;
            return asked.body.starts_with("SHOW COLUMNS").then(|| (200, error.to_owned()));
        }
        _ => false,
    };
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    is.then(|| (403, if source == "s3" { denied } else { r#"{"message": "Forbidden"}"# }.to_owned()))
}

/// Trino leaves the columns of a table that the user may not see out of the listing.
fn without_hidden(asked: &Asked, (status, body): Answer) -> Answer {
    if !(asked.body.contains("information_schema.columns") && asked.body.contains("n3")) {
        return (status, body);
    }
    let mut answer: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    if let Some(rows) = answer["data"].as_array_mut() {
        rows.retain(|row| row[0] != "t000001");
    }
    (status, answer.to_string())
}

#[test]
fn one_object_without_permission_costs_only_itself_and_nothing_counts_as_gone() -> Result<()> {
    for (source, object, kind, landed, scope) in [
        ("trino", "t000001", "table", 30, "lake.n3 table"),
        ("dagster", "g3/1", "pipeline", 30, " pipeline"),
        ("superset", "dataset.3", "dashboardDataModel", 9, " dashboardDataModel"),
        ("airbyte", "source.00000000", "pipeline", 30, " pipeline"),
        ("s3", "t000003/a.csv", "container", 31, ""),
        ("iceberg", "n3.t1", "table", 29, "default.n3 table"),
        ("redash", "item 2 (3)", "chart", 14, " chart"),
    ] {
        let read = read(source, SIZE, move |asked, _, good| {
            let good = if source == "trino" { without_hidden(asked, good) } else { good };
            forbidden(source, asked).unwrap_or(good)
        })?;
        read.expect(4, &[object])?;
        ensure!(read.created(kind) >= landed - 1, "{source}: only {} landed: {:#}", read.created(kind), read.report);
        ensure!(
            scope.is_empty() || !read.complete().iter().any(|mark| mark == scope),
            "{source}: {:?}",
            read.complete()
        );
    }
    Ok(())
}

#[test]
fn a_source_that_shows_nothing_is_not_taken_for_an_empty_one() -> Result<()> {
    for source in ALL {
        let read = read(source, 0, move |asked, _, (status, body)| match source {
            "trino" => (200, r#"{"id": "q", "columns": [], "data": [], "stats": {"state": "FINISHED"}}"#.to_owned()),
            "iceberg" if asked.path == "/v1/namespaces" => (200, r#"{"namespaces": []}"#.to_owned()),
            "dagster" if asked.body.contains("metahostWorkspace") => {
                let empty = r#"{"data": {"workspaceOrError": {"__typename": "Workspace", "locationEntries": []}}}"#;
                (200, empty.to_owned())
            }
            "s3" => (404, "<Error><Code>NoSuchBucket</Code><Message>No such bucket</Message></Error>".to_owned()),
            _ => (status, body),
        })?;
        is_nothing_gone(read.expect(5, &[])?)?;
    }
    Ok(())
}

/// Kinds, types and states of a made-up source, and what nobody knows instead.
fn unknown(source: &str) -> (&'static str, &'static str) {
    match source {
        "trino" => (r#""bigint""#, r#""hologram(3, row(x quaternion))""#),
        "dbt" => (r#""materialized":"table""#, r#""materialized":"hologram""#),
        "dagster" => (r#"["trino"]"#, r#"["hologram"]"#),
        "superset" => (r#""type":"BIGINT""#, r#""type":"HOLOGRAM(3)""#),
        "airbyte" => (r#""destinationType":"postgres""#, r#""destinationType":"hologram""#),
        "s3" => ("a.csv<", "a.hologram<"),
        "iceberg" => (r#""type":"long""#, r#""type":"hologram""#),
        _ => (r#""type":"TABLE""#, r#""type":"HOLOGRAM""#),
    }
}

#[test]
fn types_that_nobody_knows_lose_nothing_in_any_connector() -> Result<()> {
    for source in ALL {
        let good = read(source, SIZE, |_, _, good| good)?;
        good.expect(0, &[])?;
        let (known, other) = unknown(source);
        let odd = read(source, SIZE, move |_, _, (status, body)| (status, body.replace(known, other)))?;
        let emitted = |read: &Read| read.report["ledger"].clone();
        // A file of a kind without columns is no table: the bucket counts it.
        if source == "s3" {
            ensure!(odd.created("container") == 1, "{:#}", odd.report);
        } else {
            ensure!(emitted(&odd) == emitted(&good), "{source}: {:#} instead of {:#}", emitted(&odd), emitted(&good));
        }
        odd.expect(0, &[])?;
    }
    Ok(())
}

/// The name of one object of a made-up source, as its answers write it.
fn names(source: &str) -> &'static [&'static str] {
    match source {
        "trino" => &[r#""t000001""#],
        "dagster" => &[r#""1""#],
        "superset" => &[r#""t3""#, r#""chart 3""#, r#""board 3""#],
        "airbyte" => &[r#""connection 3""#],
        "s3" => &["<Key>t000003/"],
        "iceberg" => &[r#""t1""#],
        _ => &[r#""query 3""#, r#""board 3""#],
    }
}

#[test]
fn names_with_dots_quotes_colons_emoji_and_300_characters_land_from_every_connector() -> Result<()> {
    let long = "n".repeat(300);
    // dbt names only tables of others: `a_name_can_hold_anything_but_must_fit` is its own.
    for source in ALL.into_iter().filter(|source| *source != "dbt") {
        for (name, shown) in [("a.b \"c\" 'd' x::y 🚀", "🚀"), (&long, "nnnnnnnnnn")] {
            let escaped = name.replace('"', if source == "s3" { "&quot;" } else { "\\\"" });
            let odd = read(source, SIZE, move |_, _, (status, body)| {
                let written = if source == "s3" { format!("<Key>{escaped}/") } else { format!("\"{escaped}\"") };
                (status, names(source).iter().fold(body, |body, plain| body.replace(plain, &written)))
            })?;
            let said = odd.finished.all();
            // No catalog takes a name of 300 characters: it is told, and the rest arrives.
            if odd.finished.code == 4 {
                ensure!(name.len() == 300 && said.contains(" characters, at most 256"), "{source}: {said}");
                let landed = odd.created("table") + odd.created("pipeline") + odd.created("dashboardDataModel");
                // Of Superset only the edge is lost that comes from such a table.
                let expected = if source == "superset" { 10 } else { 20 };
                ensure!(landed == expected, "{source}: two of the three in each of ten schemas or groups: {said}");
                continue;
            }
            ensure!(odd.finished.code == 0, "{source}: {said}");
            ensure!(odd.lines()?.contains(shown), "{source}: {shown} is not in {}", odd.lines()?);
        }
    }
    Ok(())
}

#[test]
fn check_tells_each_step_of_every_connector_with_its_time_and_what_to_do() -> Result<()> {
    for source in ALL {
        let good = read(source, SIZE, |_, _, good| good)?;
        let checked = good.project.run(&["check", source])?;
        let told =
            checked.out.lines().any(|line| line.starts_with(&format!("ok    source {source} ")) && line.contains(" ("));
        ensure!(told, "{}", checked.all());
        let refused = read(source, SIZE, move |_, _, _| refusal(source))?;
        let checked = refused.project.run(&["check", source])?.expect_code(5)?;
        let words = [&format!("FAIL  source {source} "), "it checks: ", "what to do: ", "[sources."];
        ensure!(words.iter().all(|word| checked.out.contains(word)), "{}", checked.all());
    }
    Ok(())
}
