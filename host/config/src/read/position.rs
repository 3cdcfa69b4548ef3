//! Byte offsets as lines and columns.

/// Line and column, both from 1, the column in characters.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn columns_count_characters_and_lines_start_anew() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("a = 1\nb", 6), (2, 1));
        assert_eq!(position("é = é", "é = ".len()), (1, 5));
        assert_eq!(position("a\n\n", 3), (3, 1));
    }
}
