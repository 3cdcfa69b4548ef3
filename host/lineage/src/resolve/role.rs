//! What a column is read for. A role stands in the upper bits of a source's number: the same column may be read in
//! several roles by one expression, and costs nothing more where it has none.

use sqlparser::ast::{CaseWhen, Expr};

use super::{Env, Flow, Resolver, Scope, SourceId};

/// One value is made of those of many rows.
pub(crate) const AGGREGATED: SourceId = 1 << 28;

/// The value can't be told from what is made of it.
pub(crate) const MASKED: SourceId = 1 << 29;

/// It says which rows a window has, and in which order.
pub(crate) const WINDOW: SourceId = 1 << 30;

/// It says which value is taken, and is not that value.
pub(crate) const CONDITION: SourceId = 1 << 31;

const ROLES: SourceId = AGGREGATED | MASKED | WINDOW | CONDITION;

/// Functions that make one value of many rows, in order; `…_agg`, `approx_…` and `regr_…` are more of them.
const AGGREGATES: [&str; 47] = [
    "any_value",
    "arbitrary",
    "avg",
    "avgif",
    "bool_and",
    "bool_or",
    "checksum",
    "collect_list",
    "collect_set",
    "corr",
    "count",
    "count_big",
    "count_if",
    "countif",
    "covar_pop",
    "covar_samp",
    "every",
    "geometric_mean",
    "group_concat",
    "groupuniqarray",
    "histogram",
    "json_arrayagg",
    "json_objectagg",
    "kurtosis",
    "listagg",
    "max",
    "max_by",
    "mean",
    "median",
    "min",
    "min_by",
    "mode",
    "percentile",
    "percentile_cont",
    "percentile_disc",
    "quantile",
    "skewness",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "sum",
    "sumif",
    "uniq",
    "uniqexact",
    "var_pop",
    "var_samp",
    "variance",
];

/// Functions whose result does not show the value, in order.
const MASKS: [&str; 27] = [
    "approx_count_distinct",
    "approx_distinct",
    "count",
    "count_big",
    "count_if",
    "countif",
    "crc32",
    "digest",
    "farm_fingerprint",
    "hash",
    "hashbytes",
    "hmac_md5",
    "hmac_sha1",
    "hmac_sha256",
    "hmac_sha512",
    "mask",
    "md5",
    "murmur3",
    "sha",
    "sha1",
    "sha2",
    "sha256",
    "sha512",
    "spooky_hash_v2_32",
    "uniq",
    "uniqexact",
    "xxhash64",
];

/// Functions whose first argument only chooses among the others.
const CHOOSING: [&str; 4] = ["if", "iff", "iif", "nvl2"];

/// A source without its roles.
pub(crate) fn base(source: SourceId) -> SourceId {
    source & !ROLES
}

/// The roles of a source.
pub(crate) fn roles(source: SourceId) -> SourceId {
    source & ROLES
}

/// The only source, whatever its roles.
pub(crate) fn only(sources: &[SourceId]) -> Option<SourceId> {
    let first = *sources.first()?;
    sources.iter().all(|source| base(*source) == base(first)).then_some(first)
}

/// Whether two lists have a source in common, whatever its roles.
pub(crate) fn share(one: &[SourceId], two: &[SourceId]) -> bool {
    one.iter().any(|source| two.iter().any(|other| base(*other) == base(*source)))
}

/// Whether a function makes one value of many rows.
pub(crate) fn aggregates(name: &str) -> bool {
    AGGREGATES.binary_search(&name).is_ok()
        || name.ends_with("_agg")
        || name.starts_with("approx_")
        || name.starts_with("regr_")
}

/// Whether the first argument of a function only chooses among the others.
pub(crate) fn chooses(name: &str) -> bool {
    CHOOSING.contains(&name)
}

impl Flow {
    /// Runs what adds sources that are no part of the value: they get a role, and whether the value is one of many
    /// rows stays as it was.
    pub(crate) fn aside(&mut self, role: SourceId, add: impl FnOnce(&mut Self)) {
        let (from, aggregated) = (self.sources.len(), self.aggregated);
        add(self);
        self.mark(from, role);
        self.aggregated = aggregated;
    }

    /// Gives a role to all sources from a place on.
    pub(crate) fn mark(&mut self, from: usize, role: SourceId) {
        self.sources[from..].iter_mut().for_each(|source| *source |= role);
    }

    /// Notes what a function does to its arguments, which begin at a place.
    pub(crate) fn called(&mut self, name: &str, from: usize) {
        if aggregates(name) {
            self.aggregated = true;
            self.mark(from, AGGREGATED);
        }
        if MASKS.binary_search(&name).is_ok() {
            self.mark(from, MASKED);
        }
    }
}

impl Resolver<'_> {
    /// Adds what only says which value is taken.
    pub(crate) fn condition(&mut self, expr: &Expr, env: &Env, scope: &Scope, into: &mut Flow) {
        into.aside(CONDITION, |into| self.collect(expr, env, scope, into));
    }

    /// Adds what a CASE is made from: conditions choose, results are values.
    pub(crate) fn case(
        &mut self,
        (operand, whens, other): (Option<&Expr>, &[CaseWhen], Option<&Expr>),
        env: &Env,
        scope: &Scope,
        into: &mut Flow,
    ) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            if let Some(operand) = operand {
                self.condition(operand, env, scope, into);
            }
            for when in whens {
                self.condition(&when.condition, env, scope, into);
                self.collect(&when.result, env, scope, into);
            }
            if let Some(other) = other {
                self.collect(other, env, scope, into);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{AGGREGATES, MASKS};

    #[test]
    fn what_is_searched_is_in_order() {
        assert!(AGGREGATES.is_sorted() && MASKS.is_sorted());
    }
}
