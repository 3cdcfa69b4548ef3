//! Verdicts against what the values themselves say, of columns that chance made; and what is not certain never decides.

use metahost_model::{Accuracy, ColumnProfile, Measure, Outcome, ProfileMethod, SampleSize, TableProfile, TableStat};
use proptest::prelude::*;
use serde_json::json;

use super::facts::{Fact, Facts, Known, Of};
use super::number::Number;
use super::{FactQuestions, Test, Verdict};
use crate::pushdown::{Questions, SqlColumn, Wanted};

type Values = Vec<Option<i64>>;

fn test(definition: &str, parameters: &[(&str, &str)]) -> Test {
    let column = if definition.starts_with("column") { vec!["c".to_owned()] } else { Vec::new() };
    let parameters: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Test::new(definition, &column, &parameters).unwrap()
}

/// What an engine would answer.
fn answer(values: &Values, of: &Of) -> Known {
    let there: Vec<i64> = values.iter().flatten().copied().collect();
    let count = |holds: &dyn Fn(i64) -> bool| {
        Known::Exact(Number::count(there.iter().filter(|value| holds(**value)).count() as u64))
    };
    let whole = |found: Option<i64>| {
        found.map_or(Known::Nothing, |found| Known::Exact(Number::parse(&found.to_string()).unwrap()))
    };
    let than = |bound: &super::Bound, value: i64| Number::parse(&value.to_string()).unwrap().order(bound.number);
    let those = |holds: &dyn Fn(i64) -> bool| there.iter().copied().filter(|value| holds(*value)).collect::<Vec<i64>>();
    match of {
        Of::Values => count(&|_| true),
        Of::Nulls => Known::Exact(Number::count((values.len() - there.len()) as u64)),
        Of::Different => {
            Known::Exact(Number::count(there.iter().collect::<std::collections::BTreeSet<_>>().len() as u64))
        }
        Of::Min => whole(there.iter().min().copied()),
        Of::Max => whole(there.iter().max().copied()),
        Of::Sum | Of::Mean if there.is_empty() => Known::Nothing,
        Of::Sum => whole(Some(there.iter().sum())),
        Of::Mean => Known::Exact(Number::real(there.iter().sum::<i64>() as f64 / there.len() as f64)),
        Of::Outside(range) => {
            let micros = |limit: &Option<super::Limit>| match limit {
                Some(super::Limit::Number(bound)) => Some(bound.clone()),
                _ => None,
            };
            let range = super::Range { min: micros(&range.min), max: micros(&range.max) };
            count(&|value| !range.holds(Number::parse(&value.to_string()).unwrap()))
        }
        Of::In(set) => count(&|value| set.contains(&value.to_string())),
        Of::Below(bound) => count(&|value| than(bound, value).is_lt()),
        Of::Above(bound) => count(&|value| than(bound, value).is_gt()),
        Of::HighestBelow(bound) => whole(those(&|value| than(bound, value).is_lt()).into_iter().max()),
        Of::LowestFrom(bound) => whole(those(&|value| than(bound, value).is_ge()).into_iter().min()),
        Of::HighestTo(bound) => whole(those(&|value| than(bound, value).is_le()).into_iter().max()),
        Of::LowestAbove(bound) => whole(those(&|value| than(bound, value).is_gt()).into_iter().min()),
        _ => Known::Nothing,
    }
}

fn judge(test: &Test, values: &Values) -> Verdict {
    let rows = (Fact::of_table(Of::Rows), Known::Exact(Number::count(values.len() as u64)));
    let needed = test.needs().into_iter().filter(|fact| fact.of != Of::Nans).map(|fact| {
        let known = answer(values, &fact.of);
        (fact, known)
    });
    let facts = Facts::asked(needed.chain([rows]).collect(), vec!["c".to_owned()]);
    test.judge(&facts, 0)
}

fn passed(verdict: &Verdict) -> Option<bool> {
    match verdict.outcome {
        Outcome::Success => Some(true),
        Outcome::Failed => Some(false),
        Outcome::Aborted => None,
    }
}

fn column() -> impl Strategy<Value = Values> {
    prop::collection::vec(prop::option::weighted(0.9, -6_i64..6), 0..12)
}

proptest! {
    #[test]
    fn values_are_judged_as_they_are(values in column(), low in -7_i64..7, more in 0_i64..5) {
        let there: Vec<i64> = values.iter().flatten().copied().collect();
        let (min, max) = (low.to_string(), (low + more).to_string());
        let within = |value: &i64| (low..=low + more).contains(value);
        let nulls = values.len() - there.len();
        let verdict = judge(&test("columnValuesToBeNotNull", &[]), &values);
        prop_assert_eq!((passed(&verdict), verdict.failed_rows), (Some(nulls == 0), Some(nulls as u64)));
        let mut different = there.clone();
        different.sort_unstable();
        different.dedup();
        let verdict = judge(&test("columnValuesToBeUnique", &[]), &values);
        prop_assert_eq!(passed(&verdict), Some(different.len() == there.len()));
        let verdict = judge(&test("columnValuesToBeBetween", &[("minValue", &min), ("maxValue", &max)]), &values);
        prop_assert_eq!(passed(&verdict), Some(there.iter().all(within)));
        prop_assert_eq!(verdict.failed_rows, Some(there.iter().filter(|value| !within(value)).count() as u64));
        let set = format!("[{low}, {}]", low + more);
        let is_in = |value: &i64| *value == low || *value == low + more;
        let every = judge(&test("columnValuesToBeInSet", &[("allowedValues", &set), ("matchEnum", "true")]), &values);
        prop_assert_eq!(passed(&every), Some(nulls == 0 && there.iter().all(is_in)));
        let any = judge(&test("columnValuesToBeInSet", &[("allowedValues", &set)]), &values);
        prop_assert_eq!(passed(&any), Some(there.iter().any(is_in)));
        let none = judge(&test("columnValuesToBeNotInSet", &[("forbiddenValues", &set)]), &values);
        prop_assert_eq!(passed(&none), Some(!there.iter().any(is_in)));
        let rows = judge(&test("tableRowCountToBeBetween", &[("minValue", "3"), ("maxValue", "8")]), &values);
        prop_assert_eq!(passed(&rows), Some((3..=8).contains(&values.len())));
    }

    #[test]
    fn measures_are_judged_as_they_are(values in column(), low in -14_i64..14, more in 0_i64..5) {
        let mut there: Vec<i64> = values.iter().flatten().copied().collect();
        there.sort_unstable();
        // Halves, so that means and medians fall on limits as well as between them.
        let (least, most) = (low as f64 / 2.0, (low + more) as f64 / 2.0);
        let (min, max) = (least.to_string(), most.to_string());
        let within = |value: f64| there.first().map(|_| (least..=most).contains(&value));
        let measured = |definition: &str, name: &str| {
            let names = [format!("minValueFor{name}"), format!("maxValueFor{name}")];
            passed(&judge(&test(definition, &[(&names[0], &min), (&names[1], &max)]), &values))
        };
        let end = |value: Option<&i64>| value.map_or(0.0, |value| *value as f64);
        let sum = there.iter().sum::<i64>() as f64;
        let count = there.len();
        let median = there.first().map_or(0.0, |_| (there[(count - 1) / 2] + there[count / 2]) as f64 / 2.0);
        prop_assert_eq!(measured("columnValueMinToBeBetween", "MinInCol"), within(end(there.first())));
        prop_assert_eq!(measured("columnValueMaxToBeBetween", "MaxInCol"), within(end(there.last())));
        prop_assert_eq!(measured("columnValuesSumToBeBetween", "ColSum"), within(sum));
        prop_assert_eq!(measured("columnValueMeanToBeBetween", "MeanInCol"), within(sum / count as f64));
        prop_assert_eq!(measured("columnValueMedianToBeBetween", "MedianInCol"), within(median));
    }

    #[test]
    fn an_estimate_never_contradicts_the_truth(
        truth in -20.0_f64..20.0, below in 0.0_f64..5.0, above in 0.0_f64..5.0, min in -20_i32..20, more in 0_i32..20,
    ) {
        let profile = profiled("mean", Accuracy::Approximate { low: json!(truth - below), high: json!(truth + above) }, truth);
        let facts = Facts::of_profile(&profile, None, "no more is known");
        let (min, max) = (f64::from(min), f64::from(min + more));
        let test = test(
            "columnValueMeanToBeBetween",
            &[("minValueForMeanInCol", &min.to_string()), ("maxValueForMeanInCol", &max.to_string())],
        );
        let is_within = (min..=max).contains(&truth);
        let verdict = test.judge(&facts, 0);
        prop_assert!(passed(&verdict).is_none_or(|passed| passed == is_within), "{:?}", verdict);
        let is_clear = min <= truth - below && truth + above <= max || truth + above < min || max < truth - below;
        prop_assert_eq!(passed(&verdict).is_some(), is_clear);
    }
}

fn profiled(metric: &str, accuracy: Accuracy, value: f64) -> TableProfile {
    let metrics = [(metric.to_owned(), Measure { value: json!(value), accuracy })];
    let column = ColumnProfile { column: vec!["c".to_owned()], metrics: metrics.into(), ..ColumnProfile::default() };
    TableProfile {
        method: ProfileMethod::Files,
        rows: Some(10),
        columns: vec![column],
        ..TableProfile::of(TableStat::default(), 0)
    }
}

#[test]
fn what_only_statistics_or_a_sample_tell_decides_nothing() {
    let not_null = test("columnValuesToBeNotNull", &[]);
    let verdict = |profile: &TableProfile| not_null.judge(&Facts::of_profile(profile, None, "nothing was asked"), 0);
    let kept = verdict(&profiled("nullCount", Accuracy::Statistics, 0.0));
    assert_eq!(kept.outcome, Outcome::Aborted);
    assert!(kept.message.contains("only estimated"), "{}", kept.message);
    let exact = profiled("nullCount", Accuracy::Exact, 0.0);
    assert_eq!(verdict(&exact).outcome, Outcome::Success);
    let sampled = TableProfile { sample: Some(SampleSize::Percentage(10.0)), ..exact };
    assert_eq!(verdict(&sampled).outcome, Outcome::Aborted);
    let unknown = verdict(&profiled("mean", Accuracy::Exact, 0.0));
    assert!(unknown.message.contains("how many nulls there are in c: nothing was asked"), "{}", unknown.message);
}

#[test]
fn texts_are_measured_by_length_in_profiles_and_that_is_no_value() {
    let mut profile = profiled("min", Accuracy::Exact, 3.0);
    profile.columns[0].metrics.insert("minLength".to_owned(), Measure { value: json!(3), accuracy: Accuracy::Exact });
    let test = test("columnValueMinToBeBetween", &[("minValueForMinInCol", "1")]);
    assert_eq!(test.judge(&Facts::of_profile(&profile, None, "it is text"), 0).outcome, Outcome::Aborted);
}

#[test]
fn wrong_parameters_are_named() {
    let said = |definition: &str, column: &[String], parameters: &[(&str, &str)]| {
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Test::new(definition, column, &parameters).unwrap_err().to_string()
    };
    let c = ["c".to_owned()];
    for (definition, column, parameters, expected) in [
        ("tableDiff", &[][..], &[][..], "no test definition tableDiff"),
        ("columnValuesToBeUnique", &[][..], &[][..], "needs a column"),
        ("tableRowCountToEqual", &c[..], &[("value", "1")][..], "is about a table"),
        ("columnValuesToBeUnique", &c[..], &[("minValue", "1")][..], "has no parameter `minValue`; it takes none"),
        ("columnValuesToBeBetween", &c[..], &[][..], "needs `minValue`, `maxValue`, or both"),
        ("columnValuesToBeBetween", &c[..], &[("minValue", "many")][..], "as `minValue`, and `many` is none"),
        ("columnValuesToBeBetween", &c[..], &[("minValue", "2"), ("maxValue", "1")][..], "greater than its `maxValue`"),
        ("columnValueLengthsToBeBetween", &c[..], &[("minLength", "-1")][..], "as `minLength`, and `-1` is none"),
        ("columnValuesToBeInSet", &c[..], &[("allowedValues", "a, b")][..], "a list such as"),
        ("columnValuesToBeInSet", &c[..], &[("allowedValues", "[]")][..], "has an empty list as `allowedValues`"),
        ("columnValuesToMatchRegex", &c[..], &[("regex", " ")][..], "lacks the parameter `regex`"),
        ("tableCustomSQLQuery", &[][..], &[("sqlExpression", "SELECT 1"), ("operator", "=")][..], "one of <=, <"),
        ("tableDataToBeFresh", &[][..], &[("column", "t"), ("timeSinceUpdate", "soon")][..], "`timeSinceUpdate`"),
    ] {
        let said = said(definition, column, parameters);
        assert!(said.contains(expected) && (said.contains(definition)), "{said}");
    }
}

fn columns() -> Vec<SqlColumn> {
    [("c", "bigint"), ("name", "varchar"), ("price", "double"), ("day", "date"), ("r", "row(a bigint)")]
        .map(|(name, type_name)| SqlColumn { name: name.to_owned(), type_name: type_name.to_owned() })
        .to_vec()
}

#[test]
fn all_tests_of_a_table_are_one_statement_and_each_expression_stands_there_once() {
    let on = |column: &str, definition: &str, parameters: &[(&str, &str)]| {
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Test::new(definition, &column.split('.').map(str::to_owned).collect::<Vec<_>>(), &parameters).unwrap()
    };
    let tests = [
        on("c", "columnValuesToBeUnique", &[]),
        on("c", "columnValuesToBeBetween", &[("minValue", "0"), ("maxValue", "9.5")]),
        on("name", "columnValuesToMatchRegex", &[("regex", "^it's$")]),
        on("name", "columnValueMinToBeBetween", &[("minValueForMinInCol", "0")]),
        on("gone", "columnValuesToBeNotNull", &[]),
        on("r.a", "columnValuesToBeNotNull", &[]),
        on("day", "columnValuesToBeBetween", &[("minValue", "2026-01-01")]),
    ];
    let asked = FactQuestions::of(&tests, &columns());
    let wanted = Wanted { facts: asked.expressions(), ..Wanted::default() };
    let table = ["lake", "s", "t"].map(str::to_owned);
    let questions = Questions::about(&table, &[], &wanted).unwrap();
    let statements: Vec<&str> = questions.statements().collect();
    assert_eq!(
        statements,
        ["SELECT count(*), count(\"c\"), count(DISTINCT \"c\"), count_if(\"c\" < DECIMAL '0' OR \"c\" > DECIMAL '9.5'), \
          min(\"c\"), max(\"c\"), count(CAST(\"name\" AS varchar)), \
          count_if(regexp_like(CAST(\"name\" AS varchar), '^it''s$')), count_if(\"r\".\"a\" IS NULL), count(\"day\"), \
          count_if(CAST(\"day\" AS timestamp(6)) < TIMESTAMP '2026-01-01 00:00:00'), min(\"day\"), max(\"day\") \
          FROM \"lake\".\"s\".\"t\""
            .replace("count(CAST(\"name\" AS varchar))", "count(\"name\")")]
    );
    let row: Vec<Option<String>> = ["5", "4", "3", "1", "-2", "9", "4", "4", "0", "5", "0", "2026-01-01", "2026-02-03"]
        .map(|cell| Some(cell.to_owned()))
        .to_vec();
    let (rows, cells) = questions.facts(&[row]).unwrap();
    let verdicts = asked.judge(&tests, &asked.facts(rows, &cells).unwrap(), 0);
    let told: Vec<(Outcome, &str)> =
        verdicts.iter().map(|verdict| (verdict.outcome, verdict.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (Outcome::Failed, "found 3 different values of 4"),
            (Outcome::Failed, "found 1 value of 4 not 0 to 9.5; they are -2 to 9"),
            (Outcome::Success, "found 0 values of 4 that do not match ^it's$"),
            (Outcome::Aborted, "the column name is varchar, and this is for numbers, dates and times"),
            (Outcome::Aborted, "the table has no column gone; it has c, name, price, day, r"),
            (Outcome::Success, "found 0 nulls of 5"),
            (
                Outcome::Success,
                "found 0 values of 5 not 2026-01-01T00:00:00 or more; they are 2026-01-01 to 2026-02-03"
            ),
        ]
    );
    assert_eq!(
        verdicts[0].values,
        [("valueCount".to_owned(), "4".to_owned()), ("distinctCount".to_owned(), "3".to_owned())]
    );
}

#[test]
fn a_statement_of_a_persons_own_can_be_nothing_but_a_query() {
    let own = |strategy: &str| {
        let parameters = [("sqlExpression", "SELECT a FROM t; -- all\n;"), ("strategy", strategy)];
        test("tableCustomSQLQuery", &parameters)
    };
    assert_eq!(own("ROWS").own_statement().unwrap().sql, "SELECT count(*) FROM (\nSELECT a FROM t; -- all\n\n)");
    let counted = own("COUNT");
    assert!(counted.own_statement().unwrap().sql.starts_with("SELECT * FROM (\n"));
    let cell = |text: &str| vec![Some(text.to_owned())];
    assert_eq!(counted.judge_own(&[cell("0")]).outcome, Outcome::Success);
    let failed = counted.judge_own(&[cell("3")]);
    assert_eq!((failed.outcome, failed.message.as_str()), (Outcome::Failed, "found 3 rows, expected at most 0"));
    for rows in [vec![], vec![cell("1"), cell("2")], vec![cell("1.5")], vec![vec![None]]] {
        assert_eq!(counted.judge_own(&rows).outcome, Outcome::Aborted, "{rows:?}");
    }
}

#[test]
fn freshness_is_told_in_days_and_hours() {
    let fresh = test("tableDataToBeFresh", &[("column", "day"), ("timeSinceUpdate", "2"), ("timeUnit", "days")]);
    let newest = Fact { column: vec!["day".to_owned()], of: Of::Newest };
    let verdict = |newest_ms: u64| {
        let asked = vec![(newest.clone(), Known::Exact(Number::count(newest_ms)))];
        fresh.judge(&Facts::asked(asked, Vec::new()), 1_000_000_000)
    };
    let old = verdict(1_000_000_000 - 3 * 86_400_000 - 7_200_000);
    assert_eq!(old.message, "found the latest moment 3 days 2 hours ago, expected 2 days at most");
    assert_eq!([old.outcome, verdict(999_000_000).outcome], [Outcome::Failed, Outcome::Success]);
    let nothing = fresh.judge(&Facts::asked(vec![(newest.clone(), Known::Nothing)], Vec::new()), 0);
    assert_eq!(nothing.outcome, Outcome::Aborted);
}
