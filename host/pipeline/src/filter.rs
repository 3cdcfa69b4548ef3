//! OpenMetadata's filter patterns: regular expressions that must match from the start, whatever the case. A name passes
//! when it matches one of `includes` (or there are none) and none of `excludes`. What lies below a filtered name is
//! filtered too.

use std::collections::BTreeMap;

use fancy_regex::Regex;
use metahost_model::{EntityKind, EntityPath, Fqn, Service, ServiceKind};

use crate::error::{Error, ErrorKind};

/// Patterns of one kind of entity, as text.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    /// What stays.
    pub includes: Vec<String>,
    /// What goes.
    pub excludes: Vec<String>,
}

/// The filters of a source.
#[derive(Debug, Default)]
pub struct Filters {
    by_kind: BTreeMap<String, Filter>,
    use_fqn: bool,
}

#[derive(Debug)]
struct Filter {
    includes: Vec<Regex>,
    excludes: Vec<Regex>,
}

impl Filters {
    /// Compiles patterns, by kind ("database", "schema", "table", ...). With `use_fqn` they are matched against fully
    /// qualified names.
    pub fn new(patterns: BTreeMap<String, Patterns>, use_fqn: bool) -> Result<Self, Error> {
        let compile = |(kind, patterns): (String, Patterns)| {
            let all = |list: Vec<String>| list.iter().map(|pattern| anchored(pattern, &kind)).collect::<Result<_, _>>();
            let filter = Filter { includes: all(patterns.includes)?, excludes: all(patterns.excludes)? };
            Ok((kind, filter))
        };
        Ok(Self { by_kind: patterns.into_iter().map(compile).collect::<Result<_, Error>>()?, use_fqn })
    }

    /// The pattern that filters an entity, if one does.
    pub fn filtered(&self, service: &Service, kind: EntityKind, path: &EntityPath) -> Option<String> {
        if service.kind == ServiceKind::DatabaseService {
            return self.filtered_path(service, path, kind == EntityKind::StoredProcedure);
        }
        self.check(own_pattern(kind)?, service, path)
    }

    /// The pattern that filters everything below a path, if one does: then it need not be read.
    pub fn filtered_scope(&self, service: &Service, path: &EntityPath) -> Option<String> {
        (service.kind == ServiceKind::DatabaseService).then(|| self.filtered_path(service, path, false)).flatten()
    }

    fn filtered_path(&self, service: &Service, path: &EntityPath, is_routine: bool) -> Option<String> {
        let last = if is_routine { "stored-procedure" } else { "table" };
        ["database", "schema", last].into_iter().zip(1..=path.depth()).find_map(|(kind, depth)| {
            let ancestor = EntityPath::new(path.parts()[..depth].to_vec()).ok()?;
            self.check(kind, service, &ancestor)
        })
    }

    fn check(&self, kind: &str, service: &Service, path: &EntityPath) -> Option<String> {
        let filter = self.by_kind.get(kind)?;
        let name = if self.use_fqn { Fqn::new(&service.name, path).to_string() } else { path.name().to_owned() };
        let matches = |pattern: &Regex| pattern.is_match(&name).unwrap_or(false);
        let stays =
            (filter.includes.is_empty() || filter.includes.iter().any(matches)) && !filter.excludes.iter().any(matches);
        (!stays).then(|| format!("{kind} filter"))
    }
}

fn own_pattern(kind: EntityKind) -> Option<&'static str> {
    match kind {
        EntityKind::Container => Some("container"),
        EntityKind::Pipeline => Some("pipeline"),
        EntityKind::Chart => Some("chart"),
        EntityKind::DashboardDataModel => Some("data-model"),
        EntityKind::Dashboard => Some("dashboard"),
        _ => None,
    }
}

fn anchored(pattern: &str, kind: &str) -> Result<Regex, Error> {
    Regex::new(&format!("(?i)^(?:{pattern})")).map_err(|error| {
        Error::new(ErrorKind::Filter, format!("a filter pattern is no regular expression: {error}"))
            .with("pattern", pattern)
            .with("setting", format!("filters.{kind}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service {
            name: "trino".into(),
            kind: ServiceKind::DatabaseService,
            service_type: "Trino".into(),
            display_name: None,
            description: None,
            borrowed: false,
        }
    }

    fn filters(kind: &str, includes: &[&str], excludes: &[&str], use_fqn: bool) -> Filters {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let patterns = Patterns { includes: owned(includes), excludes: owned(excludes) };
        Filters::new(BTreeMap::from([(kind.to_owned(), patterns)]), use_fqn).unwrap()
    }

    fn passes(filters: &Filters, path: &[&str]) -> bool {
        let path = EntityPath::new(path.iter().map(|part| (*part).to_owned()).collect()).unwrap();
        filters.filtered(&service(), EntityKind::Table, &path).is_none()
    }

    #[test]
    fn a_pattern_must_match_from_the_start_but_not_to_the_end() {
        let only = filters("table", &["ord"], &[], false);
        assert!(passes(&only, &["db", "s", "orders"]));
        assert!(!passes(&only, &["db", "s", "my_orders"]));
    }

    #[test]
    fn case_does_not_matter() {
        assert!(passes(&filters("table", &["^ORDERS$"], &[], false), &["db", "s", "orders"]));
    }

    #[test]
    fn excludes_win_over_includes() {
        let both = filters("table", &["raw_.*"], &[".*_tmp$"], false);
        assert!(passes(&both, &["db", "s", "raw_a"]));
        assert!(!passes(&both, &["db", "s", "raw_a_tmp"]));
        assert!(!passes(&both, &["db", "s", "other"]));
    }

    #[test]
    fn without_includes_only_excludes_count() {
        let excludes = filters("schema", &[], &["^information_schema$"], false);
        assert!(passes(&excludes, &["db", "s", "t"]));
        assert!(!passes(&excludes, &["db", "information_schema", "t"]), "what lies below is filtered too");
    }

    #[test]
    fn alternatives_are_anchored_as_a_whole() {
        let only = filters("table", &["a|b"], &[], false);
        assert!(passes(&only, &["db", "s", "b1"]));
        assert!(!passes(&only, &["db", "s", "xb"]));
    }

    #[test]
    fn fully_qualified_names_when_asked_for() {
        let only = filters("table", &[r"trino\.db\.s\.orders$"], &[], true);
        assert!(passes(&only, &["db", "s", "orders"]));
        assert!(!passes(&only, &["db", "other", "orders"]));
    }

    #[test]
    fn look_ahead_works_as_in_python() {
        let only = filters("schema", &["^(?!tmp_).*"], &[], false);
        assert!(passes(&only, &["db", "s", "t"]) && !passes(&only, &["db", "tmp_s", "t"]));
    }

    #[test]
    fn a_broken_pattern_is_named_with_its_setting() {
        let broken = BTreeMap::from([("table".to_owned(), Patterns { includes: vec!["(".into()], excludes: vec![] })]);
        let error = Filters::new(broken, false).unwrap_err();
        assert!(error.to_string().contains("pattern: (; setting: filters.table"), "{error}");
    }
}
