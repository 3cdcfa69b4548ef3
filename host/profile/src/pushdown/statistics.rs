//! What the engine knows of a table before anything is asked: it decides how different values are counted.

use metahost_model::{ColumnStat, TableStat};
use num_traits::ToPrimitive as _;

use crate::error::{Error, Result};

use super::cells;

/// The rows of [`super::show_stats`]: one a column, and one without a name for the table.
pub fn statistics(rows: &[Vec<Option<String>>]) -> Result<TableStat> {
    let mut stats = TableStat::default();
    for row in rows {
        let [name, _, distinct, _, count, ..] = row.as_slice() else {
            return Err(Error::format(format!("a row of the engine's statistics has {} cells", row.len())));
        };
        let number = |cell: &Option<String>| cell.as_deref().map(cells::number).transpose();
        match name {
            Some(name) => stats.columns.push(ColumnStat {
                column: vec![name.clone()],
                distinct: number(distinct)?,
                ..ColumnStat::default()
            }),
            None => stats.rows = number(count)?.and_then(|count| count.to_u64()),
        }
    }
    Ok(stats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_different_values_are_known_and_all_else_is_not() {
        let row = |cells: [&str; 7]| cells.map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).to_vec();
        let stats =
            statistics(&[row(["id", "80.0", "10.0", "0.0", "", "1", "10"]), row(["", "", "", "", "10.0", "", ""])]);
        let stats = stats.unwrap();
        assert_eq!((stats.rows, stats.columns[0].distinct), (Some(10), Some(10.0)));
        assert_eq!(statistics(&[]).unwrap().rows, None);
        assert!(statistics(&[vec![None]]).unwrap_err().to_string().contains("1 cells"));
    }
}
