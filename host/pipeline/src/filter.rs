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
        if kind == EntityKind::Container {
            return self.filtered_container(service, path);
        }
        self.check(own_pattern(kind)?, service, path)
    }

    /// The pattern that filters everything below a path, if one does: then it need not be read.
    pub fn filtered_scope(&self, service: &Service, path: &EntityPath) -> Option<String> {
        match service.kind {
            ServiceKind::DatabaseService => self.filtered_path(service, path, false),
            ServiceKind::StorageService => self.filtered_container(service, path),
            _ => None,
        }
    }

    /// `includes` choose buckets; what is excluded goes with all that lies in it.
    fn filtered_container(&self, service: &Service, path: &EntityPath) -> Option<String> {
        let filter = self.by_kind.get("container")?;
        (1..=path.depth()).find_map(|depth| {
            let ancestor = ancestor(path, depth)?;
            let includes = if depth == 1 { &filter.includes[..] } else { &[] };
            self.verdict("container", includes, &filter.excludes, service, &ancestor)
        })
    }

    fn filtered_path(&self, service: &Service, path: &EntityPath, is_routine: bool) -> Option<String> {
        let last = if is_routine { "stored-procedure" } else { "table" };
        ["database", "schema", last]
            .into_iter()
            .zip(1..=path.depth())
            .find_map(|(kind, depth)| self.check(kind, service, &ancestor(path, depth)?))
    }

    fn check(&self, kind: &str, service: &Service, path: &EntityPath) -> Option<String> {
        let filter = self.by_kind.get(kind)?;
        self.verdict(kind, &filter.includes, &filter.excludes, service, path)
    }

    fn verdict(
        &self,
        kind: &str,
        includes: &[Regex],
        excludes: &[Regex],
        service: &Service,
        path: &EntityPath,
    ) -> Option<String> {
        if includes.is_empty() && excludes.is_empty() {
            return None;
        }
        let name = if self.use_fqn { Fqn::new(&service.name, path).to_string() } else { path.name().to_owned() };
        match (matches(includes, &name), matches(excludes, &name)) {
            (Ok(is_in), Ok(is_out)) => (is_out || !(is_in || includes.is_empty())).then(|| format!("{kind} filter")),
            // Said apart: a pattern that backtracks for ever on a name has not decided anything about it.
            _ => Some(format!("{kind} filter: a pattern is too slow to decide")),
        }
    }
}

fn matches(patterns: &[Regex], name: &str) -> Result<bool, fancy_regex::Error> {
    for pattern in patterns {
        if pattern.is_match(name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ancestor(path: &EntityPath, depth: usize) -> Option<EntityPath> {
    EntityPath::new(path.parts()[..depth].to_vec()).ok()
}

fn own_pattern(kind: EntityKind) -> Option<&'static str> {
    match kind {
        EntityKind::Topic => Some("topic"),
        EntityKind::Pipeline => Some("pipeline"),
        EntityKind::Chart => Some("chart"),
        EntityKind::DashboardDataModel => Some("data-model"),
        EntityKind::Dashboard => Some("dashboard"),
        _ => None,
    }
}

/// Anchored as a whole, and valid on its own: `a)(b` is not a pattern because of the brackets put around it.
fn anchored(pattern: &str, kind: &str) -> Result<Regex, Error> {
    let compiled = Regex::new(pattern).and_then(|_| Regex::new(&format!("(?i)^(?:{pattern})")));
    compiled.map_err(|error| {
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

    fn storage(path: &[&str], includes: &[&str], excludes: &[&str]) -> Option<String> {
        let service = Service { kind: ServiceKind::StorageService, ..service() };
        let path = EntityPath::new(path.iter().map(|part| (*part).to_owned()).collect()).unwrap();
        let filters = filters("container", includes, excludes, false);
        let found = filters.filtered(&service, EntityKind::Container, &path);
        assert_eq!(found, filters.filtered_scope(&service, &path), "a scope is filtered as its entity is");
        found
    }

    #[test]
    fn includes_choose_buckets_and_excludes_reach_into_them() {
        assert_eq!(storage(&["lake", "raw"], &["^lake$"], &[]), None);
        assert!(storage(&["other", "lake"], &["^lake$"], &[]).is_some());
        assert!(storage(&["lake", "tmp", "x"], &["^lake$"], &["^tmp$"]).is_some(), "below an excluded prefix");
    }

    #[test]
    fn a_stored_procedure_is_not_filtered_as_a_table() {
        let path = EntityPath::new(vec!["db".into(), "s".into(), "p".into()]).unwrap();
        let tables = filters("table", &[], &["p"], false);
        assert_eq!(tables.filtered(&service(), EntityKind::StoredProcedure, &path), None);
        let routines = filters("stored-procedure", &[], &["p"], false);
        assert!(routines.filtered(&service(), EntityKind::StoredProcedure, &path).is_some());
    }

    #[test]
    fn a_split_below_a_filtered_schema_need_not_be_read() {
        let filters = filters("schema", &["^mart$"], &[], false);
        let scope = |parts: &[&str]| {
            let path = EntityPath::new(parts.iter().map(|part| (*part).to_owned()).collect()).unwrap();
            filters.filtered_scope(&service(), &path)
        };
        assert!(scope(&["db", "raw"]).is_some());
        assert_eq!(scope(&["db", "mart"]), None);
        assert_eq!(scope(&["db"]), None);
        assert_eq!(filters.filtered_scope(&service(), &EntityPath::root()), None);
    }

    #[test]
    fn a_pattern_that_never_ends_is_said_to_be_too_slow() {
        let slow = filters("table", &[], &[r"(a+)+(?!x)\1b$"], false);
        let name = "a".repeat(200);
        let path = EntityPath::new(vec!["db".into(), "s".into(), name]).unwrap();
        let reason = slow.filtered(&service(), EntityKind::Table, &path).unwrap();
        assert!(reason.contains("too slow"), "{reason}");
    }

    #[test]
    fn brackets_around_a_pattern_do_not_mend_it() {
        let broken = Patterns { includes: vec!["a)(b".into()], excludes: vec![] };
        assert!(Filters::new(BTreeMap::from([("table".to_owned(), broken)]), false).is_err());
    }
}
