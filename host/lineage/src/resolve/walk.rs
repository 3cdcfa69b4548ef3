//! Walks the parts of an expression. Knows the shape of the tree and nothing of its meaning.

use sqlparser::ast::{AccessExpr, CeilFloorKind, Expr, Map, Subscript};

/// Calls `visit` with each direct part of an expression; names, functions, CASE, subqueries and lambdas are not opened.
pub(crate) fn parts<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match expr {
        Expr::CompoundFieldAccess { root, access_chain } => {
            visit(root);
            accesses(access_chain, visit);
        }
        Expr::JsonAccess { value: one, .. }
        | Expr::IsFalse(one)
        | Expr::IsNotFalse(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsUnknown(one)
        | Expr::IsNotUnknown(one)
        | Expr::IsJson { expr: one, .. }
        | Expr::IsNormalized { expr: one, .. }
        | Expr::UnaryOp { expr: one, .. }
        | Expr::Cast { expr: one, .. }
        | Expr::Extract { expr: one, .. }
        | Expr::Collate { expr: one, .. }
        | Expr::Nested(one)
        | Expr::Prefixed { value: one, .. }
        | Expr::Named { expr: one, .. }
        | Expr::OuterJoin(one)
        | Expr::Prior(one) => visit(one),
        Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
            visit(expr);
            let (CeilFloorKind::DateTimeField(_) | CeilFloorKind::Scale(_)) = field;
        }
        Expr::IsDistinctFrom(left, right)
        | Expr::IsNotDistinctFrom(left, right)
        | Expr::BinaryOp { left, right, .. }
        | Expr::AnyOp { left, right, .. }
        | Expr::AllOp { left, right, .. }
        | Expr::Position { expr: left, r#in: right }
        | Expr::AtTimeZone { timestamp: left, time_zone: right }
        | Expr::RLike { expr: left, pattern: right, .. } => [left, right].into_iter().for_each(|part| visit(part)),
        Expr::Between { expr, low, high, .. } => [expr, low, high].into_iter().for_each(|part| visit(part)),
        Expr::Like { expr, pattern, escape_char, .. }
        | Expr::ILike { expr, pattern, escape_char, .. }
        | Expr::SimilarTo { expr, pattern, escape_char, .. } => {
            [Some(expr), Some(pattern), escape_char.as_ref()].into_iter().flatten().for_each(|part| visit(part));
        }
        _ => lists(expr, visit),
    }
}

/// The expressions with a list of parts.
fn lists<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match expr {
        Expr::Convert { expr, styles, .. } => {
            visit(expr);
            styles.iter().for_each(visit);
        }
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            [Some(expr), substring_from.as_ref(), substring_for.as_ref()].into_iter().flatten().for_each(|p| visit(p));
        }
        Expr::Trim { trim_what, expr, trim_characters, .. } => {
            [Some(expr), trim_what.as_ref()].into_iter().flatten().for_each(|part| visit(part));
            trim_characters.iter().flatten().for_each(visit);
        }
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let three = [Some(expr), Some(overlay_what), Some(overlay_from), overlay_for.as_ref()];
            three.into_iter().flatten().for_each(|part| visit(part));
        }
        Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => sets.iter().flatten().for_each(visit),
        Expr::Tuple(all) | Expr::Struct { values: all, .. } => all.iter().for_each(visit),
        Expr::Array(array) => array.elem.iter().for_each(visit),
        Expr::Dictionary(fields) => fields.iter().for_each(|field| visit(&field.value)),
        Expr::Map(Map { entries }) => entries.iter().for_each(|entry| {
            visit(&entry.key);
            visit(&entry.value);
        }),
        Expr::Interval(interval) => visit(&interval.value),
        Expr::MemberOf(member) => {
            visit(&member.value);
            visit(&member.array);
        }
        _ => {}
    }
}

/// Calls `visit` with the expressions within accesses to fields and elements.
pub(crate) fn accesses<'e>(chain: &'e [AccessExpr], visit: &mut dyn FnMut(&'e Expr)) {
    for access in chain {
        subscripts(access, visit);
    }
}

fn subscripts<'e>(access: &'e AccessExpr, visit: &mut dyn FnMut(&'e Expr)) {
    match access {
        AccessExpr::Subscript(Subscript::Index { index }) => visit(index),
        AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
            [lower_bound, upper_bound, stride].into_iter().flatten().for_each(visit);
        }
        // A field: its name is no column. A method's arguments are.
        AccessExpr::Dot(Expr::Identifier(_)) => {}
        AccessExpr::Dot(other) => visit(other),
    }
}
