//! The texts of expressions that are kept, none of them long.

use core::fmt::{self, Write};
use std::rc::Rc;

use sqlparser::ast::{Expr, OrderByExpr};

/// How many bytes of an expression's text are kept.
const TEXT: usize = 2_000;

/// The text of an expression, cut where it is long.
pub(crate) fn text(expr: &Expr) -> Rc<str> {
    cut(expr)
}

/// The text of an order, cut where it is long.
pub(crate) fn listed(items: &[OrderByExpr]) -> Rc<str> {
    cut(&Order(items))
}

/// The items of an order, as they are written.
struct Order<'o>(&'o [OrderByExpr]);

impl fmt::Display for Order<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            write!(formatter, "{}{item}", if at > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

fn cut(shown: &dyn fmt::Display) -> Rc<str> {
    let mut cut = Cut(String::new());
    // An error only says that the text was cut.
    if write!(cut, "{shown}").is_err() {
        cut.0.push('…');
    }
    cut.0.into()
}

/// Takes text up to a limit.
struct Cut(String);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > TEXT {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
