//! Development tasks: demo, test, stack, bench.

fn main() {}
