//! What templates become, by what Superset's documentation says of them.

use std::collections::BTreeMap;

use minijinja::value::Value;

use super::marks::{self, Mark};
use super::{Rendered, Scope, render};

fn scope() -> Scope {
    let parameters = BTreeMap::from([("country".to_owned(), Value::from("DE")), ("days".to_owned(), Value::from(7))]);
    Scope { dataset: 3, columns: vec!["id".to_owned(), "name".to_owned()], parameters }
}

/// The text with nothing in particular filled in, other marks in words.
fn filled(template: &str) -> String {
    let Rendered { text, .. } = render(template, scope()).unwrap();
    let fill = |mark: &Mark, before: &str, behind: &str| -> Result<String, ()> {
        Ok(match mark {
            Mark::Nothing(name) => marks::literal(name, before, behind),
            Mark::Dataset(id) => format!("<dataset {id}>"),
            Mark::Metric(id, name) => format!("<{name} of {id}>"),
        })
    };
    marks::replace(&text, fill).unwrap()
}

#[test]
fn what_superset_gives_to_templates_is_there_without_a_value() {
    for (template, expected) in [
        ("x > '{{ from_dttm or \"2025-01-01\" }}'", "x > '2025-01-01'"),
        ("a{% if from_dttm %} AND t >= '{{ from_dttm }}'{% endif %}", "a"),
        ("t > '{{ from_dttm.strftime('%Y') }}' AND t < '{{ to_dttm }}'", "t > 'NULL' AND t < 'NULL'"),
        (
            "u = '{{ current_username() }}' OR u = {{ current_user_id(add_to_cache_keys=False) }}",
            "u = 'NULL' OR u = NULL",
        ),
        ("c = '{{ url_param('c', 'FR') }}' OR c = '{{ url_param('d', default='IT') }}'", "c = 'FR' OR c = 'IT'"),
        ("c = '{{ url_param('c') }}'", "c = 'NULL'"),
        ("c IN {{ filter_values('c') | where_in }}", "c IN (NULL)"),
        ("c IN {{ filter_values('c', \"o'k\") | where_in }}", "c IN ('o''k')"),
        ("c IN ('{{ \"', '\".join(filter_values('c', 'DE')) }}')", "c IN ('DE')"),
        ("{% for f in get_filters('c', remove_filter=True) %}AND c = {{ f.val }}{% endfor %}", ""),
        ("{{ get_time_filter('t').from_expr }}", "NULL"),
        ("{% if 'admin' in current_user_roles() %}x{% else %}y{% endif %}", "y"),
        ("SELECT {{ columns | join(', ') }}", "SELECT id, name"),
        ("t = '{{ trino.latest_partition('a.b')[0] }}'", "t = 'NULL'"),
        ("{{ cache_key_wrapper('k') }}", "k"),
    ] {
        assert_eq!(filled(template), expected, "{template}");
    }
}

#[test]
fn parameters_of_the_dataset_and_pythons_own_methods_are_known() {
    assert_eq!(filled("c = '{{ country }}' AND d < {{ days }}"), "c = 'DE' AND d < 7");
    assert_eq!(filled("{% set n = 'A-B' %}'{{ n.replace('-', '_').lower() }}'"), "'a_b'");
    assert_eq!(filled("{# why #}1{% raw %}{{ x }}{% endraw %}"), "1{{ x }}");
    assert_eq!(filled("{% macro m(x) %}{{ x }} = {{ days }}{% endmacro %}{{ m('d') }}"), "d = 7");
}

#[test]
fn other_datasets_and_measures_are_marked() {
    assert_eq!(filled("SELECT * FROM {{ dataset(31) }}"), "SELECT * FROM <dataset 31>");
    assert_eq!(filled("FROM {{ dataset(31, include_metrics=True, columns=['a']) }}"), "FROM <dataset 31>");
    assert_eq!(filled("{{ metric('n') }}, {{ metric('m', 9) }}"), "<n of 3>, <m of 9>");
    assert_eq!(filled("{{ metric('m', dataset_id=9) }}"), "<m of 9>");
}

#[test]
fn unknown_names_do_no_harm_and_are_told() {
    let template = "SELECT * FROM {{ stage }}.orders JOIN {{ other }} o ON x > {{ since(1).day }} \
                    WHERE a = '{{ nobody }}'{% if flag %} AND b{% endif %}{% if flag is defined %} AND c{% endif %} \
                    AND d = {{ limit | default(5) }} AND orders_{{ year }} = 1";
    let expected = "SELECT * FROM stage.orders JOIN other o ON x > NULL WHERE a = 'NULL' AND d = 5 AND orders_year = 1";
    assert_eq!(filled(template), expected);
    let unknown = render(template, scope()).unwrap().unknown;
    assert_eq!(Vec::from_iter(unknown), ["flag", "limit", "nobody", "other", "since", "stage", "year"]);
}

#[test]
fn what_never_ends_or_is_no_template_ends_in_words() {
    for template in [
        "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 'x' * 100000000000 }}",
        "{{ [1, 2] * 50000000 }}",
        "{% if %}",
        "{{ x",
        "{{ days | no_such_filter }}",
        "{{ from_dttm + 1 }}",
        "\u{fdd0}#1\u{fdd1}{{ days }}",
    ] {
        assert!(!render(template, scope()).unwrap_err().is_empty(), "{template}");
    }
}

#[test]
fn a_text_that_grows_without_end_is_stopped() {
    let doubling = format!("{{% set x = 'xxxxxxxxxxxxxxxx' %}}{}", "{% set x = x ~ x %}".repeat(60));
    assert!(render(&doubling, scope()).is_err());
}

#[test]
fn what_nests_deeply_ends_in_words() {
    for deep in [
        format!("{{{{ {}1{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(5_000)),
        format!("{{{{ {}1 }}}}", "-".repeat(5_000)),
        format!("{{{{ days{} }}}}", ".a".repeat(5_000)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(5_000)),
        format!("{}{}", "{% if true %}".repeat(5_000), "{% endif %}".repeat(5_000)),
        format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(5_000)),
    ] {
        assert!(render(&deep, scope()).is_err(), "{}", &deep[..40]);
    }
}

#[test]
fn what_is_no_template_stays_as_it_is() {
    let sql = "SELECT '{' || a FROM t -- 100 %";
    assert_eq!(render(sql, scope()).unwrap().text, sql);
}
