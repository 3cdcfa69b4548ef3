//! State between runs behind a small trait; embedded in one file.
