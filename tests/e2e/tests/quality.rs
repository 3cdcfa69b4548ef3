//! Data-quality tests against the real Trino: each definition passes and fails once on a table with known faults, all of them
//! in one statement, and the results land beside the test cases of the configuration and those that people defined.

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Landing, Project, sum, trino};
use metahost_stack::Server;
use serde_json::{Value, json};

const PROFILING: &str = "openmetadata__trino__profiling";
const METADATA: &str = "openmetadata__trino__metadata";

/// A thousand rows with known faults.
const ORDERS: &str = "SELECT n AS id, IF(n = 1000, 'x999', concat('x', CAST(n AS varchar))) AS code, \
    IF(n <= 3, 'lost', IF(n % 2 = 0, 'open', 'paid')) AS status, \
    CASE WHEN n <= 5 THEN NULL WHEN n <= 7 THEN '' WHEN n = 8 THEN 'n/a' ELSE 'it''s ok' END AS note, \
    CAST(IF(n <= 4, -1, n * 1.5) AS decimal(12, 2)) AS price, IF(n = 1, nan(), n / 2e0) AS ratio, \
    date_add('day', -CAST(n % 30 AS integer), CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp(6))) AS at, \
    DATE '2020-02-29' AS day, CAST(ROW(IF(n = 1, NULL, n)) AS ROW(deep bigint)) AS nested \
    FROM UNNEST(sequence(1, 1000)) AS t(n)";

/// Column, definition, parameters with which it passes and fails, and what is found when it fails.
const TESTS: &[(&str, &str, &str, &str, &str)] = &[
    ("id|note", "columnValuesToBeNotNull", "", "", "found 5 nulls of 1,000"),
    ("id|code", "columnValuesToBeUnique", "", "", "found 999 different values of 1,000"),
    (
        "id|price",
        "columnValuesToBeBetween",
        "minValue = 1, maxValue = 1000",
        "minValue = 0",
        "found 4 values of 1,000 not 0 or more; they are -1 to 1500",
    ),
    (
        "status",
        "columnValuesToBeInSet",
        "allowedValues = ['open', 'paid', 'lost']",
        "allowedValues = ['open', 'paid']",
        "found 3 rows of 1,000 that are not in the set",
    ),
    (
        "status",
        "columnValuesToBeNotInSet",
        "forbiddenValues = ['gone']",
        "forbiddenValues = ['lost', 'gone']",
        "found 3 values of 1,000 in the forbidden set",
    ),
    (
        "code",
        "columnValuesToMatchRegex",
        "regex = '^x[0-9]+$'",
        "regex = '^x[0-9]{2,}$'",
        "found 9 values of 1,000 that do not match ^x[0-9]{2,}$",
    ),
    (
        "note",
        "columnValuesToNotMatchRegex",
        "forbiddenRegex = \"^it's bad\"",
        "forbiddenRegex = \"^it's\"",
        "found 992 values of 995 that match ^it's",
    ),
    (
        "code",
        "columnValueLengthsToBeBetween",
        "minLength = 2, maxLength = 4",
        "maxLength = 3",
        "found 901 values of 1,000 whose length is not 3 or less",
    ),
    (
        "id",
        "columnValueMinToBeBetween",
        "minValueForMinInCol = 1, maxValueForMinInCol = 1",
        "minValueForMinInCol = 2",
        "found the minimum 1, expected 2 or more",
    ),
    (
        "ratio|id",
        "columnValueMaxToBeBetween",
        "maxValueForMaxInCol = 500",
        "maxValueForMaxInCol = 999.5",
        "found the maximum 1000, expected 999.5 or less",
    ),
    (
        "id",
        "columnValueMeanToBeBetween",
        "minValueForMeanInCol = 500.5, maxValueForMeanInCol = 500.5",
        "maxValueForMeanInCol = 500",
        "found the mean 500.5, expected 500 or less",
    ),
    (
        "id",
        "columnValueMedianToBeBetween",
        "minValueForMedianInCol = 500.5, maxValueForMedianInCol = 500.5",
        "minValueForMedianInCol = 500.6",
        "that is not 500.6 or more",
    ),
    (
        "id",
        "columnValueStdDevToBeBetween",
        "minValueForStdDevInCol = 288.6, maxValueForStdDevInCol = 288.7",
        "maxValueForStdDevInCol = 288.6",
        "found the standard deviation 288.67",
    ),
    (
        "id",
        "columnValuesSumToBeBetween",
        "minValueForColSum = 500500, maxValueForColSum = 500500",
        "minValueForColSum = 500501",
        "found the sum 500500, expected 500501 or more",
    ),
    (
        "note",
        "columnValuesMissingCount",
        "missingCountValue = 8, missingValueMatch = ['n/a']",
        "missingCountValue = 8",
        "found 7 missing values, expected 8",
    ),
    ("", "tableRowCountToEqual", "value = 1000", "value = 999", "found 1,000 rows, expected 999"),
    ("", "tableRowCountToBeBetween", "minValue = 1000", "maxValue = 999", "found 1,000 rows, expected 999 or less"),
    ("", "tableColumnCountToEqual", "columnCount = 9", "columnCount = 8", "found 9 columns, expected 8"),
    (
        "",
        "tableColumnCountToBeBetween",
        "minColValue = 9, maxColValue = 9",
        "minColValue = 10",
        "found 9 columns, expected 10 or more",
    ),
    ("", "tableColumnNameToExist", "columnName = 'id'", "columnName = 'ident'", "found no column ident among id, code"),
    (
        "",
        "tableColumnToMatchSet",
        "columnNames = ['code', 'id', 'status', 'note', 'price', 'ratio', 'at', 'day', 'nested']",
        "columnNames = 'code, id, status, note, price, ratio, at, day, nested', ordered = true",
        "expected code, id, status, note, price, ratio, at, day, nested in this order",
    ),
    (
        "",
        "tableRowInsertedCountToBeBetween",
        "columnName = 'at', rangeType = 'DAY', rangeInterval = 2, min = 67, max = 67",
        "columnName = 'day', rangeType = 'YEAR', rangeInterval = 1, min = 1",
        "found 0 rows of the last 1 year, expected 1 or more",
    ),
    (
        "",
        "tableCustomSQLQuery",
        "sqlExpression = 'SELECT id FROM iceberg.{schema}.orders WHERE id < 0 -- none'",
        "sqlExpression = 'SELECT count(*) FROM iceberg.{schema}.orders WHERE price < 0', strategy = 'COUNT', operator = '<', threshold = 4",
        "found 4 rows, expected less than 4",
    ),
    (
        "",
        "tableDataToBeFresh",
        "column = 'at', timeSinceUpdate = 1, timeUnit = 'HOURS'",
        "column = 'day', timeSinceUpdate = 86400",
        "expected 1 day at most",
    ),
];

/// Tests of columns that need more than the table above tells.
const MORE: &str = "[[sources.trino.tests]]\ntable = \"iceberg.{schema}.orders\"\ncolumn = \"nested.deep\"\n\
    test = \"columnValuesToBeNotNull\"\nname = \"deep\"\n\
    [[sources.trino.tests]]\ntable = \"iceberg.{schema}.orders\"\ncolumn = \"ratio\"\n\
    test = \"columnValuesToBeBetween\"\nname = \"nan\"\nparameters = { minValue = 0, maxValue = 500 }\n";

fn table(schema: &str, name: &str, sql: &str) -> Result<()> {
    trino::rows(&format!("CREATE SCHEMA IF NOT EXISTS iceberg.{schema}"))?;
    trino::rows(&format!("DROP TABLE IF EXISTS iceberg.{schema}.{name}"))?;
    trino::rows(&format!("CREATE TABLE iceberg.{schema}.{name} AS {sql}")).map(drop)
}

fn source(schema: &str, tests: &str) -> String {
    format!(
        "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n\
         config = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\nfilters = {{ schema = {{ includes = [\"^{schema}$\"] }} }}\n{}",
        Server::Trino.url(),
        tests.replace("{schema}", schema)
    )
}

fn test(column: &str, definition: &str, name: &str, parameters: &str) -> String {
    let column = if column.is_empty() { String::new() } else { format!("column = \"{column}\"\n") };
    format!(
        "[[sources.trino.tests]]\ntable = \"iceberg.{{schema}}.orders\"\n{column}test = \"{definition}\"\n\
         name = \"{name}\"\nparameters = {{ {parameters} }}\n"
    )
}

/// Each definition twice: its test named `pass_...` passes, the one named `fail_...` fails.
fn all_tests() -> String {
    let mut told = MORE.to_owned();
    for (columns, definition, pass, fail, _) in TESTS {
        let (first, second) = columns.split_once('|').unwrap_or((columns, columns));
        told += &test(first, definition, &format!("pass_{definition}"), pass);
        told += &test(second, definition, &format!("fail_{definition}"), fail);
    }
    told
}

fn asset(report: &Value) -> &Value {
    let assets = report["assets"].as_array().into_iter().flatten();
    assets.into_iter().find(|asset| !asset["tests"].is_null()).unwrap_or(&Value::Null)
}

fn result<'a>(tests: &'a Value, name: &str) -> Result<&'a Value> {
    let results = tests["results"].as_array().context("no tests")?;
    results.iter().find(|test| test["name"] == name).with_context(|| format!("{name} did not run: {tests:#}"))
}

/// Every test ended as its name says.
fn check(tests: &Value) -> Result<()> {
    for (_, definition, _, _, found) in TESTS {
        let passed = result(tests, &format!("pass_{definition}"))?;
        ensure!(passed["outcome"] == "Success", "{passed:#}");
        let failed = result(tests, &format!("fail_{definition}"))?;
        let message = failed["message"].as_str().unwrap_or_default();
        ensure!(failed["outcome"] == "Failed" && message.contains(found), "{failed:#}\nexpected: {found}");
    }
    ensure!(result(tests, "deep")?["message"] == "found 1 null of 1,000", "{tests:#}");
    ensure!(result(tests, "nan")?["failedRows"] == 1, "{tests:#}");
    Ok(())
}

/// Test cases of the catalog with their latest result.
fn cases(landing: &Landing) -> Result<Vec<Value>> {
    let listed = landing.server.get("dataQuality/testCases?limit=1000&fields=testCaseResult,testDefinition")?;
    Ok(listed["data"].as_array().cloned().unwrap_or_default())
}

/// What a person defines in OpenMetadata's pages.
fn by_hand(landing: &Landing, table: &str, name: &str, definition: &str, parameters: &Value) -> Result<()> {
    let column = if definition.starts_with("column") { "::columns::note" } else { "" };
    let mut body = json!({
        "name": name, "testDefinition": definition, "entityLink": format!("<#E::table::{table}{column}>"),
        "parameterValues": parameters,
    });
    if landing.server.version() == "1.7.7.4" {
        let suite = json!({ "name": format!("{table}.testSuite"), "executableEntityReference": table });
        landing.server.put("dataQuality/testSuites/executable", &suite)?;
        body["testSuite"] = json!(format!("{table}.testSuite"));
    }
    let made = landing.server.put("dataQuality/testCases", &body)?;
    ensure!(made["id"].is_string(), "{made:#}");
    Ok(())
}

fn lands(version: &str) -> Result<()> {
    metahost_stack::up(&[Server::Trino])?;
    let schema = format!("zz_quality_{}", version.replace('.', "_"));
    table(&schema, "orders", ORDERS)?;
    let landing = Landing::new(&source(&schema, &all_tests()), version)?;
    landing.run(&[METADATA])?;
    let name = format!("trino.iceberg.{schema}.orders");
    by_hand(&landing, &name, "by_hand", "columnValuesToBeNotNull", &json!([]))?;
    by_hand(&landing, &name, "diff", "tableDiff", &json!([{ "name": "table2", "value": "a.b.c.d" }]))?;
    let began = trino::number("SELECT CAST(floor(to_unixtime(current_timestamp)) AS bigint)")?;
    let report = landing.run(&[PROFILING])?;
    let (tests, count) = (&asset(&report)["tests"], TESTS.len() as u64);
    check(tests)?;
    // By hand, NaN and the nested column fail, too.
    assert_eq!((&tests["passed"], &tests["failed"], &tests["aborted"]), (&json!(count), &json!(count + 3), &json!(0)));
    assert_eq!(tests["notRun"], 1, "{tests:#}");
    // One statement for the profile and all tests; two tests have statements of their own.
    assert_eq!(asset(&report)["profiling"]["queries"], 3, "{report:#}");
    let scans = trino::number(&format!(
        "SELECT count(*) FROM system.runtime.queries WHERE query LIKE 'SELECT count(*), %FROM \"iceberg\".\"{schema}\".\"orders\"%' \
         AND query NOT LIKE '%system.runtime%' AND created >= from_unixtime({began}) AND state = 'FINISHED' \
         AND length(query) > 4000"
    ))?;
    assert_eq!(scans, 1);
    for kind in ["testCase", "testCaseResult"] {
        assert_eq!(sum(&report, Some(kind), "rejected"), 0, "{report:#}");
    }
    assert_eq!(sum(&report, Some("testCase"), "created"), 2 * count + 2);
    assert_eq!(sum(&report, Some("testCaseResult"), "emitted"), 2 * count + 3);
    let cases = cases(&landing)?;
    assert_eq!(cases.len() as u64, 2 * count + 4);
    let of = |name: &str| cases.iter().find(|case| case["name"] == name).map(|case| case["testCaseResult"].clone());
    let held = of("by_hand").context("by_hand is gone")?;
    assert_eq!((&held["testCaseStatus"], &held["result"]), (&json!("Failed"), &json!("found 5 nulls of 1,000")));
    assert_eq!(
        (&held["failedRows"], &held["testResultValue"]),
        (&json!(5), &json!([{ "name": "nullCount", "value": "5" }]))
    );
    assert!(of("diff").is_some_and(|result| result.is_null()), "tableDiff is another's to run");
    let counted = of("pass_tableRowCountToEqual").context("no such case")?;
    assert_eq!(
        (&counted["testCaseStatus"], &counted["testResultValue"][0]["value"]),
        (&json!("Success"), &json!("1000"))
    );
    assert_eq!(landing.server.ask("check")?["problems"], json!([]));

    // Again: the cases are there, each test has one more result, of a table whose snapshot is the same.
    let again = landing.run(&[PROFILING])?;
    check(&asset(&again)["tests"])?;
    assert_eq!(sum(&again, Some("testCase"), "unchanged"), 2 * count + 2, "{again:#}");
    assert_eq!(asset(&again)["profiling"]["queries"], 3, "{again:#}");
    let fqn = format!("{name}.pass_tableRowCountToEqual");
    let kept = landing.server.ask(&format!("series?collection=dataQuality/testCases&fqn={fqn}"))?;
    assert_eq!(kept["results"].as_array().map(Vec::len), Some(2), "{kept:#}");
    Ok(())
}

#[test]
fn version_1_7_takes_results() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_2_0_takes_results() -> Result<()> {
    lands("2.0.7.0")
}

#[test]
fn the_command_tells_each_test_and_its_exit_code_says_how_they_ended() -> Result<()> {
    metahost_stack::up(&[Server::Trino])?;
    table("zz_quality_cli", "orders", ORDERS)?;
    table("zz_quality_cli", "good", "SELECT 1 AS n")?;
    table("zz_quality_cli", "odd", "SELECT 'a' AS word, 2 AS n")?;
    let on = |table: &str, column: &str, definition: &str, parameters: &str| {
        test(column, definition, definition, parameters).replace("{schema}.orders", &format!("{{schema}}.{table}"))
    };
    let tests = all_tests()
        + &on("good", "n", "columnValuesToBeUnique", "")
        + &on("odd", "word", "columnValuesToMatchRegex", "regex = '(['")
        + &on("odd", "gone", "columnValuesToBeNotNull", "")
        + &on("odd", "n", "columnValuesToBeNotNull", "")
        + &on("none", "n", "columnValuesToBeNotNull", "");
    let project = Project::new(&source("zz_quality_cli", &tests))?;
    let run = |more: &[&str], code: i32| -> Result<(String, Value)> {
        let arguments = [&["test", "--dry-run", "--report", "report.json"], more].concat();
        let told = project.run(&arguments)?.expect_code(code)?;
        Ok((told.out, project.json("report.json")?))
    };
    let (out, report) = run(&["--table", "*.orders"], 8)?;
    check(&asset(&report)["tests"])?;
    assert!(out.contains("fail_columnValuesToBeNotNull") && out.contains("found 5 nulls of 1,000"), "{out}");
    assert_eq!(asset(&report)["profiling"]["queries"], 3, "{report:#}");
    assert_eq!(sum(&report, Some("tableProfile"), "emitted") + sum(&report, Some("tableStatistics"), "emitted"), 0);
    let (out, _) = run(&["--source", "trino", "--table", "*.good"], 0)?;
    assert!(out.contains("1 passed, 0 failed, 0 aborted"), "{out}");
    let (out, report) = run(&["--table", "*.odd"], 5)?;
    assert!(out.contains("1 passed, 0 failed, 2 aborted"), "{out}");
    let tests = &asset(&report)["tests"]["results"];
    assert!(tests.to_string().contains("the table has no column gone; it has word, n"), "{tests:#}");
    assert!(tests.to_string().to_lowercase().contains("([") || tests.to_string().contains("regular"), "{tests:#}");
    let (out, _) = run(&["--table", "*.none"], 5)?;
    assert!(out.contains("the engine lists no columns of it"), "{out}");
    let (out, _) = run(&["--table", "*.nothing"], 3)?;
    assert!(out.contains("no test was run"), "{out}");
    let help = project.run(&["test", "--help"])?.expect_code(0)?.out;
    assert!(help.contains("8    a test failed") && help.contains("allowedValues"), "{help}");
    Ok(())
}

#[test]
fn a_profile_is_made_although_one_of_its_tests_cant_be_asked() -> Result<()> {
    metahost_stack::up(&[Server::Trino])?;
    table("zz_quality_bad", "orders", "SELECT 'a' AS word, 2 AS n")?;
    let tests = test("word", "columnValuesToMatchRegex", "bad", "regex = '(['")
        + &test("n", "columnValuesToBeUnique", "good", "");
    let project = Project::new(&source("zz_quality_bad", &tests))?;
    project.run(&["run", METADATA])?.expect_code(0)?;
    let told = project.run(&["run", PROFILING, "--report", "report.json"])?.expect_code(0)?;
    assert!(told.out.contains("1 passed, 0 failed, 1 aborted"), "{}", told.out);
    let report = project.json("report.json")?;
    assert_eq!(asset(&report)["profiling"]["tables"], json!({ "query": 1 }), "{report:#}");
    assert_eq!(result(&asset(&report)["tests"], "good")?["outcome"], "Success");
    let shown = project.run(&["catalog", "show", "trino.iceberg.zz_quality_bad.orders", "--json"])?.expect_code(0)?;
    let shown: Value = serde_json::from_str(&shown.out)?;
    assert_eq!(shown["tests"].as_array().map(Vec::len), Some(2), "{shown:#}");
    Ok(())
}

#[test]
fn where_a_source_answers_no_sql_what_it_keeps_decides_or_the_reason_is_told() -> Result<()> {
    metahost_stack::up(&[Server::Iceberg])?;
    let on = |column: &str, definition: &str, parameters: &str| {
        test(column, definition, definition, parameters)
            .replace("sources.trino", "sources.iceberg")
            .replace("iceberg.{schema}.orders", "lake.bronze.orders")
    };
    let tests = on("", "tableCustomSQLQuery", "sqlExpression = 'SELECT 1'")
        + &on("orderkey", "columnValuesToMatchRegex", "regex = 'a'");
    let config = format!(
        "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = {{ url = \"{}\", database = \"lake\" }}\n\
         filters = {{ schema = {{ includes = [\"^bronze$\"] }} }}\n{tests}",
        Server::Iceberg.url()
    );
    let project = Project::new(&config)?;
    let told = project.run(&["test", "--dry-run"])?.expect_code(5)?;
    assert!(told.out.contains("it needs a statement of its own, and the source answers none"), "{}", told.out);
    assert!(told.out.contains("the source answers no SQL"), "{}", told.out);
    Ok(())
}
