//! One name for all queries that differ in nothing but literals, case, blanks and comments.
